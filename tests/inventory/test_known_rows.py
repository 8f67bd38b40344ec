"""What the ledger holds of a row stays where a list says nothing of its own."""

from core.inventory import Contact, Inventory
from inventory import lists
from inventory.lists import ListProposal
from inventory.plan import applied
from tests.inventory.builders import ON, a_device, a_link, a_room, a_site
from tests.inventory.workbooks import Cell, a_province, saved


def proposed(*rows: list[Cell], current: Inventory) -> ListProposal:
    return lists.propose("ds.xlsx", saved(("DS", rows)), current, ON)


def a_known_place() -> Inventory:
    """Return a commune with names, a kind, an order and a near end of its own choosing."""
    land = a_province()
    return land.model_copy(
        update={
            "contacts": (
                *land.contacts,
                Contact(slug="be", name="Trần Thị Bé", phone="0912345678"),
            ),
            "sites": (*land.sites, a_site("mot", name="UBND xã Một")),
            "devices": (
                *land.devices,
                a_device("rt-mot", "mot", "router", name="Bộ định tuyến Một", address="10.70.5.1"),
                a_device("vc-mot", "mot", "endpoint", name="Bộ họp", address="10.70.5.9"),
            ),
            "links": (
                *land.links,
                a_link("kenh-mot", "gw-cum", "rt-mot", circuit="DNI-1", name="Kênh 1", order=2),
            ),
            "rooms": (a_room("phong-mot", "mot", name="Hội trường A", device="vc-mot"),),
        }
    )


def test_a_row_of_name_and_address_alone_renames_no_device() -> None:
    head: list[Cell] = ["Tên đơn vị", "IP WAN"]
    found = proposed(head, ["UBND xã Một", "10.70.5.1"], current=a_known_place())
    assert not found.problems
    assert found.proposal.plan.empty


def test_a_full_row_changes_only_what_it_says() -> None:
    head: list[Cell] = ["Tên đơn vị", "IP WAN", "Mã kênh", "Băng thông", "SĐT", "IP codec"]
    row: list[Cell] = ["UBND xã Một", "10.70.5.1", "DNI-1", 300, "0912345678", "10.70.5.9"]
    found = proposed(head, row, current=a_known_place())
    assert not found.problems
    assert not found.proposal.plan.added
    changed = {
        (step.name, tuple(d.field for d in step.differences))
        for step in found.proposal.plan.changed
    }
    assert changed == {
        ("kenh-mot", ("capacity_mbps",)),
        ("mot", ("contact",)),
        (
            "phong-mot",
            ("contact",),
        ),
    }


def test_a_line_of_the_ledger_gives_way_only_where_two_would_have_one_rank() -> None:
    head: list[Cell] = ["Tên đơn vị", "IP WAN", "Mã kênh"]
    one = applied(
        a_province(),
        proposed(
            head, ["UBND xã Một", "10.9.0.1", "C1"], current=a_province()
        ).proposal.plan.changes,
    )
    rows: list[list[Cell]] = [
        head,
        ["UBND xã Một", "10.9.0.1", "C0"],
        ["UBND xã Một", "10.9.0.1", "C1"],
    ]
    found = proposed(*rows, current=one)
    assert not found.problems
    lines = {link.circuit: link.order for link in found.proposal.plan.result.links}
    assert (lines["C0"], lines["C1"]) == (1, 2)
