"""What jobs told the hub, on whichever process: handed to the checks that read it, at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from collectors._backup.params import JOB
from collectors._backup.words import JobWords
from core.errors import Unavailable
from core.job import Job
from core.watching import Estate

log = logging.getLogger(__name__)

EVERY = 5.0  # seconds between two looks into the ledger
_COLLECTOR = "backup_age"


class JobFeed:
    """Keeps the words of jobs as the ledger has them, until cancelled."""

    def __init__(
        self,
        known: Callable[[], Awaitable[Iterable[Job]]],
        words: JobWords,
        estate: Callable[[], Estate],
        hint: Callable[[str], None],
    ) -> None:
        self._known = known
        self._words = words
        self._estate = estate
        self._hint = hint

    async def run(self) -> None:
        """Look again and again."""
        while True:
            try:
                await self.turn()
            except Unavailable as trouble:
                log.warning("what jobs say is not read: %s", trouble)
            await asyncio.sleep(EVERY)

    async def turn(self) -> None:
        """Take what jobs said; the checks of those with news are brought forward."""
        news = {f"{JOB}{name}" for name in self._words.take(await self._known())}
        if not news:
            return
        for check in self._estate().checks:
            if check.collector == _COLLECTOR and dict(check.params).get("url") in news:
                self._hint(check.slug)
