"""Works that were announced: when, where, by whom; measured all the same, counted apart."""

from datetime import datetime

from pydantic import Field

from core.model import Line, Model, Slug


class Maintenance(Model):
    """One announced span of works, half-open [begin, end), aware UTC.

    It concerns every target within `units` (whole subtrees), of `carriers`, or named in
    `targets`; at least one of the three is given. `announced_at` is when the announcement
    reached us: reports exclude works that were announced long enough ahead.
    """

    id: str  # "BT-20261122-0001", by the local day of `begin`
    begin: datetime
    end: datetime
    reason: Line
    announced_at: datetime
    reference: Line | None = None  # the carrier's or the office's own number of the letter
    units: tuple[Slug, ...] = ()
    carriers: tuple[Line, ...] = ()
    targets: tuple[str, ...] = ()
    by: str = Field(default="")  # who recorded it
    recorded_at: datetime
    cancelled_at: datetime | None = None
