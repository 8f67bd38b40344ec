"""What devices say, on its way into the ledger: repeated remarks are one, and a storm is bounded.

Written every two seconds in one transaction. What is said again within a minute adds to the
count of the row that is there; what is too much is counted, and that count is a row too.
"""

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from core.clock import Clock
from core.errors import Unavailable
from core.remark import DROPPED, Remark, Via
from runtime.hints import HintStats, Speaker
from storage.remarks import RemarkBook

log = logging.getLogger(__name__)

PERIOD = 2.0  # seconds between two writings
TOGETHER = timedelta(seconds=60)  # the same said again within this is one remark
WAITING = 400  # different remarks that wait to be written, of all devices
OF_ONE = 40  # of one device
REMEMBERED = 10_000  # remarks that may still be added to
_OURS = 5  # the severity of a remark of ours


class Said(NamedTuple):
    """What was said, whoever said it."""

    severity: int
    kind: str
    text: str
    means: str = ""
    means_en: str = ""


class Key(NamedTuple):
    """What makes two remarks the same."""

    device: str
    address: str
    via: Via
    severity: int
    kind: str
    text: str
    means: str = ""
    means_en: str = ""


class Remarks:
    """The remarks of the last moments."""

    def __init__(self, book: RemarkBook, most: int, clock: Clock, stats: HintStats) -> None:
        """`most`: rows that the ledger keeps."""
        self._book = book
        self._most = most
        self._clock = clock
        self._stats = stats
        self._waiting: dict[Key, Remark] = {}
        self._of_device: dict[str, int] = {}
        self._written: dict[Key, Remark] = {}
        self._trouble = ""

    def say(self, speaker: Speaker, address: str, via: Via, said: Said) -> None:
        """Take a remark."""
        self._take(Key(speaker.device, address, via, *said), speaker.site)

    def drop(self, speaker: Speaker, address: str, via: Via) -> None:
        """Count a remark that was not even read."""
        self._stats.dropped += 1
        self._take(Key(speaker.device, address, via, _OURS, DROPPED, ""), speaker.site)

    def _take(self, key: Key, site: str | None) -> None:
        now = self._clock.now()
        known = self._waiting.get(key)
        if known is not None:
            self._waiting[key] = replace(known, last_at=now, count=known.count + 1)
            return
        written = self._written.get(key)
        if written is not None and now - written.at < TOGETHER:
            self._waiting[key] = replace(written, last_at=now, count=written.count + 1)
            return
        of_device = self._of_device.get(key.device, 0)
        if key.kind != DROPPED and (len(self._waiting) >= WAITING or of_device >= OF_ONE):
            self._stats.dropped += 1
            self._take(Key(key.device, key.address, key.via, _OURS, DROPPED, ""), site)
            return
        if len(self._waiting) >= 2 * WAITING:
            return  # only counts are beyond this, and the metric has them
        self._of_device[key.device] = of_device + 1
        self._waiting[key] = Remark(
            at=now,
            last_at=now,
            device=key.device,
            site=site,
            address=key.address,
            via=key.via,
            severity=key.severity,
            kind=key.kind,
            text=key.text,
            means=key.means,
            means_en=key.means_en,
        )

    async def run(self) -> None:
        """Write what waits, until cancelled; what a ledger that is away missed waits on."""
        while True:
            await asyncio.sleep(PERIOD)
            try:
                await self.write()
            except (OSError, Unavailable) as trouble:
                if str(trouble) != self._trouble:
                    log.warning("remarks of devices wait for the ledger: %s", trouble)
                self._trouble = str(trouble)

    async def write(self) -> None:
        """Write what waits; it waits on where that fails."""
        taken = dict(self._waiting)
        if not taken:
            return
        rows = await self._book.write(list(taken.values()), self._most)
        self._trouble = ""
        for (key, before), row in zip(taken.items(), rows, strict=True):
            self._stats.kept += not before.id
            self._written[key] = row
            if self._waiting[key] is before:
                del self._waiting[key]
            else:  # said again meanwhile: that goes into the same row
                self._waiting[key] = replace(self._waiting[key], id=row.id)
        self._of_device = dict(Counter(key.device for key in self._waiting))
        self._forget(self._clock.now())

    def _forget(self, now: datetime) -> None:
        """Let go the rows that are not added to any more."""
        fresh = [(key, one) for key, one in self._written.items() if now - one.at < TOGETHER]
        self._written = dict(fresh[-REMEMBERED:])
