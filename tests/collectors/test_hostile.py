"""What strangers answer: cut short, changed, endless, slow. A reason in time, nothing left open.

Every family is asked over real sockets; real answers of its emulator, or of a peer that keeps to
the standard, are damaged at random.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import h323_gatekeeper, polycom_text, sip_options, snmp_polycom, snmp_rmx, stun
from collectors._stun import message as stun_message
from core.clock import SystemClock
from core.collector import Collector
from core.reading import FailureKind, Reading
from lab import answers
from lab.calls import Calls
from lab.emulators import polycom_endpoint, polycom_rmx
from lab.emulators.answering import Ask, Reply, Stage
from lab.emulators.polycom_text import PolycomText
from lab.mib import encoded
from lab.world import World
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import CONFERENCE, FABRIC, FAMILIES, ROOM, Family, Purse, stand
from tests.collectors.servers import replying, talking
from tests.collectors.snmp_agent import stage
from tests.factories import FakeClock, a_check

DEADLINE, LATE = 0.5, 1.0  # seconds that a look may take, and be late by
BRIEFLY, AT_LENGTH = 8, 500  # damages
TOLD = {FailureKind.TIMEOUT, FailureKind.PROTOCOL, FailureKind.REFUSED, FailureKind.AUTH}


@dataclass(frozen=True)
class Damage:
    """What is done to an answer: cut, changed, or with something put in."""

    which: int  # of a look's answers, from 1
    at: int
    cut: int
    put: bytes

    def __call__(self, number: int, octets: bytes) -> bytes:
        if number != self.which or not octets:
            return octets
        at = self.at % len(octets)
        return octets[:at] + self.put + octets[at + self.cut :]


damages = st.builds(
    Damage,
    which=st.integers(1, 20),
    at=st.integers(0, 20_000),
    cut=st.one_of(st.integers(0, 4), st.just(1_000_000)),
    put=st.one_of(st.binary(max_size=6), st.sampled_from([b"\r\n", b"<", b"{", b"\xff" * 40])),
)


def sockets() -> int:
    """Return how many sockets this process holds."""
    found = 0
    for handle in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # it may be gone again
            found += str(handle.readlink()).startswith("socket:")
    return found


@contextlib.contextmanager
def nothing_left() -> Iterator[None]:
    """Hold a block to leaving no socket open; outside of any event loop."""
    before = sockets()
    yield
    assert sockets() == before, "a socket is left open"


async def closes(before: set[asyncio.Task[object]]) -> None:
    """Wait a moment for what ends by itself; no task that was not there before may be left."""
    for _ in range(50):
        left = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
        if left <= before:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"tasks are left: {left - before}")


def told(reading: Reading) -> None:
    """Hold a reading to a reason, if it failed, that is not a fault of ours."""
    if reading.failure is not None:
        assert reading.failure.kind in TOLD, reading.failure
        assert reading.failure.detail


# Families over HTTP


@pytest.mark.full
@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_a_damaged_answer_over_http_is_told_and_leaves_nothing(family: Family, full: bool) -> None:
    @settings(max_examples=AT_LENGTH if full else BRIEFLY, deadline=None)
    @given(damage=damages)
    def damaged(damage: Damage) -> None:
        with nothing_left():
            asyncio.run(_damaged(family, damage))

    damaged()


async def _damaged(family: Family, damage: Damage) -> None:
    before = asyncio.all_tasks()
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(15)

        def spoil(n: int, ask: Ask, reply: Reply) -> Reply:
            return Reply(reply.status, damage(n, reply.body), reply.kind, reply.headers)

        at.spoiling.spoil = spoil
        told(await at.look())
        at.clock.advance(200)
        told(await at.look())
        assert not getattr(at.emulator, "sessions", None), "a session is left open"
    await closes(before)


# Families over sockets of their own


@dataclass(frozen=True)
class Peer:
    """What is asked otherwise than over HTTP. `serve` answers as it should but for a damage."""

    collector: Collector
    serve: Callable[[Damage | None], AbstractAsyncContextManager[int]]
    datagrams: bool = True
    params: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        how = "/".join(str(value) for _, value in self.params)
        return f"{self.collector.name} {how}".strip()

    async def look(self, port: int, timeout: float = DEADLINE) -> Reading:
        kit = make_kit(SystemClock(), secrets=Purse("public"))
        params = {"port": port, **dict(self.params)}
        check = a_check("a", self.collector.name, address="127.0.0.1", timeout=timeout)
        check = check.model_copy(update={"params": params})
        try:
            return (await look_once(self.collector, check, kit))[1]
        finally:
            await kit.aclose()


def _by_datagrams(
    answer: Callable[[bytes], bytes | None],
) -> Callable[[Damage | None], AbstractAsyncContextManager[int]]:
    @asynccontextmanager
    async def serve(damage: Damage | None) -> AsyncIterator[int]:
        asked = 0

        def reply(octets: bytes) -> list[bytes]:
            nonlocal asked
            asked += 1
            whole = answer(octets)
            if whole is None:
                return []
            return [damage(asked, whole) if damage is not None else whole]

        async with replying(reply) as (port, _):
            yield port

    return serve


def _sip(octets: bytes) -> bytes | None:
    return answers.sip(octets, ("127.0.0.1", 5060))


def _stun(octets: bytes) -> bytes | None:
    """Return a binding response with the address masked (RFC 8489, 14.2): here of 127.0.0.1."""
    if len(octets) < 20:
        return None
    masked = bytes.fromhex("0001") + (0x2112 ^ 1).to_bytes(2, "big") + bytes.fromhex("5e12a443")
    attribute = bytes.fromhex("00200008") + masked
    return b"\x01\x01" + len(attribute).to_bytes(2, "big") + octets[4:20] + attribute


def _gatekeeper(octets: bytes) -> bytes | None:
    return b"\x04\x00" + octets[2:4] + bytes.fromhex("060008914a0004") + b"\x00" * 8


@asynccontextmanager
async def _sip_by_tcp(damage: Damage | None) -> AsyncIterator[int]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        octets = await reader.readuntil(b"\r\n\r\n")
        whole = _sip(octets) or b""
        writer.write(damage(1, whole) if damage is not None else whole)
        await writer.drain()
        await reader.read()

    async with talking(talk) as port:
        yield port


@asynccontextmanager
async def _text(damage: Damage | None) -> AsyncIterator[int]:
    """Serve Polycom's text interface, its stream damaged in one piece."""
    calls = Calls(lambda: World(FABRIC), FakeClock())
    calls.join(ROOM, CONFERENCE)
    codec = PolycomText(Stage(calls, FakeClock(), ROOM))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pieces, write = 0, writer.write

        def damaging(octets: bytes) -> None:
            nonlocal pieces
            pieces += 1
            write(damage(pieces, octets) if damage is not None else octets)

        writer.write = damaging  # type: ignore[assignment, method-assign]
        await codec.talk(reader, writer)

    async with talking(talk) as port:
        yield port


