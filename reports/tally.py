"""The counting of `uptime` over packed histories: whole years of a province in arrays.

Agreed time is a piecewise linear function F of time, so the agreed seconds of a span are
F(end) - F(begin), whatever the calendar. All sums are integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.history import STATUSES, History
from core.watching import TargetKind
from reports.report import Bucket
from reports.uptime import Agreed, bucket_of
from reports.windows import Windows

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_UNKNOWN = np.int8(len(STATUSES) - 1)
BUCKETS = tuple(Bucket)  # the columns of `Tally.seconds`
_UP, _DEGRADED, _DOWN, _EXCLUDED, _UNSEEN = range(5)


@dataclass(frozen=True, slots=True)
class Breaks:
    """Outages, a row each, by life and begin; as `uptime.Break`."""

    life: Ints  # place among the lives that were counted
    begin: Ints
    end: Ints
    seconds: Ints
    began_before: Flags
    still_open: Flags


@dataclass(frozen=True, slots=True)
class Tally:
    """The buckets of each life (rows × BUCKETS), and all outages."""

    seconds: Ints
    breaks: Breaks


@dataclass(frozen=True, slots=True)
class Counted:
    """Lives that are counted alike: the places of their targets in the history, their spans."""

    target: Ints
    begin: Ints
    end: Ints
    kind: TargetKind
    agreed: Agreed


class Counter:
    """A history made ready to be asked for many lives."""

    def __init__(self, history: History) -> None:
        self._history = history
        rows = np.diff(history.first)
        self._origin = int(history.at.min()) - 1 if len(history.at) else 0
        self._width = (int(history.at.max()) if len(history.at) else 0) - self._origin + 2
        owner = np.repeat(np.arange(len(rows), dtype=np.int64), rows)
        self._keys = owner * self._width + (history.at - self._origin)

    def tally(self, lives: Counted) -> Tally:
        """Return the buckets and outages of lives, in their order."""
        spans = self._spans(lives)
        buckets = _lookup(lives.kind)[spans.status]
        seconds = _sums(spans, buckets, lives)
        return Tally(seconds, self._breaks(spans, buckets == _DOWN, lives))

    def _place(self, target: Ints, second: Ints, side: str) -> Ints:
        """Return where a second falls among the rows of a target."""
        within = np.clip(second - self._origin, 0, self._width - 1)
        keys = target * self._width + within
        found: Ints = np.searchsorted(self._keys, keys, "left" if side == "left" else "right")
        return found

    def _status(self, target: Ints, second: Ints) -> NDArray[np.int8]:
        """Return how targets were in a second."""
        place = self._place(target, second, "right") - 1
        known = place >= self._history.first[target]
        found: NDArray[np.int8] = np.where(
            known, self._history.status[np.maximum(place, 0)] if len(self._keys) else _UNKNOWN,
            _UNKNOWN,
        )  # fmt: skip
        return found

    def _spans(self, lives: Counted) -> "_Spans":
        """Return the spans of one status, of each life in turn."""
        low = self._place(lives.target, lives.begin, "right")
        high = np.maximum(self._place(lives.target, lives.end, "left"), low)
        rows = high - low + 1  # how it was at the begin, and each change within
        first = np.cumsum(rows) - rows
        life = np.repeat(np.arange(len(rows), dtype=np.int64), rows)
        source = np.arange(len(life), dtype=np.int64) - first[life] + (low - 1)[life]
        begin = np.empty(len(life), np.int64)
        status = np.empty(len(life), np.int8)
        if len(self._keys):
            begin[:] = self._history.at[np.maximum(source, 0)]
            status[:] = self._history.status[np.maximum(source, 0)]
        begin[first] = lives.begin
        status[first] = self._status(lives.target, lives.begin)
        end = np.empty(len(life), np.int64)
        end[:-1] = begin[1:]
        end[first + rows - 1] = lives.end
        real = end > begin
        if real.all():
            return _Spans(life, begin, end, status)
        return _Spans(life[real], begin[real], end[real], status[real])

    def _breaks(self, spans: "_Spans", down: Flags, lives: Counted) -> Breaks:
        places = np.flatnonzero(down)
        life = spans.life[places]
        new = np.ones(len(places), np.bool_)
        new[1:] = (places[1:] != places[:-1] + 1) | (life[1:] != life[:-1])
        starts = np.flatnonzero(new)
        stops = np.append(starts[1:], len(places)) - 1 if len(starts) else starts
        begin, end = spans.begin[places[starts]], spans.end[places[stops]]
        life = life[starts]
        seconds = _within(lives.agreed.hours, begin, end)
        target = lives.target[life]
        is_down = _lookup(lives.kind) == _DOWN
        before = (begin == lives.begin[life]) & is_down[self._status(target, begin - 1)]
        after = (end == lives.end[life]) & is_down[self._status(target, end)]
        kept = seconds > 0
        return Breaks(life[kept], begin[kept], end[kept], seconds[kept], before[kept], after[kept])


@dataclass(frozen=True, slots=True)
class _Spans:
    life: Ints
    begin: Ints
    end: Ints
    status: NDArray[np.int8]


def _sums(spans: _Spans, buckets: NDArray[np.int8], lives: Counted) -> Ints:
    counted = _within(lives.agreed.hours, spans.begin, spans.end)
    if lives.agreed.expected != lives.agreed.hours:
        unseen = np.flatnonzero(buckets == _UNSEEN)
        both = lives.agreed.hours & lives.agreed.expected
        counted[unseen] = _within(both, spans.begin[unseen], spans.end[unseen])
    cells = spans.life * len(BUCKETS) + buckets
    # Exact: a double holds every integer below 2^53, which is 285 million years of seconds.
    sums = np.bincount(cells, counted, len(lives.begin) * len(BUCKETS))
    seconds: Ints = sums.astype(np.int64).reshape(-1, len(BUCKETS))
    seconds[:, _EXCLUDED] = (lives.end - lives.begin) - seconds.sum(axis=1)
    return seconds


def _within(windows: Windows, begin: Ints, end: Ints) -> Ints:
    return _until(windows, end) - _until(windows, begin)


def _until(windows: Windows, seconds: Ints) -> Ints:
    """Return how many seconds of the windows lie before each of some seconds."""
    if not windows.spans:
        return np.zeros(len(seconds), np.int64)
    if len(windows.spans) == 1:
        only: Ints = np.clip(seconds, *windows.spans[0]) - windows.spans[0][0]
        return only
    begins, ends = np.array(windows.spans, np.int64).T
    place = np.searchsorted(begins, seconds, "right") - 1
    held = np.maximum(place, 0)
    before = np.array(windows.before, np.int64)
    found: Ints = np.where(
        place < 0, 0, before[held] + np.minimum(seconds, ends[held]) - begins[held]
    )
    return found


def _lookup(kind: TargetKind) -> NDArray[np.int8]:
    return np.array([BUCKETS.index(bucket_of(status, kind)) for status in STATUSES], np.int8)


def joined(parts: Sequence[Tally], order: Sequence[Ints], lives: int) -> Tally:
    """Return the tallies of groups of lives as one; `order` says which lives each group held."""
    seconds = np.zeros((lives, len(BUCKETS)), np.int64)
    for part, places in zip(parts, order, strict=True):
        seconds[places] = part.seconds
    columns = {
        name: np.concatenate(
            [_column(part.breaks, name, places) for part, places in zip(parts, order, strict=True)]
            or [np.zeros(0, np.int64)]
        )
        for name in Breaks.__dataclass_fields__
    }
    if (columns["life"][1:] >= columns["life"][:-1]).all():
        return Tally(seconds, Breaks(**columns))
    by_life = np.lexsort((columns["begin"], columns["life"]))
    return Tally(seconds, Breaks(**{name: column[by_life] for name, column in columns.items()}))


def _column(breaks: Breaks, name: str, places: Ints) -> Ints:
    column: Ints = getattr(breaks, name)
    return places[column] if name == "life" else column
