"""Tân is not Tấn: a name with other marks is another name, a name without marks may be either."""

import unicodedata

import pytest

from core.inventory import Contact, Inventory, Unit, UnitLevel
from inventory import lists
from inventory.lists import ListProposal
from inventory.places import Gazetteer
from inventory.plan import as_of
from inventory.registers import Registers
from inventory.spelling import may_be, same_marks
from tests.inventory.builders import ON, a_device, a_link, a_site
from tests.inventory.workbooks import Cell, a_province, saved

HEAD: list[Cell] = ["Tên đơn vị", "IP WAN", "Nhà mạng", "Mã kênh"]
COMMUNES = {"loc-tan": "Lộc Tấn", "thuy-xuan": "Thủy Xuân", "tan-tien": "Tân Tiến"}


def a_unit(slug: str, code: str, name: str) -> Unit:
    return Unit(
        slug=slug,
        code=code,
        level=UnitLevel.COMMUNE,
        name=name,
        parent="dong-nai",
        province_code="75",
    )


def a_land_of_namesakes() -> Inventory:
    """Return three communes, each with its site, gateway and line."""
    land = a_province()
    units = [
        a_unit(slug, f"2520{n}", f"Xã {name}") for n, (slug, name) in enumerate(COMMUNES.items())
    ]
    sites = [a_site(slug, unit=slug, name=f"UBND xã {name}") for slug, name in COMMUNES.items()]
    gateways = [a_device(f"gw-{slug}", slug, address=f"10.1.1.{len(slug)}") for slug in COMMUNES]
    lines = [a_link(f"kt-{slug}", "rt-1", f"gw-{slug}", circuit=slug) for slug in COMMUNES]
    update = {
        "units": (*land.units, *units),
        "sites": (*land.sites, *sites),
        "devices": (*land.devices, *gateways),
        "links": (*land.links, *lines),
    }
    return land.model_copy(update=update)


def proposed(*rows: list[Cell], head: list[Cell] = HEAD) -> ListProposal:
    return lists.propose("ds.xlsx", saved(("DS", [head, *rows])), a_land_of_namesakes(), ON)


@pytest.mark.parametrize("name", ["xã Lộc Tân", "xã Thủy Xuẩn", "xã Tân Tiên", "xã Tan Tiến"])
def test_a_name_with_other_marks_is_no_known_place_and_is_suggested(name: str) -> None:
    found = proposed([f"UBND {name}", "10.75.250.33", "VNPT", "DNI-0050"])
    (problem,) = found.problems[:1]
    assert problem.line == 2
    assert any(f"Xã {known}" in problem.mend.vi for known in COMMUNES.values())
    assert not found.proposal.plan.changed


def test_other_marks_are_another_place_where_the_unit_is_given() -> None:
    head = [*HEAD, "Xã/Phường"]
    found = proposed(["UBND xã Lộc Tân", "10.75.250.33", "VNPT", "DNI-0050", "25200"], head=head)
    assert not found.problems
    assert not found.proposal.plan.changed
    assert {step.table for step in found.proposal.plan.added} == {"sites", "devices", "links"}


def test_two_names_that_marks_tell_apart_are_two_places_of_one_list() -> None:
    head = [*HEAD, "Xã/Phường"]
    found = proposed(
        ["Trạm Tân Tiên", "10.75.250.33", "VNPT", "DNI-1", "25202"],
        ["Trạm Tân Tiến", "10.75.250.34", "VNPT", "DNI-2", "25202"],
        head=head,
    )
    assert not found.problems
    names = {step.row.name for step in found.proposal.plan.added if step.table == "sites"}  # type: ignore[union-attr]
    assert names == {"Trạm Tân Tiên", "Trạm Tân Tiến"}


@pytest.mark.parametrize(
    "name",
    ["UBND xa Loc Tan", "UBND X. LỘC TẤN", unicodedata.normalize("NFD", "UBND xã Lộc Tấn")],
)
def test_a_name_without_marks_or_in_another_composition_is_the_place_it_can_be(name: str) -> None:
    found = proposed([name, "10.75.250.33", "VNPT", "DNI-0050"])
    assert not found.problems
    changed = {step.name for step in found.proposal.plan.changed}
    assert changed - {"loc-tan"} == {"gw-loc-tan", "kt-loc-tan"}
    (site,) = (s for s in found.proposal.plan.result.sites if s.slug == "loc-tan")
    assert not site.name.isascii()
    assert not found.proposal.plan.added


def test_references_by_name_go_by_marks() -> None:
    land = a_land_of_namesakes()
    people = (Contact(slug="a", name="Lê Văn Tấn", phone="0912345678"),)
    land = land.model_copy(update={"contacts": people})
    register = Registers(land, as_of(land, ON))["contacts"]
    assert register.find("Lê Văn Tấn").slug == register.find("le van tan").slug == "a"
    other = register.find("Lê Văn Tân")
    assert other.slug is None
    assert other.candidates == ("Lê Văn Tấn (a)",)
    assert not other.ambiguous


def test_units_go_by_marks() -> None:
    gazetteer = Gazetteer(a_land_of_namesakes(), ON)
    assert gazetteer.find("xã Thuỷ Xuân").slug == gazetteer.find("xa thuy xuan").slug == "thuy-xuan"
    assert gazetteer.find("xã Thủy Xuẩn").slug is None
    assert gazetteer.find("xã Thủy Xuẩn").candidates == gazetteer.said(["thuy-xuan"])


def test_words_that_only_one_of_the_names_has_are_no_difference() -> None:
    assert same_marks("Ủy ban nhân dân xã Lộc Tấn", "UBND X. Lộc Tấn")
    assert not same_marks("Lộc Tân, UBND tỉnh", "Lộc Tấn, Uỷ ban nhân dân tỉnh")
    assert may_be("Loc Tan", "Lộc Tấn")
    assert not may_be("Lộc Tấn", "Loc Tan")
