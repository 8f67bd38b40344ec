"""Real devices, as recorded: everything that is known of their health becomes series."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from collectors import snmp_health, snmp_interfaces
from core.clock import SystemClock
from core.labels import Series
from core.reading import Reading, Sample
from core.watching import Check
from runtime.kit import make_kit
from tests.collectors.snmp_agent import Ids, PlayedAgent, stage
from tests.collectors.test_snmp_recordings import FOLDER, recorded
from tests.collectors.test_snmp_system import Notes
from tests.factories import a_check
from tests.ports import free_port

# Recordings of real devices stand outside the project; captures of our own values, in the same
# form, stand beside the tests. Each is an .snmprec and a .json of what it must become.
CAPTURES = Path(__file__).with_name("captures")
ASSERTED = {
    path.stem: path.parent
    for folder in (FOLDER, CAPTURES)
    for path in sorted(folder.glob("*.json"))
}

# What a recording's JSON asserts and we do not give, and why. The kind is a module or a class.
EXCEPTIONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("timos_7705", "ports"): "seven routed interfaces and the management port are not in "
        "IF-MIB, only in the vendor's table of routers' interfaces",
    }
)

# Class of a sensor: the metrics it may become, and how many of their units one of its is.
CLASSES: Mapping[str, tuple[tuple[str, ...], float]] = MappingProxyType(
    {
        "charge": (("device_battery_charge_ratio",), 0.01),
        "current": (("device_current_amperes",), 1),
        "dbm": (("device_optical_power_dbm",), 1),
        "fanspeed": (("device_fan_rpm",), 1),
        "frequency": (("device_frequency_hertz",), 1),
        "humidity": (("device_humidity_ratio", "device_room_humidity_ratio"), 0.01),
        "load": (("device_load_ratio",), 0.01),
        "power": (("device_power_watts",), 1),
        "runtime": (("device_battery_runtime_seconds",), 60),
        "state": (("device_component_state",), 1),
        "temperature": (("device_temperature_celsius", "device_room_temperature_celsius"), 1),
        "voltage": (("device_voltage_volts",), 1),
    }
)


class Recorded(PlayedAgent):
    """An agent whose objects do not change, so that they are sorted once."""

    def names(self) -> list[Ids]:
        if not hasattr(self, "_names"):
            self._names = sorted(self.table)
        return self._names


def asserted(name: str, module: str, table: str) -> list[dict[str, object]]:
    modules = json.loads((ASSERTED[name] / f"{name}.json").read_text())
    found = modules.get(module, {})
    said = found.get("poller") if isinstance(found.get("poller"), dict) else found.get("discovery")
    rows: list[dict[str, object]] = (said or {}).get(table, [])
    return rows


def those_with(module: str, table: str) -> list[str]:
    """Return the recordings of which a table is asserted; a name to skip where there are none."""
    return [name for name in ASSERTED if asserted(name, module, table)] or ["none"]


def number(row: Mapping[str, object], name: str) -> float:
    value = row[name]
    assert isinstance(value, int | float), (name, value)
    return float(value)


class Pool:
    """Samples by metric; each answers for one assertion."""

    def __init__(self, samples: list[Sample]) -> None:
        self._values: defaultdict[str, list[float]] = defaultdict(list)
        for series, value in samples:
            self._values[series.name].append(value)
        self.own = [name for name in self._values if not name.startswith("device_")]

    def take(self, metric: str, wanted: float, tolerance: float) -> bool:
        near = [v for v in self._values[metric] if abs(v - wanted) <= tolerance]
        if near:
            self._values[metric].remove(min(near, key=lambda v: abs(v - wanted)))
        return bool(near)


def missing(name: str, reading: Reading) -> list[tuple[str, object, object]]:
    """Return what the JSON asserts and no sample says: kind, description, value."""
    pool = Pool(reading.samples)
    lacking: list[tuple[str, object, object]] = []
    for row in asserted(name, "processors", "processors"):
        usage = number(row, "processor_usage")
        if not pool.take("device_cpu_ratio", usage / 100, 0.011):
            lacking.append(("processors", row["processor_descr"], usage))
    for module, prefix, metric in (
        ("mempools", "mempool", "device_memory"),
        ("storage", "storage", "device_storage"),
    ):
        for row in asserted(name, module, module):
            used = number(row, f"{prefix}_used")
            total = number(row, "mempool_total" if prefix == "mempool" else "storage_size")
            if total == 100:  # the device only says per cent
                found = pool.take(f"{metric}_used_ratio", used / 100, 0.011)
            else:
                found = pool.take(f"{metric}_used_bytes", used, max(used * 0.012, 1))
            if not found:
                lacking.append((module, row[f"{prefix}_descr"], used))
    for row in asserted(name, "sensors", "sensors"):
        kind, wanted = str(row["sensor_class"]), number(row, "sensor_current")
        metrics, factor = CLASSES.get(kind, ((), 1))
        near = 0 if kind == "state" else max(abs(wanted * factor) * 0.01, 0.006)
        choices = (*metrics, *pool.own, "device_sessions")
        if not any(pool.take(metric, wanted * factor, near) for metric in choices):
            lacking.append((kind, row["sensor_descr"], wanted))
    return [one for one in lacking if (name, one[0]) not in EXCEPTIONS]


def check_of(collector: str, port: int, community: str = "public") -> Check:
    params = {"community": community, "port": port, "wait": 5.0}
    return a_check("gw-1", collector, address="127.0.0.1", params=params, timeout=60.0)


def assert_each_has_a_name_of_its_own(series: list[Series]) -> None:
    assert len(series) == len(set(series))
    declared = {emit.name: set(emit.labels) for emit in snmp_health.COLLECTOR.emits}
    for one in series:
        labels = dict(one.labels)
        told = set(labels) - {"instance", "job", "site"}
        # A sensor of light may lie in no port, and not say which way its light goes.
        assert declared[one.name] - {"ifName", "direction"} <= told <= declared[one.name], one
        assert all(labels.values()), one


@pytest.mark.parametrize("name", ASSERTED)
async def test_a_recorded_device_says_all_that_is_asserted_of_it(name: str) -> None:
    kit = make_kit(SystemClock())
    async with stage(Recorded) as play:
        agent = play(recorded(ASSERTED[name] / f"{name}.snmprec"))
        ports = await snmp_interfaces.look(check_of("snmp_interfaces", agent.port), kit, Notes())
        first = await snmp_health.look(check_of("snmp_health", agent.port), kit, Notes())
        agent.requests.clear()
        again = await snmp_health.look(check_of("snmp_health", agent.port), kit, Notes())
    await kit.aclose()
    assert first.ok, first.failure
    assert missing(name, first) == []
    assert again.samples == first.samples
    assert_each_has_a_name_of_its_own([one for one, _ in first.samples])
    assert {request.kind for request in agent.requests} == {0xA0}  # GETs of what was learned
    called = {
        int(dict(series.labels)["ifIndex"])
        for series, _ in ports.samples
        if series.name == "interface_info"
    }
    wanted = {row["ifIndex"] for row in asserted(name, "ports", "ports")}
    assert wanted <= called or (name, "ports") in EXCEPTIONS


@pytest.fixture
def simulator(tmp_path: Path, full: bool) -> Iterator[int]:
    """A real agent that serves the recordings, each by its name as community; yield its port."""
    port = free_port()
    for name in ASSERTED if full else SERVED_BRIEFLY:
        shutil.copy(ASSERTED[name] / f"{name}.snmprec", tmp_path)
    command = [
        str(Path(sys.executable).with_name("snmpsim-command-responder")),
        "--quiet",
        "--logging-method=null",
        f"--data-dir={tmp_path}",
        f"--cache-dir={tmp_path / 'cache'}",
        f"--agent-udpv4-endpoint=127.0.0.1:{port}",
    ]
    process = subprocess.Popen(command, env={**os.environ, "SNMPSIM_ALLOW_ROOT": "true"})
    yield port
    process.send_signal(signal.SIGTERM)
    process.wait(10)


SERVED_BRIEFLY = tuple(ASSERTED)[:1]


@pytest.mark.full
@pytest.mark.skipif(not ASSERTED, reason="no recordings to serve")
async def test_a_real_agent_that_serves_a_recording_is_read_alike(
    simulator: int, full: bool
) -> None:
    kit = make_kit(SystemClock())
    served = ASSERTED if full else SERVED_BRIEFLY
    async with asyncio.timeout(90):  # it indexes the recordings first
        for name in served:
            check = check_of("snmp_health", simulator, community=name)
            while not (await snmp_health.look(check, kit, Notes())).ok:
                await asyncio.sleep(0.5)
    for name in served:
        check = check_of("snmp_health", simulator, community=name)
        reading = await snmp_health.look(check, kit, Notes())
        assert reading.ok, reading.failure
        assert missing(name, reading) == []
    await kit.aclose()
