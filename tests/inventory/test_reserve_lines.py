"""A header of two rows: the main line's columns, and the same ones again for the reserve."""

import openpyxl

from inventory import lists
from inventory.lists import ListProposal
from tests.inventory.builders import ON
from tests.inventory.workbooks import a_province, packed

UNDER = ("IP WAN", "Nhà mạng", "Mã kênh", "Băng thông")


def a_list(reserve: str = "Kênh dự phòng") -> ListProposal:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Kênh"
    page.append(["STT", "Tên đơn vị", "Kênh chính", *[None] * 3, reserve, *[None] * 3])
    page["K1"] = "Ngày hòa mạng"
    page.append([None, None, *UNDER, *UNDER])
    for area in ("A1:A2", "B1:B2", "C1:F1", "G1:J1", "K1:K2"):
        page.merge_cells(area)
    row = [1, "UBND xã Một", "10.70.5.1", "VNPT", "A", 100, "10.71.5.1", "Viettel", "B", 50]
    page.append([*row, "01/07/2025"])
    return lists.propose("ds.xlsx", packed(book), a_province(), ON)


def test_the_columns_under_the_reserve_are_the_reserve_lines() -> None:
    for said in ("Kênh dự phòng", "Đường truyền dự phòng", "Dự phòng"):
        found = a_list(said)
        assert not found.problems
        assert not any("cùng ý nghĩa" in notice.what.vi for notice in found.notices)
        lines = {
            (line.order, line.address, line.carrier, line.circuit, line.capacity_mbps)
            for line in found.proposal.plan.result.links
            if line.carrier in {"VNPT", "Viettel"} and line.far.endswith("xa-mot")
        }
        assert lines == {(1, None, "VNPT", "A", 100.0), (2, "10.71.5.1", "Viettel", "B", 50.0)}


def test_hints_name_the_heading_itself_and_a_column_that_fits() -> None:
    (notice,) = (n for n in a_list().notices if n.key == "Ngày hòa mạng")
    assert '--map "Ngày hòa mạng=links.valid_from"' in notice.mend.vi
    assert '--map "Ngày hòa mạng=-"' in notice.mend.en
