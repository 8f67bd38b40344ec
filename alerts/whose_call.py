"""Of meetings that go on at once and share a room: which of them has its call?

Pure. A call belongs to one meeting: to the one that the call itself tells of (where it was dialled
to, the bridge and the conference that it hangs on), else to the one that the room was last known to
be in, else to the one that began last, of those the important one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.callers import named, spoken
from alerts.legs import Leg
from core.meeting import REACH, GoingOn, Meeting
from core.text import fold
from core.watching import Target, TargetKind

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a meeting that goes on; `room`: as what the meeting has invited it."""

    at: GoingOn
    room: str

    @property
    def meeting(self) -> Meeting:
        """Return the meeting."""
        return self.at.meeting

    def last_known(self, *, comes_back: bool = True) -> datetime | None:
        """Return when the place was last known to be in; None if it left, or never came.

        `comes_back`: one whose line fell has not left.
        """
        row, tick = self.at.presences.get(self.room), self.at.ticks.get(self.room)
        fell = row is not None and row.source == REACH and comes_back
        words = [(row.at, row.present or fell)] if row is not None else []
        if tick is not None:
            words.append((tick.at, tick.good))
        at, there = max(words, default=(_NEVER, False))
        return at if there else None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What tells where calls go: legs that bridges name by room, far ends that equipment names."""

    targets: Mapping[str, Target]
    legs: Callable[[str], Sequence[Leg]]
    place: Callable[[str], str]  # the same for all names of one room
    dialled: tuple[str, ...] = ()

    def tells(self, seats: Sequence[Seat]) -> Sequence[Seat]:
        """Return those of a place's seats that its call tells of; all where it tells nothing."""
        legs = [leg for seat in seats for leg in self.legs(seat.room)]
        devices = {leg.device for leg in legs}
        conferences = {(leg.device, leg.conference) for leg in legs if leg.conference}
        called = {fold(conference) for _, conference in conferences}
        ends = {word for remote in self.dialled for word in named(remote)}
        fits: tuple[Callable[[Seat], bool], ...] = (
            lambda one: not devices.isdisjoint(self._bridge(one.meeting)),
            lambda one: not ends.isdisjoint(self._names(one.meeting)),
            lambda one: not called.isdisjoint(_titles(one.meeting)),
            lambda one: self._has_company(conferences, one, seats),
        )
        found = seats
        for fit in fits:
            if len(found) > 1:
                found = list(filter(fit, found)) or found
        return found

    def _bridge(self, meeting: Meeting) -> Iterable[str]:
        """Return the devices that a meeting's bridge is: of a service its server."""
        bridge = self.targets.get(meeting.bridge or "")
        server = bridge.uplinks if bridge is not None and bridge.kind is TargetKind.SERVICE else ()
        return (meeting.bridge or "", *server)

    def _names(self, meeting: Meeting) -> set[str]:
        """Return what equipment may call a meeting's bridges by."""
        bridge = self.targets.get(meeting.bridge or "")
        own = (bridge.slug, bridge.name, bridge.address or "") if bridge is not None else ()
        return {spoken(word) for word in (*own, *meeting.above)} - {""}

    def _has_company(
        self, conferences: set[tuple[str, str]], one: Seat, seats: Sequence[Seat]
    ) -> bool:
        """Say whether a room that this meeting alone has invited sits in the same conference."""
        if not conferences:
            return False
        others = {
            self.place(room) for other in seats if other is not one for room in other.meeting.rooms
        }
        return any(
            (leg.device, leg.conference) in conferences
            for room in one.meeting.rooms
            if self.place(room) not in others
            for leg in self.legs(room)
        )


def whose(seats: Sequence[Seat], where: Whereabouts) -> Seat | None:
    """Return which of a place's seats has its call; None if it has none."""
    return max(where.tells(seats), key=_rank, default=None)


def _rank(seat: Seat) -> tuple[datetime, datetime, bool, str]:
    meeting = seat.meeting
    return seat.last_known() or _NEVER, meeting.begin, meeting.importance == "high", meeting.id


def _titles(meeting: Meeting) -> set[str]:
    return {fold(meeting.title), fold(meeting.mark or "")} - {""}
