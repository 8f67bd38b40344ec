"""What breaks for a fault of our own in one part of the platform: how often, and since when.

Such a part goes on all the same, so nothing else would show it: whoever asks whether the platform
does its work must hear of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.text import Text

SPELL = timedelta(minutes=10)  # quiet for so long: it is over


@dataclass(slots=True)
class Bugs:
    """The faults of one part. `count` since the start; `spell` and `since` of the last spell."""

    count: int = 0
    spell: int = 0
    since: datetime | None = None
    last: datetime | None = None
    words: str = ""  # of the latest

    def add(self, bug: Exception, now: datetime) -> None:
        """Count one."""
        if not self.lasting(now):
            self.spell, self.since = 0, now
        self.count += 1
        self.spell += 1
        self.last, self.words = now, worded(bug)

    def lasting(self, now: datetime) -> int:
        """Return how many faults the spell that goes on has had; none if none goes on."""
        return self.spell if self.last is not None and now - self.last <= SPELL else 0

    def latest(self, now: datetime) -> str:
        """Return the latest fault in words while its spell goes on."""
        return self.words if self.lasting(now) else ""


def worded(bug: Exception) -> str:
    """Return a fault in words."""
    return f"{type(bug).__name__}: {bug}"


def broken_by(part: Text, words: str) -> Text:
    """Return what is to be said of a part that a fault of ours breaks."""
    return Text(f"{part.vi} vì lỗi phần mềm ({words})", f"{part.en} ({words})")
