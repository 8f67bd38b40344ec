"""Does a rota have holes ahead? Its owner hears of each once, a month before, in the daytime."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from alerts.notice import notice
from alerts.rota import Flaw, Hole, holes, rosters
from alerts.telling import TellingPolicy, addresses
from core.channel import GiveUp, Retry
from core.clock import LOCAL, Clock
from core.errors import Unavailable
from core.incident import Message
from core.inventory import Contact, Rota
from core.rota import DutyRows, RotaWarning
from core.text import Language, Text
from runtime.caretakers import Caretakers
from runtime.outlet import Outlet

log = logging.getLogger(__name__)

LOOK = 600.0  # seconds between two looks at the clock
AHEAD = timedelta(days=30)
DAYTIME = range(8, 17)  # local hours in which an owner is told
TIMEOUT = 20.0  # seconds for one channel
_NAMED = 20  # holes that one message lists


class WarningBook(Protocol):
    """The part of the ledger that says who is on duty, and what was told of it."""

    async def rows(self, begin: datetime, end: datetime) -> DutyRows:
        """Return all that says who is on duty within [begin, end)."""

    async def warned(self, rota: str) -> set[tuple[str, date]]:
        """Return what the owner knows."""

    async def warn(self, warnings: Sequence[RotaWarning]) -> None:
        """Keep what the owner knows."""


@dataclass(slots=True)
class RotaWatch:
    """Tells the owners of rotas, until cancelled."""

    book: WarningBook
    outlets: Mapping[str, Outlet]
    policy: TellingPolicy
    caretakers: Caretakers
    contacts: Callable[[], Sequence[Contact]]
    clock: Clock

    async def run(self) -> None:
        """Look at the clock again and again."""
        while True:
            try:
                await self.turn()
            except (OSError, Unavailable) as trouble:
                log.warning("the rota is not looked at: %s", trouble)
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Tell every owner of what is new, if it is day."""
        now = self.clock.now()
        local = now.astimezone(LOCAL)
        if local.hour not in DAYTIME:
            return
        today = datetime.combine(local.date(), time.min, LOCAL)  # what goes on began then, at last
        rows = await self.book.rows(today, now + AHEAD)
        known = rosters(rows, local.date())
        contacts = {contact.slug: contact for contact in self.contacts()}
        owned = {row.slug: row for row in rows.rotas if row.slug in known}
        for slug, rota in owned.items():
            found = holes(known[slug], today, now + AHEAD)
            ahead = [hole for hole in found if hole.end > now]
            if {hole.mark for hole in ahead} - await self.book.warned(slug):
                names = {who: contact.name for who, contact in contacts.items()}
                await self._tell(rota, contacts.get(rota.owner or ""), ahead, names, now)

    async def _tell(
        self,
        rota: Rota,
        owner: Contact | None,
        ahead: Sequence[Hole],
        names: Mapping[str, str],
        now: datetime,
    ) -> None:
        if owner is None:
            await self._tell_administrators(rota, ahead, names, now)
            return
        personal = tuple(way for way in self.policy.ways if way.to != "fixed")
        ways = self.policy.model_copy(update={"ways": personal})
        for _, address, channel, language in addresses(ways, [owner]):
            message = letter(
                rota, ahead, names, language, now, to=address, url=self._url(rota.slug)
            )
            receipt = await self._send(channel, message)
            if receipt is not None:
                await self.book.warn(_known(rota, ahead, owner.slug, now, receipt))
                log.info("%s knows of %d holes in the rota %s", owner.slug, len(ahead), rota.slug)
                return
        log.error("nobody could be told of the holes in the rota %s, trying again", rota.slug)

    async def _tell_administrators(
        self, rota: Rota, ahead: Sequence[Hole], names: Mapping[str, str], now: datetime
    ) -> None:
        """Tell those who look after the platform of a rota that has no owner."""
        vi, en = (words(rota, ahead, names, language) for language in ("vi", "en"))
        body = Text(f"{_NO_OWNER.vi}\n\n{vi[1]}", f"{_NO_OWNER.en}\n\n{en[1]}")
        if await self.caretakers.tell(f"rota {rota.slug} {now}", Text(vi[0], en[0]), body):
            await self.book.warn(_known(rota, ahead, "administrators", now, ""))

    async def _send(self, name: str, message: Message) -> str | None:
        """Return the receipt, None if the channel does not take it now."""
        outlet = self.outlets.get(name)
        if outlet is None:
            return None
        try:
            return await outlet.send(message, TIMEOUT)
        except (Retry, GiveUp) as refusal:
            log.warning("the channel %s did not take a word about a rota: %s", name, refusal)
            return None

    def _url(self, rota: str) -> str:
        return f"{self.policy.base_url}/rota?rota={rota}" if self.policy.base_url else ""


