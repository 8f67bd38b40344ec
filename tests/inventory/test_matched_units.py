"""Units by name: what was matched is told once, what was not with what is near."""

from inventory import lists
from inventory.lists import ListProposal
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, saved


def proposed(*names: str) -> ListProposal:
    head: list[Cell] = ["Tên đơn vị", "IP WAN"]
    rows: list[list[Cell]] = [[name, f"10.9.0.{n}"] for n, name in enumerate(names, start=1)]
    return lists.propose("ds.xlsx", saved(("DS", [head, *rows])), a_province(), ON)


def test_names_that_were_matched_are_told_once_with_three_examples() -> None:
    found = proposed(*(f"{office} xã Một" for office in ("UBND", "Đảng ủy", "HĐND", "Trụ sở")))
    assert not found.problems
    (notice,) = (n for n in found.notices if "Xã Một" in n.what.vi)
    assert notice.line is None
    assert notice.what.vi.startswith("4 tên được hiểu là đơn vị, ví dụ ")
    assert notice.what.vi.count("→") == 3
