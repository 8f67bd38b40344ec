"""Files that nobody of good will sends, at every door that takes a list: a sentence, never a 5xx.

What the readers make of damaged files is asked of them alone (`tests/inventory`); here each door
is asked over a real socket, as a browser does, and nothing may change.
"""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import openpyxl
import pytest

from core.inventory import Changes, Inventory, Rota
from core.people import Role
from tests.api.served import served
from tests.api.test_intake import WIDE, workbook
from tests.api.world import a_world
from tests.inventory.builders import ON

SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REFUSED = {413, 422}


def changed(part: str, data: bytes | Callable[[bytes], bytes]) -> bytes:
    """Return a workbook one of whose parts is another."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(*WIDE))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            was = old.read(name)
            if name == part:
                was = data(was) if callable(data) else data
            new.writestr(name, was)
    return out.getvalue()


def of_cells(cells: str, rest: str = "") -> bytes:
    """Return a workbook whose one sheet has these cells."""
    text = f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData>{rest}</worksheet>'
    return changed(SHEET, text.encode("utf-8", "surrogatepass"))


def many_sheets(count: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for n in range(count):
        book.create_sheet(f"DS{n}").append(["STT", "Tên đơn vị", f"x{n}"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lying(content: bytes) -> bytes:
    """Return a workbook whose directory says of the sheet that it is tiny."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = package.getinfo(SHEET).file_size.to_bytes(4, "little")
    return content.replace(size, (7).to_bytes(4, "little"))


def inline(text: str) -> str:
    return f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "haha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9))
    + b"]><worksheet>&a8;</worksheet>"
)
OUTSIDE = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>'
SHEETS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no zip": lambda: b"PK\x03\x04" + b"\x00" * 300,
    "an empty zip": lambda: b"PK\x05\x06" + b"\x00" * 18,
    "a cut one": lambda: workbook(*WIDE)[:-200],
    "a bomb": lambda: changed(SHEET, b"<worksheet>" + b" " * (40 << 20)),
    "a bomb of strings": lambda: changed("xl/sharedStrings.xml", b"<t>" + b"a" * (40 << 20)),
    "a lying directory": lambda: lying(workbook(*WIDE)),
    "laughs": lambda: changed(SHEET, LAUGHS),
    "an entity from outside": lambda: changed(SHEET, OUTSIDE),
    "broken XML": lambda: changed(SHEET, lambda data: data.replace(b"</row>", b"<row>")),
    "other letters": lambda: changed(SHEET, b'<?xml version="1.0" encoding="x-none"?><a/>'),
    "UTF-7": lambda: changed(SHEET, b'<?xml version="1.0" encoding="utf-7"?>+ADw-a/+AD4-'),
    "letters that are none": lambda: changed(SHEET, lambda data: data.replace(b"1", b"\xff")),
    "a sheet of octets": lambda: changed(SHEET, random.Random(3).randbytes(5000)),
    "no workbook": lambda: changed("xl/workbook.xml", b"<workbook/>"),
    "relations to nowhere": lambda: changed(
        "xl/_rels/workbook.xml.rels", lambda data: data.replace(b"sheet1", b"../../../etc/passwd")
    ),
    "broken styles": lambda: changed("xl/styles.xml", b"<styleSheet><numFmts><numFmt/>"),
    "many sheets": lambda: many_sheets(120),
    "a cell too long": lambda: of_cells(inline("x" * 2_000_000)),
    "a cell of one letter above": lambda: of_cells(inline("ồ" * 32_768)),
    "nulls": lambda: of_cells(inline("a_x0000_b _xD800_ _xFFFF_")),
    "a null as such": lambda: of_cells(inline("a&#0;b")),
    "formulas": lambda: of_cells(
        '<row r="1"><c r="A1"><f>HYPERLINK("http://x","y")</f></c>'
        '<c r="B1" t="str"><f>1/0</f><v>=cmd|" /C calc"!A0</v></c><c r="C1" t="e"><v>#REF!</v></c>'
        "</row>"
    ),
    "the last cell": lambda: of_cells('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "beyond the last cell": lambda: of_cells('<row r="99999999"><c r="ZZZZ9"><v>1</v></c></row>'),
    "a row that is none": lambda: of_cells('<row r="-1"><c r="A0"><v>1</v></c></row>'),
    "numbers": lambda: of_cells(
        '<row r="1"><c r="A1"><v>1e999</v></c><c r="B1"><v>nan</v></c><c r="C1" t="b"><v>7</v></c>'
        '<c r="D1" t="s"><v>999999999</v></c><c r="E1" t="s"><v>-1</v></c>'
        '<c r="F1" t="d"><v>2026-02-30</v></c><c r="G1" s="99999"><v>99999999999</v></c></row>'
    ),
    "all merged": lambda: of_cells(
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        '<mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="B2"/></mergeCells>',
    ),
    "a deep one": lambda: changed(SHEET, b"<a>" * 200_000 + b"</a>" * 200_000),
}
TEXTS: dict[str, bytes] = {
    "nothing": b"",
    "a mark alone": b"\xef\xbb\xbf",
    "nulls": b"STT,T\x00n\x00\n1,\x00\x00\n",
    "UTF-16": "STT,Tên đơn vị\n1,Xã Đăk Ơ\n".encode("utf-16"),
    "half of UTF-16": "STT,Tên đơn vị\n1,Xã Đăk Ơ\n".encode("utf-16")[:-1],
    "UTF-32": "STT,Tên đơn vị\n1,Xã\n".encode("utf-32"),
    "TCVN3": b"STT,T\xaan \xae\xacn v\xde\n1,X\xb7 \xa7\xa8k \xa5\n",
    "an open quote": b'STT,"' + b"x,\n" * 300_000,
    "quotes": b'"' * 200_001,
    "one line": b"x," * 300_000,
    "lines": b"\n" * 300_000,
    "returns": b"a,b\r1,2\r3,4\r",
    "a long cell": b"STT,x\n1," + b"y" * 3_000_000,
    "formulas": b"=1+1,@SUM(A1),+1,-1\n=cmd|' /C calc'!A0,,,\n",
    "octets": random.Random(4).randbytes(20_000),
    "surrogates": b"STT,\xed\xa0\x80\n1,\xed\xbf\xbf\n",
}


