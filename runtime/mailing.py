"""Are reports sent that nobody asks for? At their hour, once to everybody; a missed one later."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from core.channel import GiveUp, Retry
from core.clock import Clock
from core.errors import DomainError, Unavailable
from core.incident import Attachment, Message
from core.inventory import Contact
from core.sending import ReportSending
from core.text import Language, Text
from reports.render import figures, words
from reports.render.document import title
from reports.render.formats import file_name
from reports.render.kinds import Format
from reports.report import Report
from reports.request import UptimeRequest
from runtime.dispatcher import Outlet
from runtime.report_schedule import Schedule, period_key

log = logging.getLogger(__name__)

LOOK = 30.0  # seconds between two looks at the clock
GRACE = 5.0  # seconds for a mail that is on its way when we are told to stop
TIMEOUT = 120.0  # seconds to hand one mail over: it carries files
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)  # before another attempt


class Sendings(Protocol):
    """The ledger's memory of what was sent."""

    async def reached(self, schedule: str, period: str) -> set[str]:
        """Return who has it."""

    async def remember(self, sending: ReportSending) -> None:
        """Keep that it was sent."""


class Maker(Protocol):
    """Counts and prints (runtime.press)."""

    async def build(self, request: UptimeRequest) -> Report:
        """Return the report."""

    async def printed(self, report: Report, language: Language, form: Format) -> bytes:
        """Return a file of it."""


@dataclass(slots=True)
class _Trouble:
    again_at: datetime
    wait: timedelta


