"""What tables tell of devices of which there is no recording here, from rows written by hand."""

import math
import re
from collections.abc import Mapping

import pytest

from collectors import snmp_health
from collectors._snmp.families import recognised
from collectors._snmp.families.dell import FTOS
from core.clock import SystemClock
from core.reading import Reading
from runtime.kit import make_kit
from tests.collectors.snmp_agent import Element, Ids, ids, number, octets, stage
from tests.collectors.test_snmp_health import Recorded, check_of
from tests.collectors.test_snmp_probes import system
from tests.collectors.test_snmp_system import Notes

Row = int | str
CPU, TEMPERATURE = "device_cpu_ratio", "device_temperature_celsius"
USED, SIZE, RATIO = (f"device_memory_{part}" for part in ("used_bytes", "size_bytes", "used_ratio"))
LIGHT, STATUS = "device_optical_power_dbm", "device_component_status"
VOLTAGE, CURRENT = "device_voltage_volts", "device_current_amperes"
POWER, FAN, FAN_RATIO = "device_power_watts", "device_fan_rpm", "device_fan_ratio"
SESSIONS, STATE = "device_sessions", "device_component_state"
NAMES = ("cpu", "memory", "storage", "component", "sensor", "sessions")
PORT, ENTITY = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.47.1.1.1.1"


def table(object_id: str, rows: Mapping[str, Row]) -> dict[Ids, Element]:
    return system(object_id) | {
        ids(oid): octets(value) if isinstance(value, str) else number(value)
        for oid, value in rows.items()
    }


async def heard(object_id: str, rows: Mapping[str, Row]) -> dict[str, dict[str, float]]:
    """Return what a device with these rows says: metric, name of the row and kind, value."""
    kit = make_kit(SystemClock())
    async with stage(Recorded) as play:
        agent = play(table(object_id, rows))
        reading: Reading = await snmp_health.look(check_of("snmp_health", agent.port), kit, Notes())
    await kit.aclose()
    assert reading.ok, reading.failure
    found: dict[str, dict[str, float]] = {}
    for series, value in reading.samples:
        labels = dict(series.labels)
        name = next((labels[one] for one in NAMES if one in labels), "")
        kind = labels.get("kind")
        key = f"{name}, {kind}" if kind else name
        found.setdefault(series.name, {})[key] = value
    return found


def near(wanted: Mapping[str, float]) -> dict[str, object]:
    return {name: pytest.approx(value) for name, value in wanted.items()}


def dbm(milliwatts: float) -> float:
    return 10 * math.log10(milliwatts)


HUAWEI = "1.3.6.1.4.1.2011.5.25.31.1.1"


def huawei_boards() -> dict[str, Row]:
    """A board whose memory only megabytes can tell, one of the older count, a fan tray."""
    rows: dict[str, Row] = {}
    for entity, name, (cpu, limit, used, size, mega, state) in (
        (9, "MPU 1", (23, 90, 40, 0, 8192, 3)),
        (10, "LPU 2", (11, 90, 25, 2**30, 0, 3)),
        (11, "LPU 3", (0, 90, 0, 2**30, 0, 4)),
        (12, "FAN 1", (0, 0, 0, 0, 0, 3)),
    ):
        rows[f"{ENTITY}.7.{entity}"] = name
        for column, value in ((5, cpu), (6, limit), (7, used), (9, size), (19, mega), (2, state)):
            rows[f"{HUAWEI}.1.1.{column}.{entity}"] = value
    return rows


async def test_boards_of_huawei_tell_memory_of_any_size_and_those_offline_no_load() -> None:
    found = await heard("1.3.6.1.4.1.2011.2.239.1", huawei_boards())
    assert found[CPU] == near({"MPU 1": 0.23, "LPU 2": 0.11})
    assert found[SIZE]["MPU 1"] == 8192 * 2**20
    assert found[USED]["LPU 2"] == pytest.approx(2**28)


async def test_huawei_tells_the_sensors_of_slots_and_what_power_supplies_give() -> None:
    rows: dict[str, Row] = {
        f"{HUAWEI}.8.1.5.1.0.0.1": 2,
        f"{HUAWEI}.8.1.6.1.0.0.1": 61,
        f"{HUAWEI}.9.1.5.1.0.0.2": 1,
        f"{HUAWEI}.9.1.7.1.0.0.2": 3318,
        f"{HUAWEI}.18.1.6.1.1": 1,
        f"{HUAWEI}.18.1.7.1.1": 2150,
        f"{HUAWEI}.18.1.8.1.1": 12040,
        "1.3.6.1.4.1.2011.6.157.2.1.1.4.3": 45120,
        "1.3.6.1.4.1.2011.5.25.183.1.20.1.3.1": 1,
    }
    found = await heard("1.3.6.1.4.1.2011.2.239.1", rows)
    assert found[TEMPERATURE] == {"sensor 1.0.0.1": 61}
    assert found[VOLTAGE] == near({"sensor 1.0.0.2": 3.318, "slot 1 power 1": 12.04})
    assert found[CURRENT] == near({"slot 1 power 1": 2.15})
    assert found[POWER] == near({"board 3": 45.12})
    assert found[STATUS]["sensor 1.0.0.1, temperature"] == 1
    assert found[STATE]["stack member 1, stack role"] == 1


async def test_lasers_of_huawei_tell_milliamperes_and_the_first_of_several_lanes() -> None:
    rows: dict[str, Row] = {}
    for entity, name, bias, rx, lanes in (
        (20, "10GE1/0/1", 6600, 120, "-920.1"),
        (21, "100GE1/0/2", 38, -1, "-212.4,-240.9,-199.0,-201.7"),
    ):
        rows |= {
            f"{ENTITY}.7.{entity}": name,
            f"{HUAWEI}.3.1.5.{entity}": 41,
            f"{HUAWEI}.3.1.7.{entity}": bias,
            f"{HUAWEI}.3.1.8.{entity}": rx,
            f"{HUAWEI}.3.1.32.{entity}": lanes,
        }
    found = await heard("1.3.6.1.4.1.2011.2.239.1", rows)
    assert found[CURRENT] == near({"10GE1/0/1": 6.6e-3, "100GE1/0/2": 38e-3})
    assert found[LIGHT]["10GE1/0/1 Rx"] == pytest.approx(dbm(0.12))
    assert found[LIGHT]["100GE1/0/2 lane 1 Rx"] == pytest.approx(-2.124)
    assert "10GE1/0/1 lane 1 Rx" not in found[LIGHT]


CISCO = "1.3.6.1.4.1.9.9"


async def test_a_cisco_router_tells_each_core_and_its_forwarding_processor() -> None:
    rows: dict[str, Row] = {
        f"{ENTITY}.7.7000": "cpu R0/0",
        f"{ENTITY}.7.9001": "cpu F0",
        f"{CISCO}.109.1.1.1.1.2.2": 7000,
        f"{CISCO}.109.1.1.1.1.8.2": 12,
        f"{CISCO}.109.1.1.2.1.5.2.0": 10,
        f"{CISCO}.109.1.1.2.1.5.2.1": 14,
        f"{CISCO}.715.1.1.6.1.14.9001.1": 99,
        f"{CISCO}.715.1.1.6.1.14.9001.3": 4,
    }
    found = await heard("1.3.6.1.4.1.9.1.2068", rows)
    assert found[CPU] == near(
        {"cpu R0/0": 0.12, "cpu R0/0 core 0": 0.1, "cpu R0/0 core 1": 0.14, "cpu F0": 0.04}
    )


async def test_a_cisco_switch_tells_its_hsrp_groups_its_ring_and_its_poe() -> None:
    rows: dict[str, Row] = {
        f"{CISCO}.106.1.2.1.1.15.100.1": 6,
        f"{CISCO}.106.1.2.1.1.15.200.2": 1,
        f"{CISCO}.601.1.3.1.1.4.10": 2,
        f"{CISCO}.402.1.3.1.4.1": 61_600,
        f"{CISCO}.402.1.3.1.5.1": 308_400,
        f"{CISCO}.661.1.3.1.1.6.13": 3,
    }
    found = await heard("1.3.6.1.4.1.9.1.1208", rows)
    assert found[STATUS] == {
        "HSRP 100.1, hsrp": 0,
        "HSRP 200.2, hsrp": 2,
        "REP segment 10, ring": 2,
        "13, modem": 0,
    }
    assert found[POWER] == near({"PoE used 1": 61.6, "PoE left 1": 308.4})


