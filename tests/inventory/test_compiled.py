import random
import sys
from datetime import date, time, timedelta
from types import FrameType
from typing import Any

import pytest

from core.inventory import Inventory, Measure, SpecialDay, UnitLevel
from core.watching import Check, Estate, Hours, PortFact, Target, TargetKind
from inventory.compiled import LookingDefaults, compile_estate
from inventory.plan import plan
from inventory.profiles import BY_KIND, PROFILES, profile_of
from inventory.tables import KINDS, TABLES, rows
from runtime.registries import collectors
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

COLLECTORS = collectors()


def _estate(inventory: Inventory | None = None, **settings: object) -> Estate:
    defaults = LookingDefaults.model_validate(settings)
    return compile_estate(inventory or a_land(), ON, defaults)


def _targets(estate: Estate) -> dict[str, Target]:
    return {target.slug: target for target in estate.targets}


def _checks(estate: Estate) -> dict[str, Check]:
    return {check.slug: check for check in estate.checks}


def test_everything_with_a_status_becomes_a_target() -> None:
    kinds = {slug: target.kind for slug, target in _targets(_estate()).items()}
    assert kinds["tt"] is TargetKind.SITE
    assert kinds["k-cum"] is TargetKind.LINK
    assert kinds["rt-1"] is TargetKind.DEVICE
    assert len(kinds) == 4 + 4 + 8


def test_every_endpoint_may_publish_where_somebody_listens_and_nothing_else_may() -> None:
    found = {c.target for c in _estate(published=True).checks if c.collector == "vq_rtcpxr"}
    endpoints = {t.slug for t in _estate().targets if t.role == "endpoint"}
    assert found == endpoints != set()
    assert all(check.collector != "vq_rtcpxr" for check in _estate().checks)


def test_a_gateway_hangs_on_its_links_and_the_rest_on_the_gateway() -> None:
    uplinks = {slug: target.uplinks for slug, target in _targets(_estate()).items()}
    assert uplinks["rt-1"] == uplinks["rt-2"] == ()
    assert uplinks["sv-1"] == ("rt-1",)
    assert uplinks["k-cum"] == ("rt-1",)
    assert uplinks["gw-cum"] == ("k-cum",)
    assert uplinks["ep-1"] == ("gw-1",)
    assert uplinks["gw-2"] == ("k-2", "k-2b")


def test_uplinks_that_were_written_count_first() -> None:
    land = a_land()
    endpoint = a_device("ep-1", "dc-1", "endpoint", uplinks=("k-1", "gw-cum"))
    others = tuple(device for device in land.devices if device.slug != "ep-1")
    estate = _estate(a_land(devices=(*others, endpoint)))
    assert _targets(estate)["ep-1"].uplinks == ("k-1", "gw-cum")


def test_the_gateway_of_a_site_is_the_one_a_line_leads_to() -> None:
    land = a_land(devices=(*a_land().devices, a_device("a-router", "dc-1", "router")))
    uplinks = {slug: target.uplinks for slug, target in _targets(_estate(land)).items()}
    assert uplinks["ep-1"] == ("gw-1",)
    assert uplinks["a-router"] == ("gw-1",)


def test_a_device_with_a_line_of_its_own_and_no_gateway_hangs_on_the_line() -> None:
    land = a_land(
        sites=(*a_land().sites, a_site("dc-3")),
        devices=(*a_land().devices, a_device("ep-3", "dc-3", "endpoint")),
        links=(*a_land().links, a_link("k-3", "gw-cum", "ep-3")),
    )
    assert _targets(_estate(land))["ep-3"].uplinks == ("k-3",)


def test_a_reach_check_verifies_everything_on_every_path_above() -> None:
    checks = _checks(_estate())
    assert checks["ep-1/icmp"].verify is not None
    assert checks["ep-1/icmp"].verify.uplinks == (
        "gw-1/icmp",
        "gw-cum/icmp",
        "rt-1/icmp",
    )
    assert checks["gw-2/icmp"].verify is not None
    assert set(checks["gw-2/icmp"].verify.uplinks) == {
        "k-2b/icmp",
        "gw-cum/icmp",
        "rt-1/icmp",
        "rt-2/icmp",
    }
    assert checks["rt-1/icmp"].verify is not None
    assert checks["rt-1/icmp"].verify.uplinks == ()
    assert checks["rt-1/snmp_system"].verify is None


