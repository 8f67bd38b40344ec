"""Which series make up a chart, and how they are read from the engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, isfinite
from typing import Literal

from api.charts import Curve
from core.labels import escaped
from core.text import Text
from core.watching import Check, Estate, Target, TargetKind
from storage.series import SeriesReader

Panel = Literal["rtt", "loss", "traffic", "response"]
POINTS = 288  # of a chart: one per five minutes over a day
_UNNAMED = frozenset({"icmp", "tcp"})  # whose series bear no label `collector`
LEAST_STEP = 30.0  # seconds: sweeps are summarised per 30 s


@dataclass(frozen=True, slots=True)
class Query:
    """One line of a panel."""

    name: Text
    css: str
    promql: str


def span(hours: int, now: datetime) -> tuple[datetime, datetime, float]:
    """Return begin, end and step (seconds), aligned to the step so that lines do not dance.

    The end lies in the step that has begun: what was measured a minute ago is there to see.
    """
    step = max(LEAST_STEP, hours * 3600 / POINTS)
    end = datetime.fromtimestamp(ceil(now.timestamp() / step) * step, now.tzinfo)
    return end - timedelta(hours=hours), end, step


def panels_of(target: Target) -> tuple[Panel, ...]:
    """Return the panels that make sense for a target."""
    if target.kind is TargetKind.SERVICE:
        return ("response",)
    return ("traffic",) if target.kind is TargetKind.LINK else ("rtt", "loss")


def _selector(**labels: str) -> str:
    return ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items())


def _window(step: float) -> int:
    return int(max(step, 2 * LEAST_STEP))


def _rtt(estate: Estate, target: Target, step: float) -> list[Query]:
    here, over = _selector(instance=target.slug), _window(step)
    reached, _ = _reached(estate, target)
    return [
        Query(
            Text("trung bình", "mean"),
            "a",
            f"avg(avg_over_time(probe_icmp_rtt_mean_seconds{{{here}}}[{over}s]))"
            f" or avg(avg_over_time(probe_duration_seconds{{{reached}}}[{over}s]))",
        ),
        Query(
            Text("cao nhất", "highest"),
            "b",
            f"max(max_over_time(probe_icmp_rtt_max_seconds{{{here}}}[{over}s]))",
        ),
    ]


def _loss(estate: Estate, target: Target, step: float) -> list[Query]:
    here, over = _selector(instance=target.slug), _window(step)
    return [
        Query(
            Text("tỷ lệ mất gói", "loss"),
            "c",
            f"max(avg_over_time(probe_loss_ratio{{{here}}}[{over}s]))",
        )
    ]


def _reached(estate: Estate, target: Target) -> tuple[str, float]:
    """Return the selector of the check that says whether a target answers, and its interval.

    The others are of another nature: a letter may be on its way for seconds.
    """
    reach = next((c for c in estate.checks if c.target == target.slug and c.reach), None)
    if reach is None:
        return _selector(instance=target.slug), 60.0
    own = "" if reach.collector in _UNNAMED else reach.collector
    return _selector(instance=target.slug, collector=own, check=""), reach.interval


def _response(estate: Estate, target: Target, step: float) -> list[Query]:
    here, interval = _reached(estate, target)
    over, every = max(_window(step), int(interval * 3)), max(1, int(interval))
    # how long a failure took is no time to answer
    good = f"probe_duration_seconds{{{here}}} and on(instance) (probe_success{{{here}}} == 1)"
    return [
        Query(
            Text("trung bình", "mean"),
            "a",
            f"avg(avg_over_time(({good})[{over}s:{every}s]))",
        ),
        Query(
            Text("lâu nhất", "longest"),
            "b",
            f"max(max_over_time(({good})[{over}s:{every}s]))",
        ),
    ]


def port_of(estate: Estate, link: Target) -> tuple[Check, str] | None:
    """Return the check and the port that carry a link's counters, the centre's side first."""
    found = [
        (check, fact.port)
        for check in estate.checks
        for fact in check.ports
        if fact.link == link.slug
    ]
    found.sort(key=lambda pair: pair[0].target not in link.uplinks)
    return found[0] if found else None


def _traffic(estate: Estate, target: Target, step: float) -> list[Query]:
    carried = port_of(estate, target)
    if carried is None:
        return []
    check, port = carried
    here = _selector(instance=check.target, ifName=port)
    over = max(_window(step), int(check.interval * 4))
    towards, away = Text("về trung tâm", "to the centre"), Text("từ trung tâm", "from the centre")
    near = check.target in target.uplinks
    return [
        Query(towards if near else away, "a", f"max(rate(ifHCInOctets{{{here}}}[{over}s])) * 8"),
        Query(away if near else towards, "b", f"max(rate(ifHCOutOctets{{{here}}}[{over}s])) * 8"),
    ]


_QUERIES: Mapping[Panel, Callable[[Estate, Target, float], list[Query]]] = {
    "rtt": _rtt,
    "loss": _loss,
    "traffic": _traffic,
    "response": _response,
}
UNITS: Mapping[Panel, str] = {
    "rtt": "seconds",
    "loss": "ratio",
    "traffic": "bits per second",
    "response": "seconds",
}


async def curves(
    reader: SeriesReader,
    estate: Estate,
    target: Target,
    panel: Panel,
    *,
    hours: int,
    now: datetime,
) -> list[tuple[Query, Curve]]:
    """Return the lines of a panel. Raises core.errors.Unavailable if the engine is silent."""
    begin, end, step = span(hours, now)
    found = []
    for query in _QUERIES[panel](estate, target, step):
        rows = await reader.query_range(query.promql, begin, end, step)
        points = [point for point in rows[0].points if isfinite(point[1])] if rows else []
        found.append((query, Curve(query.name.vi, query.css, points)))
    return found


async def present(
    reader: SeriesReader, estate: Estate, target: Target, panel: Panel, *, now: datetime
) -> list[float | None]:
    """Return the newest value of each line of a panel, None where nothing was measured lately.

    It is taken over the shortest window there is: the point of a day's chart speaks for five
    minutes, which is too long to be called now. Errors as of `curves`.
    """
    found: list[float | None] = []
    for query in _QUERIES[panel](estate, target, LEAST_STEP):
        rows = await reader.query(query.promql, now)
        value = rows[0].value if rows else None
        found.append(value if value is not None and isfinite(value) else None)
    return found
