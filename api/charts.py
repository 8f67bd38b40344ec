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
WIDTH, HEIGHT = 720, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 10, 24
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


def hours(begin: datetime, end: datetime, most: int = 8) -> list[datetime]:
    """Return round local hours within a span, at most `most` of them."""
    span = (end - begin).total_seconds() / 3600
    every = next((n for n in (1, 2, 3, 4, 6, 12, 24, 48) if span / n <= most), 168)
    at = begin.astimezone(LOCAL).replace(minute=0, second=0, microsecond=0)
    ticks = []
    while at <= end:
        if at >= begin and at.hour % min(every, 24) == 0:
            ticks.append(at)
        at += timedelta(hours=1)
    return ticks


def line_chart(curves: Sequence[Curve], frame: Frame, title: str) -> Markup:
    """Return the chart; zero is drawn on the base line, missing points leave a hole."""
    highest = max((value for curve in curves for _, value in curve.points), default=0.0)
    top = frame.ceiling or ceiling(max(highest * 1.05, frame.least))
    seconds = (frame.end - frame.begin).total_seconds()

    def x(at: datetime) -> float:
        share = (at - frame.begin).total_seconds() / seconds
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        share = min(value, top) / top
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)

    parts = [*_grid(frame, top, x, y)]
    for curve in curves:
        parts += _curve(curve, frame, x, y)
    return Markup(  # noqa: S704  (every text in `parts` was escaped where it was added)
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'preserveAspectRatio="xMidYMid meet"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )


def _grid(
    frame: Frame, top: float, x: Callable[[datetime], float], y: Callable[[float], float]
) -> list[str]:
    parts = []
    for number in range(5):
        value = top * number / 4
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(value)}" '
            f'y2="{y(value)}"/><text class="tick" text-anchor="end" x="{_LEFT - 6}" '
            f'y="{y(value) + 4}">{escape(frame.unit(value))}</text>'
        )
    for at in hours(frame.begin, frame.end):
        label = local(at).strftime("%H:%M" if at.hour else "%d/%m")
        parts.append(
            f'<line class="grid" x1="{x(at)}" x2="{x(at)}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'
            f'<text class="tick" text-anchor="middle" x="{x(at)}" y="{HEIGHT - 7}">{label}</text>'
        )
    return parts


def _curve(
    curve: Curve, frame: Frame, x: Callable[[datetime], float], y: Callable[[float], float]
) -> list[str]:
    parts = []
    for run in runs(curve.points, frame.step):
        if len(run) == 1:
            at, value = run[0]
            parts.append(f'<circle class="dot {curve.css}" cx="{x(at)}" cy="{y(value)}" r="2"/>')
            continue
        way = " ".join(f"{x(at)},{y(value)}" for at, value in run)
        parts.append(f'<polyline class="line {curve.css}" points="{way}"/>')
    return parts


def status_bar(
    intervals: Sequence[Interval], begin: datetime, end: datetime, language: Language, title: str
) -> Markup:
    """Return a bar of a target's statuses over a span; what no interval covers is unknown."""
    seconds = (end - begin).total_seconds()
    parts = [f'<rect class="s-unknown" x="0" y="0" width="{WIDTH}" height="28"/>']
    for one in intervals:
        left, right = max(one.begin, begin), min(one.end, end)
        if right <= left:
            continue
        at = (left - begin).total_seconds() / seconds * WIDTH
        width = max((right - left).total_seconds() / seconds * WIDTH, 1.5)
        said = f"{STATUS[Status(one.status)].said(language)}: {moment(left)} – {moment(right)}"
        parts.append(
            f'<rect class="s-{one.status.value}" x="{at:.1f}" y="0" width="{width:.1f}" '
            f'height="28"><title>{escape(said)}</title></rect>'
        )
    for tick in hours(begin, end):
        place = (tick - begin).total_seconds() / seconds * WIDTH
        label = local(tick).strftime("%H:%M" if tick.hour else "%d/%m")
        parts.append(
            f'<text class="tick" text-anchor="middle" x="{min(max(place, 16), WIDTH - 16):.1f}" '
            f'y="44">{label}</text>'
        )
    return Markup(  # noqa: S704
        f'<svg class="bar" viewBox="0 0 {WIDTH} 50" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
