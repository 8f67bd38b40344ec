"""Does the web page come, is it the right one, and how long does each step take?"""

import asyncio
import functools

from collectors._http.client import clients_of
from collectors._http.dialer import Way
from collectors._http.matcher import matcher_of
from collectors._http.params import Params
from collectors._http.visit import Found, Visit
from collectors._net.identity import OWN, identity
from collectors._net.trouble import out_of_time
from collectors._tls import metrics as tls
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
LOOKUP = "probe_dns_lookup_time_seconds"
PHASES = "probe_http_duration_seconds"
STATUS = "probe_http_status_code"
CONTENT_LENGTH = "probe_http_content_length"
BODY_LENGTH = "probe_http_uncompressed_body_length"
REDIRECTS = "probe_http_redirects"
IS_TLS = "probe_http_ssl"
VERSION = "probe_http_version"
REGEX = "probe_failed_due_to_regex"
MODIFIED = "probe_http_last_modified_timestamp_seconds"


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Fetch the page once, redirects followed."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    secret = kit.secrets.reveal(check.secret) if check.secret else None
    client = await clients_of(kit).of(check.slug, keep=params.keep)
    way = Way(params.terms, check.timeout, transcript, _place(params), sessions=client.sessions)
    visit = Visit(params, client, way, kit.clock, matcher_of(kit), secret)
    if check.secret and secret is None:
        visit.found.failure = Failure(FailureKind.LOCAL, f"no secret {check.secret} is set")
    else:
        try:
            async with asyncio.timeout(check.timeout):
                await visit.run(transcript)
        except TimeoutError:
            visit.found.failure = out_of_time(check.timeout)
    failure = visit.found.failure
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, params, way, visit.found, elapsed)
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


def _place(params: Params) -> tuple[str, int | None] | None:
    if params.connect_to is None:
        return None
    host, colon, port = params.connect_to.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = params.connect_to, ""
    return host.strip("[]"), int(port) if port else None


def _samples(check: Check, params: Params, way: Way, found: Found, elapsed: float) -> list[Sample]:
    labels = identity(check)
    values = {
        SUCCESS: float(found.failure is None),
        DURATION: elapsed,
        LOOKUP: way.lookup,
        STATUS: found.status,
        CONTENT_LENGTH: found.content_length,
        BODY_LENGTH: found.body_length,
        REDIRECTS: found.redirects,
        IS_TLS: float(found.is_tls),
        VERSION: found.version,
        REGEX: float(found.regex_failed),
        MODIFIED: found.modified,
    }
    samples = [
        (Series.of(name, labels), float(value))
        for name, value in values.items()
        if value is not None
    ]
    phases = {
        "resolve": way.lookup or 0.0,
        "connect": way.connect,
        "tls": way.tls,
        "processing": found.processing or 0.0,
        "transfer": found.transfer or 0.0,
    }
    samples += [(Series.of(PHASES, labels, phase=p), took) for p, took in phases.items()]
    session = found.session
    if session is not None and found.is_tls:
        samples += tls.chain_samples(labels, session.chain, session.verified)
        samples += tls.session_samples(labels, session.version, session.cipher)
        samples += tls.limit_samples(labels, params.min_days)
    return samples


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="http",
    help=Text(
        vi="Trang web có mở được, đúng nội dung, và từng bước mất bao lâu?",
        en="Does the web page come, is it the right one, and how long does each step take?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu trang đúng như mong muốn", "1 if the page is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(LOOKUP, Text("Tra tên miền mất bao lâu", "Name resolution")),
        _emit(
            PHASES,
            Text(
                "Thời gian từng bước, cộng qua các lần chuyển hướng",
                "Time by phase, summed over redirects",
            ),
            labels=(OWN, "phase"),
        ),
        _emit(STATUS, Text("Mã trạng thái HTTP", "HTTP status code")),
        _emit(CONTENT_LENGTH, Text("Độ dài máy chủ khai", "Length that the server tells")),
        _emit(BODY_LENGTH, Text("Độ dài nội dung đã đọc", "Length of the body that was read")),
        _emit(REDIRECTS, Text("Số lần chuyển hướng", "Redirects followed")),
        _emit(IS_TLS, Text("1 nếu trang cuối dùng TLS", "1 if the last page came by TLS")),
        _emit(VERSION, Text("Phiên bản HTTP", "HTTP version")),
        _emit(
            REGEX,
            Text(
                "1 nếu hỏng vì nội dung không như mong muốn",
                "1 if it failed for what the page says",
            ),
        ),
        _emit(MODIFIED, Text("Last-Modified của trang (Unix)", "Last-Modified (Unix time)")),
        *tls.emits(),
    ),
    look=look,
    interval=60.0,
    timeout=10.0,
)