async def test_a_small_business_switch_tells_its_transceivers_fans_and_poe() -> None:
    small = "1.3.6.1.4.1.9.6.1.101"
    rows: dict[str, Row] = {f"{PORT}.49": "xg1"}
    rows |= {
        f"{small}.90.1.2.1.3.49.{kind}": value
        for kind, value in ((5, 41), (6, 3_291_000), (7, 6_120), (8, -2_310), (9, -5_870), (1, 3))
    }
    rows |= {
        f"{small}.53.15.1.10.1": 52,
        f"{small}.83.5.1.1.2.1": 47,
        f"{small}.83.5.1.1.3.1": 3900,
        f"{small}.108.1.1.5.1.49": 6300,
    }
    found = await heard("1.3.6.1.4.1.9.6.1.94.28.8", rows)
    assert found[LIGHT] == near({"xg1 Tx": -2.31, "xg1 Rx": -5.87})
    assert found[TEMPERATURE] == {"xg1": 41, "unit 1": 52, "fan 1": 47}
    assert found[VOLTAGE] == near({"xg1": 3.291})
    assert found[CURRENT] == near({"xg1": 6.12e-3})
    assert found[POWER] == near({"PoE xg1": 6.3})
    assert found[FAN] == {"fan 1": 3900}


async def test_a_procurve_tells_supplies_fans_poe_and_its_stack() -> None:
    switch = "1.3.6.1.4.1.11.2.14.11"
    rows: dict[str, Row] = {
        f"{switch}.5.1.54.2.1.1.4.1": 5,
        f"{switch}.5.1.54.2.1.1.4.2": 0,
        f"{switch}.5.1.55.1.1.1.2.1": 3,
        f"{switch}.5.1.55.1.1.1.2.2": 4,
        f"{switch}.5.1.55.1.1.1.4.1": 38,
        f"{switch}.5.1.55.1.1.1.6.1": 121,
        f"{switch}.1.9.1.6.1.4.1": 740,
        f"{switch}.1.9.1.6.1.5.1": 133,
        f"{switch}.5.1.69.1.1.2.0": 2,
        f"{switch}.5.1.69.1.1.4.0": 2,
        f"{switch}.5.1.69.1.3.1.9.2": 1,
        f"{ENTITY}.5.1": 3,
        f"{ENTITY}.7.1": "Chassis",
        f"{ENTITY}.5.2": 10,
        "1.3.6.1.2.1.131.1.1.1.3.1": 3,
        "1.3.6.1.2.1.131.1.1.1.3.2": 2,
    }
    found = await heard("1.3.6.1.4.1.11.2.3.7.11.160", rows)
    assert found[STATUS] == {
        "chassis fan 1, fan": 0,
        "chassis fan 2, fan": 2,
        "power supply 1, power": 0,
        "power supply 2, power": 2,
        "stack, stack": 0,
        "stack, stack topology": 1,
        "stack member 2, stack member": 2,
        "Chassis, operation": 0,
    }
    assert found[TEMPERATURE] == {"power supply 1": 38}
    assert found[POWER] == {
        "power supply 1": 121,
        "PoE in all 1": 740,
        "PoE used in all 1": 133,
    }


async def test_an_aos_cx_tells_each_lane_of_its_modules_and_that_its_pair_is_in_step() -> None:
    cx = "1.3.6.1.4.1.47196.4.1.1.3"
    rows: dict[str, Row] = {
        f"{PORT}.1": "1/1/1",
        f"{cx}.27.1.2.1.1.2.1": "38.41",
        f"{cx}.27.1.2.1.1.11.1": "3.28",
        f"{cx}.27.1.2.2.1.2.1.2": "6.93",
        f"{cx}.27.1.2.2.1.7.1.2": "0.58",
        f"{cx}.27.1.2.2.1.12.1.2": "0.41",
        f"{cx}.7.2.1.1.0": 3,
        f"{cx}.7.2.2.1.0": 6,
        f"{cx}.15.1.1.2.0": 2,
        f"{cx}.15.1.2.1.3.2": 10,
        f"{cx}.11.6.1.1.6.1.1": 1,
        f"{cx}.11.5.1.1.10.1.1.1": 2,
    }
    found = await heard("1.3.6.1.4.1.47196.4.1.1.1.424", rows)
    assert found[LIGHT] == near({"1/1/1 lane 2 Tx": dbm(0.58), "1/1/1 lane 2 Rx": dbm(0.41)})
    assert found[TEMPERATURE] == near({"1/1/1": 38.41})
    assert found[VOLTAGE] == near({"1/1/1": 3.28})
    assert found[CURRENT] == near({"1/1/1 lane 2 Tx": 6.93e-3})
    assert found[STATUS] == {
        "VSX link, redundancy": 0,
        "VSX keepalive, redundancy": 2,
        "stack, stack topology": 1,
        "stack member 2, stack member": 2,
        "module 1.1, module": 0,
    }
    assert found[STATE]["1.1.1, fan"] == 2  # an empty place: told, and no judgement of it


async def test_a_proliant_with_agents_tells_memory_disks_and_batteries() -> None:
    cpq = "1.3.6.1.4.1.232"
    rows: dict[str, Row] = {
        f"{cpq}.11.2.13.1.0": 65_536,
        f"{cpq}.11.2.13.2.0": 16_384,
        f"{cpq}.11.2.4.1.1.2.1": "C:",
        f"{cpq}.11.2.4.1.1.3.1": 102_400,
        f"{cpq}.11.2.4.1.1.4.1": 51_200,
        f"{cpq}.6.2.17.2.1.4.0.1": 2,
        f"{cpq}.6.2.17.2.1.5.0.1": 11,
        f"{cpq}.3.2.2.2.1.6.0": 4,
        f"{cpq}.3.2.5.1.1.6.0.1": 4,
    }
    found = await heard("1.3.6.1.4.1.232.9.4.11", rows)
    assert found[SIZE] == {"physical": 65_536 * 2**20}
    assert found[RATIO] == near({"physical": 0.75})
    assert found["device_storage_used_bytes"] == {"C:": 51_200 * 2**20}
    assert found[STATUS] == {
        "battery 0.1, battery": 0,
        "battery 0.1, battery status": 1,
        "cache battery 0, battery": 2,
        "disk 0.1, disk status": 1,
    }


async def test_the_controller_of_a_dell_chassis_tells_its_parts() -> None:
    drs = "1.3.6.1.4.1.674.10892.2"
    rows: dict[str, Row] = {
        f"{drs}.3.1.5.0": 3,
        f"{drs}.3.1.6.0": 5,
        f"{drs}.3.1.10.0": 24,
        f"{drs}.4.1.1.13.1": "1432",
        f"{drs}.4.1.1.14.1": "6.7",
        f"{drs}.4.2.1.5.1.1": "231.50",
        f"{drs}.4.2.1.6.1.1": "1.73",
        f"{drs}.5.1.1.2.1": 3,
        f"{drs}.5.1.1.4.1": "SLOT-01",
        f"{drs}.5.1.1.2.2": 1,
        f"{drs}.5.1.1.4.2": "N/A",
    }
    found = await heard("1.3.6.1.4.1.674.10892.2", rows)
    assert found[STATUS] == {"power, chassis": 0, "fans, chassis": 2, "slot 1, blade": 0}
    assert found[TEMPERATURE] == {"front panel": 24}
    assert found[POWER] == {"chassis 1": 1432}
    assert found[CURRENT] == near({"chassis 1": 6.7, "power supply 1.1": 1.73})
    assert found[VOLTAGE] == near({"power supply 1.1": 231.5})


async def test_openmanage_tells_disks_and_arrays() -> None:
    store = "1.3.6.1.4.1.674.10893.1.20"
    rows: dict[str, Row] = {
        f"{store}.130.1.1.2.1": "PERC H730",
        f"{store}.130.1.1.5.1": 1,
        f"{store}.130.4.1.2.1": "Disk 0",
        f"{store}.130.4.1.4.1": 17,
        f"{store}.140.1.1.2.1": "System",
        f"{store}.140.1.1.4.1": 6,
        f"{store}.130.15.1.2.1": "Battery 0",
        f"{store}.130.15.1.4.1": 1,
    }
    found = await heard("1.3.6.1.4.1.674.10892.1", rows)
    assert found[STATUS] == {
        "PERC H730, raid controller": 0,
        "Disk 0, disk": 1,
        "System, raid": 2,
        "Battery 0, battery": 0,
    }


