"""The same place on two rows: taken once, joined, or told."""

import pytest

from inventory import lists
from inventory.lists import ListProposal
from inventory.officenames import others, whole
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, saved

HEAD: list[Cell] = ["Tên đơn vị", "IP WAN", "Nhà mạng", "Mã kênh"]


def proposed(*rows: list[Cell]) -> ListProposal:
    return lists.propose("ds.xlsx", saved(("DS", [HEAD, *rows])), a_province(), ON)


def added(found: ListProposal, table: str) -> list[str]:
    return [step.name for step in found.proposal.plan.added if step.table == table]


def test_identical_rows_are_taken_once_and_that_is_told() -> None:
    row: list[Cell] = ["UBND xã Một", "10.9.0.1", "VNPT", "A"]
    found = proposed(row, ["UBND  xã Một ", *row[1:]])
    assert not found.problems
    assert added(found, "links") == ["kt-ubnd-xa-mot"]
    assert any(n.line == 3 and "giống hệt dòng 2" in n.what.vi for n in found.notices)


def test_two_addresses_of_one_place_are_a_problem_with_both_rows() -> None:
    found = proposed(
        ["UBND xã Một", "10.9.0.1", "VNPT", "A"], ["UBND xã Một", "10.9.0.2", "VNPT", "B"]
    )
    (problem,) = (p for p in found.problems if p.key == "IP WAN")
    assert problem.line == 3
    assert "dòng 2 và dòng 3" in problem.what.vi


def test_an_abbreviated_name_is_the_same_place() -> None:
    found = proposed(
        ["UBND P. Hai", "10.9.0.1", "VNPT", "A"], ["UBND phường Hai", "10.9.0.1", "VNPT", "B"]
    )
    assert not found.problems
    assert added(found, "sites") == ["ubnd-p-hai"]
    assert added(found, "devices") == ["gw-ubnd-p-hai"]


def test_an_abbreviation_in_a_list_does_not_rename_the_place() -> None:
    land = proposed(["UBND phường Hai", "10.9.0.1", None, None]).proposal.plan.result
    content = saved(("DS", [HEAD, ["UBND P.Hai", "10.9.0.1", None, None]]))
    assert lists.propose("ds.xlsx", content, land, ON).proposal.plan.empty


@pytest.mark.parametrize(
    "name",
    ["UBND P. Trấn Biên", "UBND P Trấn Biên", "Điểm cầu Ủy ban nhân dân phường Trấn Biên"],
)
def test_names_are_compared_without_abbreviations(name: str) -> None:
    assert whole(name) == "ubnd phuong tran bien"
    assert whole("UBND phường Trấn Biên") in others("UBND Trấn Biên")


def test_other_offices_of_a_commune_are_other_places() -> None:
    names = ("UBND xã Một", "Đảng ủy xã Một", "Trạm y tế xã Một", "UBND thị trấn Một")
    assert len({whole(name) for name in names}) == len(names)
