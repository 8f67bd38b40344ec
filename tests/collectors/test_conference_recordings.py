"""Real conference equipment, as recorded: a real agent serves it, and we say what others read.

The JSON beside a recording is what another monitoring system has made of the same device. One
recording (`vccodec`) has none beside it: it is held to its own words.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from collectors import snmp_health, snmp_inventory, snmp_polycom, snmp_system
from core.clock import SystemClock
from core.collector import Collector
from core.reading import Reading
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import told
from tests.collectors.test_snmp_health import missing
from tests.collectors.test_snmp_recordings import FOLDER
from tests.factories import a_check
from tests.ports import free_port

NAMES = (
    *("polycomLens_studioxc50", "clickshare_main", "ucos_cucm"),
    *("vccodec", "linux_opensips"),
)
WITH_JSON = [name for name in NAMES if (FOLDER / f"{name}.json").exists()]
pytestmark = pytest.mark.skipif(
    not WITH_JSON, reason="../shared/data/devices is absent: no recordings to replay"
)


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real agent (snmpsim) that serves each recording by its name as community."""
    port, folder = free_port(), tmp_path_factory.mktemp("recordings")
    for name in NAMES:
        shutil.copy(FOLDER / f"{name}.snmprec", folder)
    command = [
        str(Path(sys.executable).with_name("snmpsim-command-responder")),
        "--quiet",
        "--logging-method=null",
        f"--data-dir={folder}",
        f"--cache-dir={folder / 'cache'}",
        f"--agent-udpv4-endpoint=127.0.0.1:{port}",
    ]
    process = subprocess.Popen(command, env={**os.environ, "SNMPSIM_ALLOW_ROOT": "true"})
    yield port
    process.send_signal(signal.SIGTERM)
    process.wait(10)


async def looked(collector: Collector, port: int, name: str) -> Reading:
    """Return a good reading of a recording; the agent indexes it when it is asked first."""
    params = {"community": name, "port": port, "wait": 5.0}
    check = a_check("a", collector.name, address="127.0.0.1", params=params, timeout=60.0)
    kit = make_kit(SystemClock())
    try:
        for _ in range(20):
            _, reading = await look_once(collector, check, kit)
            if reading.ok:
                break
    finally:
        await kit.aclose()
    assert reading.ok, reading.failure
    return reading


def device(name: str) -> Mapping[str, object]:
    """Return the device as the other system has it."""
    found = json.loads((FOLDER / f"{name}.json").read_text())["os"]["discovery"]["devices"][0]
    assert isinstance(found, dict)
    return found


def words(reading: Reading, metric: str) -> list[Mapping[str, str]]:
    return [dict(series.labels) for series, _ in reading.samples if series.name == metric]


@pytest.mark.parametrize("name", WITH_JSON)
async def test_a_recorded_device_is_what_others_say_it_is(simulator: int, name: str) -> None:
    (said,) = words(await looked(snmp_system.COLLECTOR, simulator, name), "system_info")
    known = device(name)
    assert said["sysObjectID"] == str(known["sysObjectID"]).removeprefix(".")
    assert said["sysDescr"].split() == str(known["sysDescr"]).split()


@pytest.mark.parametrize("name", WITH_JSON)
async def test_a_recorded_devices_health_has_the_values_that_others_read(
    simulator: int, name: str
) -> None:
    assert missing(name, await looked(snmp_health.COLLECTOR, simulator, name)) == []


async def hardware(port: int, name: str) -> Mapping[str, str]:
    (said,) = words(await looked(snmp_inventory.COLLECTOR, port, name), "device_hardware_info")
    return said


async def test_what_a_clickshare_is_is_told(simulator: int) -> None:
    said, known = await hardware(simulator, "clickshare_main"), device("clickshare_main")
    # The other system shows the octet 0 that ends both words as a dot.
    assert said["serial"] == str(known["serial"]).removesuffix(".")
    assert said["model"] == str(known["features"]).removesuffix(".")


async def test_the_version_of_a_call_manager_is_told(simulator: int) -> None:
    said, known = await hardware(simulator, "ucos_cucm"), device("ucos_cucm")
    assert said["software"] == known["version"]


async def test_the_endpoint_is_read_by_its_own_collector(simulator: int) -> None:
    reading = await looked(snmp_polycom.COLLECTOR, simulator, "polycomLens_studioxc50")
    assert told(reading, "vc_device_info", product="StudioX50") == 1


async def test_a_cisco_codec_says_which_one_it_is(simulator: int) -> None:
    (said,) = words(await looked(snmp_system.COLLECTOR, simulator, "vccodec"), "system_info")
    assert said["sysObjectID"] == "1.3.6.1.4.1.5596.150.6.4.1"
    assert "TC7.3.5" in said["sysDescr"]
    assert "Cisco TelePresence SX20" in said["sysDescr"]
    found = await hardware(simulator, "vccodec")
    assert found["model"] == "SX20"
    assert found["software"].startswith("TC7.3.5")
    assert found["serial"] in said["sysDescr"]