async def test_a_part_without_a_name_is_called_by_its_number() -> None:
    found = await heard("1.3.6.1.4.1.9.1.1208", {"1.3.6.1.4.1.9.9.500.1.2.1.1.6.1001": 4})
    assert found[STATUS] == {"1001, stack": 0}


async def test_a_dell_switch_of_os9_tells_its_lanes_and_its_pair() -> None:
    force10 = "1.3.6.1.4.1.6027.3"
    rows: dict[str, Row] = {
        f"{force10}.26.1.4.4.1.4.2.1.1": 12,
        f"{force10}.26.1.4.4.1.6.2.1.1": 25,
        f"{force10}.26.1.4.3.1.6.2.1.1": 2048,
        f"{force10}.26.1.3.4.1.13.1": 44,
        f"{force10}.26.1.4.7.1.4.1.1": 1,
        f"{force10}.26.1.4.6.1.4.1.2": 2,
        f"{force10}.11.1.3.1.1.2.5": "Te 1/1",
        f"{force10}.11.1.3.1.1.8.5": "-2.51",
        f"{force10}.11.1.3.1.1.12.5": "-7.02",
        f"{force10}.11.1.3.1.1.9.5": "0.00",
        f"{force10}.17.1.1.1.7.1": 2,
    }
    found = await heard("1.3.6.1.4.1.6027.1.3.25", rows)
    assert found[CPU] == near({"one minute 2.1.1": 0.12})
    assert found[USED] == near({"memory 2.1.1": 512 * 2**20})
    assert found[TEMPERATURE] == {"unit 1": 44}
    assert found[LIGHT] == near({"Te 1/1 lane 1 Tx": -2.51, "Te 1/1 lane 1 Rx": -7.02})
    assert found[STATUS] == {
        "fan tray 1.1, fan": 0,
        "power supply 1.2, power": 2,
        "VLT link 1, redundancy": 2,
    }


@pytest.mark.parametrize(
    "column", ["10.1.2.9.1.2.1", "19.1.2.8.1.2.1", "25.1.2.3.1.1.1"], ids=["S", "M", "Z"]
)
async def test_a_dell_switch_that_tells_only_the_load_of_five_seconds_tells_it(column: str) -> None:
    found = await heard("1.3.6.1.4.1.6027.1.3.22", {f"1.3.6.1.4.1.6027.3.{column}": 42})
    assert found[CPU] == near({"unit 1": 0.42})


async def test_the_modules_of_a_dell_chassis_each_tell_their_load() -> None:
    chassis = "1.3.6.1.4.1.6027.3.8.1"
    found = await heard(
        "1.3.6.1.4.1.6027.1.2.1", {f"{chassis}.3.7.1.3.1": 9, f"{chassis}.5.1.1.1.2": 7}
    )
    assert found[CPU] == near({"route processor 1": 0.09, "line card 2": 0.07})


@pytest.mark.parametrize(
    "description",
    [
        "Dell Real Time Operating System Software\nDell Operating System Version:  2.0\n"
        "Dell Application Software Version:  9.9(0.0P9)\nSeries: S4810",
        "Dell Networking OS Operating System Version: 2.0 "
        "Application Software Version: 9.9(0.0P9) Series: S4048-ON",
    ],
)
def test_dell_os9_is_known_by_its_software_in_either_wording(description: str) -> None:
    patterns = [one for one in FTOS.facts.software if isinstance(one, str)]
    assert [re.findall(one, description) for one in patterns] == [["9.9(0.0P9)"]]


async def test_a_dell_switch_of_os10_tells_fans_supplies_and_heat() -> None:
    os10 = "1.3.6.1.4.1.674.11000.5000.100.4.1"
    rows: dict[str, Row] = {
        f"{os10}.1.3.1.11.1": 33,
        f"{os10}.1.4.1.5.1.1": 31,
        f"{os10}.2.3.1.7.1": 1,
        f"{os10}.2.1.1.4.2": 2,
    }
    found = await heard("1.3.6.1.4.1.674.11000.5000.100.2.1.8", rows)
    assert found[TEMPERATURE] == {"chassis 1": 33, "card 1.1": 31}
    assert found[STATUS] == {"fan 1, fan": 0, "power supply 2, power": 2}


async def test_a_powerconnect_of_another_maker_s_software_tells_its_load() -> None:
    rows: dict[str, Row] = {"1.3.6.1.4.1.89.1.8.0": 31, "1.3.6.1.4.1.89.1.7.0": 44}
    found = await heard("1.3.6.1.4.1.674.10895.3030", rows)
    assert found[CPU] == near({"one minute": 0.31, "one second": 0.44})


async def test_an_edgeswitch_tells_load_memory_heat_and_fans() -> None:
    root = "1.3.6.1.4.1.4413.1.1"
    rows: dict[str, Row] = {
        f"{root}.1.1.4.9.0": "    5 Secs ( 20.1%)   60 Secs ( 17.5%)  300 Secs ( 17.9%)",
        f"{root}.1.1.4.1.0": 65_536,
        f"{root}.1.1.4.2.0": 262_144,
        f"{root}.43.1.8.1.4.1.0": 2,
        f"{root}.43.1.8.1.5.1.0": 71,
        f"{root}.43.1.6.1.3.1.0": 2,
        f"{root}.43.1.6.1.4.1.0": 2800,
        f"{root}.43.1.7.1.3.1.0": 3,
    }
    found = await heard("1.3.6.1.4.1.4413", rows)
    assert found[CPU] == near({"CPU": 0.175})
    assert found[USED] == {"memory": (262_144 - 65_536) * 1024}
    assert found[TEMPERATURE] == {"sensor 1.0": 71}
    assert found[FAN] == {"fan 1.0": 2800}
    assert found[STATUS] == {
        "sensor 1.0, temperature": 1,
        "fan 1.0, fan": 0,
        "power supply 1.0, power": 2,
    }


FOUNDRY = "1.3.6.1.4.1.1991.1.1"


async def test_a_stack_of_icx_tells_every_unit() -> None:
    rows: dict[str, Row] = {
        f"{PORT}.65": "ethernet2/2/1",
        f"{FOUNDRY}.2.11.1.1.6.1.1.300": 1_250,
        f"{FOUNDRY}.2.11.1.1.6.1.1.5": 9_900,
        f"{FOUNDRY}.2.1.52.0": 77,
        f"{FOUNDRY}.2.12.4.1.0": 50,
        f"{FOUNDRY}.2.12.4.2.0": 1_000_000,
        f"{FOUNDRY}.2.12.4.3.0": 500_000,
        f"{FOUNDRY}.2.13.1.1.4.1.1": 90,
        f"{FOUNDRY}.2.13.3.1.4.2.1.1": "Sensor A",
        f"{FOUNDRY}.2.13.3.1.5.2.1.1": 112,
        f"{FOUNDRY}.1.2.2.1.3.2.1": "supply 1",
        f"{FOUNDRY}.1.2.2.1.4.2.1": 3,
        f"{FOUNDRY}.1.3.1.1.3.1": 2,
        f"{FOUNDRY}.3.3.6.1.1.65": "   38.2109 C",
        f"{FOUNDRY}.3.3.6.1.2.65": "-002.5134 dBm",
        f"{FOUNDRY}.3.3.6.1.3.65": "-008.7701 dBm",
        f"{FOUNDRY}.3.3.6.1.4.65": "  6.214 mA",
        f"{FOUNDRY}.3.31.2.2.1.5.2": 4,
        f"{FOUNDRY}.3.31.2.2.1.7.2": 5,
        f"{FOUNDRY}.3.31.2.2.1.8.2": 2,
    }
    found = await heard("1.3.6.1.4.1.1991.1.3.48.2.1", rows)
    assert found[CPU] == near({"slot 1 CPU 1": 0.125})
    assert found[USED] == {"memory": 500_000}
    assert found[TEMPERATURE] == near({"unit 2 Sensor A": 56, "ethernet2/2/1": 38.2109})
    assert found[LIGHT] == near({"ethernet2/2/1 Tx": -2.5134, "ethernet2/2/1 Rx": -8.7701})
    assert found[CURRENT] == near({"ethernet2/2/1": 6.214e-3})
    assert found[STATUS] == {
        "supply 1, power": 2,
        "fan 1, fan": 0,
        "stack unit 2, stack member": 2,
        "unit 2 stack port 1, stack port": 0,
    }


