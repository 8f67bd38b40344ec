"""Does a line carry more than was rented? The legal rule of utilisation, counted to the sample.

Circular 06/2026/TT-BKHCN, article 5.6: in each direction the 95th percentile of 5-minute means
must not exceed 90 % of the capacity over 7 consecutive days, else the line is to be upgraded. The
days here are whole local days, so that a window of them changes once a day.

A 5-minute mean of which nothing is known is missing, never zero: a line is within the bound only
if it would be so whatever was missing, and beyond it only if it is so although that was nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from core.clock import LOCAL
from core.text import Text, vietnamese_order

SLOT = timedelta(minutes=5)
DAYS = 7
SLOTS = DAYS * 24 * 12
BOUND = 0.9  # of the capacity
SPARED = SLOTS - -(-SLOTS * 95 // 100)  # means that may lie above the 95th percentile


class Verdict(StrEnum):
    """What the rule says of a direction, or of a line: the worse of its two."""

    EXCEEDED = "exceeded"
    MET = "met"
    UNKNOWN = "unknown"  # too much is missing, or nobody has said what was rented


class Direction(StrEnum):
    """Which way traffic goes, as the site at the far end of the line sees it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Way:
    """One direction over a window, in bits per second.

    `p95` is of what is known, `at_least` counts what is missing as no traffic; both are the
    nearest rank: a mean that was measured, not one between two. None: nothing is known.
    """

    known: int  # 5-minute means
    above: int = 0  # of them beyond the bound
    p95: float | None = None
    at_least: float = 0.0
    highest: float | None = None

    @property
    def missing(self) -> int:
        """Return how many 5-minute means nothing is known of."""
        return SLOTS - self.known

    @property
    def verdict(self) -> Verdict:
        """Return what the rule says, taken that the capacity is known."""
        if self.above > SPARED:
            return Verdict.EXCEEDED
        return Verdict.MET if self.above + self.missing <= SPARED else Verdict.UNKNOWN


NOTHING = Way(0)


@dataclass(frozen=True, slots=True)
class LineUse:
    """One line over a window. `counted`: whether a port of it is declared at either end."""

    link: str
    capacity: float | None  # rented, bits per second
    ways: Mapping[Direction, Way] = field(default_factory=dict)
    counted: bool = True

    def way(self, direction: Direction) -> Way:
        """Return a direction."""
        return self.ways.get(direction, NOTHING)

    def verdict_of(self, direction: Direction) -> Verdict:
        """Return what the rule says of a direction."""
        return self.way(direction).verdict if self.capacity else Verdict.UNKNOWN

    @property
    def verdict(self) -> Verdict:
        """Return what the rule says of the line."""
        said = {self.verdict_of(direction) for direction in Direction}
        if Verdict.EXCEEDED in said:
            return Verdict.EXCEEDED
        return Verdict.MET if said == {Verdict.MET} else Verdict.UNKNOWN

    def share(self, bits: float | None) -> float | None:
        """Return a rate as a share of the capacity, 0 … 1; None where either is not known."""
        return bits / self.capacity if self.capacity and bits is not None else None

    @property
    def busiest(self) -> float | None:
        """Return the higher 95th percentile of both directions as a share of the capacity."""
        found = [share for d in Direction if (share := self.share(self.way(d).p95)) is not None]
        return max(found, default=None)

    @property
    def missing(self) -> int:
        """Return how many 5-minute means are missing of the direction that lacks more."""
        return max(self.way(direction).missing for direction in Direction)


@dataclass(frozen=True, slots=True)
class Week:
    """All lines over the 7 local days that end at a midnight."""

    end: datetime
    lines: Mapping[str, LineUse]

    @property
    def begin(self) -> datetime:
        """Return when the window begins."""
        return self.end - SLOT * SLOTS

    @property
    def last(self) -> date:
        """Return the last of the seven days."""
        return (self.end - SLOT).astimezone(LOCAL).date()


