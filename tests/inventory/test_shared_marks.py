"""One telephone of two people, one address of two devices: each is known again as itself."""

from core.inventory import Contact, Inventory
from inventory import lists
from inventory.plan import Plan
from tests.inventory.builders import ON
from tests.inventory.workbooks import Cell, a_province, saved

HEAD: list[Cell] = ["Tên đơn vị", "IP WAN", "Mã kênh", "Đầu mối", "SĐT"]
OFFICE = "02713888999"


def plan(current: Inventory, *rows: list[Cell]) -> Plan:
    found = lists.propose("ds.xlsx", saved(("DS", [HEAD, *rows])), current, ON)
    assert not found.problems
    return found.proposal.plan


def test_two_people_with_the_telephone_of_their_office_are_known_again() -> None:
    rows: list[list[Cell]] = [
        ["UBND xã Một", "10.9.0.1", "A", "Trần Văn B", OFFICE],
        ["UBND phường Hai", "10.9.0.2", "B", "Lê Thị C", OFFICE],
    ]
    first = plan(a_province(), *rows)
    assert [step.name for step in first.added if step.table == "contacts"] == [
        "le-thi-c",
        "tran-van-b",
    ]
    assert plan(first.result, *rows).empty


def test_a_telephone_that_somebody_else_of_the_ledger_has_makes_one_person_once() -> None:
    land = a_province()
    other = Contact(slug="d", name="Bùi Văn D", phone=OFFICE)
    land = land.model_copy(update={"contacts": (*land.contacts, other)})
    row: list[Cell] = ["UBND xã Một", "10.9.0.1", "A", "Trần Văn B", OFFICE]
    first = plan(land, row)
    assert [step.name for step in first.added if step.table == "contacts"] == ["tran-van-b"]
    assert plan(first.result, row).empty


def test_two_places_behind_one_address_and_one_circuit_are_known_again() -> None:
    rows: list[list[Cell]] = [
        ["UBND xã Một", "10.9.0.1", "A", None, None],
        ["UBND phường Hai", "10.9.0.1", "A", None, None],
    ]
    first = plan(a_province(), *rows)
    assert plan(first.result, *rows).empty
