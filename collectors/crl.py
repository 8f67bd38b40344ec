"""Is the list of revoked certificates there, signed, and not out of date?"""

import asyncio
import functools
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._pki import crl, papers
from collectors._pki.params import CrlParams
from collectors._pki.visit import asked
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, FailureKind, Reading
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
SIZE = "probe_crl_size_bytes"
ENTRIES = "probe_crl_entries"
THIS = "probe_crl_this_update_timestamp_seconds"
NEXT = "probe_crl_next_update_timestamp_seconds"

_AHEAD = timedelta(minutes=5)  # that its clock may be ahead of ours


@dataclass(slots=True)
class _Course:
    size: int | None = None  # bytes
    found: crl.List | None = None
    failure: Failure | None = None


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Fetch the list once."""
    params = CrlParams.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = _Course()
    try:
        async with asyncio.timeout(check.timeout):
            await _fetch(check, params, kit, transcript, course)
        _judge(params, course, kit.clock.now())
    except TimeoutError:
        course.failure = out_of_time(check.timeout)
    except Trouble as refusal:
        course.failure = refusal.failure
    except OSError as error:
        course.failure = failure_of(error)
    failure, found = course.failure, course.found
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    values: dict[str, float | None] = {
        SUCCESS: float(failure is None),
        DURATION: elapsed,
        SIZE: None if course.size is None else float(course.size),
    }
    if found is not None:
        values |= {
            ENTRIES: float(found.entries),
            THIS: found.this_update.timestamp(),
            NEXT: found.next_update.timestamp() if found.next_update else None,
        }
    labels = identity(check)
    samples = [
        (Series.of(name, labels), value) for name, value in values.items() if value is not None
    ]
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


async def _fetch(
    check: Check, params: CrlParams, kit: Kit, transcript: Transcript, course: _Course
) -> None:
    found = (
        papers.certificate(params.certificate, "the certificate") if params.certificate else None
    )
    issuer = papers.certificate(params.issuer, "the issuer's") if params.issuer else None
    address = params.url or (papers.crl_address(found) if found is not None else None)
    if address is None:
        raise trouble(FailureKind.LOCAL, "the certificate names no list: give its url")
    octets = await asked(
        check, kit, transcript, params.terms, address, headers={}, largest=params.max_bytes
    )
    course.size = len(octets)
    course.found = told = crl.read(octets, issuer, found.serial_number if found else None)
    until = told.next_update.isoformat() if told.next_update else "not told"
    transcript.note("%d entries, %s until %s", told.entries, told.this_update.isoformat(), until)


def _judge(params: CrlParams, course: _Course, now: datetime) -> None:
    """Raise what is wrong with the list."""
    found = course.found
    if found is None:
        return
    if found.this_update > now + _AHEAD:
        raise trouble(FailureKind.PROTOCOL, "the list is of the future: a clock is wrong")
    if found.next_update is not None:
        left = found.next_update - now
        at = f"{found.next_update:%Y-%m-%d %H:%M} UTC"
        if left < timedelta(0):
            raise trouble(FailureKind.PROTOCOL, f"the list has been out of date since {at}")
        if left < timedelta(hours=params.min_hours):
            what = f"the list is out of date at {at}, in less than {params.min_hours:g} hours"
            raise trouble(FailureKind.PROTOCOL, what)
    if found.revoked is not None:
        what = f"the certificate is revoked since {found.revoked:%Y-%m-%d %H:%M} UTC"
        raise trouble(FailureKind.PROTOCOL, what)


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="crl",
    help=Text(
        vi="Danh sách chứng thư thu hồi (CRL) có tải được, có chữ ký và còn hạn không?",
        en="Is the list of revoked certificates there, signed, and not out of date?",
    ),
    params=CrlParams,
    emits=(
        _emit(SUCCESS, Text("1 nếu danh sách đúng như mong muốn", "1 if the list is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(SIZE, Text("Độ lớn danh sách", "Size of the list")),
        _emit(ENTRIES, Text("Số chứng thư đã thu hồi", "Revoked certificates")),
        _emit(THIS, Text("Danh sách lập lúc nào (Unix)", "As of when (Unix time)")),
        _emit(
            NEXT,
            Text("Danh sách có giá trị đến lúc nào (Unix)", "Until when it holds (Unix time)"),
        ),
    ),
    look=look,
    interval=900.0,
    timeout=30.0,
)
