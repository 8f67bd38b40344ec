"""The lines of the tables: units from the top down, targets, the worst of them, lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np

from core.clock import LOCAL, from_epoch
from core.inventory import Succession
from core.text import Text, vietnamese_order
from reports.counting import Counting, by_key
from reports.figures import Figures
from reports.lives import Units
from reports.report import Bucket, Row, ScopeKind, Seconds, Stretch
from reports.request import ROWS
from reports.scopes import Found, fate, named
from reports.tally import BUCKETS

WORST = 10
Path = tuple[str, ...]
_LEVELS = {"province": 0, "district": 1, "commune": 2, None: 3}
_TOP: Path = ()
_DOWN = BUCKETS.index(Bucket.DOWN)
_UNNAMED = {
    ScopeKind.NETWORK: Text(vi="(chưa ghi nhà mạng)", en="(no carrier given)"),
    ScopeKind.CARRIER: Text(vi="(chưa ghi loại mạng)", en="(no link class given)"),
}


class TargetRows:
    """Rows of single targets of one counting, beside those of the period before."""

    def __init__(self, counting: Counting, before: Counting | None, begin: int, end: int) -> None:
        self._counting = counting
        self._before = before
        self._begin, self._end = begin, end
        self._figures = counting.by_target[0]
        self._drawn = len(counting.targets) <= ROWS
        self._lives: dict[str, list[int]] = {}
        for number, life in enumerate(counting.lives):
            self._lives.setdefault(life.target, []).append(number)

    def row(self, target: str) -> Row:
        """Return the row of a target with all its lives."""
        number = self._counting.targets[target]
        return self.part(self._lives[target], self._figures, number, 0, drawn=True)

    def worst(self) -> tuple[Row, ...]:
        """Return the targets with the most seconds down, at most ten."""
        down = self._figures.seconds[:, _DOWN]
        targets = list(self._counting.targets)
        order = np.argsort(-down, kind="stable")[:WORST]
        return tuple(self.row(targets[n]) for n in order if down[n] > 0)

    def by_name(self) -> tuple[Row, ...]:
        """Return the rows of all targets; without timelines where they are many."""
        rows = [
            self.part(self._lives[target], self._figures, number, 0, drawn=self._drawn)
            for target, number in self._counting.targets.items()
        ]
        return tuple(sorted(rows, key=lambda row: (vietnamese_order(row.name.vi), row.key)))

    def part(
        self, lives: Sequence[int], figures: Figures, number: int, depth: int, *, drawn: bool
    ) -> Row:
        """Return the row of some lives of one target; `number` is its place in `figures`."""
        life = self._counting.lives[lives[-1]]
        first = self._counting.lives[lives[0]].begin
        return figured(
            Row(
                key=life.target,
                name=life.name,
                depth=depth,
                seconds=figures.of(number),
                kind=life.kind,
                detail=life.detail,
                before=self._old(life.target),
                timeline=self._timeline(lives) if drawn else (),
                note=span_in_words(first, life.end, self._begin, self._end),
            ),
            figures,
            number,
        )

    def _old(self, target: str) -> Seconds | None:
        number = None if self._before is None else self._before.targets.get(target)
        if self._before is None or number is None:
            return None
        return self._before.by_target[0].of(number)

    def _timeline(self, lives: Sequence[int]) -> tuple[Stretch, ...]:
        return tuple(
            Stretch(from_epoch(begin), from_epoch(end), bucket)
            for begin, end, bucket in self._counting.stretches(lives)
        )


class Tree:
    """The whole, its units (or carriers, or link classes), and targets where they are few."""

    def __init__(
        self,
        found: Found,
        units: Units,
        *,
        successions: Sequence[Succession],
        main: Counting,
        before: Counting | None,
        begin: int,
        end: int,
    ) -> None:
        self._found, self._units, self._successions = found, units, successions
        self._main = main
        self._begin, self._end = begin, end
        self._branches = [found.branch(life) or _TOP for life in main.lives]
        self._nodes: dict[Path, int] = {_TOP: 0}
        for branch in self._branches:
            for depth in range(len(branch)):
                self._nodes.setdefault(branch[: depth + 1], len(self._nodes))
        self._figures = self._all_figures()
        self._targets = self._targets_below()
        self._old = _sums(found, before) if before is not None else {}

    def rows(self, each: TargetRows | None) -> Iterator[Row]:
        """Yield all rows depth first; with `each`, a row for every target too."""
        parts = self._parts() if each is not None else {}
        figures = self._part_figures(parts) if parts else None
        numbers = {key: number for number, key in enumerate(parts)}
        stack = [_TOP]
        while stack:
            path = stack.pop()
            yield self._row(path)
            if each is not None and figures is not None:
                mine = [key for key in parts if key[1] == path]
                rows = [
                    each.part(parts[key], figures, numbers[key], len(path) + 1, drawn=True)
                    for key in mine
                ]
                yield from sorted(rows, key=lambda r: (vietnamese_order(r.name.vi), r.key))
            stack += reversed(self._below(path))

    def _row(self, path: Path) -> Row:
        number = self._nodes[path]
        scope = self._found.scope
        row = Row(
            key=path[-1] if path else scope.key,
            name=self._name(path),
            depth=len(path),
            seconds=self._figures.of(number),
            targets=self._targets[number],
            before=self._old.get(path[-1] if path else ""),
        )
        return figured(self._of_unit(row, path), self._figures, number)

    def _of_unit(self, row: Row, path: Path) -> Row:
        slug = path[-1] if path else self._found.unit
        unit = self._units.last(slug, self._end) if slug is not None else None
        if unit is None or (path and self._found.unit is None):
            return row
        note = fate(self._units, self._successions, unit.slug, self._begin, self._end)
        if sum(other[-1:] == (unit.slug,) for other in self._nodes) > 1:
            lives = [
                life
                for life, branch in zip(self._main.lives, self._branches, strict=True)
                if branch[: len(path)] == path
            ]
            first, last = min(life.begin for life in lives), max(life.end for life in lives)
            note = span_in_words(first, last, self._begin, self._end) or note
        return replace(row, level=unit.level.value, code=unit.code, note=note)

    def _name(self, path: Path) -> Text:
        if not path:
            return self._found.scope.name
        unit = self._units.last(path[-1], self._end)
        if self._found.unit is not None and unit is not None:
            return named(unit)
        if not path[-1]:
            return _UNNAMED[self._found.scope.kind]
        return Text(vi=path[-1], en=path[-1])

    def _below(self, path: Path) -> list[Path]:
        """Return the groups right below one, provinces before districts before communes."""

        def order(child: Path) -> tuple[object, ...]:
            unit = self._units.last(child[-1], self._end) if self._found.unit else None
            level = _LEVELS[unit.level.value if unit is not None else None]
            return level, vietnamese_order(self._name(child).vi), child

        deeper = [node for node in self._nodes if node and node[:-1] == path]
        return sorted(deeper, key=order)

    def _all_figures(self) -> Figures:
        """Return the figures of every node; a life counts in each that it lies below."""
        deepest = max((len(branch) for branch in self._branches), default=0)
        by_depth = (
            [self._nodes[b[:depth]] if len(b) >= depth else -1 for b in self._branches]
            for depth in range(deepest + 1)
        )
        return reduce(add, (self._main.rows(n, len(self._nodes))[0] for n in by_depth))

    def _targets_below(self) -> list[int]:
        found: list[set[str]] = [set() for _ in self._nodes]
        for life, branch in zip(self._main.lives, self._branches, strict=True):
            for depth in range(len(branch) + 1):
                found[self._nodes[branch[:depth]]].add(life.target)
        return [len(targets) for targets in found]

    def _parts(self) -> dict[tuple[str, Path], list[int]]:
        """Return the lives of every target, by the group in which they stand."""
        parts: dict[tuple[str, Path], list[int]] = {}
        for number, branch in enumerate(self._branches):
            parts.setdefault((self._main.lives[number].target, branch), []).append(number)
        return parts

    def _part_figures(self, parts: Mapping[tuple[str, Path], Sequence[int]]) -> Figures:
        numbers = [0] * len(self._branches)
        for part, lives in enumerate(parts.values()):
            for life in lives:
                numbers[life] = part
        return self._main.rows(numbers, len(parts))[0]


def _sums(found: Found, before: Counting) -> Mapping[str, Seconds]:
    """Return the buckets of the period before: of the whole by "", and of the groups below."""
    if not before.lives:
        return {}
    keys = [("", *(found.branch(life) or _TOP)) for life in before.lives]
    return by_key(before, keys)


def figured(row: Row, figures: Figures, number: int) -> Row:
    """Return a row with what its outages amount to."""
    ended, begun = int(figures.ended[number]), int(figures.begun[number])
    return replace(
        row,
        outages=int(figures.outages[number]),
        longest=int(figures.longest[number]),
        mttr=Fraction(int(figures.mended[number]), ended) if ended else None,
        mtbf=Fraction(row.seconds.numerator, begun) if begun else None,
    )


def span_in_words(first: int, last: int, begin: int, end: int) -> Text | None:
    """Return since and until when something was there, if not throughout [begin, end)."""
    vi, en = [], []
    if first > begin:
        day = from_epoch(first).astimezone(LOCAL)
        vi.append(f"từ {day:%d/%m/%Y}")
        en.append(f"from {day:%d/%m/%Y}")
    if last < end:
        day = from_epoch(last).astimezone(LOCAL) - timedelta(days=1)
        vi.append(f"đến {day:%d/%m/%Y}")
        en.append(f"until {day:%d/%m/%Y}")
    return Text(vi=" ".join(vi), en=" ".join(en)) if vi else None
