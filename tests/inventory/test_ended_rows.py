"""Rows that ended in the past are known again without an identifier, and leave today's alone."""

from core.inventory import Inventory
from inventory import lists
from inventory.plan import Plan
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, saved

UNITS: list[list[Cell]] = [
    ["Mã", "Cấp", "Tên", "Mã tỉnh", "Hết hiệu lực từ"],
    ["25213", "xã", "Xã Tiến Hưng", "70", "01/07/2025"],
    ["691", "huyện", "Huyện Bù Gia Mập", "70", "01/07/2025"],
]
CONTACTS: list[list[Cell]] = [
    ["Họ tên", "Điện thoại", "Hết hiệu lực từ"],
    ["Trần Văn B", "0912345678", "01/07/2025"],
    ["Lê Thị C", "0912345678", "01/07/2025"],
]
SITES: list[list[Cell]] = [
    ["Tên", "Đơn vị", "Vai trò", "Hết hiệu lực từ"],
    ["Trụ sở cũ", "Xã Một", "site", "01/07/2025"],
]


def plan(current: Inventory, *sheets: tuple[str, list[list[Cell]]]) -> Plan:
    found = lists.propose("ds.xlsx", saved(*sheets), current, ON)
    assert not found.problems
    return found.proposal.plan


def test_what_has_ended_is_known_again() -> None:
    sheets = [("Đơn vị hành chính", UNITS), ("Đầu mối", CONTACTS), ("Điểm cầu", SITES)]
    first = plan(a_province(), *sheets)
    assert len(first.added) == 5
    assert plan(first.result, *sheets).empty


def test_who_came_after_somebody_of_the_same_name_and_telephone_is_another_row() -> None:
    gone = plan(a_province(), ("Đầu mối", CONTACTS)).result
    today: list[list[Cell]] = [CONTACTS[0], ["Trần Văn B", "0912345678", None]]
    first = plan(gone, ("Đầu mối", today))
    (added,) = first.added
    assert added.name != "tran-van-b"
    both = [*CONTACTS, today[1]]
    assert plan(first.result, ("Đầu mối", both)).empty


def test_a_row_of_today_is_ended_by_its_name() -> None:
    today: list[list[Cell]] = [CONTACTS[0], ["Trần Văn B", "0912345678", None]]
    land = plan(a_province(), ("Đầu mối", today)).result
    (changed,) = plan(land, ("Đầu mối", CONTACTS[:2])).changed
    assert changed.name == "tran-van-b"
