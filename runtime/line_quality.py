"""Looks every ten minutes how cleanly the ports of each line have worked for a day."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.clock import Clock
from core.errors import Unavailable
from core.watching import Estate
from runtime.line_use import BREATH, ends_of
from storage.port_quality import PortQuality, of_ports, worst
from storage.series import SeriesReader

log = logging.getLogger(__name__)

EVERY = 600.0  # seconds


@dataclass(slots=True)
class LineQualityWatch:
    """Holds what was found last, by line."""

    reader: SeriesReader
    estate: Callable[[], Estate]
    clock: Clock
    found: Mapping[str, PortQuality] = field(default_factory=dict)

    def newest(self) -> Mapping[str, PortQuality]:
        """Return what was found last, of the ports at both ends the worse."""
        return self.found

    async def run(self) -> None:
        """Look again and again until cancelled."""
        said = ""
        while True:
            try:
                self.found = await qualities(self.reader, self.estate(), self.clock.now())
                said = ""
            except Unavailable as trouble:
                if str(trouble) != said:
                    said = str(trouble)
                    log.warning("errors and flaps of lines are not known: %s", said)
            await asyncio.sleep(EVERY)


async def qualities(
    reader: SeriesReader, estate: Estate, now: datetime
) -> Mapping[str, PortQuality]:
    """Return how cleanly the ports of every line have worked for a day; Unavailable."""
    found: dict[str, PortQuality] = {}
    for link, ends in ends_of(estate).items():
        ports = [
            one
            for end in ends
            for one in (await of_ports(reader, end.instance, now, port=end.port)).values()
        ]
        as_one = worst(ports)
        if as_one is not None:
            found[link] = as_one
        await asyncio.sleep(BREATH)
    return found
