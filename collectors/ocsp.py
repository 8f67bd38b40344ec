"""Does the responder (OCSP) answer for a certificate, signed and fresh?"""

import asyncio
import functools
from datetime import datetime, timedelta

from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._pki import ocsp, papers
from collectors._pki.params import OcspParams
from collectors._pki.visit import asked
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
STATUS = "probe_ocsp_certificate_status"
THIS = "probe_ocsp_this_update_timestamp_seconds"
NEXT = "probe_ocsp_next_update_timestamp_seconds"

_LARGEST = 64 * 1024  # bytes of an answer
_STATES = {"good": 0.0, "unknown": 1.0, "revoked": 2.0}
_AHEAD = timedelta(minutes=5)  # that its clock may be ahead of ours


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once about the certificate."""
    params = OcspParams.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    answer, failure = None, None
    try:
        async with asyncio.timeout(check.timeout):
            answer = await _ask(check, params, kit, transcript)
        _judge(params, answer, kit.clock.now())
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    except OSError as error:
        failure = failure_of(error)
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    values: dict[str, float | None] = {SUCCESS: float(failure is None), DURATION: elapsed}
    if answer is not None:
        values |= {
            STATUS: _STATES.get(answer.status),
            THIS: answer.this_update.timestamp(),
            NEXT: answer.next_update.timestamp() if answer.next_update else None,
        }
    labels = identity(check)
    samples = [
        (Series.of(name, labels), value) for name, value in values.items() if value is not None
    ]
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


async def _ask(check: Check, params: OcspParams, kit: Kit, transcript: Transcript) -> ocsp.Answer:
    found = papers.certificate(params.certificate or "", "the certificate")
    issuer = papers.certificate(params.issuer or "", "the issuer's certificate")
    if not papers.is_issued_by(found, issuer):
        what = "the certificate was not issued by the given issuer"
        raise trouble(FailureKind.LOCAL, what)
    address = params.url or papers.ocsp_address(found)
    if address is None:
        what = "the certificate names no responder: give its url"
        raise trouble(FailureKind.LOCAL, what)
    question = ocsp.question(found, issuer, nonce=params.nonce)
    by_get = params.method == "GET"
    octets = await asked(
        check,
        kit,
        transcript,
        params.terms,
        address.rstrip("/") + question.path() if by_get else address,
        body=None if by_get else question.octets,
        headers={} if by_get else {"Content-Type": "application/ocsp-request"},
        largest=_LARGEST,
    )
    answer = ocsp.read(octets, question, issuer, kit.clock.now())
    until = answer.next_update.isoformat() if answer.next_update else "not told"
    transcript.note("%s as of %s, until %s", answer.status, answer.this_update.isoformat(), until)
    return answer


def _judge(params: OcspParams, answer: ocsp.Answer, now: datetime) -> None:
    """Raise what is wrong with the answer."""
    if answer.this_update > now + _AHEAD:
        raise trouble(FailureKind.PROTOCOL, "the answer is of the future: a clock is wrong")
    if answer.next_update is not None and answer.next_update < now:
        what = f"the answer has been out of date since {answer.next_update:%Y-%m-%d %H:%M} UTC"
        raise trouble(FailureKind.PROTOCOL, what)
    age = now - answer.this_update
    if params.max_age_hours is not None and age > timedelta(hours=params.max_age_hours):
        hours = age.total_seconds() / 3600
        what = f"the answer is {hours:.1f} hours old, more than {params.max_age_hours:g}"
        raise trouble(FailureKind.PROTOCOL, what)
    if answer.status != params.status:
        since = f" since {answer.revoked:%Y-%m-%d %H:%M} UTC" if answer.revoked else ""
        what = f"the certificate is {answer.status}{since}, not {params.status}"
        raise trouble(FailureKind.PROTOCOL, what)


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="ocsp",
    help=Text(
        vi="Dịch vụ OCSP có trả lời về chứng thư, có chữ ký và còn mới không?",
        en="Does the responder (OCSP) answer for a certificate, signed and fresh?",
    ),
    params=OcspParams,
    emits=(
        _emit(SUCCESS, Text("1 nếu trả lời đúng như mong muốn", "1 if the answer is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(
            STATUS,
            Text(
                "Chứng thư: 0 còn tốt, 1 không biết, 2 đã thu hồi",
                "The certificate: 0 good, 1 unknown, 2 revoked",
            ),
        ),
        _emit(THIS, Text("Câu trả lời lập lúc nào (Unix)", "As of when (Unix time)")),
        _emit(
            NEXT,
            Text("Câu trả lời có giá trị đến lúc nào (Unix)", "Until when it holds (Unix time)"),
        ),
    ),
    look=look,
    interval=300.0,
    timeout=10.0,
)
