"""The page of digital certificates: what ends when, a calendar, a list, and the API."""

import csv
import io
from datetime import date, datetime, timedelta

import httpx
import openpyxl
from icalendar import Calendar

from core.inventory import Certificate, Changes, Contact, Inventory
from core.people import Role
from tests.api.test_pages import page, words
from tests.api.world import World

TODAY = date(2026, 11, 22)  # in the worlds of these tests
AN = Contact(slug="an", name="Nguyễn Văn An", phone="0912345678")


async def with_certificates(world: World) -> None:
    rows = (
        Certificate(
            slug="cts-an",
            name="Nguyễn Văn An",
            serial="540111",
            issuer="Ban Cơ yếu",
            ends=TODAY + timedelta(days=20),
            contact="an",
        ),
        Certificate(slug="cts-ubnd", name="=UBND", serial="5402", ends=TODAY - timedelta(days=3)),
        Certificate(
            slug="cts-web", name="Cổng", kind="server", serial="5403", ends=date(2027, 11, 1)
        ),
    )
    put = Inventory(contacts=(AN,), certificates=rows)
    await world.ledger.inventory.apply(Changes(put=put), "test", world.clock.now())


async def asked(world: World, path: str) -> httpx.Response:
    return await world.client.get(path, headers=await world.token(Role.VIEWER))


async def test_the_page_shows_first_what_has_ended_or_ends_soon(world: World) -> None:
    await with_certificates(world)
    told = words(await page(world, "/certificates"))
    soon = told[told.index("Đã hết hạn hoặc hết hạn trong 60 ngày") : told.index("Lịch hết hạn")]
    assert soon.index("=UBND") < soon.index("Nguyễn Văn An")
    assert "đã hết hạn 3 ngày" in soon
    assert "còn 20 ngày" in soon
    assert "chưa khai người giữ: không ai được nhắc" in soon
    assert "Cổng" not in soon
    assert "Cổng" in words(await page(world, "/certificates?year=2027"))


async def test_an_inventory_without_certificates_says_how_to_begin(world: World) -> None:
    assert "chưa có chứng thư số nào" in words(await page(world, "/certificates"))


async def test_the_calendar_has_a_whole_day_and_reminders_for_each(world: World) -> None:
    await with_certificates(world)
    answer = await asked(world, "/certificates.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    by_name = {str(event["summary"]): event for event in events}
    event = by_name["Chứng thư số hết hạn: Nguyễn Văn An"]
    assert event.decoded("dtstart") == TODAY + timedelta(days=20)
    assert "540111" in str(event["description"])
    assert len(event.walk("VALARM")) == 2
    assert len(events) == 3


async def test_the_list_holds_what_ends_within_the_asked_days(world: World) -> None:
    await with_certificates(world)
    answer = await asked(world, "/certificates.csv?within=60")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "Cấp cho"
    assert [row[0] for row in rows[1:]] == ["'=UBND", "Nguyễn Văn An"]
    assert rows[2][6:] == ["Nguyễn Văn An", "0912345678", "12/12/2026", "20", ""]
    assert rows[1][9] == "-3"


async def test_the_workbook_says_whom_to_phone_and_has_real_days(world: World) -> None:
    await with_certificates(world)
    answer = await asked(world, "/certificates.xlsx?within=60")
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
    assert rows[0][:3] == ("Cấp cho", "Loại", "Số chứng thư")
    assert rows[1][0] == "=UBND"  # as text: no spreadsheet computes it
    assert rows[2][6:10] == ("Nguyễn Văn An", "0912345678", datetime(2026, 12, 12), 20)  # noqa: DTZ001


async def test_the_api_tells_days_left(world: World) -> None:
    await with_certificates(world)
    answer = await asked(world, "/api/v1/certificates?within=60")
    assert [(one["slug"], one["days_left"]) for one in answer.json()] == [
        ("cts-ubnd", -3),
        ("cts-an", 20),
    ]
    assert (await asked(world, "/api/v1/certificates?within=-1")).status_code == 422
    assert (await world.client.get("/api/v1/certificates")).status_code == 401
