"""Which seconds were agreed? Calendars of hours over local days, holidays and make-up days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time

from core.inventory import CalendarSpan, SpecialDay
from reports.periods import second
from reports.windows import Windows

ALWAYS = "24x7"  # every second
EXPECTED = "expected"  # the hours in which each target is expected to be on
_LAST = time(23, 59, 59)  # an end from here on is midnight
_DAY = 86_400


class Hours:
    """The calendars of an inventory, over a stretch of local days."""

    def __init__(
        self,
        calendars: Iterable[CalendarSpan],
        special: Iterable[SpecialDay],
        days: Sequence[date],
    ) -> None:
        self._rows: defaultdict[str, list[CalendarSpan]] = defaultdict(list)
        for row in calendars:
            self._rows[row.slug].append(row)
        self._special = {day.on: day for day in special}
        self._days = days
        self._made: dict[tuple[str, bool], Windows] = {}

    def __contains__(self, calendar: object) -> bool:
        """Say whether there is a calendar of that slug."""
        return calendar in self._rows

    def name(self, calendar: str) -> str:
        """Return the name of a calendar: that of its newest rows."""
        rows = self._rows.get(calendar)
        return max(rows, key=lambda row: row.valid_from).name if rows else calendar

    @property
    def always(self) -> Windows:
        """Return every second of the days."""
        return Windows([(second(self._days[0]), second(self._days[-1]) + _DAY)])

    def agreed(self, calendar: str) -> Windows:
        """Return the hours of a calendar; nothing on days on which it has no row."""
        return self._windows(calendar, missing=False)

    def expected(self, calendar: str | None) -> Windows:
        """Return when something of this calendar is expected on: always where no row says."""
        return self.always if calendar is None else self._windows(calendar, missing=True)

    def _windows(self, calendar: str, *, missing: bool) -> Windows:
        key = (calendar, missing)
        if key not in self._made:
            rows = self._rows.get(calendar, [])
            self._made[key] = Windows(
                span for day in self._days for span in _of_day(rows, day, self._special, missing)
            )
        return self._made[key]


def _of_day(
    rows: Sequence[CalendarSpan],
    day: date,
    special: Mapping[date, SpecialDay],
    missing: bool,
) -> list[tuple[int, int]]:
    midnight = second(day)
    held = [row for row in rows if _holds(row, day)]
    if not held:
        return [(midnight, midnight + _DAY)] if missing else []
    return [
        (midnight + _seconds(row.begin), midnight + _until(row.end))
        for row in held
        if _weekday(row, day, special.get(day)) in row.days
    ]


def _weekday(row: CalendarSpan, day: date, special: SpecialDay | None) -> int | None:
    """Return the day of the week by which a row goes on a day, None if it rests."""
    if special is None or row.open_on_holidays:
        return day.isoweekday()
    return special.like if special.kind == "working" else None


def working(day: date, special: Mapping[date, SpecialDay]) -> bool:
    """Say whether offices work on a day: Monday to Friday, but for the special days."""
    known = special.get(day)
    if known is None:
        return day.isoweekday() <= 5  # noqa: PLR2004  (Friday)
    return known.kind == "working"


def _holds(row: CalendarSpan, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or row.valid_to > day)


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _until(clock: time) -> int:
    return _DAY if clock >= _LAST else _seconds(clock)
