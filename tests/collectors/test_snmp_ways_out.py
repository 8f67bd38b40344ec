"""Addresses and default routes: of long tables only what begins with the default is walked."""

import pytest

from collectors import snmp_neighbours
from collectors._snmp import ber
from core.clock import SystemClock
from core.reading import Reading
from runtime.kit import make_kit
from tests.collectors.snmp_agent import Element, Ids, PlayedAgent, ids, number, octets, stage
from tests.collectors.test_snmp_health import ASSERTED, Recorded, check_of
from tests.collectors.test_snmp_probes import system
from tests.collectors.test_snmp_recordings import recorded
from tests.collectors.test_snmp_system import Notes

FORWARD = "1.3.6.1.2.1.4.24"


async def looked(table: dict[Ids, Element]) -> tuple[Reading, PlayedAgent]:
    kit = make_kit(SystemClock())
    async with stage(Recorded) as play:
        agent = play(table)
        check = check_of("snmp_neighbours", agent.port)
        reading = await snmp_neighbours.look(check, kit, Notes())
    await kit.aclose()
    assert reading.ok, reading.failure
    return reading, agent


def told(reading: Reading, name: str, *labels: str) -> set[tuple[str, ...]]:
    return {
        tuple(dict(series.labels).get(label, "") for label in labels)
        for series, _ in reading.samples
        if series.name == name
    }


def ip(address: str) -> Element:
    return ber.tlv(ber.IP_ADDRESS, bytes(map(int, address.split("."))))


@pytest.mark.parametrize(
    "route",
    [
        {f"{FORWARD}.7.1.7.1.4.0.0.0.0.0.2.0.0.1.4.10.0.0.1": number(3)},
        {f"{FORWARD}.4.1.5.0.0.0.0.0.0.0.0.0.10.0.0.1": number(3)},
        {"1.3.6.1.2.1.4.21.1.7.0.0.0.0": ip("10.0.0.1")},
    ],
    ids=["inetCidrRoute", "ipCidrRoute", "ipRoute"],
)
async def test_the_default_route_is_found_in_each_of_its_tables(route: dict[str, Element]) -> None:
    table = system("1.3.6.1.4.1.9.1.2593") | {ids(name): value for name, value in route.items()}
    for number_of in range(1, 400):  # a long table of other routes
        name = f"{FORWARD}.4.1.5.10.{number_of % 256}.{number_of // 256}.0.255.255.255.0.0.10.0.0.9"
        table[ids(name)] = number(3)
    table[ids("1.3.6.1.2.1.4.20.1.2.10.0.0.2")] = number(3)
    table[ids("1.3.6.1.2.1.4.20.1.2.127.0.0.1")] = number(1)
    table[ids("1.3.6.1.2.1.31.1.1.1.1.3")] = octets("Gi0/0")
    reading, agent = await looked(table)
    assert told(reading, "device_default_route_info", "next_hop") == {("10.0.0.1",)}
    assert told(reading, "device_address_info", "address", "port") == {("10.0.0.2", "Gi0/0")}
    assert len(agent.requests) < 60, "the other routes are not walked"


@pytest.mark.skipif("routeros_rb750gr3" not in ASSERTED, reason="the recording is absent")
async def test_a_recorded_router_tells_its_way_out() -> None:
    name = "routeros_rb750gr3"
    reading, _ = await looked(recorded(ASSERTED[name] / f"{name}.snmprec"))
    assert told(reading, "device_default_route_info", "next_hop") == {("185.6.188.62",)}
