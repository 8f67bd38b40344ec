"""The lab's SNMP agents, asked by net-snmp: another implementation than ours and than theirs."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator

import pytest
from pysnmp.proto.api import v2c

from collectors import snmp_health, snmp_inventory
from core.clock import SystemClock
from lab import province
from lab.client import LabClient
from lab.lab import Lab
from lab.mib import Mib, encoded, tlv, varbind
from lab.network import Kind
from runtime.kit import DoorSockets, make_kit
from tests.collectors.test_snmp_system import Notes
from tests.factories import a_check
from tests.lab.probes import namespaces_refused, snmp

REFUSED = namespaces_refused()
needs_a_lab = pytest.mark.skipif(REFUSED is not None, reason=f"no network namespaces: {REFUSED}")
needs_net_snmp = pytest.mark.skipif(
    shutil.which("snmpwalk") is None, reason="snmpwalk is missing (package snmp)"
)
HUB, COMMUNE = "10.75.220.1", "10.75.184.1"
HC_IN, HIGH_SPEED = "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.15"


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with Lab(province.inventory(), Kind.FLAT) as running:
        yield running


def counters(text: str) -> dict[str, int]:
    return {oid: int(value) for oid, value in re.findall(r"\.(\d+) = Counter64: (\d+)", text)}


def answer_to(client: LabClient, address: str, request: bytes, wait: float = 0.3) -> bytes | None:
    with client.open(socket.AF_INET, socket.SOCK_DGRAM, 0) as asker:
        asker.settimeout(wait)
        asker.sendto(request, (address, 161))
        try:
            return asker.recv(4096)
        except TimeoutError:
            return None


def request_for(oid: tuple[int, ...], tag: int = 0xA0, community: bytes = b"public") -> bytes:
    binding = varbind(oid, b"\x05\x00")
    body = bytes((2, 1, 7)) + bytes((2, 1, 0)) * 2 + tlv(0x30, binding)
    return tlv(0x30, bytes((2, 1, 1)) + tlv(4, community) + tlv(tag, body))


@pytest.mark.lab
@needs_a_lab
@needs_net_snmp
async def test_a_walk_sees_every_object_once_and_in_order(lab: Lab) -> None:
    def oids_of(tool: str, *options: str) -> list[tuple[int, ...]]:
        walked = snmp(tool, lab.facts, *options, HUB, "1.3.6.1.2.1").splitlines()
        named = [line.split(" = ")[0] for line in walked if " = " in line]
        assert "No more variables" in walked[-1]
        return [tuple(map(int, name.strip(".").split("."))) for name in named[:-1]]

    oids = await asyncio.to_thread(oids_of, "snmpwalk")
    assert oids == sorted(set(oids))
    assert len(oids) > 100
    assert await asyncio.to_thread(oids_of, "snmpbulkwalk", "-Cr30") == oids


@pytest.mark.lab
@needs_a_lab
@needs_net_snmp
async def test_a_device_names_itself_and_its_place_in_vietnamese(lab: Lab) -> None:
    said = snmp("snmpget", lab.facts, "-Oa", HUB, "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.2.0")
    assert '"cum-phu-rieng-gw"' in said
    assert "1.3.6.1.4.1." in said
    place = snmp("snmpget", lab.facts, "-Ox", HUB, "1.3.6.1.2.1.1.6.0")
    octets = bytes.fromhex("".join(re.findall(r"\b[0-9A-F]{2}\b", place.split("Hex-STRING:")[1])))
    assert octets.decode() == "Cụm Phú Riềng"


@pytest.mark.lab
@needs_a_lab
async def test_a_device_tells_how_well_it_is_and_what(lab: Lab) -> None:
    kit = make_kit(SystemClock(), DoorSockets(lab.client.path))
    told: dict[str, float] = {}
    for module in (snmp_health, snmp_inventory):
        name = module.COLLECTOR.name
        check = a_check("gw", name, address=HUB, params={"community": "public"}, timeout=20.0)
        reading = await module.look(check, kit, Notes())
        assert reading.ok, reading.failure
        told |= {series.name: value for series, value in reading.samples}
    await kit.aclose()
    assert 0 < told["device_cpu_ratio"] < 1
    assert 0 < told["device_memory_used_ratio"] < 1
    assert 25 < told["device_temperature_celsius"] < 60
    assert told["device_hardware_info"] == told["device_part_info"] == 1


@pytest.mark.lab
@needs_a_lab
@needs_net_snmp
async def test_counters_grow_within_the_lines_capacity_and_stand_while_it_is_cut(lab: Lab) -> None:
    def octets() -> dict[str, int]:
        return counters(snmp("snmpwalk", lab.facts, HUB, HC_IN))

    first = octets()
    await asyncio.sleep(1.0)
    second = octets()
    speeds = snmp("snmpwalk", lab.facts, HUB, HIGH_SPEED)
    megabits = {i: int(v) for i, v in re.findall(r"\.(\d+) = Gauge32: (\d+)", speeds)}
    assert first.keys() == second.keys() == megabits.keys()
    for index, before in first.items():
        assert 0 < second[index] - before < megabits[index] * 1e6 / 8 * 5
    names = snmp("snmpwalk", lab.facts, HUB, "1.3.6.1.2.1.31.1.1.1.1")
    link = next(link for link in lab.inventory.links if link.near == "cum-phu-rieng-gw")
    index = next(
        i for i, n in re.findall(r'\.(\d+) = STRING: "(.+)"', names) if n == link.near_port
    )
    lab.client.cut(link.slug, "blackhole")
    standing = octets()
    await asyncio.sleep(0.3)
    later = octets()
    assert later[index] == standing[index]
    assert any(later[i] > standing[i] for i in later)


@pytest.mark.lab
@needs_a_lab
@needs_net_snmp
async def test_a_ups_knows_its_charge(lab: Lab) -> None:
    ups = next(d.address for d in lab.inventory.devices if d.kind == "ups")
    said = snmp("snmpget", lab.facts, ups, "1.3.6.1.2.1.33.1.2.4.0", "1.3.6.1.2.1.33.1.4.1.0")
    assert "= INTEGER: 100" in said
    assert "= INTEGER: 3" in said


@pytest.mark.lab
@needs_a_lab
@needs_net_snmp
async def test_what_is_not_there_is_told_by_the_right_exception(lab: Lab) -> None:
    ask = ("snmpget", lab.facts, COMMUNE)
    assert "No Such Instance" in snmp(*ask, "1.3.6.1.2.1.2.2.1.8.99")
    assert "No Such Object" in snmp(*ask, "1.3.6.1.4.1.99999.1.0")
    assert "No more variables" in snmp("snmpgetnext", lab.facts, COMMUNE, "1.3.6.1.9")


@pytest.mark.lab
@needs_a_lab
async def test_junk_and_strangers_get_no_answer_and_do_no_harm(lab: Lab) -> None:
    name = (1, 3, 6, 1, 2, 1, 1, 5, 0)
    good = request_for(name)
    junk = [b"", b"\x30", b"\xff" * 40, good[:20], b"\x30\x84\x7f\xff\xff\xff" + good, good[:-1]]
    for request in (*junk, request_for(name, community=b"secret"), request_for(name, tag=0xA3)):
        assert answer_to(lab.client, COMMUNE, request, 0.1) is None
    answer = answer_to(lab.client, COMMUNE, good, 2.0)
    assert answer is not None
    assert b"bom-bo-gw" in answer


@pytest.mark.lab
@needs_a_lab
async def test_the_answer_comes_from_the_address_that_was_asked(lab: Lab) -> None:
    link = next(link for link in lab.inventory.links if link.address)
    with lab.client.open(socket.AF_INET, socket.SOCK_DGRAM, 0) as asker:
        asker.settimeout(2)
        asker.sendto(request_for((1, 3, 6, 1, 2, 1, 1, 5, 0)), (str(link.address), 161))
        data, (source, _) = asker.recvfrom(4096)
    assert source == link.address
    assert link.far.encode() in data


def test_a_mib_finds_next_objects_between_and_after_its_own() -> None:
    mib = Mib([((1, 3, 2, 0), v2c.Integer32(2)), ((1, 3, 1, 0), lambda: v2c.Integer32(1))])
    assert len(mib) == 2
    assert mib.after((1, 3))[0] == (1, 3, 1, 0)
    assert mib.after((1, 3, 1, 0, 5))[0] == (1, 3, 2, 0)
    last, binding = mib.after((1, 3, 2, 0))
    assert last == (1, 3, 2, 0)
    assert binding.endswith(b"\x82\x00")
    assert mib.get((1, 3, 1, 0)).endswith(encoded(v2c.Integer32(1)))


def test_lengths_are_written_in_the_shortest_definite_form() -> None:
    assert tlv(4, b"a" * 127)[:2] == b"\x04\x7f"
    assert tlv(4, b"a" * 128)[:3] == b"\x04\x81\x80"
    assert tlv(4, b"a" * 300)[:4] == b"\x04\x82\x01\x2c"