def test_a_line_with_an_address_of_its_own_is_looked_at() -> None:
    check = _checks(_estate())["k-2b/icmp"]
    assert (check.target, check.address, check.reach) == ("k-2b", "10.9.9.9", True)
    here = ("vantage", "center")
    assert check.labels == (("instance", "k-2b"), ("job", "thongsuot"), ("site", "dc-2"), here)
    assert check.verify is not None
    assert check.verify.uplinks == ("rt-2/icmp",)
    assert "k-1/icmp" not in _checks(_estate())


def test_ports_speak_of_the_links_they_carry() -> None:
    checks = _checks(_estate())
    assert checks["rt-1/snmp_interfaces"].ports == (PortFact(port="Gi0/1", link="k-cum"),)
    assert checks["gw-cum/snmp_interfaces"].ports == (
        PortFact(port="Gi0/2", link="k-1"),
        PortFact(port="wan", link="k-cum"),
    )
    assert checks["gw-cum/icmp"].ports == ()


def test_identity_labels_are_sorted_and_hold_nothing_that_may_change() -> None:
    for check in _estate().checks:
        assert check.labels == tuple(sorted(check.labels))
        assert [name for name, _ in check.labels] == ["instance", "job", "site", "vantage"]


def test_a_site_has_its_devices_gateway_first() -> None:
    targets = _targets(_estate())
    assert targets["dc-1"].members == ("gw-1", "ep-1")
    assert targets["tt"].members == ("rt-1", "rt-2", "sv-1")
    assert targets["k-1"].members == ("gw-1",)
    assert targets["k-1"].site == "dc-1"
    assert (targets["k-1"].carrier, targets["k-1"].circuit) == ("VNPT", "C1")


def test_the_path_of_units_goes_from_the_province_down() -> None:
    district = a_unit("huyen", "001", UnitLevel.DISTRICT, "dong-nai")
    units = (district, a_unit("xa-1", "00001", UnitLevel.COMMUNE, "huyen"), a_land().units[0])
    targets = _targets(_estate(a_land(units=units)))
    assert targets["gw-1"].unit_path == ("dong-nai", "huyen", "xa-1")
    assert targets["tt"].unit_path == ("dong-nai",)


def test_expected_hours_come_from_the_device_or_else_its_site() -> None:
    hours = (
        Hours(days=(1, 2, 3, 4, 5), begin=time(7, 30), end=time(11, 30)),
        Hours(days=(1, 2, 3, 4, 5), begin=time(13, 30), end=time(17)),
    )
    targets = _targets(_estate())
    assert targets["dc-1"].expected == targets["gw-1"].expected == hours
    assert targets["k-1"].expected == hours, "a switched-off gateway is no cut line"
    assert targets["ups-2"].expected == hours
    assert targets["gw-2"].expected == ()


def test_where_icmp_is_blocked_reach_is_a_tcp_connection() -> None:
    estate = _estate(icmp_blocked=True, reach_port=22)
    checks = _checks(estate)
    assert {check.collector for check in estate.checks if check.reach} == {"tcp"}
    assert checks["rt-1/tcp"].params == {"port": 22}
    assert checks["ep-1/tcp"].params == {"port": 1720}
    assert not [check for check in estate.checks if check.collector == "icmp"]
    assert checks["ep-1/tcp"].verify is not None
    assert checks["ep-1/tcp"].verify.uplinks[0] == "gw-1/tcp"
    assert len(checks) == len(estate.checks)


def test_a_named_profile_overrides_kind_and_vendor() -> None:
    land = a_land(devices=(a_device("rt-1", "tt", "router", profile="tcp-443"),), links=())
    (check,) = _estate(land).checks
    assert (check.slug, check.params, check.reach) == ("rt-1/tcp", {"port": 443}, True)


def test_secrets_are_named_and_a_plain_community_is_only_for_those_without() -> None:
    land = a_land(
        devices=(
            a_device("rt-1", "tt", "router"),
            a_device("rt-2", "tt", "router", secret="snmp-tt"),
        ),
        links=(),
    )
    checks = _checks(_estate(land))
    assert checks["rt-1/snmp_system"].secret == "snmp-default"
    assert checks["rt-2/snmp_system"].secret == "snmp-tt"
    assert checks["rt-1/icmp"].secret is None
    plain = _checks(_estate(land, snmp_community="public", snmp_port=1161))
    assert plain["rt-1/snmp_system"].secret is None
    assert plain["rt-1/snmp_system"].params == {"port": 1161, "community": "public"}
    assert plain["rt-2/snmp_system"].secret == "snmp-tt"
    assert plain["rt-2/snmp_system"].params == {"port": 1161}