@dataclass(slots=True)
class Mailing:
    """Sends the scheduled reports, until cancelled."""

    schedules: Mapping[str, Schedule]
    outlets: Mapping[str, Outlet]
    sendings: Sendings
    press: Maker
    contacts: Callable[[], Iterable[Contact]]
    clock: Clock
    base_url: str = ""
    _troubles: dict[str, _Trouble] = field(default_factory=dict)

    async def run(self) -> None:
        """Look at the clock again and again."""
        while True:
            await self.turn()
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Send what is due and not sent."""
        for name, schedule in self.schedules.items():
            trouble = self._troubles.get(name)
            if trouble is not None and self.clock.now() < trouble.again_at:
                continue
            await self._attempt(name, schedule)

    async def _attempt(self, name: str, schedule: Schedule) -> None:
        try:
            await self._send(name, schedule)
        except (OSError, Unavailable, Retry, GiveUp, DomainError, LookupError) as trouble:
            said = trouble.text.en if isinstance(trouble, DomainError) else str(trouble)
            self._put_off(name, said)
        except Exception:
            log.exception("the scheduled report %s cannot be made", name)
            self._put_off(name, "a bug of ours")
        else:
            self._troubles.pop(name, None)

    def _put_off(self, name: str, why: str) -> None:
        before = self._troubles.get(name)
        wait = min(before.wait * 2, LONGEST_WAIT) if before else FIRST_WAIT
        self._troubles[name] = _Trouble(self.clock.now() + wait, wait)
        log.error("the scheduled report %s is not sent, again in %s: %s", name, wait, why)

    async def _send(self, name: str, schedule: Schedule) -> None:
        period = schedule.period(self.clock.now())
        key = period_key(period)
        reached = await self.sendings.reached(name, key)
        missing = [one for one in self._addresses(name, schedule) if one[0] not in reached]
        if not missing:
            return
        report = await self.press.build(schedule.request(period))
        files = await self._files(report, schedule)
        outlet = self.outlets[self._channel(schedule)]
        params = outlet.params()
        for address, language in missing:
            message = self._message(name, report, address, language, files)
            sending = ReportSending(
                schedule=name, period=key, address=address, sent_at=self.clock.now()
            )
            await _whole(self._deliver(outlet.channel.send(params, message, TIMEOUT), sending))

    async def _deliver(self, sent: Awaitable[str], sending: ReportSending) -> None:
        """Hand one mail over, and remember it."""
        receipt = await sent
        await self._remember(sending.model_copy(update={"receipt": receipt}))
        log.info(
            "the scheduled report %s of %s went to %s",
            sending.schedule,
            sending.period,
            sending.address,
        )

    async def _remember(self, sending: ReportSending) -> None:
        """Write that it went out; a ledger that is away is waited for, or it would go twice."""
        while True:
            with suppress(OSError, Unavailable):
                await self.sendings.remember(sending)
                return
            await asyncio.sleep(1)

    async def _files(self, report: Report, schedule: Schedule) -> tuple[Attachment, ...]:
        made: dict[str, Attachment] = {}
        for language in schedule.languages:
            for form in schedule.formats:
                name = file_name(report, language, form)
                if name not in made:
                    content = await self.press.printed(report, language, form)
                    made[name] = Attachment(name, form.media_type, content)
        return tuple(made.values())

    def _channel(self, schedule: Schedule) -> str:
        mail = (name for name, outlet in self.outlets.items() if outlet.channel.to == "email")
        found = schedule.channel or next(mail, None)
        if found is None or found not in self.outlets:
            raise LookupError('no e-mail channel is configured: [channels.…] kind = "email"')
        return found

    def _addresses(self, name: str, schedule: Schedule) -> list[tuple[str, Language]]:
        """Return addresses, each once, and the language of their letter."""
        contacts = {contact.slug: contact for contact in self.contacts()}
        found: dict[str, Language] = {}
        for one in schedule.to:
            contact = contacts.get(one)
            if contact is not None and contact.email:
                found[contact.email] = "en" if contact.language == "en" else "vi"
            elif "@" in one:
                found[one] = schedule.languages[0]
            else:
                log.error("the scheduled report %s: %s has no address", name, one)
        return list(found.items())

    def _message(
        self,
        name: str,
        report: Report,
        address: str,
        language: Language,
        files: tuple[Attachment, ...],
    ) -> Message:
        mark = sha256(f"{name} {period_key(report.period)} {address}".encode()).hexdigest()[:16]
        return Message(
            id=f"report.{mark}",
            to=address,
            subject=title(report, language),
            body=letter(report, language, self.base_url),
            attachments=files,
        )


async def _whole(delivery: Coroutine[None, None, None]) -> None:
    """Let a delivery come to its end for a moment when we are told to stop, or it goes twice.

    In a task of its own also because the mail library may swallow the cancellation.
    """
    task = asyncio.create_task(delivery)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=GRACE)
        if not task.cancel() and not task.cancelled() and task.exception() is not None:
            log.warning("a scheduled report did not go out: %s", task.exception())
        raise


_GREETING = Text(
    "Kính gửi Quý cơ quan,\n\nHệ thống Thông Suốt gửi kèm {0}.",
    "Dear reader,\n\nThông Suốt sends along: {0}.",
)
_FAREWELL = Text(
    "Thư này do hệ thống tự gửi theo lịch đã đặt.", "This mail was sent by itself, on schedule."
)


def letter(report: Report, language: Language, base_url: str = "") -> str:
    """Return the text of the mail: the figures that one looks at first."""
    whole = report.rows[0]
    share = figures.percent(whole.seconds.availability, language)
    lines = [
        (words.said("availability", language), share or words.NO_DATA.said(language)),
        (words.said("down", language), figures.spoken(whole.seconds.down, language)),
        (words.said("unknown", language), figures.spoken(whole.seconds.unknown, language)),
        (words.said("outages", language), figures.whole(whole.outages, language)),
        (words.said("known", language), figures.moment(report.as_known_at)),
    ]
    told = "\n".join(f"- {name}: {value}" for name, value in lines)
    greeting = _GREETING.said(language).format(title(report, language))
    link = f"\n{base_url}/reports\n" if base_url else ""
    return f"{greeting}\n\n{told}\n{link}\n{_FAREWELL.said(language)}\n"
