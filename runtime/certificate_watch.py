"""Whose digital certificate ends soon? Its owner hears of it 60, 30 and 7 days before, by day."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.notice import notice
from alerts.telling import TellingPolicy, addresses
from core.channel import GiveUp, Retry
from core.clock import LOCAL, Clock
from core.errors import Unavailable
from core.incident import Message
from core.inventory import Contact, Inventory
from core.sending import DIGEST, ReportSending
from core.text import Language, Text
from inventory.expiry import SOON, Ending, endings
from runtime.outlet import Outlet

log = logging.getLogger(__name__)

LOOK = 1800.0  # seconds between two looks at the clock
DAYTIME = range(8, 17)  # local hours in which an owner is told
TIMEOUT = 20.0  # seconds for one channel
_NAMED = 20  # certificates that one message lists


class SendingBook(Protocol):
    """The part of the ledger that knows what was sent."""

    async def reached(self, schedule: str, period: str) -> set[str]:
        """Return who has been told something."""

    async def remember(self, sending: ReportSending) -> None:
        """Keep that somebody was told."""


@dataclass(slots=True)
class CertificateWatch:
    """Tells the owners of certificates, until cancelled."""

    inventory: Callable[[], Awaitable[Inventory]]
    book: SendingBook
    outlets: Mapping[str, Outlet]
    policy: TellingPolicy
    contacts: Callable[[], Sequence[Contact]]
    clock: Clock

    async def run(self) -> None:
        """Look at the clock again and again."""
        while True:
            try:
                await self.turn()
            except (OSError, Unavailable) as trouble:
                log.warning("the certificates are not looked at: %s", trouble)
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Tell every owner of what has come nearer to its end, if it is day."""
        now = self.clock.now()
        local = now.astimezone(LOCAL)
        if local.hour not in DAYTIME:
            return
        contacts = {contact.slug: contact for contact in self.contacts()}
        owned: dict[str, list[Ending]] = {}
        certificates = (await self.inventory()).certificates
        for one in endings(certificates, local.date(), SOON):
            if one.certificate.contact in contacts and not await self._knows(one):
                owned.setdefault(str(one.certificate.contact), []).append(one)
        for slug, news in owned.items():
            await self._tell(contacts[slug], news, now)

    async def _knows(self, one: Ending) -> bool:
        return one.certificate.contact in await self.book.reached(*_mark(one))

    async def _tell(self, owner: Contact, news: Sequence[Ending], now: datetime) -> None:
        personal = tuple(way for way in self.policy.ways if way.to != "fixed")
        ways = self.policy.model_copy(update={"ways": personal})
        for _, address, channel, language in addresses(ways, [owner]):
            message = letter(news, now, language, to=address, url=self._url())
            receipt = await self._send(channel, message)
            if receipt is not None:
                for one in news:
                    schedule, period = _mark(one)
                    await self.book.remember(
                        ReportSending(
                            schedule=schedule,
                            period=period,
                            address=owner.slug,
                            sent_at=self.clock.now(),
                            receipt=receipt,
                        )
                    )
                log.info("%s knows of %d certificates that end", owner.slug, len(news))
                return
        log.error("%s could not be told of %d certificates, trying again", owner.slug, len(news))

    async def _send(self, name: str, message: Message) -> str | None:
        """Return the receipt, None if the channel does not take it now."""
        outlet = self.outlets.get(name)
        if outlet is None:
            return None
        try:
            return await outlet.send(message, TIMEOUT)
        except (Retry, GiveUp) as refusal:
            log.warning("the channel %s did not take a word about certificates: %s", name, refusal)
            return None

    def _url(self) -> str:
        return f"{self.policy.base_url}/certificates" if self.policy.base_url else ""


def _mark(one: Ending) -> tuple[str, str]:
    """Return what a word about a certificate is known by: it, its end, and how near that is."""
    row = one.certificate
    return f"{DIGEST}certificate.{row.slug}", f"{row.ends.isoformat()} {one.stage}"


def letter(
    news: Sequence[Ending], now: datetime, language: Language, *, to: str, url: str = ""
) -> Message:
    """Return the message to an owner about certificates that end."""
    first = news[0].certificate
    if len(news) == 1:
        subject = _ONE.said(language).format(first.name, f"{first.ends:%d/%m/%Y}")
    else:
        subject = _MANY.said(language).format(len(news), f"{first.ends:%d/%m/%Y}")
    lines = list(_lines(news[:_NAMED], language))
    if len(news) > _NAMED:
        lines.append(_MORE.said(language).format(len(news) - _NAMED))
    told = "\n".join(f"- {line}" for line in lines)
    body = f"{subject}.\n\n{told}\n\n{_MEND.said(language)}\n" + (f"{url}\n" if url else "")
    return notice(
        "certificates",
        "\n".join((f"{now.astimezone(LOCAL):%Y-%m-%d}", *lines)),
        to=to,
        subject=subject,
        body=body,
        at=now,
        language=language,
        url=url,
    )


def _lines(news: Sequence[Ending], language: Language) -> Iterator[str]:
    for one in news:
        row = one.certificate
        when = _ENDED if one.has_ended else _LEFT
        issuer = f", {row.issuer}" if row.issuer else ""
        yield (
            f"{row.name}, {_SERIAL.said(language)} {row.serial}{issuer}: "
            f"{row.ends:%d/%m/%Y} ({when.said(language).format(abs(one.left))})"
        )


_ONE = Text(
    vi="Chứng thư số của {0} hết hạn ngày {1}",
    en="The digital certificate of {0} ends on {1}",
)
_MANY = Text(
    vi="{0} chứng thư số sắp hết hạn, sớm nhất ngày {1}",
    en="{0} digital certificates end soon, the first on {1}",
)
_SERIAL = Text(vi="số", en="serial")
_LEFT = Text(vi="còn {0} ngày", en="{0} days left")
_ENDED = Text(vi="đã hết hạn {0} ngày", en="ended {0} days ago")
_MORE = Text(vi="và {0} chứng thư nữa", en="and {0} more")
_MEND = Text(
    vi="Làm thủ tục gia hạn hoặc cấp mới rồi ghi ngày hết hạn mới vào danh mục (certificates.csv).",
    en="Have it renewed, then write its new end into the inventory (certificates.csv).",
)
