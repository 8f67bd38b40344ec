"""What is watched of a device by tables, while the device changes under it."""

import math
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import snmp_health, snmp_inventory, snmp_neighbours
from collectors._snmp import ber
from collectors._snmp.descriptor import Entry, Family, FirstOf, Info, Measure, Pool
from collectors._snmp.families import families, recognised
from core.collector import Kit
from core.reading import FailureKind, Reading, is_stale
from core.watching import Check
from runtime.kit import make_kit
from tests.collectors.snmp_agent import (
    SYSTEM,
    Element,
    Ids,
    Play,
    PlayedAgent,
    Request,
    ids,
    number,
    octets,
    response,
    stage,
)
from tests.collectors.test_snmp_system import Notes
from tests.factories import FakeClock, a_check

UPTIME, OBJECT = ids("1.3.6.1.2.1.1.3.0"), ids("1.3.6.1.2.1.1.2.0")
ENTITY, SENSOR = ids("1.3.6.1.2.1.47.1.1.1.1"), ids("1.3.6.1.2.1.99.1.1.1")
CHANGED = ids("1.3.6.1.2.1.47.1.4.1.0")
ENVMON = ids("1.3.6.1.4.1.9.9.13.1.5.1")
CISCO = "1.3.6.1.4.1.9.1.1208"
LOOK = {
    "snmp_health": snmp_health.look,
    "snmp_inventory": snmp_inventory.look,
    "snmp_neighbours": snmp_neighbours.look,
}


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    async with stage() as made:
        yield made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def kit(clock: FakeClock) -> AsyncIterator[Kit]:
    made = make_kit(clock)
    yield made
    await made.aclose()


def check_of(agent: PlayedAgent, name: str = "snmp_health", **changes: object) -> Check:
    params = {"port": agent.port, "community": "public", "wait": 0.2, "retries": 1}
    fields = {"address": "127.0.0.1", "params": params, "reach": False, "timeout": 20.0, **changes}
    return a_check("sw-1", name, **fields)


OIDS = {"oid", "column", "via", "used", "free", "size", "percent", "units"}


def oids_of(part: object) -> Iterator[str]:
    """Yield every object that a part of a table names."""
    if isinstance(part, tuple):
        for one in part:
            yield from oids_of(one)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name in OIDS and isinstance(value, str):
                yield value
            else:
                yield from oids_of(value)


class Poller:
    """Polls one agent once a minute of the pretended clock."""

    def __init__(
        self, kit: Kit, clock: FakeClock, agent: PlayedAgent, name: str = "snmp_health"
    ) -> None:
        self.kit, self.clock, self.agent, self.name = kit, clock, agent, name
        self.uptime, self.notes = 1_000_000, Notes()
        self.check = check_of(agent, name)

    async def poll(self) -> Reading:
        self.agent.requests.clear()
        self.agent.table[UPTIME] = number(self.uptime, ber.TIME_TICKS)
        reading = await LOOK[self.name](self.check, self.kit, self.notes)
        self.clock.advance(60)
        self.uptime += 6000
        return reading


def sensor_table(celsius: dict[int, int]) -> dict[Ids, Element]:
    table = dict(SYSTEM)
    table[CHANGED] = number(5, ber.TIME_TICKS)
    for i, value in celsius.items():
        table[(*ENTITY, 7, i)] = octets(f"sensor {i}")
        for column, said in ((1, 8), (2, 9), (3, 0), (4, value), (5, 1)):
            table[(*SENSOR, column, i)] = number(said)
    return table


def values(reading: Reading, metric: str, label: str) -> dict[str, float]:
    return {
        dict(series.labels)[label]: value
        for series, value in reading.samples
        if series.name == metric and not is_stale(value)
    }


