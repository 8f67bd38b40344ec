"""Doors that speak TLS, and the one where rooms publish: rubbish in any form is met and counted."""

import asyncio
import random
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from core.clock import SystemClock
from lab.certificates import Authority
from runtime import hearing, publications
from tests.collectors.test_vq_rtcpxr import publication
from tests.ports import free_port
from tests.runtime.test_hearing import House, by_tls, trusting
from tests.runtime.test_hearing import house as house  # noqa: PLC0414  (a fixture)
from tests.runtime.test_publications import Ears
from tests.runtime.test_publications import ears as ears  # noqa: PLC0414  (a fixture)

BRIEFLY, AT_LENGTH = 30, 3000  # connections, or datagrams


class Spoken:
    """A client whose TLS is made by hand, so that its octets can be spoilt."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self._port = port
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_hostname="127.0.0.1")
        self.writer: asyncio.StreamWriter

    @classmethod
    def hello(cls, context: ssl.SSLContext) -> bytes:
        """Return the octets that a handshake begins with."""
        made = cls(0, context)
        with suppress(ssl.SSLWantReadError):
            made.tls.do_handshake()
        return made._out.read()

    async def greet(self) -> None:
        """Shake hands."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self.writer.write(self._out.read())
                self._in.write(await reader.read(65536))
            else:
                self.writer.write(self._out.read())
                return

    def sealed(self, words: bytes) -> bytes:
        """Return the records that hold these words."""
        self.tls.write(words)
        return self._out.read()


def spoilt(octets: bytes, chance: random.Random) -> bytes:
    """Cut octets off, change some of them, or put some in."""
    at = chance.randrange(len(octets))
    match chance.randrange(4):
        case 0:
            return octets[:at]
        case 1:
            return chance.randbytes(chance.randrange(1, 400))
        case 2:
            return octets[:at] + chance.randbytes(chance.randrange(1, 9)) + octets[at:]
    changed = bytearray(octets)
    for _ in range(chance.randrange(1, 9)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


async def thrown_at(port: int, octets: bytes) -> None:
    """Send octets on a new connection, and end it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(OSError):  # a reset is an answer too
        writer.write(octets)
        writer.write_eof()
        async with asyncio.timeout(20):
            await reader.read()
    writer.close()


@pytest.mark.full
async def test_broken_handshakes_at_the_door_for_syslog_are_counted_one_by_one(
    house: House, full: bool
) -> None:
    chance, context, stats = random.Random(11), trusting(house), house.hints.stats
    rounds = AT_LENGTH if full else BRIEFLY
    for n in range(1, rounds + 1):
        await thrown_at(house.ports["syslog_tls"], spoilt(Spoken.hello(context), chance))
        await house.until(lambda n=n: stats.turned_away == n)  # type: ignore[misc]
    assert (stats.heard, stats.junk) == (0, 0)
    await by_tls(house, context, b"9 <11>a: b ")
    await house.until(lambda: stats.heard == 1)
    await house.until(lambda: house.listener._of_one.total() == 0)


@pytest.mark.full
async def test_broken_records_at_the_door_for_syslog_are_counted_one_by_one(
    house: House, full: bool
) -> None:
    chance, context, stats = random.Random(12), trusting(house), house.hints.stats
    for _ in range(AT_LENGTH if full else BRIEFLY):
        before = stats.junk
        spoken = Spoken(house.ports["syslog_tls"], context)
        await spoken.greet()
        await house.until(lambda: bool(house.listener.streams))
        whole = spoken.sealed(b"<11>a: b\n")
        broken = bytearray(whole)
        broken[chance.randrange(5, len(whole))] ^= 1 << chance.randrange(8)
        spoken.writer.write(bytes(broken))
        await house.until(lambda before=before: stats.junk == before + 1)  # type: ignore[misc]
        spoken.writer.close()
        await house.until(lambda: not house.listener.streams)
    assert (stats.heard, stats.turned_away) == (0, 0)


@pytest.mark.parametrize("cut", [1, 4, 5, 6, 20])
async def test_half_a_record_is_no_line_and_holds_no_place(house: House, cut: int) -> None:
    spoken = Spoken(house.ports["syslog_tls"], trusting(house))
    await spoken.greet()
    await house.until(lambda: bool(house.listener.streams))
    spoken.writer.write(spoken.sealed(b"<11>truoc: a\n") + spoken.sealed(b"<11>nua: b\n")[:cut])
    await house.until(lambda: house.hints.stats.heard == 1)
    spoken.writer.close()
    await house.until(lambda: not house.listener.streams)
    assert house.hints.stats.heard == 1
    assert house.listener._of_one.total() == 0


async def test_whoever_begins_a_handshake_and_falls_silent_is_turned_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "HANDSHAKE", 0.3)
    hello = Spoken.hello(trusting(house))
    slow = [
        await asyncio.open_connection("127.0.0.1", house.ports["syslog_tls"])
        for _ in range(hearing.OF_ONE)
    ]
    for number, (_, writer) in enumerate(slow):
        writer.write(hello[: number * 40])
    await house.until(lambda: house.hints.stats.turned_away == hearing.OF_ONE)
    assert house.listener._of_one.total() == 0
    await by_tls(house, trusting(house), b"9 <11>a: b ")
    await house.until(lambda: house.hints.stats.heard == 1)
    for _, writer in slow:
        writer.close()


async def test_frames_by_tls_that_are_far_too_long_are_cut_or_end_the_connection(
    house: House,
) -> None:
    context = trusting(house)
    many = b"x" * (1 << 20)
    await by_tls(house, context, b"%d <11>" % len(many) + many[4:] + b"10 <11>sau: a")
    await house.until(lambda: house.hints.stats.heard == 2)
    texts = [one.text for one in await house.said()]
    assert [len(text) for text in texts] == [1000, 1]
    for octets in (b"99999999 <11>" + many, b"0 <11>x", b"12x"):
        junk = house.hints.stats.junk
        await by_tls(house, context, octets)
        await house.until(lambda junk=junk: house.hints.stats.junk == junk + 1)  # type: ignore[misc]
    await house.until(lambda: not house.listener.streams)


async def test_a_counted_line_of_which_half_has_come_is_counted_as_junk(house: House) -> None:
    for octets in (b"40 <11>nua", b"40 ", b"4"):
        junk = house.hints.stats.junk
        await thrown_at(house.ports["syslog_tcp"], octets)
        await house.until(lambda junk=junk: house.hints.stats.junk == junk + 1)  # type: ignore[misc]
    assert house.hints.stats.heard == 0


# Where rooms publish


@asynccontextmanager
async def ears_by_tls() -> AsyncIterator[tuple[Ears, int, ssl.SSLContext]]:
    now, port = SystemClock().now(), free_port()
    authority = Authority(now)
    made = Ears(None, f"127.0.0.1:{port}", authority.context("127.0.0.1", now, timedelta(days=1)))
    running = asyncio.create_task(made.door.run())
    await asyncio.sleep(0.01)
    yield made, port, ssl.create_default_context(cadata=authority.pem)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    made.door.close()
    await made.kit.aclose()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def published(port: int, context: ssl.SSLContext) -> bytes:
    """Publish by TLS; return the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(publication().replace(b"SIP/2.0/UDP", b"SIP/2.0/TLS"))
    async with asyncio.timeout(10):
        said = await reader.read(4096)
    writer.close()
    return said


async def test_broken_handshakes_where_rooms_publish_are_counted_one_by_one() -> None:
    chance = random.Random(13)
    async with ears_by_tls() as (ears, port, context):
        for n in range(1, BRIEFLY + 1):
            await thrown_at(port, spoilt(Spoken.hello(context), chance))
            await until(lambda n=n: ears.door.stats.junk == n)  # type: ignore[misc]
        await until(lambda: not ears.door._talks)
        assert (await published(port, context)).startswith(b"SIP/2.0 200")
        assert ears.door.stats.junk == BRIEFLY


async def test_a_stranger_gets_no_handshake_where_rooms_publish() -> None:
    async with ears_by_tls() as (ears, port, context):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=("127.0.0.9", 0)
        )
        writer.write(Spoken.hello(context))
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()
        assert ears.door.stats.strangers == 1


