"""Can a visitor do what the web application is for, step by step, and is the page still ours?"""

import asyncio
import functools

from collectors._flow.defacement import pages_of
from collectors._flow.params import Params
from collectors._flow.tokens import tokens_of
from collectors._flow.walk import Course, Walk
from collectors._http.client import clients_of
from collectors._http.dialer import WAY, Way
from collectors._http.matcher import matcher_of
from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, out_of_time, trouble
from collectors._tls import metrics as tls
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
STEP = "probe_http_step_duration_seconds"
STATUS = "probe_http_step_status"
AGE = "probe_http_content_age_seconds"
CHANGED = "probe_http_content_changed_ratio"


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Walk through the steps once; cookies are forgotten at the end."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = Course()
    try:
        async with asyncio.timeout(check.timeout):
            await _walk(check, params, kit, transcript, course)
    except TimeoutError:
        course.failure = out_of_time(check.timeout)
    except Trouble as refusal:
        course.failure = refusal.failure
    if course.failure is not None:
        transcript.note("%s: %s", course.failure.kind.value, course.failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, params, course, elapsed)
    return Reading(check.slug, check.vantage, at, samples, course.failure, elapsed)


async def _walk(
    check: Check, params: Params, kit: Kit, transcript: Transcript, course: Course
) -> None:
    terms = params.terms
    if params.client_certificate is not None:
        terms = terms._replace(client=_revealed(kit, params.client_certificate))
    way = Way(terms, check.timeout, transcript)
    WAY.set(way)
    client = await clients_of(kit).of(check.slug, keep=False)
    variables = _robot(params, _revealed(kit, check.secret)) if check.secret else {}
    credentials = _revealed(kit, params.token_secret) if params.token_secret else None
    tokens = tokens_of(kit)
    if credentials is not None:
        variables["token"] = await tokens.token(params, credentials, client, transcript)
    walk = Walk(
        check.slug,
        params,
        client,
        way,
        kit.clock,
        matcher_of(kit),
        pages_of(kit),
        variables,
        course,
    )
    try:
        await walk.run(transcript)
    finally:
        if course.unauthorized and credentials is not None:
            tokens.drop(params, credentials)


def _revealed(kit: Kit, name: str) -> str:
    secret = kit.secrets.reveal(name)
    if secret is None:
        raise trouble(FailureKind.LOCAL, f"no secret {name} is set")
    return secret


def _robot(params: Params, secret: str) -> dict[str, str]:
    """Return the variables that the check's secret brings."""
    first = secret.strip().partition("\n")[0].strip()
    user, colon, password = first.partition(":")
    if params.user is not None:
        user, password = params.user, first
    elif not colon:
        return {"secret": first, "password": first}
    return {"secret": first, "user": user, "password": password}


def _samples(check: Check, params: Params, course: Course, elapsed: float) -> list[Sample]:
    labels = identity(check)
    values = {
        SUCCESS: float(course.failure is None),
        DURATION: elapsed,
        AGE: course.age,
        CHANGED: course.change,
    }
    samples = [
        (Series.of(name, labels), value) for name, value in values.items() if value is not None
    ]
    for name, took, status in course.steps:
        samples.append((Series.of(STEP, labels, step=name), took))
        if status is not None:
            samples.append((Series.of(STATUS, labels, step=name), float(status)))
    session = course.session
    if session is not None:
        samples += tls.chain_samples(labels, session.chain, session.verified)
        samples += tls.session_samples(labels, session.version, session.cipher)
        samples += tls.limit_samples(labels, params.min_days)
    return samples


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="http_flow",
    help=Text(
        vi="Người dùng có làm được việc trên ứng dụng web qua từng bước, trang có còn của mình?",
        en="Can a visitor do what the web application is for, and is the page still ours?",
    ),
    params=Params,
    emits=(
        _emit(
            SUCCESS,
            Text("1 nếu mọi bước đúng như mong muốn", "1 if every step is as wanted"),
        ),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(STEP, Text("Từng bước mất bao lâu", "Time of each step"), labels=(OWN, "step")),
        _emit(
            STATUS,
            Text("Mã trạng thái HTTP của từng bước", "HTTP status code of each step"),
            labels=(OWN, "step"),
        ),
        _emit(
            AGE,
            Text(
                "Ngày mới nhất ghi trên trang cuối cách nay bao lâu",
                "How long ago the newest date on the last page is",
            ),
        ),
        _emit(
            CHANGED,
            Text(
                "Phần nội dung trang cuối đã đổi so với trang tốt trước đó, 0…1, ước lượng",
                "Share of the last page that changed since it was last well, 0…1, estimated",
            ),
        ),
        *tls.emits(),
    ),
    look=look,
    interval=300.0,
    timeout=30.0,
)