def calendar(*lines: str) -> bytes:
    event = ["BEGIN:VEVENT", "UID:1", "SUMMARY:Giao ban", *lines, "END:VEVENT"]
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", *event, "END:VCALENDAR", ""]
    return "\r\n".join(whole).encode()


BEGIN = "DTSTART:20261201T010000Z"
CALENDARS: dict[str, bytes] = {
    "nothing": b"",
    "no calendar": b"hello",
    "no end": calendar(BEGIN)[:-40],
    "no begin": calendar("SUMMARY:x"),
    "nested": b"BEGIN:VCALENDAR\r\n" * 5_000,
    "nested events": calendar(BEGIN, *["BEGIN:VEVENT"] * 3_000),
    "each second": calendar(BEGIN, "RRULE:FREQ=SECONDLY"),
    "each minute of each hour": calendar(
        BEGIN,
        "RRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,1,2,3,4,5,6,7,8",
    ),
    "since the year one": calendar("DTSTART:00010101T000000Z", "RRULE:FREQ=DAILY"),
    "since long ago": calendar("DTSTART:19000101T000000Z", "RRULE:FREQ=DAILY"),
    "to the last year": calendar("DTSTART:99991231T235959Z", "RRULE:FREQ=YEARLY"),
    "a rule that never comes": calendar(BEGIN, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
    "a rule that is none": calendar(BEGIN, "RRULE:FREQ=HOURS;INTERVAL=0;COUNT=-5"),
    "an interval of none": calendar(BEGIN, "RRULE:FREQ=DAILY;INTERVAL=0"),
    "a day that is none": calendar("DTSTART:20260230T250000Z"),
    "an end before": calendar(BEGIN, "DTEND:20200101T000000Z"),
    "a duration below": calendar(BEGIN, "DURATION:-P9999999D"),
    "an unknown zone": calendar("DTSTART;TZID=../../etc/passwd:20261201T010000"),
    "many days": calendar(BEGIN, "RDATE:" + ",".join(["20261202T010000Z"] * 20_000)),
    "many of one": b"".join(calendar(BEGIN, f"RECURRENCE-ID:2026{n:04}T0Z") for n in range(300)),
    "nulls": calendar(BEGIN, "DESCRIPTION:\x00\x01\x02", "LOCATION:\x00"),
    "a long line": calendar(BEGIN, "DESCRIPTION:" + "x" * 1_000_000),
    "octets": random.Random(5).randbytes(20_000),
    "surrogates": calendar(BEGIN).replace(b"Giao", b"\xed\xa0\x80"),
}
FILES: list[tuple[str, str, Callable[[], bytes]]] = [
    *((f"{kind}, .xlsx", "ds.xlsx", make) for kind, make in SHEETS.items()),
    *((f"{kind}, .csv", "ds.csv", lambda text=text: text) for kind, text in TEXTS.items()),
    *((f"{kind}, .ics", "lich.ics", lambda text=text: text) for kind, text in CALENDARS.items()),
]
DOORS = ("/meetings/import", "/rota/import", "/figures/bts", "/api/v1/figures/bts", "/import")


async def sent(
    client: httpx.AsyncClient, door: str, name: str, content: bytes, headers: dict[str, str]
) -> httpx.Response:
    if door.startswith("/api/"):
        query = {"file": name, "period": "11/2026"}
        return await client.post(door, params=query, content=content, headers=headers)
    form = {"rota": "cntt", "period": "11/2026"}
    return await client.post(door, data=form, files={"file": (name, content)}, headers=headers)


@pytest.mark.full
async def test_no_file_breaks_a_door_that_takes_lists(tmp_path: Path, full: bool) -> None:
    """Briefly each file is sent to one door, the next one to the next."""
    wrong: list[str] = []
    async with a_world(tmp_path) as world, served(world) as base:
        rota = Rota(slug="cntt", name="Trực CNTT", valid_from=ON)
        await world.ledger.inventory.apply(
            Changes(put=Inventory(rotas=(rota,))), "x", world.clock.now()
        )
        headers = await world.token(Role.ADMIN)
        async with httpx.AsyncClient(base_url=base, timeout=120, follow_redirects=True) as client:
            for n, (kind, name, make) in enumerate(FILES):
                content = make()
                for door in DOORS if full else (DOORS[n % len(DOORS)],):
                    answer = await sent(client, door, name, content, headers)
                    told = f"{kind} at {door} → {answer.status_code}: {answer.text[:200]}"
                    if answer.status_code not in {200, *_REFUSED}:
                        wrong.append(told)
    assert not wrong, "\n".join(wrong)
