"""Light by port: real devices as recorded, and an entity tree without the interface's number."""

import pytest

from collectors import snmp_health
from collectors._snmp import ber
from core.clock import SystemClock
from core.reading import Reading
from runtime.kit import make_kit
from tests.collectors.snmp_agent import Element, Ids, ids, number, octets, stage
from tests.collectors.test_snmp_health import ASSERTED, Recorded, check_of
from tests.collectors.test_snmp_probes import system
from tests.collectors.test_snmp_recordings import recorded
from tests.collectors.test_snmp_system import Notes

ENTITY, SENSOR = "1.3.6.1.2.1.47.1.1.1.1", "1.3.6.1.2.1.99.1.1.1"
Light = dict[tuple[str | None, str | None], list[float]]


async def lights(table: dict[Ids, Element]) -> Light:
    kit = make_kit(SystemClock())
    async with stage(Recorded) as play:
        agent = play(table)
        reading: Reading = await snmp_health.look(check_of("snmp_health", agent.port), kit, Notes())
    await kit.aclose()
    found: Light = {}
    for series, value in reading.samples:
        if series.name == "device_optical_power_dbm":
            labels = dict(series.labels)
            key = (labels.get("ifName"), labels.get("direction"))
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize(
    ("name", "ports"),
    [
        ("vrp_5720-32x-ei", None),
        ("nxos_n3k-3064pq", None),
        ("timos_7705", {"1/3/4", "1/3/5", "1/3/6", "1/3/8"}),
        ("comware_a5500", None),
    ],
)
async def test_light_of_a_recorded_device_is_that_of_its_ports(
    name: str, ports: set[str] | None
) -> None:
    if name not in ASSERTED:
        pytest.skip("the recording is absent")
    table = recorded(ASSERTED[name] / f"{name}.snmprec")
    interfaces = {
        ber.value(value, value[0], *ber.content_span(value, 0, len(value)))
        for at, value in table.items()
        if at[:-1] in {ids("1.3.6.1.2.1.31.1.1.1.1"), ids("1.3.6.1.2.1.2.2.1.2")}
    }
    called = {one.decode() for one in interfaces if isinstance(one, bytes)}
    found = await lights(table)
    assert found, "it has optics"
    for port, direction in found:
        assert port in called, port
        assert direction in {"rx", "tx"}
    for port, _ in found:
        assert (port, "rx") in found
        assert (port, "tx") in found
    if ports is not None:
        assert {port for port, _ in found} == ports


def tree(*, alias: bool, port_name: str) -> dict[Ids, Element]:
    """Return a module within a port within a card; the sensor says what it is in words."""
    table = system("1.3.6.1.4.1.99999.1")
    for entity, within, name in (
        (1, 0, "Card 1"),
        (10, 1, port_name),
        (100, 10, "Transceiver 1"),
        (1000, 100, "Transceiver 1 Rx Power"),
        (1001, 100, "Transceiver 1 Transmit Power"),
        (1002, 1, "Laser monitor"),
    ):
        table[ids(f"{ENTITY}.4.{entity}")] = number(within)
        table[ids(f"{ENTITY}.7.{entity}")] = octets(name)
    for entity, value in ((1000, -123), (1001, -24), (1002, -310)):
        for column, said in ((1, 14), (2, 9), (3, 1), (4, value), (5, 1)):
            table[ids(f"{SENSOR}.{column}.{entity}")] = number(said)
    table[ids("1.3.6.1.2.1.31.1.1.1.1.5")] = octets("Te1/0/1")
    if alias:
        table[ids("1.3.6.1.2.1.47.1.3.2.1.2.10.0")] = ber.oid("1.3.6.1.2.1.2.2.1.1.5")
    return table


@pytest.mark.parametrize(("alias", "port_name"), [(True, "Port 1"), (False, "Te1/0/1")])
async def test_a_sensor_belongs_to_the_port_that_its_module_lies_in(
    alias: bool, port_name: str
) -> None:
    found = await lights(tree(alias=alias, port_name=port_name))
    assert found == {
        ("Te1/0/1", "rx"): [pytest.approx(-12.3)],
        ("Te1/0/1", "tx"): [pytest.approx(-2.4)],
        (None, None): [pytest.approx(-31.0)],
    }


async def test_entities_that_lie_in_a_circle_belong_to_no_port() -> None:
    table = tree(alias=False, port_name="Port 1")
    table[ids(f"{ENTITY}.4.1")] = number(100)
    found = await lights(table)
    assert set(found) == {(None, "rx"), (None, "tx"), (None, None)}
