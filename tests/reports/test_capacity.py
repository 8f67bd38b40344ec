"""The legal rule of utilisation, against the words of the circular counted one by one."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text import Text
from reports.capacity import (
    SLOTS,
    SPARED,
    Crowding,
    Day,
    Direction,
    LineUse,
    Named,
    Verdict,
    Way,
    crowding,
    ended_by,
    weighed,
    worst_first,
)

CAPACITY = 100.0
BOUND = 90.0


def percentile_by_counting(values: Sequence[float]) -> float:
    """Return the least value that at least 95 % of all do not exceed: slow, and by the word."""
    for candidate in sorted(set(values)):
        if 100 * sum(value <= candidate for value in values) >= 95 * len(values):
            return candidate
    raise AssertionError


@settings(max_examples=10)
@given(st.lists(st.integers(0, 120).map(float), min_size=SLOTS, max_size=SLOTS))
def test_a_whole_week_is_judged_as_the_circular_says(means: list[float]) -> None:
    way = weighed(means, CAPACITY)
    assert way.p95 == way.at_least == percentile_by_counting(means)
    assert (way.verdict is Verdict.EXCEEDED) == (percentile_by_counting(means) > BOUND)
    assert way.verdict is not Verdict.UNKNOWN


@settings(max_examples=25)
@given(st.integers(0, SLOTS), st.integers(0, SLOTS), st.randoms(use_true_random=False))
def test_what_is_missing_never_decides(known: int, above: int, shuffle: random.Random) -> None:
    """Whatever the missing means were, a verdict that was given stands."""
    above = min(above, known)
    means: list[float | None] = [*[95.0] * above, *[10.0] * (known - above)]
    means += [None] * (SLOTS - known)
    shuffle.shuffle(means)
    way = weighed(means, CAPACITY)
    least = percentile_by_counting([value or 0.0 for value in means])
    most = percentile_by_counting([1e9 if value is None else value for value in means])
    assert way.verdict is (
        Verdict.EXCEEDED if least > BOUND else Verdict.MET if most <= BOUND else Verdict.UNKNOWN
    )
    if known:
        assert way.at_least == least
        assert way.p95 == percentile_by_counting([v for v in means if v is not None])
    assert way.missing == SLOTS - known


def test_exactly_five_per_cent_above_is_allowed_and_one_more_is_not() -> None:
    assert SPARED == 100
    within = weighed([95.0] * SPARED + [10.0] * (SLOTS - SPARED), CAPACITY)
    beyond = weighed([95.0] * (SPARED + 1) + [10.0] * (SLOTS - SPARED - 1), CAPACITY)
    assert (within.verdict, beyond.verdict) == (Verdict.MET, Verdict.EXCEEDED)


def test_exactly_ninety_per_cent_is_allowed() -> None:
    assert weighed([BOUND] * SLOTS, CAPACITY).verdict is Verdict.MET


def test_no_data_is_no_compliance() -> None:
    assert weighed([None] * SLOTS, CAPACITY).verdict is Verdict.UNKNOWN
    assert LineUse("a", 1e8).verdict is Verdict.UNKNOWN
    idle = {direction: Way(SLOTS, 0, 0.0, 0.0, 0.0) for direction in Direction}
    assert LineUse("a", 1e8, idle).verdict is Verdict.MET
    assert LineUse("a", None, idle).verdict is Verdict.UNKNOWN, "nobody said what was rented"
    one_way = {Direction.IN: idle[Direction.IN]}
    assert LineUse("a", 1e8, one_way).verdict is Verdict.UNKNOWN, "nothing is known of the other"


def test_one_direction_beyond_is_enough() -> None:
    ways = {Direction.IN: Way(SLOTS, SPARED + 1, 95.0, 95.0, 99.0)}
    assert LineUse("a", 100.0, ways).verdict is Verdict.EXCEEDED


def test_the_most_crowded_come_first_and_the_unknown_last() -> None:
    def line(slug: str, p95: float | None, above: int = 0) -> LineUse:
        way = Way(SLOTS if p95 is not None else 0, above, p95, p95 or 0.0, p95)
        return LineUse(slug, 100.0, dict.fromkeys(Direction, way))

    lines = [line("calm", 10.0), line("dark", None), line("full", 93.0, 200), line("busy", 89.0)]
    assert [one.link for one in worst_first(lines)] == ["full", "busy", "calm", "dark"]


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 11, 29, 17, 0, tzinfo=UTC), datetime(2026, 11, 29, 17, 0, tzinfo=UTC)),
        (datetime(2026, 11, 30, 16, 59, tzinfo=UTC), datetime(2026, 11, 29, 17, 0, tzinfo=UTC)),
    ],
)
def test_a_week_ends_at_a_local_midnight(now: datetime, end: datetime) -> None:
    assert ended_by(now) == end


def _day(number: int, above: int, known: int = SLOTS, at_least: float = 0.95) -> Day:
    on = date(2026, 11, 1) + timedelta(days=number)
    return Day(on, "a", Direction.IN, known, above, at_least)


def test_a_month_names_the_lines_that_were_beyond_and_says_of_how_many_nothing_is_known() -> None:
    a, b = (Named(slug, Text(slug, slug), "VNPT", f"c-{slug}") for slug in "ab")
    days = [_day(0, 50, at_least=0.5), _day(1, 150), _day(2, 160, at_least=0.97), _day(3, 0, 500)]
    found = crowding([a, b], days)
    assert isinstance(found, Crowding)
    assert (found.watched, found.unknown) == (2, 1)
    [one] = found.lines
    assert (one.link, one.direction, one.days, one.judged) == ("a", Direction.IN, 2, 3)
    assert (one.highest, one.first, one.last) == (0.97, date(2026, 11, 2), date(2026, 11, 3))
    assert (one.carrier, one.circuit) == ("VNPT", "c-a")
