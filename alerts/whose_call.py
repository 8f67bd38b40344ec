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
from core.meeting import REACH, GoingOn
from core.text import fold
from core.watching import Target, TargetKind

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What tells where calls go: legs that bridges name by room, far ends that equipment names."""

    targets: Mapping[str, Target]
    legs: Callable[[str], Sequence[Leg]]
    dialled: tuple[str, ...] = ()

    def tells(self, room: str, among: Sequence[GoingOn]) -> list[GoingOn]:
        """Return those of the meetings that a room's call tells of; all where it tells nothing."""
        legs = self.legs(room)
        devices = {leg.device for leg in legs}
        conferences = {(leg.device, leg.conference) for leg in legs if leg.conference}
        called = {fold(conference) for _, conference in conferences}
        ends = {word for remote in self.dialled for word in named(remote)}
        found = list(among)
        for told in (
            [one for one in found if not devices.isdisjoint(self._bridge(one))],
            [one for one in found if not ends.isdisjoint(self._names(one))],
            [one for one in found if not called.isdisjoint(_titles(one))],
            [one for one in found if self._has_company(conferences, one, among)],
        ):
            found = [one for one in found if one in told] or found
        return found

    def _bridge(self, one: GoingOn) -> Iterable[str]:
        """Return the devices that a meeting's bridge is: of a service its server."""
        bridge = self.targets.get(one.meeting.bridge or "")
        server = bridge.uplinks if bridge is not None and bridge.kind is TargetKind.SERVICE else ()
        return (one.meeting.bridge or "", *server)

    def _names(self, one: GoingOn) -> set[str]:
        """Return what equipment may call a meeting's bridges by."""
        bridge = self.targets.get(one.meeting.bridge or "")
        own = (bridge.slug, bridge.name, bridge.address or "") if bridge is not None else ()
        return {spoken(word) for word in (*own, *one.meeting.above)} - {""}

    def _has_company(
        self, conferences: set[tuple[str, str]], one: GoingOn, among: Sequence[GoingOn]
    ) -> bool:
        """Say whether a room that this meeting alone has invited sits in the same conference."""
        others = {room for other in among if other is not one for room in other.meeting.rooms}
        return bool(conferences) and any(
            (leg.device, leg.conference) in conferences
            for room in one.meeting.rooms
            if room not in others
            for leg in self.legs(room)
        )


def whose(room: str, among: Sequence[GoingOn], where: Whereabouts) -> GoingOn | None:
    """Return the meeting that has the call of a room; None if none of them has invited it."""
    found = where.tells(room, [one for one in among if room in one.meeting.rooms])
    return max(found, key=lambda one: _rank(room, one), default=None)


def last_known(room: str, one: GoingOn, *, comes_back: bool = True) -> datetime | None:
    """Return when a room was last known to be in a meeting; None if it left, or never came.

    `comes_back`: one whose line fell has not left.
    """
    row, tick = one.presences.get(room), one.ticks.get(room)
    fell = row is not None and row.source == REACH and comes_back
    words = [(row.at, row.present or fell)] if row is not None else []
    if tick is not None:
        words.append((tick.at, tick.good))
    at, there = max(words, default=(_NEVER, False))
    return at if there else None


def _rank(room: str, one: GoingOn) -> tuple[datetime, datetime, bool, str]:
    meeting = one.meeting
    known = last_known(room, one) or _NEVER
    return known, meeting.begin, meeting.importance == "high", meeting.id


def _titles(one: GoingOn) -> set[str]:
    return {fold(one.meeting.title), fold(one.meeting.mark or "")} - {""}
