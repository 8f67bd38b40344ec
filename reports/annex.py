"""What became of a meeting? Who joined from when to when, how it sounded, what failed and saved.

Presence is integer seconds over half-open spans, clipped to the meeting, and so are the times in
which a call was good or bad. What nobody saw is not "absent", what nobody measured not "good";
while the platform did not look, nobody counts as having taken part, or as having been away.
Savings follow indicator I13 and are an estimate: prices and distances are printed.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.callquality import Grade, QualitySpan
from core.meeting import REACH, Attendance, Meeting, Presence
from core.status import Interval, Status
from core.text import Text
from reports.windows import NONE, Windows

_EARTH = 6371.0  # km, mean radius
_NOT_OBSERVED = "not_observed"  # why a target is unknown of which nobody asked


@dataclass(frozen=True, slots=True)
class Prices:
    """What a journey costs, in đồng, and how a straight line becomes a road. Set by the office.

    `winding`: road kilometres for each as the crow flies; `speed` in km/h. None: not priced.
    """

    per_km: int | None = None
    per_day: int | None = None
    lodging: int | None = None
    lodging_beyond: float = 100.0  # km one way
    winding: float = 1.3
    speed: float = 40.0

    @property
    def priced(self) -> bool:
        """Say whether anything costs anything."""
        return any(price is not None for price in (self.per_km, self.per_day, self.lodging))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a room is, as far as it is known."""

    name: Text
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """An incident that touched the meeting."""

    id: str
    what: Text
    begin: datetime
    end: datetime | None  # None: it is still open
    rooms: int


@dataclass(frozen=True, slots=True)
class Sound:
    """How a room's call was: seconds by grade, and what was worst.

    `unmeasured` are the seconds in which it was in the meeting and nobody measured.
    """

    seconds: Mapping[Grade, int]
    unmeasured: int
    worst: QualitySpan | None = None  # None: nothing was measured
    rating: float | None = None  # the lowest R, an estimate of the path

    @property
    def measured(self) -> int:
        """Return the seconds of which anything is known."""
        return sum(self.seconds.values())


@dataclass(frozen=True, slots=True)
class Line:
    """One room of the annex."""

    room: str
    name: Text
    joined: datetime | None  # first; None: nobody saw it join
    left: datetime | None  # last; the end of the meeting if it stayed
    seconds: int | None  # in the meeting; None: not known
    drops: int
    delegates: int | None
    km: float | None  # one way, by road, estimated
    saved: int | None  # đồng, estimated
    hours: float | None  # of people's travel, estimated
    sound: Sound
    elsewhere: tuple[Meeting, ...] = ()  # other meetings that it was in within these hours


@dataclass(frozen=True, slots=True)
class Annex:
    """The annex of one meeting. The same data give the same value, whenever it is made."""

    meeting: Meeting
    chair: Text | None
    officer: str | None
    bridge: Text | None
    lines: tuple[Line, ...]
    troubles: tuple[Trouble, ...]
    prices: Prices
    as_known_at: datetime
    unwatched: Windows = NONE  # seconds of the meeting in which the platform did not look

    @property
    def running(self) -> bool:
        """Say whether the meeting went on when this was known: its figures are not the last."""
        return self.meeting.cancelled_at is None and self.as_known_at < self.meeting.end

    @property
    def held(self) -> int | None:
        """Return the seconds from the first room's coming to the last one's leaving, if watched.

        None: no room was seen to join, so nobody knows whether and how long it was held.
        """
        came = [line.joined for line in self.lines if line.joined is not None]
        left = [line.left for line in self.lines if line.left is not None]
        if not came or not left:
            return None
        first, last = _second(min(came)), _second(max(left))
        return last - first - self.unwatched.within(first, last)

    @property
    def attended(self) -> int:
        """Return how many rooms joined."""
        return sum(line.joined is not None for line in self.lines)

    @property
    def seconds(self) -> int:
        """Return the seconds that all rooms took part, together."""
        return sum(line.seconds or 0 for line in self.lines)

    @property
    def drops(self) -> int:
        """Return how often rooms were lost, together."""
        return sum(line.drops for line in self.lines)

    @property
    def delegates(self) -> int | None:
        """Return how many people took part; None where nobody said."""
        known = [line.delegates for line in self.lines if line.delegates is not None]
        return sum(known) if known else None

    @property
    def saved(self) -> int | None:
        """Return the money that nobody spent on travel; None where it cannot be estimated."""
        known = [line.saved for line in self.lines if line.saved is not None]
        return sum(known) if known else None

    @property
    def hours(self) -> float | None:
        """Return the hours that nobody spent on the road; None where they cannot be estimated."""
        known = [line.hours for line in self.lines if line.hours is not None]
        return sum(known) if known else None

    @property
    def heard(self) -> tuple[Line, ...]:
        """Return the rooms whose call was measured at any time, the worst first."""
        found = [line for line in self.lines if line.sound.worst is not None]
        return tuple(sorted(found, key=_badness))

    @property
    def uncounted(self) -> int:
        """Return how many rooms joined of which travel could not be estimated."""
        return sum(line.joined is not None and line.hours is None for line in self.lines)


