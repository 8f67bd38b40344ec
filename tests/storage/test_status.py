"""Intervals are the truth: half-open, without gaps, exact, and as known at any moment."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.errors import Conflict
from core.outcome import Outcome
from core.status import Interval, Status, TargetState, Transition
from storage.ledger import Ledger
from storage.status import UNSEEN

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
U, D, X, R = Status.UP, Status.DOWN, Status.UNKNOWN, Status.UNREACHABLE


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def change(
    old: Status, new: Status, began: float, recorded: float | None = None, **more: object
) -> Transition:
    fields = {"target": "gw", "reason": f"to_{new}", "cause": None, **more}
    when = at(began if recorded is None else recorded)
    return Transition(old=old, new=new, at=at(began), recorded_at=when, **fields)  # type: ignore[arg-type]


async def keep(ledger: Ledger, *rows: Transition) -> None:
    await ledger.brain.commit(Outcome(transitions=list(rows)), max(r.recorded_at for r in rows))


def short(intervals: Sequence[Interval]) -> list[tuple[Status, float, float]]:
    return [
        (i.status, (i.begin - NOON).total_seconds(), (i.end - NOON).total_seconds())
        for i in intervals
    ]


async def test_the_present_state_follows_the_last_decision(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0), change(U, D, 60.000001, 62, cause="line", detail="im lặng"))
    assert await ledger.status.states() == {
        "gw": TargetState("gw", D, at(60.000001), "to_down", "line", "im lặng")
    }


async def test_the_same_status_for_another_reason_lasts_on(ledger: Ledger) -> None:
    await keep(ledger, change(X, D, 0), change(D, D, 10, cause="other"))
    state = (await ledger.status.states())["gw"]
    assert (state.since, state.cause) == (at(0), "other")


async def test_intervals_are_half_open_and_cover_the_whole_span(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0), change(U, D, 60), change(D, U, 90.5))
    found = await ledger.status.intervals(["gw", "never"], at(-10), at(100))
    assert short(found) == [
        (X, -10, 0), (U, 0, 60), (D, 60, 90.5), (U, 90.5, 100), (X, -10, 100),
    ]  # fmt: skip
    assert found[0].reason == found[-1].reason == UNSEEN
    assert [i.target for i in found] == ["gw"] * 4 + ["never"]
    assert found[2].reason == "to_down"


async def test_an_edge_belongs_to_what_begins_at_it(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0), change(U, D, 60))
    assert short(await ledger.status.intervals(["gw"], at(60), at(61))) == [(D, 60, 61)]
    assert short(await ledger.status.intervals(["gw"], at(0), at(60))) == [(U, 0, 60)]
    last = await ledger.status.intervals(["gw"], at(0), at(60) + TICK)
    assert [i.status for i in last] == [U, D]
    assert last[1].end - last[1].begin == TICK


async def test_an_empty_span_has_no_intervals(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0))
    assert await ledger.status.intervals(["gw"], at(5), at(5)) == []
    assert await ledger.status.intervals([], at(5), at(6)) == []


async def test_a_late_fact_replaces_the_row_it_names_and_that_one_alone(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0), change(U, D, 60), change(D, U, 90))
    wrong = (await ledger.status.transitions("gw"))[1]
    assert wrong.id is not None
    await keep(ledger, change(U, D, 80, 300, supersedes=wrong.id))
    now = await ledger.status.intervals(["gw"], at(0), at(100))
    assert short(now) == [(U, 0, 80), (D, 80, 90), (U, 90, 100)]
    then = await ledger.status.intervals(["gw"], at(0), at(100), as_known_at=at(299))
    assert short(then) == [(U, 0, 60), (D, 60, 90), (U, 90, 100)]
    assert (await ledger.status.states())["gw"].since == at(90)


async def test_a_decision_about_an_earlier_time_overrides_the_later_ones(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0), change(U, D, 60, 62))
    await keep(ledger, change(D, R, 59, 65, cause="hub"))
    found = await ledger.status.intervals(["gw"], at(0), at(100))
    assert short(found) == [(U, 0, 59), (R, 59, 100)]
    assert (await ledger.status.states())["gw"] == TargetState(
        "gw", R, at(59), "to_unreachable", "hub"
    )
    known = await ledger.status.intervals(["gw"], at(0), at(100), as_known_at=at(64))
    assert short(known) == [(U, 0, 60), (D, 60, 100)]


async def test_of_two_decisions_for_one_instant_the_last_holds(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0), change(U, D, 60), change(D, U, 60), change(U, R, 60))
    assert short(await ledger.status.intervals(["gw"], at(0), at(70))) == [(U, 0, 60), (R, 60, 70)]


async def test_what_was_recorded_later_is_not_known_earlier(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0))
    await keep(ledger, change(U, D, 10, 100))
    known = await ledger.status.intervals(["gw"], at(0), at(50), as_known_at=at(99))
    assert short(known) == [(U, 0, 50)]
    nothing = await ledger.status.intervals(["gw"], at(0), at(50), as_known_at=at(-1))
    assert [i.status for i in nothing] == [X]


async def test_a_row_that_holds_no_more_cannot_be_replaced(ledger: Ledger) -> None:
    await keep(ledger, change(X, U, 0), change(U, D, 60))
    named = (await ledger.status.transitions("gw"))[0].id
    await keep(ledger, change(U, D, 70, supersedes=named))
    for stale in (change(U, D, 80, supersedes=named), change(U, D, 80, supersedes=99)):
        with pytest.raises(Conflict):
            await keep(ledger, stale)
    other = Transition("other", U, D, at(1), at(1), "x", supersedes=1)
    with pytest.raises(Conflict):
        await keep(ledger, other)
    assert len(await ledger.status.transitions("gw")) == 3
    assert await ledger.status.transitions("other") == []


async def test_history_is_read_newest_first_in_pages(ledger: Ledger) -> None:
    await keep(ledger, *(change(U, D, n) for n in range(5)))
    first = await ledger.status.transitions("gw", limit=2)
    assert [row.at for row in first] == [at(4), at(3)]
    rest = await ledger.status.transitions("gw", limit=9, before=first[-1].id)
    assert [row.at for row in rest] == [at(2), at(1), at(0)]


async def test_thousands_of_targets_change_in_one_batch(ledger: Ledger) -> None:
    rows = [Transition(f"t{n:04}", X, U, at(n / 1000), at(9), "x") for n in range(2000)]
    await keep(ledger, *rows)
    assert len(await ledger.status.states()) == 2000
    found = await ledger.status.intervals([row.target for row in rows], at(0), at(10))
    assert len(found) == 3999
    assert sum((i.end - i.begin for i in found), timedelta(0)) == 2000 * timedelta(seconds=10)


def model(rows: Sequence[Transition], begin: datetime, end: datetime) -> list[Interval]:
    """Say what the rule says, one row after another."""
    held: list[Transition] = []
    for row in rows:
        if row.supersedes is None:
            held = [other for other in held if other.at < row.at]
        else:
            held = [other for other in held if other.id != row.supersedes]
        held = sorted([*held, row], key=lambda r: (r.at, r.id))
    edges = sorted({begin, end, *(row.at for row in held if begin < row.at < end)})
    made: list[Interval] = []
    for left, right in pairwise(edges):
        last = next((row for row in reversed(held) if row.at <= left), None)
        status, reason, cause = (last.new, last.reason, last.cause) if last else (X, UNSEEN, None)
        same = made and (made[-1].status, made[-1].reason, made[-1].cause) == (
            status, reason, cause,
        )  # fmt: skip
        begun = made.pop().begin if same else left
        made.append(Interval("gw", status, begun, right, reason, cause))
    return made


@pytest.mark.parametrize("seed", range(5))
async def test_any_history_reads_as_the_rule_says(ledger: Ledger, seed: int) -> None:
    dice = random.Random(seed)
    for number in range(40):
        row = change(
            U, dice.choice([U, D, X, R]), dice.choice([number, dice.randrange(45)]), number
        )
        if dice.random() < 0.2:
            known = await ledger.status.transitions("gw", limit=3)
            try:
                named = dice.choice(known).id if known else None
                await keep(ledger, replace(row, supersedes=named))
            except Conflict:
                continue
        else:
            await keep(ledger, row)
    rows = list(reversed(await ledger.status.transitions("gw", limit=1000)))
    for _ in range(20):
        begin, known_at = dice.randrange(-5, 45), dice.randrange(-1, 41)
        end = begin + dice.randrange(1, 50)
        known = [row for row in rows if row.recorded_at <= at(known_at)]
        found = await ledger.status.intervals(["gw"], at(begin), at(end), as_known_at=at(known_at))
        assert found == model(known, at(begin), at(end))
    everything = await ledger.status.intervals(["gw"], at(-5), at(100))
    assert everything == model(rows, at(-5), at(100))
    state = (await ledger.status.states())["gw"]
    assert (state.status, state.reason, state.cause) == (
        everything[-1].status, everything[-1].reason, everything[-1].cause,
    )  # fmt: skip
