"""The engine against agents that behave, misbehave, and are not there."""

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from collectors._snmp.agent import Agent, Patience, Trouble
from collectors._snmp.engine import Engine
from core.reading import FailureKind
from runtime.kit import DirectSockets
from tests.collectors.snmp_agent import (
    SYSTEM,
    Ids,
    Play,
    PlayedAgent,
    Request,
    ids,
    interface_table,
    number,
    response,
    snmpd,
    stage,
)
from tests.ports import free_port

NAME = "1.3.6.1.2.1.1.5.0"
SHORT = Patience(wait=0.15, retries=2)
Spoil = Callable[[int, Request, bytes], list[bytes]]


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    made = Engine(DirectSockets())
    yield made
    await made.aclose()


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    async with stage() as made:
        yield made


async def ask(engine: Engine, agent: PlayedAgent, *oids: str) -> list[object]:
    peer = await engine.agent("127.0.0.1", agent.port, "public")
    return list(await engine.get(peer, engine.plan(oids or (NAME,)), SHORT))


def first_only(spoilt: Callable[[Request, bytes], list[bytes]]) -> Spoil:
    """Spoil the first answer, give the second as it is."""
    return lambda n, request, answer: spoilt(request, answer) if n == 1 else [answer]


def noise(request: Request, answer: bytes) -> list[bytes]:
    return [random.Random(7).randbytes(len(answer))]


def flipped(request: Request, answer: bytes) -> list[bytes]:
    return [answer[:1] + bytes((answer[1] ^ 4,)) + answer[2:]]


def wrong_community(request: Request, answer: bytes) -> list[bytes]:
    return [response(request, [(ids(NAME), number(5))], community=b"private")]


def wrong_version(request: Request, answer: bytes) -> list[bytes]:
    return [response(request, [(ids(NAME), number(5))], version=0)]


def wrong_id(request: Request, answer: bytes) -> list[bytes]:
    return [response(request, [(ids(NAME), number(5))], request_id=b"\x01\x02\x03\x04")]


def wrong_name(request: Request, answer: bytes) -> list[bytes]:
    return [response(request, [(ids("1.3.6.1.2.1.1.4.0"), number(5))])]


def too_few(request: Request, answer: bytes) -> list[bytes]:
    return [response(request, [])]


def too_many(request: Request, answer: bytes) -> list[bytes]:
    return [response(request, [(ids(NAME), number(5)), (ids(NAME), number(6))])]


