"""What devices measure of their own ways: IP SLA, NQA, RPM and remote ping, by direction."""

from collections.abc import Mapping

import pytest

from collectors import snmp_probes
from collectors._snmp import ber
from core.clock import SystemClock
from core.reading import Reading
from runtime.kit import make_kit
from tests.collectors.snmp_agent import Element, Ids, ids, number, octets, stage
from tests.collectors.test_snmp_health import ASSERTED, check_of
from tests.collectors.test_snmp_recordings import recorded
from tests.collectors.test_snmp_system import Notes

SLA, PING = "1.3.6.1.4.1.9.9.42.1", "1.3.6.1.2.1.80.1"
RPM, NQA = "1.3.6.1.4.1.2636.3.50.1", "1.3.6.1.4.1.25506.8.3.1.4.1"
OWNER_AND_TEST = "2.84.83.4.108.105.110.101"  # "TS", "line", each after its length
PEER = bytes((10, 75, 0, 9))
Answer = dict[tuple[str, str, str], float]


def system(object_id: str) -> dict[Ids, Element]:
    return {
        ids("1.3.6.1.2.1.1.1.0"): octets("a router"),
        ids("1.3.6.1.2.1.1.2.0"): ber.oid(object_id),
        ids("1.3.6.1.2.1.1.3.0"): number(1000, ber.TIME_TICKS),
    }


def answers(reading: Reading) -> Answer:
    found: Answer = {}
    for series, value in reading.samples:
        labels = dict(series.labels)
        key = (series.name, labels.get("test", ""), labels.get("direction", ""))
        assert key not in found
        found[key] = value
    return found


async def looked(table: Mapping[Ids, Element]) -> tuple[Reading, Answer]:
    kit = make_kit(SystemClock())
    async with stage() as play:
        agent = play(dict(table))
        reading = await snmp_probes.look(check_of("snmp_probes", agent.port), kit, Notes())
    await kit.aclose()
    assert reading.ok, reading.failure
    return reading, answers(reading)


async def test_ip_sla_jitter_tells_losses_and_jitter_of_each_direction() -> None:
    columns = {1: 998, 26: 1, 27: 3, 29: 0, 46: 4, 47: 5, 48: 3, 49: 12, 50: 0}
    table = system("1.3.6.1.4.1.9.1.2593") | {
        ids(f"{SLA}.5.2.1.{column}.7"): number(value, ber.GAUGE32)
        for column, value in columns.items()
    }
    table |= {
        ids(f"{SLA}.2.1.1.3.7"): octets("kenh-trung-tam"),
        ids(f"{SLA}.2.2.1.2.7"): octets(PEER),
        ids(f"{SLA}.2.10.1.1.7"): number(23, ber.GAUGE32),
        ids(f"{SLA}.2.10.1.2.7"): number(1),
        ids(f"{SLA}.2.10.1.1.8"): number(0, ber.GAUGE32),  # a ping without an answer
        ids(f"{SLA}.2.10.1.2.8"): number(4),
    }
    reading, found = await looked(table)
    test = "kenh-trung-tam"
    assert found["device_probe_rtt_seconds", test, "both"] == pytest.approx(0.023)
    assert found["device_probe_lost_packets", test, "out"] == 1
    assert found["device_probe_lost_packets", test, "in"] == 3
    assert found["device_probe_answered_packets", test, "both"] == 998
    assert found["device_probe_jitter_seconds", test, "out"] == pytest.approx(0.005)
    assert found["device_probe_jitter_seconds", test, "in"] == pytest.approx(0.003)
    assert found["device_probe_one_way_seconds", test, "out"] == pytest.approx(0.012)
    assert ("device_probe_one_way_seconds", test, "in") not in found, "the clocks do not agree"
    assert ("device_probe_rtt_seconds", "IP SLA 8", "both") not in found
    peers = {dict(s.labels).get("peer") for s, _ in reading.samples if ("test", test) in s.labels}
    assert peers == {"10.75.0.9"}


