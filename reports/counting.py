"""Lives of one kind, counted: what was agreed of each, and the tally of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.history import STATUSES, History
from core.watching import TargetKind
from reports.figures import Figures, Outages, figures_of, outages_of
from reports.hours import ALWAYS, EXPECTED, Hours
from reports.lives import Life
from reports.report import Bucket, Seconds
from reports.tally import BUCKETS, Counted, Counter, Ints, Tally, joined
from reports.uptime import Agreed, Moment, timeline
from reports.windows import Windows
from reports.works import Concerned, Weighed, excused

_AT_ONCE = 1_000  # lives: their arrays stay in the processor's cache
_EXCLUDED = BUCKETS.index(Bucket.EXCLUDED)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides which seconds count: hours, the calendar that was asked for, works."""

    hours: Hours
    calendar: str
    works: Sequence[Weighed]

    def base(self, life: Life) -> Windows:
        """Return the agreed hours of a life, works not yet taken out."""
        if self.calendar == ALWAYS:
            return self.hours.always
        if self.calendar == EXPECTED:
            return self.hours.expected(life.calendar)
        return self.hours.agreed(self.calendar)


class Counting:
    """Lives of one kind with their buckets and outages."""

    def __init__(
        self,
        lives: Sequence[Life],
        kind: TargetKind,
        rules: Rules,
        history: History,
        counter: Counter,
    ) -> None:
        self.lives = lives
        self.kind = kind
        self._rules = rules
        self._history = history
        self._place = {target: place for place, target in enumerate(history.targets)}
        concerned = Concerned(rules.works)
        self.works = [concerned.of(life) for life in lives]
        self._agreed: dict[tuple[str | None, tuple[int, ...]], Agreed] = {}
        self.tally = self._tallied(counter)

    @cached_property
    def targets(self) -> dict[str, int]:
        """Return the targets, numbered in the order of their lives."""
        return {t: n for n, t in enumerate(dict.fromkeys(life.target for life in self.lives))}

    @cached_property
    def _target(self) -> Ints:
        return np.array([self.targets[life.target] for life in self.lives], np.int64)

    def agreed(self, life: int) -> Agreed:
        """Return what counts of a life."""
        one = self.lives[life]
        key = (one.calendar, self.works[life])
        if key not in self._agreed:
            hours = self._rules.base(one) - excused(self._rules.works, self.works[life])
            self._agreed[key] = Agreed(hours, self._rules.hours.expected(one.calendar))
        return self._agreed[key]

    def rows(self, numbers: Sequence[int], count: int) -> tuple[Figures, Outages]:
        """Return the figures and outages of `count` rows; a row's number per life, -1: none."""
        rows = np.array(numbers, np.int64)
        outages = outages_of(self.tally, self._target, rows)
        return figures_of(self.tally, rows, outages, count), outages

    @cached_property
    def by_target(self) -> tuple[Figures, Outages]:
        """Return the figures and outages of every target, in the order of `targets`."""
        numbers = [self.targets[life.target] for life in self.lives]
        return self.rows(numbers, len(self.targets))

    def seconds(self, lives: Sequence[int]) -> Seconds:
        """Return the buckets of some lives together."""
        sums = self.tally.seconds[np.array(lives, np.int64)].sum(axis=0)
        values = (int(value) for value in sums)
        return Seconds(**dict(zip((bucket.value for bucket in BUCKETS), values, strict=True)))

    def stretches(self, lives: Sequence[int]) -> list[tuple[int, int, Bucket]]:
        """Return the buckets of some lives of one target over time."""
        made = []
        for number in lives:
            life = self.lives[number]
            moments = self._moments(life.target)
            made += timeline(moments, self.kind, life.begin, life.end, self.agreed(number))
        return made

    def worked(self, works: int) -> int | None:
        """Return the agreed seconds of all lives within some works, None if they touch none."""
        begin, end = self._rules.works[works].span
        touched = [
            self._rules.base(life).within(max(begin, life.begin), min(end, life.end))
            for life in self._concerned.get(works, ())
            if max(begin, life.begin) < min(end, life.end)
        ]
        return sum(touched) if touched else None

    @cached_property
    def _concerned(self) -> dict[int, list[Life]]:
        found: dict[int, list[Life]] = {}
        for life, numbers in zip(self.lives, self.works, strict=True):
            for number in numbers:
                found.setdefault(number, []).append(life)
        return found

    def _moments(self, target: str) -> list[Moment]:
        place = self._place[target]
        rows = slice(int(self._history.first[place]), int(self._history.first[place + 1]))
        return [
            (at, STATUSES[status])
            for at, status in zip(
                self._history.at[rows].tolist(), self._history.status[rows].tolist(), strict=True
            )
        ]

    def _tallied(self, counter: Counter) -> Tally:
        groups: dict[tuple[str | None, tuple[int, ...]], list[int]] = {}
        for number, life in enumerate(self.lives):
            groups.setdefault((life.calendar, self.works[number]), []).append(number)
        parts, order = [], []
        portions = (
            numbers[start : start + _AT_ONCE]
            for numbers in groups.values()
            for start in range(0, len(numbers), _AT_ONCE)
        )
        for numbers in portions:
            some, agreed = [self.lives[n] for n in numbers], self.agreed(numbers[0])
            counted = Counted(
                np.array([self._place[life.target] for life in some], np.int64),
                np.array([life.begin for life in some], np.int64),
                np.array([life.end for life in some], np.int64),
                self.kind,
                agreed,
            )
            parts.append(counter.tally(counted))
            order.append(np.array(numbers, np.int64))
        tally = joined(parts, order, len(self.lives))
        tally.seconds[:, _EXCLUDED] += np.array([life.outside for life in self.lives], np.int64)
        return tally


def by_key(counting: Counting, keys: Sequence[Sequence[str]]) -> Mapping[str, Seconds]:
    """Return the buckets of all lives that bear a key, for every key."""
    lives: dict[str, list[int]] = {}
    for number, some in enumerate(keys):
        for key in some:
            lives.setdefault(key, []).append(number)
    return {key: counting.seconds(some) for key, some in lives.items()}
