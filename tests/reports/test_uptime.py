"""A hundred thousand histories, counted three ways: fast, readable, and second by second."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from core.history import STATUSES, History
from core.status import Status
from core.watching import TargetKind
from reports.report import Bucket, Seconds
from reports.tally import BUCKETS, Counted, Counter, Tally
from reports.uptime import Agreed, Moment, breaks, bucket_of, count, stretches, timeline
from reports.windows import Windows

HISTORIES = 100_000
CALENDARS = 50  # pairs of agreed and expected-on hours
LONGEST = 7_200  # seconds: two hours
ORIGIN = 1_790_000_000
UP, DEGRADED, DOWN = Status.UP, Status.DEGRADED, Status.DOWN
AWAY, UNKNOWN = Status.UNREACHABLE, Status.UNKNOWN
SITE, LINK = TargetKind.SITE, TargetKind.LINK
KINDS = (SITE, LINK, TargetKind.ROOM, TargetKind.DEVICE, TargetKind.SERVICE)
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """Histories, a life in each (with a place to split it), and what was agreed."""

    history: History
    begin: Ints
    cut: Ints
    end: Ints
    agreed: tuple[Agreed, ...]

    def group(self, number: int) -> Ints:
        return np.arange(number, len(self.begin), CALENDARS)

    def kind(self, number: int) -> TargetKind:
        return KINDS[number % len(KINDS)]

    def lives(self, number: int, begin: Ints, end: Ints) -> Counted:
        some = self.group(number)
        return Counted(some, begin[some], end[some], self.kind(number), self.agreed[number])

    def moments(self, place: int) -> list[Moment]:
        rows = slice(int(self.history.first[place]), int(self.history.first[place + 1]))
        codes = self.history.status[rows].tolist()
        return [
            (at, STATUSES[c]) for at, c in zip(self.history.at[rows].tolist(), codes, strict=True)
        ]


def some_windows(dice: np.random.Generator) -> Windows:
    """Return everything, nothing, or up to eight windows."""
    shape = dice.integers(0, 6)
    if shape < 2:
        return Windows([(ORIGIN - LONGEST, ORIGIN + 2 * LONGEST)] if shape else [])
    edges = dice.integers(ORIGIN - 100, ORIGIN + LONGEST + 100, (int(dice.integers(1, 9)), 2))
    return Windows((int(min(pair)), int(max(pair))) for pair in edges)


@pytest.fixture(scope="module")
def world() -> World:
    """Bursts and calm, changes within one second, before the life and at its very edges."""
    dice = np.random.default_rng(20261122)
    rows = dice.integers(0, 14, HISTORIES)
    first = np.concatenate(([0], np.cumsum(rows)))
    total = int(first[-1])
    wide = dice.integers(-600, LONGEST + 600, total)
    narrow = dice.integers(0, 20, total)
    at = ORIGIN + np.where(dice.random(total) < 0.3, narrow, wide)
    owner = np.repeat(np.arange(HISTORIES), rows)
    at = at[np.lexsort((at, owner))]
    begin = ORIGIN + dice.integers(0, LONGEST, HISTORIES)
    begin[::7] = ORIGIN + dice.integers(0, 20, len(begin[::7]))
    length = np.where(
        dice.random(HISTORIES) < 0.5,
        dice.integers(1, 60, HISTORIES),
        dice.integers(1, LONGEST, HISTORIES),
    )
    end = np.minimum(begin + length, ORIGIN + LONGEST)
    history = History(
        tuple(f"t{n}" for n in range(HISTORIES)), first, at,
        dice.integers(0, len(STATUSES), total).astype(np.int8),
    )  # fmt: skip
    agreed = tuple(Agreed(some_windows(dice), some_windows(dice)) for _ in range(CALENDARS))
    return World(history, begin, dice.integers(begin, end, endpoint=True), end, agreed)


@pytest.fixture(scope="module")
def counter(world: World) -> Counter:
    """The history made ready."""
    return Counter(world.history)


def test_the_buckets_sum_to_the_period_exactly(world: World, counter: Counter) -> None:
    for number in range(CALENDARS):
        some = world.group(number)
        tally = counter.tally(world.lives(number, world.begin, world.end))
        assert (tally.seconds >= 0).all()
        assert (tally.seconds.sum(axis=1) == world.end[some] - world.begin[some]).all()


def test_splitting_and_adding_gives_the_whole(world: World, counter: Counter) -> None:
    for number in range(CALENDARS):
        whole = counter.tally(world.lives(number, world.begin, world.end))
        left = counter.tally(world.lives(number, world.begin, world.cut))
        right = counter.tally(world.lives(number, world.cut, world.end))
        assert (left.seconds + right.seconds == whole.seconds).all()
        assert left.breaks.seconds.sum() + right.breaks.seconds.sum() == whole.breaks.seconds.sum()


def in_mask(windows: Windows) -> NDArray[np.bool_]:
    """Say of every second whether it is of a set."""
    seconds = np.zeros(LONGEST, np.bool_)
    for begin, end in windows:
        seconds[max(begin - ORIGIN, 0) : max(end - ORIGIN, 0)] = True
    return seconds


class Oracle:
    """What every single second is, one slot each."""

    def __init__(self, world: World, number: int) -> None:
        self._world, self._kind = world, world.kind(number)
        self._hours = in_mask(world.agreed[number].hours)
        self._expected = in_mask(world.agreed[number].expected)
        self._bucket = np.array([BUCKETS.index(bucket_of(s, self._kind)) for s in STATUSES])

    def statuses(self, place: int) -> NDArray[np.int8]:
        slots = np.full(LONGEST, STATUSES.index(UNKNOWN), np.int8)
        history = self._world.history
        for row in range(history.first[place], history.first[place + 1]):
            slots[max(history.at[row] - ORIGIN, 0) :] = history.status[row]
        return slots

    def life(self, place: int) -> tuple[Ints, list[tuple[int, int, int]]]:
        """Return the buckets of a life, and its outages (begin, end, agreed seconds)."""
        span = slice(int(self._world.begin[place]) - ORIGIN, int(self._world.end[place]) - ORIGIN)
        measured = self._bucket[self.statuses(place)[span]]
        down = measured == BUCKETS.index(Bucket.DOWN)
        unseen = measured == BUCKETS.index(Bucket.UNKNOWN)
        agreed = self._hours[span] & (self._expected[span] | ~unseen)
        counted = np.where(agreed, measured, BUCKETS.index(Bucket.EXCLUDED))
        edges = np.flatnonzero(np.diff(np.concatenate(([0], down, [0])).astype(np.int8)))
        found = []
        for left, right in edges.reshape(-1, 2).tolist():
            seconds = int(agreed[left:right].sum())
            if seconds:
                found.append((left + span.start + ORIGIN, right + span.start + ORIGIN, seconds))
        return np.bincount(counted, minlength=len(BUCKETS)), found


def outages(tally: Tally, lives: int) -> list[list[tuple[int, int, int]]]:
    found: list[list[tuple[int, int, int]]] = [[] for _ in range(lives)]
    columns = (tally.breaks.begin, tally.breaks.end, tally.breaks.seconds)
    for life, *row in zip(tally.breaks.life.tolist(), *(c.tolist() for c in columns), strict=True):
        found[life].append((row[0], row[1], row[2]))
    return found


def test_every_second_is_where_an_oracle_puts_it(world: World, counter: Counter) -> None:
    for number in range(CALENDARS):
        oracle, some = Oracle(world, number), world.group(number)
        tally = counter.tally(world.lives(number, world.begin, world.end))
        told = outages(tally, len(some))
        for row, place in enumerate(some.tolist()):
            buckets, broken = oracle.life(place)
            assert (tally.seconds[row] == buckets).all(), place
            assert told[row] == broken, place


@pytest.mark.full
def test_the_readable_definition_says_the_same(world: World, counter: Counter, full: bool) -> None:
    most = HISTORIES if full else 10_000
    for number in range(CALENDARS):
        some, kind, agreed = world.group(number), world.kind(number), world.agreed[number]
        tally = counter.tally(world.lives(number, world.begin, world.end))
        found: dict[int, list[tuple[object, ...]]] = {}
        for life, *row in zip(*(getattr(tally.breaks, n).tolist() for n in NAMES), strict=True):
            found.setdefault(life, []).append(tuple(row))
        for nth, place in enumerate(some.tolist()[: most // CALENDARS]):
            span = (int(world.begin[place]), int(world.end[place]))
            moments = world.moments(place)
            seconds = count(moments, kind, *span, agreed)
            assert [getattr(seconds, b.value) for b in BUCKETS] == tally.seconds[nth].tolist()
            told = [
                (b.begin, b.end, b.seconds, b.began_before, b.still_open)
                for b in breaks(moments, kind, *span, agreed)
            ]
            assert told == found.get(nth, []), place
            drawn = timeline(moments, kind, *span, agreed)
            assert sum(e - b for b, e, _ in drawn) == span[1] - span[0]
            for bucket in Bucket:
                lasted = sum(e - b for b, e, drawn_as in drawn if drawn_as is bucket)
                assert lasted == getattr(seconds, bucket.value)


NAMES = ("life", "begin", "end", "seconds", "began_before", "still_open")
ALWAYS = Windows([(0, 10_000)])


def counted(kind: TargetKind, *moments: Moment, agreed: Agreed | None = None) -> Seconds:
    return count(moments, kind, 0, 100, agreed or Agreed(ALWAYS, ALWAYS))


def test_unknown_is_never_up() -> None:
    assert counted(SITE) == Seconds(unknown=100)
    assert counted(SITE, (40, UP)) == Seconds(unknown=40, up=60)


def test_a_site_that_nobody_reached_did_not_serve_but_a_line_was_not_asked() -> None:
    moments = ((-5, UP), (40, AWAY), (70, UP))
    assert counted(SITE, *moments) == Seconds(up=70, down=30)
    assert counted(LINK, *moments) == Seconds(up=70, unknown=30)


def test_degraded_counts_as_service() -> None:
    seconds = counted(SITE, (0, DEGRADED), (50, DOWN))
    assert (seconds.numerator, seconds.denominator) == (50, 100)


def test_hours_that_were_not_agreed_are_excluded() -> None:
    day = Agreed(Windows([(10, 60)]), ALWAYS)
    assert counted(SITE, (0, UP), (50, DOWN), agreed=day) == Seconds(up=40, down=10, excluded=50)


def test_what_was_switched_off_as_planned_is_excluded_and_what_was_measured_counts() -> None:
    agreed = Agreed(ALWAYS, Windows([(20, 60)]))
    seconds = counted(SITE, (0, UP), (10, UNKNOWN), (30, UP), (50, UNKNOWN), agreed=agreed)
    assert seconds == Seconds(up=30, unknown=20, excluded=50)


def test_of_two_changes_within_a_second_the_later_holds() -> None:
    assert counted(SITE, (0, UP), (50, DOWN), (50, UP)) == Seconds(up=100)
    assert breaks([(0, UP), (50, DOWN), (50, UP)], SITE, 0, 100, Agreed(ALWAYS, ALWAYS)) == []


def spans(*moments: Moment, agreed: Agreed | None = None) -> list[tuple[int, int, int, bool, bool]]:
    found = breaks(moments, SITE, 0, 100, agreed or Agreed(ALWAYS, ALWAYS))
    return [(b.begin, b.end, b.seconds, b.began_before, b.still_open) for b in found]


def test_one_outage_lasts_whoever_is_to_blame() -> None:
    assert spans((0, UP), (10, DOWN), (20, AWAY), (30, DOWN), (40, UP)) == [
        (10, 40, 30, False, False)
    ]


def test_time_in_which_nobody_looked_ends_an_outage() -> None:
    assert spans((0, UP), (10, DOWN), (20, UNKNOWN), (30, DOWN), (40, UP)) == [
        (10, 20, 10, False, False), (30, 40, 10, False, False),
    ]  # fmt: skip


def test_an_outage_says_that_it_reaches_beyond_the_period() -> None:
    assert spans((-9, DOWN)) == [(0, 100, 100, True, True)]
    assert spans((0, DOWN)) == [(0, 100, 100, False, True)]
    assert spans((-9, UNKNOWN), (0, DOWN), (30, UP)) == [(0, 30, 30, False, False)]


def test_an_outage_that_cost_no_agreed_second_is_none() -> None:
    works = Agreed(ALWAYS - Windows([(10, 50)]), ALWAYS)
    assert spans((0, UP), (20, DOWN), (40, UP), agreed=works) == []
    assert spans((0, UP), (40, DOWN), (60, UP), agreed=works) == [(40, 60, 10, False, False)]


def test_status_alone_makes_joined_stretches() -> None:
    made = stretches([(0, UP), (5, DOWN), (7, AWAY), (9, UP)], SITE, 0, 10)
    assert made == [(0, 5, Bucket.UP), (5, 9, Bucket.DOWN), (9, 10, Bucket.UP)]
