"""Is this machine's clock right? The kernel knows whether anything keeps it so.

Reports count seconds by this clock, so time in which nothing kept it right, or in which it was
set, is remembered and marks the periods of reports. Asking needs no right and no particular
program; where a container may not ask, the answer is "unknown" and nothing is claimed.
"""

import asyncio
import ctypes
import errno
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.clock import Clock
from core.errors import DomainError
from core.text import Text
from core.timekeeping import ClockSpan, ClockTrouble

log = logging.getLogger(__name__)

PERIOD = 10.0  # seconds between two looks at the clock
KEEP = 60.0  # seconds between two writings of a span that goes on
WRITTEN = timedelta(minutes=2)  # by then doubtful time has been written: KEEP and more
STEP = 1.0  # seconds by which the clock may run off between two looks before it was set
PATIENCE = timedelta(minutes=15)  # of unsynchronised time until a person is bothered

_UNSYNC = 0x0040  # STA_UNSYNC: nothing keeps the clock right
_NANO = 0x2000  # STA_NANO: the offset is in ns, else in µs
_ERROR = 5  # TIME_ERROR: what adjtimex returns of such a clock


class _Timex(ctypes.Structure):
    """Struct timex of adjtimex(2), as Linux has it on 64 bits."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),  # what we do not read, and room for later kernels
    )


@dataclass(frozen=True, slots=True)
class Discipline:
    """What the kernel says of its clock; seconds, None where it does not say."""

    synchronised: bool | None = None
    offset: float | None = None
    max_error: float | None = None
    detail: str = ""


@dataclass(slots=True)
class ClockStats:
    """How the clock is, for the self metrics."""

    synchronised: bool | None = None
    offset_s: float | None = None
    max_error_s: float | None = None
    steps: int = 0


class Book(Protocol):
    """Where doubtful time is kept."""

    async def keep(self, span: ClockSpan) -> None:
        """Write a span, or the later end of one that is known."""


def discipline() -> Discipline:
    """Ask the kernel; changes nothing."""
    asked = _Timex()
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError) as error:
        return Discipline(detail=f"no adjtimex here: {error}")
    state = adjtimex(ctypes.byref(asked))
    if state < 0:
        number = ctypes.get_errno() or errno.EIO
        return Discipline(detail=os.strerror(number))
    unit = 1e-9 if asked.status & _NANO else 1e-6
    return Discipline(
        synchronised=state != _ERROR and not asked.status & _UNSYNC,
        offset=asked.offset * unit,
        max_error=asked.maxerror * 1e-6,
    )


class Timekeeper:
    """Watches the clock, remembers doubtful time, says when it lasts too long."""

    def __init__(
        self, clock: Clock, book: Book, ask: Callable[[], Discipline] = discipline
    ) -> None:
        self.stats = ClockStats()
        self._clock = clock
        self._book = book
        self._ask = ask
        self._before: tuple[datetime, float] | None = None
        self._since: datetime | None = None  # of unsynchronised time
        self._kept = 0.0  # monotonic, when the span was last written
        self._unwritten: list[ClockSpan] = []
        self._said = ""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await self.write()
            await asyncio.sleep(PERIOD)

    def look(self) -> None:
        """Look once: what is doubtful is noted, to be written."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        self._look_for_step(now, monotonic)
        told = self._ask()
        self.stats.synchronised = told.synchronised
        self.stats.offset_s, self.stats.max_error_s = told.offset, told.max_error
        if told.detail != self._said:
            self._said = told.detail
            log.info("whether the clock is synchronised is unknown: %s", told.detail)
        if told.synchronised is False:
            if self._since is None:
                log.warning("this machine's clock is not synchronised")
                self._since, self._kept = now, -KEEP
            if monotonic - self._kept >= KEEP:
                self._note_unsynchronised(now, monotonic)
        elif self._since is not None:
            self._note_unsynchronised(now, monotonic)
            self._since = None
            log.info("this machine's clock is synchronised again")

    def trouble(self, now: datetime) -> Text | None:
        """Return a sentence for people if the clock has been left alone for too long."""
        since = self._since
        if since is None or now - since < PATIENCE:
            return None
        return Text(
            vi="Đồng hồ máy này chưa được đồng bộ (NTP): giờ trong báo cáo có thể sai; kiểm tra "
            "chrony hoặc systemd-timesyncd",
            en="This machine's clock is not synchronised (NTP): times in reports may be wrong; "
            "check chrony or systemd-timesyncd",
        )

    async def write(self) -> None:
        """Write what was noted; what cannot be written now is written later."""
        while self._unwritten:
            try:
                await self._book.keep(self._unwritten[0])
            except (OSError, DomainError) as error:
                log.debug("doubtful time is not written yet: %s", error)
                return
            del self._unwritten[0]

    def _note(self, kind: ClockTrouble, begin: datetime, end: datetime) -> None:
        if end > begin:
            span = ClockSpan(kind=kind, begin=begin, end=end)
            waiting = [one for one in self._unwritten if (one.kind, one.begin) != (kind, begin)]
            self._unwritten = [*waiting, span]

    def _note_unsynchronised(self, now: datetime, monotonic: float) -> None:
        if self._since is not None:
            self._kept = monotonic
            self._note(ClockTrouble.UNSYNCHRONISED, self._since, now)

    def _look_for_step(self, now: datetime, monotonic: float) -> None:
        """Compare the clock with one that is never set; a sleep of the machine is a step too."""
        before, self._before = self._before, (now, monotonic)
        if before is None:
            return
        expected = before[0] + timedelta(seconds=monotonic - before[1])
        step = (now - expected).total_seconds()
        if abs(step) <= STEP:
            return
        self.stats.steps += 1
        log.warning("this machine's clock was set by %+.3f s", step)
        self._note(ClockTrouble.STEPPED, min(now, expected, before[0]), max(now, expected))
        if self._since is not None:  # what went on goes on, by the clock as it is now
            self._since, self._kept = now, monotonic - KEEP
