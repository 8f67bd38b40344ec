"""How measures of pretend equipment move: up and down around a mean, as over a working day."""

import math
import random

from core.clock import Clock


class Swell:
    """The movement of everything that one device measures; its seed says where it stands."""

    def __init__(self, clock: Clock, seed: str) -> None:
        self._clock = clock
        self._phase = random.Random(seed).uniform(0, 2 * math.pi)  # noqa: S311  (no secret)

    def at(self, mean: float, share: float, seconds: float) -> float:
        """Return a measure as it is now: within ± `share` of its mean and a little more."""
        turns = self._clock.monotonic() / seconds
        ripple = math.sin(2 * math.pi * turns * 7.3 + self._phase) / 5
        return mean * (1 + share * (math.sin(2 * math.pi * turns + self._phase) + ripple))
