"""The letters that carry a report: counted and printed when they are due, the same for all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.incident import Attachment, Message
from core.inventory import Contact
from core.text import Language, Text
from reports.render import figures, words
from reports.render.document import title
from reports.render.formats import file_name
from reports.render.kinds import Format
from reports.report import Report
from reports.request import UptimeRequest
from runtime.mailing import Compose, Reader, addressed, mark
from runtime.report_schedule import Schedule, period_key


class Maker(Protocol):
    """Counts and prints (runtime.press)."""

    async def build(self, request: UptimeRequest) -> Report:
        """Return the report."""

    async def printed(self, report: Report, language: Language, form: Format) -> bytes:
        """Return a file of it."""


@dataclass(frozen=True, slots=True)
class ReportLetters:
    """The letters of one schedule of the settings."""

    name: str
    schedule: Schedule
    press: Maker
    contacts: Callable[[], Iterable[Contact]]
    base_url: str = ""

    @property
    def channel(self) -> str | None:
        """Return the e-mail channel that the schedule names."""
        return self.schedule.channel

    def period(self, now: datetime) -> str:
        """Return the last period whose report is due."""
        return period_key(self.schedule.period(now))

    async def readers(self, now: datetime) -> list[Reader]:  # noqa: ARG002  (digests need it)
        """Return whom the schedule names."""
        language = self.schedule.languages[0]
        return addressed(self.name, self.schedule.to, self.contacts(), language)

    async def write(self, now: datetime) -> Compose:
        """Count the report and print its files."""
        report = await self.press.build(self.schedule.request(self.schedule.period(now)))
        files = await self._files(report)

        def compose(address: str, language: Language) -> Message:
            return Message(
                id=f"report.{mark(self.name, period_key(report.period), address)}",
                to=address,
                subject=title(report, language),
                body=letter(report, language, self.base_url),
                attachments=files,
            )

        return compose

    async def _files(self, report: Report) -> tuple[Attachment, ...]:
        made: dict[str, Attachment] = {}
        for language in self.schedule.languages:
            for form in self.schedule.formats:
                name = file_name(report, language, form)
                if name not in made:
                    content = await self.press.printed(report, language, form)
                    made[name] = Attachment(name, form.media_type, content)
        return tuple(made.values())


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
