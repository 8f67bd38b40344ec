"""One question by UDP and the first answer that is one."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from collectors._net.names import Place
from core.collector import Sockets, Transcript

_SO_TIMESTAMPNS = 35  # Linux; Python does not name it
_STAMP = struct.Struct("@qq")
_LARGEST = 65535

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What came, and when it was asked and had arrived, in ns since 1970 by our clock."""

    what: T
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked, and `accept`, which gives None for what is no answer to it."""

    port: int
    request: bytes
    accept: Callable[[bytes], T | None]


async def exchange(
    sockets: Sockets,
    found: Sequence[Place],
    question: Question[T],
    timeout: float,
    transcript: Transcript,
) -> Answer[T]:
    """Return the first datagram that is an answer; OSError of the last place if none comes.

    The kernel lets in only what the asked place has sent, and tells when it came. What is junk,
    or meant for somebody else, is passed over. Each place but the last has its share of
    `timeout`; the last one waits until it is cancelled.
    """
    share = timeout / len(found)
    for place in found[:-1]:
        try:
            async with asyncio.timeout(share):
                return await _ask(sockets, place, question, transcript)
        except OSError as error:  # TimeoutError is one
            said = error or "no answer"
            transcript.note("%s port %d: %s", place.address, question.port, said)
    return await _ask(sockets, found[-1], question, transcript)


async def _ask(
    sockets: Sockets, place: Place, question: Question[T], transcript: Transcript
) -> Answer[T]:
    port, request = question.port, question.request
    loop = asyncio.get_running_loop()
    with sockets.open(place.family, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        asking.connect(place.sockaddr(port))
        transcript.note("%d bytes to %s port %d by UDP", len(request), place.address, port)
        readable = asyncio.Event()
        loop.add_reader(asking, readable.set)
        try:
            sent = time.time_ns()  # by the clock that the kernel stamps with
            asking.send(request)
            while True:
                await readable.wait()
                readable.clear()
                for octets, received in _drained(asking):
                    what = question.accept(octets)
                    if what is not None:
                        transcript.note("answer after %.3f ms", (received - sent) / 1e6)
                        return Answer(what, sent, received)
                    transcript.note("%d bytes that answer nothing we asked", len(octets))
        finally:
            loop.remove_reader(asking)


def _drained(asking: socket.socket) -> list[tuple[bytes, int]]:
    came: list[tuple[bytes, int]] = []
    while len(came) < 64:  # noqa: PLR2004  (then others have their turn)
        try:
            octets, notes, _, _ = asking.recvmsg(_LARGEST, socket.CMSG_SPACE(_STAMP.size))
        except BlockingIOError:
            break
        received = time.time_ns()
        for level, kind, data in notes:
            if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
                seconds, nanoseconds = _STAMP.unpack(data[: _STAMP.size])
                received = seconds * 1_000_000_000 + nanoseconds
        came.append((octets, received))
    return came
