"""Last month in figures that must not change: what a restored ledger is compared by.

Microseconds of every status, by target, as they were known at an instant.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from core.clock import LOCAL
from storage.ledger import Ledger

SETTLED = timedelta(minutes=1)  # what was recorded earlier than this has been committed
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """How long each target was in each status in [begin, end), as known at an instant."""

    begin: datetime
    end: datetime
    as_known_at: datetime
    targets: Mapping[str, Mapping[str, int]]  # target: status: microseconds

    def plain(self) -> dict[str, Any]:
        """Return what JSON takes."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Figures":
        """Return what `plain` made."""
        times = {n: datetime.fromisoformat(plain[n]) for n in ("begin", "end", "as_known_at")}
        return cls(targets=plain["targets"], **times)


def last_month(now: datetime) -> tuple[datetime, datetime]:
    """Return the month before this one, in local time."""
    end = now.astimezone(LOCAL).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (end - timedelta(days=1)).replace(day=1), end


async def figures(ledger: Ledger, now: datetime) -> Figures:
    """Return last month's figures, as known a minute ago."""
    return await counted(ledger, *last_month(now), now - SETTLED)


async def counted(ledger: Ledger, begin: datetime, end: datetime, as_known_at: datetime) -> Figures:
    """Return the figures of a span."""
    targets = sorted(await ledger.status.states())
    found: dict[str, dict[str, int]] = {}
    for span in await ledger.status.intervals(targets, begin, end, as_known_at):
        spent = found.setdefault(span.target, {})
        spent[span.status] = spent.get(span.status, 0) + (span.end - span.begin) // _MICROSECOND
    return Figures(begin, end, as_known_at, found)