async def test_an_older_fastiron_tells_its_one_chassis() -> None:
    rows: dict[str, Row] = {
        f"{FOUNDRY}.2.1.52.0": 7,
        f"{FOUNDRY}.2.1.53.0": 40,
        f"{FOUNDRY}.2.1.54.0": 2_000_000,
        f"{FOUNDRY}.2.13.1.1.3.1.1": "Active management module",
        f"{FOUNDRY}.2.13.1.1.4.1.1": 90,
        f"{FOUNDRY}.1.2.1.1.2.1": "Power supply 1",
        f"{FOUNDRY}.1.2.1.1.3.1": 2,
    }
    found = await heard("1.3.6.1.4.1.1991.1.3.34.1.1.1.1", rows)
    assert found[CPU] == near({"CPU": 0.07})
    assert found[USED] == near({"memory": 800_000})
    assert found[TEMPERATURE] == {"Active management module": 45}
    assert found[STATUS] == {"Power supply 1, power": 0}


async def test_a_pair_of_pan_os_tells_which_unit_is_which_in_words_or_numbers() -> None:
    pan = "1.3.6.1.4.1.25461.2.1.2"
    rows: dict[str, Row] = {
        f"{pan}.1.11.0": "active",
        f"{pan}.1.12.0": "suspended",
        f"{pan}.1.13.0": "active-passive",
        f"{pan}.3.1.0": 4,
        f"{pan}.3.3.0": 10_240,
        f"{pan}.4.1.0": "not-connected",
        f"{pan}.3.9.1.2.1": "vsys1",
        f"{pan}.3.9.1.3.1": 2,
        f"{pan}.3.9.1.4.1": 870,
        f"{pan}.3.9.1.6.1": 31,
    }
    found = await heard("1.3.6.1.4.1.25461.2.3.30", rows)
    assert found[STATE] == {
        "this unit, redundancy": 5,
        "peer unit, redundancy": 1,
        "redundancy mode, redundancy": 1,
        "Panorama 1, management": 0,
    }
    assert found[STATUS]["this unit, redundancy"] == 0
    assert found[STATUS]["peer unit, redundancy"] == 2
    assert found[STATUS]["Panorama 1, management"] == 1
    assert found[SESSIONS] == {"all": 10_240, "vsys1": 870}
    assert found["device_sessions_ratio"] == near({"all": 0.04, "vsys1": 0.02})


async def test_a_sophos_pair_tells_the_faulty_unit_and_what_is_licensed_no_more() -> None:
    sfos = "1.3.6.1.4.1.2604.5.1"
    rows: dict[str, Row] = {f"{sfos}.4.1.0": 1, f"{sfos}.4.4.0": 3, f"{sfos}.4.5.0": 4}
    rows |= {f"{sfos}.5.2.1.0": 3, f"{sfos}.5.3.1.0": 4}
    found = await heard("1.3.6.1.4.1.2604.5", rows)
    assert found[STATUS] == {
        "cluster, redundancy": 0,
        "this unit, redundancy": 0,
        "peer unit, redundancy": 2,
        "network protection, licence": 0,
        "web protection, licence": 1,
    }


async def test_a_firebox_tells_hundredths_of_a_per_cent() -> None:
    rows: dict[str, Row] = {"1.3.6.1.4.1.3097.6.3.78.0": 1_230, "1.3.6.1.4.1.3097.6.3.80.0": 540}
    found = await heard("1.3.6.1.4.1.3097.1.5.77", rows)
    assert found[CPU] == near({"five minutes": 0.123})
    assert found[SESSIONS] == {"all": 540}


async def test_an_alliedware_switch_tells_its_modules_in_tenths_of_microwatts() -> None:
    allied = "1.3.6.1.4.1.207.8.4.4.3"
    rows: dict[str, Row] = {
        f"{PORT}.5049": "port1.0.49",
        f"{allied}.3.8.1.4.1": 21,
        f"{allied}.12.1.1.4.1.1.1": "Fan",
        f"{allied}.12.1.1.5.1.1.1": 4100,
        f"{allied}.12.1.1.7.1.1.1": 2,
        f"{allied}.12.3.1.4.1.1.1": "System",
        f"{allied}.12.3.1.5.1.1.1": 39,
        f"{allied}.12.3.1.7.1.1.1": 1,
        f"{allied}.28.1.1.1.3.5049.1": 31_500,
        f"{allied}.28.1.4.1.3.5049.1": 5_012,
        f"{allied}.28.1.5.1.3.5049.1": 2_000,
    }
    found = await heard("1.3.6.1.4.1.207.1.14.101", rows)
    assert found[CPU] == near({"unit 1": 0.21})
    assert found[FAN] == {"Fan 1.1.1": 4100}
    assert found[TEMPERATURE] == near({"System 1.1.1": 39, "port1.0.49": 31.5})
    assert found[LIGHT] == near({"port1.0.49 Tx": dbm(0.5012), "port1.0.49 Rx": dbm(0.2)})
    assert found[STATUS] == {"Fan 1.1.1, fan": 0, "System 1.1.1, temperature": 2}


async def test_a_juniper_tells_lanes_members_and_only_what_computes_as_processors() -> None:
    juniper = "1.3.6.1.4.1.2636.3"
    rows: dict[str, Row] = {
        f"{PORT}.512": "et-0/0/48",
        f"{juniper}.60.1.2.1.1.6.512.0": -231,
        f"{juniper}.60.1.2.1.1.8.512.0": 74,
        f"{juniper}.40.1.4.1.1.1.2.0": "PE3714100000",
        f"{juniper}.40.1.4.1.1.1.3.0": 1,
    }
    for index, name, (cpu, used, size) in (
        ("9.1.0.0", "Routing Engine 0", (8, 0, 2048)),
        ("4.1.1.0", "Fan Tray 0", (0, 0, 512)),
    ):
        rows[f"{juniper}.1.13.1.5.{index}"] = name
        for column, value in ((8, cpu), (11, used), (15, size)):
            rows[f"{juniper}.1.13.1.{column}.{index}"] = value
    found = await heard("1.3.6.1.4.1.2636.1.1.1.4.82", rows)
    assert found[CPU] == near({"Routing Engine 0": 0.08})
    assert found[SIZE] == {"Routing Engine 0": 2048 * 2**20}
    assert found[LIGHT] == near({"et-0/0/48 lane 0 Rx": -2.31, "et-0/0/48 lane 0 Tx": 0.74})
    assert found[STATE]["PE3714100000, stack role"] == 1


async def test_a_routerboard_tells_what_its_ports_feed_and_that_light_is_lost() -> None:
    mikrotik = "1.3.6.1.4.1.14988.1.1"
    rows: dict[str, Row] = {
        f"{mikrotik}.15.1.1.2.1": "ether5",
        f"{mikrotik}.15.1.1.3.1": 3,
        f"{mikrotik}.15.1.1.4.1": 238,
        f"{mikrotik}.15.1.1.5.1": 210,
        f"{mikrotik}.15.1.1.6.1": 50,
        f"{mikrotik}.19.1.1.2.1": "sfp1",
        f"{mikrotik}.19.1.1.3.1": 1,
        f"{mikrotik}.19.1.1.4.1": 0,
    }
    found = await heard("1.3.6.1.4.1.14988.1", rows)
    assert found[VOLTAGE] == near({"PoE ether5": 23.8})
    assert found[CURRENT] == near({"PoE ether5": 0.21})
    assert found[POWER] == near({"PoE ether5": 5})
    assert found[STATUS] == {
        "PoE ether5, poe": 0,
        "sfp1, light lost": 1,
        "sfp1, laser fault": 0,
    }


