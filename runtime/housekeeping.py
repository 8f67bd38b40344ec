"""What is tidied up beside the work: rows and transcripts whose time is over."""

import asyncio
import logging
from datetime import timedelta

from core.clock import Clock
from core.errors import Unavailable
from runtime.sections.keeping import Retention
from runtime.transcripts import Transcripts
from storage.pruning import Kept, PruneBook

log = logging.getLogger(__name__)

PERIOD = 24 * 3600.0  # seconds between two rounds
FIRST = 300.0  # seconds after the start, when that is over and done with
PAUSE = 0.5  # seconds between two portions: others write too


class Housekeeping:
    """Prunes once a day, a little at a time."""

    def __init__(
        self, book: PruneBook, transcripts: Transcripts, wanted: Retention, clock: Clock
    ) -> None:
        self._book = book
        self._transcripts = transcripts
        self._clock = clock
        self._kept = Kept(
            events=timedelta(seconds=wanted.events),
            messages=timedelta(seconds=wanted.messages),
            remarks=timedelta(seconds=wanted.remarks),
        )
        self._spoken = timedelta(seconds=wanted.transcripts)

    async def run(self) -> None:
        """Tidy up every day until cancelled."""
        await asyncio.sleep(FIRST)
        while True:
            await self.round()
            await asyncio.sleep(PERIOD)

    async def round(self) -> int:
        """Let go everything whose time is over; return how many rows. Waits for no ledger."""
        now = self._clock.now()
        self._transcripts.forget_before(now - self._spoken)
        total = 0
        try:
            while gone := await self._book.portion(self._kept, now):
                total += gone
                await asyncio.sleep(PAUSE)
        except (OSError, Unavailable) as trouble:
            log.warning("tidying up goes on tomorrow: %s", trouble)
        if total:
            log.info("%d rows whose time was over are gone", total)
        return total
