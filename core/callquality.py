"""How good a room's call is, and which side is at fault: the words that all packages share."""

from datetime import datetime
from enum import IntEnum, StrEnum

from core.model import Model


class Grade(IntEnum):
    """From good to bad; UNKNOWN says nothing."""

    GOOD = 0
    FAIR = 1
    POOR = 2
    BAD = 3
    UNKNOWN = 4


AMISS = frozenset({Grade.POOR, Grade.BAD})


class Side(StrEnum):
    """Where a bad leg goes wrong."""

    LINE = "line"
    ROOM = "room"  # its own network, or the equipment itself
    BRIDGE = "bridge"
    UNKNOWN = "unknown"


class QualitySpan(Model):
    """A time in which a room's call was of one grade; half-open [begin, until), aware UTC.

    Nothing is kept of times in which nothing was measured. `by` is the worst figure within
    (`loss`, `jitter`, `round_trip`, `used`), its `value` a share or seconds, `at` its instant;
    `direction` is as the room sees it (`rx` comes to it). `rating` is the lowest R of the E-model:
    an estimate of the path.
    """

    meeting: str
    room: str
    begin: datetime
    until: datetime
    grade: Grade
    by: str
    media: str
    direction: str
    value: float | None
    at: datetime
    rating: float | None = None
    side: Side = Side.UNKNOWN
