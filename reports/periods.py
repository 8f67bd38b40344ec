"""Days, weeks, months, quarters and years of Asia/Ho_Chi_Minh, by name and one after another."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.text import Text
from reports.report import Period, PeriodKind

_ROMAN = ("I", "II", "III", "IV")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAY = timedelta(days=1)
_WRITTEN = {
    PeriodKind.DAY: re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
    PeriodKind.WEEK: re.compile(r"(?P<year>\d{4})-?[Ww](?P<week>\d{1,2})"),
    PeriodKind.MONTH: re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})"),
    PeriodKind.QUARTER: re.compile(r"(?P<year>\d{4})-?[Qq](?P<quarter>[1-4])"),
    PeriodKind.YEAR: re.compile(r"(?P<year>\d{4})"),
}
_EXAMPLES = {
    PeriodKind.DAY: "2026-10-05",
    PeriodKind.WEEK: "2026-W41",
    PeriodKind.MONTH: "2026-10",
    PeriodKind.QUARTER: "2026-Q4",
    PeriodKind.YEAR: "2026",
}


def midnight(day: date) -> datetime:
    """Return the instant, in UTC, at which a local day begins."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


@lru_cache(maxsize=4096)
def second(day: date) -> int:
    """Return the second since 1970 at which a local day begins."""
    return int(midnight(day).timestamp())


def local_day(instant: datetime) -> date:
    """Return the local day of an instant."""
    return instant.astimezone(LOCAL).date()


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period of a kind in which a local day lies."""
    first = _first(kind, day)
    last = _next(kind, first) - _DAY
    return Period(kind, first, midnight(first), midnight(last + _DAY), _name(kind, first, last))


def before(period: Period) -> Period:
    """Return the period before."""
    return period_of(period.kind, period.first - _DAY)


def days(period: Period) -> list[date]:
    """Return the local days of a period."""
    last = local_day(period.end - _DAY)
    return [period.first + _DAY * n for n in range((last - period.first).days + 1)]


def read(kind: PeriodKind, written: str) -> Period:
    """Return the period that was written, as `2026-10` or `2026-Q4`; Invalid."""
    found = _WRITTEN[kind].fullmatch(written.strip())
    try:
        if found is None:
            raise ValueError(written)  # noqa: TRY301  (both faults are one to the reader)
        return period_of(kind, _meant(**{k: int(v) for k, v in found.groupdict().items()}))
    except (ValueError, OverflowError) as fault:
        raise Invalid([_unreadable(kind, written)]) from fault


def _meant(
    year: int,
    month: int | None = None,
    day: int | None = None,
    week: int | None = None,
    quarter: int | None = None,
) -> date:
    if week is not None:
        return date.fromisocalendar(year, week, 1)
    return date(year, month or (3 * (quarter or 1) - 2), day or 1)


def _unreadable(kind: PeriodKind, written: str) -> Problem:
    example = _EXAMPLES[kind]
    return Problem(
        file="period",
        key=kind.value,
        what=Text(vi=f"“{written}” không phải là kỳ báo cáo", en=f"“{written}” is no period"),
        mend=Text(vi=f"Viết như {example}", en=f"Write it like {example}"),
    )


def _first(kind: PeriodKind, day: date) -> date:
    firsts: dict[PeriodKind, Callable[[], date]] = {
        PeriodKind.DAY: lambda: day,
        PeriodKind.WEEK: lambda: day - _DAY * day.weekday(),
        PeriodKind.MONTH: lambda: day.replace(day=1),
        PeriodKind.QUARTER: lambda: date(day.year, 3 * ((day.month - 1) // 3) + 1, 1),
        PeriodKind.YEAR: lambda: date(day.year, 1, 1),
    }
    return firsts[kind]()


def _next(kind: PeriodKind, first: date) -> date:
    if kind is PeriodKind.DAY:
        return first + _DAY
    if kind is PeriodKind.WEEK:
        return first + 7 * _DAY
    longest = {PeriodKind.MONTH: 31, PeriodKind.QUARTER: 92, PeriodKind.YEAR: 366}[kind]
    return _first(kind, first + _DAY * longest)


def _name(kind: PeriodKind, first: date, last: date) -> Text:
    year = first.year
    if kind is PeriodKind.DAY:
        return Text(vi=f"Ngày {first:%d/%m/%Y}", en=f"{first.day} {_month(first)}")
    if kind is PeriodKind.WEEK:
        number = first.isocalendar()
        span = f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"
        return Text(
            vi=f"Tuần {number.week}/{number.year} ({span})",
            en=f"Week {number.week} of {number.year} ({span})",
        )
    if kind is PeriodKind.MONTH:
        return Text(vi=f"Tháng {first.month}/{year}", en=_month(first))
    if kind is PeriodKind.QUARTER:
        quarter = (first.month - 1) // 3
        return Text(vi=f"Quý {_ROMAN[quarter]}/{year}", en=f"Quarter {quarter + 1} of {year}")
    return Text(vi=f"Năm {year}", en=f"Year {year}")


def _month(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.year}"
