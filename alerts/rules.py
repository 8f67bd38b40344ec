"""Is a value beyond a threshold, and for long enough? Pure: (watch, sample) → watch.

What is not known neither fires nor clears: a gap or a NaN breaks a run that is not yet long
enough, and leaves what has fired as it is until a sample says otherwise.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.hours import expected_since
from alerts.judge import patience
from alerts.topology import Topology
from core.inventory import Rule
from core.labels import Series
from core.status import Watch
from core.watching import MISS_GRACE, Check, Hours, Target, TargetKind

_UNHEARD = 600.0  # seconds: of a series whose check is not known any more
_AS_IT_IS = frozenset({"last", "expression"})
_MEGA, _OCTET, _PER_CENT = 1e6, 8, 100

Points = tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule needs to know about one series beside its samples."""

    patience: timedelta  # between two samples; then there is no data
    capacity_mbps: float | None = None  # of the link
    hours: tuple[Hours, ...] = ()  # in which the rule holds; empty: always


@dataclass(frozen=True, slots=True)
class Firing:
    """A time that one series spent firing; `end` is None while it has not cleared."""

    series: str
    target: str
    begin: datetime  # beyond the threshold from here
    fired_at: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have done in [begin, end)."""

    rule: Rule
    begin: datetime
    end: datetime
    series: int  # that it looked at
    firings: tuple[Firing, ...] = ()  # by time
    hidden: tuple[Firing, ...] = ()  # while the target was down: its outage speaks for them

    @property
    def targets(self) -> int:
        """Return how many targets it would have been told of."""
        return len({one.target for one in self.firings})


def heard(watch: Watch, rule: Rule, at: datetime, value: float, terms: Terms) -> Watch:
    """Return how a series stands after one more sample; one from the past changes nothing."""
    if watch.at is not None and at <= watch.at:
        return watch
    if terms.hours and expected_since(terms.hours, at) is None:
        return replace(cleared(watch), at=at)
    if watch.at is not None and at - watch.at > terms.patience:
        watch = silent(watch)
    if not math.isfinite(value):
        return replace(silent(watch), at=at)
    points = _points(watch.points, rule, at, value)
    compared = value if rule.value in _AS_IT_IS else _over_window(points, rule, terms)
    watch = replace(watch, at=at, points=points)
    return watch if compared is None else _crossing(replace(watch, value=compared), rule, at)


def silent(watch: Watch) -> Watch:
    """Return the watch of a series of which nothing is known any more."""
    since = watch.beyond_since if watch.fired_at is not None else None
    return replace(watch, value=None, beyond_since=since, points=())


def cleared(watch: Watch) -> Watch:
    """Return the watch of a series to which the rule does not apply just now."""
    return replace(watch, value=None, beyond_since=None, fired_at=None, points=())


def terms_of(rule: Rule, target: Target, checks: Iterable[Check], topology: Topology) -> Terms:
    """Return the terms for a series of a target that these checks bring."""
    longest = max(map(patience, checks), default=_UNHEARD)
    return Terms(
        timedelta(seconds=longest) + MISS_GRACE,
        target.capacity_mbps,
        topology.calendars.get(rule.calendar or "", ()),
    )


def target_of(labels: Mapping[str, str], check: Check, topology: Topology) -> str:
    """Return whom a series of a check speaks of: a port that carries a line of that line.

    What a bridge says of a leg speaks of the equipment that it means, or of the room where that
    has none; of the bridge itself where it means nobody that is known.
    """
    links = {port.port: port.link for port in check.ports}
    asked = topology.targets.get(check.target)
    leg = labels.get("remote", "") if asked is not None and asked.role == "bridge" else ""
    if leg and (end := topology.caller(leg)) is not None:
        return end
    return links.get(labels.get("ifName", ""), check.target)


EVERY = timedelta(seconds=30)  # how often an expression is asked of the engine
EXPRESSION = "expression"
_NAMING = ("link", "room", "service", "instance", "site")  # labels, the most particular first


def named(labels: Mapping[str, str], topology: Topology) -> Target | None:
    """Return the target that a series of an expression names by its labels, None if none."""
    for label in _NAMING:
        target = topology.targets.get(labels.get(label, ""))
        if target is not None:
            return target
    return None


def series_of(labels: Mapping[str, str]) -> str:
    """Return what a series of an expression is remembered as."""
    kept = tuple((name, value) for name, value in labels.items() if name != "__name__")
    return str(Series.of(EXPRESSION, kept))


def terms_of_expression(rule: Rule, topology: Topology) -> Terms:
    """Return the terms for every series of an expression."""
    return Terms(3 * EVERY + MISS_GRACE, None, topology.calendars.get(rule.calendar or "", ()))


def is_silent(watch: Watch, terms: Terms, now: datetime) -> bool:
    """Say whether the last sample is too old to say anything."""
    return watch.at is not None and now - watch.at > terms.patience


def holds_for(rule: Rule, target: Target) -> bool:
    """Say whether a target lies in what a rule is for."""
    if rule.kind is not None and target.kind.value != rule.kind:
        return False
    if rule.value == "of_capacity" and target.kind is not TargetKind.LINK:
        return False
    if rule.role is not None and target.role != rule.role:
        return False
    return rule.unit is None or rule.unit in target.unit_path


def selects(rule: Rule, labels: Mapping[str, str]) -> bool:
    """Say whether the labels of a series fulfil the rule's conditions; an absent one is empty."""
    return all(_fulfils(matcher, labels) for matcher in rule.labels)


