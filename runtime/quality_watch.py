"""How does a meeting that goes on sound, room by room? Followed, kept in the ledger, handed out."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from alerts.both_ends import Heard
from alerts.meeting_sound import sound_of
from alerts.quality_spells import Spell, running
from alerts.room_stack import Surroundings
from alerts.signals import Signals
from alerts.topology import Topology
from core.callquality import QualitySpan, Side
from core.clock import Clock
from core.errors import Unavailable
from core.meeting import GoingOn, Meeting, Said
from core.outcome import Event
from core.status import TargetState
from runtime.estate_feed import Edition

log = logging.getLogger(__name__)

LOOK = 5.0  # seconds between two looks


class Book(Protocol):
    """The part of the ledger that knows how meetings sounded."""

    async def said(self, meeting: str | None) -> Said:
        """Return what people and clients said."""

    async def going_on(self, meeting: Meeting, now: datetime) -> tuple[GoingOn, ...]:
        """Return the meetings of this instant, where one may have a room of its own."""

    async def qualities(self, meeting: str) -> list[QualitySpan]:
        """Return how the rooms of a meeting sounded, in order."""

    async def sounded(self, rows: Sequence[QualitySpan], now: datetime) -> list[Event]:
        """Keep how rooms sound, in place of what was kept of the same spans."""


class Brain(Protocol):
    """How everything stands."""

    @property
    def states(self) -> Mapping[str, TargetState]:
        """Return how every target stands."""

    @property
    def topology(self) -> Topology:
        """Return the estate that is judged."""


@dataclass(slots=True)
class QualityWatch:
    """Follows every meeting that goes on, until cancelled."""

    book: Book
    brain: Brain
    edition: Callable[[], Edition]
    signals: Signals
    clock: Clock
    publish: Callable[[Sequence[Event]], None]
    _spells: dict[str, dict[str, Spell]] = field(default_factory=dict)  # meeting → room

    async def run(self) -> None:
        """Look again and again."""
        troubled = False
        while True:
            try:
                await self.turn()
                troubled = False
            except (OSError, Unavailable) as trouble:
                if not troubled:
                    troubled = True
                    log.warning("calls are not followed, trying again: %s", trouble)
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Take in how every meeting that goes on sounds now, once."""
        edition, now = self.edition(), self.clock.now()
        self.signals.legs.attend(_ways(edition))
        going_on = {one.id: one for one in edition.meetings if one.begin <= now < one.end}
        for meeting in going_on.values():
            await self._follow(meeting, now)
        for over in self._spells.keys() - going_on.keys():
            rows = [row for spell in self._spells[over].values() for row in spell.close()]
            self.publish(await self.book.sounded(rows, now))
            del self._spells[over]

    async def _follow(self, meeting: Meeting, now: datetime) -> None:
        if meeting.id not in self._spells:
            kept = running(await self.book.qualities(meeting.id), now)
            self._spells[meeting.id] = {row.room: Spell.resumed(row) for row in kept}
        spells = self._spells[meeting.id]
        around = Surroundings(
            self.brain.topology,
            self.brain.states,
            self.signals,
            await self.book.said(meeting.id),
            self.edition().phones,
            now,
            await self.book.going_on(meeting, now),
        )
        facts = {room: around.facts(room, meeting) for room in meeting.rooms}
        whole = sound_of(meeting, facts, around)
        rows = [
            row
            for room, known in facts.items()
            for row in spells.setdefault(room, Spell()).hear(
                meeting.id, room, known.quality if known else None, side_of(whole, room), now
            )
        ]
        self.publish(await self.book.sounded(rows, now))


def side_of(whole: Heard, room: str) -> Side:
    """Return whom a room's poor call is blamed on."""
    blame = whole.blames.get(room)
    return blame.side if blame is not None else Side.UNKNOWN


def _ways(edition: Edition) -> Collection[str]:
    """Return everything on the way to rooms that are booked."""
    return frozenset().union(*(booking.path for booking in edition.estate.bookings))
