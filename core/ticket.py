"""What a carrier was told of an incident, and what became of it."""

from datetime import datetime
from enum import StrEnum

from core.model import Line, Model


class Step(StrEnum):
    """How far a carrier is."""

    REPORTED = "reported"
    RECEIVED = "received"
    FIXED = "fixed"


class Ticket(Model):
    """One report to a carrier. The times are what people say; the incident's are what we saw."""

    id: int | None = None
    incident: str
    carrier: Line
    number: Line | None = None  # the carrier's own; often told later
    reported_at: datetime
    reported_by: str
    received_at: datetime | None = None
    fixed_at: datetime | None = None
    why: Line | None = None  # what the carrier says that it was

    @property
    def step(self) -> Step:
        """Return how far the carrier is."""
        if self.fixed_at is not None:
            return Step.FIXED
        return Step.RECEIVED if self.received_at is not None else Step.REPORTED
