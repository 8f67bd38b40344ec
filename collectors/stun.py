"""Does the STUN server answer, does TURN live behind it, and how does it see us?

A binding request (RFC 8489), and where TURN is wanted an allocation without a login, which a living
server refuses with 401 (RFC 8656, 7.2): no allocation is made. One that is made all the same, since
the server gives relays to everybody, is given back at once. All by UDP.
"""

import asyncio
import functools
import secrets
from dataclasses import dataclass

from pydantic import Field

from collectors._net.datagram import Question, exchange
from collectors._net.identity import OWN, identity
from collectors._net.names import Place, places
from collectors._net.trouble import Trouble, failure_of, out_of_time, printable, trouble
from collectors._stun import message
from collectors._stun.message import ALLOCATE, BINDING, REFRESH, Answer
from core.collector import Collector, Emit, Exchange, Kit, Transcript
from core.labels import Series
from core.model import Model
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
ROUND_TRIP = "probe_stun_round_trip_seconds"
MAPPED = "probe_stun_mapped"
REPEATS = (0.5, 1.0)  # seconds between the sendings of one request (RFC 8489, 6.2.1)
_UNAUTHORISED = 401


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=3478, ge=1, le=65535, description="UDP port", json_schema_extra={"vi": "Cổng UDP"}
    )
    turn: bool = Field(
        default=False,
        description="TURN must live there too: an allocation without a login is refused with 401",
        json_schema_extra={
            "vi": "Phải có cả TURN: xin cấp phát không kèm tài khoản thì bị từ chối với mã 401"
        },
    )


@dataclass(slots=True)
class _Course:
    """What was found, None where it did not come to that."""

    round_trip: float | None = None
    mapped: bool | None = None  # another address than ours: a NAT stands between
    failure: Failure | None = None


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = _Course()
    try:
        async with asyncio.timeout(check.timeout):
            found = await places(check.address)
            await _bind(found, params, check, kit, transcript, course=course)
            if params.turn:
                await _allocate(found, params, check, kit, transcript)
    except TimeoutError:
        course.failure = out_of_time(check.timeout)
    except Trouble as refusal:
        course.failure = refusal.failure
    except OSError as error:
        course.failure = failure_of(error)
    if course.failure is not None:
        transcript.note("%s: %s", course.failure.kind.value, course.failure.detail)
    elapsed, base = kit.clock.monotonic() - begun, identity(check)
    values = {
        SUCCESS: float(course.failure is None),
        DURATION: elapsed,
        ROUND_TRIP: course.round_trip,
        MAPPED: course.mapped,
    }
    samples: list[Sample] = [
        (Series.of(name, base), float(value)) for name, value in values.items() if value is not None
    ]
    return Reading(check.slug, check.vantage, at, samples, course.failure, elapsed)


async def _bind(
    found: list[Place],
    params: Params,
    check: Check,
    kit: Kit,
    transcript: Transcript,
    *,
    course: _Course,
) -> None:
    transaction, ours = secrets.token_bytes(12), [("", 0)]

    def asked(here: tuple[str, int]) -> bytes:
        ours[0] = here
        return message.request(BINDING, transaction)

    answer = await exchange(
        kit.sockets,
        found,
        Question(
            params.port,
            asked,
            lambda octets: message.read(octets, BINDING, transaction),
            again=REPEATS,
        ),
        check.timeout,
        transcript,
    )
    course.round_trip = max(0.0, (answer.received - answer.asked) / 1e9)
    said = answer.what
    _keep(kit, "BINDING", answer.octets)
    _note(said, transcript)
    if said.error is not None:
        raise trouble(FailureKind.PROTOCOL, f"the binding is refused with {said.error}")
    if said.mapped is None:
        raise trouble(FailureKind.PROTOCOL, "the answer names no address")
    course.mapped = said.mapped != ours[0]


async def _allocate(
    found: list[Place], params: Params, check: Check, kit: Kit, transcript: Transcript
) -> None:
    transaction = secrets.token_bytes(12)
    answer = await exchange(
        kit.sockets,
        found,
        Question(
            params.port,
            message.request(ALLOCATE, transaction),
            lambda octets: message.read(octets, ALLOCATE, transaction),
            again=REPEATS,
            farewell=_given_back,
        ),
        check.timeout,
        transcript,
    )
    said = answer.what
    _keep(kit, "ALLOCATE", answer.octets)
    _note(said, transcript)
    if said.error is None:
        raise trouble(FailureKind.PROTOCOL, "TURN gives relays to everybody, without a login")
    if said.error != _UNAUTHORISED:
        raise trouble(FailureKind.PROTOCOL, f"TURN refuses with {said.error} instead of 401")


def _given_back(said: Answer) -> bytes | None:
    """Return what ends an allocation, which would keep a relay busy for ten minutes."""
    return message.request(REFRESH, secrets.token_bytes(12)) if said.error is None else None


def _keep(kit: Kit, asked: str, octets: bytes) -> None:
    if kit.record is not None:  # the transaction's number is the question's
        kit.record(Exchange(asked, 0, "8-20", octets.hex(), way="datagram"))


def _note(said: Answer, transcript: Transcript) -> None:
    if said.mapped is not None:
        transcript.note("we are seen as %s port %d", *said.mapped)
    if said.error is not None:
        transcript.note("error %d, realm %s", said.error, printable(said.realm))
    if said.software:
        transcript.note("it is %s", printable(said.software))


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="stun",
    help=Text(
        vi="Máy chủ STUN/TURN có trả lời không, và thấy ta ở địa chỉ nào?",
        en="Does the STUN or TURN server answer, and how does it see us?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu trả lời như mong muốn", "1 if the answer is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(ROUND_TRIP, Text("Thời gian đi về", "Round trip time")),
        _emit(
            MAPPED,
            Text("1 nếu có NAT ở giữa: bị thấy ở địa chỉ khác", "1 if it sees us elsewhere: a NAT"),
        ),
    ),
    look=look,
    interval=60.0,
    timeout=4.0,
)
