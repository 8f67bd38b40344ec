"""Does light fade? The trend of every optical sensor over a month, by a straight line."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.text import vietnamese_order
from storage.series import SeriesReader

MONTH = timedelta(days=30)
STEP = "6h"  # between the points that the line is laid through
LEAST = 28  # points: a week of them, before which a trend says nothing
FADING = -0.5  # dB a month; a proposal of ours
_DARK = -39.0  # dBm: no light at all is a cut or a shut port, no trend


@dataclass(frozen=True, slots=True)
class Light:
    """One sensor: what it shows now, and by how much it changes in 30 days; None: not known."""

    instance: str
    sensor: str
    port: str
    direction: str  # rx, tx, or empty
    dbm: float
    per_month: float | None = None

    @property
    def fades(self) -> bool:
        """Say whether it loses more than `FADING` a month."""
        return self.per_month is not None and self.per_month <= FADING


async def lights(reader: SeriesReader, at: datetime, selector: str = "") -> list[Light]:
    """Return every sensor that was heard within the last hour, the fastest fading first.

    `selector` narrows them, as `instance="gw"`. Unavailable if the engine does not answer.
    """
    found = f"device_optical_power_dbm{{{selector}}}"
    points = f"({found} > {_DARK:g})[{MONTH.days}d:{STEP}]"
    now = await reader.query(f"last_over_time({found}[1h])", at)
    slopes = await reader.query(f"deriv({points}) * {MONTH.total_seconds():g}", at)
    counts = await reader.query(f"count_over_time({points})", at)
    enough = {_key(one.labels) for one in counts if one.value >= LEAST}
    trends = {
        _key(one.labels): one.value
        for one in slopes
        if math.isfinite(one.value) and _key(one.labels) in enough
    }
    lit = [
        Light(
            one.labels.get("instance", ""),
            one.labels.get("sensor", ""),
            one.labels.get("ifName", ""),
            one.labels.get("direction", ""),
            one.value,
            trends.get(_key(one.labels)),
        )
        for one in now
    ]
    return sorted(lit, key=lambda one: (_pace(one), one.instance, vietnamese_order(one.sensor)))


def _pace(one: Light) -> float:
    return one.per_month if one.per_month is not None else math.inf


def _key(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((k, v) for k, v in labels.items() if k != "__name__"))