async def test_whoever_falls_silent_within_a_handshake_leaves_others_room_to_publish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(publications, "HANDSHAKE", 0.3)
    async with ears_by_tls() as (ears, port, context):
        slow = [
            await asyncio.open_connection("127.0.0.1", port)
            for _ in range(publications.PER_ADDRESS)
        ]
        await until(lambda: len(ears.door._talks) == publications.PER_ADDRESS)
        await thrown_at(port, Spoken.hello(context))  # one too many
        assert ears.door.stats.held == 1
        await until(lambda: ears.door.stats.junk == publications.PER_ADDRESS)
        await until(lambda: not ears.door._talks)
        assert (await published(port, context)).startswith(b"SIP/2.0 200")
        for _, writer in slow:
            writer.close()


@pytest.mark.full
async def test_damaged_publications_are_answered_refused_or_junk_and_nothing_else(
    ears: Ears, full: bool
) -> None:
    chance, stats = random.Random(14), ears.door.stats
    whole = publication()
    with ears.speaking() as door:
        for n in range(AT_LENGTH if full else BRIEFLY * 4):
            ears.clock.advance(publications.WINDOW)
            branch = b"z9hG4bK-%d" % n
            octets = spoilt(whole.replace(b"z9hG4bK776asdhds", branch), chance)
            if not octets.strip(b"\r\n\0"):
                continue
            before = stats.heard
            door.send(octets)
            await until(lambda before=before: stats.heard > before)  # type: ignore[misc]
    assert stats.heard <= stats.junk + stats.refused + stats.taken + silent(ears)
    assert stats.junk
    assert stats.refused
    assert b"SIP/2.0 200" in await ears.say(whole)


def silent(ears: Ears) -> int:
    """Return how many requests are of a kind that gets no answer (ACK, a response)."""
    return sum(said is None for _, said in ears.door._answers.values())


@pytest.mark.full
async def test_damaged_publications_by_tcp_end_their_connection_or_are_answered(
    ears: Ears, full: bool
) -> None:
    chance = random.Random(15)
    whole = publication().replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP")
    for _ in range(AT_LENGTH if full else BRIEFLY):
        ears.clock.advance(publications.WINDOW)
        await thrown_at(ears.port, spoilt(whole, chance))
        await until(lambda: not ears.door._talks)
    with socket.create_connection(("127.0.0.1", ears.port)):
        await until(lambda: len(ears.door._talks) == 1)
    assert b"SIP/2.0 200" in await ears.say(publication())
