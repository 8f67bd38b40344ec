"""The checks of this process, compiled anew whenever the inventory or the local day changes.

When a meeting comes near or is over, what it depends on is booked or let go; nothing is compiled.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from core.clock import LOCAL, Clock
from core.inventory import Contact, EscalationStep, Unit
from core.meeting import Meeting
from core.watching import Check, Estate, Hours
from inventory.booked import booked, near
from inventory.compiled import LookingDefaults, compile_estate
from inventory.hours import hours_of
from storage.inventory import InventoryBook

log = logging.getLogger(__name__)

_INSTANT = timedelta(microseconds=1)
LEAD = timedelta(hours=1)  # so long before its begin a meeting is booked


class Calendar(Protocol):
    """The part of the ledger that knows meetings."""

    async def find(self, begin: datetime, end: datetime) -> list[Meeting]:
        """Return the meetings that lie within [begin, end) in part."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One compiled state of the inventory."""

    number: int  # of the inventory in the ledger
    day: date
    estate: Estate
    contacts: tuple[Contact, ...]
    units: tuple[Unit, ...] = ()
    site_contacts: Mapping[str, str] = field(default_factory=dict)  # site → its contact
    escalations: tuple[EscalationStep, ...] = ()
    hours: Mapping[str, tuple[Hours, ...]] = field(default_factory=dict)  # by calendar
    meetings: tuple[Meeting, ...] = ()  # that are booked
    phones: Mapping[str, str] = field(default_factory=dict)  # room or site → its contact


class EstateFeed:
    """What the scheduler reads. `refresh` says whether there was anything new."""

    def __init__(
        self,
        book: InventoryBook,
        looking: LookingDefaults,
        clock: Clock,
        calendar: Calendar | None = None,
        *,
        lead: timedelta = LEAD,
    ) -> None:
        self._book = book
        self._calendar = calendar
        self._lead = lead
        self._compiled = Estate()
        self._looking = looking
        self._clock = clock
        self._version = 0
        self.edition = Edition(-1, date.min, Estate(), ())

    @property
    def version(self) -> int:
        """Return a number that grows whenever `current()` has changed."""
        return self._version

    def current(self) -> Sequence[Check]:
        """Return the checks that are made from here; others are for who stands elsewhere."""
        own = self._looking.vantage
        return [check for check in self.edition.estate.checks if check.vantage == own]

    def estate(self) -> Estate:
        """Return the compiled whole."""
        return self.edition.estate

    async def refresh(self, changed: Callable[[Edition], Awaitable[None]] | None = None) -> bool:
        """Read the inventory again if it, the day, or who meets is another; tell before use."""
        number = await self._book.version()
        now = self._clock.now()
        today = now.astimezone(LOCAL).date()
        meetings: tuple[Meeting, ...] = ()
        if self._calendar is not None:
            coming = await self._calendar.find(now, now + self._lead + _INSTANT)
            meetings = near(coming, now, self._lead)
        same = (number, today) == (self.edition.number, self.edition.day)
        if same and meetings == self.edition.meetings:
            return False
        if same:
            edition = self._with(self.edition, meetings)
        else:
            edition = self._with(await self._read(number, today), meetings)
        if changed is not None:
            await changed(edition)
        self.edition = edition
        self._version += 1
        log.info(
            "watching %d targets by %d checks (inventory %d), %d meetings booked",
            len(edition.estate.targets),
            len(edition.estate.checks),
            number,
            len(meetings),
        )
        return True

    def _with(self, edition: Edition, meetings: tuple[Meeting, ...]) -> Edition:
        estate = booked(self._compiled, meetings, self._looking.pauses)
        return replace(edition, estate=estate, meetings=meetings)

    async def _read(self, number: int, today: date) -> Edition:
        inventory = await self._book.load(on=today)
        self._compiled = compile_estate(inventory, today, self._looking)
        reachable = {c.slug for c in inventory.contacts if c.phone or c.email}
        phones = {site.slug: site.contact for site in inventory.sites if site.contact}
        phones |= {room.slug: room.contact for room in inventory.rooms if room.contact}
        return Edition(
            number,
            today,
            self._compiled,
            inventory.contacts,
            inventory.units,
            {site.slug: site.contact for site in inventory.sites if site.contact},
            inventory.escalations,
            hours_of(inventory, today),
            phones={place: who for place, who in phones.items() if who in reachable},
        )