VRP, NQA_OF_VRP = "1.3.6.1.4.1.2011.2.224.279", "1.3.6.1.4.1.2011.5.25.111"


def runs_of_vrp() -> dict[Ids, Element]:
    """Return the last runs of a ping and of a jitter test; a newer one is still under way."""
    table = system(VRP) | {ids(f"{NQA_OF_VRP}.2.2.1.2.{OWNER_AND_TEST}"): octets(PEER)}
    icmp = {  # column: values by run
        3: {118: 1, 119: 1, 120: 0},
        21: {118: 1, 119: 3, 120: 0},
        22: {118: 3, 119: 3, 120: 1},
        26: {118: 90, 119: 17, 120: 0},
        27: {118: 66, 119: 0, 120: 0},
    }
    jitter = {2: 1, 34: 2, 35: 0, 40: 98, 41: 100, 46: 21, 47: 2, 49: 6, 50: 4, 68: 9, 69: 12}
    for column, said in icmp.items():
        for run, value in said.items():
            at = ids(f"{NQA_OF_VRP}.4.1.1.{column}.{OWNER_AND_TEST}.{run}.1")
            table[at] = number(value)
    for column, value in jitter.items():
        table[ids(f"{NQA_OF_VRP}.4.3.1.{column}.2.84.83.2.117.100.7")] = number(value)
    return table


async def test_the_newest_finished_run_of_each_test_of_vrp_is_told() -> None:
    reading, found = await looked(runs_of_vrp())
    test, other = "TS line", "TS ud"
    assert found["device_probe_rtt_seconds", test, "both"] == pytest.approx(0.017)
    assert found["device_probe_loss_ratio", test, "both"] == 0
    assert found["device_probe_answered_packets", test, "both"] == 3
    assert found["device_probe_sent_packets", test, "both"] == 3
    assert found["device_probe_rtt_seconds", other, "both"] == pytest.approx(0.021)
    assert found["device_probe_loss_ratio", other, "both"] == pytest.approx(0.02)
    assert found["device_probe_lost_packets", other, "out"] == 2
    assert found["device_probe_lost_packets", other, "in"] == 0
    assert found["device_probe_jitter_seconds", other, "out"] == pytest.approx(0.006)
    assert found["device_probe_one_way_seconds", other, "in"] == pytest.approx(0.012)
    peers = {dict(s.labels).get("peer") for s, _ in reading.samples if ("test", test) in s.labels}
    assert peers == {"10.75.0.9"}


async def test_a_run_of_vrp_that_failed_is_all_lost_and_brings_no_older_time() -> None:
    table = runs_of_vrp()
    for column, value in ((3, 2), (21, 0), (22, 3), (26, 0), (27, 100)):
        table[ids(f"{NQA_OF_VRP}.4.1.1.{column}.{OWNER_AND_TEST}.120.1")] = number(value)
    _, found = await looked(table)
    assert found["device_probe_loss_ratio", "TS line", "both"] == 1
    assert ("device_probe_rtt_seconds", "TS line", "both") not in found


async def test_microseconds_of_vrp_are_told_as_such() -> None:
    table = runs_of_vrp()
    table[ids(f"{NQA_OF_VRP}.2.2.1.83.{OWNER_AND_TEST}")] = number(1)
    table[ids(f"{NQA_OF_VRP}.4.3.1.67.2.84.83.2.117.100.7")] = number(1)
    _, found = await looked(table)
    assert found["device_probe_rtt_seconds", "TS line", "both"] == pytest.approx(17e-6)
    assert found["device_probe_jitter_seconds", "TS ud", "out"] == pytest.approx(6e-6)


