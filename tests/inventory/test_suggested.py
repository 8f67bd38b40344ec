"""What neighbours and default routes suggest, what they leave alone, and what taking one writes."""

from datetime import date

import pytest

from core.errors import Conflict, Invalid
from core.inventory import Device, Inventory, Link, Site, Unit, UnitLevel
from core.sighting import Address, Neighbour, Sighting, WayOut
from inventory.plan import applied
from inventory.suggested import suggestions, taken

ON = date(2026, 11, 30)


def device(slug: str, site: str, kind: str = "switch", address: str | None = None) -> Device:
    return Device(slug=slug, name=slug, site=site, kind=kind, address=address or f"{slug}.lan")


def land(*more: Device, links: tuple[Link, ...] | None = None) -> Inventory:
    """Return a centre, and a commune with a gateway and two switches behind it."""
    unit = Unit(slug="t", code="75", level=UnitLevel.PROVINCE, name="Tỉnh", province_code="75")
    return Inventory(
        units=(unit,),
        sites=(
            Site(slug="tt", name="Trung tâm", unit="t", role="center"),
            Site(slug="xa", name="Xã", unit="t"),
        ),
        devices=(
            device("core", "tt", "router", "10.0.0.1"),
            device("gw", "xa", "gateway", "10.75.1.1"),
            device("sw1", "xa"),
            device("sw2", "xa"),
            *more,
        ),
        links=links or (Link(slug="kenh", name="Kênh xã", near="core", far="gw"),),
    )


def found(inventory: Inventory, seen: Sighting) -> dict[str, tuple[str, ...]]:
    return {
        one.key: tuple(text.en for text in one.evidence) for one in suggestions(inventory, ON, seen)
    }


BOTH_SEE = Sighting(
    neighbours=(
        Neighbour("core", "lldp", "Gi0/1", "gw.tinh.vn", "ge-0/0/0"),
        Neighbour("sw1", "lldp", "24", "gw", "ge-0/0/5"),
        Neighbour("sw2", "cdp", "1", "SW1-XA(serial)", "23"),
    ),
    names=(("sw1", "sw1-xa"),),
)


def test_ports_of_a_line_are_told_by_either_end() -> None:
    keys = found(land(), BOTH_SEE)
    assert keys["links/kenh?near_port=Gi0/1,far_port=ge-0/0/0"] == (
        "LLDP: core sees gw (ge-0/0/0) on its port Gi0/1",
    )


def test_what_the_inventory_says_already_is_not_suggested() -> None:
    said = Link(slug="kenh", name="K", near="core", far="gw", near_port="a", far_port="b")
    assert not [key for key in found(land(links=(said,)), BOTH_SEE) if key.startswith("links/")]
    half = said.model_copy(update={"far_port": None})
    assert "links/kenh?far_port=ge-0/0/0" in found(land(links=(half,)), BOTH_SEE)


def test_which_of_two_lines_a_port_carries_is_not_guessed() -> None:
    two = tuple(Link(slug=f"k{n}", name="K", near="core", far="gw", order=n) for n in (1, 2))
    assert not [key for key in found(land(links=two), BOTH_SEE) if key.startswith("links/")]


def test_a_switch_behind_a_switch_is_suggested_below_it() -> None:
    keys = found(land(), BOTH_SEE)
    assert keys["devices/sw2?uplinks=sw1"] == ("CDP: sw2 sees sw1 (23) on its port 1",)
    assert not [key for key in keys if key.startswith("devices/sw1")], "the gateway is above it"


def test_a_default_route_names_the_way_up_by_any_address_of_a_device() -> None:
    seen = Sighting(
        addresses=(Address("sw1", "10.75.1.2", "Vlan1"), Address("sw1", "10.75.9.1", "Vlan9")),
        ways_out=(WayOut("sw2", "10.75.9.1"),),
    )
    [(key, evidence)] = found(land(), seen).items()
    assert key == "devices/sw2?uplinks=sw1"
    assert "10.75.9.1" in evidence[0]


def test_addresses_and_names_that_two_devices_bear_suggest_nothing() -> None:
    seen = Sighting(
        addresses=(Address("sw1", "10.75.9.1"), Address("gw", "10.75.9.1")),
        ways_out=(WayOut("sw2", "10.75.9.1"),),
        neighbours=(Neighbour("sw2", "lldp", "1", "switch", "2"),),
        names=(("sw1", "switch"), ("gw", "switch")),
    )
    assert found(land(), seen) == {}


def test_no_way_up_is_suggested_that_would_lead_in_a_circle() -> None:
    seen = Sighting(
        addresses=(Address("sw1", "10.75.9.9"),),
        ways_out=(WayOut("gw", "10.75.9.9"),),
    )
    assert found(land(), seen) == {}, "the switch stands below the gateway"


def test_devices_that_are_not_in_the_inventory_say_nothing() -> None:
    seen = Sighting(
        neighbours=(Neighbour("elsewhere", "lldp", "1", "gw", "2"),),
        addresses=(Address("elsewhere", "10.75.9.1"),),
        ways_out=(WayOut("elsewhere", "10.0.0.1"), WayOut("sw2", "192.0.2.9")),
    )
    assert found(land(), seen) == {}


def test_taking_a_suggestion_changes_that_row_alone() -> None:
    now = land()
    one = next(s for s in suggestions(now, ON, BOTH_SEE) if s.table == "links")
    plan = taken(now, one, ON)
    assert [step.name for step in plan.changed] == ["kenh"]
    assert not plan.added
    assert not plan.retired
    after = applied(now, plan.changes)
    [link] = after.links
    assert (link.near_port, link.far_port) == ("Gi0/1", "ge-0/0/0")
    assert after.devices == applied(now, plan.changes).devices
    assert not [s for s in suggestions(after, ON, BOTH_SEE) if s.table == "links"]
    with pytest.raises(Conflict):
        taken(after, one, ON)


def test_a_suggestion_that_no_longer_fits_is_refused_with_its_reason() -> None:
    now = land()
    one = next(s for s in suggestions(now, ON, BOTH_SEE) if s.slug == "sw2")
    rows = tuple(
        d.model_copy(update={"uplinks": ("sw2",)}) if d.slug == "sw1" else d for d in now.devices
    )
    with pytest.raises(Invalid):
        taken(now.model_copy(update={"devices": rows}), one, ON)
