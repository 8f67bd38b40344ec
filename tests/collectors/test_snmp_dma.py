"""Do the collectors of the Polycom DMA and RPRM say what their agents know?"""

from collections.abc import Iterable

import pytest

from collectors import snmp_dma, snmp_rprm
from core.collector import Collector
from core.reading import FailureKind, Reading
from lab.calls import Calls
from lab.emulators import polycom_dma, polycom_rprm
from lab.mib import Oid, Value, encoded
from lab.world import Quality, World
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import FABRIC, ROOMS, told
from tests.collectors.snmp_agent import stage
from tests.factories import FakeClock, a_check


async def looked(collector: Collector, rows: Iterable[tuple[Oid, Value]]) -> Reading:
    async with stage() as play:
        agent = play({oid: encoded(value) for oid, value in rows})
        kit = make_kit(FakeClock())
        params = {"community": "public", "port": agent.port}
        check = a_check("a", collector.name, address="127.0.0.1", timeout=5, params=params)
        _, reading = await look_once(collector, check, kit)
        await kit.aclose()
    return reading


def calls(count: int = 0) -> Calls:
    made = Calls(lambda: World(FABRIC), FakeClock())
    for n, room in enumerate(ROOMS[:count]):
        made.join(room, f"cuoc-hop-{n % 2}")
    return made


async def test_the_dma_counts_conferences_ports_and_registrations() -> None:
    two = {"cum-1": 1, "cum-2": 1}
    reading = await looked(snmp_dma.COLLECTOR, polycom_dma.rows(calls(5), clusters=two))
    assert reading.ok, reading.failure
    assert told(reading, "vc_bridge_conferences") == 2
    assert told(reading, "vc_bridge_legs") == 5
    assert told(reading, "vc_bridge_legs_limit") == 2 * sum(polycom_dma.PORTS)
    assert told(reading, "vc_bridge_load_ratio") == pytest.approx(5 / 240)
    assert told(reading, "vc_registrations") == 30
    assert told(reading, "vc_faults", level="critical") == 0


async def test_a_cluster_out_of_service_and_a_licence_that_is_not_valid_are_named() -> None:
    bad = {"cum-1": 3, "cum-2": 2}
    reading = await looked(snmp_dma.COLLECTOR, polycom_dma.rows(calls(), clusters=bad, licensed=2))
    assert told(reading, "vc_fault_info", fault="cluster cum-1 is out of service") == 1
    assert told(reading, "vc_fault_info", fault="cluster cum-2 is busied out", level="warning") == 1
    assert told(reading, "vc_fault_info", fault="licence of cum-1 is not valid") == 1


async def test_the_rprm_tells_how_calls_go_between_its_sites() -> None:
    sites = {"Trung tâm": Quality(), "Xã A": Quality(loss=0.03, jitter=0.012, delay=0.04)}
    links = {"Trung tâm – Xã A": Quality(loss=0.02, jitter=0.03, delay=0.06)}
    reading = await looked(snmp_rprm.COLLECTOR, polycom_rprm.rows(sites, links, failed=2))
    assert reading.ok, reading.failure
    site = {"kind": "site", "path": "Xã A"}
    assert told(reading, "vc_path_loss_ratio", **site) == pytest.approx(0.03)
    assert told(reading, "vc_path_jitter_seconds", **site) == pytest.approx(0.012)
    assert told(reading, "vc_path_delay_seconds", **site) == pytest.approx(0.04)
    link = {"kind": "link", "path": "Trung tâm – Xã A"}
    assert told(reading, "vc_path_loss_ratio", **link) == pytest.approx(0.02)
    assert told(reading, "vc_path_calls", **link) == 3
    assert told(reading, "vc_path_bandwidth_used_ratio", **link) == pytest.approx(0.38)
    assert told(reading, "vc_fault_info", fault="2 provisionings failed lately") == 1


@pytest.mark.parametrize("collector", [snmp_dma.COLLECTOR, snmp_rprm.COLLECTOR])
async def test_another_agent_is_told_apart(collector: Collector) -> None:
    reading = await looked(collector, ())
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL


@pytest.mark.parametrize("collector", [snmp_dma.COLLECTOR, snmp_rprm.COLLECTOR])
async def test_what_a_look_brings_is_what_is_declared(collector: Collector) -> None:
    rows = [
        *polycom_dma.rows(calls(3), clusters={"cum-1": 3}),
        *polycom_rprm.rows({"A": Quality()}, {"B": Quality()}, failed=1),
    ]
    reading = await looked(collector, rows)
    declared = {emit.name: set(emit.labels) for emit in collector.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} <= declared[series.name], series


def test_the_emulators_tell_what_they_guessed() -> None:
    for emulator, collector in ((polycom_dma, snmp_dma), (polycom_rprm, snmp_rprm)):
        assert emulator.ABOUT.family == collector.COLLECTOR.name
        assert emulator.ABOUT.guessed
