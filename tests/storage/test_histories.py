"""Packed histories say what the intervals say, to the second, whichever way they were read."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict
from core.history import STATUSES, History, Span
from core.incident import Incident, IncidentState, Member, Severity
from core.outcome import Outcome
from core.status import Interval, Status, Transition
from storage import packing
from storage.ledger import Ledger

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SECOND = int(NOON.timestamp())
STATES = list(Status)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def keep(ledger: Ledger, *rows: Transition) -> None:
    await ledger.brain.commit(Outcome(transitions=list(rows)), max(r.recorded_at for r in rows))


def change(target: str, new: Status, began: float, recorded: float, **more: object) -> Transition:
    fields = {"target": target, "old": Status.UNKNOWN, "new": new, "reason": f"to_{new}", **more}
    return Transition(at=at(began), recorded_at=at(recorded), **fields)  # type: ignore[arg-type]


async def some_history(ledger: Ledger, dice: random.Random, targets: Sequence[str]) -> None:
    """Write changes that come in order, late, at one instant, or name what they replace."""
    for number in range(80):
        target = dice.choice(targets)
        began = dice.choice([number, number, dice.randrange(140), number + dice.random() / 2])
        row = change(target, dice.choice(STATES), began, number)
        known = await ledger.status.transitions(target, limit=4)
        if known and dice.random() < 0.25:
            row = replace(row, supersedes=dice.choice(known).id, at=dice.choice(known).at)
        try:
            await keep(ledger, row)
        except Conflict:
            continue


def every_second(history: History, begin: int, end: int) -> dict[str, list[Status]]:
    told = {}
    for place, target in enumerate(history.targets):
        rows = slice(int(history.first[place]), int(history.first[place + 1]))
        slots = [Status.UNKNOWN] * (end - begin)
        for when, code in zip(history.at[rows], history.status[rows], strict=True):
            for second in range(max(int(when), begin), end):
                slots[second - begin] = STATUSES[code]
        told[target] = slots
    return told


def of_intervals(found: Sequence[Interval], begin: int, end: int) -> dict[str, list[Status]]:
    told: dict[str, list[Status]] = {}
    for interval in found:
        slots = told.setdefault(interval.target, [Status.UNKNOWN] * (end - begin))
        for second in range(int(interval.begin.timestamp() // 1), end):
            slots[second - begin] = interval.status
    return told


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("few", [500, 0], ids=["asking each row", "taking replaced rows out"])
async def test_seconds_are_those_of_the_intervals(
    ledger: Ledger, seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "FEW", few)
    monkeypatch.setattr(packing, "AT_ONCE", 3)
    dice = random.Random(seed)
    targets = [f"t{n}" for n in range(5)]
    await some_history(ledger, dice, targets)
    asked = [*targets, "never"]
    for _ in range(12):
        begin = SECOND + dice.randrange(-5, 120)
        end = begin + dice.randrange(1, 60)
        known = dice.choice([None, at(dice.randrange(0, 125))])
        history = await ledger.histories.read(asked, begin, end, known)
        span = (datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC))
        intervals = await ledger.status.intervals(asked, *span, as_known_at=known)
        assert every_second(history, begin, end) == of_intervals(intervals, begin, end)


async def test_the_newest_fact_is_named_so_that_a_report_can_be_made_again(ledger: Ledger) -> None:
    await keep(ledger, change("a", Status.UP, 0, 1), change("a", Status.DOWN, 10, 12))
    history = await ledger.histories.read(["a"], SECOND, SECOND + 20)
    assert history.newest == at(12)
    late = (await ledger.status.transitions("a", limit=1))[0].id
    await keep(ledger, change("a", Status.DOWN, 30, 500, supersedes=late))
    for few in (["a"], ["a", "b"]):
        history = await ledger.histories.read(few, SECOND, SECOND + 20)
        assert history.newest == at(500)
    pinned = await ledger.histories.read(["a"], SECOND, SECOND + 20, at(499))
    assert pinned.at.tolist() == [SECOND, SECOND + 10]


async def test_reading_tells_how_far_it_is(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "AT_ONCE", 2)
    told: list[tuple[int, int]] = []
    names = ["a", "b", "c", "d", "e"]
    await ledger.histories.read(names, SECOND, SECOND + 1, None, lambda *p: told.append(p))
    assert told == [(2, 5), (4, 5), (5, 5)]


async def test_nothing_is_asked_of_nobody(ledger: Ledger) -> None:
    history = await ledger.histories.read([], SECOND, SECOND + 1)
    assert (history.targets, len(history.at), history.newest) == ((), 0, None)
    assert await ledger.histories.details([]) == []
    assert await ledger.histories.touches([], SECOND, SECOND + 1) == []


async def test_details_begin_with_what_held_when_the_span_began(ledger: Ledger) -> None:
    await keep(
        ledger,
        change("a", Status.UP, 0, 0),
        change("a", Status.DOWN, 10.4, 12, cause="line"),
        change("a", Status.UNREACHABLE, 20, 22, cause="hub"),
        change("a", Status.UP, 30, 30),
        change("b", Status.DOWN, 5, 6),
    )
    spans = [Span("a", SECOND + 10, SECOND + 30), Span("b", SECOND + 8, SECOND + 9)]
    found = await ledger.histories.details(spans)
    assert [(d.span, d.at - SECOND, d.status, d.cause) for d in found] == [
        (0, 10, Status.DOWN, "line"), (0, 20, Status.UNREACHABLE, "hub"), (1, 8, Status.DOWN, None),
    ]  # fmt: skip


async def test_an_incident_touches_its_members_while_they_are_in_it(ledger: Ledger) -> None:
    first = Incident(
        id="SC-1", root="line", severity=Severity.MAJOR, began_at=at(0), decided_at=at(2),
        recovered_at=at(50), state=IncidentState.RECOVERED,
        members=(Member(target="line", joined_at=at(0)),
                 Member(target="a", joined_at=at(2), left_at=at(40))),
    )  # fmt: skip
    merged = first.model_copy(
        update={"id": "SC-2", "state": IncidentState.MERGED, "merged_into": "SC-1"}
    )
    await ledger.brain.commit(Outcome(incidents=[first, merged]), at(60))
    found = await ledger.histories.touches(["a"], SECOND, SECOND + 60)
    assert [(t.target, t.incident, t.begin - SECOND) for t in found] == [("a", "SC-1", 0)] * 2
    assert found[0].until == SECOND + 40
    assert await ledger.histories.touches(["a"], SECOND + 60, SECOND + 90) == []
    assert await ledger.histories.touches(["a"], SECOND, SECOND + 60, at(1)) == []


async def test_looking_goes_as_far_as_the_last_vantage(ledger: Ledger) -> None:
    assert await ledger.histories.observed_until() is None
    await ledger.brain.observe("center", at(5))
    await ledger.brain.observe("far", at(3))
    assert await ledger.histories.observed_until() == at(5)
