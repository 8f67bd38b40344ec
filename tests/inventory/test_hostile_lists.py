"""Files made to do harm, or torn in ways that no accident tears: sentences, and soon."""

import io
import random
import re
import zipfile

import pytest

from core.errors import Invalid
from inventory import lists
from tests.inventory.builders import ON
from tests.inventory.test_damaged_lists import LAND, survives
from tests.inventory.workbooks import a_wide_list, saved, shared

PLAIN = shared([["Họ và tên", "Điện thoại"], ["An", "0912345678"], ["Bình", "0987654321"]], "S")
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))
    + b"]><sst><si><t>&k;</t></si></sst>"
)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(found: dict[str, bytes], *more: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in (*found.items(), *more):
            package.writestr(name, data)
    return out.getvalue()


def edited(part: str, old: str, new: str, content: bytes = PLAIN) -> bytes:
    """Return a workbook in one of whose parts the first such text was replaced."""
    found = parts(content)
    after = re.sub(old.encode(), new.encode().replace(b"\\", b"\\\\"), found[part], count=1)
    assert after != found[part]
    return packed(found | {part: after})


def refused(content: bytes, name: str = "ds.xlsx") -> str:
    """Return the sentences with which a file is refused, or that tell what is wrong in it."""
    try:
        found = lists.propose(name, content, LAND, ON)
    except Invalid as invalid:
        return str(invalid)
    return "\n".join(problem.said("en") for problem in found.problems)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, "<v>0</v>", "<v>99999999</v>"),
        (SHEET, "<v>0</v>", "<v>-1</v>"),
        (SHEET, "<v>0</v>", "<v>1e400</v>"),
        (SHEET, "<v>0</v>", "<v>" + "9" * 6000 + "</v>"),
        (SHEET, 't="s"><v>0', 't="n"><v>nan'),
        (SHEET, 't="s"><v>0', 't="n"><v>inf'),
        (SHEET, 't="s"><v>0', 't="d"><v>2026-99-99'),
        (SHEET, 'r="A1"', 'r="-1"'),
        (SHEET, 'r="A1"', 'r="ZZZ1"'),
        (SHEET, 'r="A1"', 'r="AAAAAAAA1"'),
        (SHEET, '<row r="1"', '<row r="x"'),
        (SHEET, '<row r="1"', '<row r="-5"'),
        (SHEET, '<row r="2"', '<row r="1"'),
        (SHEET, "</worksheet>", ""),
        (SHEET, "<sheetData>", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><sheetData>'),
        (SHEET, "<worksheet", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'),
        (SHEET, "</sheetData>", "</sheetData><cols><col min='x' max='1' hidden='1'/></cols>"),
        (BOOK, 'r:id="rId1"', 'r:id="rId999"'),
        (BOOK, "<sheets>.*</sheets>", "<sheets/>"),
        ("_rels/.rels", "xl/workbook.xml", "../../../etc/passwd"),
        ("_rels/.rels", "xl/workbook.xml", "file:///etc/passwd"),
        ("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "worksheets/sheet9.xml"),
        ("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "workbook.xml"),
        ("xl/_rels/workbook.xml.rels", "sharedStrings.xml", "styles.xml"),
    ],
)
def test_a_torn_part_earns_a_sentence(part: str, old: str, new: str) -> None:
    content = edited(part, old, new)
    assert refused(content)
    survives("ds.xlsx", content)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (SHEET, '<row r="3"', '<row r="9999999"'),
        (SHEET, 'r="A1"', 's="4000" r="A1"'),
        (SHEET, "</sheetData>", "</sheetData><mergeCells><mergeCell ref='A1:'/></mergeCells>"),
        (SHEET, "<v>0</v>", "<v><![CDATA[0]]></v>"),
        (SHEET, "</sheetData>", "</sheetData><x>" + "<y>" * 20_000 + "</y>" * 20_000 + "</x>"),
        (SHEET, "<worksheet", "<?evil do?><worksheet"),
        ("xl/styles.xml", "<cellXfs.*</cellXfs>", ""),
        ("xl/_rels/workbook.xml.rels", 'Target="styles.xml"', 'Target="/xl/styles.xml"'),
    ],
)
def test_what_is_merely_odd_is_read(part: str, old: str, new: str) -> None:
    content = edited(part, old, new)
    survives("ds.xlsx", content)


def test_entities_are_never_expanded() -> None:
    said = refused(packed(parts(PLAIN) | {STRINGS: LAUGHS}))
    assert "DOCTYPE" in said


def test_of_two_parts_of_one_name_one_is_read() -> None:
    found = parts(PLAIN)
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = packed(found, (SHEET, b"<worksheet/>"), ("/" + SHEET, found[SHEET]))
    survives("ds.xlsx", content)


