"""The PromQL that boards and rules share. Every name is looked up where it is written.

Plain PromQL that Prometheus and VictoriaMetrics understand alike: `timestamp` stands directly on
a selector, what `*_over_time` leaves of labels is aggregated away.
"""

import re
from collections.abc import Sequence
from functools import cache

from core.status import Status
from core.watching import TargetKind
from runtime import catalogue, registries

NOW = " @ end()"  # the end of the dashboard's range, at every step of a chart
LOST = f"{Status.DOWN}|{Status.UNREACHABLE}"
ANSWERING = f"{Status.UP}|{Status.DEGRADED}"
_LEVELS = ("province", "district", "commune")
_RATED = re.compile(r"(?:rate|increase)\(([A-Za-z_]\w*)[^\[\]]*\[\$__rate_interval\]")


class UnknownSeries(Exception):
    """A board speaks of a series or a label that nobody writes."""


@cache
def _written() -> dict[str, frozenset[str]]:
    return {name: frozenset(metric.labels) for name, metric in catalogue.catalogue().items()}


def metric(name: str, *matchers: str) -> str:
    """Return a selector; UnknownSeries if the platform writes no such name or label."""
    labels = _written().get(name)
    if labels is None:
        raise UnknownSeries(name)
    for matcher in matchers:
        label = re.split("[=!]", matcher)[0]
        if label not in labels:
            raise UnknownSeries(f"{name}{{{label}}}")
    return f"{name}{{{', '.join(matchers)}}}" if matchers else name


@cache
def _seldom() -> dict[str, float]:
    """Return the seconds between two samples of each series of a collector, at the longest."""
    found: dict[str, float] = {}
    for collector in registries.collectors().values():
        for emit in collector.emits:
            found[emit.name] = max(collector.interval, found.get(emit.name, 0.0))
    return found


def step(expression: str) -> str | None:
    """Return the least step of a query that rates what is polled, None if it rates none of it.

    `$__rate_interval` is four of these, or of the data source's own, which are what we write of
    ourselves: a window of two polls holds but one where the second is late, and no rate at all.
    """
    polled = [_seldom()[name] for name in _RATED.findall(expression) if name in _seldom()]
    return f"{max(polled):g}s" if polled else None


def identity(kind: TargetKind) -> str:
    """Return the label that names a target of a kind."""
    return "instance" if kind is TargetKind.DEVICE else kind.value


def in_unit(name: str, *matchers: str) -> list[str]:
    """Return the selectors of a series within the chosen units, whatever their level."""
    return [metric(name, f'{level}=~"$unit"', *matchers) for level in _LEVELS]


def chosen(kind: TargetKind, *matchers: str, at: str = "", unit: bool = True) -> str:
    """Return one series of value 1 per target of the chosen units, with its present labels.

    Where a rename has left two `*_info` series within the engine's look-back, the newer counts.
    """
    name = f"{kind.value}_info"
    found = in_unit(name, *matchers) if unit else [metric(name, *matchers)]
    stamps = " or ".join(f"timestamp({selector}{at})" for selector in found)
    return f"(topk by ({identity(kind)}) (1, {stamps}) > bool 0)"


def code(kind: TargetKind) -> str:
    """Return each target's status as its badness: 0 is up, the worst is down."""
    name = f"{kind.value}_status"
    parts = " or ".join(
        f"{metric(name, having(status.value))} * {status.badness}"
        for status in sorted(Status, key=lambda s: s.badness)
    )
    return f"sum by ({identity(kind)}) ({parts})"


def share(kind: TargetKind, statuses: str, at: str = "") -> str:
    """Return the share of the dashboard's range that each target spent in some statuses."""
    selector = metric(f"{kind.value}_status", having(statuses))
    return f"sum by ({identity(kind)}) (avg_over_time({selector}[$__range]{at}))"


def named(expression: str, kind: TargetKind, wanted: str, labels: Sequence[str] = ("name",)) -> str:
    """Return an expression by target, kept to `wanted` and told by the labels of its `*_info`."""
    return f"{expression} * on ({identity(kind)}) group_left ({', '.join(labels)}) {wanted}"


def having(statuses: str) -> str:
    """Return the matcher of some statuses."""
    return f'status=~"{statuses}"'


def holds(kind: TargetKind, statuses: str) -> str:
    """Return 1 for every target that has one of some statuses, else 0."""
    return f"max by ({identity(kind)}) ({metric(f'{kind.value}_status', having(statuses))})"


def count(kind: TargetKind, statuses: str, wanted: str) -> str:
    """Return how many targets have one of some statuses; nothing at all where nothing is known."""
    return f"sum({named(holds(kind, statuses), kind, wanted, ())})"


def worst(number: int, expression: str) -> str:
    """Return the highest `number` series."""
    return f"topk({number}, {expression})"


def ranks(kind: TargetKind, tie: str) -> str:
    """Return by what targets are ranked: status, then time lost in the range, then slowness.

    `tie` is a measure in seconds by target. Without it VictoriaMetrics would choose anew among
    equals in each query, and the columns of a table would speak of different rows.
    """
    graver = f"({code(kind)} + {share(kind, LOST)} * 0.5)"
    slower = f"clamp_max({tie}, 1) * 0.4"
    return f"({graver} + on ({identity(kind)}) {slower} or {graver})"


def slowness(by: str, *matchers: str) -> str:
    """Return how long answers took over the range, by site or by instance."""
    selector = metric("probe_duration_seconds", *matchers)
    return f"max by ({by}) (avg_over_time({selector}[$__range]))"


def of_all_parts(expression: str, *parts: str) -> str:
    """Return the sum over the parts of each instance, whose labels are `parts`.

    Each is counted once, however many vantages look at it.
    """
    each = f"max by ({', '.join(('instance', *parts))}) ({expression})"
    return f"sum by (instance) ({each})" if parts else each


def least(number: int, expression: str) -> str:
    """Return the lowest series at each instant.

    Not by `bottomk`: VictoriaMetrics (1.79) takes a series that has ended for the lowest of all,
    and shows nothing.
    """
    return f"-topk({number}, -({expression}))"


def only(expression: str, by: str, among: str) -> str:
    """Return those series of an expression whose label `by` is found among others."""
    return f"{expression} and on ({by}) {among}"
