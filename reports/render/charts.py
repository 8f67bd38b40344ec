"""Charts as vectors: timelines that hide no short outage, bars that begin at zero.

Drawn with presentation attributes alone, so that they look the same in a mail, a browser with
a strict policy and a PDF. Height says as much as colour: black-and-white print stays readable.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from markupsafe import Markup

from core.text import Language, Text
from reports.report import Bucket, Period, PeriodKind, Stretch

HEIGHT = 12
_RANK = (Bucket.EXCLUDED, Bucket.UP, Bucket.UNKNOWN, Bucket.DEGRADED, Bucket.DOWN)  # worst last
_PER_DAY = {  # columns of a timeline
    PeriodKind.DAY: 288,
    PeriodKind.WEEK: 48,
    PeriodKind.MONTH: 12,
    PeriodKind.QUARTER: 4,
    PeriodKind.YEAR: 1,
}
_COLUMN = {  # the same in words
    PeriodKind.DAY: Text("5 phút", "5 minutes"),
    PeriodKind.WEEK: Text("30 phút", "30 minutes"),
    PeriodKind.MONTH: Text("2 giờ", "2 hours"),
    PeriodKind.QUARTER: Text("6 giờ", "6 hours"),
    PeriodKind.YEAR: Text("1 ngày", "1 day"),
}
_LOOKS = {  # top edge, attributes
    Bucket.UP: (8.0, 'fill="#8fbfa3"'),
    Bucket.DEGRADED: (4.5, 'fill="#d99a2b"'),
    Bucket.DOWN: (0.0, 'fill="#8f1d18"'),
    Bucket.EXCLUDED: (10.6, 'fill="#9aa4ae"'),
    Bucket.UNKNOWN: (6.2, 'fill="#ffffff" stroke="#4d5862" stroke-width=".7"'),
}
_WEEKDAYS = (
    Text("T2", "Mon"),
    Text("T3", "Tue"),
    Text("T4", "Wed"),
    Text("T5", "Thu"),
    Text("T6", "Fri"),
    Text("T7", "Sat"),
    Text("CN", "Sun"),
)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis of time; `x` is its column."""

    x: float
    label: str


def column_length(period: Period) -> Text:
    """Return in words how long a column of the period's timelines is."""
    return _COLUMN[period.kind]


def columns(period: Period) -> int:
    """Return how many columns the timelines of a period have."""
    days = round((period.end - period.begin) / timedelta(days=1))
    return days * _PER_DAY[period.kind]


