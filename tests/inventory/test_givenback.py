import io

import openpyxl

from inventory import lists
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, a_wide_page, packed, saved


def _faulty() -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "DS"
    a_wide_page(page)
    page["D9"] = "10.70.5.300"
    page["C9"] = '=HYPERLINK("http://x";"y")'
    page["C9"].data_type = "s"
    hidden = book.create_sheet("Riêng")
    hidden["A1"] = "giữ nguyên"
    hidden.sheet_state = "hidden"
    return packed(book)


def test_the_list_comes_back_with_its_problems_beside_the_rows() -> None:
    found = lists.propose("ds.xlsx", _faulty(), a_province(), ON)
    book = openpyxl.load_workbook(io.BytesIO(lists.given_back(_faulty(), found)))
    assert book.sheetnames == ["Tóm tắt", "DS", "Riêng"]
    page = book["DS"]
    width = page.max_column
    assert [page.cell(5, width - 1).value, page.cell(5, width).value] == ["Lỗi", "Gợi ý"]
    assert "10.70.5.300" in str(page.cell(9, width - 1).value)
    assert page.cell(8, width - 1).value is None
    assert page["D9"].fill.fgColor.rgb == "FFFFC7CE"
    assert page["D8"].fill.fgColor.rgb != "FFFFC7CE"
    assert page["A2"].value == "DANH SÁCH ĐIỂM KẾT NỐI MẠNG TSLCD"
    assert page["C9"].value == '=HYPERLINK("http://x";"y")'
    assert page["C9"].data_type == "s"
    assert book["Riêng"].sheet_state == "hidden"
    assert book["Riêng"]["A1"].value == "giữ nguyên"
    assert "1 lỗi" in str(book["Tóm tắt"]["A1"].value)


def test_mended_where_it_was_given_back_it_can_be_imported() -> None:
    found = lists.propose("ds.xlsx", _faulty(), a_province(), ON)
    book = openpyxl.load_workbook(io.BytesIO(lists.given_back(_faulty(), found)))
    book["DS"]["D9"] = "10.70.5.3"
    again = lists.propose("ds.loi.xlsx", packed(book), a_province(), ON)
    assert not again.problems
    assert len(again.proposal.plan.added) == 8


def test_titles_that_no_workbook_may_have_are_made_fit() -> None:
    rows: list[list[Cell]] = [["Họ và tên", "Điện thoại"], ["An", "1"]]
    content = saved(("Tóm tắt", rows), ("Đầu mối", rows))
    found = lists.propose("x.xlsx", content, a_province(), ON)
    book = openpyxl.load_workbook(io.BytesIO(lists.given_back(content, found)))
    assert book.sheetnames == ["Tóm tắt", "Tóm tắt (2)", "Đầu mối"]
    csv = "Họ và tên,Điện thoại\nAn,1\n".encode()
    found = lists.propose("a[b]*?.csv", csv, a_province(), ON)
    book = openpyxl.load_workbook(io.BytesIO(lists.given_back(csv, found)))
    assert book.sheetnames == ["Tóm tắt", "a-b---"]