def letter(
    rota: Rota,
    ahead: Sequence[Hole],
    names: Mapping[str, str],
    language: Language,
    now: datetime,
    *,
    to: str,
    url: str = "",
) -> Message:
    """Return the message to an owner about the holes ahead."""
    subject, told = words(rota, ahead, names, language)
    body = f"{subject}.\n\n{told}\n" + (f"{url}\n" if url else "")
    return notice(
        "rota",
        "\n".join((rota.slug, told)),
        to=to,
        subject=subject,
        body=body,
        at=now,
        language=language,
        url=url,
        rota=rota.slug,
    )


def words(
    rota: Rota, ahead: Sequence[Hole], names: Mapping[str, str], language: Language
) -> tuple[str, str]:
    """Return in one sentence, and in lines, what is wrong with a rota."""
    counts = [sum(hole.flaw is flaw for hole in ahead) for flaw in Flaw]
    subject = _SUBJECT.said(language).format(rota.name, *counts)
    lines = [*_lines(ahead[:_NAMED], names, language)]
    if len(ahead) > _NAMED:
        lines.append(_MORE.said(language).format(len(ahead) - _NAMED))
    told = "\n".join(f"- {line}" for line in lines)
    return subject, f"{told}\n\n{_MEND.said(language)}"


def _known(
    rota: Rota, ahead: Sequence[Hole], who: str, now: datetime, receipt: str
) -> list[RotaWarning]:
    return [
        RotaWarning(rota=rota.slug, kind=kind, on=on, contact=who, sent_at=now, receipt=receipt)
        for kind, on in sorted({hole.mark for hole in ahead})
    ]


def _lines(ahead: Sequence[Hole], names: Mapping[str, str], language: Language) -> Iterator[str]:
    for hole in ahead:
        begin, end = (at.astimezone(LOCAL) for at in (hole.begin, hole.end))
        span = f"{begin:%H:%M %d/%m/%Y} – {end:%H:%M %d/%m/%Y}"
        people = ", ".join(names.get(who, who) for who in hole.people)
        yield f"{span}: {_FLAW[hole.flaw].said(language).format(people)}"


_SUBJECT = Text(
    vi="Lịch trực {0}: {1} ca trống, {2} ca trùng, {3} ca một người hai vai trong 30 ngày tới",
    en="Rota {0}: {1} gaps, {2} overlaps, {3} times one person in two roles in the next 30 days",
)
_FLAW = {
    Flaw.GAP: Text(vi="không có ai trực", en="nobody is on duty"),
    Flaw.OVERLAP: Text(vi="{0} trùng ca", en="{0} at the same time"),
    Flaw.DOUBLE: Text(
        vi="{0} một người hai vai, vừa trực chính vừa dự phòng: chuỗi báo tin gọi lại đúng số đó",
        en="{0} in two roles, on duty and in reserve: the chain calls the same telephone again",
    ),
}
_NO_OWNER = Text(
    vi="Lịch trực này chưa có người phụ trách (cột owner), nên báo quản trị viên:",
    en="This rota has no owner (column owner), so the administrators are told:",
)
_MORE = Text(vi="và {0} chỗ nữa", en="and {0} more")
_MEND = Text(
    vi="Sửa ở bảng ca trực, nhập lại danh sách, hoặc ghi đổi ca ở trang Lịch trực.",
    en="Mend it in the table of shifts, import the list again, or write a swap on the page Rota.",
)
