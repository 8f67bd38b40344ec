"""Which meetings come near? Their rooms are looked over, and who is in and who dropped is kept."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from alerts.readiness import due_stage, findings, to_be_told
from alerts.room_stack import RoomFacts, Standing, Surroundings, joined
from alerts.signals import Signals
from alerts.telling import TellingPolicy, addresses
from alerts.topology import Topology
from core.clock import Clock
from core.errors import Unavailable
from core.incident import Incident, Notification, Purpose
from core.inventory import Contact
from core.meeting import ELSEWHERE, REACH, GoingOn, Meeting, Presence, ReadinessRun, Said
from core.outcome import Event
from core.status import TargetState
from runtime.estate_feed import Edition

log = logging.getLogger(__name__)

STAGES = (1440, 60, 30, 10)  # minutes before the begin
LOOK = 5.0  # seconds between two looks
SETTLING = 60.0  # seconds after our start in which not everything has been observed yet
_LATE = timedelta(minutes=30)  # after its end: who was there is followed no longer


class Book(Protocol):
    """The part of the ledger that knows meetings."""

    async def find(self, begin: datetime, end: datetime) -> list[Meeting]:
        """Return the meetings that lie within [begin, end) in part."""

    async def runs(self, meeting: str) -> list[ReadinessRun]:
        """Return the readiness runs of a meeting."""

    async def ran(
        self, run: ReadinessRun, notifications: Sequence[Notification], now: datetime
    ) -> list[Event] | None:
        """Keep a run and what is to be told of it; None if that was done before."""

    async def said(self, meeting: str | None) -> Said:
        """Return what people and clients said."""

    async def going_on(self, meeting: Meeting, now: datetime) -> tuple[GoingOn, ...]:
        """Return the meetings of this instant, where one may have a room of its own."""

    async def presences(self, meeting: str) -> list[Presence]:
        """Return who came in and left."""

    async def present(self, rows: Sequence[Presence], now: datetime) -> list[Event]:
        """Keep that rooms came in or left."""


class Brain(Protocol):
    """How everything stands."""

    @property
    def states(self) -> Mapping[str, TargetState]:
        """Return how every target stands."""

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Return the open incidents."""

    @property
    def topology(self) -> Topology:
        """Return the estate that is judged."""


