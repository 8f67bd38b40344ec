"""Counts, prints and reads lists in a process of its own: judging must not wait for a PDF."""

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from multiprocessing import get_context
from typing import TypeVar

from core.clock import Clock, SystemClock
from core.errors import Unavailable
from core.text import Language, Text
from reports.render.formats import render
from reports.render.kinds import Format
from reports.render.letterhead import Letterhead
from reports.report import Report
from reports.request import UptimeRequest

T = TypeVar("T")
Engine = tuple[str, Mapping[str, str]]  # where series are read: address, headers
IDLE = 120.0  # seconds after which the process is given up, with the memory it holds
WAITING = 16  # jobs at once; more are refused
_NICE = 10
_BUSY = Text(
    "Đang lập nhiều báo cáo cùng lúc, vui lòng thử lại sau ít phút",
    "Many reports are being made at once, please try again in a few minutes",
)
_BROKEN = Text(
    "Tiến trình lập báo cáo đã dừng đột ngột, vui lòng thử lại",
    "The process that makes reports has died, please try again",
)


class Press:
    """Counts in one process and prints in another: who looks at a page waits for no PDF."""

    def __init__(
        self, url: str, head: Letterhead, clock: Clock, engine: Engine | None = None
    ) -> None:
        """Open nothing yet; `engine` is where series are read, by address and headers."""
        self._url = url
        self._engine = engine
        self._head = head
        self._clock = clock
        self._counting = Worker()
        self._printing = Worker()

    async def build(self, request: UptimeRequest) -> Report:
        """Return the report of the ledger's facts; DomainError says what cannot be meant."""
        return await self._counting.run(
            counted_by, self._url, request, self._clock.now(), self._engine
        )

    async def printed(self, report: Report, language: Language, form: Format) -> bytes:
        """Return a file of a report."""
        worker = self._printing if form is Format.PDF else self._counting
        return await worker.run(render, report, self._head, language, form)

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Return what a function of a module makes in the process that counts."""
        return await self._counting.run(work, *arguments)

    async def aclose(self) -> None:
        """End the processes; what they are making is lost."""
        await self._counting.aclose()
        await self._printing.aclose()


class Worker:
    """A process that does one job after the other; started when needed, ended when idle."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._jobs = 0
        self._ending: asyncio.TimerHandle | None = None

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Return what a function of a module makes there; Unavailable if there is no end to it."""
        if self._jobs >= WAITING:
            raise Unavailable(_BUSY)
        self._jobs += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._opened(), work, *arguments)
        except BrokenProcessPool as broken:
            self._pool = None
            raise Unavailable(_BROKEN) from broken
        finally:
            self._jobs -= 1
            self._rest()

    async def aclose(self) -> None:
        """End the process; what it is making is lost."""
        if self._ending is not None:
            self._ending.cancel()
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list(pool._processes.values()):  # noqa: SLF001  (Python 3.14 has a word)
                process.terminate()
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), _settle)
        return self._pool

    def _rest(self) -> None:
        """End the process when nothing has come for a while."""
        if self._ending is not None:
            self._ending.cancel()
        self._ending = asyncio.get_running_loop().call_later(IDLE, self._give_up)

    def _give_up(self) -> None:
        if self._jobs == 0 and self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None


def counted_by(
    url: str,
    request: UptimeRequest,
    now: datetime,
    engine: Engine | None = None,
) -> Report:
    """Return a report, in a process without an event loop."""

    async def inside() -> Report:
        from runtime.nearest import counted  # noqa: PLC0415  (what only this process needs)
        from storage.ledger import open_ledger  # noqa: PLC0415
        from storage.series import SeriesReader  # noqa: PLC0415

        ledger = await open_ledger(url, None, SystemClock())
        series = SeriesReader(*engine) if engine is not None else None
        try:
            return await counted(ledger, request, now, series=series)
        finally:
            if series is not None:
                await series.aclose()
            await ledger.aclose()

    return asyncio.run(inside())


def prepare() -> None:
    """Collect cycles rarely: a printed page is half a million objects that all live as long."""
    gc.set_threshold(200_000, 20, 50)


def _settle() -> None:
    """Stand back behind the judging, and leave Ctrl-C to the hub."""
    prepare()
    os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
