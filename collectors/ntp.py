"""Does the time server answer, does it trust its clock, and how far is it from ours?"""

import asyncio
import functools
import secrets
from dataclasses import dataclass

from pydantic import Field

from collectors._net.datagram import Question, exchange
from collectors._net.identity import OWN, identity
from collectors._net.names import numeric, places
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._ntp import packet
from collectors._ntp.packet import Packet
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.model import Model
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
LOOKUP = "probe_dns_lookup_time_seconds"
OFFSET = "probe_ntp_offset_seconds"
DELAY = "probe_ntp_delay_seconds"
ROOT_DELAY = "probe_ntp_root_delay_seconds"
ROOT_DISPERSION = "probe_ntp_root_dispersion_seconds"
STRATUM = "probe_ntp_stratum"
LEAP = "probe_ntp_leap"

_REFUSALS = ("DENY", "RSTR")


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=123, ge=1, le=65535, description="UDP port", json_schema_extra={"vi": "Cổng UDP"}
    )
    max_offset: float = Field(
        default=1.0,
        gt=0,
        description="Seconds by which its clock and ours may differ",
        json_schema_extra={"vi": "Số giây đồng hồ của nó và của ta được phép lệch nhau"},
    )
    max_stratum: int = Field(
        default=15,
        ge=1,
        le=15,
        description="Highest accepted stratum: how far from the reference clock",
        json_schema_extra={"vi": "Tầng (stratum) cao nhất chấp nhận: cách đồng hồ chuẩn bao xa"},
    )


@dataclass(slots=True)
class _Course:
    """What was found, None where it did not come to that."""

    lookup: float | None = None
    offset: float | None = None
    delay: float | None = None
    answer: Packet | None = None
    failure: Failure | None = None


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once for the time."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = _Course()
    try:
        async with asyncio.timeout(check.timeout):
            await _ask(check, params, kit, transcript, course)
        _judge(params, course)
    except TimeoutError:
        course.failure = out_of_time(check.timeout)
    except Trouble as refusal:
        course.failure = refusal.failure
    except OSError as error:
        course.failure = failure_of(error)
    if course.failure is not None:
        transcript.note("%s: %s", course.failure.kind.value, course.failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, course, elapsed)
    return Reading(check.slug, check.vantage, at, samples, course.failure, elapsed)


async def _ask(
    check: Check, params: Params, kit: Kit, transcript: Transcript, course: _Course
) -> None:
    begun = kit.clock.monotonic()
    found = await places(check.address)
    if numeric(check.address) is None:
        course.lookup = kit.clock.monotonic() - begun
        transcript.note("%s is %s", check.address, ", ".join(place.address for place in found))
    nonce = secrets.token_bytes(8)
    answer = await exchange(
        kit.sockets,
        found,
        Question(
            params.port,
            packet.request(nonce),
            lambda octets: packet.read(octets, nonce),
        ),
        check.timeout,
        transcript,
    )
    course.answer = told = answer.what
    transcript.note("stratum %d, leap %d, source %s", told.stratum, told.leap, told.source)
    if told.is_synchronised:
        course.offset, course.delay = packet.offset_and_delay(
            told, packet.stamp(answer.asked), packet.stamp(answer.received)
        )
        transcript.note("offset %.6f s, delay %.6f s", course.offset, course.delay)


def _judge(params: Params, course: _Course) -> None:
    """Raise what is wrong with the answer."""
    answer = course.answer
    if answer is None:
        return
    if answer.kiss in _REFUSALS:
        raise trouble(FailureKind.REFUSED, f"the server refuses to serve us ({answer.kiss})")
    if answer.kiss == "RATE":
        raise trouble(FailureKind.PROTOCOL, "the server is asked too often (RATE)")
    if not answer.is_synchronised:
        code = f" ({answer.kiss})" if answer.kiss else ""
        raise trouble(FailureKind.PROTOCOL, f"the server's clock is not synchronised{code}")
    if answer.stratum > params.max_stratum:
        raise trouble(
            FailureKind.PROTOCOL,
            f"stratum {answer.stratum} is above the accepted {params.max_stratum}",
        )
    if course.offset is not None and abs(course.offset) > params.max_offset:
        side = "ahead of" if course.offset > 0 else "behind"
        raise trouble(
            FailureKind.PROTOCOL, f"its clock is {abs(course.offset):.3f} s {side} this machine's"
        )


def _samples(check: Check, course: _Course, elapsed: float) -> list[Sample]:
    labels = identity(check)
    values: dict[str, float | None] = {
        SUCCESS: float(course.failure is None),
        DURATION: elapsed,
        LOOKUP: course.lookup,
        OFFSET: course.offset,
        DELAY: course.delay,
    }
    if course.answer is not None:
        values |= {
            ROOT_DELAY: course.answer.root_delay,
            ROOT_DISPERSION: course.answer.root_dispersion,
            STRATUM: float(course.answer.stratum),
            LEAP: float(course.answer.leap),
        }
    return [(Series.of(name, labels), value) for name, value in values.items() if value is not None]


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="ntp",
    help=Text(
        vi="Máy chủ giờ có trả lời, có tin đồng hồ của mình không, và lệch với ta bao nhiêu?",
        en="Does the time server answer, does it trust its clock, and how far is it from ours?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu giờ đúng như mong muốn", "1 if the time is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(LOOKUP, Text("Tra tên miền mất bao lâu", "Name resolution")),
        _emit(
            OFFSET,
            Text("Đồng hồ máy chủ nhanh hơn máy này bao nhiêu", "Its clock minus this machine's"),
        ),
        _emit(DELAY, Text("Thời gian đi về", "Round trip time")),
        _emit(
            ROOT_DELAY,
            Text("Thời gian đi về tới đồng hồ chuẩn", "Round trip time to the reference clock"),
        ),
        _emit(
            ROOT_DISPERSION,
            Text("Sai số tích luỹ từ đồng hồ chuẩn", "Error accumulated from the reference clock"),
        ),
        _emit(STRATUM, Text("Tầng (0: không có)", "Stratum (0: none)")),
        _emit(
            LEAP,
            Text("Chỉ báo giây nhuận; 3: chưa đồng bộ", "Leap indicator; 3: not synchronised"),
        ),
    ),
    look=look,
    interval=60.0,
    timeout=5.0,
)
