"""Thresholds judged one sample at a time, against an oracle that looks at everything at once."""

import math
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import Firing, Replay, Terms, heard, holds_for, selects
from core.clock import LOCAL
from core.inventory import Rule
from core.status import Watch
from core.watching import Hours, Target, TargetKind
from tests.factories import DAWN

MINUTE = timedelta(minutes=1)
PATIENCE = 3 * MINUTE
TERMS = Terms(PATIENCE, capacity_mbps=8.0)
HOURS = (Hours(days=(1, 2, 3, 4, 5, 6, 7), begin=time(7, 30), end=time(17)),)
Samples = Sequence[tuple[datetime, float]]


def rule(**said: object) -> Rule:
    fields: dict[str, object] = {"slug": "r", "name": "R", "metric": "m", "threshold": 10.0}
    return Rule.model_validate(fields | {"enabled": True} | said)


def replayed(samples: Samples, begin: Watch, one: Rule, terms: Terms) -> list[Firing]:
    replay = Replay(begin, one, terms)
    replay.hear(samples)
    return replay.firings


def watch() -> Watch:
    return Watch("r", "m", "gw")


def fed(values: Sequence[float | None], one: Rule, terms: Terms = TERMS) -> Watch:
    """Return how a series stands after a sample a minute; None: no sample came."""
    now = watch()
    for minute, value in enumerate(values):
        if value is not None:
            now = heard(now, one, DAWN + minute * MINUTE, value, terms)
    return now


# The oracle: for every sample anew, from the whole list, by what the words of a rule say.


def held_against(samples: Samples, last: int, one: Rule, terms: Terms) -> float | None:
    """Return the value that the rule compares at a sample."""
    at, value = samples[last]
    if not math.isfinite(value):
        return None
    if one.value == "last":
        return value
    run = [last]
    for i in range(last - 1, -1, -1):
        (before, was), (after, then) = samples[i], samples[i + 1]
        fell = one.value != "mean" and then < was
        if after - before > terms.patience or not math.isfinite(was) or fell:
            break
        run.insert(0, i)
    begin = at - timedelta(minutes=one.window)
    old = [i for i in run if samples[i][0] <= begin]
    if not old:
        return None
    if one.value == "mean":
        inside = [samples[i][1] for i in run if samples[i][0] > begin]
        return math.fsum(inside) / len(inside)
    since, low = samples[max(old)]
    rate = (value - low) / (at - since).total_seconds()
    if one.value == "rate":
        return rate
    return rate * 8 * 100 / ((terms.capacity_mbps or math.nan) * 1e6)


def oracle(samples: Samples, one: Rule, terms: Terms) -> list[tuple[datetime, datetime | None]]:
    """Return when the rule fires and when it is over."""
    sign = 1 if one.comparison == "above" else -1
    back = one.threshold if one.recovery is None else one.recovery
    spans: list[tuple[datetime, datetime | None]] = []
    firing = False
    since: datetime | None = None
    for i, (at, value) in enumerate(samples):
        gap = i > 0 and at - samples[i - 1][0] > terms.patience
        if (gap or not math.isfinite(value)) and not firing:
            since = None
        found = held_against(samples, i, one, terms)
        if found is None:
            continue
        if firing:
            if sign * found <= sign * back:
                spans[-1] = (spans[-1][0], at)
                firing, since = False, None
        elif sign * found > sign * one.threshold:
            since = since or at
            if at - since >= timedelta(minutes=one.duration):
                spans.append((at, None))
                firing = True
        else:
            since = None
    return spans


values = st.sampled_from([0.0, 5.0, 8.0, 10.0, 10.5, 11.0, 20.0, math.nan, math.inf])
steps = st.sampled_from([1, 30, 60, 61, 120, 180, 181, 600])
histories = st.lists(st.tuples(steps, values), max_size=40)
counted = st.lists(
    st.tuples(steps, st.sampled_from([0.0, 60.0, 600.0, 4e6, 6e7, -1e6])), max_size=40
)
rules = st.builds(
    lambda comparison, distance, duration, window, value: rule(
        comparison=comparison,
        recovery=None if distance is None else 10.0 - distance * (comparison == "above" or -1),
        duration=duration,
        window=window,
        value=value,
    ),
    st.sampled_from(["above", "below"]),
    st.none() | st.sampled_from([0.0, 2.0, 5.0]),
    st.integers(0, 4),
    st.integers(1, 4),
    st.sampled_from(["last", "mean", "rate", "of_capacity"]),
)


def timed(steps: Sequence[tuple[int, float]], *, sums: bool) -> Samples:
    at, total, found = DAWN, 0.0, []
    for seconds, value in steps:
        at += timedelta(seconds=seconds)
        total = max(0.0, total + value) if sums else value
        found.append((at, total))
    return found


@given(histories | counted, rules)
def test_one_sample_at_a_time_says_what_the_whole_history_says(
    history: list[tuple[int, float]], one: Rule
) -> None:
    sums = all(math.isfinite(v) for _, v in history) and one.value in {"rate", "of_capacity"}
    samples = timed(history, sums=sums)
    found = replayed(samples, watch(), one, TERMS)
    assert [(f.fired_at, f.end) for f in found] == oracle(samples, one, TERMS)


