"""When our own clock was not to be trusted: such time is shown, and marks reports."""

from datetime import datetime
from enum import StrEnum

from core.model import Model


class ClockTrouble(StrEnum):
    """What was the matter with the platform's clock."""

    UNSYNCHRONISED = "unsynchronised"  # nothing keeps it right
    STEPPED = "stepped"  # it was set: the span lies between its two readings


class ClockSpan(Model):
    """One span of doubtful time by our own clock, half-open. Unique by kind and begin."""

    kind: ClockTrouble
    begin: datetime
    end: datetime
