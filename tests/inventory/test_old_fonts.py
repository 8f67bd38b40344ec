"""A list typed for old fonts: converted, told, and given back in Unicode."""

import io

import openpyxl

from inventory import lists
from inventory.lists import ListProposal
from tests.inventory.builders import ON
from tests.inventory.oldfonts import tcvn3, vni
from tests.inventory.workbooks import Cell, a_province, saved

HEAD = ("STT", "Họ và tên", "Điện thoại", "Chức vụ")
PEOPLE = ("Nguyễn Thị Hường", "Trần Văn Đức", "Lê Quốc Dũng", "Phạm Hồng Thắm")


def in_tcvn3(text: str) -> str:
    found = tcvn3(text)
    assert found is not None
    return found


def a_list(people: int, *, old_head: bool, phone: str = "") -> bytes:
    head: list[Cell] = [in_tcvn3(h) if old_head and i else h for i, h in enumerate(HEAD)]
    rows: list[list[Cell]] = [
        [n + 1, in_tcvn3(PEOPLE[n % 4]) + f" {n}", phone or f"09123456{n:02}", in_tcvn3("Cán bộ")]
        for n in range(people)
    ]
    return saved(("Danh bạ", [head, *rows]))


def proposed(content: bytes) -> ListProposal:
    return lists.propose("ds.xlsx", content, a_province(), ON)


def test_contacts_of_an_old_font_are_converted_and_that_is_told() -> None:
    for people in (3, 9, 60):
        for old_head in (True, False):
            found = proposed(a_list(people, old_head=old_head))
            assert not found.problems
            names = {getattr(s.row, "name", "") for s in found.proposal.plan.added}
            assert "Nguyễn Thị Hường 0" in names
            told = [n.what.vi for n in found.notices if "TCVN3" in n.what.vi]
            assert f"{people} ô viết bằng bảng mã cũ TCVN3 (.VnTime) đã chuyển sang Unicode" in told
            assert any("tiêu đề" in text for text in told) == old_head


def test_vni_is_told_as_well() -> None:
    rows: list[list[Cell]] = [[vni(name), "0912345678"] for name in PEOPLE]
    found = proposed(saved(("Danh bạ", [["Họ và tên", "SĐT"], *rows])))
    assert any("4 ô viết bằng bảng mã cũ VNI" in n.what.vi for n in found.notices)


def test_a_short_heading_is_of_the_font_of_its_row() -> None:
    head: list[Cell] = [in_tcvn3(h) for h in ("Tên đơn vị", "Địa chỉ IP", "Đầu mối", "SĐT")]
    assert head[3] == "S§T"
    row: list[Cell] = [in_tcvn3("UBND xã Một"), "10.9.0.1", in_tcvn3(PEOPLE[0]), "0912345678"]
    found = proposed(saved(("DS", [head, row])))
    assert not found.problems
    assert "Nguyễn Thị Hường" in {getattr(s.row, "name", "") for s in found.proposal.plan.added}


def test_the_workbook_comes_back_in_unicode() -> None:
    content = a_list(4, old_head=True, phone="máy lẻ")
    found = proposed(content)
    assert found.problems
    back = lists.given_back(content, found)
    page = openpyxl.load_workbook(io.BytesIO(back))["Danh bạ"]
    said = [[cell.value for cell in row] for row in page.iter_rows()]
    assert said[0][1:4] == list(HEAD[1:])
    assert [row[1] for row in said[1:3]] == ["Nguyễn Thị Hường 0", "Trần Văn Đức 1"]
    assert page["C2"].fill.fgColor.rgb == "FFFFC7CE"
    assert "TCVN3" not in " ".join(
        n.what.vi for n in lists.propose("x.xlsx", back, a_province(), ON).notices
    )
