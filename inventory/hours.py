"""When is each calendar open around a day? Its spans, and the days that are not like their own."""

from collections import defaultdict
from datetime import date, time, timedelta

from core.inventory import CalendarSpan, Inventory, SpecialDay
from core.watching import DaysOff, Hours

BEFORE, AFTER = timedelta(days=7), timedelta(days=400)  # of special days that are written down
_WORKDAYS = (1, 2, 3, 4, 5)
_LAST = time(23, 59, 59)  # stands for midnight


def hours_of(inventory: Inventory, on: date) -> dict[str, tuple[Hours, ...]]:
    """Return the hours of every calendar, with the special days around a day.

    On a holiday no span holds; a make-up day is worked like the day of the week that it names.
    Spans that are open on holidays know neither.
    """
    near = [day for day in inventory.special_days if on - BEFORE <= day.on <= on + AFTER]
    near.sort(key=lambda day: day.on)
    found: defaultdict[str, list[Hours]] = defaultdict(list)
    for span in sorted(inventory.calendars, key=lambda s: (s.slug, s.days, s.begin)):
        special = [] if span.open_on_holidays else near
        found[span.slug].append(
            Hours(
                days=span.days,
                begin=span.begin,
                end=_LAST if (span.end.hour, span.end.minute) == (23, 59) else span.end,
                off_on=tuple(d.on for d in special if _usual(span, d) and not _worked(span, d)),
                also_on=tuple(d.on for d in special if not _usual(span, d) and _worked(span, d)),
            )
        )
    return {slug: tuple(hours) for slug, hours in found.items()}


def days_off(inventory: Inventory, on: date) -> DaysOff:
    """Return the days around a day on which offices are closed, and those worked instead."""
    near = [day for day in inventory.special_days if on - BEFORE <= day.on <= on + AFTER]
    worked = {day.on for day in near if day.kind == "working" and day.like in _WORKDAYS}
    return DaysOff(
        closed=tuple(sorted(day.on for day in near if day.on not in worked)),
        worked=tuple(sorted(worked)),
    )


def _usual(span: CalendarSpan, day: SpecialDay) -> bool:
    return day.on.isoweekday() in span.days


def _worked(span: CalendarSpan, day: SpecialDay) -> bool:
    return day.kind == "working" and day.like in span.days