def test_a_server_is_asked_by_snmp_only_with_a_secret() -> None:
    assert "sv-1/snmp_system" not in _checks(_estate())
    land = a_land(devices=(a_device("sv-1", "tt", "server", secret="snmp-sv"),), links=())
    assert "sv-1/snmp_system" in _checks(_estate(land))


def test_intervals_come_from_the_settings() -> None:
    checks = _checks(_estate(reach_interval=0.5, intervals={"snmp_interfaces": 30.0}))
    assert checks["gw-1/icmp"].interval == 0.5
    assert checks["gw-1/snmp_interfaces"].interval == 30.0
    assert checks["gw-1/snmp_system"].interval == 60.0


def test_every_profile_carries_parameters_its_collector_accepts() -> None:
    for profile in PROFILES.values():
        names = [check.collector for check in profile.checks]
        assert len(set(names)) == len(names), "check slugs are <target>/<collector>"
        for check in profile.checks:
            COLLECTORS[check.collector].params.model_validate(dict(check.params))


def test_every_kind_of_device_has_a_profile() -> None:
    assert {kind for kind, vendor in BY_KIND if vendor is None} == set(KINDS)
    for kind in KINDS:
        assert profile_of(kind, "một hãng lạ").checks[0].collector == "icmp"
    assert profile_of("endpoint", "YEALINK").name == "endpoint-sip"


def test_a_codec_is_asked_as_its_maker_wants_once_somebody_names_its_login() -> None:
    land = a_land()
    shown = a_device("ep-9", "dc-1", "endpoint", vendor="Cisco", secret="codec-tinh")
    mute = a_device("ep-8", "dc-1", "endpoint", vendor="Cisco")
    found = _checks(_estate(land.model_copy(update={"devices": (*land.devices, shown, mute)})))
    assert found["ep-9/cisco_codec"].secret == "codec-tinh"
    assert "ep-8/cisco_codec" not in found
    assert found["ep-9/icmp"].secret is None


def test_compiled_parameters_are_accepted_by_their_collectors() -> None:
    for settings in ({}, {"icmp_blocked": True}, {"snmp_community": "public"}):
        for check in _estate(**settings).checks:
            COLLECTORS[check.collector].params.model_validate(dict(check.params))


def test_rows_that_do_not_hold_are_not_watched() -> None:
    land = a_land()
    gone = [d.model_copy(update={"valid_to": ON}) if d.slug == "ep-1" else d for d in land.devices]
    assert "ep-1" not in _targets(_estate(a_land(devices=tuple(gone))))
    later = [
        d.model_copy(update={"valid_from": ON + timedelta(days=1)}) if d.slug == "ep-1" else d
        for d in land.devices
    ]
    assert "ep-1" not in _targets(_estate(a_land(devices=tuple(later))))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    land = a_land()
    mixed = {}
    for table in TABLES:
        found = list(rows(land, table.name))
        random.Random(seed).shuffle(found)
        mixed[table.name] = tuple(found)
    assert _estate(Inventory.model_validate(mixed)) == _estate(land)


