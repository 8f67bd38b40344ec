"""Works that were announced: when, where, by whom; measured all the same, counted apart."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from core.model import Line, Model, Slug
from core.recurrence import over_at, span_at
from core.silence import Kind, Scope


class Maintenance(Model):
    """One announced span of works, half-open [begin, end), aware UTC; it may come back by `rule`.

    It concerns what its `scope` means: every target within `units` (whole subtrees), of
    `carriers`, by the `circuits` of lines, or named in `targets`, and the `incidents` that it is to
    mend; at least one is given. `announced_at` is when the announcement reached us: reports
    exclude works that were announced long enough ahead, but mending excuses no outage, so
    `incidents` count for nothing there. While they last, pages of what they concern are held back.
    """

    kind: ClassVar[Kind] = "works"

    id: str  # "BT-20261122-0001", by the local day of `begin`
    begin: datetime
    end: datetime
    rule: str | None = None  # RFC 5545, with UNTIL or COUNT
    reason: Line
    announced_at: datetime
    reference: Line | None = None  # the carrier's or the office's own number of the letter
    units: tuple[Slug, ...] = ()
    carriers: tuple[Line, ...] = ()
    circuits: tuple[Line, ...] = ()
    targets: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    by: str = Field(default="")  # who recorded it
    recorded_at: datetime
    cancelled_at: datetime | None = None

    @property
    def scope(self) -> Scope:
        """Return what they concern."""
        return Scope(self.units, self.carriers, self.circuits, self.targets, self.incidents)

    @property
    def owner(self) -> str:
        """Return who answers for them here."""
        return self.by

    @property
    def until(self) -> datetime:
        """Return when the last time is over."""
        return over_at(self.begin, self.end, self.rule)

    def holds_until(self, now: datetime) -> datetime | None:
        """Return until when pages of what they concern are held back, None while they are not."""
        if self.cancelled_at is not None and now >= self.cancelled_at:
            return None
        span = span_at(self.begin, self.end, self.rule, now)
        return span.end if span is not None else None