async def test_a_fortigate_tells_its_link_monitors_its_domains_and_its_modem() -> None:
    fortigate = "1.3.6.1.4.1.12356.101"
    rows: dict[str, Row] = {
        f"{fortigate}.4.8.2.1.2.1": "kenh-1",
        f"{fortigate}.4.8.2.1.3.1": 1,
        f"{fortigate}.4.8.2.1.4.1": "12.385",
        f"{fortigate}.4.8.2.1.8.1": "100.000",
        f"{fortigate}.3.2.1.1.2.1": "root",
        f"{fortigate}.3.2.1.1.4.1": 2,
        f"{fortigate}.19.5.1.1.4.1": 2,
        f"{fortigate}.19.3.1.1.11.1": -67,
    }
    found = await heard("1.3.6.1.4.1.12356.101.1.1004", rows)
    assert found[STATUS] == {
        "kenh-1, link monitor": 2,
        "root, ha role": 0,
        "LTE session 1, modem": 0,
    }
    assert found["fgLinkMonitorLatency"] == near({"": 12.385})
    assert found["fgLinkMonitorPacketLoss"] == near({"": 100})
    assert found["fgLteRssi"] == {"": -67}


async def test_a_fortigate_tells_heat_and_voltage_of_parts_named_by_their_short_names() -> None:
    sensors = "1.3.6.1.4.1.12356.101.4.3.2.1"
    said = {
        "TD1": "39",
        "TS2": "30",
        "CPU Core 0": "52",
        "DTS CPU": "53",
        "CPU Vcore": "1.1373",
        "DDR3 VDQ1": "1.3431",
        "PS1 VIN": "226",
        "PS1 Fan 1": "12160",
        "PS1 Status": "0",
    }
    rows: dict[str, Row] = {}
    for index, (name, value) in enumerate(said.items(), 1):
        rows |= {f"{sensors}.2.{index}": name, f"{sensors}.3.{index}": value}
    found = await heard("1.3.6.1.4.1.12356.101.1.15004", rows)
    assert found[TEMPERATURE] == {"TD1": 39, "TS2": 30, "CPU Core 0": 52, "DTS CPU": 53}
    assert found[VOLTAGE] == near({"CPU Vcore": 1.1373, "DDR3 VDQ1": 1.3431, "PS1 VIN": 226})
    assert found[FAN] == {"PS1 Fan 1": 12160}


async def test_a_fortigate_of_an_old_number_tells_its_load() -> None:
    found = await heard("1.3.6.1.4.1.12356.15.501", {"1.3.6.1.4.1.12356.101.4.1.3.0": 42})
    assert found[CPU] == near({"all": 0.42})


async def test_a_jetstream_tells_the_light_of_its_modules_in_milliwatts_and_words() -> None:
    ddm = "1.3.6.1.4.1.11863.6.96.1.7.1.1"
    rows: dict[str, Row] = {f"{PORT}.49177": "gigabitEthernet 1/0/25"}
    rows |= {
        f"{ddm}.{column}.49177": value
        for column, value in enumerate(
            ("1/0/25", "41.02", "3.29", "14.52", "0.24", "0.05", "True", "False", "True"), 1
        )
    }
    rows |= {f"{ddm}.{column}.49178": "--" for column in range(2, 10)}
    found = await heard("1.3.6.1.4.1.11863.5.64", rows)
    port = "gigabitEthernet 1/0/25"
    assert found[LIGHT] == near({f"{port} Tx": dbm(0.24), f"{port} Rx": dbm(0.05)})
    assert found[TEMPERATURE] == near({port: 41.02})
    assert found[CURRENT] == near({port: 14.52e-3})
    assert found[STATUS] == {
        f"{port}, light ready": 0,
        f"{port}, light lost": 0,
        f"{port}, laser fault": 2,
    }


async def test_a_mikrotik_tells_no_light_of_cages_and_modules_that_do_not_measure() -> None:
    optics = "1.3.6.1.4.1.14988.1.1.19.1.1"
    rows: dict[str, Row] = {}
    for index, name, said in (
        (1, "sfp1", (0, 0, 850, 45, 3300, 6, -5100, -7000)),
        (2, "sfp2", (1, 0, 0, 0, 0, 0, 0, 0)),  # empty, or without a diagnosis
        (3, "sfp3", (1, 0, 850, 41, 3310, 5, -4100, -40000)),  # no fibre in it
    ):
        rows[f"{optics}.2.{index}"] = name
        rows |= {f"{optics}.{column}.{index}": value for column, value in enumerate(said, 3)}
    found = await heard("1.3.6.1.4.1.14988.1", rows)
    assert found[LIGHT] == near({"sfp1 Tx": -5.1, "sfp1 Rx": -7, "sfp3 Tx": -4.1, "sfp3 Rx": -40})
    assert found[TEMPERATURE] == {"sfp1": 45, "sfp3": 41}
    assert found[STATUS] == {
        "sfp1, light lost": 0,
        "sfp1, laser fault": 0,
        "sfp3, light lost": 1,
        "sfp3, laser fault": 0,
    }


async def test_junos_tells_the_light_of_lanes_and_of_coherent_modules() -> None:
    dom, coherent = "1.3.6.1.4.1.2636.3.60.1", "1.3.6.1.4.1.2636.3.71.1.2.1.1"
    rows: dict[str, Row] = {
        f"{PORT}.520": "et-0/0/0",
        f"{dom}.1.1.1.5.520": 0,  # told by lane
        f"{dom}.1.1.1.7.520": 0,
        f"{dom}.2.1.1.6.520.0": -212,
        f"{dom}.2.1.1.8.520.0": 54,
        f"{PORT}.521": "et-0/0/1",
        f"{coherent}.7.521": 12,
        f"{coherent}.8.521": -1490,
        f"{coherent}.39.521": 47,
    }
    found = await heard("1.3.6.1.4.1.2636.1.1.1.2.57", rows)
    assert found[LIGHT] == near(
        {
            "et-0/0/0 lane 0 Rx": -2.12,
            "et-0/0/0 lane 0 Tx": 0.54,
            "et-0/0/1 Rx": -14.9,
            "et-0/0/1 Tx": 0.12,
        }
    )
    assert found[TEMPERATURE] == {"et-0/0/1": 47}


async def test_a_module_that_measures_nothing_has_no_light_on_any_lane() -> None:
    modules = "1.3.6.1.4.1.47196.4.1.1.3.27.1.2"
    rows: dict[str, Row] = {}
    for port, voltage, lanes in ((25, "3.31", ("0.52", "0.00")), (26, "0.00", ("0.00", "0.00"))):
        rows |= {
            f"{PORT}.{port}": f"1/1/{port}",
            f"{modules}.1.1.11.{port}": voltage,
            f"{modules}.2.1.7.{port}.1": lanes[0],
            f"{modules}.2.1.12.{port}.1": lanes[1],
        }
    found = await heard("1.3.6.1.4.1.47196.4.1.1.1.100", rows)
    assert found[LIGHT] == near({"1/1/25 lane 1 Tx": dbm(0.52), "1/1/25 lane 1 Rx": -40})


async def test_a_nokia_module_that_measures_nothing_has_no_light_on_any_lane() -> None:
    nokia = "1.3.6.1.4.1.6527.3.1.2.2.4"
    rows: dict[str, Row] = {}
    for port, name, voltage, light in ((8, "1/1/1", 33_000, 4_000), (9, "1/1/2", 0, 0)):
        rows |= {
            f"{nokia}.2.1.6.1.{port}": name,
            f"{nokia}.31.1.6.1.{port}": voltage,
            f"{nokia}.66.1.17.1.{port}.1": light,
        }
    found = await heard("1.3.6.1.4.1.6527.1.3.9", rows)
    assert found[LIGHT] == near({"1/1/1 lane 1 Rx": dbm(0.4)})


async def test_older_software_of_zte_tells_each_unit() -> None:
    unit = "1.3.6.1.4.1.3902.3.3.1.1"
    rows: dict[str, Row] = {f"{unit}.3.1": 256, f"{unit}.4.1": 37, f"{unit}.12.1": 9}
    found = await heard("1.3.6.1.4.1.3902.3.100.40", rows)
    assert found[CPU] == near({"unit 1": 0.09})
    assert found[RATIO] == near({"unit 1": 0.37})
    assert SIZE not in found