def ended_by(now: datetime) -> datetime:
    """Return the end of the newest window: the local midnight that was last."""
    here = now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    return here.astimezone(UTC)


def weighed(means: Iterable[float | None], capacity: float | None) -> Way:
    """Return a direction from its 5-minute means in bits per second; None is missing."""
    known = sorted(value for value in means if value is not None)
    if not known:
        return NOTHING
    bound = capacity * BOUND if capacity else None
    return Way(
        known=len(known),
        above=sum(value > bound for value in known) if bound is not None else 0,
        p95=known[-(-len(known) * 95 // 100) - 1],
        at_least=known[-SPARED - 1] if len(known) > SPARED else 0.0,
        highest=known[-1],
    )


def worst_first(lines: Iterable[LineUse]) -> list[LineUse]:
    """Return lines: those beyond the bound, then by use; those nothing is known of at the end."""
    order = (Verdict.EXCEEDED, Verdict.UNKNOWN, Verdict.MET)

    def key(one: LineUse) -> tuple[object, ...]:
        busiest = one.busiest
        beyond = one.verdict is Verdict.EXCEEDED
        return (not beyond, busiest is None, -(busiest or 0.0), order.index(one.verdict), one.link)

    return sorted(lines, key=key)


# One month: of every day what was found of the seven days that ended with it.


@dataclass(frozen=True, slots=True)
class Day:
    """What was found of one direction of a line on one day, for the 7 days that ended with it.

    `at_least` is the 95th percentile as a share of the capacity, with what was missing as none.
    """

    on: date  # the last of the seven days
    link: str
    direction: Direction
    known: int
    above: int
    at_least: float

    @property
    def verdict(self) -> Verdict:
        """Return what the rule says."""
        return Way(self.known, self.above).verdict


@dataclass(frozen=True, slots=True)
class Crowded:
    """A direction of a line that was beyond the bound for seven days in a row, in a period."""

    link: str
    name: Text
    direction: Direction
    days: int  # on which the seven days that ended were beyond it
    judged: int  # days on which it could be said
    highest: float  # 95th percentile as a share of the capacity, at least
    first: date
    last: date
    carrier: str | None = None
    circuit: str | None = None


@dataclass(frozen=True, slots=True)
class Crowding:
    """The section of a report: the lines beyond the bound, and of how many nothing is known."""

    lines: tuple[Crowded, ...]
    watched: int  # lines within the scope
    unknown: int  # lines of which on no day anything could be said


@dataclass(frozen=True, slots=True)
class Named:
    """A line as a report calls it."""

    link: str
    name: Text
    carrier: str | None = None
    circuit: str | None = None


def crowding(lines: Sequence[Named], found: Iterable[Day]) -> Crowding:
    """Return the section of a period from what was found day by day."""
    by_way: dict[tuple[str, Direction], list[Day]] = {}
    for day in found:
        by_way.setdefault((day.link, day.direction), []).append(day)
    crowded: list[Crowded] = []
    unknown = 0
    for line in lines:
        said = False
        for direction in Direction:
            days = sorted(by_way.get((line.link, direction), ()), key=lambda day: day.on)
            judged = [day for day in days if day.verdict is not Verdict.UNKNOWN]
            beyond = [day for day in judged if day.verdict is Verdict.EXCEEDED]
            said = said or bool(judged)
            if beyond:
                crowded.append(_crowded(line, direction, beyond, len(judged)))
        unknown += not said
    crowded.sort(
        key=lambda one: (-one.days, -one.highest, vietnamese_order(one.link), one.direction)
    )
    return Crowding(tuple(crowded), len(lines), unknown)


def _crowded(line: Named, direction: Direction, beyond: Sequence[Day], judged: int) -> Crowded:
    return Crowded(
        link=line.link,
        name=line.name,
        direction=direction,
        days=len(beyond),
        judged=judged,
        highest=max(day.at_least for day in beyond),
        first=beyond[0].on,
        last=beyond[-1].on,
        carrier=line.carrier,
        circuit=line.circuit,
    )
