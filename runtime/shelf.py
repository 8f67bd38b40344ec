"""Configurations on their way from a look to the ledger; how old they are, as series.

A reading that carries papers gives them up here, before the judge and the pages: what is secret in
them is in this queue and in the vault, nowhere else.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from core.clock import Clock
from core.configuration import Configuration, Kept, Paper
from core.errors import Conflict, Unavailable
from core.labels import Series
from core.reading import Reading, Sample
from core.text import Text
from core.watching import Estate
from inventory.command_lines import CONFIG
from inventory.compiled import JOB
from runtime.scheduler import ReadingSink
from storage.configurations import ConfigurationBook

log = logging.getLogger(__name__)

Append = Callable[[Sequence[tuple[datetime, Sequence[Sample]]]], Awaitable[None]]

MOST = 32  # looks that wait for the ledger: each may hold megabytes
PERIOD = timedelta(seconds=60)
RETRY = 5.0  # seconds
AGE = "device_config_age_seconds"
STEADY = "device_config_unchanged_seconds"
SERIES: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    (
        AGE,
        Text("Từ lần đọc được cấu hình gần nhất", "Since the configuration was last read"),
        ("instance", "job", "config"),
    ),
    (
        STEADY,
        Text("Từ lần đầu thấy cấu hình hiện nay", "Since the present configuration was first seen"),
        ("instance", "job", "config"),
    ),
)


class Shelf:
    """A sink before the judge's, and the part that writes what it has taken."""

    def __init__(
        self,
        sink: ReadingSink,
        book: ConfigurationBook,
        append: Append,
        estate: Callable[[], Estate],
        clock: Clock,
    ) -> None:
        self._sink, self._book, self._append = sink, book, append
        self._estate, self._clock = estate, clock
        self._waiting: deque[tuple[str, datetime, tuple[Paper, ...]]] = deque()
        self._came = asyncio.Event()
        self.dropped = 0

    def put(self, batch: Sequence[Reading]) -> None:
        """Take the papers out and hand the readings on; never blocks."""
        for reading in batch:
            if reading.papers:
                self._take(reading)
        self._sink.put(batch)

    def _take(self, reading: Reading) -> None:
        target = reading.check.rpartition("/")[0]
        if len(self._waiting) >= MOST:
            self._waiting.popleft()
            self.dropped += 1
            log.warning("the ledger takes no configurations: %d let go", self.dropped)
        self._waiting.append((target, reading.at, reading.papers))
        reading.papers = ()
        self._came.set()

    async def run(self) -> None:
        """Write what comes, and once a minute how old it is."""
        told: datetime | None = None
        while True:
            await self._write()
            now = self._clock.now()
            if told is None or now - told >= PERIOD:
                told = now
                await self._tell(now)
            self._came.clear()
            if not self._waiting:
                try:
                    async with asyncio.timeout(PERIOD.total_seconds()):
                        await self._came.wait()
                except TimeoutError:
                    continue

    async def _write(self) -> None:
        while self._waiting:
            target, at, papers = self._waiting[0]
            try:
                fresh = await self._book.keep(target, papers, at)
            except Unavailable as error:
                log.warning("configurations wait for the ledger: %s", error)
                await asyncio.sleep(RETRY)
                continue
            except Conflict as error:
                log.error("the configuration of %s cannot be kept: %s", target, error)  # noqa: TRY400
            else:
                for version in fresh:
                    log.info("%s: a new %s configuration is kept", target, version.kind.value)
            if self._waiting and self._waiting[0][0] == target:
                self._waiting.popleft()

    async def _tell(self, now: datetime) -> None:
        try:
            newest = await self._book.newest()
        except Unavailable:
            return
        watched = {c.target for c in self._estate().checks if c.collector == CONFIG}
        samples = ages([one for one in newest if one.target in watched], now)
        if samples:
            await self._append([(now, samples)])


def ages(newest: Sequence[Configuration], now: datetime) -> list[Sample]:
    """Return how old the copies are, and since when nothing has changed."""
    samples: list[Sample] = []
    for one in newest:
        labels = (("instance", one.target), ("job", JOB), ("config", Kept(one.kind).value))
        samples += [
            (Series.of(AGE, labels), (now - one.seen_at).total_seconds()),
            (Series.of(STEADY, labels), (now - one.at).total_seconds()),
        ]
    return samples
