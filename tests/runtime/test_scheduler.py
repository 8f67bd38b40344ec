"""Are checks spread, bounded, never stacked, and is every trouble a reading?"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from core.clock import SystemClock
from core.collector import Collector, Emitted, Kit, Look, Sweep, SweepFeed, Transcript
from core.model import Model
from core.reading import Failure, FailureKind, Reading
from core.text import Text
from core.watching import Check, Verify
from runtime.kit import make_kit
from runtime.scheduler import Scheduler
from runtime.transcripts import Transcripts
from tests.factories import a_check


class NoParams(Model):
    """Nothing to set."""


class Feed:
    def __init__(self, *checks: Check) -> None:
        self.checks: Sequence[Check] = checks
        self.version = 1

    def current(self) -> Sequence[Check]:
        return self.checks

    def become(self, *checks: Check) -> None:
        self.checks = checks
        self.version += 1


class Sink:
    def __init__(self) -> None:
        self.readings: list[Reading] = []

    def put(self, batch: Sequence[Reading]) -> None:
        self.readings.extend(batch)

    def of(self, target: str) -> list[Reading]:
        return [r for r in self.readings if r.check.startswith(f"{target}/")]


def a_collector(look: Look, name: str = "fake", sweep: Sweep | None = None) -> Collector:
    text = Text(vi="giả", en="fake")
    return Collector(name, text, NoParams, (), look, sweep)


async def answers(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    transcript.note("asked %s", check.address)
    return Reading(check.slug, check.vantage, kit.clock.now())


def outcome(check: Check, kit: Kit, failure: Failure | None) -> Reading:
    return Reading(check.slug, check.vantage, kit.clock.now(), failure=failure)


def fake(target: str, collector: str = "fake", **changes: object) -> Check:
    fields: dict[str, object] = {
        "address": target,
        "interval": 0.05,
        "timeout": 0.2,
        "reach": False,
        "verify": None,
    }
    return a_check(target, collector, **(fields | changes))


class Running:
    def __init__(self, scheduler: Scheduler, sink: Sink, transcripts: Transcripts) -> None:
        self.scheduler = scheduler
        self.stats = scheduler.stats
        self.sink = sink
        self.transcripts = transcripts

    async def until(self, claim: Callable[[], object], within: float = 5.0) -> None:
        async with asyncio.timeout(within):
            while not claim():
                await asyncio.sleep(0.005)


@asynccontextmanager
async def scheduled(feed: Feed, *collectors: Collector) -> AsyncIterator[Running]:
    clock, sink, transcripts = SystemClock(), Sink(), Transcripts()
    known: Mapping[str, Collector] = {c.name: c for c in collectors}
    scheduler = Scheduler(feed, sink, known, make_kit(clock), transcripts, clock)
    task = asyncio.create_task(scheduler.run())
    try:
        yield Running(scheduler, sink, transcripts)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_every_check_runs_at_its_interval_and_is_told() -> None:
    async with scheduled(Feed(fake("a"), fake("b")), a_collector(answers)) as running:
        await running.until(lambda: len(running.sink.of("a")) >= 4 and running.sink.of("b"))
        assert running.transcripts.of("a/fake")[0].lines == ["asked a"]
        assert running.sink.readings[0].duration is not None


async def test_the_first_runs_are_spread_over_the_interval() -> None:
    checks = [fake(f"x{n}", interval=0.5) for n in range(200)]
    async with scheduled(Feed(*checks), a_collector(answers)) as running:
        began = SystemClock().now()
        await running.until(lambda: len({r.check for r in running.sink.readings}) == 200)
        firsts = {r.check: (r.at - began).total_seconds() for r in reversed(running.sink.readings)}
    quarters = [sum(n / 8 <= at < (n + 1) / 8 for at in firsts.values()) for n in range(4)]
    assert min(quarters) > 20


async def test_silence_beyond_the_timeout_is_a_timeout() -> None:
    async def hangs(check: Check, kit: Kit, transcript: Transcript) -> Reading:
        transcript.note("waiting")
        await asyncio.sleep(60)
        return outcome(check, kit, None)

    async with scheduled(Feed(fake("a")), a_collector(hangs)) as running:
        await running.until(lambda: running.sink.readings)
        failure = running.sink.readings[0].failure
        assert failure is not None
        assert failure.kind is FailureKind.TIMEOUT
        assert running.stats.deadlines >= 1
        assert running.stats.skipped >= 1
        assert running.stats.eased >= 1
        assert "waiting" in running.transcripts.of("a/fake")[0].lines


async def test_a_bug_is_a_reading_with_a_traceback_and_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = True

    async def breaks(check: Check, kit: Kit, transcript: Transcript) -> Reading:
        if broken:
            raise ZeroDivisionError("oh")
        return outcome(check, kit, None)

    caplog.set_level(logging.INFO, "runtime.scheduler")
    async with scheduled(Feed(fake("a")), a_collector(breaks)) as running:
        await running.until(lambda: running.stats.bugs >= 3)
        broken = False
        await running.until(lambda: running.sink.readings[-1].ok)
        failure = running.sink.readings[0].failure
        assert failure is not None
        assert failure.kind is FailureKind.BUG
        assert failure.detail == "ZeroDivisionError: oh"
        failed = next(run for run in running.transcripts.of("a/fake") if run.failure)
        assert any("ZeroDivisionError" in line for line in failed.lines)
    said = [record.message for record in caplog.records]
    assert len([line for line in said if "its collector broke" in line]) == 1
    assert len([line for line in said if "works again" in line]) == 1


async def test_a_timeout_error_of_the_collector_itself_is_a_bug() -> None:
    async def breaks(check: Check, kit: Kit, transcript: Transcript) -> Reading:
        raise TimeoutError("mine")

    async with scheduled(Feed(fake("a")), a_collector(breaks)) as running:
        await running.until(lambda: running.sink.readings)
        failure = running.sink.readings[0].failure
    assert failure is not None
    assert failure.kind is FailureKind.BUG


async def test_a_device_is_asked_one_thing_at_a_time() -> None:
    at_once = worst = 0

    async def counts(check: Check, kit: Kit, transcript: Transcript) -> Reading:
        nonlocal at_once, worst
        at_once += 1
        worst = max(worst, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return outcome(check, kit, None)

    checks = [fake(f"x{n}", address="10.0.0.1") for n in range(6)]
    async with scheduled(Feed(*checks), a_collector(counts)) as running:
        await running.until(lambda: len({r.check for r in running.sink.readings}) == 6)
        await running.until(lambda: running.stats.skipped)
    assert worst == 1


async def test_whether_a_device_can_be_reached_is_asked_beside_what_it_leaves_unanswered() -> None:
    async def silent(check: Check, kit: Kit, transcript: Transcript) -> Reading:
        await asyncio.sleep(60.0)
        return outcome(check, kit, None)

    dead = [fake(f"x{n}", "silent", address="10.0.0.1", timeout=30.0) for n in range(3)]
    reach = fake("gw", address="10.0.0.1", reach=True)
    feed = Feed(*dead, reach)
    collectors = (a_collector(answers), a_collector(silent, "silent"))
    async with scheduled(feed, *collectors) as running:
        await running.until(lambda: running.stats.skipped)
        seen = len(running.sink.of("gw"))
        await running.until(lambda: len(running.sink.of("gw")) >= seen + 3, within=2.0)


async def test_a_failing_reach_check_and_its_uplinks_run_again_soon() -> None:
    alive = {"hub"}

    async def looks(check: Check, kit: Kit, transcript: Transcript) -> Reading:
        silent = Failure(FailureKind.TIMEOUT, "silence")
        return outcome(check, kit, None if check.target in alive else silent)

    verify = Verify(uplinks=("hub/fake",), probes=2)
    hub = fake("hub", interval=600.0)
    leaf = fake("xa", interval=600.0, reach=True, verify=verify)
    async with scheduled(Feed(hub, leaf), a_collector(looks)) as running:
        await running.until(lambda: len(running.scheduler._plans) == 2)
        running.scheduler.hint("xa/fake")
        await running.until(lambda: len(running.sink.of("xa")) == 2)
        assert 1 <= len(running.sink.of("hub")) <= 2
        alive.add("xa")
        await running.until(lambda: len(running.sink.of("xa")) == 5)
        await asyncio.sleep(1.2)
        assert 5 <= len(running.sink.of("xa")) <= 6


async def test_a_hint_brings_the_next_run_forward() -> None:
    async with scheduled(Feed(fake("a", interval=600.0)), a_collector(answers)) as running:
        await running.until(lambda: running.scheduler._plans)
        running.scheduler.hint("a/fake")
        running.scheduler.hint("nobody/fake")
        await running.until(lambda: running.sink.readings, within=0.5)


async def test_a_changed_feed_is_followed() -> None:
    feed = Feed(fake("a"))
    async with scheduled(feed, a_collector(answers)) as running:
        await running.until(lambda: running.sink.of("a"))
        feed.become(fake("b"), fake("c", "unheard"))
        await running.until(lambda: running.sink.of("b"))
        runs = len(running.sink.of("a"))
        await asyncio.sleep(0.2)
        assert len(running.sink.of("a")) == runs
        assert not running.transcripts.of("a/fake")


async def test_a_sweep_gets_its_checks_its_changes_and_its_hints() -> None:
    seen: list[tuple[str, ...]] = []
    hinted: list[str] = []

    async def sweep(feed: SweepFeed, kit: Kit, emit: Emitted) -> None:
        version = -1
        while True:
            if feed.version != version:
                version = feed.version
                seen.append(tuple(check.target for check in feed.current()))
                emit([outcome(check, kit, None) for check in feed.current()])
            hinted.extend(feed.hints())
            await asyncio.sleep(0.01)

    feed = Feed(fake("a"), fake("b"))
    async with scheduled(feed, a_collector(answers, sweep=sweep)) as running:
        await running.until(lambda: len(running.sink.readings) == 2)
        running.scheduler.hint("b/fake")
        feed.become(fake("b"))
        await running.until(lambda: len(seen) == 2)
        await running.until(lambda: hinted)
        assert running.stats.swept == 3
        assert running.stats.started == 0
    assert seen == [("a", "b"), ("b",)]
    assert hinted == ["b/fake"]


async def test_a_dead_sweep_is_started_again_and_said_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.scheduler.REVIVAL", (0.01, 0.02))
    lives = 0

    async def sweep(feed: SweepFeed, kit: Kit, emit: Emitted) -> None:
        nonlocal lives
        lives += 1
        if lives == 2:
            return
        raise OSError("no socket")

    async with scheduled(Feed(fake("a")), a_collector(answers, sweep=sweep)) as running:
        await running.until(lambda: lives >= 4)
        assert running.stats.revivals >= 3
    assert len([r for r in caplog.records if "sweep died" in r.message]) == 1


async def test_cancelling_leaves_no_task() -> None:
    async def hangs(check: Check, kit: Kit, transcript: Transcript) -> Reading:
        await asyncio.sleep(60)
        return outcome(check, kit, None)

    async def sweep(feed: SweepFeed, kit: Kit, emit: Emitted) -> None:
        await asyncio.sleep(60)

    swept = a_collector(answers, "swept", sweep)
    feed = Feed(fake("a"), fake("b", "swept"))
    async with scheduled(feed, a_collector(hangs), swept) as running:
        await running.until(lambda: running.stats.running)
    assert asyncio.all_tasks() == {asyncio.current_task()}