@given(histories, rules)
def test_nothing_fires_before_it_has_lasted_and_no_gap_lies_in_what_lasted(
    history: list[tuple[int, float]], one: Rule
) -> None:
    for firing in replayed(timed(history, sums=False), watch(), one, TERMS):
        assert firing.fired_at - firing.begin >= timedelta(minutes=one.duration)
        assert firing.end is None or firing.end > firing.fired_at


@given(histories, rules, st.integers(0, 40))
def test_a_restart_forgets_neither_what_fires_nor_how_long_it_was_beyond(
    history: list[tuple[int, float]], one: Rule, stop: int
) -> None:
    one = one.model_copy(update={"value": "last"})  # a window is collected anew
    samples = timed(history, sums=False)
    through = replayed(samples, watch(), one, TERMS)
    before = watch()
    for at, value in samples[:stop]:
        before = heard(before, one, at, value, TERMS)
    kept = Watch(
        before.rule,
        before.series,
        before.target,
        before.value,
        before.at,
        before.beyond_since,
        before.fired_at,
    )
    after = replayed(samples[stop:], kept, one, TERMS)
    assert after == through[len(through) - len(after) :]


def test_a_value_at_the_threshold_is_not_beyond_it() -> None:
    assert fed([10, 10, 10], rule()).fired_at is None
    assert fed([10, 10.01], rule()).fired_at == DAWN + MINUTE


def test_it_ends_at_its_recovery_and_not_before() -> None:
    assert fed([20, 9, 6], rule(recovery=5.0)).fired_at == DAWN
    assert fed([20, 9, 5], rule(recovery=5.0)).fired_at is None


def test_a_short_excursion_says_nothing() -> None:
    assert fed([20, 20, 5, 20, 20], rule(duration=3)).fired_at is None
    assert fed([20, 20, 20, 20], rule(duration=3)).fired_at == DAWN + 3 * MINUTE


@pytest.mark.parametrize("nothing", [math.nan, None], ids=["a NaN", "no sample"])
def test_no_data_neither_fires_nor_clears(nothing: float | None) -> None:
    hole = [nothing] * 5
    broken = fed([20, 20, *hole, 20], rule(duration=3))
    assert broken.fired_at is None
    assert broken.beyond_since == DAWN + 7 * MINUTE
    assert fed([20, *hole], rule()).fired_at == DAWN
    assert fed([20, *hole, 5], rule()).fired_at is None


def test_a_counter_that_begins_anew_is_no_flood_and_no_silence() -> None:
    """One million octets a minute; the device restarts after the fourth."""
    busy = [n * 60e6 for n in (1, 2, 3, 4, 0.01, 1.01, 2.01)]
    one = rule(value="rate", window=2, threshold=0.9e6)
    assert fed(busy, one).fired_at == DAWN + 2 * MINUTE
    calm = [n * 60e3 for n in (1, 2, 3, 4, 0.01, 1.01, 2.01)]
    assert fed(calm, one).beyond_since is None


def test_a_line_is_full_by_its_own_capacity() -> None:
    """57 MB a minute are 7.6 Mbit/s."""
    full = [n * 57e6 for n in range(8)]
    one = rule(value="of_capacity", window=5, threshold=90)
    assert fed(full, one, Terms(PATIENCE, 8.0)).value == pytest.approx(95)
    assert fed(full, one, Terms(PATIENCE, 100.0)).fired_at is None
    assert fed(full, one, Terms(PATIENCE)).value is None


def test_outside_its_hours_a_rule_says_nothing_and_begins_anew() -> None:
    terms = Terms(timedelta(days=1), hours=HOURS)
    now = watch()
    evening = datetime(2026, 11, 23, 16, 50, tzinfo=LOCAL)
    for minute in range(15):
        now = heard(now, rule(), evening + minute * MINUTE, 20.0, terms)
    assert now.fired_at is None
    morning = heard(now, rule(duration=5), evening + timedelta(hours=15), 20.0, terms)
    assert morning.fired_at is None
    assert morning.beyond_since == evening + timedelta(hours=15)


def test_a_rule_selects_by_labels_as_an_engine_would() -> None:
    labels = {"ifName": "Gi0/1", "site": "a"}
    assert selects(rule(labels=("ifName=Gi0/1", "site!=b", "room=")), labels)
    assert not selects(rule(labels=("ifName=Gi0/2",)), labels)
    assert not selects(rule(labels=("site!=a",)), labels)
    assert not selects(rule(labels=("room!=",)), labels)


def test_a_rule_is_for_its_unit_kind_and_role_alone() -> None:
    device = Target(
        slug="gw",
        kind=TargetKind.DEVICE,
        name="GW",
        role="router",
        unit_path=("tinh", "xa"),
    )
    assert holds_for(rule(unit="tinh", kind="device", role="router"), device)
    assert not holds_for(rule(unit="tinh-khac"), device)
    assert not holds_for(rule(kind="link"), device)
    assert not holds_for(rule(role="endpoint"), device)
    assert not holds_for(rule(value="of_capacity", window=5), device)


def test_a_firing_names_when_it_began_and_when_it_was_told() -> None:
    samples = [(DAWN + n * MINUTE, v) for n, v in enumerate((20.0, 20.0, 20.0, 5.0))]
    assert replayed(samples, watch(), rule(duration=2), TERMS) == [
        Firing("m", "gw", DAWN, DAWN + 2 * MINUTE, DAWN + 3 * MINUTE)
    ]