def _many(count: int) -> Inventory:
    sites = tuple(a_site(f"s-{n}") for n in range(count // 2))
    devices = tuple(
        a_device(f"many-{'gw' if n % 2 == 0 else 'ep'}-{n}", f"s-{n // 2}", kind)
        for n in range(count)
        for kind in ("gateway" if n % 2 == 0 else "endpoint",)
    )
    links = tuple(a_link(f"l-{n}", "gw-cum", f"many-gw-{n}") for n in range(0, count, 2))
    return a_land(
        sites=(*a_land().sites, *sites),
        devices=(*a_land().devices, *devices),
        links=(*a_land().links, *links),
    )


def test_five_thousand_devices_have_their_checks() -> None:
    checks = _estate(_many(5_000)).checks
    assert len(checks) == 2_500 * 7 + 2_500 * 2 + len(_estate().checks)


def test_twice_the_devices_take_about_twice_the_steps() -> None:
    def steps(inventory: Inventory) -> int:
        taken = 0

        def step(_frame: FrameType, _event: str, _arg: object) -> Any:
            nonlocal taken
            taken += 1
            return step

        before = sys.gettrace()
        sys.settrace(step)
        try:
            _estate(inventory)
        finally:
            sys.settrace(before)
        return taken

    few, many = _many(200), _many(400)
    steps(few)  # what is made once per process is made
    assert steps(many) < 2.2 * steps(few)


def test_the_land_of_these_tests_is_in_order() -> None:
    from inventory.validate import problems

    assert problems(a_land(), ON) == []
    assert not plan(Inventory(), a_land(), ON).excessive()


def test_dangling_rows_are_left_out_rather_than_stop_the_watch() -> None:
    land = a_land(
        units=(),
        calendars=(),
        sites=tuple(site for site in a_land().sites if site.slug != "dc-1"),
        devices=(*a_land().devices, a_device("ep-9", "dc-2", "endpoint", uplinks=("gone",))),
    )
    targets = _targets(_estate(land))
    assert not {"gw-1", "ep-1", "k-1"} & targets.keys()
    assert targets["ep-9"].uplinks == ("gw-2",)
    assert targets["gw-2"].unit_path == ("xa-1",)


def test_reach_by_connection_is_asked_gently_and_confirmed_by_few_failures() -> None:
    reach = [check for check in _estate(icmp_blocked=True).checks if check.reach]
    assert {check.collector for check in reach} == {"tcp"}
    assert {check.interval for check in reach} == {10.0}
    assert {check.verify.probes for check in reach if check.verify} == {3}


SERVED = a_land(
    rooms=(
        a_room("ph-1", "dc-1", device="ep-1", calendar="hc"),
        a_room("ph-2", "dc-2"),
        a_room("ph-lac", "dc-9"),
    ),
    services=(
        a_service("cong", "https://cong.example/", kind="portal", device="sv-1", keyword="Cổng"),
        a_service("thu", "tls://thu.example:993", kind="mail", site="dc-1", unit="dong-nai"),
        a_service("ten", "dns://10.0.0.4/cong.example?type=AAAA", kind="dns", site="tt"),
        a_service("gio", "ntp://10.0.0.4", kind="ntp", organisation="ubnd"),
        a_service("goi", "sip:10.0.0.4;transport=tcp", kind="sip"),
        a_service("cua", "tcp://10.0.0.4:8080", kind="other", keyword="thừa"),
        a_service("hong", "gopher://x", kind="other"),
    ),
)


def test_a_service_is_looked_at_from_the_vantage_that_it_names() -> None:
    row = a_service("ngoai", "https://ngoai.example/").model_copy(update={"vantage": "internet"})
    served = SERVED.model_copy(update={"services": (*SERVED.services, row)})
    checks = {check.target: check for check in _estate(served).checks if check.reach}
    assert checks["ngoai"].vantage == "internet"
    assert ("vantage", "internet") in checks["ngoai"].labels
    assert checks["cong"].vantage == "center"
    assert ("vantage", "center") in checks["cong"].labels


def test_a_room_is_as_its_endpoint_or_its_site() -> None:
    rooms = {s: t for s, t in _targets(_estate(SERVED)).items() if t.kind is TargetKind.ROOM}
    assert {slug: room.members for slug, room in rooms.items()} == {
        "ph-1": ("ep-1",),
        "ph-2": ("dc-2",),
    }
    assert rooms["ph-1"].unit_path == ("dong-nai", "xa-1")
    assert (rooms["ph-1"].role, rooms["ph-1"].site) == ("room", "dc-1")
    assert rooms["ph-1"].expected
    assert not any(check.target.startswith("ph-") for check in _estate(SERVED).checks)


def test_a_service_stands_behind_its_server_or_its_sites_gateway_or_outside() -> None:
    found = _targets(_estate(SERVED))
    assert found["cong"].uplinks == ("sv-1",)
    assert found["thu"].uplinks == ("gw-1",)
    assert found["ten"].uplinks == ("rt-1",)
    assert found["gio"].uplinks == ()
    assert (found["cong"].site, found["cong"].role) == ("tt", "portal")
    assert found["gio"].site is None
    assert "hong" not in found


def test_a_service_needs_services_devices_and_the_gateways_of_sites() -> None:
    needs = ("cong", "thu|sv-1", "dc-1", "không-có|hong", "dc-9")
    row = a_service("tren", "https://tren.example/")
    row = row.model_copy(update={"depends_on": needs})
    served = SERVED.model_copy(update={"services": (*SERVED.services, row)})
    found = _targets(_estate(served))["tren"]
    assert found.needs == (("cong",), ("thu", "sv-1"), ("gw-1",))
    [check] = [c for c in _estate(served).checks if c.target == "tren"]
    assert check.verify is not None
    assert check.verify.uplinks[:2] == ("cong/http", "thu/tls")


def test_a_service_serves_the_unit_it_names_or_that_of_its_owner_or_its_site() -> None:
    found = _targets(_estate(SERVED))
    assert found["thu"].unit_path == ("dong-nai",)
    assert found["gio"].unit_path == ("dong-nai", "xa-1")
    assert found["cong"].unit_path == ("dong-nai",)
    assert found["goi"].unit_path == ()


def test_the_address_of_a_service_says_how_it_is_looked_at() -> None:
    checks = {c.target: c for c in _estate(SERVED, intervals={"ntp": 300.0}).checks}
    assert checks["cong"].slug == "cong/http"
    assert checks["cong"].params == {"url": "https://cong.example/", "keyword": "Cổng"}
    assert (checks["thu"].collector, checks["thu"].params) == ("tls", {"port": 993})
    assert checks["ten"].params == {"port": 53, "name": "cong.example", "type": "AAAA"}
    assert checks["goi"].params == {"port": 5060, "transport": "tcp"}
    assert checks["cua"].params == {"port": 8080}
    assert all(checks[slug].reach for slug in ("cong", "thu", "ten", "gio", "goi", "cua"))
    assert (checks["cong"].interval, checks["gio"].interval) == (60.0, 300.0)
    assert (checks["cong"].timeout, checks["thu"].timeout) == (10.0, 5.0)


def test_suspicion_of_a_service_looks_at_all_above_it() -> None:
    check = _checks(_estate(SERVED))["cong/http"]
    assert check.verify is not None
    assert check.verify.uplinks == ("sv-1/icmp", "rt-1/icmp")
    assert check.verify.probes == check.confirm.failures == 3
    here = {"instance": "cong", "job": "thongsuot", "site": "tt", "vantage": "center"}
    assert dict(check.labels) == here
    assert dict(_checks(_estate(SERVED))["gio/ntp"].labels) == {
        "instance": "gio",
        "job": "thongsuot",
        "vantage": "center",
    }


def _office(*days: SpecialDay, **changes: object) -> tuple[Hours, ...]:
    spans = tuple(s.model_copy(update=changes) for s in a_land().calendars)
    land = a_land(special_days=days, calendars=spans)
    return _targets(_estate(land))["dc-1"].expected


def test_holidays_are_off_and_make_up_saturdays_worked() -> None:
    tuesday, saturday, sunday = date(2026, 11, 24), date(2026, 11, 28), date(2026, 11, 29)
    for span in _office(
        SpecialDay(on=tuesday, name="Ngày Văn hóa Việt Nam"),
        SpecialDay(on=saturday, kind="working", name="Làm bù"),
        SpecialDay(on=sunday, name="Lễ rơi vào Chủ nhật"),
    ):
        assert span.off_on == (tuesday,)
        assert span.also_on == (saturday,)


def test_a_day_worked_like_a_sunday_is_off_where_sundays_are() -> None:
    monday = date(2026, 11, 23)
    (first, _) = _office(SpecialDay(on=monday, kind="working", name="Như Chủ nhật", like=7))
    assert (first.off_on, first.also_on) == ((monday,), ())


def test_what_is_open_on_holidays_knows_none() -> None:
    holiday = SpecialDay(on=date(2026, 11, 24), name="Ngày Văn hóa Việt Nam")
    assert all(not span.off_on for span in _office(holiday, open_on_holidays=True))


def test_special_days_are_known_for_a_year_ahead() -> None:
    far = [SpecialDay(on=date(y, 1, 1), name="Tết Dương lịch") for y in (2020, 2027, 2030)]
    assert _office(*far)[0].off_on == (date(2027, 1, 1),)


def test_the_estate_knows_the_days_off_and_the_make_up_days() -> None:
    tuesday, saturday, monday = date(2026, 11, 24), date(2026, 11, 28), date(2026, 11, 23)
    days = (
        SpecialDay(on=saturday, kind="working", name="Làm bù", like=1),
        SpecialDay(on=tuesday, name="Ngày Văn hóa Việt Nam"),
        SpecialDay(on=monday, kind="working", name="Như Chủ nhật", like=7),
        SpecialDay(on=date(2030, 1, 1), name="Tết Dương lịch"),
    )
    found = _estate(a_land(special_days=days)).days_off
    assert (found.closed, found.worked) == ((monday, tuesday), (saturday,))


def test_an_end_of_23_59_is_midnight() -> None:
    (first, _) = _office(begin=time(0), end=time(23, 59))
    assert first.end == time(23, 59, 59)


def test_what_lines_and_sites_share_becomes_a_target_of_its_own() -> None:
    land = a_land()
    links = tuple(
        link.model_copy(update={"carrier": carrier, "ring": ring})
        for link, carrier, ring in zip(
            land.links,
            ("VNPT", "VNPT", "Viettel", "vnpt "),
            ("3", "Vòng 3", None, None),
            strict=True,
        )
    )
    sites = tuple(site.model_copy(update={"feeder": "473 E75"}) for site in land.sites[:2])
    what = land.model_copy(update={"links": links, "sites": (*sites, *land.sites[2:])})
    groups = {t.slug: t for t in _estate(what).targets if t.kind is TargetKind.GROUP}
    assert sorted(groups) == ["carrier:vnpt", "feeder:473-e75", "ring:vnpt:3"]
    assert groups["carrier:vnpt"].members == tuple(
        sorted(link.slug for link in links if link.carrier != "Viettel")
    )
    assert groups["ring:vnpt:3"].name == "Vòng 3 (VNPT)"
    assert groups["feeder:473-e75"].members == tuple(sorted(site.slug for site in sites))
    shared = {t.slug: t.risks for t in _estate(what).targets if t.risks}
    assert shared[links[0].slug] == ("ring:vnpt:3", "carrier:vnpt")


@pytest.mark.parametrize(
    ("kind", "vendor"),
    [("endpoint", "Huawei"), ("endpoint", "Sony"), ("endpoint", "AVer"), ("bridge", "Scopia")],
)
def test_equipment_without_documents_is_read_by_the_maps_of_a_folder(
    kind: str, vendor: str
) -> None:
    shown = a_device("ep-9", "dc-1", kind, vendor=vendor, secret="codec-tinh")
    land = a_land(devices=(*a_land().devices, shown))
    with_maps = _checks(_estate(land, maps="maps"))["ep-9/snmp_map"]
    COLLECTORS["snmp_map"].params.model_validate(dict(with_maps.params))
    assert with_maps.params["maps"] == "maps"
    assert with_maps.secret == "codec-tinh"
    assert not with_maps.reach
    assert "ep-9/snmp_map" not in _checks(_estate(land)), "no folder, nothing to map by"
    silent = shown.model_copy(update={"secret": None})
    land = a_land(devices=(*a_land().devices, silent))
    assert "ep-9/snmp_map" not in _checks(_estate(land, maps="maps"))


def test_a_template_adds_checks_that_never_decide_whether_its_target_is_up() -> None:
    portal = a_service("cong", "https://cong.tinh.gov.vn/")
    news = Measure(
        slug="tin-tuc",
        target="cong",
        template="web-portal",
        params="url=https://cong.tinh.gov.vn/tin; max_age_days=7",
    )
    disks = Measure(slug="dia", target="gw-1", template="server-linux", interval=120)
    gone = Measure(slug="ma", target="nobody", template="server-linux")
    checks = _checks(_estate(a_land(services=(portal,), measures=(news, disks, gone))))
    found = checks["cong/tin-tuc"]
    assert (found.collector, found.address, found.reach) == ("http_flow", "cong.tinh.gov.vn", False)
    assert found.params["max_age_days"] == "7"
    assert ("check", "tin-tuc") in found.labels
    assert checks["cong/http"].reach
    assert (checks["gw-1/dia"].address, checks["gw-1/dia"].interval) == ("10.0.0.1", 120.0)
    assert not any(check.target == "nobody" for check in checks.values())
