"""The people in the rooms of a meeting are asked to look: each gets a link of the room's own."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.telling import TellingPolicy, addresses
from core.incident import Notification, Purpose
from core.inventory import Contact
from core.meeting import Meeting

log = logging.getLogger(__name__)


class Outbox(Protocol):
    """The part of the ledger that holds messages."""

    async def add(self, notification: Notification) -> int | None:
        """Add one message."""


@dataclass(frozen=True, slots=True)
class RoomRequests:
    """Puts requests into the outbox; the link of each is made when it is sent."""

    outbox: Outbox
    policy: TellingPolicy
    contacts: Callable[[], Sequence[Contact]]
    told: asyncio.Event

    async def ask(self, meeting: Meeting, people: Mapping[str, str], now: datetime) -> int:
        """Ask the contact of each room, by the first way that leads to that person; how many."""
        known = {contact.slug: contact for contact in self.contacts()}
        personal = tuple(way for way in self.policy.ways if way.to != "fixed")
        ways = self.policy.model_copy(update={"ways": personal})
        asked = 0
        for room, slug in people.items():
            contact = known.get(slug)
            way = next(iter(addresses(ways, [contact] if contact is not None else [])), None)
            if way is None:
                log.warning("meeting %s: no channel leads to %s of %s", meeting.id, slug, room)
                continue
            recipient, address, channel, language = way
            await self.outbox.add(
                Notification(
                    incident=None,
                    meeting=meeting.id,
                    purpose=Purpose.CHECKLIST,
                    recipient=recipient,
                    address=address,
                    channel=channel,
                    language=language,
                    reason=room,
                    due_at=now,
                    because="meeting",
                )
            )
            asked += 1
        if asked:
            self.told.set()
        return asked
