"""Can we open a TCP connection, and how long does it take?"""

import asyncio
import errno
import ipaddress
import socket
from dataclasses import dataclass

from pydantic import Field

from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.model import Model
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
LOOKUP = "probe_dns_lookup_time_seconds"
CONNECT = "probe_tcp_connect_duration_seconds"


class Params(Model):
    """What may be set."""

    port: int = Field(ge=1, le=65535, description="TCP port", json_schema_extra={"vi": "Cổng TCP"})
    refusal_answers: bool = Field(
        default=False,
        description="A refused connection counts as an answer: the host lives (for reach checks)",
        json_schema_extra={
            "vi": "Từ chối kết nối cũng là trả lời: máy còn sống (cho kiểm tra thông mạng)"
        },
    )


@dataclass(slots=True)
class _Course:
    """What happened on the way: phases in seconds, None where it did not come to that."""

    lookup: float | None = None
    connect: float | None = None
    failure: Failure | None = None


_Place = tuple[socket.AddressFamily, str]


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Open one connection and close it again."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = _Course()
    try:
        async with asyncio.timeout(check.timeout):
            await _connect(check, params, kit, transcript, course)
    except TimeoutError:
        course.failure = Failure(FailureKind.TIMEOUT, f"no answer within {check.timeout:g} s")
    except OSError as error:
        course.failure = _failure(error)
    if course.failure is not None:
        transcript.note("%s: %s", course.failure.kind.value, course.failure.detail)
    elapsed = kit.clock.monotonic() - begun
    return Reading(
        check.slug,
        check.vantage,
        at,
        samples=_samples(check, params.port, course, elapsed),
        failure=course.failure,
        duration=elapsed,
    )


async def _connect(
    check: Check, params: Params, kit: Kit, transcript: Transcript, course: _Course
) -> None:
    """Connect to the first address of a name that takes us, as every client does."""
    begun = kit.clock.monotonic()
    places = await _resolved(check.address, params.port)
    if not _numeric(check.address):
        course.lookup = kit.clock.monotonic() - begun
        transcript.note("%s is %s", check.address, ", ".join(place for _, place in places))
    share = check.timeout / len(places)  # of the time, so that a dead address leaves some over
    for place in places[:-1]:
        try:
            async with asyncio.timeout(share):
                course.connect = await _open(place, params, kit, transcript)
        except OSError as error:  # TimeoutError is one
            transcript.note("%s port %d: %s", place[1], params.port, error or "no answer")
        else:
            return
    course.connect = await _open(places[-1], params, kit, transcript)


async def _open(place: _Place, params: Params, kit: Kit, transcript: Transcript) -> float:
    """Open a connection and close it; return the seconds that it took."""
    family, address = place
    begun = kit.clock.monotonic()
    with kit.sockets.open(family, socket.SOCK_STREAM) as connection:
        try:
            await asyncio.get_running_loop().sock_connect(connection, (address, params.port))
        except ConnectionRefusedError:
            transcript.note("%s port %d: connection refused", address, params.port)
            if not params.refusal_answers:
                raise
    took = kit.clock.monotonic() - begun
    transcript.note("%s port %d after %.3f ms", address, params.port, took * 1000)
    return took


async def _resolved(address: str, port: int) -> list[_Place]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    return [(family, str(place[0])) for family, _, _, _, place in found]


def _numeric(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


_KINDS = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ENETUNREACH: FailureKind.UNREACHABLE,
    errno.EHOSTUNREACH: FailureKind.UNREACHABLE,
    errno.EHOSTDOWN: FailureKind.UNREACHABLE,
    errno.ETIMEDOUT: FailureKind.TIMEOUT,
    errno.ECONNRESET: FailureKind.REFUSED,
}


def _failure(error: OSError) -> Failure:
    """Return what an error of the socket says; a name without address is our resolver's fault."""
    return Failure(_KINDS.get(error.errno or 0, FailureKind.LOCAL), error.strerror or str(error))


def _samples(check: Check, port: int, course: _Course, elapsed: float) -> list[Sample]:
    values = {
        SUCCESS: float(course.failure is None),
        DURATION: elapsed,
        LOOKUP: course.lookup,
        CONNECT: course.connect,
    }
    return [
        (Series.of(name, check.labels, port=str(port)), value)
        for name, value in values.items()
        if value is not None
    ]


COLLECTOR = Collector(
    name="tcp",
    help=Text(
        vi="Có mở được kết nối TCP không, và mất bao lâu?",
        en="Can we open a TCP connection, and how long does it take?",
    ),
    params=Params,
    emits=(
        Emit(SUCCESS, Text("1 nếu mở được kết nối", "1 if it connects"), labels=("port",)),
        Emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try"), labels=("port",)),
        Emit(LOOKUP, Text("Tra tên miền mất bao lâu", "Name resolution"), labels=("port",)),
        Emit(
            CONNECT,
            Text("Từ SYN đến khi kết nối mở", "From the SYN to the open connection"),
            labels=("port",),
        ),
    ),
    look=look,
    interval=30.0,
    timeout=3.0,
)
