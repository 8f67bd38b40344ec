"""When is a target expected to be on? Spans of local time by day of the week, and special days."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from core.clock import LOCAL
from core.watching import Hours

_MIDNIGHT_FROM = time(23, 59)  # whoever writes 23:59 means the whole evening
_BACK = 14  # days: no break that matters is further away
_AHEAD = 31  # days in which a calendar opens again, Tết included


def expected_since(hours: tuple[Hours, ...], now: datetime) -> datetime | None:
    """Return since when a target has been expected to be on; None while it need not be.

    Spans that touch are one, over midnight too. A target without hours has always been
    expected: the beginning of time.
    """
    if not hours:
        return datetime.min.replace(tzinfo=now.tzinfo)
    local = now.astimezone(LOCAL)
    since: datetime | None = None
    for back in range(_BACK):
        for begin, end in sorted(_spans(hours, local.date() - timedelta(days=back)), reverse=True):
            if begin <= local < end or (since is not None and begin < since <= end):
                since = begin if since is None else min(since, begin)
        if since is None or since.time() != time.min:
            break
    return since.astimezone(now.tzinfo) if since is not None else None


def open_until(hours: tuple[Hours, ...], now: datetime) -> datetime | None:
    """Return when the hours that hold now end; None if none hold.

    Spans that touch are one, over midnight too; what never ends, ends a month ahead.
    """
    local = now.astimezone(LOCAL)
    until: datetime | None = None
    for ahead in range(_AHEAD):
        for begin, end in sorted(_spans(hours, local.date() + timedelta(days=ahead))):
            if begin <= (until or local) < end:
                until = end
        if until is None or until.time() != time.min:
            break
    return until.astimezone(now.tzinfo) if until is not None else None


def next_boundary(calendars: Iterable[tuple[Hours, ...]], now: datetime) -> datetime | None:
    """Return when the next span of any calendar begins or ends."""
    local = now.astimezone(LOCAL)
    found = [moment for hours in calendars if (moment := _next(hours, local)) is not None]
    return min(found).astimezone(now.tzinfo) if found else None


def _next(hours: tuple[Hours, ...], local: datetime) -> datetime | None:
    for ahead in range(_AHEAD):
        day = local.date() + timedelta(days=ahead)
        edges = [edge for span in _spans(hours, day) for edge in span if edge > local]
        if edges:
            return min(edges)
    return None


def _spans(hours: tuple[Hours, ...], day: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans of a local day, half-open."""
    for span in hours:
        if day in span.also_on or (day.isoweekday() in span.days and day not in span.off_on):
            begin = datetime.combine(day, span.begin, LOCAL)
            if span.end >= _MIDNIGHT_FROM:
                yield begin, datetime.combine(day + timedelta(days=1), time.min, LOCAL)
            else:
                yield begin, datetime.combine(day, span.end, LOCAL)
