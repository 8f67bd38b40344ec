"""How long does a person wait to hear all of it at once? One storm is one message.

What is found after a message has gone waits for the rest; while a storm is going on the first one
waits too. Pure: times are given, nothing is sent.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SEVERAL = 5  # causes at once that are not known yet are a storm; it is over when all are known
TOGETHER = timedelta(seconds=15)  # what is found within so long is told in one message
MANY = 20  # messages to one person at once: of such a storm what is due soon goes along
SOON = timedelta(minutes=1)
_AGAIN = timedelta(seconds=1)  # between two looks whether a storm is over


@dataclass(slots=True)
class Gathering:
    """Who was told just now, and who waits for a storm to be over. `way`: whom, how and of what."""

    _told_at: dict[Hashable, datetime] = field(default_factory=dict)
    _waits_since: dict[Hashable, datetime] = field(default_factory=dict)

    def wait(self, way: Hashable, now: datetime, unrest: Callable[[], int]) -> timedelta | None:
        """Return after how long to ask again; None: say what there is, and call `told`.

        `unrest` counts what is about to be found beside. Nobody waits for longer than `TOGETHER`.
        """
        told_at = self._told_at.get(way)
        if told_at is not None and now < told_at + TOGETHER:
            return told_at + TOGETHER - now
        since = self._waits_since.get(way)
        if since is not None and now >= since + 2 * TOGETHER:  # that one passed, untold
            since = None
        left = (since or now) + TOGETHER - now
        if left <= timedelta(0) or unrest() < (SEVERAL if since is None else 1):
            return None
        self._waits_since[way] = since or now
        return min(left, _AGAIN)

    def told(self, way: Hashable, now: datetime) -> None:
        """Remember that a person is being told now."""
        self._told_at = {w: at for w, at in self._told_at.items() if now < at + TOGETHER}
        self._told_at[way] = now
        self._waits_since.pop(way, None)

    def untold(self, way: Hashable) -> None:
        """Forget it: nobody was, the next message is the first."""
        self._told_at.pop(way, None)

    def forget(self) -> None:
        """Begin anew, as when the clock was set back."""
        self._told_at.clear()
        self._waits_since.clear()
