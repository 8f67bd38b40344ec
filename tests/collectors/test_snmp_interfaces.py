"""What the interface table becomes, and stays, while devices change under it."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from collectors._snmp import ber
from collectors.snmp_interfaces import COLLECTOR, look
from core.collector import Kit
from core.reading import FailureKind, Reading, is_stale
from core.watching import Check
from runtime.kit import make_kit
from tests.collectors.snmp_agent import (
    SYSTEM,
    Play,
    PlayedAgent,
    ids,
    interface_table,
    number,
    octets,
    response,
    snmpd,
    stage,
)
from tests.collectors.test_snmp_system import Notes
from tests.factories import FakeClock, a_check

ENTRY, EXTRA = ids("1.3.6.1.2.1.2.2.1"), ids("1.3.6.1.2.1.31.1.1.1")
UPTIME = ids("1.3.6.1.2.1.1.3.0")
CHANGED = ids("1.3.6.1.2.1.31.1.5.0")
WRAP = 2**32


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


def check_of(port: int, **params: object) -> Check:
    given = {"port": port, "community": "public", "wait": 0.2, "retries": 1, **params}
    return a_check(
        "gw-1", "snmp_interfaces", address="127.0.0.1", params=given, reach=False, timeout=20.0
    )


class Poller:
    """Polls one agent once a minute of the pretended clock."""

    def __init__(self, kit: Kit, clock: FakeClock, agent: PlayedAgent, **params: object) -> None:
        self.kit, self.clock, self.agent = kit, clock, agent
        self.check = check_of(agent.port, **params)
        self.uptime = 1_000_000
        self.notes = Notes()

    async def poll(self) -> Reading:
        self.agent.table[UPTIME] = number(self.uptime % WRAP, ber.TIME_TICKS)
        reading = await look(self.check, self.kit, self.notes)
        self.clock.advance(60)
        self.uptime += 6000
        return reading


def values(reading: Reading, metric: str) -> dict[str, float]:
    """Return ifName → value of a metric; stale ones left out."""
    return {
        dict(series.labels)["ifName"]: value
        for series, value in reading.samples
        if series.name == metric and not is_stale(value)
    }


def ended(reading: Reading) -> set[tuple[str, str]]:
    return {
        (series.name, dict(series.labels)["ifName"])
        for series, value in reading.samples
        if is_stale(value)
    }


async def test_every_column_of_every_interface_is_read(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({1: "ge-0/0/0", 2: "ge-0/0/1"}))
    reading = await Poller(kit, clock, agent).poll()
    assert reading.ok
    names = {"ge-0/0/0", "ge-0/0/1"}
    for emit in COLLECTOR.emits:
        assert set(values(reading, emit.name)) == names, emit.name
    assert values(reading, "ifHCInOctets")["ge-0/0/0"] == (1000 << 33) + 6
    assert values(reading, "ifInErrors")["ge-0/0/1"] == 1014
    assert values(reading, "ifHighSpeed")["ge-0/0/1"] == 1000
    info = next(
        dict(series.labels) for series, _ in reading.samples if series.name == "interface_info"
    )
    assert info == {
        "instance": "gw-1",
        "ifName": "ge-0/0/0",
        "ifIndex": "1",
        "ifDescr": "Port ge-0/0/0",
        "ifAlias": "to ge-0/0/0",
        "ifType": "6",
    }


@pytest.mark.parametrize(
    ("high", "speed", "told"),
    [(0, 64_000, 0.064), (0, 0, 0), (1, 1_544_000, 1), (0, 4_294_967_295, 0)],
)
async def test_a_line_slower_than_a_megabit_has_a_speed(
    kit: Kit, clock: FakeClock, play: Play, *, high: int, speed: int, told: float
) -> None:
    table = interface_table({1: "serial0"})
    table[(*ids("1.3.6.1.2.1.31.1.1.1.15"), 1)] = number(high, ber.GAUGE32)
    table[(*ids("1.3.6.1.2.1.2.2.1.5"), 1)] = number(speed, ber.GAUGE32)
    poller = Poller(kit, clock, play(table))
    for _ in range(2):
        reading = await poller.poll()
        assert values(reading, "ifHighSpeed") == {"serial0": pytest.approx(told)}


async def test_a_speed_beyond_what_ifspeed_can_say_is_not_told(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    table = interface_table({1: "Te1/1", 2: "Gi1/2"})
    for port, speed in ((1, 4_294_967_295), (2, 1_000_000_000)):
        table.pop((*ids("1.3.6.1.2.1.31.1.1.1.15"), port), None)
        table[(*ids("1.3.6.1.2.1.2.2.1.5"), port)] = number(speed, ber.GAUGE32)
    poller = Poller(kit, clock, play(table))
    for _ in range(2):
        reading = await poller.poll()
        assert values(reading, "ifHighSpeed") == {"Gi1/2": 1000.0}


async def test_the_second_poll_asks_only_for_what_is_known(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    poller = Poller(kit, clock, play(interface_table({1: "a", 2: "b"})))
    first = await poller.poll()
    poller.agent.requests.clear()
    second = await poller.poll()
    assert [request.kind for request in poller.agent.requests] == [0xA0]
    assert len(poller.agent.requests[0].names) == 12 * 2 + 3
    assert [series for series, _ in first.samples] == [series for series, _ in second.samples]


async def test_where_64_bits_are_missing_32_stand_in_and_wraps_are_carried(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({1: "a"}, wide=False))
    octet_counter = (*ENTRY, 10, 1)
    poller = Poller(kit, clock, agent)
    seen = []
    for raw in (WRAP - 500, 700, 4000, WRAP - 10, 5):
        agent.table[octet_counter] = number(raw, ber.COUNTER32)
        reading = await poller.poll()
        seen.append(values(reading, "ifHCInOctets")["Port a"])
    # The fourth is further than half the range ahead of nothing: it simply grew.
    assert seen == [
        WRAP - 500,
        WRAP + 700,
        WRAP + 4000,
        2 * WRAP - 10,
        2 * WRAP + 5,
    ]
    assert values(reading, "ifHighSpeed") == {"Port a": 1000.0}


async def test_a_restart_begins_32_bit_counters_anew(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({1: "a"}, wide=False))
    counter = (*ENTRY, 10, 1)
    poller = Poller(kit, clock, agent)
    seen = []
    for raw, uptime in ((WRAP - 500, None), (10, None), (4_000_000_000, 500), (100, 900)):
        agent.table[counter] = number(raw, ber.COUNTER32)
        poller.uptime = uptime or poller.uptime
        seen.append(values(await poller.poll(), "ifHCInOctets")["Port a"])
    assert seen == [WRAP - 500, WRAP + 10, 4_000_000_000, 100]


async def test_a_cleared_counter_is_no_wrap(kit: Kit, clock: FakeClock, play: Play) -> None:
    agent = play(interface_table({1: "a"}))
    poller = Poller(kit, clock, agent)
    seen = []
    for raw in (900_000, 3):
        agent.table[(*ENTRY, 14, 1)] = number(raw, ber.COUNTER32)
        seen.append(values(await poller.poll(), "ifInErrors")["a"])
    assert seen == [900_000, 3]


async def test_an_uptime_that_wraps_is_no_restart(kit: Kit, clock: FakeClock, play: Play) -> None:
    poller = Poller(kit, clock, play(interface_table({1: "a"})))
    poller.uptime = WRAP - 3000
    await poller.poll()
    poller.notes.lines.clear()
    await poller.poll()
    assert poller.notes.lines == []


async def test_renumbering_after_a_restart_mixes_no_series(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({1: "wan", 2: "lan"}))
    agent.table[(*EXTRA, 6, 1)] = number(111, ber.COUNTER64)
    agent.table[(*EXTRA, 6, 2)] = number(222, ber.COUNTER64)
    poller = Poller(kit, clock, agent)
    before = await poller.poll()
    assert values(before, "ifHCInOctets") == {"wan": 111, "lan": 222}
    agent.table = interface_table({1: "lan", 2: "wan"})
    agent.table[(*EXTRA, 6, 1)] = number(2, ber.COUNTER64)
    agent.table[(*EXTRA, 6, 2)] = number(1, ber.COUNTER64)
    poller.uptime = 700
    after = await poller.poll()
    assert values(after, "ifHCInOctets") == {"wan": 1, "lan": 2}
    assert "the table is learned anew: the agent has restarted" in poller.notes.lines
    assert {name for name, _ in ended(after)} == {"interface_info"}


async def test_a_changed_table_is_learned_anew_without_a_restart(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({1: "wan", 2: "lan"}))
    poller = Poller(kit, clock, agent)
    await poller.poll()
    agent.table = interface_table({1: "wan", 3: "lan"})
    agent.table[CHANGED] = number(99, ber.TIME_TICKS)
    reading = await poller.poll()
    assert set(values(reading, "ifOperStatus")) == {"wan", "lan"}
    assert "ifNumber or ifTableLastChange has changed" in poller.notes.lines[-2]


async def test_a_vanished_interface_ends_its_series(kit: Kit, clock: FakeClock, play: Play) -> None:
    agent = play(interface_table({1: "wan", 2: "lan"}))
    poller = Poller(kit, clock, agent)
    await poller.poll()
    agent.table = interface_table({1: "wan"})
    reading = await poller.poll()
    assert set(values(reading, "ifOperStatus")) == {"wan"}
    assert ended(reading) == {(emit.name, "lan") for emit in COLLECTOR.emits}
    assert ended(await poller.poll()) == set()


async def test_a_row_that_goes_unannounced_is_noticed(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({1: "wan", 2: "tun0"}))
    poller = Poller(kit, clock, agent)
    await poller.poll()
    await poller.poll()
    for name in [n for n in agent.table if n[-1] == 2 and n[: len(ENTRY)] == ENTRY]:
        del agent.table[name]
    for name in [n for n in agent.table if n[-1] == 2 and n[: len(EXTRA)] == EXTRA]:
        del agent.table[name]
    reading = await poller.poll()
    assert set(values(reading, "ifOperStatus")) == {"wan"}
    assert {name for _, name in ended(reading)} == {"tun0"}


async def test_a_new_alias_is_seen_within_the_hour_and_ends_the_old_info(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({1: "wan"}))
    poller = Poller(kit, clock, agent)
    await poller.poll()
    agent.table[(*EXTRA, 18, 1)] = octets("Kênh Viettel")
    for _ in range(60):
        reading = await poller.poll()
        if ended(reading):
            break
    assert ended(reading) == {("interface_info", "wan")}
    aliases = {
        dict(series.labels)["ifAlias"]
        for series, value in reading.samples
        if series.name == "interface_info" and not is_stale(value)
    }
    assert aliases == {"Kênh Viettel"}


async def test_interfaces_of_one_name_are_told_apart(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    table = interface_table({1: "eth", 2: "eth", 3: "", 4: "wan"})
    table[(*ENTRY, 2, 1)] = octets("slot 1")
    table[(*ENTRY, 2, 2)] = octets("wan")  # another's ifName
    table[(*ENTRY, 2, 3)] = octets("")
    reading = await Poller(kit, clock, play(table)).poll()
    assert set(values(reading, "ifOperStatus")) == {"slot 1", "2", "3", "wan"}


async def test_no_more_interfaces_than_allowed_are_read(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({i: f"p{i}" for i in range(1, 41)}))
    poller = Poller(kit, clock, agent, most=10)
    reading = await poller.poll()
    assert len(values(reading, "ifOperStatus")) == 10
    assert any("more than 10 rows" in line for line in poller.notes.lines)


async def test_a_device_without_interfaces_says_so(kit: Kit, clock: FakeClock, play: Play) -> None:
    reading = await Poller(kit, clock, play(SYSTEM)).poll()
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL
    assert reading.failure.detail == "the agent has no interface table"


async def test_a_silent_device_fails_and_is_read_again_when_it_is_back(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({1: "wan"}))
    poller = Poller(kit, clock, agent)
    assert (await poller.poll()).ok
    agent.spoil = lambda n, request, answer: []
    reading = await poller.poll()
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT
    agent.spoil = lambda n, request, answer: [answer]
    assert set(values(await poller.poll(), "ifOperStatus")) == {"wan"}


async def test_a_device_that_cannot_send_much_is_read_in_small_parts(
    kit: Kit, clock: FakeClock, play: Play
) -> None:
    agent = play(interface_table({i: f"p{i}" for i in range(1, 25)}), largest=400)
    poller = Poller(kit, clock, agent)
    assert len(values(await poller.poll(), "ifHCInOctets")) == 24
    agent.requests.clear()
    assert len(values(await poller.poll(), "ifHCInOctets")) == 24
    answers = [agent.answer(request) for request in agent.requests]
    assert all(len(answer) > len(response(agent.requests[0], [], status=1)) for answer in answers)


async def test_a_real_agent_has_the_interfaces_of_this_machine(
    kit: Kit, clock: FakeClock, tmp_path: Path
) -> None:
    with snmpd(tmp_path) as port:
        for _ in range(2):
            reading = await look(check_of(port, wait=2.0), kit, Notes())
            assert reading.ok
            names = {name for _, name in socket.if_nameindex()}
            assert set(values(reading, "ifOperStatus")) == names
            assert set(values(reading, "ifHCInOctets")) == names
            assert values(reading, "ifOperStatus")["lo"] == 1.0
