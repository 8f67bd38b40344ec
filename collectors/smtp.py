"""Does the mail server greet, speak TLS, take our login and the right recipients?"""

import asyncio
import functools
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from collectors._mail.login import login_of
from collectors._mail.opening import Way
from collectors._mail.opening import smtp as opened
from collectors._mail.params import SmtpParams
from collectors._mail.smtp import Smtp
from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._tls import metrics as tls
from collectors._tls.door import Entry, Passage
from core.clock import LOCAL
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
PHASES = "probe_smtp_duration_seconds"


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Talk to the server once; a letter is sent only where that was asked for."""
    params = SmtpParams.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    passage, failure = Passage(), None
    try:
        async with asyncio.timeout(check.timeout):
            await _talk(check, params, Way(kit, transcript, passage))
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    except OSError as error:
        failure = failure_of(error)
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, params, passage, failure, elapsed)
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


async def _talk(check: Check, params: SmtpParams, way: Way) -> None:
    login = login_of(way.kit, check.secret, params.user)
    entry = Entry(
        check.address,
        params.port,
        params.security,
        "smtp",
        params.terms,
        params.server_name,
        check.timeout,
    )
    async with opened(entry, way, login, params.hello) as (smtp, greeting):
        if params.banner is not None and params.banner.casefold() not in greeting.casefold():
            what = f'the greeting lacks "{params.banner}": {greeting}'
            raise trouble(FailureKind.PROTOCOL, what)
        if params.sender is not None:
            await _envelopes(params, params.sender, smtp, way)


async def _envelopes(params: SmtpParams, sender: str, smtp: Smtp, way: Way) -> None:
    """Ask which recipients are taken."""
    if params.must_refuse is not None:
        if await smtp.offer(sender, params.must_refuse) is None:
            what = f"{params.must_refuse} is taken: the server passes on strangers' mail"
            raise trouble(FailureKind.PROTOCOL, what)
        await smtp.forget()
    if params.recipient is None:
        return
    refusal = await smtp.offer(sender, params.recipient)
    if refusal is not None:
        raise trouble(FailureKind.PROTOCOL, f"{params.recipient} is refused: {refusal}")
    if params.deliver:
        await smtp.letter(_letter(params, sender, params.recipient, way.kit))
    else:
        await smtp.forget()


def _letter(params: SmtpParams, sender: str, recipient: str, kit: Kit) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"] = sender, recipient
    letter["Subject"] = "Thong Suot: thu kiem tra / test letter"
    letter["Date"] = format_datetime(kit.clock.now().astimezone(LOCAL))
    letter["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers it by machine
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(f"Thư kiểm tra tự động, không cần trả lời. / {params.hello}\n")
    return letter.as_bytes()


def _samples(
    check: Check, params: SmtpParams, passage: Passage, failure: Failure | None, elapsed: float
) -> list[Sample]:
    labels = identity(check)
    samples = [
        (Series.of(SUCCESS, labels), float(failure is None)),
        (Series.of(DURATION, labels), elapsed),
    ]
    samples += [
        (Series.of(PHASES, labels, phase=phase), took) for phase, took in passage.phases.items()
    ]
    return samples + passage.samples(labels, params.min_days)


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="smtp",
    help=Text(
        vi="Máy chủ thư có chào, mã hoá, cho đăng nhập và nhận đúng người nhận không?",
        en="Does the mail server greet, speak TLS, take our login and the right recipients?",
    ),
    params=SmtpParams,
    emits=(
        _emit(SUCCESS, Text("1 nếu máy chủ đúng như mong muốn", "1 if the server is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(
            PHASES,
            Text(
                "Thời gian từng bước: resolve, connect, starttls, tls, greeting, login",
                "Time by phase: resolve, connect, starttls, tls, greeting, login",
            ),
            labels=(OWN, "phase"),
        ),
        *tls.emits(),
    ),
    look=look,
    interval=60.0,
    timeout=10.0,
)
