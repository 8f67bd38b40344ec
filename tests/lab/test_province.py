"""The pretend province: are its facts facts, and does its inventory hold together?"""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from core.inventory import Inventory, Unit, UnitLevel
from core.text import nfc
from lab import province, synthetic
from lab.fabric import Fabric
from lab.units import CITY, COMMUNES, DISTRICTS, REFORM

TODAY = date(2026, 11, 22)
PUBLISHED = Path(__file__).parents[3] / "shared/data/units/vn-units-2026-07-25.json"


def units_on(inventory: Inventory, day: date, level: UnitLevel) -> list[Unit]:
    return [
        unit
        for unit in inventory.units
        if unit.level is level
        and unit.valid_from <= day
        and (unit.valid_to is None or day < unit.valid_to)
    ]


@pytest.fixture(params=["today", "three tiers", "synthetic"])
def inventory(request: pytest.FixtureRequest) -> Inventory:
    if request.param == "synthetic":
        return synthetic.inventory()
    return province.inventory(three_tier=request.param == "three tiers")


def test_codes_and_names_are_those_of_the_published_list() -> None:
    if not PUBLISHED.exists():
        pytest.skip("../shared/data is absent")
    provinces = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    dong_nai = next(row for row in provinces if row["Code"] == "75")
    published = {
        row["Code"]: (nfc(row["FullName"]), nfc(row["FullNameEn"])) for row in dong_nai["Wards"]
    }
    ours = units_on(province.inventory(), TODAY, UnitLevel.COMMUNE)
    assert len(ours) == 40
    assert {u.code: (u.name, u.name_en) for u in ours} == {
        u.code: published.get(u.code) for u in ours
    }
    [whole] = units_on(province.inventory(), TODAY, UnitLevel.PROVINCE)
    assert (whole.name, whole.name_en) == (dong_nai["FullName"], dong_nai["FullNameEn"])


def test_the_land_of_before_has_11_districts_and_111_communes() -> None:
    inventory = province.inventory(three_tier=True)
    assert len(units_on(inventory, TODAY, UnitLevel.DISTRICT)) == 11
    assert len(units_on(inventory, TODAY, UnitLevel.COMMUNE)) == 111
    assert Counter(site.role for site in inventory.sites) == {"center": 1, "hub": 11, "site": 111}


def test_every_commune_of_old_became_one_of_the_40_and_none_was_forgotten() -> None:
    became = [old.became for district in DISTRICTS for old in district.communes]
    assert len(became) == 111
    assert set(became) == {commune.code for commune in COMMUNES}
    codes = [old.code for district in DISTRICTS for old in district.communes]
    assert len(set(codes)) == 111


def test_the_reform_replaces_every_unit_on_its_day() -> None:
    inventory = province.inventory()
    before = date(2025, 6, 30)
    assert len(units_on(inventory, before, UnitLevel.DISTRICT)) == 11
    assert len(units_on(inventory, before, UnitLevel.COMMUNE)) == 111
    assert not units_on(inventory, REFORM, UnitLevel.DISTRICT)
    assert len(units_on(inventory, REFORM, UnitLevel.COMMUNE)) == 40
    assert [u.name for u in units_on(inventory, REFORM, UnitLevel.PROVINCE)] == ["Tỉnh Đồng Nai"]
    assert [u.name for u in units_on(inventory, CITY, UnitLevel.PROVINCE)] == ["Thành phố Đồng Nai"]


def test_three_communes_became_wards_with_the_city_and_kept_their_codes() -> None:
    inventory = province.inventory()
    eve = {u.code: u.name for u in units_on(inventory, date(2026, 4, 29), UnitLevel.COMMUNE)}
    day = {u.code: u.name for u in units_on(inventory, CITY, UnitLevel.COMMUNE)}
    changed = {code: (eve[code], day[code]) for code in day if eve[code] != day[code]}
    assert changed == {
        "25270": ("Xã Lộc Ninh", "Phường Lộc Ninh"),
        "25357": ("Xã Tân Khai", "Phường Tân Khai"),
        "25363": ("Xã Đồng Phú", "Phường Đồng Phú"),
    }


