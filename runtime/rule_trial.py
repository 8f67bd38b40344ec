"""How often would a rule have fired? The stored samples once more, through the rule itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from alerts import rules
from alerts.places import HIDING
from alerts.rules import Firing, Replay, Tried
from alerts.topology import Topology
from core.collector import Collector
from core.errors import Conflict
from core.inventory import Rule
from core.labels import Series, escaped
from core.status import Watch
from core.text import Text
from core.watching import Check
from storage.series import Curve, SeriesReader
from storage.status import StatusBook

MOST_SERIES = 5000  # of one expression
PIECE = timedelta(hours=6)  # of history that is asked for at once
Progress = Callable[[int, int], None]  # (pieces done, pieces in all)


@dataclass(slots=True)
class _Stand:
    """The replays of one rule, by series."""

    rule: Rule
    topology: Topology
    by_instance: Mapping[str, tuple[Check, ...]]
    replays: dict[str, Replay | None] = field(default_factory=dict)

    def of(self, labels: Mapping[str, str]) -> Replay | None:
        """Return the replay of a series; None of one that the rule is not for."""
        if self.rule.value == rules.EXPRESSION:
            return self._of_expression(labels)
        name = str(Series.of(self.rule.metric, tuple(p for p in labels.items() if p[0][0] != "_")))
        if name not in self.replays:
            self.replays[name] = self._begun(name, labels)
        return self.replays[name]

    def _of_expression(self, labels: Mapping[str, str]) -> Replay | None:
        name, target = rules.series_of(labels), rules.named(labels, self.topology)
        if target is None or not rules.holds_for(self.rule, target):
            return None
        if name not in self.replays:
            terms = rules.terms_of_expression(self.rule, self.topology)
            self.replays[name] = Replay(Watch(self.rule.slug, name, target.slug), self.rule, terms)
        return self.replays[name]

    def _begun(self, name: str, labels: Mapping[str, str]) -> Replay | None:
        checks = self.by_instance.get(labels.get("instance", ""), ())
        for check in checks:
            target = self.topology.targets.get(rules.target_of(labels, check, self.topology))
            if target is not None and rules.holds_for(self.rule, target):
                terms = rules.terms_of(self.rule, target, checks, self.topology)
                return Replay(Watch(self.rule.slug, name, target.slug), self.rule, terms)
        return None


def selector(rule: Rule) -> str:
    """Return what an engine is asked for."""
    matchers = (matcher.partition("=") for matcher in rule.labels)
    conditions = (
        f'{name.removesuffix("!")}{"!=" if name.endswith("!") else "="}"{escaped(value)}"'
        for name, _, value in matchers
    )
    return f"{rule.metric}{{{','.join(conditions)}}}" if rule.labels else rule.metric


async def tried(
    rule: Rule,
    begin: datetime,
    end: datetime,
    *,
    topology: Topology,
    collectors: Mapping[str, Collector],
    reader: SeriesReader,
    statuses: StatusBook,
    progress: Progress | None = None,
) -> Tried:
    """Return when a rule would have fired; Unavailable if the engine does not answer."""
    stand = _Stand(rule, topology, _bringing(rule, topology, collectors))
    edges = [begin]
    while edges[-1] < end:
        edges.append(min(edges[-1] + PIECE, end))
    for done, (since, until) in enumerate(pairwise(edges)):
        if progress is not None:
            progress(done, len(edges) - 1)
        for curve in await _curves(rule, reader, since, until):
            replay = stand.of(curve.labels)
            if replay is not None:
                replay.hear(curve.points)
    replays = [replay for replay in stand.replays.values() if replay is not None]
    found = sorted(
        (firing for replay in replays for firing in replay.firings),
        key=lambda one: (one.fired_at, one.series),
    )
    lost = await _lost(found, statuses, topology)
    shown, hidden = (tuple(f for f in found if (f in lost) is wanted) for wanted in (False, True))
    return Tried(rule, begin, end, len(replays), shown, hidden)


async def _curves(
    rule: Rule, reader: SeriesReader, since: datetime, until: datetime
) -> list[Curve]:
    """Return what the rule would have been shown: samples, or its expression as it is asked."""
    if rule.value != rules.EXPRESSION:
        return await reader.samples(selector(rule), since, until)
    step = rules.EVERY.total_seconds()
    found = await reader.query_range(rule.metric, since, until, step)
    if len(found) > MOST_SERIES:
        raise Conflict(too_many(rule, len(found)))
    return found


def too_many(rule: Rule, count: int) -> Text:
    """Return the sentence about an expression with more series than are judged."""
    return Text(
        f"Biểu thức của ngưỡng {rule.slug} cho {count} chuỗi, quá {MOST_SERIES}: thu hẹp lại",
        f"The expression of the rule {rule.slug} yields {count} series, more than {MOST_SERIES}: "
        "narrow it",
    )


def _bringing(
    rule: Rule, topology: Topology, collectors: Mapping[str, Collector]
) -> dict[str, tuple[Check, ...]]:
    """Return the checks that bring the rule's series, by instance."""
    found: dict[str, tuple[Check, ...]] = {}
    for check in topology.checks.values():
        collector = collectors.get(check.collector)
        if collector is None or any(emit.name == rule.metric for emit in collector.emits):
            found[check.target] = (*found.get(check.target, ()), check)
    return found


async def _lost(found: list[Firing], statuses: StatusBook, topology: Topology) -> frozenset[Firing]:
    """Return the firings that began to be told while the target, or its site, was down."""
    lost = set()
    for firing in found:
        site = topology.targets[firing.target].site
        names = [firing.target, *([site] if site else [])]
        at = firing.fired_at
        held = await statuses.intervals(names, at, at + timedelta(microseconds=1))
        if any(one.status in HIDING for one in held):
            lost.add(firing)
    return frozenset(lost)
