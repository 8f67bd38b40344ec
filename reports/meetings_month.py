"""What did a month of video conferences come to? Indicators I11, I12 and I13, from its annexes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.inventory import Inventory, UnitLevel
from reports.annex import Annex
from reports.report import Period


@dataclass(frozen=True, slots=True)
class Reach:
    """I11: of the units of a level, how many have a điểm cầu."""

    level: UnitLevel
    having: int
    units: int


@dataclass(frozen=True, slots=True)
class MeetingsMonth:
    """A month of meetings that are over, each with its annex, by begin; none that was called off.

    `running` are those that go on: they count when they are over.
    """

    period: Period
    annexes: tuple[Annex, ...]
    reaches: tuple[Reach, ...]
    running: int
    as_known_at: datetime

    @property
    def attended(self) -> int:
        """Return how often a room joined (I12)."""
        return sum(one.attended for one in self.annexes)

    @property
    def invited(self) -> int:
        """Return how often a room was invited."""
        return sum(len(one.lines) for one in self.annexes)

    @property
    def seconds(self) -> int:
        """Return how long the meetings were held, together, as far as anybody saw it (I12)."""
        return sum(one.held or 0 for one in self.annexes)

    @property
    def unseen(self) -> int:
        """Return of how many meetings no room was seen to join: they add no time."""
        return sum(one.held is None for one in self.annexes)

    @property
    def unwatched(self) -> tuple[Annex, ...]:
        """Return the meetings of which the platform did not watch a part: it adds no time."""
        return tuple(one for one in self.annexes if one.unwatched.spans)

    @property
    def troubled(self) -> int:
        """Return how many meetings an incident touched."""
        return sum(bool(one.troubles) for one in self.annexes)

    @property
    def delegates(self) -> int | None:
        """Return how many people took part; None where nobody said."""
        return _sum(one.delegates for one in self.annexes)

    @property
    def saved(self) -> int | None:
        """Return the đồng saved (I13, an estimate); None where it cannot be estimated."""
        return _sum(one.saved for one in self.annexes)

    @property
    def hours(self) -> float | None:
        """Return the hours of travel saved (I13, an estimate)."""
        known = [one.hours for one in self.annexes if one.hours is not None]
        return sum(known) if known else None


def meetings_month(
    period: Period, annexes: Sequence[Annex], today: Inventory, *, as_known_at: datetime
) -> MeetingsMonth:
    """Return the month; `today` is the inventory of its last day."""
    held = [one for one in annexes if one.meeting.cancelled_at is None]
    over = sorted(
        (one for one in held if not one.running),
        key=lambda one: (one.meeting.begin, one.meeting.id),
    )
    return MeetingsMonth(
        period, tuple(over), tuple(_reaches(today)), len(held) - len(over), as_known_at
    )


def _reaches(today: Inventory) -> Iterable[Reach]:
    """Yield I11 for the levels that there are, counting rooms and equipment that joins meetings."""
    unit_of = {site.slug: site.unit for site in today.sites}
    joining = {room.site for room in today.rooms}
    joining |= {device.site for device in today.devices if device.kind == "endpoint"}
    having = {unit_of[site] for site in joining if site in unit_of}
    for level in (UnitLevel.DISTRICT, UnitLevel.COMMUNE):
        units = {unit.slug for unit in today.units if unit.level is level}
        if units:
            yield Reach(level, len(units & having), len(units))


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