def worst_by_column(timeline: Sequence[Stretch], period: Period) -> list[int | None]:
    """Return of each column the rank of the worst that touches it; None where nothing does."""
    count = columns(period)
    found: list[int] = [-1] * count
    width = (period.end - period.begin) / count
    for stretch in timeline:
        begin, end = max(stretch.begin, period.begin), min(stretch.end, period.end)
        if end <= begin:
            continue
        rank = _RANK.index(stretch.bucket)
        first = (begin - period.begin) // width
        last = -((period.begin - end) // width)  # rounded up
        for column in range(first, min(last, count)):
            found[column] = max(found[column], rank)
    return [None if rank < 0 else rank for rank in found]


def _runs(ranks: Sequence[int | None]) -> Iterator[tuple[int, int, int]]:
    """Yield (rank, first column, how many) of neighbours that are alike."""
    start = 0
    for column in range(1, len(ranks) + 1):
        if column < len(ranks) and ranks[column] == ranks[start]:
            continue
        rank = ranks[start]
        if rank is not None:
            yield rank, start, column - start
        start = column


def timeline(stretches: Sequence[Stretch], period: Period) -> Markup:
    """Return the bar of one target over the period as SVG."""
    count = columns(period)
    paths: dict[int, list[str]] = {}
    for rank, first, length in _runs(worst_by_column(stretches, period)):
        top = _LOOKS[_RANK[rank]][0]
        paths.setdefault(rank, []).append(f"M{first} {top:g}h{length}V{HEIGHT}h-{length}z")
    ticks = "".join(f"M{tick.x:g} 0V{HEIGHT}" for tick in _ticks(period, "vi"))
    drawn = "".join(
        f'<path {_LOOKS[_RANK[rank]][1]} d="{"".join(parts)}"/>'
        for rank, parts in sorted(paths.items())
    )
    return _svg(
        f"0 0 {count} {HEIGHT}",
        f'<path stroke="#d5dbe1" stroke-width=".5" fill="none" d="{ticks}"/>{drawn}',
        "t",
    )


def axis(period: Period, language: Language) -> Markup:
    """Return the axis of time as SVG; its labels keep their size however wide it is drawn."""
    count = columns(period)
    marks = "".join(
        f'<line x1="{100 * tick.x / count:.2f}%" x2="{100 * tick.x / count:.2f}%" y1="0" y2="14" '
        f'stroke="#7d8791" stroke-width=".7"/><text x="{100 * tick.x / count + 0.3:.2f}%" y="11" '
        f'font-size="11" font-family="Tinos, Noto Serif, serif" fill="#33404c">{tick.label}</text>'
        for tick in _ticks(period, language)
    )
    return Markup(  # noqa: S704  (numbers and our own words alone)
        '<svg class="axis" xmlns="http://www.w3.org/2000/svg" width="100%" height="14" '
        f'aria-hidden="true">{marks}</svg>'
    )


def _ticks(period: Period, language: Language) -> list[Tick]:
    days = round((period.end - period.begin) / timedelta(days=1))
    wide = _PER_DAY[period.kind]
    if period.kind is PeriodKind.DAY:
        return [Tick(hour * wide / 24, f"{hour:02d}") for hour in range(0, 24, 3)]
    if period.kind is PeriodKind.WEEK:
        return [Tick(day * wide, _WEEKDAYS[day].said(language)) for day in range(days)]
    firsts = [period.first + timedelta(days=day) for day in range(days)]
    if period.kind is PeriodKind.MONTH:
        return [Tick(on * wide, str(one.day)) for on, one in enumerate(firsts) if on % 3 == 0]
    return [
        Tick(on * wide, f"{one.month}" if language == "en" else f"T{one.month}")
        for on, one in enumerate(firsts)
        if one.day == 1
    ]


def mark(bucket: Bucket) -> Markup:
    """Return a small piece of a timeline, for the legend."""
    top, looks = _LOOKS[bucket]
    return _svg("0 0 22 12", f'<path {looks} d="M1 {top:g}h20V{HEIGHT}h-20z"/>', "mark")


def bars(now: Fraction | None, before: Fraction | None, longest: Fraction) -> Markup:
    """Return two bars from zero: this period's filled above, the one before hollow below."""
    full = 200
    here = (
        ""
        if now is None
        else (f'<path fill="#8f1d18" d="M0 1h{_scaled(now, longest, full)}v5H0z"/>')
    )
    there = (
        ""
        if before is None
        else (
            f'<path fill="#ffffff" stroke="#4d5862" stroke-width=".8" '
            f'd="M0 7.4h{_scaled(before, longest, full)}v3.4H0z"/>'
        )
    )
    ground = f'<path stroke="#7d8791" stroke-width=".8" d="M0 0V{HEIGHT}"/>'
    return _svg(f"0 0 {full} {HEIGHT}", here + there + ground, "b")


def solid() -> Markup:
    """Return the sign of this period's bars."""
    return _svg("0 0 22 12", '<path fill="#8f1d18" d="M1 3h20v6H1z"/>', "mark")


def hollow() -> Markup:
    """Return the sign of the bars of the period before."""
    drawn = '<path fill="#ffffff" stroke="#4d5862" stroke-width=".8" d="M1 4h20v4H1z"/>'
    return _svg("0 0 22 12", drawn, "mark")


def _scaled(value: Fraction, longest: Fraction, full: int) -> str:
    if not longest:
        return "0"
    return f"{float(value / longest * (full - 2)):.2f}"


def untrusted(spans: Sequence[tuple[datetime, datetime]], period: Period) -> Markup:
    """Return the spans in which our own clock was not trusted, as a bar of its own."""
    count, whole = columns(period), period.end - period.begin
    drawn = "".join(
        f'<path fill="none" stroke="#4d5862" stroke-width="1.2" stroke-dasharray="2 1.5" '
        f'd="M{count * (max(begin, period.begin) - period.begin) / whole:.2f} 6'
        f'H{count * (min(end, period.end) - period.begin) / whole:.2f}"/>'
        for begin, end in spans
    )
    return _svg(f"0 0 {count} {HEIGHT}", drawn, "t")


def _svg(box: str, inner: str, kind: str) -> Markup:
    return Markup(  # noqa: S704  (numbers and our own words alone)
        f'<svg class="{kind}" xmlns="http://www.w3.org/2000/svg" viewBox="{box}" '
        f'preserveAspectRatio="none" aria-hidden="true">{inner}</svg>'
    )