async def test_a_nokia_router_tells_lanes_and_fans() -> None:
    nokia = "1.3.6.1.4.1.6527.3.1.2.2"
    rows: dict[str, Row] = {
        f"{nokia}.4.2.1.6.1.35684352": "1/1/1",
        f"{nokia}.4.66.1.2.1.35684352.1": 8_960,
        f"{nokia}.4.66.1.7.1.35684352.1": 15_000,
        f"{nokia}.4.66.1.12.1.35684352.1": 8_000,
        f"{nokia}.4.66.1.17.1.35684352.1": 4_000,
        f"{nokia}.1.24.1.1.2.1.1.2": 4,
        f"{nokia}.1.24.1.1.5.1.1.2": 33,
    }
    found = await heard("1.3.6.1.4.1.6527.1.3.9", rows)
    assert found[TEMPERATURE] == near({"1/1/1 lane 1": 35})
    assert found[CURRENT] == near({"1/1/1 lane 1 Tx": 0.03})
    assert found[LIGHT] == near({"1/1/1 lane 1 Tx": dbm(0.8), "1/1/1 lane 1 Rx": dbm(0.4)})
    assert found[FAN_RATIO] == near({"fan 1.1.2": 0.33})
    assert found[STATUS] == {"fan 1.1.2, fan": 2}


async def test_a_ruijie_switch_tells_modules_supplies_and_memory_in_kilobytes() -> None:
    ruijie = "1.3.6.1.4.1.4881.1.1.10.2"
    rows: dict[str, Row] = {
        f"{PORT}.25": "TenGigabitEthernet 0/25",
        f"{ruijie}.36.1.2.1.2.1": "Slot 1",
        f"{ruijie}.36.1.2.1.5.1": 14,
        f"{ruijie}.35.1.1.1.2.1": "memory",
        f"{ruijie}.35.1.1.1.6.1": 1_048_576,
        f"{ruijie}.35.1.1.1.7.1": 524_288,
        f"{ruijie}.1.1.44.1.4.1.1": "board",
        f"{ruijie}.1.1.44.1.5.1.1": 45,
        f"{ruijie}.1.1.43.1.4.1.1": 4,
        f"{ruijie}.1.1.43.1.6.1.1": 5200,
        f"{ruijie}.1.1.41.1.3.1.2": 2,
        f"{ruijie}.1.1.41.1.11.1.1": 221,
        f"{ruijie}.1.1.41.1.15.1.1": 64,
        f"{ruijie}.105.1.1.1.76.25": -731,
        f"{ruijie}.105.1.1.1.81.25": -10_000,
    }
    found = await heard("1.3.6.1.4.1.4881.1.1.10.1.270", rows)
    assert found[CPU] == near({"Slot 1": 0.14})
    assert found[USED] == {"memory": 524_288 * 1024}
    assert found[TEMPERATURE] == {"board 1.1": 45}
    assert found[LIGHT] == near({"TenGigabitEthernet 0/25 Rx": -7.31})
    assert found[VOLTAGE] == {"power supply 1.1": 221}
    assert found[POWER] == {"power supply 1.1": 64}
    assert found[STATUS] == {"fan 1.1, fan": 0, "power supply 1.2, power": 2}


async def test_a_qnap_of_several_enclosures_tells_disks_and_arrays() -> None:
    qnap = "1.3.6.1.4.1.24681.1"
    rows: dict[str, Row] = {
        f"{qnap}.4.1.1.1.1.4.2.0": 51,
        f"{qnap}.4.1.1.1.1.5.2.1.6.3": 34,
        f"{qnap}.4.1.1.1.1.5.2.1.5.3": 1,
        f"{qnap}.4.1.1.1.1.2.2.1.5.1": 1120,
        f"{qnap}.4.1.1.1.1.2.2.1.4.1": 0,
        f"{qnap}.4.1.1.1.2.1.2.1.5.1": 1,
        f"{qnap}.2.11.1.2.1": "HDD1",
        f"{qnap}.2.11.1.7.1": "Warning",
    }
    found = await heard("1.3.6.1.4.1.24681.2", rows)
    assert found[TEMPERATURE] == {"processor": 51, "disk 3": 34}
    assert found[FAN] == {"fan 1": 1120}
    assert found[STATUS] == {
        "disk 3, disk health": 1,
        "fan 1, fan": 0,
        "raid group 1, raid": 2,
        "HDD1, disk smart": 1,
    }


async def test_an_ios_xr_router_tells_light_that_it_gives_in_watts() -> None:
    sensor = f"{CISCO}.91.1.1.1.1"
    rows: dict[str, Row] = {}
    for entity, name, (scale, precision, value) in (
        (11, "TenGigE0/0/0/1 - Tx Power", (8, 4, 5_623)),
        (12, "TenGigE0/0/0/1 - Rx Power", (7, 1, 1_995)),
        (13, "Power supply Tx draw", (9, 0, 4)),
    ):
        rows[f"{ENTITY}.7.{entity}"] = name
        for column, said in ((1, 6), (2, scale), (3, precision), (4, value), (5, 1)):
            rows[f"{sensor}.{column}.{entity}"] = said
    found = await heard("1.3.6.1.4.1.9.1.1709", rows)
    assert found[LIGHT] == near(
        {"TenGigE0/0/0/1 - Tx Power": dbm(0.5623), "TenGigE0/0/0/1 - Rx Power": dbm(0.1995)}
    )


async def test_a_linux_without_host_resources_tells_swap_caches_disks_and_sensors() -> None:
    ucd = "1.3.6.1.4.1.2021"
    rows: dict[str, Row] = {
        f"{ucd}.4.3.0": 2_048,
        f"{ucd}.4.4.0": 1_024,
        f"{ucd}.4.5.0": 8_192,
        f"{ucd}.4.6.0": 2_048,
        f"{ucd}.4.14.0": 512,
        f"{ucd}.4.15.0": 1_024,
        f"{ucd}.4.27.0": 4_096,
        f"{ucd}.9.1.2.1": "/",
        f"{ucd}.9.1.6.1": 10_000,
        f"{ucd}.9.1.7.1": 4_000,
        f"{ucd}.13.16.2.1.2.1": "Core 0",
        f"{ucd}.13.16.2.1.3.1": 51_000,
        f"{ucd}.13.16.3.1.2.1": "fan1",
        f"{ucd}.13.16.3.1.3.1": 1_180,
    }
    found = await heard("1.3.6.1.4.1.8072.3.2.10", rows)
    kilobytes = {name: value / 1024 for name, value in found[USED].items()}
    assert kilobytes == {
        "Physical memory": 8_192 - 2_048 - 512 - 1_024,
        "Swap space": 1_024,
        "Available memory": 4_096,
        "Memory buffers": 512,
        "Cached memory": 1_024,
    }
    assert found["device_storage_used_bytes"] == {"/": 6_000 * 1024}
    assert found[TEMPERATURE] == {"Core 0": 51}
    assert found[FAN] == {"fan1": 1_180}


async def test_a_windows_with_the_agents_of_its_maker_tells_its_disks() -> None:
    rows: dict[str, Row] = {"1.3.6.1.4.1.232.3.2.5.1.1.37.0.1": 4}
    found = await heard("1.3.6.1.4.1.311.1.1.3.1.2", rows)
    assert found[STATUS] == {"disk 0.1, disk": 2}


APC = "1.3.6.1.4.1.318.1.1"


async def test_an_apc_of_three_phases_tells_each_and_not_what_it_cannot_measure() -> None:
    rows: dict[str, Row] = {
        f"{APC}.1.9.2.3.1.3.1.1.1": 231,
        f"{APC}.1.9.2.3.1.6.1.1.1": 154,
        f"{APC}.1.9.2.3.1.6.1.1.2": -1,
        f"{APC}.1.9.3.3.1.3.1.1.1": 230,
        f"{APC}.1.9.3.3.1.4.1.1.1": 148,
        f"{APC}.1.9.3.3.1.10.1.1.1": 37,
    }
    found = await heard("1.3.6.1.4.1.318.1.3.12", rows)
    assert found[VOLTAGE] == {"input phase 1.1.1": 231, "output phase 1.1.1": 230}
    assert found[CURRENT] == near({"input phase 1.1.1": 15.4, "output phase 1.1.1": 14.8})
    assert found["device_load_ratio"] == near({"output phase 1.1.1": 0.37})


