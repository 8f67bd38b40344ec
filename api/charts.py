"""Line charts and status bars as inline SVG, drawn on the server, styled by the page's sheet."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from api.words import STATUS, local, moment
from core.clock import LOCAL
from core.status import Interval, Status
from core.text import Language

Point = tuple[datetime, float]
HEIGHT = 210  # pixels
_TOP, _BOTTOM = 10, 26  # pixels above and below the plot
_ROWS = 4
_TALL = HEIGHT - _TOP - _BOTTOM
_SPAN = 1000  # units of the plot's width, stretched to what there is
_EDGE = 8.0  # per cent of the width at either end, where a tick's words would be cut
_EVERY = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880)  # minutes between two ticks
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_BROKEN = 2.5  # steps without a point after which the line is broken, not drawn through


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: its name for the legend, its colour class (a, b, c) and its points in order."""

    name: str
    css: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Frame:
    """The span and scale of a chart. `step` seconds lie between two points."""

    begin: datetime
    end: datetime
    step: float
    unit: Callable[[float], str]
    ceiling: float | None = None  # a scale that is fixed, as 100 %
    least: float = 0.0  # the scale is never shorter than this


def ceiling(highest: float) -> float:
    """Return a round number at or above a value."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(power * step for step in _STEPS if power * step >= highest * 0.999999)


def runs(points: Sequence[Point], step: float) -> list[list[Point]]:
    """Return the points cut where some are missing."""
    found: list[list[Point]] = []
    gap = timedelta(seconds=step * _BROKEN)
    for point in points:
        if found and point[0] - found[-1][-1][0] <= gap:
            found[-1].append(point)
        else:
            found.append([point])
    return found


def ticks(begin: datetime, end: datetime, most: int = 8) -> list[datetime]:
    """Return round local times within a span, at most `most` of them."""
    span = (end - begin).total_seconds() / 60
    every = next((step for step in _EVERY if span / step <= most), 7 * 1440)
    midnight = begin.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    found, at = [], midnight
    while at <= end:
        if at >= begin:
            found.append(at)
        at += timedelta(minutes=every)
    return found


def line_chart(curves: Sequence[Curve], frame: Frame, title: str) -> Markup:
    """Return the chart; zero is drawn on the base line, missing points leave a hole.

    Texts stand at shares of the width, so that they keep their size at any width; the lines
    alone are stretched.
    """
    highest = max((value for curve in curves for _, value in curve.points), default=0.0)
    top = frame.ceiling or ceiling(max(highest * 1.05, frame.least))
    lines = "".join(_curve(curve, frame, top) for curve in curves)
    return Markup(  # noqa: S704  (every text within was escaped where it was added)
        f'<div class="chart" role="img" aria-label="{escape(title)}">'
        f'<svg class="scale" height="{HEIGHT}" aria-hidden="true">{_scale(frame, top)}</svg>'
        f'<svg class="plot" height="{HEIGHT}" aria-hidden="true">{_grid()}{_hours(frame)}'
        f'<svg y="{_TOP}" width="100%" height="{_TALL}" viewBox="0 0 {_SPAN} {_TALL}" '
        f'preserveAspectRatio="none">{lines}</svg></svg></div>'
    )


def _height(number: int) -> float:
    return _TOP + _TALL * (1 - number / _ROWS)


def _scale(frame: Frame, top: float) -> str:
    return "".join(
        f'<text class="tick" text-anchor="end" x="100%" y="{_height(number) + 4}">'
        f"{escape(frame.unit(top * number / _ROWS))}</text>"
        for number in range(_ROWS + 1)
    )


def _grid() -> str:
    return "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{_height(number)}" y2="{_height(number)}"/>'
        for number in range(_ROWS + 1)
    )


def _hours(frame: Frame) -> str:
    parts = []
    for number, at in enumerate(ticks(frame.begin, frame.end)):
        x = _share(at, frame.begin, frame.end)
        parts.append(
            f'<line class="grid" x1="{x}%" x2="{x}%" y1="{_TOP}" y2="{_TOP + _TALL}"/>'
            f'<text class="tick{" odd" if number % 2 else ""}" text-anchor="middle" x="{x}%" '
            f'y="{HEIGHT - 5}">{_hour(at)}</text>'
        )
    return "".join(parts)


def _hour(at: datetime) -> str:
    here = local(at)
    return here.strftime("%H:%M" if here.hour or here.minute else "%d/%m")


def _share(at: datetime, begin: datetime, end: datetime) -> float:
    """Return where an instant lies in a span, in per cent."""
    return round((at - begin) / (end - begin) * 100, 2)


def _curve(curve: Curve, frame: Frame, top: float) -> str:
    def spot(point: Point) -> str:
        at, value = point
        x = _share(at, frame.begin, frame.end) * _SPAN / 100
        return f"{x:.1f},{_TALL * (1 - min(value, top) / top):.1f}"

    parts = []
    for run in runs(curve.points, frame.step):
        # A lone point is a line of no length: with round caps it shows as a dot.
        spots = [spot(point) for point in (run if len(run) > 1 else run * 2)]
        parts.append(f'<polyline class="line {curve.css}" points="{" ".join(spots)}"/>')
    return "".join(parts)


def status_bar(
    intervals: Sequence[Interval], begin: datetime, end: datetime, language: Language, title: str
) -> Markup:
    """Return a bar of a target's statuses over a span; what no interval covers is unknown."""
    parts = ['<rect class="s-unknown" width="100%" height="26"/>']
    for one in intervals:
        left, right = max(one.begin, begin), min(one.end, end)
        if right <= left or one.status is Status.UNKNOWN:
            continue
        x = _share(left, begin, end)
        width = max(_share(right, begin, end) - x, 0.15)  # the shortest outage can be seen
        said = f"{STATUS[one.status].said(language)}: {moment(left)} – {moment(right)}"
        parts.append(
            f'<rect class="s-{one.status.value}" x="{x}%" width="{width:.2f}%" height="26">'
            f"<title>{escape(said)}</title></rect>"
        )
    for number, tick in enumerate(ticks(begin, end)):
        x = _share(tick, begin, end)
        anchor = "start" if x < _EDGE else "end" if x > 100 - _EDGE else "middle"
        parts.append(
            f'<text class="tick{" odd" if number % 2 else ""}" text-anchor="{anchor}" x="{x}%" '
            f'y="43">{_hour(tick)}</text>'
        )
    return Markup(  # noqa: S704
        f'<svg class="bar" height="48" role="img"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )
