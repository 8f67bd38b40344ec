"""How often may somebody without a login knock? So many times in so many seconds, by key."""

from collections import deque
from collections.abc import Callable

_KEYS = 10_000  # keys that are remembered; beyond, all begin anew


class Pace:
    """Counts what came lately by key, in memory. `now` returns seconds that never go back."""

    def __init__(self, most: int, seconds: float, now: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        self._now = now
        self._came: dict[str, deque[float]] = {}

    def allows(self, key: str) -> bool:
        """Count one more; say whether it is not too many."""
        now = self._now()
        if key not in self._came and len(self._came) >= _KEYS:
            self._came.clear()
        came = self._came.setdefault(key, deque(maxlen=self._most))
        if len(came) == self._most and now - came[0] < self._seconds:
            return False
        came.append(now)
        return True
