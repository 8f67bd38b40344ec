"""Looks every six hours whose light fades: the trend of a month changes no faster."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Clock
from core.errors import Unavailable
from storage.optics import Light, lights
from storage.series import SeriesReader

log = logging.getLogger(__name__)

EVERY = 6 * 3600.0  # seconds
AGAIN = 300.0  # seconds after the engine did not answer


@dataclass(slots=True)
class OpticsWatch:
    """Holds the sensors that fade, as they were found last; None while nothing was found yet."""

    reader: SeriesReader
    clock: Clock
    fading: Sequence[Light] | None = None

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            wait = EVERY
            try:
                found = await lights(self.reader, self.clock.now())
                self.fading = [one for one in found if one.fades]
            except Unavailable as trouble:
                log.warning("whose light fades is not known: %s", trouble)
                wait = AGAIN
            await asyncio.sleep(wait)
