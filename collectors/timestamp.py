"""Does the time stamp authority stamp, with a signature that holds, and the right time?"""

import asyncio
import functools
from datetime import UTC, datetime, timedelta

from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._pki import papers, stamp
from collectors._pki.params import TimestampParams
from collectors._pki.stamp import Stamp
from collectors._pki.visit import asked
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
OFFSET = "probe_tsa_offset_seconds"
ACCURACY = "probe_tsa_accuracy_seconds"
ENDS = "probe_tsa_certificate_expiry_timestamp_seconds"

_LARGEST = 256 * 1024  # bytes of an answer


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Have fresh octets stamped once."""
    params = TimestampParams.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    found, offset, failure = None, None, None
    try:
        async with asyncio.timeout(check.timeout):
            found, offset = await _ask(check, params, kit, transcript)
        _judge(params, found, offset, kit.clock.now())
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    except OSError as error:
        failure = failure_of(error)
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    values: dict[str, float | None] = {
        SUCCESS: float(failure is None),
        DURATION: elapsed,
        OFFSET: offset,
    }
    if found is not None:
        values |= {
            ACCURACY: found.accuracy,
            ENDS: found.signer_ends.timestamp() if found.signer_ends else None,
        }
    labels = identity(check)
    samples = [
        (Series.of(name, labels), value) for name, value in values.items() if value is not None
    ]
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


async def _ask(
    check: Check, params: TimestampParams, kit: Kit, transcript: Transcript
) -> tuple[Stamp, float]:
    roots = papers.certificates(params.roots, "the authorities") if params.roots else []
    question = stamp.question(params.algorithm)
    before = kit.clock.now()
    octets = await asked(
        check,
        kit,
        transcript,
        params.terms,
        params.url,
        body=question.octets,
        headers={"Content-Type": "application/timestamp-query"},
        largest=_LARGEST,
    )
    after = kit.clock.now()
    found = stamp.read(octets, question, roots, params.policy)
    offset = _offset(found.at.astimezone(UTC), before, after)
    transcript.note("stamped %s by %s, policy %s", found.at.isoformat(), found.signer, found.policy)
    return found, offset


def _offset(stamped: datetime, before: datetime, after: datetime) -> float:
    """Return by how much the stamp lies outside of the time in which it can have been made.

    Many authorities stamp whole seconds, cut off: within that second nothing is wrong.
    """
    span = timedelta(0) if stamped.microsecond else timedelta(seconds=1)
    if stamped > after:
        return (stamped - after).total_seconds()
    if stamped + span < before:
        return (stamped + span - before).total_seconds()
    return 0.0


def _judge(params: TimestampParams, found: Stamp, offset: float, now: datetime) -> None:
    """Raise what is wrong with the stamp."""
    if abs(offset) > params.max_offset:
        side = "ahead of" if offset > 0 else "behind"
        raise trouble(
            FailureKind.PROTOCOL, f"its clock is {abs(offset):.1f} s {side} this machine's"
        )
    ends, days = found.signer_ends, params.min_days
    if ends is not None and days is not None and ends - now < timedelta(days=days):
        what = f"the authority's own certificate ends at {ends:%Y-%m-%d %H:%M} UTC"
        raise trouble(FailureKind.PROTOCOL, what)


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="timestamp",
    help=Text(
        vi="Dịch vụ cấp dấu thời gian (TSA) có đóng dấu, chữ ký đúng và đúng giờ không?",
        en="Does the time stamp authority stamp, with a signature that holds, and the right time?",
    ),
    params=TimestampParams,
    emits=(
        _emit(SUCCESS, Text("1 nếu dấu đúng như mong muốn", "1 if the stamp is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(
            OFFSET,
            Text(
                "Thời gian trên dấu lệch ra ngoài lúc hỏi và lúc trả lời bao nhiêu",
                "How far the stamped time lies outside of question and answer",
            ),
        ),
        _emit(ACCURACY, Text("Độ chính xác mà dấu ghi", "Accuracy that the stamp tells")),
        _emit(
            ENDS,
            Text(
                "Chứng thư của dịch vụ hết hạn lúc nào (Unix)",
                "When the authority's own certificate ends (Unix time)",
            ),
        ),
    ),
    look=look,
    interval=300.0,
    timeout=10.0,
)
