"""Last month in figures that must not change: what a restored ledger is compared by.

Microseconds of every status by target, and the buckets of the uptime report by unit, as they
were known at an instant.
"""

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from core.clock import LOCAL
from core.errors import DomainError
from reports import asking
from reports.report import PeriodKind, ScopeKind
from reports.request import UptimeRequest
from runtime import reporting
from storage.ledger import Ledger

SETTLED = timedelta(minutes=1)  # what was recorded earlier than this has been committed
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """The month before `made_at`, as known at an instant."""

    made_at: datetime
    as_known_at: datetime
    targets: Mapping[str, Mapping[str, int]]  # target: status: microseconds
    units: Mapping[str, list[int]]  # unit: seconds up, degraded, down, excluded, unknown

    def plain(self) -> dict[str, Any]:
        """Return what JSON takes."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Figures":
        """Return what `plain` made."""
        times = {name: datetime.fromisoformat(plain[name]) for name in ("made_at", "as_known_at")}
        return cls(targets=plain["targets"], units=plain["units"], **times)


def last_month(now: datetime) -> tuple[datetime, datetime]:
    """Return the month before this one, in local time."""
    end = now.astimezone(LOCAL).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (end - timedelta(days=1)).replace(day=1), end


async def figures(ledger: Ledger, made_at: datetime) -> Figures:
    """Return last month's figures, as known a minute before `made_at`."""
    known = made_at - SETTLED
    return Figures(
        made_at, known, await _targets(ledger, made_at, known), await _units(ledger, made_at, known)
    )


async def _targets(ledger: Ledger, made_at: datetime, known: datetime) -> dict[str, dict[str, int]]:
    targets = sorted(await ledger.status.states())
    found: dict[str, dict[str, int]] = {}
    for span in await ledger.status.intervals(targets, *last_month(made_at), known):
        spent = found.setdefault(span.target, {})
        spent[span.status] = spent.get(span.status, 0) + (span.end - span.begin) // _MICROSECOND
    return found


async def _units(ledger: Ledger, made_at: datetime, known: datetime) -> dict[str, list[int]]:
    """Return what the report says of every unit under the topmost ones."""
    month = asking.last(PeriodKind.MONTH, made_at)
    inventory = await ledger.inventory.load()
    found: dict[str, list[int]] = {}
    for slug in sorted({unit.slug for unit in inventory.units if unit.parent is None}):
        request = UptimeRequest(ScopeKind.UNIT, slug, month, compare=False, as_known_at=known)
        try:
            report = await reporting.build(ledger, request, made_at)
        except DomainError:  # a unit that was not there in that month
            continue
        for row in report.rows:
            if row.kind is None:
                found[row.key] = list(astuple(row.seconds))
    return found
