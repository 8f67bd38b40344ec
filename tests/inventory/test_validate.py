from datetime import date, timedelta

from core.inventory import Inventory, Succession, UnitLevel
from inventory.doubts import doubts
from inventory.validate import problems
from tests.inventory.builders import (
    ON,
    a_device,
    a_land,
    a_link,
    a_room,
    a_service,
    a_site,
    a_unit,
)

OLD = date(2025, 7, 1)


def _said(inventory: Inventory, **more: object) -> list[str]:
    return [problem.said("en") for problem in problems(inventory, ON, **more)]  # type: ignore[arg-type]


def test_a_row_of_the_past_may_point_at_rows_of_the_past() -> None:
    land = a_land()
    site = a_site("dc-cu").model_copy(update={"valid_to": OLD})
    device = a_device("gw-cu", "dc-cu").model_copy(update={"valid_to": OLD})
    link = a_link("k-cu", "gw-cum", "gw-cu").model_copy(update={"valid_to": OLD})
    assert not _said(
        a_land(
            sites=(*land.sites, site), devices=(*land.devices, device), links=(*land.links, link)
        )
    )


def test_a_row_may_not_point_at_a_row_that_ended() -> None:
    device = a_device("gw-1", "dc-1").model_copy(update={"valid_to": OLD})
    others = tuple(d for d in a_land().devices if d.slug != "gw-1")
    (said,) = _said(a_land(devices=(*others, device)))
    assert said.startswith('links.csv: k-1.far: "gw-1" in devices.csv no longer holds from 2025')


def test_a_successor_may_be_of_any_time() -> None:
    old = a_unit("xa-cu", "00002", UnitLevel.COMMUNE).model_copy(update={"valid_to": OLD})
    land = a_land(
        units=(*a_land().units, old), successions=(Succession(old="xa-cu", new="xa-1", on=OLD),)
    )
    assert not _said(land)


def test_a_code_may_pass_to_another_unit_when_the_first_has_ended() -> None:
    old = a_unit("xa-cu", "00001", UnitLevel.COMMUNE).model_copy(update={"valid_to": OLD})
    new = a_unit("xa-1", "00001", UnitLevel.COMMUNE, "dong-nai").model_copy(
        update={"valid_from": OLD}
    )
    sites = tuple(s.model_copy(update={"valid_from": OLD}) for s in a_land().sites)
    assert not _said(a_land(units=(a_land().units[0], old, new), sites=sites))


def test_a_commune_may_lie_in_a_province_or_in_a_district() -> None:
    district = a_unit("huyen", "001", UnitLevel.DISTRICT, "dong-nai")
    below = a_unit("xa-2", "00002", UnitLevel.COMMUNE, "huyen")
    assert not _said(a_land(units=(*a_land().units, district, below)))


def test_two_sites_and_a_link_may_not_share_a_slug() -> None:
    (said,) = _said(a_land(sites=(*a_land().sites, a_site("k-1"))))
    assert said.startswith('links.csv: k-1.slug: the slug "k-1" is in use in sites.csv')


def test_an_uplink_may_be_a_link_or_a_device() -> None:
    more = a_device("ep-9", "dc-1", "endpoint", uplinks=("k-1", "gw-cum", "gw-2"))
    assert not _said(a_land(devices=(*a_land().devices, more)))
    lost = a_device("ep-9", "dc-1", "endpoint", uplinks=("k-11",))
    (said,) = _said(a_land(devices=(*a_land().devices, lost)))
    assert 'devices.csv: ep-9.uplinks: "k-11" is not in links.csv / devices.csv' in said
    assert 'Did you mean "k-1"?' in said


def test_two_reserves_of_each_other_are_a_loop_told_once() -> None:
    ring = (
        a_link("r-12", "gw-1", "gw-2", order=3),
        a_link("r-21", "gw-2", "gw-1", order=3),
    )
    said = _said(a_land(links=(*a_land().links, *ring)))
    assert len(said) == 1
    assert "the uplinks run in a circle" in said[0]


def test_a_loop_that_begins_later_is_told_today() -> None:
    back = a_link("k-9", "gw-1", "gw-cum", order=2, valid_from=ON + timedelta(days=30))
    (said,) = _said(a_land(links=(*a_land().links, back)))
    assert "the uplinks run in a circle" in said


def test_a_service_may_need_services_devices_and_sites_but_not_itself() -> None:
    base = a_service("csdl", "tcp://10.0.0.4:5432")
    front = a_service("cong", "https://cong.example/", depends_on=("csdl|gw-1", "dc-1"))
    assert not _said(a_land(services=(base, front)))
    lost = front.model_copy(update={"depends_on": ("csdl|csd",)})
    (said,) = _said(a_land(services=(base, lost)))
    assert 'services.csv: cong.depends_on: "csd" is not in services.csv / devices.csv' in said
    ring = base.model_copy(update={"depends_on": ("cong",)})
    (said,) = _said(a_land(services=(ring, front)))
    assert "services.csv: c" in said
    assert "in a circle: cong → csdl → cong" in said
    (said,) = _said(a_land(services=(base.model_copy(update={"depends_on": ("csdl",)}),)))
    assert "in a circle: csdl → csdl" in said


