"""What did a line carry? Five-minute means from the counters of the ports at its ends."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.labels import escaped
from storage.series import SeriesReader

SLOT = 300  # seconds
MOST = 8064  # points of one query: four weeks; Prometheus gives 11,000
_OCTET = 8  # bits
P95, KNOWN, ABOVE = "link_use_p95_ratio", "link_use_known_slots", "link_use_above_slots"
_DAY = 86_400
_DAYS_AT_ONCE = 31


@dataclass(frozen=True, slots=True)
class End:
    """A port at one end of a line. `far`: at the site, not at the centre."""

    instance: str
    port: str
    far: bool
    interval: float = 60.0  # seconds between two polls of it


async def means(
    reader: SeriesReader, ends: Sequence[End], begin: datetime, end: datetime
) -> tuple[list[float | None], list[float | None]]:
    """Return the 5-minute means into the site and out of it, in bits per second.

    One for each 5 minutes of [begin, end), which is a whole number of them; None where fewer
    than two polls were answered at either end. The site's own end speaks where both do.
    Unavailable if the engine does not answer.
    """
    into = await _means(reader, _counters(ends, into=True), begin, end)
    out_of = await _means(reader, _counters(ends, into=False), begin, end)
    return into, out_of


def _counters(ends: Sequence[End], *, into: bool) -> str:
    """Return the rate in one direction, of the first end that knows it."""
    parts = []
    for one in sorted(ends, key=lambda one: not one.far):
        name = "ifHCInOctets" if one.far is into else "ifHCOutOctets"
        here = f'instance="{escaped(one.instance)}",ifName="{escaped(one.port)}"'
        # What is polled more seldom needs a longer window to have two polls within.
        window = max(SLOT, math.ceil(2.5 * one.interval))
        parts.append(f"max(rate({name}{{{here}}}[{window}s]))")
    return " or ".join(parts)


async def _means(
    reader: SeriesReader, promql: str, begin: datetime, end: datetime
) -> list[float | None]:
    count = round((end - begin).total_seconds()) // SLOT
    found: list[float | None] = [None] * count
    if not promql:
        return found
    for first in range(0, count, MOST):
        last = min(first + MOST, count) - 1
        # The mean of a slot is known at its end.
        since, until = (begin + timedelta(seconds=SLOT * (n + 1)) for n in (first, last))
        for curve in await reader.query_range(promql, since, until, SLOT):
            for at, value in curve.points:
                place = round((at - begin).total_seconds() / SLOT) - 1
                if 0 <= place < count and math.isfinite(value):
                    found[place] = value * _OCTET
    return found


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written on a local day of a line's direction; the window ended as it began."""

    written_on: datetime  # the midnight at which that day began
    link: str
    direction: str
    known: int
    above: int
    at_least: float


async def recorded(reader: SeriesReader, first: datetime, last: datetime) -> list[Recorded]:
    """Return what was written on the local days that begin at `first`, …, `last` (midnights).

    Unavailable if the engine does not answer.
    """
    found: dict[tuple[str, str, datetime], dict[str, float]] = {}
    whole, begin = timedelta(seconds=_DAY - 1), first
    while begin <= last:
        # VictoriaMetrics moves the steps of longer answers to its own.
        end = min(begin + timedelta(days=_DAYS_AT_ONCE - 1), last)
        for name in (P95, KNOWN, ABOVE):
            promql = f"max by (link, direction) (max_over_time({name}[{_DAY - 1}s]))"
            for curve in await reader.query_range(promql, begin + whole, end + whole, _DAY):
                link, direction = curve.labels.get("link", ""), curve.labels.get("direction", "")
                for at, value in curve.points:
                    found.setdefault((link, direction, at - whole), {})[name] = value
        begin = end + timedelta(days=1)
    return [
        Recorded(on, link, direction, round(said[KNOWN]), round(said[ABOVE]), said[P95])
        for (link, direction, on), said in sorted(found.items())
        if len(said) == len((P95, KNOWN, ABOVE))
    ]
