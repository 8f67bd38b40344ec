"""The checks of this process, compiled anew whenever the inventory or the local day changes."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.clock import LOCAL, Clock
from core.inventory import Contact, EscalationStep, Unit
from core.watching import Check, Estate, Hours
from inventory.compiled import LookingDefaults, compile_estate
from inventory.hours import hours_of
from storage.inventory import InventoryBook

log = logging.getLogger(__name__)


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


class EstateFeed:
    """What the scheduler reads. `refresh` says whether there was anything new."""

    def __init__(self, book: InventoryBook, looking: LookingDefaults, clock: Clock) -> None:
        self._book = book
        self._looking = looking
        self._clock = clock
        self._version = 0
        self.edition = Edition(-1, date.min, Estate(), ())

    @property
    def version(self) -> int:
        """Return a number that grows whenever `current()` has changed."""
        return self._version

    def current(self) -> Sequence[Check]:
        """Return the checks as they stand now."""
        return self.edition.estate.checks

    def estate(self) -> Estate:
        """Return the compiled whole."""
        return self.edition.estate

    async def refresh(self, changed: Callable[[Edition], Awaitable[None]] | None = None) -> bool:
        """Read the inventory again if it, or the day, is another; tell `changed` before use."""
        number = await self._book.version()
        today = self._clock.now().astimezone(LOCAL).date()
        if (number, today) == (self.edition.number, self.edition.day):
            return False
        inventory = await self._book.load(on=today)
        edition = Edition(
            number,
            today,
            compile_estate(inventory, today, self._looking),
            inventory.contacts,
            inventory.units,
            {site.slug: site.contact for site in inventory.sites if site.contact},
            inventory.escalations,
            hours_of(inventory, today),
        )
        if changed is not None:
            await changed(edition)
        self.edition = edition
        self._version += 1
        log.info(
            "watching %d targets by %d checks (inventory %d)",
            len(edition.estate.targets),
            len(edition.estate.checks),
            number,
        )
        return True