async def test_an_apc_transfer_switch_tells_the_source_that_failed() -> None:
    ats = f"{APC}.8.5"
    rows: dict[str, Row] = {
        f"{ats}.1.2.0": 1,
        f"{ats}.1.3.0": 1,
        f"{ats}.1.12.0": 2,
        f"{ats}.1.13.0": 1,
        f"{ats}.3.3.1.3.1.1.1": 229,
        f"{ats}.4.3.1.4.1.1.1": 61,
    }
    found = await heard("1.3.6.1.4.1.318.1.3.11", rows)
    assert found[STATUS] == {
        "selected source, transfer": 0,
        "redundancy, transfer": 2,
        "source A, transfer": 0,
        "source B, transfer": 2,
    }
    assert found[VOLTAGE] == {"source 1.1.1": 229}
    assert found[CURRENT] == near({"transfer output 1.1.1": 6.1})


async def test_an_apc_room_monitor_and_strip_tell_probes_contacts_and_outlets() -> None:
    rows: dict[str, Row] = {
        f"{APC}.10.3.13.1.1.2.1": "Rack 1",
        f"{APC}.10.3.13.1.1.3.1": 26,
        f"{APC}.10.3.13.1.1.6.1": 48,
        f"{APC}.10.4.3.2.1.3.0.1": "Door",
        f"{APC}.10.4.3.2.1.7.0.1": 3,
        f"{APC}.26.9.2.3.1.3.4": "Codec",
        f"{APC}.26.9.2.3.1.5.4": 1,
        f"{APC}.26.9.4.3.1.3.4": "Codec",
        f"{APC}.26.9.4.3.1.6.4": 12,
        f"{APC}.26.6.3.1.4.1": 3,
        f"{APC}.26.6.3.1.6.1": 228,
        f"{APC}.26.6.3.1.7.1": 41,
    }
    found = await heard("1.3.6.1.4.1.318.1.3.4.6", rows)
    assert found["device_room_temperature_celsius"] == {"Rack 1": 26}
    assert found["device_room_humidity_ratio"] == near({"Rack 1": 0.48})
    assert found[STATUS] == {
        "Door, contact": 2,
        "outlet 4 Codec, outlet": 0,
        "PDU phase 1, load": 1,
    }
    assert found[CURRENT] == near({"outlet 4 Codec": 1.2})
    assert found[POWER] == {"PDU phase 1": 410}
    assert found[VOLTAGE] == {"PDU phase 1": 228}


async def test_a_liebert_tells_the_air_of_the_room_and_its_phases() -> None:
    liebert = "1.3.6.1.4.1.476.1.42.3"
    rows: dict[str, Row] = {
        f"{liebert}.4.1.3.3.1.3.1": 24,
        f"{liebert}.4.1.3.3.1.50.1": 243,
        f"{liebert}.4.2.2.3.1.3.1": 51,
        f"{liebert}.4.3.2.0": 1,
        f"{liebert}.5.2.3.1.5.1.1": 231,
        f"{liebert}.5.2.2.1.8.1": 4,
        f"{liebert}.8.20.1.25.1": 16,
    }
    found = await heard("1.3.6.1.4.1.476.1.42", rows)
    assert found["device_room_temperature_celsius"] == near({"air 1": 24.3})
    assert found["device_room_humidity_ratio"] == near({"air 1": 0.51})
    assert found[VOLTAGE] == {"phase 1.1": 231}
    assert found[POWER] == {"point 1": 4000}
    assert found[STATUS] == {"cooling, cooling": 0, "PDU 1, pdu": 2}


async def test_a_socomec_supply_tells_its_battery_in_its_own_states() -> None:
    socomec = "1.3.6.1.4.1.4555.1.1.1.1"
    rows: dict[str, Row] = {
        f"{socomec}.2.1.0": 5,
        f"{socomec}.2.3.0": 42,
        f"{socomec}.2.4.0": 87,
        f"{socomec}.3.3.1.2.1": 2294,
        f"{socomec}.4.4.1.3.1": 31,
        f"{socomec}.4.4.1.4.1": 23,
    }
    found = await heard("1.3.6.1.4.1.4555.1.1.1", rows)
    assert found[STATUS] == {"battery, battery": 1}
    assert found["device_battery_runtime_seconds"] == {"battery": 42 * 60}
    assert found[VOLTAGE] == near({"input 1": 229.4})
    assert found["device_load_ratio"] == near({"output 1": 0.23})


async def test_any_ups_tells_its_last_test_its_bypass_and_how_many_alarms_it_has() -> None:
    ups = "1.3.6.1.2.1.33.1"
    rows: dict[str, Row] = {
        f"{ups}.7.3.0": 3,
        f"{ups}.6.1.0": 2,
        f"{ups}.5.1.0": 500,
        f"{ups}.5.3.1.2.1": 229,
        f"{ups}.3.3.1.5.1": 1350,
    }
    found = await heard("1.3.6.1.4.1.2254.2.4", rows)
    assert found[STATUS] == {"test, ups": 2}
    assert found["upsAlarmsPresent"] == {"": 2}
    assert found["device_frequency_hertz"] == near({"bypass": 50})
    assert found[VOLTAGE] == {"bypass 1": 229}
    assert found[POWER] == {"input 1": 1350}


async def test_a_synology_tells_the_supply_on_its_port() -> None:
    supply = "1.3.6.1.4.1.6574.4"
    rows: dict[str, Row] = {
        f"{supply}.2.12.1.0": "18.0",
        f"{supply}.3.1.1.0": "100.0",
        f"{supply}.3.6.1.0": "2520.0",
        f"{supply}.3.2.1.0": "27.3",
        f"{supply}.4.1.1.0": "231.0",
    }
    found = await heard("1.3.6.1.4.1.8072.3.2.10", rows)
    assert found["device_load_ratio"] == near({"UPS": 0.18})
    assert found["device_battery_charge_ratio"] == {"UPS": 1}
    assert found["device_battery_runtime_seconds"] == {"UPS": 2520}
    assert found[VOLTAGE] == near({"UPS battery": 27.3, "UPS input": 231})


@pytest.mark.parametrize(
    ("said", "number_of_fault", "status"),
    [
        (b"\x00", 0, 0),
        (b"", 0, 0),
        (b"\x80\x00", 1, 1),
        (b"\x20", 3, 1),
        (b"\x04", 6, 2),
        (b"\xa0", 9, 1),
        (b"\xc0", 10, 2),
    ],
)
async def test_a_printer_tells_what_is_wrong_and_whether_it_still_prints(
    said: bytes, number_of_fault: int, status: int
) -> None:
    kit = make_kit(SystemClock())
    rows = {
        ids("1.3.6.1.2.1.25.3.2.1.3.1"): octets("LBP6230"),
        ids("1.3.6.1.2.1.25.3.5.1.2.1"): octets(said),
    }
    async with stage(Recorded) as play:
        agent = play(system("1.3.6.1.4.1.1602.4.7") | rows)
        reading = await snmp_health.look(check_of("snmp_health", agent.port), kit, Notes())
    await kit.aclose()
    told = {
        series.name: value
        for series, value in reading.samples
        if dict(series.labels).get("kind") == "printer fault"
    }
    assert told == {STATE: number_of_fault, STATUS: status}


@pytest.mark.parametrize(
    ("object_id", "description", "family"),
    [
        ("1.3.6.1.4.1.674.11000.5000.100.2.1.8", "Dell EMC Networking OS10", "Dell SmartFabric"),
        ("1.3.6.1.4.1.6027.1.3.25", "Dell Networking OS", "Dell Networking OS9"),
        ("1.3.6.1.4.1.4413", "EdgeSwitch 24-Port 250W, 1.9.3, Linux 3.6.5", "Ubiquiti EdgeSwitch"),
        ("1.3.6.1.4.1.207.1.14.101", "AlliedWare Plus (TM) 5.5.1", "Allied Telesis"),
        ("1.3.6.1.4.1.2604.5", "Linux SFW 4.14.38", "Sophos"),
        ("1.3.6.1.4.1.3097.1.5.77", "Firebox M370", "WatchGuard"),
        ("1.3.6.1.4.1.476.1.42", "", "Vertiv Liebert"),
        ("1.3.6.1.4.1.4555.1.1.1", "", "Socomec UPS"),
        ("1.3.6.1.4.1.1991.1.3.48.2.1", "Ruckus Wireless, Inc. Stacking System ICX7150", "Ruckus"),
    ],
)
def test_a_family_is_recognised_by_its_number(
    object_id: str, description: str, family: str
) -> None:
    assert recognised(object_id, description)[0].name.startswith(family)


