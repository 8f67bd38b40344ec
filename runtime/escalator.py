"""Who is on duty, and how is that person reached, at the moment at which a step is due?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alerts.escalation import People, messages, otherwise, quiet_until
from alerts.rota import on_duty, rosters
from alerts.telling import TellingPolicy
from alerts.topology import Topology
from core.clock import LOCAL
from core.incident import Incident, Notification
from core.rota import DutyRows
from runtime.estate_feed import Edition

_MOMENT = timedelta(seconds=1)


class DutyBook(Protocol):
    """The part of the ledger that says who is on duty."""

    async def rows(self, begin: datetime, end: datetime) -> DutyRows:
        """Return all that says who is on duty within [begin, end)."""


@dataclass(frozen=True, slots=True)
class Escalator:
    """Turns the steps of chains into messages to people."""

    book: DutyBook
    edition: Callable[[], Edition]
    policy: TellingPolicy

    async def messages(
        self,
        promise: Notification,
        incident: Incident,
        topology: Topology,
        told: Sequence[Notification],
        now: datetime,
    ) -> list[Notification]:
        """Return the messages that a step of a chain becomes now."""
        people = self._people(await self._duty(now))
        return messages(promise, incident, people, topology, self.policy, told=told, now=now)

    async def otherwise(self, failed: Notification, now: datetime) -> list[Notification]:
        """Return the other ways to whom a message did not reach."""
        return otherwise(failed, self._people({}), self.policy, now)

    async def quiet_until(
        self, message: Notification, incident: Incident, now: datetime
    ) -> datetime | None:
        """Return until when the person of a message is left in peace, None if it may go out."""
        edition = self.edition()
        if not any(
            contact.quiet and contact.slug == message.recipient for contact in edition.contacts
        ):
            return None
        people = self._people(await self._duty(now))
        return quiet_until(message, incident, people, edition.hours, now)

    def _people(self, duty: Mapping[str, Mapping[str, tuple[str, ...]]]) -> People:
        edition = self.edition()
        return People(edition.contacts, duty, edition.site_contacts)

    async def _duty(self, now: datetime) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        rows = await self.book.rows(now, now + _MOMENT)
        known = rosters(rows, now.astimezone(LOCAL).date())
        return {slug: on_duty(roster, now) for slug, roster in known.items()}
