"""What stands in the demo's centre, asked by the platform's own collectors."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from collectors._cli.paper import paper
from collectors._cli.platform import PLATFORMS
from collectors._snmp import trap
from collectors.cli_config import unsaved
from core.clock import LOCAL, SystemClock
from core.configuration import Kept
from core.inventory import Inventory
from core.reading import Reading
from core.watching import Check
from inventory import command_lines
from inventory.compiled import LookingDefaults, compile_estate
from inventory.templating import fault_of, refused
from inventory.validate import problems
from lab import machine_room, province
from lab.apparatus import shells
from lab.conferencing import LOGIN
from lab.configurations import EDITED_AFTER, FORGETFUL, SAVED_AFTER, command_line
from lab.emulators.modbus import ModbusServer, climate
from lab.fabric import Fabric
from lab.lab import Lab
from lab.network import Kind, Ports
from lab.world import How
from runtime.kit import DoorSockets, make_kit
from runtime.registries import collectors
from runtime.scheduler import look_once
from tests.collectors.looking import Purse, by, values
from tests.factories import FakeClock
from tests.lab.probes import answering, namespaces_refused

REFUSED = namespaces_refused()
needs_a_lab = pytest.mark.skipif(REFUSED is not None, reason=f"no network namespaces: {REFUSED}")
SECRET = "thiet-bi"


def the_declared(whole: Inventory) -> Inventory:
    known = machine_room.declared(whole, SECRET, "cong-dong", Ports())
    today = SystemClock().now().astimezone(LOCAL).date()
    return known.model_copy(
        update={
            "measures": machine_room.measures(known, SECRET, Ports()),
            "certificates": machine_room.certificates(known, today),
        }
    )


def checks_of(inventory: Inventory, authorities: Path | None = None) -> list[Check]:
    """Return every check that the platform makes of what is declared."""
    spoken = dict.fromkeys(shells(list(inventory.devices)), SECRET)
    settings = LookingDefaults(
        snmp_community="public",
        snmp_secret=None,
        cli_secrets=spoken,
        authorities=str(authorities) if authorities else None,
    )
    today = SystemClock().now().astimezone(LOCAL).date()
    return list(compile_estate(inventory, today, settings).checks)


async def looked(lab: Lab, checks: Iterable[Check]) -> dict[str, Reading]:
    kit = make_kit(SystemClock(), DoorSockets(lab.client.path), Purse({SECRET: LOGIN}))
    found = {}
    try:
        for check in checks:
            _, found[check.slug] = await look_once(collectors()[check.collector], check, kit)
    finally:
        await kit.aclose()
    return found


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with Lab(machine_room.furnished(province.inventory()), Kind.FLAT) as running:
        yield running


def test_what_is_declared_has_no_fault_and_less_than_what_is_there() -> None:
    for three_tier in (False, True):
        whole = machine_room.furnished(province.inventory(three_tier=three_tier))
        known = the_declared(whole)
        today = SystemClock().now().astimezone(LOCAL).date()
        assert [problem.said("en") for problem in problems(known, today)] == []
        there = {one.slug for one in whole.devices} - {one.slug for one in known.devices}
        assert there == set(machine_room.FORGOTTEN)
        for measure in known.measures:
            assert fault_of(measure) is None, measure
            assert refused(measure, collectors()) is None, measure


@pytest.mark.lab
@needs_a_lab
async def test_servers_sensors_command_lines_and_backups_are_well(lab: Lab, tmp_path: Path) -> None:
    inventory, authorities = the_declared(lab.inventory), tmp_path / "authorities.pem"
    authorities.write_text(str(lab.facts["authorities"]))
    wanted = {
        "prometheus",
        "redfish",
        "modbus",
        "backup_age",
        "http_flow",
        "gateway_balance",
        "crl",
        "smtp",
        "mailbox",
        "mail_roundtrip",
        "sql",
        "winrm",
    }
    wanted.add(command_lines.CONFIG)
    checks = [one for one in checks_of(inventory, authorities) if one.collector in wanted]
    assert {one.collector for one in checks} == wanted
    found = await looked(lab, checks)
    assert {s: r.failure for s, r in found.items() if r.failure is not None} == {}
    climate_read = next(r for s, r in found.items() if s.startswith("cam-bien-phong-may/"))
    assert 20 < by(climate_read, "device_temperature_celsius", "sensor")["Phòng máy"] < 27
    shared = by(found["may-chu-1/prometheus"], "device_storage_used_ratio", "storage")
    assert set(shared) == {"/", "/srv"}


@pytest.mark.lab
@needs_a_lab
async def test_letters_documents_windows_and_the_firewall_are_read(
    lab: Lab, tmp_path: Path
) -> None:
    inventory, authorities = the_declared(lab.inventory), tmp_path / "authorities.pem"
    authorities.write_text(str(lab.facts["authorities"]))
    wanted = {"mailbox", "mail_roundtrip", "sql", "winrm", "dns_zone"}
    checks = [one for one in checks_of(inventory, authorities) if one.collector in wanted]
    asked = {"tuong-lua/snmp_health", "core-1/snmp_probes"}
    checks += [one for one in checks_of(inventory) if one.slug in asked]
    found = {
        check.collector: reading
        for check, reading in zip(checks, (await looked(lab, checks)).values(), strict=True)
    }
    assert {name: one.failure for name, one in found.items() if one.failure is not None} == {}
    assert 0.6 < values(found["mailbox"])["probe_mailbox_used_ratio"] < 0.8
    assert 0.5 < values(found["mail_roundtrip"])["probe_mail_roundtrip_seconds"] < 60
    assert 0 < values(found["sql"])["probe_sql_value"] < 60
    assert 0 < values(found["winrm"])["device_event_errors"] < 30
    aspects = by(found["dns_zone"], "probe_dns_zone_status", "aspect")
    assert aspects == dict.fromkeys(("servers", "spf", "dkim", "dmarc"), 0)
    for way in ("in", "out"):
        tested = found["snmp_probes"].samples
        assert [
            v
            for s, v in tested
            if s.name == "device_probe_jitter_seconds" and ("direction", way) in s.labels
        ]
    gate = found["snmp_health"]
    assert by(gate, "device_sessions", "sessions")["IPv4"] > 1000
    assert by(gate, "fgVpnTunnelUpCount", "type")["ipsec"] in {2, 3}
    assert by(gate, "fgVpnSslStatsActiveTunnels", "virtual_domain")["1"] > 0
    assert by(gate, "fgIpsIntrusionsBlocked", "virtual_domain")["1"] > 0
    assert len(by(gate, "fgVWLHealthCheckLinkPacketLoss", "link_check")) == 2
    assert set(by(gate, "device_cpu_ratio", "cpu")) == {"all"}  # by its own table alone


@pytest.mark.lab
@needs_a_lab
async def test_neighbours_and_light_are_told_and_light_goes_out_with_the_line(lab: Lab) -> None:
    inventory = the_declared(lab.inventory)
    line = inventory.links[0]
    checks = {one.slug: one for one in checks_of(inventory)}
    wanted = [checks["sw-tang-2/snmp_neighbours"], checks[f"{line.far}/snmp_health"]]
    found = await looked(lab, wanted)
    seen = by(found["sw-tang-2/snmp_neighbours"], "device_neighbour_info", "neighbour")
    assert set(seen) == {"sw-trung-tam"}
    light = by(found[f"{line.far}/snmp_health"], "device_optical_power_dbm", "ifName")
    assert -20 < light[line.far_port or ""] < -5
    assert answering(lab.client, ["10.75.0.5"]) == {"10.75.0.5"}  # that nobody has declared


@pytest.mark.lab
@needs_a_lab
async def test_a_port_that_falls_is_told_by_trap_and_by_syslog(lab: Lab) -> None:
    platform, ports = str(lab.facts["platform"]), Ports()
    line = lab.inventory.links[0]
    near = next(one for one in lab.inventory.devices if one.slug == line.near)
    with (
        lab.client.open(socket.AF_INET, socket.SOCK_DGRAM, 0) as traps,
        lab.client.open(socket.AF_INET, socket.SOCK_DGRAM, 0) as lines,
    ):
        for door, port in ((traps, ports.traps), (lines, ports.syslog)):
            door.bind((platform, port))
            door.settimeout(5)
        await asyncio.to_thread(lab.client.cut, line.slug, How.ADMIN)
        data, source = traps.recvfrom(4096)
        said = trap.opened(data)
        assert (source[0], said.kind) == (near.address, f"{trap.STANDARD}.3")
        heard, _ = lines.recvfrom(4096)
        while b"UPDOWN" not in heard:  # gossip
            heard, _ = lines.recvfrom(4096)
        assert f"{line.near_port}, changed state to down".encode() in heard


@pytest.mark.parametrize("slug", ["core-1", FORGETFUL])
def test_a_configuration_changes_and_on_one_router_it_is_saved_late(slug: str) -> None:
    fabric, clock = Fabric(machine_room.furnished(province.inventory())), FakeClock()
    device = fabric.devices[slug]
    shell = command_line(device, fabric, clock)
    assert shell is not None
    platform = PLATFORMS[command_lines.platform_of(device) or ""]

    def read() -> tuple[str, bool]:
        texts = []
        for command in (platform.running, platform.startup):
            answer = shell.answers[command or ""]
            texts.append(answer if isinstance(answer, str) else answer())
        papers = (
            paper(platform, Kept.RUNNING, texts[0]),
            paper(platform, Kept.STARTUP, texts[1]),
        )
        return texts[0], unsaved(papers) is None

    first, saved = read()
    assert saved
    clock.advance(EDITED_AFTER)
    changed, saved = read()
    assert changed != first
    assert saved is (slug != FORGETFUL)
    clock.advance(SAVED_AFTER)
    assert read() == (changed, True)


def test_registers_that_are_not_there_are_refused() -> None:
    server = ModbusServer(climate(SystemClock()))
    assert server.answer(bytes((4, 0, 3, 0, 1))) == bytes((4, 2, 0, 0))
    assert server.answer(bytes((4, 0, 9, 0, 1))) == bytes((0x84, 2))
    assert server.answer(bytes((6, 0, 0, 0, 1))) == bytes((0x86, 1))


def test_some_certificates_end_soon_and_one_has_ended() -> None:
    today = SystemClock().now().astimezone(LOCAL).date()
    rows = machine_room.certificates(province.inventory(), today)
    assert any(row.ends < today for row in rows)
    assert any(today <= row.ends < today + timedelta(days=7) for row in rows)
    assert len({row.serial for row in rows}) == len(rows)