@dataclass(slots=True)
class MeetingWatch:
    """Runs what is due, until cancelled. Everything that it knows is in the ledger."""

    book: Book
    brain: Brain
    edition: Callable[[], Edition]
    signals: Signals
    policy: TellingPolicy
    clock: Clock
    publish: Callable[[Sequence[Event]], None]
    told: Callable[[], None]
    stages: tuple[int, ...] = STAGES
    settling: float = SETTLING
    _begun: float | None = None  # monotonic: since when this process looks
    _present: dict[str, dict[str, bool]] = field(default_factory=dict)  # meeting → room → in

    async def run(self) -> None:
        """Look at the clock again and again."""
        troubled = False
        while True:
            try:
                await self.turn()
                troubled = False
            except (OSError, Unavailable) as trouble:
                if not troubled:
                    troubled = True
                    log.warning("meetings are not looked at, trying again: %s", trouble)
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Do what is due now, once."""
        now = self.clock.now()
        self._begun = self.clock.monotonic() if self._begun is None else self._begun
        ahead = timedelta(minutes=max(self.stages), seconds=1)
        for meeting in await self.book.find(now - _LATE, now + ahead):
            if now < meeting.begin:
                await self._ready(meeting, now)
            elif now < meeting.end:
                await self._follow(meeting, now)
            else:
                self._present.pop(meeting.id, None)

    async def _ready(self, meeting: Meeting, now: datetime) -> None:
        before = await self.book.runs(meeting.id)
        stage = due_stage(meeting.begin, self.stages, (run.stage for run in before), now)
        if stage is None or self._settles(meeting, now):
            return
        around = await self._around(meeting, now)
        rooms = [(room, around.facts(room, meeting)) for room in meeting.rooms]
        run = ReadinessRun(
            meeting=meeting.id,
            stage=stage,
            at=now,
            findings=findings(meeting, rooms, self._bridge(meeting), now),
        )
        rows = self._messages(meeting, run, now) if self._tells(run, before) else []
        events = await self.book.ran(run, rows, now)
        if events is not None:
            self.publish(events)
            if rows:
                self.told()
            log.info("meeting %s: %d rooms looked over, T-%d", meeting.id, len(rooms), stage)

    def _settles(self, meeting: Meeting, now: datetime) -> bool:
        """Say whether we have only just begun to look; a meeting that begins waits for nobody."""
        looked = self.clock.monotonic() - (self._begun or 0.0)
        return looked < self.settling and (meeting.begin - now).total_seconds() > self.settling

    def _tells(self, run: ReadinessRun, before: Sequence[ReadinessRun]) -> bool:
        return to_be_told(run, before, self.stages)

    async def _around(self, meeting: Meeting, now: datetime) -> Surroundings:
        said, sharing = await self.book.said(meeting.id), await self.book.going_on(meeting, now)
        brain, phones = self.brain, self.edition().phones
        return Surroundings(brain.topology, brain.states, self.signals, said, phones, now, sharing)

    def _bridge(self, meeting: Meeting) -> Standing | None:
        if meeting.bridge is None:
            return None
        state = self.brain.states.get(meeting.bridge)
        if state is None:
            return Standing(meeting.bridge)
        return Standing(
            meeting.bridge, state.status, state.since, state.reason, state.cause, state.detail
        )

    def _messages(self, meeting: Meeting, run: ReadinessRun, now: datetime) -> list[Notification]:
        """Return a message for every way that leads to whoever answers for the meeting."""
        people = officers(meeting, self.edition().contacts)
        personal = tuple(way for way in self.policy.ways if way.to != "fixed")
        ways = self.policy.model_copy(update={"ways": personal})
        return [
            Notification(
                incident=None,
                meeting=meeting.id,
                purpose=Purpose.READINESS,
                recipient=recipient,
                address=address,
                channel=channel,
                language=language,
                reason=f"stage_{run.stage}",
                due_at=now,
                because="meeting",
            )
            for recipient, address, channel, language in addresses(ways, people)
        ]

    async def _follow(self, meeting: Meeting, now: datetime) -> None:
        """Keep who came in and who left since the last look."""
        if meeting.id not in self._present:
            rows = await self.book.presences(meeting.id)
            self._present[meeting.id] = {row.room: row.present for row in rows}
        known = self._present[meeting.id]
        around = await self._around(meeting, now)
        rows = list(self._moves(meeting, known, around, now))
        events = await self.book.present(rows, now)
        known.update((row.room, row.present) for row in rows)
        self.publish(events)

    def _moves(
        self, meeting: Meeting, known: Mapping[str, bool], around: Surroundings, now: datetime
    ) -> Iterable[Presence]:
        for room in meeting.rooms:
            facts = around.facts(room, meeting)
            if facts is None:
                continue
            found = present(facts)
            if found is None or found[0] is known.get(room, False):
                continue
            there, source = found
            yield Presence(
                meeting=meeting.id,
                room=room,
                at=self._since(facts, now) if not there else now,
                present=there,
                source=source,
                incident=None if there or source == ELSEWHERE else self._incident(room, facts),
            )

    def _since(self, facts: RoomFacts, now: datetime) -> datetime:
        """Return when a room left: when its way was lost, if that is why."""
        lost = facts.site if facts.site.lost else facts.endpoint
        if lost is not None and lost.lost and lost.since is not None:
            return min(lost.since, now)
        return now

    def _incident(self, room: str, facts: RoomFacts) -> str | None:
        slugs = {room, facts.site.slug, facts.endpoint.slug if facts.endpoint else room}
        open_ones = (one for one in self.brain.incidents if slugs & set(one.present))
        return next((one.id for one in open_ones), None)


def present(facts: RoomFacts) -> tuple[bool, str] | None:
    """Return whether a room is in; what can no longer be reached has dropped out.

    A PC that is heard since its site was lost meets by another way, and is believed. None where
    nobody says, or only what equipment said before it could be reached again.
    """
    lost = facts.site.lost or (facts.endpoint is not None and facts.endpoint.lost)
    if lost and not facts.heard:
        return False, REACH
    back = facts.endpoint.since if facts.endpoint is not None else None
    if facts.signal is not None and back is not None and facts.signal.at < back:
        return None
    return joined(facts)


def officers(meeting: Meeting, contacts: Iterable[Contact]) -> list[Contact]:
    """Return who answers for a meeting; where nobody is named, whoever is told of everything."""
    people = list(contacts)
    named = [one for one in people if one.slug == meeting.officer]
    return named or [one for one in people if one.unit is None]
