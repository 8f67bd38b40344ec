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
    """The faults of one part. `count` since the start; `since` of the spell that lasts."""

    count: int = 0
    since: datetime | None = None
    last: datetime | None = None
    words: str = ""  # of the latest

    def add(self, bug: Exception, now: datetime) -> None:
        """Count one."""
        if not self.last_until(now):
            self.since = now
        self.count += 1
        self.last, self.words = now, f"{type(bug).__name__}: {bug}"

    def last_until(self, now: datetime) -> bool:
        """Say whether the spell goes on."""
        return self.last is not None and now - self.last <= SPELL

    def trouble(self, part: Text, now: datetime) -> Text | None:
        """Return what is to be said of the part while its spell goes on."""
        if not self.last_until(now):
            return None
        return Text(f"{part.vi} vì lỗi phần mềm ({self.words})", f"{part.en} ({self.words})")
