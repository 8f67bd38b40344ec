"""What happens to readings: judged, remembered, shown; one transaction a batch."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from core.clock import Clock
from core.errors import Unavailable
from core.outcome import Event, Outcome
from core.reading import Reading, Sample

log = logging.getLogger(__name__)

BATCH_PERIOD = 0.2  # seconds between two transactions while readings flow
LONGEST_PERIOD = 1.0  # seconds, where a batch takes as long
PORTION = 300  # readings that are judged in one go
LAPSE = 0.3  # seconds; who comes so much too late has not been looking
T = TypeVar("T")
QUEUE_LIMIT = 500_000  # readings; about ten minutes of a ledger that does not answer


class Judge(Protocol):
    """The pure brain: readings in, rows out."""

    def hear(self, readings: Sequence[Reading], now: datetime) -> None:
        """Judge a portion of a batch by itself."""

    def feed(self, readings: Sequence[Reading], now: datetime) -> Outcome:
        """Judge a batch, or the last portion of it, and say what all of it means."""

    def tick(self, now: datetime) -> Outcome:
        """Judge the passing of time: checks overdue, waits that ran out."""

    def wake_at(self) -> datetime | None:
        """Return when `tick` has something to say, if that is known."""

    def lapsed(self, late: timedelta, now: datetime) -> None:
        """Hear that for so long we had no turn, and so neither sent nor heard anything."""


class Remembers(Protocol):
    """The part of the ledger that the pipeline writes."""

    async def commit(self, outcome: Outcome, now: datetime) -> list[Event]:
        """Write a batch in one transaction and return what the pages want to hear."""

    async def observe(self, vantage: str, until: datetime) -> None:
        """Remember that we were looking until then."""


@dataclass(slots=True)
class PipelineStats:
    """Counted since the start, for the self metrics."""

    readings: int = 0
    dropped: int = 0
    batches: int = 0
    retries: int = 0
    lapses: int = 0
    last_batch_s: float = 0.0
    judged_at: datetime | None = None


@dataclass(slots=True)
class Outlets:
    """Where facts go beside the ledger. Each returns quickly and never raises."""

    samples: Callable[[Sequence[tuple[datetime, Sequence[Sample]]]], Awaitable[None]]
    readings: Callable[[Sequence[Reading]], None]
    events: Callable[[Sequence[Event]], None]
    notified: Callable[[], None]


class Pipeline:
    """The sink of the scheduler and the only caller of the brain."""

    def __init__(
        self, judge: Judge, ledger: Remembers, outlets: Outlets, clock: Clock, vantage: str
    ) -> None:
        self.stats = PipelineStats()
        self._judge = judge
        self._ledger = ledger
        self._outlets = outlets
        self._clock = clock
        self._vantage = vantage
        self._waiting: deque[Reading] = deque()
        self._measured: list[tuple[datetime, Sequence[Sample]]] = []
        self._arrived = asyncio.Event()
        self._turn = asyncio.Lock()
        self._awake_at: float | None = None

    def put(self, batch: Sequence[Reading]) -> None:
        """Take readings in; never blocks. Beyond the limit the oldest go, and are counted."""
        self._waiting.extend(batch)
        self._measured.extend((r.at, r.samples) for r in batch if r.samples)
        self.stats.readings += len(batch)
        while len(self._waiting) > QUEUE_LIMIT:
            self._waiting.popleft()
            self.stats.dropped += 1
        self._arrived.set()

    async def carry(self) -> None:
        """Hand samples on until cancelled, whatever the ledger does: theirs is another store."""
        try:
            while True:
                await asyncio.sleep(BATCH_PERIOD)
                await self._hand_on()
        finally:
            await self._hand_on()

    async def attend(self) -> None:
        """Notice, until cancelled, when the whole process had no turn for a while."""
        try:
            while True:
                self._awake_at = self._clock.monotonic()
                await asyncio.sleep(BATCH_PERIOD)
                self.stats.lapses += self._mind_a_lapse()
        finally:
            self._awake_at = None

    def _mind_a_lapse(self) -> bool:
        if self._awake_at is None:
            return False
        late = self._clock.monotonic() - self._awake_at - BATCH_PERIOD
        if late > LAPSE:
            self._judge.lapsed(timedelta(seconds=late), self._clock.now())
        return late > LAPSE

    async def _hand_on(self) -> None:
        measured, self._measured = self._measured, []
        if measured:
            await self._outlets.samples(measured)

    async def run(self) -> None:
        """Judge and write batches until cancelled."""
        observed = 0.0
        while True:
            await self._pause()
            await self.turn()
            if self._clock.monotonic() - observed >= 1.0:
                observed = self._clock.monotonic()
                await self._insist(self._observe)

    async def turn(self) -> None:
        """Judge and write what is waiting now."""
        async with self._turn:
            begun = self._clock.monotonic()
            batch = list(self._waiting)
            self._waiting.clear()
            self._mind_a_lapse()
            now = self._clock.now()
            last = await self._heard(batch, now)
            await self._write(self._judge.feed(last, now), now)
            await self._write(self._judge.tick(now), now)
            if batch:
                self._outlets.readings(batch)
                self.stats.batches += 1
            self.stats.judged_at = now
            self.stats.last_batch_s = self._clock.monotonic() - begun

    async def _heard(self, batch: list[Reading], now: datetime) -> list[Reading]:
        """Judge a batch but for its last portion, and return that.

        Whoever sends and receives gets a turn in between: in a storm a batch takes longer than we
        may be deaf.
        """
        begin = 0
        while len(batch) - begin > PORTION:
            self._judge.hear(batch[begin : begin + PORTION], now)
            begin += PORTION
            await asyncio.sleep(0)
        return batch[begin:]

    async def apply(self, change: Callable[[datetime], Outcome]) -> None:
        """Run a change of the brain (a new inventory) between two batches and write its rows."""
        async with self._turn:
            now = self._clock.now()
            await self._write(change(now), now)

    async def _pause(self) -> None:
        """Wait for the next batch: at most a second, less when a wait of the brain runs out."""
        self._arrived.clear()
        due = self._judge.wake_at()
        longest = 1.0
        if due is not None:
            ahead = (due - self._clock.now()).total_seconds()
            # what is due still, and was just thought over, waits for news like a batch
            longest = min(longest, ahead if ahead > 0 else BATCH_PERIOD)
        if not self._waiting:
            try:
                async with asyncio.timeout(longest):
                    await self._arrived.wait()
            except TimeoutError:
                return
        # judging and writing leave others at least as much time as they take
        busy = min(self.stats.last_batch_s, LONGEST_PERIOD)
        await asyncio.sleep(max(busy, min(BATCH_PERIOD, longest)))

    async def _observe(self) -> None:
        await self._ledger.observe(self._vantage, self._clock.now())

    async def _write(self, outcome: Outcome, now: datetime) -> None:
        if outcome.empty:
            return
        events = await self._insist(lambda: self._ledger.commit(outcome, now))
        self._outlets.events(events)
        if outcome.notifications:
            self._outlets.notified()

    async def _insist(self, write: Callable[[], Awaitable[T]]) -> T:
        """Write until it is written: what was judged is never lost while we live."""
        wait, said = 0.1, False
        while True:
            try:
                return await write()
            except (OSError, Unavailable) as trouble:
                if not said:
                    said = True
                    log.warning("the ledger does not take a batch, trying again: %s", trouble)
                self.stats.retries += 1
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)
