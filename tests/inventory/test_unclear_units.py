"""A unit by its code, by a level that says otherwise, by a district that tells nothing."""

from datetime import date

import pytest

from core.inventory import Inventory, Succession, Unit, UnitLevel
from inventory import lists
from inventory.lists import ListProposal
from inventory.places import Gazetteer
from tests.inventory.builders import ON, a_site
from tests.inventory.workbooks import Cell, a_province, saved

REFORM = date(2025, 7, 1)
HEAD: list[Cell] = ["Tên đơn vị", "Huyện (cũ)", "IP WAN", "SĐT"]


def a_unit(slug: str, code: str, name: str, parent: str = "dong-nai", *, old: bool = False) -> Unit:
    level = UnitLevel.COMMUNE if len(code) == 5 else UnitLevel.DISTRICT
    return Unit(
        slug=slug,
        code=code,
        level=level,
        name=name,
        parent=parent,
        province_code="75",
        valid_to=REFORM if old else None,
    )


def a_land_reformed() -> Inventory:
    land = a_province()
    units = (
        *land.units,
        a_unit("loc-tan", "25222", "Xã Lộc Tấn"),
        a_unit("p-minh-hung", "25441", "Phường Minh Hưng"),
        a_unit("x-bu-dang", "25399", "Xã Bù Đăng"),
        a_unit("minh-hung", "25408", "Xã Minh Hưng", "h-bu-dang", old=True),
        a_unit("h-bu-dang", "696", "Huyện Bù Đăng", old=True),
        a_unit("h-bu-gia-map", "691", "Huyện Bù Gia Mập", old=True),
        a_unit("dak-o", "25231", "Xã Đăk Ơ"),
    )
    moves = (Succession(old="minh-hung", new="x-bu-dang", on=REFORM),)
    return land.model_copy(update={"units": units, "successions": moves})


def proposed(*rows: list[Cell], land: Inventory | None = None) -> ListProposal:
    content = saved(("DS", [HEAD, *rows]))
    return lists.propose("ds.xlsx", content, land or a_land_reformed(), ON)


@pytest.mark.parametrize("said", ["25222", "loc-tan", 25222])
def test_the_code_of_a_unit_makes_a_place_of_the_unit_s_name(said: Cell) -> None:
    found = proposed([said, None, "10.9.0.1", "0912345678"])
    assert not found.problems
    names = {step.table: getattr(step.row, "name", "") for step in found.proposal.plan.added}
    assert names == {
        "sites": "Xã Lộc Tấn",
        "devices": "Cổng kết nối Xã Lộc Tấn",
        "contacts": "Đầu mối Xã Lộc Tấn",
    }
    assert proposed(
        [said, None, "10.9.0.1", "0912345678"], land=found.proposal.plan.result
    ).proposal.plan.empty


def test_the_code_of_a_unit_is_the_site_that_it_has() -> None:
    land = a_land_reformed()
    site = a_site("lt", unit="loc-tan", name="UBND xã Lộc Tấn")
    land = land.model_copy(update={"sites": (*land.sites, site)})
    found = proposed(["25222", None, "10.9.0.1", None], land=land)
    assert [step.name for step in found.proposal.plan.added] == ["gw-lt"]
    assert not found.proposal.plan.changed


# A level that says otherwise


def test_a_former_unit_with_the_level_that_is_said_is_not_passed_over() -> None:
    gazetteer = Gazetteer(a_land_reformed(), ON)
    found = gazetteer.find("UBND xã Minh Hưng")
    assert found.ambiguous
    assert found.candidates == gazetteer.said(["p-minh-hung", "minh-hung"])
    assert gazetteer.find("phường Minh Hưng").slug == "p-minh-hung"
    assert gazetteer.find("xã Minh Hưng", "Bù Đăng").slug == "x-bu-dang"


# A district that tells nothing


def test_a_district_that_has_no_such_commune_is_named() -> None:
    (problem, *_) = proposed(["UBND xã Đăk Ơ", "Bù Gia Mập", "10.9.0.1", None]).problems
    assert '"Bù Gia Mập"' in problem.what.vi
    assert "Xã Đăk Ơ" in problem.what.vi
    assert "Có phải là" not in problem.mend.vi


def test_a_district_behind_the_name_is_named_as_well() -> None:
    row: list[Cell] = ["UBND xã Đăk Ơ - huyện Bù Gia Mập (cũ)", None, "10.9.0.1", None]
    (problem, *_) = proposed(row).problems
    assert "huyện Bù Gia Mập" in problem.what.vi
    assert "Xã Đăk Ơ" in problem.what.vi


def test_a_former_unit_that_nothing_came_after_is_said_to_be_one() -> None:
    (problem, *_) = proposed(["UBND huyện Bù Gia Mập", None, "10.9.0.1", None]).problems
    assert "là đơn vị cũ" in problem.what.vi


def test_a_district_that_is_not_in_the_inventory_is_told() -> None:
    found = proposed(["UBND xã Đăk Ơ", "Huyện Zét", "10.9.0.1", None])
    assert not found.problems
    again = proposed(
        ["UBND xã Đăk Ơ", "Huyện Zét", "10.9.0.1", None], land=found.proposal.plan.result
    )
    assert again.proposal.plan.empty
    for one in (found, again):
        assert any('không có "Huyện Zét"' in notice.what.vi for notice in one.notices)
