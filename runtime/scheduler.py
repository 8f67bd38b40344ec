"""When is what looked at? Spread, bounded, never stacked; facts go to the sink.

Checks whose collector offers a sweep are handed to it; the others run one look at a time.
"""

import asyncio
import heapq
import logging
import math
import traceback
import zlib
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.clock import Clock
from core.collector import Collector, Kit, Sweep
from core.reading import Failure, FailureKind, Reading, is_stale
from core.watching import Check, Verify
from runtime.transcripts import Run, Transcripts

log = logging.getLogger(__name__)

GRACE = 0.25  # seconds beyond a check's timeout: a collector's own deadline may speak first
GLANCE = 0.2  # seconds between two looks at the feed's version
TICK = 0.05  # seconds between two looks at what is due: hundreds a second are begun together
AT_ONCE = 500  # runs in progress, all devices together
SUSPICION = 1.0  # seconds between two runs of a reach check that fails, at least
CONVINCED = 3  # good runs after a failure until a reach check goes on at its interval
REVIVAL = (1.0, 30.0)  # seconds until a dead sweep is started again: first, at most

# Kinds that say nothing about the target, so that there is nothing to verify.
_OURS = (FailureKind.LOCAL, FailureKind.BUG)


class CheckFeed(Protocol):
    """What should be looked at, as it stands now."""

    def current(self) -> Sequence[Check]:
        """Return all checks."""

    @property
    def version(self) -> int:
        """Return a number that grows whenever `current()` has changed."""


class ReadingSink(Protocol):
    """Where readings go."""

    def put(self, batch: Sequence[Reading]) -> None:
        """Take readings in; never blocks."""


@dataclass(slots=True)
class Stats:
    """Counted since the start, for the self metrics."""

    started: int = 0
    finished: int = 0
    failed: int = 0  # readings with a failure, of runs
    deadlines: int = 0  # runs ended by us
    bugs: int = 0
    skipped: int = 0  # due while the same check was still waiting or running
    eased: int = 0  # runs put off because the device is slow
    hinted: int = 0
    swept: int = 0  # readings from sweeps
    revivals: int = 0  # sweeps started again after they died
    running: int = 0
    waiting: int = 0
    lateness_sum_s: float = 0.0
    lateness_max_s: float = 0.0


_Queue = tuple[str, bool]  # a device, asked whether it can be reached, or the rest


@dataclass(slots=True, eq=False)
class _Plan:
    """What the scheduler remembers of one check that is run look by look."""

    check: Check
    collector: Collector
    anchor: float  # monotonic; it is due at this instant and every interval from then on
    due: float = 0.0  # next, monotonic
    busy: bool = False  # waiting for its turn, or running
    fails: int = 0  # in a row
    goods: int = 0  # in a row, after a failure
    broken: bool = False  # by a bug; said once
    again: bool = False  # hinted while busy

    @property
    def queue(self) -> _Queue:
        """Return what it waits for its turn with."""
        return self.check.address, self.check.reach

    def after(self, now: float) -> float:
        """Return the first instant of its rhythm after now."""
        interval = self.check.interval
        return self.anchor + (math.floor((now - self.anchor) / interval) + 1) * interval


@dataclass(slots=True)
class _Portion:
    """The feed of one sweep: its share of the checks."""

    checks: tuple[Check, ...] = ()
    version: int = 0
    hinted: list[str] = field(default_factory=list)

    def current(self) -> Sequence[Check]:
        return self.checks

    def hints(self) -> Sequence[str]:
        hinted, self.hinted = self.hinted, []
        return hinted