@dataclass(slots=True)
class Replay:
    """The samples of one series once more: when would its rule have fired?"""

    watch: Watch
    rule: Rule
    terms: Terms
    over: list[Firing] = field(default_factory=list)

    def hear(self, samples: Iterable[tuple[datetime, float]]) -> None:
        """Take in samples that follow those before."""
        for at, value in samples:
            before, self.watch = self.watch, heard(self.watch, self.rule, at, value, self.terms)
            if before.fired_at is not None and self.watch.fired_at is None:
                self.over.append(_firing(before, at))

    @property
    def firings(self) -> list[Firing]:
        """Return when it fired, the last perhaps without an end."""
        still = [_firing(self.watch, None)] if self.watch.fired_at is not None else []
        return [*self.over, *still]


def _firing(watch: Watch, end: datetime | None) -> Firing:
    if watch.beyond_since is None or watch.fired_at is None:
        raise ValueError("this watch does not fire")
    return Firing(watch.series, watch.target, watch.beyond_since, watch.fired_at, end)


def _fulfils(matcher: str, labels: Mapping[str, str]) -> bool:
    name, _, wanted = matcher.partition("=")
    return (labels.get(name.removesuffix("!"), "") == wanted) is not name.endswith("!")


def _points(points: Points, rule: Rule, at: datetime, value: float) -> Points:
    """Return the samples of the window that ends with this one, and one from before it began."""
    if rule.value in _AS_IT_IS:
        return ()
    if rule.value != "mean" and points and value < points[-1][1]:
        return ((at, value),)  # a counter began anew: what it lost is not known
    begin = at - timedelta(minutes=rule.window)
    first = next((i for i in range(len(points) - 1, -1, -1) if points[i][0] <= begin), 0)
    return (*points[first:], (at, value))


def _over_window(points: Points, rule: Rule, terms: Terms) -> float | None:
    """Return the value to compare; None while the window is not full, or nothing is known of it."""
    begin = points[-1][0] - timedelta(minutes=rule.window)
    if points[0][0] > begin:
        return None
    if rule.value == "mean":
        inside = [value for moment, value in points if moment > begin]
        return math.fsum(inside) / len(inside)
    (since, low), (until, high) = points[0], points[-1]
    rate = (high - low) / (until - since).total_seconds()
    if rule.value == "rate":
        return rate
    if not terms.capacity_mbps:
        return None
    return rate * _OCTET * _PER_CENT / (terms.capacity_mbps * _MEGA)


def _crossing(watch: Watch, rule: Rule, at: datetime) -> Watch:
    if watch.value is None:
        return watch
    if watch.fired_at is not None:
        back = rule.threshold if rule.recovery is None else rule.recovery
        if _is_beyond(watch.value, back, rule):
            return watch
        return replace(watch, beyond_since=None, fired_at=None)
    if not _is_beyond(watch.value, rule.threshold, rule):
        return replace(watch, beyond_since=None)
    since = watch.beyond_since or at
    lasted = at - since >= timedelta(minutes=rule.duration)
    return replace(watch, beyond_since=since, fired_at=at if lasted else None)


def _is_beyond(value: float, bound: float, rule: Rule) -> bool:
    return value > bound if rule.comparison == "above" else value < bound
