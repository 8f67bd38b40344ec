"""Can a person read the mail: does the mailbox open by IMAP or POP3, and how full is it?"""

import asyncio
import functools

from collectors._mail.box import Fill
from collectors._mail.login import login_of
from collectors._mail.opening import Way, box
from collectors._mail.params import MailboxParams
from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._tls import metrics as tls
from collectors._tls.door import Entry, Passage
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
PHASES = "probe_mailbox_duration_seconds"
MESSAGES = "probe_mailbox_messages"
UNSEEN = "probe_mailbox_unseen_messages"
USED = "probe_mailbox_used_bytes"
SIZE = "probe_mailbox_size_bytes"
SHARE = "probe_mailbox_used_ratio"


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Open the mailbox once and close it again."""
    params = MailboxParams.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    passage, failure, fill = Passage(), None, None
    try:
        async with asyncio.timeout(check.timeout):
            fill = await _open(check, params, Way(kit, transcript, passage))
        _judge(params, fill)
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    except OSError as error:
        failure = failure_of(error)
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    labels = identity(check)
    samples = [
        (Series.of(SUCCESS, labels), float(failure is None)),
        (Series.of(DURATION, labels), elapsed),
    ]
    samples += [
        (Series.of(PHASES, labels, phase=phase), took) for phase, took in passage.phases.items()
    ]
    samples += _filled(fill, labels) + passage.samples(labels, params.min_days)
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


async def _open(check: Check, params: MailboxParams, way: Way) -> Fill:
    login = login_of(way.kit, check.secret, params.user)
    if login is None:
        raise trouble(FailureKind.LOCAL, "a mailbox needs a login: name its secret")
    entry = Entry(
        check.address,
        params.at_port,
        params.security,
        params.protocol,
        params.terms,
        params.server_name,
        check.timeout,
    )
    async with box(entry, params.protocol, way, login) as opened:
        return await opened.fill(params.folder)


def _judge(params: MailboxParams, fill: Fill) -> None:
    """Raise if the mailbox is fuller than it may be."""
    if params.max_used is None or not fill.size or fill.used is None:
        return
    share = fill.used / fill.size
    if share > params.max_used:
        what = f"the mailbox is {share:.0%} full, more than {params.max_used:.0%}"
        raise trouble(FailureKind.PROTOCOL, what)


def _filled(fill: Fill | None, labels: tuple[tuple[str, str], ...]) -> list[Sample]:
    if fill is None:
        return []
    known = fill.size and fill.used is not None
    values = {
        MESSAGES: fill.messages,
        UNSEEN: fill.unseen,
        USED: fill.used,
        SIZE: fill.size,
        SHARE: fill.used / fill.size if known and fill.used is not None and fill.size else None,
    }
    return [
        (Series.of(name, labels), float(value))
        for name, value in values.items()
        if value is not None
    ]


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="mailbox",
    help=Text(
        vi="Có mở được hộp thư bằng IMAP hay POP3 không, và hộp đầy đến đâu?",
        en="Does the mailbox open by IMAP or POP3, and how full is it?",
    ),
    params=MailboxParams,
    emits=(
        _emit(SUCCESS, Text("1 nếu mở được hộp thư", "1 if the mailbox opens")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(
            PHASES,
            Text(
                "Thời gian từng bước: resolve, connect, starttls, tls, greeting, login",
                "Time by phase: resolve, connect, starttls, tls, greeting, login",
            ),
            labels=(OWN, "phase"),
        ),
        _emit(MESSAGES, Text("Số thư trong hộp", "Letters in the mailbox")),
        _emit(UNSEEN, Text("Số thư chưa đọc (IMAP)", "Letters not read yet (IMAP)")),
        _emit(USED, Text("Dung lượng đã dùng", "Bytes in use")),
        _emit(SIZE, Text("Hạn mức dung lượng (IMAP QUOTA)", "Quota in bytes (IMAP QUOTA)")),
        _emit(SHARE, Text("Phần hạn mức đã dùng, 0…1", "Share of the quota in use, 0…1")),
        *tls.emits(),
    ),
    look=look,
    interval=300.0,
    timeout=15.0,
)