def _agent(what: str) -> Callable[[Damage | None], AbstractAsyncContextManager[int]]:
    @asynccontextmanager
    async def serve(damage: Damage | None) -> AsyncIterator[int]:
        clock = FakeClock()
        calls = Calls(lambda: World(FABRIC), clock)
        calls.join(ROOM, CONFERENCE)
        known = (
            polycom_endpoint.rows(Stage(calls, clock, ROOM))
            if what == "endpoint"
            else polycom_rmx.rows(calls)
        )
        table = {oid: encoded(value) for oid, value in known}
        async with stage() as play:
            agent = play(table)
            if damage is not None:
                agent.spoil = lambda n, request, answer: [damage(n, answer)]
            yield agent.port

    return serve


_SNMP = (("community", "public"), ("wait", 0.1))
PEERS = [
    Peer(sip_options.COLLECTOR, _by_datagrams(_sip)),
    Peer(sip_options.COLLECTOR, _sip_by_tcp, datagrams=False, params=(("transport", "tcp"),)),
    Peer(stun.COLLECTOR, _by_datagrams(_stun)),
    Peer(h323_gatekeeper.COLLECTOR, _by_datagrams(_gatekeeper)),
    Peer(polycom_text.COLLECTOR, _text, datagrams=False),
    Peer(snmp_polycom.COLLECTOR, _agent("endpoint"), params=_SNMP),
    Peer(snmp_rmx.COLLECTOR, _agent("rmx"), params=_SNMP),
]
each_peer = pytest.mark.parametrize("peer", PEERS, ids=str)
STREAMS = [peer for peer in PEERS if not peer.datagrams]
DATAGRAMS = [peer for peer in PEERS if peer.datagrams]