def test_rows_of_one_unit_never_overlap_and_parents_hold_as_long_as_children() -> None:
    units = province.inventory().units
    for unit in units:
        rivals = [u for u in units if u.slug == unit.slug and u is not unit]
        end = unit.valid_to or date.max
        assert all(
            (u.valid_to or date.max) <= unit.valid_from or u.valid_from >= end for u in rivals
        )
        if unit.parent is not None:
            rows = [u for u in units if u.slug == unit.parent]
            assert min(u.valid_from for u in rows) <= unit.valid_from
            assert max(u.valid_to or date.max for u in rows) >= end


def test_slugs_addresses_and_ports_are_unique(inventory: Inventory) -> None:
    slugs = [row.slug for row in (*inventory.sites, *inventory.devices, *inventory.links)]
    addresses = [device.address for device in inventory.devices]
    addresses += [link.address for link in inventory.links if link.address]
    ports = [(link.near, link.near_port) for link in inventory.links]
    ports += [(link.far, link.far_port) for link in inventory.links]
    circuits = [link.circuit for link in inventory.links]
    for names in (slugs, addresses, ports, circuits):
        assert len(names) == len(set(names))


def test_references_lead_somewhere(inventory: Inventory) -> None:
    units = {unit.slug for unit in inventory.units}
    sites = {site.slug for site in inventory.sites}
    devices = {device.slug for device in inventory.devices}
    organisations = {organisation.slug for organisation in inventory.organisations}
    assert all(site.unit in units for site in inventory.sites)
    assert all(s.organisation in organisations for s in inventory.sites if s.organisation)
    assert all(device.site in sites for device in inventory.devices)
    assert all({link.near, link.far} <= devices for link in inventory.links)
    assert all({row.old, row.new} <= units for row in inventory.successions)


def test_every_site_has_a_gateway_and_a_conference_endpoint(inventory: Inventory) -> None:
    kinds: dict[str, set[str]] = {site.slug: set() for site in inventory.sites}
    for device in inventory.devices:
        kinds[device.site].add(device.kind)
    for site in inventory.sites:
        wanted = (
            {"router", "bridge", "server", "ups"}
            if site.role == "center"
            else {"gateway", "endpoint"}
        )
        assert wanted <= kinds[site.slug], site.slug


def test_everything_but_the_core_routers_hangs_on_the_core(inventory: Inventory) -> None:
    fabric = Fabric(inventory)
    roots = {slug for slug in fabric.devices if not fabric.above(slug)}
    assert roots == {"core-1", "core-2"}
    assert fabric.behind("core-1") | fabric.behind("core-2") == set(fabric.devices)


def test_communes_hang_behind_the_seat_of_their_former_district() -> None:
    inventory = province.inventory()
    fabric = Fabric(inventory)
    assert fabric.sites["cum-bu-dang"].unit == "bu-dang-25396"
    behind = {fabric.devices[d].site for d in fabric.behind("kenh-cum-bu-dang")}
    assert behind == {
        "cum-bu-dang",
        "bu-dang",
        "dak-nhau",
        "tho-son",
        "bom-bo",
        "nghia-trung",
        "phuoc-son",
    }


def test_some_hubs_have_a_reserve_line_of_another_carrier() -> None:
    links = province.inventory().links
    reserves = [link for link in links if link.order == 2]
    assert len(reserves) == 4
    for reserve in reserves:
        main = next(link for link in links if link.far == reserve.far and link.order == 1)
        assert main.carrier != reserve.carrier
        assert main.near != reserve.near


def test_the_province_is_the_same_every_time() -> None:
    assert province.inventory() == province.inventory()
    assert synthetic.inventory(2, 5) == synthetic.inventory(2, 5)


def test_a_synthetic_province_too_large_to_address_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot address"):
        synthetic.inventory(12, 3)
    with pytest.raises(ValueError, match="cannot address"):
        synthetic.inventory(2, 39)
