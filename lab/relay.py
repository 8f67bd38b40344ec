"""A lossy line in the middle of a real call, in user space: it needs neither netem nor root.

Two SIP endpoints call each other through it by UDP: it passes their signalling on as it is, but for
address and ports of sound in the session descriptions (RFC 4566), which become its own, so that
RTP and RTCP go through it too. It loses and delays those, and counts what became of the RTP
packets: the truth that measurements are held to.
"""

import asyncio
import heapq
import random
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from lab.world import Quality

_SOUND = re.compile(rb"^m=audio (\d+) ", re.MULTILINE)
_CONTROL = re.compile(rb"^a=rtcp:(\d+)", re.MULTILINE)
_PLACE = re.compile(rb"^c=IN IP4 \S+", re.MULTILINE)
_LENGTH = re.compile(rb"^(Content-Length|l)[ \t]*:[ \t]*\d+", re.MULTILINE | re.IGNORECASE)
_TRIES = 200
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Truth:
    """What became of packets until an instant: those that came, those lost, their jitter."""

    sent: int = 0
    lost: int = 0
    jitter: float = 0.0  # seconds


@dataclass(slots=True)
class Way:
    """One direction: what it does to packets, and what truly became of the RTP ones.

    `jitter` is the interarrival jitter of RFC 3550 (A.8) in seconds, of packets as they leave.
    `reported` is how it stood when its receiver made the last report that has come through.
    """

    clock_rate: int
    quality: Quality = field(default_factory=Quality)
    sent: int = 0  # that came in
    lost: int = 0  # of those
    jitter: float = 0.0
    reported: Truth = field(default_factory=Truth)
    _before: tuple[float, int] | None = None  # when the last one left, its timestamp

    @property
    def truth(self) -> Truth:
        """How it stands now."""
        return Truth(self.sent, self.lost, self.jitter)

    def leaves(self, octets: bytes, now: float) -> None:
        """Reckon the jitter of a packet that leaves."""
        stamp = int.from_bytes(octets[4:8], "big")
        if self._before is not None:
            apart = (stamp - self._before[1] + 2**31) % 2**32 - 2**31
            off = abs(now - self._before[0] - apart / self.clock_rate)
            self.jitter += (off - self.jitter) / 16
        self._before = now, stamp


@dataclass(order=True, slots=True)
class _Held:
    due: float
    number: int
    go: Callable[[], None] = field(compare=False)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[bytes, Address], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._heard(data, addr)


@dataclass(slots=True)
class _End:
    """One endpoint: where it is, and the doors at which the other one believes it to be."""

    sip: Address | None = None
    media: Address | None = None
    control: Address | None = None
    media_door: asyncio.DatagramTransport | None = None
    control_door: asyncio.DatagramTransport | None = None
    port: int = 0


class Relay:
    """Stands between a caller and `callee`; `to_caller` and `to_callee` are its two ways."""

    def __init__(self, callee: Address, *, clock_rate: int = 48_000, seed: int = 0) -> None:
        self.to_caller, self.to_callee = Way(clock_rate), Way(clock_rate)
        self._chance = random.Random(seed)  # noqa: S311  (loss, not secrecy)
        self._caller, self._callee = _End(), _End(sip=callee)
        self._front: asyncio.DatagramTransport | None = None
        self._held: list[_Held] = []
        self._last = {id(self.to_caller): 0.0, id(self.to_callee): 0.0}
        self._numbers = 0
        self._timer: asyncio.TimerHandle | None = None
        self.port = 0  # that the caller calls instead of the callee's

    async def start(self) -> None:
        """Open the doors."""
        self._front = await _opened(self._signalling)
        self.port = self._front.get_extra_info("sockname")[1]
        # What comes in at the door where an end is believed to be is meant for that end.
        await self._open(self._caller, self._callee, self.to_caller)
        await self._open(self._callee, self._caller, self.to_callee)

    async def _open(self, end: _End, other: _End, way: Way) -> None:
        def media(octets: bytes, source: Address) -> None:
            way.sent += 1
            if self._chance.random() < way.quality.loss:
                way.lost += 1
                return
            self._hold(way, lambda: self._pass(end, other, way, octets))

        def control(octets: bytes, source: Address) -> None:
            if self._chance.random() < way.quality.loss:
                return
            back = self.to_callee if way is self.to_caller else self.to_caller
            seen = back.truth

            def go() -> None:
                back.reported = seen
                _send(other.control_door, octets, end.control)

            self._hold(way, go)

        for _ in range(_TRIES):
            end.media_door = await _opened(media)
            end.port = end.media_door.get_extra_info("sockname")[1]
            if end.port % 2 == 0:
                try:
                    end.control_door = await _opened(control, end.port + 1)
                except OSError:
                    pass
                else:
                    return
            end.media_door.close()
        raise OSError("no two ports beside each other are free")

    def _pass(self, end: _End, other: _End, way: Way, octets: bytes) -> None:
        way.leaves(octets, asyncio.get_running_loop().time())
        _send(other.media_door, octets, end.media)

    def _hold(self, way: Way, go: Callable[[], None]) -> None:
        """Let something go when its time has come; a line keeps order."""
        loop, quality = asyncio.get_running_loop(), way.quality
        due = loop.time() + quality.delay + self._chance.uniform(-quality.jitter, quality.jitter)
        due = self._last[id(way)] = max(due, self._last[id(way)], loop.time())
        self._numbers += 1
        heapq.heappush(self._held, _Held(due, self._numbers, go))
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._held:
            self._timer = asyncio.get_running_loop().call_at(self._held[0].due, self._let_go)

    def _let_go(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._held and self._held[0].due <= now:
            heapq.heappop(self._held).go()
        self._arm()

    def _signalling(self, octets: bytes, source: Address) -> None:
        """Pass a SIP message on to the other end; ports of sound in it become ours."""
        if source == self._callee.sip:
            end, other = self._callee, self._caller
        else:
            end, other = self._caller, self._callee
            self._caller.sip = source
        _send(self._front, self._rewritten(octets, end, source[0]), other.sip)

    def _rewritten(self, message: bytes, end: _End, host: str) -> bytes:
        head, gap, body = message.partition(b"\r\n\r\n")
        found = _SOUND.search(body)
        if found is None:
            return message
        port = int(found[1])
        told = _CONTROL.search(body)
        end.media, end.control = (host, port), (host, int(told[1]) if told else port + 1)
        body = _SOUND.sub(b"m=audio %d " % end.port, body)
        body = _CONTROL.sub(b"a=rtcp:%d" % (end.port + 1), body)
        body = _PLACE.sub(b"c=IN IP4 127.0.0.1", body)
        return _LENGTH.sub(b"Content-Length: %d" % len(body), head) + gap + body

    def close(self) -> None:
        """Close the doors; what is held is lost."""
        if self._timer is not None:
            self._timer.cancel()
        self._held.clear()
        doors = [self._front]
        for end in (self._caller, self._callee):
            doors += [end.media_door, end.control_door]
        for door in doors:
            if door is not None:
                door.close()


async def _opened(
    heard: Callable[[bytes, Address], None], port: int = 0
) -> asyncio.DatagramTransport:
    made, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Ear(heard), local_addr=("127.0.0.1", port), family=socket.AF_INET
    )
    return made


def _send(door: asyncio.DatagramTransport | None, octets: bytes, to: Address | None) -> None:
    if door is not None and to is not None and not door.is_closing():
        door.sendto(octets, to)