async def test_an_idrac_tells_disks_without_raid_foreign_ones_and_a_failed_battery() -> None:
    idrac = "1.3.6.1.4.1.674.10892.5"
    rows: dict[str, Row] = {
        f"{idrac}.4.600.50.1.7.1.1": "CMOS Battery",
        f"{idrac}.4.600.50.1.5.1.1": 10,
    }
    for disk, state in enumerate((8, 4, 9, 7), 1):
        rows |= {
            f"{idrac}.5.1.20.130.4.1.2.{disk}": f"Disk {disk}",
            f"{idrac}.5.1.20.130.4.1.4.{disk}": state,
        }
    found = await heard("1.3.6.1.4.1.674.10892.5", rows)
    assert found[STATUS] == {
        "CMOS Battery, battery": 2,
        "Disk 1, disk": 0,
        "Disk 2, disk": 1,
        "Disk 3, disk": 1,
        "Disk 4, disk": 2,
    }


async def test_a_logical_drive_that_waits_is_no_failure_and_one_without_its_key_is() -> None:
    drive = "1.3.6.1.4.1.232.3.2.3.1.1.4.0"
    states = {1: 2, 2: 14, 3: 3, 4: 20, 5: 18}
    found = await heard(
        "1.3.6.1.4.1.232.9.4.10", {f"{drive}.{row}": state for row, state in states.items()}
    )
    told = {name.split(",")[0]: value for name, value in found[STATUS].items()}
    assert list(told.values()) == [0, 1, 2, 2, 0], told


@pytest.mark.parametrize(
    ("state", "meant"), [(2, 0), (7, 2), (11, 2), (14, 2), (17, 2), (18, 1), (19, 1), (21, 0)]
)
async def test_a_module_of_cisco_means_what_its_mib_says(state: int, meant: int) -> None:
    rows: dict[str, Row] = {f"{ENTITY}.7.5": "Slot 5", f"{CISCO}.117.1.2.1.1.2.5": state}
    found = await heard("1.3.6.1.4.1.9.1.283", rows)
    assert found[STATUS] == {"Slot 5, module": meant}


async def test_a_cisco_without_redundancy_has_not_failed() -> None:
    rows: dict[str, Row] = {f"{CISCO}.176.1.1.2.0": 2, f"{CISCO}.176.1.1.4.0": 2}
    found = await heard("1.3.6.1.4.1.9.1.283", rows)
    assert set(found[STATUS].values()) == {0}


async def test_a_supply_of_juniper_without_power_wants_attention() -> None:
    fru = "1.3.6.1.4.1.2636.3.1.15.1"
    rows: dict[str, Row] = {}
    for row, name, kind in ((1, "PEM 0", 7), (2, "FAN 0", 13)):
        rows |= {f"{fru}.5.2.{row}.0.0": name, f"{fru}.6.2.{row}.0.0": kind}
        rows[f"{fru}.8.2.{row}.0.0"] = 3
    found = await heard("1.3.6.1.4.1.2636.1.1.1.2.57", rows)
    assert found[STATUS] == {"PEM 0, power": 1, "FAN 0, fan": 0}


async def test_an_empty_bay_of_huawei_is_no_failed_supply() -> None:
    rows: dict[str, Row] = {}
    for bay, present, supplies, fan in ((1, 1, 1, 1), (2, 2, 2, 2), (3, 1, 2, 2)):
        rows |= {
            f"{HUAWEI}.18.1.5.0.{bay}": present,
            f"{HUAWEI}.18.1.6.0.{bay}": supplies,
            f"{HUAWEI}.10.1.6.0.{bay}": present,
            f"{HUAWEI}.10.1.7.0.{bay}": fan,
        }
    found = await heard("1.3.6.1.4.1.2011.2.239.1", rows)
    assert found[STATUS] == {
        "slot 0 power 1, power": 0,
        "slot 0 power 3, power": 2,
        "slot 0 fan 1, fan": 0,
        "slot 0 fan 3, fan": 2,
    }


@pytest.mark.parametrize(("size", "used"), [(0, None), (115_200, 4_096)])
async def test_a_fortigate_tells_its_disk_if_it_has_one(size: int, used: int | None) -> None:
    system_ = "1.3.6.1.4.1.12356.101.4.1"
    rows: dict[str, Row] = {f"{system_}.6.0": used or 0, f"{system_}.7.0": size}
    found = await heard("1.3.6.1.4.1.12356.101.1.641", rows)
    told = found.get("device_storage_used_bytes")
    assert told == ({"disk": used * 2**20} if used else None)


async def test_apc_tells_nothing_of_probes_that_are_not_there() -> None:
    apc = "1.3.6.1.4.1.318.1.1"
    rows: dict[str, Row] = {}
    for port, name, heat, humid in ((1, "Rack 1", 24, 48), (2, "Door", -1, -1)):
        rows |= {
            f"{apc}.25.1.2.1.3.{port}.1": name,
            f"{apc}.25.1.2.1.6.{port}.1": heat,
            f"{apc}.25.1.2.1.7.{port}.1": humid,
        }
    strip = f"{apc}.26.10.2.2.1"
    for place, name, tenths, there in ((1, "Rack 2", 253, 4), (2, "Rack 3", 0, 1)):
        rows |= {
            f"{strip}.3.{place}": name,
            f"{strip}.8.{place}": tenths,
            f"{strip}.9.{place}": there,
            f"{strip}.10.{place}": 51 if there == 4 else 0,
            f"{strip}.11.{place}": there,
        }
    found = await heard("1.3.6.1.4.1.318.1.3.27", rows)
    assert found["device_room_temperature_celsius"] == near({"Rack 1": 24, "Rack 2": 25.3})
    assert found["device_room_humidity_ratio"] == near({"Rack 1": 0.48, "Rack 2": 0.51})


@pytest.mark.parametrize(("minutes", "told"), [(42, {"battery": 2520.0}), (65535, None)])
async def test_a_supply_that_does_not_know_how_long_it_lasts_does_not_tell(
    minutes: int, told: dict[str, float] | None
) -> None:
    found = await heard("1.3.6.1.4.1.99999.1", {"1.3.6.1.2.1.33.1.2.3.0": minutes})
    assert found.get("device_battery_runtime_seconds") == told


async def test_huawei_tells_its_flash_and_nothing_of_modules_that_do_not_measure() -> None:
    flash = "1.3.6.1.4.1.2011.6.9.1.4.2.1"
    rows: dict[str, Row] = {
        f"{flash}.3.1": 500_000,
        f"{flash}.4.1": 200_000,
        f"{flash}.5.1": "flash:",
        f"{flash}.3.2": 0,
        f"{flash}.4.2": 0,
        f"{flash}.5.2": "usb:",
        "1.3.6.1.4.1.2011.5.25.183.1.21.1.5.0.1": 1,
        "1.3.6.1.4.1.2011.5.25.183.1.21.1.5.0.2": 2,
    }
    for entity, mode, heat, volts, light in (
        (20, 2, 41, 3300, 120),
        (21, 1, 0, 0, 0),
        (22, 2, 0, 0, 0),
    ):
        rows[f"{ENTITY}.7.{entity}"] = f"GE0/0/{entity}"
        for column, value in ((1, mode), (5, heat), (6, volts), (7, 0), (8, light), (9, light)):
            rows[f"{HUAWEI}.3.1.{column}.{entity}"] = value
    found = await heard("1.3.6.1.4.1.2011.2.239.1", rows)
    assert found["device_storage_used_bytes"] == {"flash:": 300_000 * 1024}
    assert found["device_storage_size_bytes"] == {"flash:": 500_000 * 1024}
    assert set(found[LIGHT]) == {"GE0/0/20 Rx", "GE0/0/20 Tx"}
    assert found[TEMPERATURE] == {"GE0/0/20": 41}
    assert found[STATUS] == {"stack port 0.1, stack port": 0, "stack port 0.2, stack port": 1}
