"""Which announced works are left out of the count, and where?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.inventory import SpecialDay
from core.maintenance import Maintenance
from core.recurrence import spans
from core.text import Text, nfc
from reports.hours import working
from reports.lives import Life
from reports.periods import local_day
from reports.windows import Windows

_MOST_DAYS = 366  # a notice longer than this is long enough for any rule
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Weighed:
    """Works that were known and not called off, and whether they excuse anything."""

    maintenance: Maintenance
    excluded: bool
    why: Text | None

    @property
    def span(self) -> tuple[int, int]:
        """Return the works' seconds [begin, end)."""
        return _second(self.maintenance.begin), _second(self.maintenance.end)


def occurrences(rows: Iterable[Maintenance], begin: datetime, end: datetime) -> list[Maintenance]:
    """Return works one by one that lie within [begin, end) in part: each time of a rule by itself.

    Each was announced at its own distance. What happens once stays as it is.
    """
    return [
        row if row.rule is None else row.model_copy(update={"begin": span.begin, "end": span.end})
        for row in rows
        for span in spans(row.begin, row.end, row.rule)
        if span.begin < end and span.end > begin
    ]


def weigh(
    rows: Iterable[Maintenance],
    special: Iterable[SpecialDay],
    notice: int,
    as_known_at: datetime | None,
) -> list[Weighed]:
    """Return the works that count as announced, by begin.

    `notice` is how many whole working days must lie between the day of the announcement and
    the day on which the works begin (0: any works). What was recorded or called off after
    `as_known_at` was not known then.
    """
    days = {day.on: day for day in special}
    return [
        _weighed(row, days, notice)
        for row in sorted(rows, key=lambda row: (row.begin, row.id))
        if _known(row, as_known_at)
    ]


def notice_of(row: Maintenance, special: Mapping[date, SpecialDay]) -> int:
    """Return the working days between the announcement and the works, neither day counted."""
    day, last = local_day(row.announced_at) + _DAY, local_day(row.begin)
    if (last - day).days > _MOST_DAYS:
        return _MOST_DAYS
    count = 0
    while day < last:
        count += working(day, special)
        day += _DAY
    return count


class Concerned:
    """Which works concern a life: by its units, its carrier, its circuit, its name or its site's.

    Works that mend an incident concern no life by that: the incident is an outage all the same.
    """

    def __init__(self, works: Sequence[Weighed]) -> None:
        self._by_unit: defaultdict[str, list[int]] = defaultdict(list)
        self._by_carrier: defaultdict[str, list[int]] = defaultdict(list)
        self._by_circuit: defaultdict[str, list[int]] = defaultdict(list)
        self._by_target: defaultdict[str, list[int]] = defaultdict(list)
        for number, weighed in enumerate(works):
            row = weighed.maintenance
            for unit in row.units:
                self._by_unit[unit].append(number)
            for carrier in row.carriers:
                self._by_carrier[_folded(carrier)].append(number)
            for circuit in row.circuits:
                self._by_circuit[_folded(circuit)].append(number)
            for target in row.targets:
                self._by_target[target].append(number)

    def of(self, life: Life) -> tuple[int, ...]:
        """Return the numbers of the works that concern a life, whenever they are."""
        found = {n for unit in life.path for n in self._by_unit.get(unit, ())}
        if life.carrier is not None:
            found.update(self._by_carrier.get(_folded(life.carrier), ()))
        if life.circuit is not None:
            found.update(self._by_circuit.get(_folded(life.circuit), ()))
        found.update(self._by_target.get(life.target, ()))
        if life.site is not None:
            found.update(self._by_target.get(life.site, ()))
        return tuple(sorted(found))


def excused(works: Sequence[Weighed], numbers: Iterable[int]) -> Windows:
    """Return the seconds that some works excuse; what two share is there once."""
    return Windows(works[n].span for n in numbers if works[n].excluded)


def newest(rows: Iterable[Maintenance], lives: Iterable[Life]) -> datetime | None:
    """Return when the last word on works that concern some lives was recorded.

    That they were called off is such a word too: without it they would count.
    """
    works = [Weighed(row, excluded=False, why=None) for row in rows]
    concerned = Concerned(works)
    numbers = {n for life in lives for n in concerned.of(life)} if works else set()
    said = [works[n].maintenance for n in numbers]
    return max((row.cancelled_at or row.recorded_at for row in said), default=None)


def _known(row: Maintenance, as_known_at: datetime | None) -> bool:
    if as_known_at is None:
        return row.cancelled_at is None
    if row.recorded_at > as_known_at:
        return False
    return row.cancelled_at is None or row.cancelled_at > as_known_at


def _weighed(row: Maintenance, special: Mapping[date, SpecialDay], notice: int) -> Weighed:
    given = notice_of(row, special)
    if notice <= 0 or given >= notice:
        return Weighed(row, excluded=True, why=None)
    days = "day" if given == 1 else "days"
    return Weighed(
        row,
        excluded=False,
        why=Text(
            vi=f"báo trước {given} ngày làm việc, cần {notice}",
            en=f"announced {given} working {days} ahead, {notice} are needed",
        ),
    )


def _second(instant: datetime) -> int:
    return int(instant.timestamp() // 1)


def _folded(words: str) -> str:
    return nfc(words).casefold()