class Scheduler:
    """Runs every check of the feed at its interval until `run` is cancelled."""

    def __init__(  # noqa: PLR0917  (its parts, handed in once, where everything is built)
        self,
        feed: CheckFeed,
        sink: ReadingSink,
        collectors: Mapping[str, Collector],
        kit: Kit,
        transcripts: Transcripts,
        clock: Clock,
    ) -> None:
        self.stats = Stats()
        self._feed = feed
        self._sink = sink
        self._collectors = collectors
        self._kit = kit
        self._transcripts = transcripts
        self._clock = clock
        self._version: int | None = None
        self._plans: dict[str, _Plan] = {}
        self._portions: dict[str, _Portion] = {}
        self._swept: dict[str, str] = {}  # check -> its sweep
        self._due: list[tuple[float, int, _Plan]] = []
        self._entries = 0
        self._devices: dict[_Queue, asyncio.Lock] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._nudged = asyncio.Event()

    async def run(self) -> None:
        """Look until cancelled; then end every run and every sweep."""
        try:
            while True:
                if self._feed.version != self._version:
                    self._version = self._feed.version
                    self._bind()
                self._start_due()
                await self._pause()
        finally:
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def hint(self, check: str) -> None:
        """Bring a check's next run forward: someone has a reason to look now."""
        self.stats.hinted += 1
        sweep = self._swept.get(check)
        if sweep is not None:
            self._portions[sweep].hinted.append(check)
            return
        plan = self._plans.get(check)
        if plan is None:
            return
        if plan.busy:
            plan.again = True
        else:
            self._plan(plan, self._clock.monotonic())

    # The plan

    def _bind(self) -> None:
        """Follow the feed: unchanged checks keep their rhythm and their counts."""
        checks = self._feed.current()
        now = self._clock.monotonic()
        shares: dict[str, list[Check]] = {name: [] for name in self._portions}
        plans: dict[str, _Plan] = {}
        for check in checks:
            collector = self._collectors.get(check.collector)
            if collector is None:
                log.error("check %s: there is no collector %s", check.slug, check.collector)
            elif collector.sweep is not None:
                shares.setdefault(collector.name, []).append(check)
            else:
                plans[check.slug] = self._followed(check, collector, now)
        self._plans = plans
        self._due = [entry for entry in self._due if plans.get(entry[2].check.slug) is entry[2]]
        heapq.heapify(self._due)
        in_use = {plan.queue for plan in plans.values()}
        self._devices = {a: k for a, k in self._devices.items() if a in in_use or k.locked()}
        self._share(shares)
        self._transcripts.forget_all_but({check.slug for check in checks})

    def _followed(self, check: Check, collector: Collector, now: float) -> _Plan:
        plan = self._plans.get(check.slug)
        if plan is not None and plan.check == check:
            return plan
        phase = zlib.crc32(check.slug.encode()) / 2**32
        plan = _Plan(check, collector, now + phase * check.interval)
        self._plan(plan, plan.anchor)
        return plan

    def _share(self, shares: Mapping[str, Sequence[Check]]) -> None:
        self._swept = {check.slug: name for name, share in shares.items() for check in share}
        for name, share in shares.items():
            portion = self._portions.get(name)
            if portion is None:
                portion = self._portions[name] = _Portion()
                self._start_sweep(name, portion)
            if portion.checks != tuple(share):
                portion.checks = tuple(share)
                portion.version += 1

    def _start_sweep(self, name: str, portion: _Portion) -> None:
        sweep = self._collectors[name].sweep
        if sweep is not None:
            self._spawn(self._sweep(name, sweep, portion), f"sweep {name}")

    def _plan(self, plan: _Plan, due: float) -> None:
        plan.due = due
        self._entries += 1
        heapq.heappush(self._due, (due, self._entries, plan))
        self._nudged.set()

    def _start_due(self) -> None:
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now:
            due, _, plan = heapq.heappop(self._due)
            if due != plan.due or self._plans.get(plan.check.slug) is not plan:
                continue  # it was brought forward, or is watched no more
            self._plan(plan, plan.after(now))
            if plan.busy:
                self.stats.skipped += 1
            else:
                plan.busy = True
                self._spawn(self._turn(plan, due), plan.check.slug)

    async def _pause(self) -> None:
        """Sleep until something is due; a hint wakes us earlier."""
        self._nudged.clear()
        wait = GLANCE
        if self._due:
            wait = min(wait, max(TICK, self._due[0][0] - self._clock.monotonic()))
        alarm = asyncio.get_running_loop().call_later(wait, self._nudged.set)
        try:
            await self._nudged.wait()
        finally:
            alarm.cancel()

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # One run

    async def _turn(self, plan: _Plan, due: float) -> None:
        """Wait until the device and a slot are free, run, and say when to run next.

        Whether a device can be reached is asked beside the rest: what waits in vain for the
        answers of a dead one must not keep us from seeing that it is dead.
        """
        device = self._devices.setdefault(plan.queue, asyncio.Lock())
        self.stats.waiting += 1
        try:
            async with device, self._slots:
                self.stats.waiting -= 1
                self._begin(due)
                try:
                    await self._run(plan)
                finally:
                    self.stats.running -= 1
        finally:
            plan.busy = False

    def _begin(self, due: float) -> None:
        late = max(0.0, self._clock.monotonic() - due)
        self.stats.lateness_sum_s += late
        self.stats.lateness_max_s = max(self.stats.lateness_max_s, late)
        self.stats.started += 1
        self.stats.running += 1

    async def _run(self, plan: _Plan) -> None:
        begun = self._clock.monotonic()
        run, reading = await look_once(plan.collector, plan.check, self._kit)
        took = self._clock.monotonic() - begun
        self._transcripts.keep(run)
        self._count(plan, run, reading)
        self._sink.put((reading,))
        self._appoint(plan, reading, took)

    def _count(self, plan: _Plan, run: Run, reading: Reading) -> None:
        self.stats.finished += 1
        self.stats.failed += not reading.ok
        self.stats.deadlines += run.overran
        broken = reading.failure is not None and reading.failure.kind is FailureKind.BUG
        self.stats.bugs += broken
        if broken and not plan.broken:
            log.error("check %s: its collector broke\n%s", plan.check.slug, "\n".join(run.lines))
        elif plan.broken and not broken:
            log.info("check %s works again", plan.check.slug)
        plan.broken = broken

    def _appoint(self, plan: _Plan, reading: Reading, took: float) -> None:
        """Say when to run next, where that is not the check's plain rhythm."""
        now = self._clock.monotonic()
        verify = plan.check.verify if plan.check.reach else None
        if plan.again:
            plan.again = False
            self._plan(plan, now)
        elif verify is not None and self._is_unsettled(plan, reading, verify):
            self._plan(plan, min(plan.due, now + max(SUSPICION, verify.spacing)))
            for slug in verify.uplinks if plan.fails else ():
                self.hint(slug)
        elif plan.due - now < took:
            # It takes more than half of its interval: leave the device as long as we held it.
            self.stats.eased += 1
            self._plan(plan, plan.after(now + took))

    def _is_unsettled(self, plan: _Plan, reading: Reading, verify: Verify) -> bool:
        """Count the reading; say whether the judge wants to see more soon."""
        if reading.failure is not None and reading.failure.kind in _OURS:
            return False
        if reading.ok:
            plan.goods = plan.goods + 1 if plan.fails or plan.goods else 0
            plan.fails = 0
            if plan.goods > CONVINCED:
                plan.goods = 0
            return plan.goods > 0
        plan.fails, plan.goods = plan.fails + 1, 0
        return plan.fails <= verify.probes

    # Sweeps

    async def _sweep(self, name: str, sweep: Sweep, portion: _Portion) -> None:
        """Keep a sweep alive; say once that it died, and once that it lives again."""
        pause, ailing = REVIVAL[0], False
        while True:
            begun = self._clock.monotonic()
            try:
                await sweep(portion, self._kit, self._take_swept)
                error: Exception = RuntimeError("the sweep returned")
            except Exception as broken:  # noqa: BLE001  (a sweep's bug must not end the others)
                error = broken
            if self._clock.monotonic() - begun > REVIVAL[1]:
                pause, ailing = REVIVAL[0], False
            if not ailing:
                ailing = True
                log.error("the %s sweep died and is started again", name, exc_info=error)
            self.stats.revivals += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, REVIVAL[1])

    def _take_swept(self, batch: Sequence[Reading]) -> None:
        self.stats.swept += len(batch)
        for reading in batch:
            if reading.samples or not reading.ok:
                self._transcripts.keep(_retold(reading))
        self._sink.put(batch)