@each_peer
async def test_the_answer_that_is_damaged_below_is_a_good_one(peer: Peer) -> None:
    async with peer.serve(None) as port:
        reading = await peer.look(port, timeout=3.0)
    assert reading.ok, reading.failure


@pytest.mark.full
@each_peer
def test_a_damaged_answer_is_told_in_time_and_leaves_nothing(peer: Peer, full: bool) -> None:
    async def looked(damage: Damage) -> None:
        before = asyncio.all_tasks()
        async with peer.serve(damage) as port:
            reading = await _in_time(peer.look(port))
        told(reading)
        await closes(before)

    @settings(max_examples=AT_LENGTH if full else BRIEFLY, deadline=None)
    @given(damage=damages)
    def damaged(damage: Damage) -> None:
        with nothing_left():
            asyncio.run(looked(damage))

    damaged()


async def _in_time(look: Awaitable[Reading]) -> Reading:
    begun = asyncio.get_running_loop().time()
    reading = await look
    assert asyncio.get_running_loop().time() - begun < DEADLINE + LATE
    return reading


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"Hi, my name is : a\r\n-> ")
    while True:
        writer.write(b"SIP/2.0 200 OK\r\nVia: x\r\n" * 400)
        await writer.drain()
        await asyncio.sleep(0)


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"S")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _hanging_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


@pytest.mark.parametrize("peer", STREAMS, ids=str)
@pytest.mark.parametrize("talk", [_endless, _dripping, _mute, _hanging_up])
def test_a_stream_that_does_not_end_is_told_in_time_and_leaves_nothing(
    peer: Peer,
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> None:
    async def looked() -> None:
        async with talking(talk) as port:
            reading = await _in_time(peer.look(port))
        assert reading.failure is not None
        told(reading)
        await asyncio.sleep(0.05)  # the server's own tasks end

    with nothing_left():
        asyncio.run(looked())


FLOODS: dict[str, Callable[[bytes], list[bytes]]] = {
    "nothing": lambda octets: [],
    "a flood of junk": lambda octets: [b"\xff" * 1200] * 200,
    "our own words": lambda octets: [octets] * 20,
    "empty ones": lambda octets: [b""] * 20,
    "the largest": lambda octets: [bytes(60_000)] * 3,
}


@pytest.mark.parametrize("peer", DATAGRAMS, ids=str)
@pytest.mark.parametrize("flood", FLOODS)
def test_datagrams_that_answer_nothing_are_told_in_time_and_leave_nothing(
    peer: Peer, flood: str
) -> None:
    async def looked() -> None:
        before = asyncio.all_tasks()
        async with replying(FLOODS[flood]) as (port, _):
            reading = await _in_time(peer.look(port))
        assert reading.failure is not None
        told(reading)
        await closes(before)

    with nothing_left():
        asyncio.run(looked())


@each_peer
def test_a_look_that_is_cancelled_leaves_nothing(peer: Peer) -> None:
    async def looked() -> None:
        before = asyncio.all_tasks()
        async with replying(lambda octets: []) as (port, _), talking(_mute) as stream:
            task = asyncio.create_task(peer.look(port if peer.datagrams else stream, timeout=5))
            await asyncio.sleep(0.1)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.sleep(0.05)
        await closes(before)

    with nothing_left():
        asyncio.run(looked())


def test_the_answer_of_the_stun_server_is_one() -> None:
    request = stun_message.request(stun_message.BINDING, bytes(12))
    assert _stun(request) is not None