def test_a_zip_bomb_is_refused_unread() -> None:
    found = parts(PLAIN)
    bomb = b"<worksheet><sheetData>" + b" " * (400 << 20) + b"</sheetData></worksheet>"
    assert "MB" in refused(packed(found | {SHEET: bomb}))


def test_parts_that_lie_about_their_size_are_refused() -> None:
    content = bytearray(PLAIN)
    for found in re.finditer(rb"PK\x01\x02", PLAIN):
        at = found.start() + 24  # the size when unpacked, of the directory
        content[at : at + 4] = (5).to_bytes(4, "little")
    assert refused(bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"Ten\x00,Dien thoai\nAn\x00,0912345678\n",
        b'ho va ten,dien thoai\n"An,0912345678\n' + b"x,1\n" * 2_000,
        b'ho va ten,dien thoai\nAn"n"a,"09"12\n',
        b"ho va ten,dien thoai\n" + b"a" * (10 << 20),
        b"x" * (10 << 20),
        b'"' * (1 << 20),
        b"," * (1 << 20),
        b"\n" * (1 << 20),
        b"sep=;\n",
        b"\xff\xfe" + b"\x00\xd8" * 100,
        b"\xef\xbb\xbf",
        "họ và tên;điện thoại\n\u202ean;0912345678\n\ud7ff;1\n".encode(),
    ],
    ids=range(12),
)
def test_hostile_text_earns_sentences(content: bytes) -> None:
    assert refused(content, "ds.csv")
    survives("ds.csv", content)


@pytest.mark.parametrize(
    "text",
    [
        "contacts: &a\n- slug: an\n",
        "contacts:\n- <<: *a\n",
        "contacts:\n- &x {slug: an}\n- <<: *x\n",
        "contacts: !!python/object/apply:os.system ['true']\n",
        "contacts:\n- slug: !!binary aGk=\n",
        "contacts:\n- slug: an\n  slug: an\n",
        "contacts: " + "[" * 5_000,
        "contacts: " + "{a: " * 5_000,
        "- " * 5_000,
        "? " * 2_000,
        "%YAML 9.9\n---\ncontacts: []\n",
        "---\ncontacts: []\n---\ncontacts: []\n",
        "contacts:\n- slug: 'an\n",
        "contacts:\n\t- slug: an\n",
        "contacts:\n- slug: an\n  name: " + "a" * 100_000 + "\n",
        "contacts:\n- slug: an\n  name: \x07\n",
        "contacts:\n- null\n",
        "contacts: an\n",
        "an\n",
        "? {a: b}\n: c\n",
    ],
    ids=range(20),
)
def test_hostile_yaml_earns_sentences(text: str) -> None:
    assert refused(text.encode(), "ds.yaml")
    survives("ds.yaml", text.encode())


_PLACES = (rb'"[^"]{0,40}"', rb">[^<]{1,40}<", rb"<(?:row|c|v|si|t|xf|sheet|Relationship)\b")
_ODD = (b'"9999999"', b'"-1"', b'"A0"', b'"XFD1048576"', b'"s"', b'"e"', b'"str"', b'"inlineStr"')


def scrambled(content: bytes, chance: random.Random) -> bytes:
    """Return a workbook with several edits inside its parts, each part still nearly XML."""
    found = parts(content)
    for _ in range(chance.randrange(1, 8)):
        name = chance.choice([n for n in found if n.endswith((".xml", ".rels"))])
        data = found[name]
        if not (spots := list(re.finditer(chance.choice(_PLACES), data))):
            continue
        one, other = chance.choice(spots), chance.choice(spots)
        new = chance.choice((chance.choice(_ODD), other[0], one[0] * 2, b""))
        found[name] = data[: one.start()] + new + data[one.end() :]
    return packed(found)


@pytest.mark.full
def test_workbooks_scrambled_inside_earn_sentences(pytestconfig: pytest.Config) -> None:
    chance = random.Random(7)
    seeds = (PLAIN, a_wide_list())
    for _ in range(10_000 if pytestconfig.getoption("--full") else 60):
        survives("ds.xlsx", scrambled(chance.choice(seeds), chance))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ds.csv", b"1,2,3,4\n" * 30),
        ("ds.yaml", b"contacts:\n" + b"- slug: an\n" * 40),
        ("ds.xlsx", shared([["Họ và tên", "Điện thoại"], *([["An", "1"]] * 60)])),
    ],
)
def test_more_cells_than_memory_allows_are_refused(
    name: str, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.workbook.MOST_CELLS", 80)
    monkeypatch.setattr("inventory.yamlfiles.MOST_NODES", 80)
    assert "cells" in refused(content, name)


def test_texts_of_their_own_are_counted_as_shared_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.workbook.MOST_LETTERS", 500)
    assert "letters" in refused(
        saved(("S", [["Họ và tên", "Điện thoại"]] + [["An" * 99, "1"]] * 9))
    )
