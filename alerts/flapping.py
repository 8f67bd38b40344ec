"""Does something fail and come back again and again? Pure: (when it fell, now) → does it flap?

Every fall weighs one and half as much `HALF_LIFE` later, in the manner of Zino. What flaps does so
until hardly anything of that weight is left, so that a line that rests for a while between two
series does not change its name each time. Nothing is remembered but the falls themselves, which are
in the ledger: any order of arrival and any restart gives the same answer.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

HALF_LIFE = timedelta(minutes=4)
FLAPS_FROM = 2.5  # three falls within about two minutes
CALM_BELOW = 0.75
MOST = 4.0  # so that even the wildest is calm after ten quiet minutes
REMEMBERED = timedelta(hours=1)  # of a fall so long ago nothing is left


@dataclass(frozen=True, slots=True)
class Flapping:
    """How often a target fell in this series, and when it is calm unless it falls again."""

    falls: int
    calm_at: datetime


def flapping(falls: Iterable[datetime], now: datetime) -> Flapping | None:
    """Return how a target flaps that fell at these times; None if it does not."""
    weight, count, flaps = 0.0, 0, False
    last = now
    for at in sorted(set(falls)):
        if at > now:
            break
        weight *= 0.5 ** ((at - last) / HALF_LIFE) if count else 0.0
        if weight < CALM_BELOW:
            count, flaps = 0, False
        weight, count, last = min(weight + 1.0, MOST), count + 1, at
        flaps = flaps or weight >= FLAPS_FROM
    if not flaps:
        return None
    calm_at = last + HALF_LIFE * math.log2(weight / CALM_BELOW)
    return Flapping(count, calm_at) if now < calm_at else None


def remembered(falls: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
    """Return the falls that still count for something."""
    return tuple(at for at in falls if now - at < REMEMBERED)