def test_ten_thousand_devices_in_a_chain_are_no_trouble() -> None:
    count = 10_000
    chain = tuple(
        a_device(f"c-{n}", "dc-1", "switch", uplinks=(f"c-{n - 1}",) if n else ("gw-1",))
        for n in range(count)
    )
    assert not _said(a_land(devices=(*a_land().devices, *chain)))
    closed = (a_device("c-0", "dc-1", "switch", uplinks=(f"c-{count - 1}",)), *chain[1:])
    assert len(_said(a_land(devices=(*a_land().devices, *closed)))) == 1


def test_what_cannot_be_read_is_not_blamed_on_those_who_refer_to_it() -> None:
    land = a_land(sites=tuple(site for site in a_land().sites if site.slug != "dc-1"))
    assert len(_said(land)) == 2
    assert not _said(land, broken={"sites": {"dc-1"}})
    assert not _said(land, unread={"sites"})


def test_a_kind_needs_collectors_that_are_there() -> None:
    others = {f"snmp_{name}" for name in ("system", "health", "neighbours", "inventory", "probes")}
    said = _said(a_land(), collectors={"icmp", "tcp", *others})
    assert len(said) == 5
    assert all('this installation has no collector "snmp_interfaces"' in line for line in said)


def test_faults_are_told_in_the_order_of_files_and_lines() -> None:
    land = a_land(
        sites=(*a_land().sites, a_site("x", unit="nowhere"), a_site("y", unit="nowhere")),
        contacts=(),
    )
    lines = {"x": 9, "y": 7}
    found = problems(land, ON, where=lambda table, row: lines.get(getattr(row, "slug", "")))
    assert [(p.file, p.line) for p in found] == [
        ("sites.csv", None),
        ("sites.csv", 7),
        ("sites.csv", 9),
    ]


def test_a_planned_end_must_be_planned_for_all_that_stands_there() -> None:
    end = ON + timedelta(days=40)
    closing = tuple(
        s.model_copy(update={"valid_to": end}) if s.slug == "dc-2" else s for s in a_land().sites
    )
    said = _said(a_land(sites=closing))
    assert [line.split(":")[1].strip() for line in said] == ["gw-2.site", "ups-2.site"]
    assert "no longer holds from 2027-01-01" in said[0]


def test_summer_and_winter_hours_must_meet() -> None:
    summer, winter = ON + timedelta(days=100), ON + timedelta(days=200)
    hours = a_land().calendars
    first = [span.model_copy(update={"valid_to": summer}) for span in hours]
    second = [span.model_copy(update={"valid_from": summer}) for span in hours]
    late = [span.model_copy(update={"valid_from": winter}) for span in hours]
    assert not _said(a_land(calendars=(*first, *second)))
    assert len(_said(a_land(calendars=(*first, *late)))) == 2


def test_a_room_joins_by_an_endpoint_of_its_own_site() -> None:
    assert _said(a_land(rooms=(a_room("p", "dc-1", device="ep-1"), a_room("q", "dc-2")))) == []
    (wrong,) = _said(a_land(rooms=(a_room("p", "tt", device="sv-1"),)))
    assert "server" in wrong
    (elsewhere,) = _said(a_land(rooms=(a_room("p", "dc-2", device="ep-1"),)))
    assert '"dc-1"' in elsewhere


def test_a_service_names_its_own_site_and_a_way_to_be_looked_at() -> None:
    good = a_service("c", "https://c.example/", site="tt", device="sv-1")
    assert _said(a_land(services=(good,))) == []
    (elsewhere,) = _said(a_land(services=(good.model_copy(update={"site": "dc-1"}),)))
    assert '"tt"' in elsewhere
    (unreadable,) = _said(a_land(services=(good.model_copy(update={"url": "gopher://c"}),)))
    assert "gopher" in unreadable


def test_rooms_and_services_share_no_slug_with_anything() -> None:
    land = a_land(
        rooms=(a_room("dc-1", "dc-1"),), services=(a_service("k-1", "tcp://10.0.0.4:25"),)
    )
    assert len(_said(land)) == 2


def test_two_services_at_one_address_and_two_rooms_of_one_endpoint_are_doubtful() -> None:
    land = a_land(
        services=(
            a_service("a", "https://cong.example"),
            a_service("b", "https://Cong.example/"),
            a_service("c", "https://khac.example/"),
        ),
        rooms=(a_room("p", "dc-1", device="ep-1"), a_room("q", "dc-1", device="ep-1")),
    )
    assert [(d.file, d.key) for d in doubts(land, ON)] == [
        ("rooms.csv", "device"),
        ("services.csv", "url"),
    ]
