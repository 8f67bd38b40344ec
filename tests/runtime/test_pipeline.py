"""Nothing that was judged is lost, and a batch is one transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from core.errors import Unavailable
from core.labels import Series
from core.outcome import Event, Outcome
from core.reading import Reading
from core.status import Status, Transition
from core.text import Text
from runtime.pipeline import PORTION, Outlets, Pipeline
from tests.factories import FakeClock, bad, good


class EveryFailureIsATransition:
    """A judge whose verdicts are easy to count."""

    def __init__(self, due: datetime | None = None) -> None:
        self.ticks = 0
        self.due = due
        self.lapses: list[timedelta] = []
        self.portions: list[Sequence[Reading]] = []

    def lapsed(self, late: timedelta, now: datetime) -> None:
        self.lapses.append(late)

    def hear(self, readings: Sequence[Reading], now: datetime) -> None:
        self.portions.append(readings)

    def feed(self, readings: Sequence[Reading], now: datetime) -> Outcome:
        heard = [r for portion in (*self.portions, readings) for r in portion]
        self.portions.clear()
        return Outcome(
            transitions=[
                Transition(r.check, Status.UP, Status.DOWN, r.at, now, "test")
                for r in heard
                if not r.ok
            ]
        )

    def tick(self, now: datetime) -> Outcome:
        self.ticks += 1
        return Outcome()

    def wake_at(self) -> datetime | None:
        return self.due


@dataclass
class ForgetfulLedger:
    """A ledger that refuses a number of times, then takes everything."""

    refusals: int = 0
    written: list[Outcome] = field(default_factory=list)
    observed: list[datetime] = field(default_factory=list)

    async def commit(self, outcome: Outcome, now: datetime) -> list[Event]:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable(Text(vi="bận", en="busy"))
        self.written.append(outcome)
        return [Event(len(self.written), now, "status", t.target, {}) for t in outcome.transitions]

    async def observe(self, vantage: str, until: datetime) -> None:
        self.observed.append(until)


@dataclass
class Heard:
    """What came out of the outlets."""

    samples: int = 0
    readings: int = 0
    events: list[Event] = field(default_factory=list)

    def outlets(self) -> Outlets:
        async def samples(batch: Sequence[object]) -> None:
            self.samples += len(batch)

        def readings(batch: Sequence[Reading]) -> None:
            self.readings += len(batch)

        return Outlets(samples, readings, self.events.extend, lambda: None)


@pytest.fixture
def heard() -> Heard:
    return Heard()


async def test_a_batch_is_written_in_one_transaction(heard: Heard) -> None:
    ledger = ForgetfulLedger()
    pipeline = Pipeline(EveryFailureIsATransition(), ledger, heard.outlets(), FakeClock(), "center")
    pipeline.put([bad("a/icmp"), good("b/icmp"), bad("c/icmp")])
    await pipeline.turn()
    assert [t.target for t in ledger.written[0].transitions] == ["a/icmp", "c/icmp"]
    assert len(ledger.written) == 1
    assert len(heard.events) == 2
    assert heard.readings == 3


async def test_a_storm_is_judged_in_portions_and_others_get_a_turn_in_between(
    heard: Heard,
) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    ledger = ForgetfulLedger()
    pipeline = Pipeline(EveryFailureIsATransition(), ledger, heard.outlets(), FakeClock(), "center")
    names = [f"d{number:04d}/icmp" for number in range(5 * PORTION + 1)]
    pipeline.put([bad(name) for name in names])
    other = asyncio.create_task(others())
    await pipeline.turn()
    other.cancel()
    [outcome] = ledger.written
    assert [t.target for t in outcome.transitions] == names
    assert turns >= 4, "once between two portions, at least"


async def test_a_ledger_that_refuses_is_asked_again_until_it_takes_the_batch(heard: Heard) -> None:
    ledger = ForgetfulLedger(refusals=2)
    pipeline = Pipeline(EveryFailureIsATransition(), ledger, heard.outlets(), FakeClock(), "center")
    pipeline.put([bad("a/icmp")])
    await pipeline.turn()
    assert len(ledger.written) == 1
    assert pipeline.stats.retries == 2


async def test_events_are_told_only_after_the_ledger_has_them(heard: Heard) -> None:
    ledger = ForgetfulLedger(refusals=1)
    pipeline = Pipeline(EveryFailureIsATransition(), ledger, heard.outlets(), FakeClock(), "center")
    pipeline.put([bad("a/icmp")])
    turn = asyncio.create_task(pipeline.turn())
    await asyncio.sleep(0)
    assert heard.events == []
    await turn
    assert [event.subject for event in heard.events] == ["a/icmp"]


async def test_it_says_every_second_that_we_were_looking(heard: Heard) -> None:
    ledger = ForgetfulLedger()
    clock = FakeClock()
    pipeline = Pipeline(EveryFailureIsATransition(), ledger, heard.outlets(), clock, "center")
    clock.advance(5)
    running = asyncio.create_task(pipeline.run())
    pipeline.put([good()])
    async with asyncio.timeout(5):
        while not ledger.observed:
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ledger.observed == [clock.now()]


async def test_samples_do_not_wait_for_a_ledger_that_is_away(heard: Heard) -> None:
    ledger = ForgetfulLedger(refusals=1_000_000)
    pipeline = Pipeline(EveryFailureIsATransition(), ledger, heard.outlets(), FakeClock(), "center")
    parts = [asyncio.create_task(part()) for part in (pipeline.run, pipeline.carry)]
    measured = good()
    measured.samples.append((Series.of("probe_success"), 1.0))
    pipeline.put([bad("a/icmp"), measured])
    async with asyncio.timeout(5):
        while not (heard.samples and pipeline.stats.retries):
            await asyncio.sleep(0.01)
    assert ledger.written == []
    for part in parts:
        part.cancel()
    await asyncio.gather(*parts, return_exceptions=True)


async def test_a_stop_hands_on_what_was_measured_last(heard: Heard) -> None:
    pipeline = Pipeline(
        EveryFailureIsATransition(), ForgetfulLedger(), heard.outlets(), FakeClock(), "center"
    )
    carrying = asyncio.create_task(pipeline.carry())
    await asyncio.sleep(0)
    measured = good()
    measured.samples.append((Series.of("probe_success"), 1.0))
    pipeline.put([measured])
    carrying.cancel()
    await asyncio.gather(carrying, return_exceptions=True)
    assert heard.samples == 1


async def test_what_stays_due_is_not_thought_over_without_end(heard: Heard) -> None:
    clock = FakeClock()
    judge = EveryFailureIsATransition(due=clock.now() - timedelta(seconds=13))
    pipeline = Pipeline(judge, ForgetfulLedger(), heard.outlets(), clock, "center")
    running = asyncio.create_task(pipeline.run())
    async with asyncio.timeout(5):
        while judge.ticks < 3:
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert judge.ticks < 6


async def test_a_process_that_had_no_turn_says_so_before_it_judges_what_piled_up(
    heard: Heard,
) -> None:
    clock, judge = FakeClock(), EveryFailureIsATransition()
    pipeline = Pipeline(judge, ForgetfulLedger(), heard.outlets(), clock, "center")
    attending = asyncio.create_task(pipeline.attend())
    await asyncio.sleep(0)
    clock.advance(0.4)
    await pipeline.turn()
    assert not judge.lapses
    clock.advance(9.8)
    await pipeline.turn()
    assert judge.lapses == [timedelta(seconds=10)]
    async with asyncio.timeout(5):
        while not pipeline.stats.lapses:
            await asyncio.sleep(0.01)
    assert judge.lapses == [timedelta(seconds=10)] * 2
    await asyncio.sleep(0.5)
    assert pipeline.stats.lapses == 1
    attending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attending
