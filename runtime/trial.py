"""A test message to a person: through the outbox from the pages, or past it from a terminal."""

import asyncio
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerts.telling import TellingPolicy, addresses
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.channel import GiveUp, Retry
from core.clock import LOCAL, SystemClock
from core.errors import NotFound
from core.incident import Message, Notification, Purpose
from core.inventory import Contact
from core.text import Language, Text
from core.watching import Estate
from runtime import registries, settings
from runtime.assembly import open_books, outlets_of, telling_policy
from runtime.estate_feed import EstateFeed
from runtime.outlet import Outlet
from storage.ledger import Ledger

log = logging.getLogger(__name__)

TIMEOUT = 20.0  # seconds for one channel
Way = tuple[str, str, str, Language]  # recipient, address, channel, language


def ways_to(wanted: str, policy: TellingPolicy, contacts: Iterable[Contact]) -> list[Way]:
    """Return every way that leads to a contact or fixed channel; NotFound if none does."""
    ways = [way for way in addresses(policy, contacts) if way[0] == wanted]
    if not ways:
        raise NotFound(
            Text(
                vi=f'Không có kênh nào đến được "{wanted}": xem contacts.csv và [channels.…]',
                en=f'No channel leads to "{wanted}": see contacts.csv and [channels.…]',
            )
        )
    return ways


@dataclass(frozen=True, slots=True)
class Trial:
    """Puts test messages into the outbox of a running platform."""

    ledger: Ledger
    policy: TellingPolicy
    feed: EstateFeed
    told: asyncio.Event

    async def send(
        self, contact: str, actor: str, now: datetime, channel: str | None = None
    ) -> list[Notification]:
        """Add one test per way that leads to the contact, or by one channel alone.

        NotFound if none does.
        """
        log.info("%s asks for a test message to %s", actor, contact)
        ways = ways_to(contact, self.policy, self.feed.edition.contacts)
        meant = [way for way in ways if channel in {None, way[2]}]
        if not meant:
            raise NotFound(
                Text(
                    vi=f"Kênh {channel} không đến được {contact}: danh mục thiếu địa chỉ",
                    en=f"The channel {channel} does not lead to {contact}: an address is missing",
                )
            )
        rows = []
        for recipient, address, name, language in meant:
            row = Notification(
                incident=None,
                purpose=Purpose.TEST,
                recipient=recipient,
                address=address,
                channel=name,
                language=language,
                reason="test",
                due_at=now,
            )
            rows.append(row.model_copy(update={"id": await self.ledger.outbox.add(row)}))
        self.told.set()
        return rows


async def try_channels(config: Path | None, wanted: str) -> list[dict[str, object]]:
    """Send at once by every way to `wanted` and return what each channel said."""
    file = settings.chosen(config, os.environ, Path.cwd())
    chosen = settings.load(file, os.environ)
    clock = SystemClock()
    ledger = await open_books(chosen, clock)
    try:
        today = clock.now().astimezone(LOCAL).date()
        contacts = (await ledger.inventory.load(on=today)).contacts
        keyring = await ledger.secrets.keyring()
    finally:
        await ledger.aclose()
    channels = registries.channels()
    outlets = outlets_of(chosen, channels, keyring.reveal)
    telling = Telling(Purpose.TEST, None, clock.now(), chosen.web.address)
    rows: list[dict[str, object]] = []
    for _, address, channel, language in ways_to(
        wanted, telling_policy(chosen, channels), contacts
    ):
        message = render(
            telling,
            Topology(Estate()),
            language,
            message_id=f"test.{clock.now():%Y%m%dT%H%M%S}.{channel}",
            to=address,
        )
        rows.append({"channel": channel, "to": address, **await _try(outlets[channel], message)})
    return rows


async def _try(outlet: Outlet, message: Message) -> dict[str, object]:
    try:
        return {"ok": True, "said": await outlet.send(message, TIMEOUT)}
    except (Retry, GiveUp) as refusal:
        return {"ok": False, "said": str(refusal) or "no answer"}
