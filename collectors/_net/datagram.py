"""One question by UDP and the first answer that is one."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from collectors._net import stamps
from collectors._net.names import Place
from core.collector import Sockets, Transcript

_AT_ONCE = 64  # datagrams read before others have their turn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked of a port.

    `request` may be made for our own address and port, `accept` gives None for what is no answer to
    it. `again` are the seconds to wait before it is sent once more, and once more. `farewell` may
    give what is to be said to an answer, once and from where it was asked.
    """

    port: int
    request: bytes | Callable[[tuple[str, int]], bytes]
    accept: Callable[[bytes], T | None]
    again: Sequence[float] = ()
    farewell: Callable[[T], bytes | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What came, when it was asked (last) and had arrived, in ns since 1970 by our clock."""

    what: T
    octets: bytes  # as they came
    asked: int
    received: int
    times: int  # it was sent


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
    loop, port = asyncio.get_running_loop(), question.port
    with sockets.open(place.family, socket.SOCK_DGRAM) as asking:
        stamps.ask_for(asking)
        asking.connect(place.sockaddr(port))
        request = question.request
        if not isinstance(request, bytes):
            address, own, *_ = asking.getsockname()
            request = request((address, own))
        readable = asyncio.Event()
        loop.add_reader(asking, readable.set)
        try:
            for times, wait in enumerate((*question.again, None), 1):
                transcript.note("%d bytes to %s port %d by UDP", len(request), place.address, port)
                asked = time.time_ns()  # by the clock that the kernel stamps with
                asking.send(request)
                came = await _heard(asking, readable, question, wait, transcript)
                if came is not None:
                    what, octets, received = came
                    transcript.note("answer after %.3f ms", (received - asked) / 1e6)
                    _leave(asking, question.farewell(what), transcript)
                    return Answer(what, octets, asked, received, times)
        finally:
            loop.remove_reader(asking)
    raise TimeoutError


def _leave(asking: socket.socket, farewell: bytes | None, transcript: Transcript) -> None:
    """Say farewell, if there is need to; what was answered stays answered if that fails."""
    if farewell is None:
        return
    try:
        asking.send(farewell)
        transcript.note("%d bytes of farewell", len(farewell))
    except OSError as error:
        transcript.note("no farewell: %s", error)


async def _heard(
    asking: socket.socket,
    readable: asyncio.Event,
    question: Question[T],
    wait: float | None,
    transcript: Transcript,
) -> tuple[T, bytes, int] | None:
    """Return the answer and when it came; None if it is time to ask again."""
    try:
        async with asyncio.timeout(wait):
            while True:
                await readable.wait()
                readable.clear()
                for octets, received in _drained(asking):
                    what = question.accept(octets)
                    if what is not None:
                        return what, octets, received
                    transcript.note("%d bytes that answer nothing we asked", len(octets))
    except TimeoutError as error:
        if error.errno is not None:
            raise
        return None


def _drained(asking: socket.socket) -> Iterator[tuple[bytes, int]]:
    for _ in range(_AT_ONCE):
        try:
            octets, _, received = stamps.receive(asking)
        except BlockingIOError:
            return
        yield octets, received
