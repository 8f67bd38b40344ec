"""Is the zone in order: servers that agree, records, DNSSEC, and what is said about mail?"""

import asyncio
import functools

from collectors._dns.zone import Course, Examination
from collectors._dns.zone_params import Params
from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
LOOKUP = "probe_dns_lookup_time_seconds"
STATUS = "probe_dns_zone_status"
SERIAL = "probe_dns_zone_serial"
SIGNED = "probe_dns_zone_signature_expiry_timestamp_seconds"
LIMIT = "probe_dns_zone_signature_remaining_seconds_limit"

_WELL, _FAILED = 0.0, 2.0  # as of the parts of a device
_DAY = 86400.0
_TOLD = 5  # findings in a failure


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Examine the zone once."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = Course()
    try:
        async with asyncio.timeout(check.timeout):
            await Examination(check, params, kit, transcript, course).run()
        course.failure = _told(course)
    except TimeoutError:
        course.failure = out_of_time(check.timeout)
    except Trouble as refusal:
        course.failure = refusal.failure
    except OSError as error:
        course.failure = failure_of(error)
    if course.failure is not None:
        transcript.note("%s: %s", course.failure.kind.value, course.failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, params, course, elapsed)
    return Reading(check.slug, check.vantage, at, samples, course.failure, elapsed)


def _told(course: Course) -> Failure | None:
    wrong = [one for found in course.aspects.values() for one in found]
    if not wrong:
        return None
    more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
    return Failure(course.kind, "; ".join(wrong[:_TOLD]) + more)


def _samples(check: Check, params: Params, course: Course, elapsed: float) -> list[Sample]:
    labels = identity(check)
    signed = course.signed_until
    values = {
        SUCCESS: float(course.failure is None),
        DURATION: elapsed,
        LOOKUP: course.lookup,
        SIGNED: signed.timestamp() if signed else None,
        LIMIT: params.min_days * _DAY if params.dnssec else None,
    }
    samples = [
        (Series.of(name, labels), value) for name, value in values.items() if value is not None
    ]
    samples += [
        (Series.of(STATUS, labels, aspect=aspect), _FAILED if wrong else _WELL)
        for aspect, wrong in course.aspects.items()
    ]
    return samples + [
        (Series.of(SERIAL, labels, server=server), float(serial))
        for server, serial in course.serials.items()
    ]


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="dns_zone",
    help=Text(
        vi="Vùng tên miền có ổn: các máy chủ khớp nhau, bản ghi, DNSSEC, SPF/DKIM/DMARC?",
        en="Is the zone in order: servers that agree, records, DNSSEC, SPF/DKIM/DMARC?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu cả vùng đúng như mong muốn", "1 if the zone is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(
            LOOKUP,
            Text("Tra tên của chính máy chủ mất bao lâu", "Resolution of the server's own name"),
        ),
        _emit(
            STATUS,
            Text(
                "Từng mặt của vùng: 0 tốt, 2 hỏng (servers, agreement, records, dnssec, spf, dkim, "
                "dmarc)",
                "Each aspect of the zone: 0 well, 2 failed (servers, agreement, records, dnssec, "
                "spf, dkim, dmarc)",
            ),
            labels=(OWN, "aspect"),
        ),
        _emit(
            SERIAL,
            Text("Số hiệu SOA theo từng máy chủ", "Serial number (SOA) by server"),
            labels=(OWN, "server"),
        ),
        _emit(
            SIGNED,
            Text(
                "Chữ ký DNSSEC hết hạn sớm nhất lúc nào (Unix)",
                "When the first DNSSEC signature ends (Unix time)",
            ),
        ),
        _emit(
            LIMIT,
            Text(
                "Chữ ký nên còn hạn ít nhất bao lâu",
                "How long the signatures should still be valid, at least",
            ),
        ),
    ),
    look=look,
    interval=300.0,
    timeout=10.0,
)