HOSTILE: dict[str, Callable[[Request, bytes], list[bytes]]] = {
    "truncated": lambda request, answer: [answer[:-5]],
    "random": noise,
    "wrong id": wrong_id,
    "huge length": lambda request, answer: [b"\x30\x84\x7f\xff\xff\xff" + answer[6:]],
    "indefinite length": lambda request, answer: [b"\x30\x80" + answer[2:]],
    "empty": lambda request, answer: [b""],
    "trailing bytes": lambda request, answer: [answer + b"\0"],
    "flipped header": flipped,
    "wrong community": wrong_community,
    "wrong version": wrong_version,
    "wrong name": wrong_name,
    "too few": too_few,
    "too many": too_many,
    "nothing": lambda request, answer: [],
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_reply_costs_a_retry_not_the_device(
    engine: Engine, kind: str, play: Play
) -> None:
    agent = play(SYSTEM, spoil=first_only(HOSTILE[kind]))
    assert await ask(engine, agent) == ["xa-an-lộc-gw1".encode()]
    assert len(agent.requests) == 2


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_reply_before_the_right_one_costs_nothing(
    engine: Engine, kind: str, play: Play
) -> None:
    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [*HOSTILE[kind](request, answer), answer]

    agent = play(SYSTEM, spoil=spoil)
    assert await ask(engine, agent) == ["xa-an-lộc-gw1".encode()]
    assert len(agent.requests) == 1


@pytest.mark.parametrize("kind", HOSTILE)
async def test_only_hostile_replies_end_in_a_named_failure(
    engine: Engine, kind: str, play: Play
) -> None:
    agent = play(SYSTEM, spoil=lambda n, request, answer: HOSTILE[kind](request, answer))
    with pytest.raises(Trouble) as raised:
        await ask(engine, agent)
    expected = FailureKind.TIMEOUT if kind == "nothing" else FailureKind.PROTOCOL
    assert raised.value.failure.kind is expected
    assert len(agent.requests) == (3 if kind == "nothing" else 4)


async def test_learned_replies_are_checked_no_less(engine: Engine, play: Play) -> None:
    engine.lessons.EVERY = 1
    names = {i: f"ge-{i}" for i in range(1, 5)}
    oids = [f"1.3.6.1.2.1.31.1.1.1.6.{i}" for i in names]
    turn = iter(HOSTILE.values())
    spoilt: list[str] = []

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        if n < 4:
            return [answer]
        spoilt.append("")
        kind = next(turn, None)
        return [answer] if kind is None else [*kind(request, answer), answer]

    agent = play(interface_table(names), spoil=spoil)
    true = [(1000 << 33) + 6] * 4
    for _ in range(len(HOSTILE) + 6):
        assert await ask(engine, agent, *oids) == true
    assert engine.counts.by_pattern > 3
    assert engine.lessons.learned >= 1


async def test_a_duplicated_reply_is_counted_once(engine: Engine, play: Play) -> None:
    agent = play(SYSTEM, spoil=lambda n, request, answer: [answer, answer])
    for _ in range(3):
        assert await ask(engine, agent) == ["xa-an-lộc-gw1".encode()]
    assert engine.counts.replies == 3


async def test_a_late_reply_to_a_former_try_is_welcome(engine: Engine, play: Play) -> None:
    held: list[bytes] = []

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        held.append(answer)
        return [held[0]] if n == 2 else []

    agent = play(SYSTEM, spoil=spoil)
    assert await ask(engine, agent) == ["xa-an-lộc-gw1".encode()]


async def test_a_reply_from_another_address_is_not_the_device_but_explains_its_silence(
    engine: Engine, play: Play
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.9", 0))

        def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
            port = next(iter(engine._channels.values())).socket.getsockname()[1]
            other.sendto(answer, ("127.0.0.1", port))
            return []

        agent = play(SYSTEM, spoil=spoil)
        with pytest.raises(Trouble, match=r"the answers come from 127\.0\.0\.9, not from the add"):
            await ask(engine, agent)
    assert engine.counts.strays == 3


@pytest.mark.parametrize("spoilt", [wrong_community, noise], ids=lambda spoilt: spoilt.__name__)
async def test_what_a_stranger_sends_explains_nothing(
    engine: Engine, play: Play, spoilt: Callable[[Request, bytes], list[bytes]]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.9", 0))

        def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
            port = next(iter(engine._channels.values())).socket.getsockname()[1]
            for datagram in spoilt(request, answer):
                other.sendto(datagram, ("127.0.0.1", port))
            return []

        with pytest.raises(Trouble, match="no answer to 3 requests"):
            await ask(engine, play(SYSTEM, spoil=spoil))


async def test_too_big_halves_the_request_and_is_remembered(engine: Engine, play: Play) -> None:
    names = {i: f"ge-{i}" for i in range(1, 33)}
    oids = [f"1.3.6.1.2.1.31.1.1.1.6.{i}" for i in names]
    agent = play(interface_table(names), largest=300)
    assert await ask(engine, agent, *oids) == [(1000 << 33) + 6] * 32
    learned = len(agent.requests)
    assert await ask(engine, agent, *oids) == [(1000 << 33) + 6] * 32
    again = len(agent.requests) - learned
    assert again < learned
    assert max(len(request.names) for request in agent.requests[learned:]) <= 8


async def test_one_odd_too_big_halves_nothing(engine: Engine, play: Play) -> None:
    spoil = first_only(lambda request, answer: [response(request, [], status=1)])
    agent = play(SYSTEM, spoil=spoil)
    oids = [".".join(map(str, name)) for name in SYSTEM]
    assert None not in await ask(engine, agent, *oids)
    assert [len(request.names) for request in agent.requests] == [5, 5]


async def test_always_too_big_ends_in_a_failure_that_says_so(engine: Engine, play: Play) -> None:
    agent = play(SYSTEM, spoil=lambda n, request, answer: [response(request, [], status=1)])
    with pytest.raises(Trouble, match="tooBig"):
        await ask(engine, agent, *(".".join(map(str, name)) for name in SYSTEM))


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (5, FailureKind.PROTOCOL, f"genErr for {NAME}"),
        (2, FailureKind.PROTOCOL, f"noSuchName for {NAME}"),
        (16, FailureKind.AUTH, f"authorizationError for {NAME}"),
        (77, FailureKind.PROTOCOL, f"error status 77 for {NAME}"),
    ],
)
async def test_an_error_status_is_named(
    engine: Engine, status: int, kind: FailureKind, said: str, play: Play
) -> None:
    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [response(request, [(ids(NAME), b"\x05\0")], status=status, index=1)]

    agent = play(SYSTEM, spoil=spoil)
    with pytest.raises(Trouble) as raised:
        await ask(engine, agent)
    assert (raised.value.failure.kind, raised.value.failure.detail) == (kind, said)
    assert len(agent.requests) == 3


async def test_an_error_status_that_was_only_once_costs_a_retry(engine: Engine, play: Play) -> None:
    spoil = first_only(lambda request, answer: [response(request, [], status=5)])
    assert await ask(engine, play(SYSTEM, spoil=spoil)) == ["xa-an-lộc-gw1".encode()]


async def test_a_wrong_community_is_silence(engine: Engine, play: Play) -> None:
    agent = play(SYSTEM)
    peer = await engine.agent("127.0.0.1", agent.port, "wrong")
    with pytest.raises(Trouble) as raised:
        await engine.get(peer, engine.plan([NAME]), SHORT)
    assert raised.value.failure.kind is FailureKind.TIMEOUT


async def test_a_closed_port_is_refused_and_no_long_wait(engine: Engine) -> None:
    peer = await engine.agent("127.0.0.1", free_port(), "public")
    async with asyncio.timeout(10):
        with pytest.raises(Trouble) as raised:
            await engine.get(peer, engine.plan([NAME]), Patience(wait=60, retries=1))
    assert raised.value.failure.kind is FailureKind.REFUSED


async def test_a_refused_device_harms_no_other(engine: Engine, play: Play) -> None:
    agent = play(SYSTEM)
    gone = await engine.agent("127.0.0.1", free_port(), "public")
    plan = engine.plan([NAME])

    async def refused() -> None:
        with pytest.raises(Trouble):
            await engine.get(gone, plan, Patience(wait=1, retries=1))

    tasks = [asyncio.create_task(refused()) for _ in range(5)]
    for _ in range(50):
        assert await ask(engine, agent) == ["xa-an-lộc-gw1".encode()]
    await asyncio.gather(*tasks)


async def test_a_name_without_address_is_unreachable(engine: Engine) -> None:
    with pytest.raises(Trouble) as raised:
        await engine.agent("no-such-host.invalid", 161, "public")
    assert raised.value.failure.kind is FailureKind.UNREACHABLE


async def test_a_device_is_asked_one_thing_at_a_time(engine: Engine, play: Play) -> None:
    waiting: list[int] = []

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        waiting.append(len(engine._pending))
        return [answer]

    agent = play(interface_table({i: str(i) for i in range(1, 60)}), spoil=spoil)
    oids = [f"1.3.6.1.2.1.2.2.1.8.{i}" for i in range(1, 60)]
    results = await asyncio.gather(*(ask(engine, agent, *oids) for _ in range(10)))
    assert results == [[1] * 59] * 10
    assert set(waiting) == {1}
    assert len(agent.requests) == 20


async def test_the_window_bounds_the_devices_in_flight(play: Play) -> None:
    engine = Engine(DirectSockets(), window=3)
    most = 0

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        nonlocal most
        most = max(most, len(engine._pending))
        return [answer]

    agents = [play(SYSTEM, spoil=spoil) for _ in range(12)]
    await asyncio.gather(*(ask(engine, agent) for agent in agents))
    assert 1 <= most <= 3
    await engine.aclose()


async def test_a_cancelled_get_frees_its_place_and_those_behind_it(play: Play) -> None:
    engine = Engine(DirectSockets(), window=1)
    silent = play(SYSTEM, spoil=lambda n, request, answer: [])
    agent = play(SYSTEM)
    stuck = [asyncio.create_task(ask(engine, silent)) for _ in range(3)]
    await asyncio.sleep(0)
    after = asyncio.create_task(ask(engine, agent))
    await asyncio.sleep(0)
    for task in stuck:
        task.cancel()
    assert await after == ["xa-an-lộc-gw1".encode()]
    assert not engine._pending
    await engine.aclose()


async def test_closing_ends_whoever_waits(play: Play) -> None:
    engine = Engine(DirectSockets())
    silent = play(SYSTEM, spoil=lambda n, request, answer: [])
    waiting = [asyncio.create_task(ask(engine, silent)) for _ in range(3)]
    await asyncio.sleep(0.01)
    await engine.aclose()
    for task in waiting:
        with pytest.raises(Trouble, match="closed"):
            await task


async def test_a_hundred_dead_devices_fail_and_the_living_do_not(
    engine: Engine, play: Play
) -> None:
    living = [play(SYSTEM) for _ in range(20)]
    dead = [play(SYSTEM, spoil=lambda n, request, answer: []) for _ in range(100)]
    results = await asyncio.gather(
        *(ask(engine, agent) for agent in [*living, *dead]), return_exceptions=True
    )
    assert all(result == ["xa-an-lộc-gw1".encode()] for result in results[:20])
    assert all(isinstance(result, Trouble) for result in results[20:])


async def test_what_our_own_buffer_drops_is_not_the_devices_loss(play: Play) -> None:
    class SmallBuffers:
        def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
            made = DirectSockets().open(family, kind, proto)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
            return made

    engine = Engine(SmallBuffers(), window=64)
    agent = play(SYSTEM)
    await ask(engine, agent)
    channel = next(iter(engine._channels.values()))
    channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    flood = b"x" * 1000
    before = channel.drops()

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [*[flood] * 50, answer] if n == 2 else [answer]

    agent.spoil = spoil
    peer = await engine.agent("127.0.0.1", agent.port, "public")
    assert await engine.get(peer, engine.plan([NAME]), Patience(wait=0.3, retries=0))
    assert channel.drops() > before
    assert engine.counts.dropped > 0
    assert engine.counts.timeouts == 0
    await engine.aclose()


async def walked(engine: Engine, agent: PlayedAgent, rows: int = 4096) -> tuple[int, str | None]:
    peer = await engine.agent("127.0.0.1", agent.port, "public")
    walk = await engine.walk(peer, "1.3.6.1.2.1.2.2.1.2", SHORT, rows)
    return len(walk.rows), walk.stopped


TABLE: dict[Ids, bytes] = interface_table({i: str(i) for i in range(1, 101)})


async def test_a_walk_ends_where_its_subtree_ends(engine: Engine, play: Play) -> None:
    assert await walked(engine, play(TABLE)) == (100, None)


async def test_a_walk_ends_at_the_end_of_the_mib(engine: Engine, play: Play) -> None:
    short = {name: value for name, value in TABLE.items() if name < ids("1.3.6.1.2.1.2.2.1.3")}
    assert await walked(engine, play(short)) == (100, None)


async def test_a_walk_ends_at_its_row_budget(engine: Engine, play: Play) -> None:
    assert await walked(engine, play(TABLE), rows=30) == (30, "more than 30 rows")


async def test_a_walk_ends_where_names_do_not_increase(engine: Engine, play: Play) -> None:
    row = ids("1.3.6.1.2.1.2.2.1.2.7")

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [response(request, [(row, number(1)), (row, number(1))])]

    agent = play(TABLE, spoil=spoil)
    assert await walked(engine, agent) == (1, "names that do not increase")


async def test_a_walk_names_the_error_that_ends_it(engine: Engine, play: Play) -> None:
    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [answer if n == 1 else response(request, [], status=5)]

    rows, stopped = await walked(engine, play(TABLE, spoil=spoil))
    assert (rows, stopped) == (25, "genErr")


async def test_a_walk_asks_for_less_when_a_page_is_too_big(engine: Engine, play: Play) -> None:
    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [response(request, [], status=1) if request.repetitions > 5 else answer]

    assert await walked(engine, play(TABLE, spoil=spoil)) == (100, None)


def silent_beyond(most: int) -> Spoil:
    """Answer nothing to whoever asks for more names or rows at once."""

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        many = max(len(request.names), request.repetitions if request.kind == 0xA5 else 0)
        return [] if many > most else [answer]

    return spoil


async def test_a_walk_of_an_agent_that_is_silent_to_many_rows_asks_for_fewer(
    engine: Engine, play: Play
) -> None:
    agent = play(TABLE, spoil=silent_beyond(20))
    await ask(engine, agent)  # it lives
    peer = await engine.agent("127.0.0.1", agent.port, "public")
    assert len((await engine.walk(peer, "1.3.6.1.2.1.2.2.1.2", SHORT)).rows) == 100
    agent.requests.clear()
    assert len((await engine.walk(peer, "1.3.6.1.2.1.2.2.1.2", SHORT)).rows) == 100
    assert {request.repetitions for request in agent.requests} == {6}  # and that is remembered


def many(request: Request) -> int:
    """Return how many names or rows are asked for."""
    return max(len(request.names), request.repetitions if request.kind == 0xA5 else 0)


def too_long(request: Request, answer: bytes) -> list[bytes]:
    """Cut an answer off where the agent's buffer ends."""
    return [answer[:300]]


def first_few(request: Request, answer: bytes) -> list[bytes]:
    """Leave out what is beyond ten, as agents do that have room for no more."""
    found = [(name, number(5)) for name in request.names[:10]]
    return [] if request.kind == 0xA5 else [response(request, found)]


OVERTAXED: dict[str, Callable[[Request, bytes], list[bytes]]] = {
    "silent": lambda request, answer: [],
    "cut off": too_long,
    "the first ten": first_few,
    "another request id": wrong_id,
    "too big": lambda request, answer: [response(request, [], status=1)],
}


@pytest.mark.parametrize("most", [10, 12, 30])
@pytest.mark.parametrize("kind", OVERTAXED)
async def test_an_agent_that_is_overtaxed_is_met_half_way_and_that_is_remembered(
    engine: Engine, play: Play, kind: str, most: int
) -> None:
    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [answer] if many(request) <= most else OVERTAXED[kind](request, answer)

    agent = play(TABLE, spoil=spoil)
    peer = await engine.agent("127.0.0.1", agent.port, "public")
    oids = [f"1.3.6.1.2.1.31.1.1.1.6.{i}" for i in range(1, 81)]
    lacking = [f"1.3.6.1.4.1.{n}.1" for n in range(1, 21)]

    async def looked() -> None:
        assert await ask(engine, agent) == ["xa-an-lộc-gw1".encode()]
        assert await ask(engine, agent, *oids) == [(1000 << 33) + 6] * 80
        found = [one async for one in engine.absent(peer, ["1.3.6.1.2.1.2", *lacking], SHORT)]
        assert found == lacking
        assert await walked(engine, agent) == (100, None)

    await looked()
    agent.requests.clear()
    await looked()
    assert max(map(many, agent.requests)) <= most


@pytest.mark.parametrize("slow_beyond", [0, 10])
async def test_a_slow_agent_is_walked_by_fewer_rows_but_not_row_by_row(
    engine: Engine, play: Play, slow_beyond: int
) -> None:
    loop = asyncio.get_running_loop()

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        if many(request) <= slow_beyond:
            return [answer]
        port = next(iter(engine._channels.values())).socket.getsockname()[1]
        late = SHORT.wait * 1.5
        loop.call_later(late, lambda: agent.door.sendto(answer, ("127.0.0.1", port)))
        return []

    agent = play(TABLE, spoil=spoil)
    assert await walked(engine, agent) == (100, None)
    agent.requests.clear()
    assert await walked(engine, agent) == (100, None)
    assert {request.repetitions for request in agent.requests} == {6}


async def test_an_agent_that_says_its_end_too_early_is_walked_whole_the_next_time(
    engine: Engine, play: Play
) -> None:
    end = b"\x82\x00"

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        return [response(request, [(request.names[0], end)]) if n == 3 else answer]

    agent = play(TABLE, spoil=spoil)
    rows, stopped = await walked(engine, agent)
    assert (rows, stopped) == (50, None)
    assert await walked(engine, agent) == (100, None)


async def test_an_agent_that_leads_in_a_circle_is_left_at_the_first_turn(
    engine: Engine, play: Play
) -> None:
    begin = ids("1.3.6.1.2.1.2.2.1.2")

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        row = request.names[0][len(begin) :] or (0,)
        return [response(request, [((*begin, row[0] % 5 + 1), number(1))])]

    agent = play(TABLE, spoil=spoil)
    assert await walked(engine, agent) == (5, "names that do not increase")
    assert len(agent.requests) == 6


async def test_an_agent_that_is_silent_to_many_names_is_asked_for_fewer(
    engine: Engine, play: Play
) -> None:
    agent = play(TABLE, spoil=silent_beyond(30))
    oids = [f"1.3.6.1.2.1.31.1.1.1.6.{i}" for i in range(1, 81)]
    await ask(engine, agent)
    assert None not in await ask(engine, agent, *oids)
    agent.requests.clear()
    assert None not in await ask(engine, agent, *oids)
    assert max(len(request.names) for request in agent.requests) == 25


async def test_a_device_that_is_down_is_not_asked_twice_for_long(
    engine: Engine, play: Play
) -> None:
    agent = play(TABLE)
    oids = [f"1.3.6.1.2.1.31.1.1.1.6.{i}" for i in range(1, 81)]
    await ask(engine, agent)
    agent.spoil = lambda n, request, answer: []
    asked = []
    for _ in range(2):
        agent.requests.clear()
        with pytest.raises(Trouble, match="no answer"):
            await ask(engine, agent, *oids)
        asked.append([len(request.names) for request in agent.requests])
    assert asked == [[50, 50, 50, 1], [50, 50, 50]]
    agent.spoil = lambda n, request, answer: [answer]
    assert None not in await ask(engine, agent, *oids)
    assert len(agent.requests[-1].names) > 25  # being down has taught nothing


async def test_an_agent_that_needs_longer_than_we_wait_is_asked_for_less(
    engine: Engine, play: Play
) -> None:
    held: list[bytes] = []

    def spoil(n: int, request: Request, answer: bytes) -> list[bytes]:
        if len(request.names) <= 25:
            return [answer]
        held.append(answer)
        return held[-2:-1]  # the answer to the try before

    agent = play(TABLE, spoil=spoil)
    oids = [f"1.3.6.1.2.1.31.1.1.1.6.{i}" for i in range(1, 51)]
    assert None not in await ask(engine, agent, *oids)
    agent.requests.clear()
    assert None not in await ask(engine, agent, *oids)
    assert [len(request.names) for request in agent.requests] == [25, 25]


async def test_subtrees_that_are_not_there_are_found_a_dozen_at_once(
    engine: Engine, play: Play
) -> None:
    agent = play(TABLE)
    peer = await engine.agent("127.0.0.1", agent.port, "public")
    there = ["1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.18"]
    lacking = [f"1.3.6.1.4.1.{n}.1" for n in range(1, 21)] + ["1.3.6.1.2.1.2.2.1.99"]
    found = [oid async for oid in engine.absent(peer, [*there, *lacking], SHORT)]
    assert found == lacking
    assert len(agent.requests) == 2


async def test_a_walk_ends_at_an_empty_page(engine: Engine, play: Play) -> None:
    agent = play(TABLE, spoil=lambda n, request, answer: [response(request, [])])
    assert await walked(engine, agent) == (0, "an empty page")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
async def test_a_real_agent_is_read_over_both_families(
    engine: Engine, tmp_path: Path, address: str
) -> None:
    with snmpd(tmp_path, "sysName may-chu-1", "sysLocation Đồng Nai") as port:
        agent: Agent = await engine.agent(address, port, "public")
        plan = engine.plan([NAME, "1.3.6.1.2.1.1.6.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.99.0"])
        values = await engine.get(agent, plan)
        assert values[:2] == [b"may-chu-1", "Đồng Nai".encode()]
        assert str(values[2]).startswith("1.3.6.1.4.1.8072.")
        assert values[3] is None
        walk = await engine.walk(agent, "1.3.6.1.2.1.2.2.1.2")
        names = {value for _, value in walk.rows}
        assert names == {name.encode() for _, name in socket.if_nameindex()}
        everything = await engine.walk(agent, "1.3.6.1.2.1", rows=500)
        assert len(everything.rows) >= 100


async def test_without_root_the_window_follows_the_granted_buffer(play: Play) -> None:
    engine = Engine(DirectSockets())
    agent = play(SYSTEM)
    await ask(engine, agent)
    channel = next(iter(engine._channels.values()))
    granted = channel.socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    assert engine.window == min(4096, granted // 2304)
    if os.geteuid() == 0:
        assert engine.window == 4096
    await engine.aclose()