async def test_what_was_learned_is_polled_by_one_get(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    poller = Poller(kit, clock, play(sensor_table({1: 41, 2: 38})))
    heat = ("device_temperature_celsius", "sensor")
    assert values(await poller.poll(), *heat) == {"sensor 1": 41, "sensor 2": 38}
    poller.agent.table[(*SENSOR, 4, 1)] = number(55)
    assert values(await poller.poll(), *heat) == {"sensor 1": 55, "sensor 2": 38}
    assert [request.kind for request in poller.agent.requests] == [0xA0]


async def test_a_row_that_goes_ends_its_series_and_one_that_comes_is_found(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    poller = Poller(kit, clock, play(sensor_table({1: 41, 2: 38})))
    await poller.poll()
    for name in [name for name in poller.agent.table if name[-1] == 2 and name[:10] != UPTIME]:
        del poller.agent.table[name]
    reading = await poller.poll()
    ended = {dict(s.labels).get("sensor") for s, value in reading.samples if is_stale(value)}
    assert "sensor 2" in ended
    assert not any(is_stale(value) for _, value in (await poller.poll()).samples)
    poller.agent.table.update(sensor_table({1: 41, 7: 29}))
    poller.agent.table[CHANGED] = number(9, ber.TIME_TICKS)
    heat = ("device_temperature_celsius", "sensor")
    assert values(await poller.poll(), *heat) == {"sensor 1": 41, "sensor 7": 29}
    assert "the device says that its tables have changed" in "\n".join(poller.notes.lines)


async def test_a_sensor_that_stops_working_tells_no_value_until_it_works_again(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    poller = Poller(kit, clock, play(sensor_table({1: 41, 2: 38})))
    heat = ("device_temperature_celsius", "sensor")
    await poller.poll()
    for status in (2, 3):  # unavailable, nonoperational: the number beside it means nothing
        poller.agent.table[(*SENSOR, 5, 1)] = number(status)
        poller.agent.table[(*SENSOR, 4, 1)] = number(0)
        assert values(await poller.poll(), *heat) == {"sensor 2": 38}
    poller.agent.table[(*SENSOR, 5, 1)] = number(1)
    assert values(await poller.poll(), *heat) == {"sensor 1": 0, "sensor 2": 38}


@pytest.mark.parametrize("filler", [2147483647, -2147483648, 65535, 32767, -32768, 999])
async def test_a_number_that_no_device_has_is_no_value(
    kit: Kit, clock: FakeClock, play: Play, filler: int
) -> None:
    poller = Poller(kit, clock, play(sensor_table({1: 41, 2: filler})))
    heat = ("device_temperature_celsius", "sensor")
    assert values(await poller.poll(), *heat) == {"sensor 1": 41}
    poller.agent.table[(*SENSOR, 4, 2)] = number(38)  # its row is asked for all the same
    assert values(await poller.poll(), *heat) == {"sensor 1": 41, "sensor 2": 38}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((1000, 400), {"used": 409600, "size": 1024000, "ratio": 0.4}),
        ((-2147483648, 1073741824), {"used": 2**40, "size": 2**41, "ratio": 0.5}),  # wrapped
        ((1000, 1010), {"used": 1034240, "size": 1024000, "ratio": 1.0}),
        ((1000, 4000), {}),  # two numbers that do not belong together
        ((1000, -1), {"size": 1024000}),  # it does not know
        ((-1, -1), {}),
    ],
)
async def test_a_disk_is_told_as_far_as_its_numbers_agree(
    kit: Kit, clock: FakeClock, play: Play, said: tuple[int, int], told: dict[str, float]
) -> None:
    table = dict(SYSTEM)
    disk = ber.oid("1.3.6.1.2.1.25.2.1.4")
    row = (disk, octets("/data"), number(1024), *map(number, said))
    for column, value in enumerate(row, 2):
        table[(*ids("1.3.6.1.2.1.25.2.3.1"), column, 7)] = value
    reading = await Poller(kit, clock, play(table)).poll()
    found = {
        part: values(reading, f"device_storage_{metric}", "storage").get("/data")
        for part, metric in (
            ("used", "used_bytes"),
            ("size", "size_bytes"),
            ("ratio", "used_ratio"),
        )
    }
    assert {part: value for part, value in found.items() if value is not None} == told


async def test_a_restart_lets_the_tables_be_surveyed_anew(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    poller = Poller(kit, clock, play(sensor_table({1: 41})))
    await poller.poll()
    poller.uptime = 500
    poller.agent.table.update(sensor_table({3: 33}))
    assert "sensor 3" in values(await poller.poll(), "device_temperature_celsius", "sensor")


async def test_another_device_at_another_address_is_surveyed_at_once(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    poller = Poller(kit, clock, play(sensor_table({1: 41})))
    await poller.poll()
    poller.agent = play(sensor_table({5: 30}))
    poller.check = check_of(poller.agent)
    heat = ("device_temperature_celsius", "sensor")
    assert values(await poller.poll(), *heat) == {"sensor 5": 30}


async def test_a_state_is_told_as_its_number_and_as_its_meaning(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    table = dict(SYSTEM)
    table[OBJECT] = ber.oid(CISCO)
    for i, (name, state) in enumerate(
        [
            ("Sw1, PS1 Normal, RPS NotExist", 1),
            ("Sw2, PS1 Faulty, RPS NotExist", 3),
            ("Sw3, PS1", 9),
        ],
        1,
    ):
        table[(*ENVMON, 2, i)], table[(*ENVMON, 3, i)] = octets(name), number(state)
    poller = Poller(kit, clock, play(table))
    reading = await poller.poll()
    # The state that a Catalyst writes into the name is no part of the name.
    states = values(reading, "device_component_state", "component")
    assert states == {"Sw1, PS1": 1, "Sw2, PS1": 3, "Sw3, PS1": 9}
    # What no table gives a meaning to has none.
    meant = values(reading, "device_component_status", "component")
    assert meant == {"Sw1, PS1": 0, "Sw2, PS1": 2}


async def test_a_survey_that_takes_longer_than_a_poll_goes_on_at_the_next(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(sensor_table({1: 41}))
    check = check_of(agent, timeout=0.5)
    late = {"after": 3}

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [answer] if n <= late["after"] else []

    agent.spoil = spoil
    notes = Notes()
    reading = await snmp_health.look(check, kit, notes)
    assert reading.ok
    assert reading.samples == []
    assert "it goes on at the next poll" in "\n".join(notes.lines)
    late["after"] = 10**6
    asked = len(agent.requests)
    reading = await snmp_health.look(check, kit, notes)
    assert values(reading, "device_temperature_celsius", "sensor") == {"sensor 1": 41}
    system = ids("1.3.6.1.2.1.1.1.0")
    assert all(system not in request.names for request in agent.requests[asked:])


async def test_silence_is_a_failure_and_no_survey_that_goes_on(kit: Kit, play: Play) -> None:
    agent = play(SYSTEM, spoil=lambda n, request, answer: [])
    reading = await snmp_health.look(check_of(agent, timeout=0.4), kit, Notes())
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT


async def test_an_object_that_the_agent_refuses_to_tell_costs_that_object_alone(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    bad = (*SENSOR, 4, 2)

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        if request.kind != 0xA0 or bad not in request.names:
            return [answer]
        place = request.names.index(bad) + 1
        return [response(request, [], status=5, index=place)]  # genErr

    poller = Poller(kit, clock, play(sensor_table({1: 41, 2: 38, 3: 35}), spoil=spoil))
    heat = ("device_temperature_celsius", "sensor")
    assert values(await poller.poll(), *heat) == {"sensor 1": 41, "sensor 3": 35}
    reading = await poller.poll()
    assert values(reading, *heat) == {"sensor 1": 41, "sensor 3": 35}
    assert values(reading, "device_component_status", "component")["sensor 3"] == 0
    assert len(poller.agent.requests) == 1  # it is asked no more


async def test_a_scalar_that_the_agent_refuses_does_not_end_the_survey(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    bad = ids("1.3.6.1.2.1.33.1.2.4.0")

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        if request.kind != 0xA0 or bad not in request.names:
            return [answer]
        return [response(request, [], status=2, index=request.names.index(bad) + 1)]

    poller = Poller(kit, clock, play(sensor_table({1: 41}), spoil=spoil))
    heat = ("device_temperature_celsius", "sensor")
    assert values(await poller.poll(), *heat) == {"sensor 1": 41}


async def test_two_rows_of_one_name_are_told_apart_by_their_index(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    table = sensor_table({1: 41, 2: 38})
    table[(*ENTITY, 7, 1)] = table[(*ENTITY, 7, 2)] = octets("CPU")
    poller = Poller(kit, clock, play(table))
    heat = values(await poller.poll(), "device_temperature_celsius", "sensor")
    assert heat == {"CPU 1": 41, "CPU 2": 38}


async def test_neighbours_routing_peers_and_spanning_tree(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    lldp, bgp, stp = ids("1.0.8802.1.1.2.1"), ids("1.3.6.1.2.1.15.3.1"), ids("1.3.6.1.2.1.17")
    peer = (10, 0, 0, 1)
    table = dict(SYSTEM)
    table |= {
        (*lldp, 3, 7, 1, 2, 5): number(5),
        (*lldp, 3, 7, 1, 3, 5): octets("ge-0/0/5"),
        (*lldp, 4, 1, 1, 5, 900, 5, 1): octets(bytes.fromhex("001a2b3c4d5e")),
        (*lldp, 4, 1, 1, 6, 900, 5, 1): number(5),
        (*lldp, 4, 1, 1, 7, 900, 5, 1): octets("Gi0/1"),
        (*lldp, 4, 1, 1, 10, 900, 5, 1): octets("Some switch"),
        (*bgp, 2, *peer): number(3),
        (*bgp, 3, *peer): number(2),
        (*bgp, 9, *peer): number(65001),
        (*bgp, 16, *peer): number(77, ber.GAUGE32),
        (*stp, 2, 4, 0): number(12, ber.COUNTER32),
        (*stp, 1, 4, 1, 2, 1): number(501),
        (*stp, 2, 15, 1, 3, 1): number(5),
        ids("1.3.6.1.2.1.31.1.1.1.1.501"): octets("ge-0/0/1"),
    }
    poller = Poller(kit, clock, play(table), "snmp_neighbours")
    reading = await poller.poll()
    told = [dict(s.labels) for s, _ in reading.samples if s.name == "device_neighbour_info"]
    assert [
        {k: v for k, v in one.items() if k not in {"instance", "job", "site"}} for one in told
    ] == [
        {
            "protocol": "lldp",
            "port": "ge-0/0/5",
            "neighbour": "00:1a:2b:3c:4d:5e",
            "neighbour_port": "Gi0/1",
            "neighbour_description": "Some switch",
        }
    ]
    assert values(reading, "bgpPeerState", "bgpPeerRemoteAddr") == {"10.0.0.1": 3}
    assert values(reading, "device_component_status", "component") == {"10.0.0.1": 2}
    assert values(reading, "dot1dStpPortState", "ifName") == {"ge-0/0/1": 5}
    (changes,) = [value for series, value in reading.samples if series.name == "dot1dStpTopChanges"]
    assert changes == 12


async def test_a_device_says_what_it_is_and_what_it_holds(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    table = dict(SYSTEM)
    for i, (kind, model, serial) in enumerate([(3, "C9300", "FOC1"), (6, "PWR", "LIT2")], 1):
        for column, said in ((7, f"part {i}"), (11, serial), (13, model)):
            table[(*ENTITY, column, i)] = octets(said)
        table[(*ENTITY, 5, i)] = number(kind)
    poller = Poller(kit, clock, play(table), "snmp_inventory")
    reading = await poller.poll()
    told = {series.name: dict(series.labels) for series, _ in reading.samples}
    assert told["device_hardware_info"]["model"] == "C9300"
    assert told["device_hardware_info"]["serial"] == "FOC1"
    kinds = {
        dict(s.labels)["part"]: dict(s.labels)["kind"]
        for s, _ in reading.samples
        if s.name == "device_part_info"
    }
    assert kinds == {"part 1": "chassis", "part 2": "power"}


ANY_VALUE = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(number),
    st.integers(0, 2**64 - 1).map(lambda value: number(value, ber.COUNTER64)),
    st.binary(max_size=300).map(lambda value: ber.tlv(ber.STRING, value)),
    st.just(ber.oid("1.3.6.1.4.1.9.1.1")),
    st.just(ber.tlv(ber.IP_ADDRESS, b"\x0a\x00\x00\x01")),
    st.text(max_size=20).map(octets),
)
COLUMNS = sorted(
    {
        oid
        for family in families()
        for oid in oids_of((family.health, family.neighbours, family.parts))
        if oid
    }
)
ROW = st.tuples(
    st.sampled_from(COLUMNS), st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=6)
)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(ROW.map(lambda row: (row[0], *row[1])), ANY_VALUE, max_size=40))
async def test_no_value_in_any_table_breaks_a_look(rows: dict[tuple[Any, ...], Element]) -> None:
    table = dict(SYSTEM)
    for (column, *index), value in rows.items():
        scalar = column.endswith(".0")
        table[ids(column) if scalar else (*ids(column), *index)] = value
    table[OBJECT] = ber.oid("1.3.6.1.4.1.99999.1")  # of no known maker: every table is asked for
    kit = make_kit(FakeClock())
    async with stage() as play:
        agent = play(table)
        for name, look in LOOK.items():
            for _ in range(2):
                reading = await look(check_of(agent, name, timeout=60.0), kit, Notes())
                assert reading.ok, reading.failure
                assert all(math.isfinite(value) for _, value in reading.samples)
    await kit.aclose()


@pytest.mark.parametrize(
    ("object_id", "family", "vendor"),
    [
        ("1.3.6.1.4.1.534.1", "Eaton, Powerware UPS", "Eaton"),
        ("1.3.6.1.4.1.99999.1", "", ""),
    ],
)
async def test_a_device_that_tells_no_model_is_still_of_the_family_recognised(
    kit: Kit, clock: FakeClock, play: Play, *, object_id: str, family: str, vendor: str
) -> None:
    table = {**SYSTEM, OBJECT: ber.oid(object_id)}
    reading = await Poller(kit, clock, play(table), "snmp_inventory").poll()
    (told,) = [dict(s.labels) for s, _ in reading.samples if s.name == "device_hardware_info"]
    assert (told["family"], told["vendor"], told["model"]) == (family, vendor, "")


async def test_a_check_point_fan_out_of_range_is_critical(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    fans = ids("1.3.6.1.4.1.2620.1.6.7.8.2.1")
    table = {**SYSTEM, OBJECT: ber.oid("1.3.6.1.4.1.2620.1.6.123.1.62")}
    for row, (name, state) in enumerate([("Fan A", 0), ("Fan B", 1)], 1):
        table[(*fans, 2, row, 0)] = octets(name)
        table[(*fans, 6, row, 0)] = number(state)
    reading = await Poller(kit, clock, play(table), "snmp_health").poll()
    assert values(reading, "device_component_status", "component") == {"Fan A": 0, "Fan B": 2}


async def test_an_eaton_supply_tells_its_bypass(kit: Kit, clock: FakeClock, play: Play) -> None:
    xups = ids("1.3.6.1.4.1.534.1")
    table = {
        **SYSTEM,
        OBJECT: ber.oid("1.3.6.1.4.1.534.1"),
        (*xups, 5, 1, 0): number(499),
        (*xups, 5, 3, 1, 2, 1): number(231),
    }
    reading = await Poller(kit, clock, play(table), "snmp_health").poll()
    assert values(reading, "device_frequency_hertz", "sensor")["bypass"] == pytest.approx(49.9)
    assert values(reading, "device_voltage_volts", "sensor")["bypass 1"] == 231


async def test_a_procurve_tells_the_light_of_its_transceivers(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    entry = ids("1.3.6.1.4.1.11.2.14.11.5.1.82.1.1.1.1")
    figures = {11: 45_398, 12: 32_970, 13: 8_850, 14: -6_020, 15: -99_999_999}
    table = {
        **SYSTEM,
        OBJECT: ber.oid("1.3.6.1.4.1.11.2.3.7.11.153"),
        (*entry, 2, 49): octets("A1"),
        **{(*entry, column, 49): number(value) for column, value in figures.items()},
    }
    reading = await Poller(kit, clock, play(table), "snmp_health").poll()
    assert values(reading, "device_optical_power_dbm", "sensor") == {"A1 Tx": pytest.approx(-6.02)}
    assert values(reading, "device_temperature_celsius", "sensor")["A1"] == pytest.approx(45.398)
    assert values(reading, "device_voltage_volts", "sensor")["A1"] == pytest.approx(3.297)
    assert values(reading, "device_current_amperes", "sensor")["A1"] == pytest.approx(0.00885)


def test_a_device_is_recognised_by_the_longest_of_its_makers_numbers() -> None:
    asa = recognised("1.3.6.1.4.1.9.1.1195", "Cisco Adaptive Security Appliance Version 9.8(2)")
    assert asa[0].name == "Cisco ASA, Firepower"
    assert recognised(CISCO, "Cisco IOS Software")[0].name == "Cisco IOS, IOS XE, IOS XR"


def test_a_new_product_of_a_known_maker_is_asked_for_all_that_the_maker_has() -> None:
    names = {family.vendor for family in recognised("1.3.6.1.4.1.2636.99.7", "") if family.objects}
    assert names == {"Juniper"}


def test_a_device_of_no_known_maker_is_asked_for_everything() -> None:
    everything = {family.name for family in families()}
    assert {family.name for family in recognised("1.3.6.1.4.1.99999.1", "")} == everything
    assert {family.name for family in recognised("", "")} == everything


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_a_table_names_objects_and_labels_that_can_be(family: Family) -> None:
    for oid in (*family.objects, *filter(None, oids_of((family.health, family.neighbours)))):
        assert ber.dotted(ber.oid(oid)[2:]) == oid
    for entry in flat((*family.health, *family.neighbours, *family.parts)):
        if isinstance(entry, Measure):
            labelled = entry.named or not entry.quantity.labels
            assert labelled, entry.oid
            assert entry.kind or entry.meaning is None, entry.oid
        elif isinstance(entry, Info):
            assert len(entry.named) == len(entry.quantity.labels), entry.oid


def flat(entries: Iterable[Entry | Info]) -> Iterator[Measure | Pool | Info]:
    for entry in entries:
        if isinstance(entry, FirstOf):
            for alternative in entry.alternatives:
                yield from flat(alternative)
        else:
            yield entry