async def look_once(collector: Collector, check: Check, kit: Kit) -> tuple[Run, Reading]:
    """Run one check once: its deadline kept, a bug caught; return what was said and what came."""
    run = Run(check.slug, kit.clock.now())
    begun = kit.clock.monotonic()
    reading = await _guarded(collector, check, kit, run)
    if reading.duration is None:
        reading.duration = kit.clock.monotonic() - begun
    run.settle(reading)
    return run, reading


async def _guarded(collector: Collector, check: Check, kit: Kit, run: Run) -> Reading:
    try:
        async with asyncio.timeout(check.timeout + GRACE) as deadline:
            return await collector.look(check, kit, run)
    except Exception as error:  # noqa: BLE001  (a collector's bug must not end the others)
        if isinstance(error, TimeoutError) and deadline.expired():
            run.overran = True
            run.note("ended by the deadline of %g s", check.timeout)
            failure = Failure(FailureKind.TIMEOUT, f"no answer within {check.timeout:g} s")
        else:
            for line in traceback.format_exception(error):
                run.note("%s", line.rstrip())
            failure = Failure(FailureKind.BUG, f"{type(error).__name__}: {error}")
    return Reading(check.slug, check.vantage, run.began_at, failure=failure)


def _retold(reading: Reading) -> Run:
    """Return the run of a reading that a sweep has brought; sweeps keep no transcript."""
    run = Run(reading.check, reading.at)
    if reading.failure is not None:
        run.note("%s: %s", reading.failure.kind.value, reading.failure.detail)
    for series, value in reading.samples:
        if not is_stale(value):
            run.note("%s %.9g", series, value)
    run.settle(reading)
    return run