async def test_every_poll_of_vrp_tells_the_run_that_is_the_newest_then() -> None:
    kit, table = make_kit(SystemClock()), runs_of_vrp()
    async with stage() as play:
        agent = play(table)
        check = check_of("snmp_probes", agent.port)
        first = await snmp_probes.look(check, kit, Notes())
        for name in [n for n in agent.table if n[-2:] == (118, 1)]:  # the oldest goes
            del agent.table[name]
        for column, value in ((3, 1), (21, 3), (22, 3), (26, 55), (27, 0)):
            at = ids(f"{NQA_OF_VRP}.4.1.1.{column}.{OWNER_AND_TEST}.120.1")
            agent.table[at] = number(value)
        again = await snmp_probes.look(check, kit, Notes())
    await kit.aclose()
    key = "device_probe_rtt_seconds", "TS line", "both"
    assert answers(first)[key] == pytest.approx(0.017)
    assert answers(again)[key] == pytest.approx(0.055)
    assert {series for series, _ in first.samples} == {series for series, _ in again.samples}


async def test_comware_nqa_tells_losses_and_jitter_of_each_direction() -> None:
    columns = {22: 2, 23: 0, 31: 6, 32: 4}
    table = system("1.3.6.1.4.1.25506.1.1") | {
        ids(f"{NQA}.{column}.{OWNER_AND_TEST}"): number(value, ber.GAUGE32)
        for column, value in columns.items()
    }
    table |= {
        ids(f"{PING}.2.1.4.{OWNER_AND_TEST}"): octets(PEER),
        ids(f"{PING}.3.1.6.{OWNER_AND_TEST}"): number(17, ber.GAUGE32),
        ids(f"{PING}.3.1.7.{OWNER_AND_TEST}"): number(98, ber.GAUGE32),
        ids(f"{PING}.3.1.8.{OWNER_AND_TEST}"): number(100, ber.GAUGE32),
    }
    _, found = await looked(table)
    test = "TS line"
    assert found["device_probe_rtt_seconds", test, "both"] == pytest.approx(0.017)
    assert found["device_probe_answered_packets", test, "both"] == 98
    assert found["device_probe_sent_packets", test, "both"] == 100
    assert found["device_probe_lost_packets", test, "out"] == 2
    assert found["device_probe_lost_packets", test, "in"] == 0
    assert found["device_probe_jitter_seconds", test, "in"] == pytest.approx(0.004)


async def test_juniper_rpm_tells_the_last_whole_test_in_both_directions() -> None:
    means = {"2.1": 24000, "2.4": 11000, "2.5": 900, "2.7": 13000, "2.8": 700, "1.1": 99000}
    table = system("1.3.6.1.4.1.2636.1.1.1.2.39") | {
        ids(f"{RPM}.3.1.5.{OWNER_AND_TEST}.{which}"): number(value, ber.GAUGE32)
        for which, value in means.items()
    }
    table[ids(f"{RPM}.2.1.4.{OWNER_AND_TEST}.2")] = number(20, ber.GAUGE32)
    _, found = await looked(table)
    test = "TS line"
    assert found["device_probe_rtt_seconds", test, "both"] == pytest.approx(0.024)
    assert found["device_probe_one_way_seconds", test, "out"] == pytest.approx(0.011)
    assert found["device_probe_one_way_seconds", test, "in"] == pytest.approx(0.013)
    assert found["device_probe_jitter_seconds", test, "in"] == pytest.approx(0.0007)
    assert found["device_probe_loss_ratio", test, "both"] == pytest.approx(0.2)


async def test_a_device_without_tests_says_nothing_and_is_well() -> None:
    reading, found = await looked(system("1.3.6.1.4.1.9.1.2593"))
    assert found == {}
    assert reading.failure is None


@pytest.mark.skipif("junos_rpm" not in ASSERTED, reason="the recording is absent")
async def test_a_recorded_juniper_tells_its_tests() -> None:
    _, found = await looked(recorded(ASSERTED["junos_rpm"] / "junos_rpm.snmprec"))
    assert found["device_probe_loss_ratio", "KPN KPN-RPM", "both"] == 0
    assert found["device_probe_sent_packets", "ZIGGO ZIGGO-RPM", "both"] == 5
