"""What time is it? The one place that asks the system."""

import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")  # UTC+7 without daylight saving since 1975


class Clock(Protocol):
    """A source of time; tests bring their own."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  (this is core.clock)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()


def from_epoch(seconds: float) -> datetime:
    """Return the aware UTC instant of a Unix time."""
    return datetime.fromtimestamp(seconds, UTC)
