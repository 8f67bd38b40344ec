import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from inventory import workbook
from inventory.workbook import Bad, Sick, Unreadable, read, shown
from tests.inventory.workbooks import a_wide_list, packed, saved, shared

MOMENT = datetime.fromisoformat("2025-07-01T07:30")


def edited(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == part else data)
    return out.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as error:
        read("x.xlsx", content)
    return error.value.fault.what.en


def test_every_kind_of_cell_is_read_as_what_it_is() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append([1, 1.5, "00070", True, date(2025, 7, 1), MOMENT, time(7, 30)])
    page.append([CellRichText("Xã ", TextBlock(InlineFont(b=True), "Một")), "=A1+1", "a\nb", " x "])
    page["E3"] = "#REF!"
    page["E3"].data_type = "e"
    (sheet,) = read("x.xlsx", packed(book)).sheets
    assert sheet.rows[0].cells == [
        1.0,
        1.5,
        "00070",
        True,
        date(2025, 7, 1),
        MOMENT,
        time(7, 30),
    ]
    assert sheet.rows[1].cells == ["Xã Một", Bad(Sick.NOT_COMPUTED), "a\nb", " x "]
    assert sheet.rows[2].cells == [None, None, None, None, Bad(Sick.ERROR, "#REF!")]
    assert [shown(cell) for cell in sheet.rows[0].cells] == [
        "1",
        "1.5",
        "00070",
        "true",
        "2025-07-01",
        "2025-07-01 07:30:00",
        "07:30",
    ]


def test_the_saved_result_of_a_formula_is_its_value() -> None:
    def with_result(part: bytes) -> bytes:
        return part.replace(b"<f>A1+1</f><v />", b"<f>A1+1</f><v>2</v>")

    content = saved(("S", [[1, "=A1+1"]]))
    content = edited(content, "xl/worksheets/sheet1.xml", with_result)
    assert read("x.xlsx", content).sheets[0].rows[0].cells == [1.0, 2.0]


def test_texts_that_cells_share_are_read_with_their_escapes_and_without_phonetics() -> None:
    rich = (
        b"<si><r><t>X\xc3\xa3</t></r><r><t> M_x1ed9_t</t></r>"
        b"<rPh sb='0' eb='1'><t>no</t></rPh></si>"
    )

    def worded(part: bytes) -> bytes:
        return part.replace(b"<si><t>a</t></si>", rich)

    content = edited(shared([["a", "b", "a"]]), "xl/sharedStrings.xml", worded)
    assert read("x.xlsx", content).sheets[0].rows[0].cells == ["Xã Một", "b", "Xã Một"]


def test_a_merge_down_a_column_gives_every_row_its_value() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for n in range(3):
        page.append([f"Xã {n}", n])
    page.merge_cells("A1:A3")
    (sheet,) = read("x.xlsx", packed(book)).sheets
    assert [row.cells[0] for row in sheet.rows] == ["Xã 0"] * 3


def test_a_document_type_is_refused_before_anything_is_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'

    def armed(part: bytes) -> bytes:
        return bomb + part.partition(b"?>")[2] if part.startswith(b"<?xml") else bomb + part

    for part in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        assert "DOCTYPE" in refused(edited(shared([["a"]]), part, armed))


def test_a_part_that_unpacks_to_far_more_than_it_is_packed_is_refused() -> None:
    content = edited(
        shared([["a"]]), "xl/sharedStrings.xml", lambda _: b"<sst>" + b" " * (80 << 20)
    )
    assert "not safe" in refused(content)


def test_more_rows_columns_or_letters_than_any_list_has_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 10)
    assert "10 rows" in refused(saved(("S", [[n] for n in range(11)])))
    assert "beyond column" in refused(saved(("S", [[None] * 300 + ["x"]])))
    monkeypatch.setattr(workbook, "MOST_LETTERS", 10)
    assert "letters" in refused(shared([["mười chữ cái"]]))
    monkeypatch.setattr(workbook, "MOST_SHEETS", 1)
    assert "2 sheets" in refused(saved(("S", []), ("T", [])))


def test_merges_without_end_are_refused() -> None:
    merges = b"".join(b'<mergeCell ref="A1:A1000000"/>' for _ in range(40))

    def merged(part: bytes) -> bytes:
        return part.replace(
            b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>"
        )

    rows = [["x"]] * 100_000
    content = edited(saved(("S", rows)), "xl/worksheets/sheet1.xml", merged)
    assert "merges" in refused(content)


@pytest.mark.parametrize("number", ["1e999", "nan", "x", "", "-"])
def test_numbers_that_are_none_are_refused_and_nothing_is_made_of_them(number: str) -> None:
    def broken(part: bytes) -> bytes:
        return re.sub(rb"<v>4711</v>", f"<v>{number}</v>".encode(), part)

    content = edited(saved(("S", [["a", 4711]])), "xl/worksheets/sheet1.xml", broken)
    if number:
        assert "damaged" in refused(content)
    else:
        assert read("x.xlsx", content).sheets[0].rows[0].cells == ["a"]


def test_a_workbook_of_another_kind_of_office_is_read_the_same() -> None:
    """Strict Open XML has other namespaces; parts may be named from the root."""

    def strict(part: bytes) -> bytes:
        return part.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )

    content = edited(a_wide_list(), "xl/worksheets/sheet1.xml", strict)
    assert read("x.xlsx", content).sheets[0].rows == read("x.xlsx", a_wide_list()).sheets[0].rows