def annex(
    meeting: Meeting,
    presences: Sequence[Presence],
    attendances: Mapping[str, Attendance],
    places: Mapping[str, Place],
    troubles: Sequence[Trouble],
    *,
    venue: Place | None,
    prices: Prices,
    as_known_at: datetime,
    qualities: Sequence[QualitySpan] = (),
    chair: Text | None = None,
    officer: str | None = None,
    bridge: Text | None = None,
    elsewhere: Mapping[str, Sequence[Meeting]] | None = None,
    unwatched: Windows = NONE,
) -> Annex:
    """Return the annex of a meeting; `venue` is where all would have met.

    `unwatched` are the seconds of it in which the platform did not look.
    """
    lines = []
    for room in meeting.rooms:
        place = places.get(room) or Place(Text(room, room))
        mine = [p for p in presences if p.room == room]
        spans = spans_of(meeting, mine, as_known_at, unwatched)
        own = attendances.get(room)
        delegates = own.delegates if own is not None else None
        km = road(place, venue, prices) if room != meeting.chair else None
        joined = spans[0][0] if spans else None
        known = delegates is not None and km is not None and joined is not None
        seconds = sum(_seconds(*span) for span in spans) if spans else None
        heard = [row for row in qualities if row.room == room]
        lines.append(
            Line(
                room=room,
                name=place.name,
                joined=joined,
                left=spans[-1][1] if spans else None,
                seconds=seconds,
                drops=_drops(meeting, mine),
                delegates=delegates,
                km=km,
                saved=saved(delegates or 0, km or 0.0, prices) if known else None,
                hours=travel(delegates or 0, km or 0.0, prices) if known else None,
                sound=sound_of(meeting, heard, spans, as_known_at),
                elsewhere=tuple((elsewhere or {}).get(room, ())),
            )
        )
    return Annex(
        meeting,
        chair,
        officer,
        bridge,
        tuple(lines),
        tuple(troubles),
        prices,
        as_known_at,
        unwatched,
    )


def unwatched(intervals: Iterable[Interval]) -> Windows:
    """Return the seconds in which nothing of a meeting was known, some of it since nobody looked.

    That one device was not observed is its own affair; where all are unknown at once we were away.
    """
    known: list[tuple[int, int]] = []
    missed: list[tuple[int, int]] = []
    for one in intervals:
        span = (_second(one.begin), _second(one.end))
        if one.status is not Status.UNKNOWN:
            known.append(span)
        elif one.reason == _NOT_OBSERVED:
            missed.append(span)
    return Windows(missed) - Windows(known)


def spans_of(
    meeting: Meeting,
    mine: Sequence[Presence],
    as_known_at: datetime,
    unwatched: Windows = NONE,
) -> list[tuple[datetime, datetime]]:
    """Return when a room was in, within the meeting and up to what is known, in whole seconds.

    Instants are cut to the second as they are printed, so that times agree with their ends. What
    was `unwatched` is left out.
    """
    last = _cut(min(meeting.end, max(meeting.begin, as_known_at)))
    found: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    for row in sorted(mine, key=lambda row: (row.at, row.id or 0)):
        if row.present and since is None:
            since = _cut(row.at)
        elif not row.present and since is not None:
            found.append((since, _cut(row.at)))
            since = None
    if since is not None:
        found.append((since, last))
    first = _cut(meeting.begin)
    clipped = [(_second(max(begin, first)), _second(min(end, last))) for begin, end in found]
    watched = Windows(clipped) - unwatched
    return [(instant(begin), instant(end)) for begin, end in watched]


