"""Does a channel work? After some failures in a row it rests, and one message tries it again.

The circuit breaker of Nygard, *Release It!*. Pure: the caller says what happened, and when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

IN_A_ROW = 5  # failures of the provider after which a channel rests
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=5)


@dataclass(slots=True)
class Breaker:
    """How one channel stands: it works, or it rests since an instant, and why."""

    failures: int = 0  # of the provider, in a row
    since: datetime | None = None  # it rests; None: it works
    again_at: datetime | None = None  # from when on one message may try it
    why: str = ""
    rest: timedelta = FIRST_REST

    def rests(self, now: datetime) -> bool:
        """Say whether nothing may be tried now."""
        return self.again_at is not None and now < self.again_at

    def failed(self, why: str, now: datetime, *, broken: bool = False) -> bool:
        """Count a failure; say whether the channel rests from now on.

        What will not pass by itself (`broken`: a wrong password) makes it rest at once, for long.
        """
        self.failures += 1
        self.why = why
        if self.since is not None or not (broken or self.failures >= IN_A_ROW):
            return False
        self.since = now
        self.rest = LONGEST_REST if broken else FIRST_REST
        self.again_at = now + self.rest
        return True

    def tried(self, now: datetime) -> None:
        """Let one message try; the others wait as if it failed, each time for longer."""
        self.rest = min(2 * self.rest, LONGEST_REST)
        self.again_at = now + self.rest

    def took(self) -> bool:
        """Note that the provider has answered; say whether that ends a rest."""
        rested = self.since is not None
        self.failures, self.since, self.again_at = 0, None, None
        self.why, self.rest = "", FIRST_REST
        return rested

    def set_back(self, by: timedelta) -> None:
        """Go on as before with a clock that was set back."""
        if self.since is not None and self.again_at is not None:
            self.since, self.again_at = self.since - by, self.again_at - by
