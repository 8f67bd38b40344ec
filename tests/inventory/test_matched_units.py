"""Units by name: what was matched is told once, what was not with what is near."""

from datetime import date

from core.inventory import Succession, UnitLevel
from inventory import lists
from inventory.lists import ListProposal
from inventory.places import Gazetteer
from tests.inventory.builders import ON, a_unit
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


def test_a_unit_that_does_not_exist_is_said_not_to_with_what_is_near() -> None:
    found = proposed("UBND xã Mốc", "UBND xã Zỹ Zạ", "Trạm bơm số 3")
    near, nothing, unnamed = found.problems
    assert '"xã Mốc"' in near.what.vi
    assert "Xã Một" in near.mend.vi
    assert '"xã Zỹ Zạ"' in nothing.what.vi
    assert "Có phải là" not in nothing.mend.vi
    assert "Thêm cột Xã/Phường" in unnamed.mend.vi


def test_near_names_are_those_of_former_units_too() -> None:
    land = a_province()
    former = a_unit("cu", "00009", UnitLevel.COMMUNE).model_copy(
        update={"name": "Xã Phú Nghĩa", "valid_to": date(2025, 7, 1)}
    )
    went = Succession(old="cu", new="xa-1", on=date(2025, 7, 1))
    update = {"units": (*land.units, former), "successions": (went,)}
    gazetteer = Gazetteer(land.model_copy(update=update), ON)
    assert gazetteer.nearer("xã Phú Ngọc") == gazetteer.said(["xa-1"])
    assert gazetteer.nearer("xã Bình Ngọc") == ()