def was_in(
    other: Meeting, mine: Sequence[Presence], meeting: Meeting, as_known_at: datetime
) -> bool:
    """Say whether a room was in another meeting within the hours of one."""
    return any(
        begin < meeting.end and meeting.begin < end
        for begin, end in spans_of(other, mine, as_known_at)
    )


def sound_of(
    meeting: Meeting,
    mine: Sequence[QualitySpan],
    inside: Sequence[tuple[datetime, datetime]],
    as_known_at: datetime,
) -> Sound:
    """Return how a room's call was, of its spans; `inside` is when it was in, as `spans_of` says.

    What a call was after the room had left it, as far as it was known then, counts for nothing; of
    a room that nobody saw come in all counts. Where two spans overlap, since a clock was set back,
    the later one begins where the other ends.
    """
    last = _cut(min(meeting.end, max(meeting.begin, as_known_at)))
    seconds = dict.fromkeys((Grade.GOOD, Grade.FAIR, Grade.POOR, Grade.BAD), 0)
    told = _cut(meeting.begin)
    for row in sorted(mine, key=lambda row: row.begin):
        begin, end = max(told, _cut(row.begin)), min(last, _cut(row.until))
        for first, left in inside or ((told, last),):
            seconds[row.grade] += max(0, _seconds(max(begin, first), min(end, left)))
        told = max(told, end)
    within = [row for row in mine if row.begin < last and row.until >= meeting.begin]
    measured = sum(seconds.values())
    ratings = [row.rating for row in within if row.rating is not None]
    return Sound(
        seconds=seconds,
        unmeasured=max(0, sum(_seconds(*span) for span in inside) - measured),
        worst=max(within, key=lambda row: row.grade, default=None),
        rating=min(ratings, default=None),
    )


def _badness(line: Line) -> tuple[int, ...]:
    """Return a key that sorts the worst first: by seconds that were bad, then poor, then fair."""
    worse = (Grade.BAD, Grade.POOR, Grade.FAIR)
    return tuple(-line.sound.seconds[grade] for grade in worse)


def road(place: Place, venue: Place | None, prices: Prices) -> float | None:
    """Return the kilometres by road, one way: the great circle, made longer. None if unknown."""
    if venue is None:
        return None
    ends = (place.latitude, place.longitude, venue.latitude, venue.longitude)
    if any(one is None for one in ends):
        return None
    phi, lam, psi, mu = (math.radians(one) for one in ends if one is not None)
    half = math.sin((psi - phi) / 2) ** 2
    half += math.cos(phi) * math.cos(psi) * math.sin((mu - lam) / 2) ** 2
    return 2 * _EARTH * math.asin(math.sqrt(half)) * prices.winding


def saved(delegates: int, km: float, prices: Prices) -> int | None:
    """Return the đồng of indicator I13: the way there and back, a day, a night if it is far."""
    if not prices.priced:
        return None
    each = 2 * km * (prices.per_km or 0) + (prices.per_day or 0)
    if km > prices.lodging_beyond:
        each += prices.lodging or 0
    return round(delegates * each)


def travel(delegates: int, km: float, prices: Prices) -> float:
    """Return the hours, to a tenth, that people would have spent on the road, there and back."""
    return round(delegates * 2 * km / prices.speed, 1)  # so printed rows add up to their sum


def instant(second: int) -> datetime:
    """Return when a second since 1970 begins."""
    return datetime.fromtimestamp(second, UTC)


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _cut(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _seconds(begin: datetime, end: datetime) -> int:
    return int((end - begin).total_seconds())


def _drops(meeting: Meeting, mine: Sequence[Presence]) -> int:
    """Return how often a room was lost: cut off, or out of the call and back in it later.

    Who leaves for good with the way to them whole has hung up, as all do when a meeting ends.
    """
    rows = sorted(mine, key=lambda row: (row.at, row.id or 0))
    back = max((place for place, row in enumerate(rows) if row.present), default=-1)
    return sum(
        row.dropped
        and meeting.begin <= row.at < meeting.end
        and (place < back or row.source == REACH or row.incident is not None)
        for place, row in enumerate(rows)
    )
