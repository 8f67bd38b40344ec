"""Real devices, as recorded: what they are, which parts lie in them, and their toner."""

import pytest

from collectors import snmp_health, snmp_inventory
from core.clock import SystemClock
from core.reading import Reading
from runtime.kit import make_kit
from tests.collectors.snmp_agent import stage
from tests.collectors.test_snmp_health import ASSERTED, Recorded, asserted, check_of, those_with
from tests.collectors.test_snmp_recordings import RECORDINGS, recorded
from tests.collectors.test_snmp_system import Notes

pytestmark = pytest.mark.skipif(
    not RECORDINGS, reason="../shared/data/devices is absent: no recordings to replay"
)

# A device's number that stands in the words of another object than the one that is asserted.
TRIMMED = {"clickshare_main": "1874830543."}


async def told(name: str, *, health: bool = False) -> Reading:
    kit = make_kit(SystemClock())
    module = snmp_health if health else snmp_inventory
    async with stage(Recorded) as play:
        agent = play(recorded(ASSERTED[name] / f"{name}.snmprec"))
        check = check_of(module.COLLECTOR.name, agent.port)
        reading: Reading = await module.look(check, kit, Notes())
    await kit.aclose()
    assert reading.ok, reading.failure
    return reading


def labelled(reading: Reading, name: str) -> list[dict[str, str]]:
    return [dict(series.labels) for series, _ in reading.samples if series.name == name]


@pytest.mark.parametrize("name", those_with("os", "devices"))
async def test_a_device_says_the_number_that_is_asserted_of_it(name: str) -> None:
    [hardware] = labelled(await told(name), "device_hardware_info")
    [row] = asserted(name, "os", "devices")
    # The number of a power supply is asserted as its version, and its version as its number.
    said = {row["serial"], row["version"]} if name.startswith("apc") else {row["serial"]}
    if said != {None}:
        assert TRIMMED.get(name, hardware["serial"]) in said


@pytest.mark.parametrize("name", those_with("entity-physical", "entPhysical"))
async def test_every_part_with_a_number_is_told(name: str) -> None:
    parts = labelled(await told(name), "device_part_info")
    wanted = [
        said
        for row in asserted(name, "entity-physical", "entPhysical")
        if (said := str(row["entPhysicalSerialNum"] or "").strip()) and said != "BUILTIN"
    ]
    wanted += [
        str(row["serial"])
        for row in asserted(name, "transceivers", "transceivers")
        if row["serial"] and str(row["serial"]) not in wanted
    ]
    assert sorted(part["serial"] for part in parts) == sorted(wanted)
    assert all(part["part"] for part in parts)
    assert len({part["part"] for part in parts}) == len(parts) or name.startswith("aruba")


@pytest.mark.parametrize("name", those_with("printer-supplies", "printer_supplies"))
async def test_what_is_left_of_toner_is_told(name: str) -> None:
    reading = await told(name, health=True)
    found = {
        dict(series.labels)["supply"]: value
        for series, value in reading.samples
        if series.name == "device_supply_ratio"
    }
    assert found == {
        row["supply_descr"]: pytest.approx(float(str(row["supply_current"])) / 100, abs=0.011)
        for row in asserted(name, "printer-supplies", "printer_supplies")
        if row["supply_type"] != "input"  # paper of a tray
    }
