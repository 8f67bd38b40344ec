"""Looks every six hours whose light fades: the trend of a month changes no faster.

The trends are written as series, so that rules and boards need not reckon a month anew.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Clock
from core.errors import Unavailable
from core.labels import Series
from core.reading import Sample
from core.text import Text
from storage.optics import Light, lights
from storage.series import SeriesReader

log = logging.getLogger(__name__)

EVERY = 6 * 3600.0  # seconds
TREND = "device_optical_trend_decibels"
SERIES = (
    (
        TREND,
        Text(
            "Công suất quang tăng (+) hay giảm (−) bao nhiêu dB trong 30 ngày, theo đường thẳng",
            "By how many dB optical power rises (+) or falls (−) in 30 days, by a straight line",
        ),
        ("instance", "sensor", "ifName", "direction"),
    ),
)
AGAIN = 300.0  # seconds after the engine did not answer


@dataclass(slots=True)
class OpticsWatch:
    """Holds the sensors as they were found last; None while nothing was found yet."""

    reader: SeriesReader
    clock: Clock
    found: Sequence[Light] | None = None

    def fading(self) -> Sequence[Light] | None:
        """Return the sensors that fade."""
        return None if self.found is None else [one for one in self.found if one.fades]

    def samples(self) -> list[Sample]:
        """Return the trend of every sensor that has one."""
        return [
            (
                Series.of(
                    TREND,
                    (("instance", one.instance),),
                    **{k: v for k, v in _labels(one).items() if v},
                ),
                one.per_month,
            )
            for one in self.found or ()
            if one.per_month is not None
        ]

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            wait = EVERY
            try:
                self.found = await lights(self.reader, self.clock.now())
            except Unavailable as trouble:
                log.warning("whose light fades is not known: %s", trouble)
                wait = AGAIN
            await asyncio.sleep(wait)


def _labels(one: Light) -> dict[str, str]:
    return {"sensor": one.sensor, "ifName": one.port, "direction": one.direction}
