"""Does a letter arrive, and how long is it on its way?"""

import asyncio
import functools

from collectors._mail.journey import Course, Journey
from collectors._mail.opening import Way
from collectors._mail.params import RoundtripParams
from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time
from collectors._tls.door import Passage
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
DELAY = "probe_mail_roundtrip_seconds"
SENDING = "probe_mail_sending_seconds"
LIMIT = "probe_mail_roundtrip_seconds_limit"
LEFT = "probe_mail_left_messages"


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Send one letter and wait for it."""
    params = RoundtripParams.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course, failure = Course(), None
    journey = Journey(check, params, Way(kit, transcript, Passage()), course)
    try:
        async with asyncio.timeout(check.timeout):
            await journey.run()
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    except OSError as error:
        failure = failure_of(error)
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, params, course, failure, elapsed)
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


def _samples(
    check: Check,
    params: RoundtripParams,
    course: Course,
    failure: Failure | None,
    elapsed: float,
) -> list[Sample]:
    labels = identity(check)
    values: dict[str, float | None] = {
        SUCCESS: float(failure is None),
        DURATION: elapsed,
        DELAY: course.delay,
        SENDING: course.sent,
        LIMIT: params.max_delay,
        LEFT: None if course.left is None else float(course.left),
    }
    return [(Series.of(name, labels), value) for name, value in values.items() if value is not None]


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="mail_roundtrip",
    help=Text(
        vi="Thư gửi đi có đến không, và đi mất bao lâu?",
        en="Does a letter arrive, and how long is it on its way?",
    ),
    params=RoundtripParams,
    emits=(
        _emit(SUCCESS, Text("1 nếu thư đến kịp", "1 if the letter came in time")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(
            DELAY,
            Text(
                "Từ lúc bắt đầu gửi đến khi thấy trong hộp thư (sai số 1 giây, POP3: 3 giây)",
                "From the beginning of sending until it is seen (to 1 s; POP3: 3 s)",
            ),
        ),
        _emit(SENDING, Text("Gửi mất bao lâu", "How long sending took")),
        _emit(LIMIT, Text("Thư được phép đi bao lâu", "How long it may be on its way")),
        _emit(
            LEFT,
            Text(
                "Số thư thử của các lần trước còn nằm trong hộp, đã xoá",
                "Letters of earlier looks that lay in the mailbox, deleted now",
            ),
        ),
    ),
    look=look,
    interval=300.0,
    timeout=60.0,
)
