"""What an uptime report holds, ready to be shown: exact seconds, and whose fault they were.

Every figure is integer seconds over half-open spans; the five buckets of a row sum to the
period exactly. Nothing here is rounded: `share` is, when it is printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from core.maintenance import Maintenance
from core.text import Text
from core.watching import TargetKind
from reports.capacity import Crowding
from reports.indicators import Indicator

DIGITS = 3  # after the comma of a percentage


class Bucket(StrEnum):
    """Where a second of the period is counted. Unknown is never up."""

    UP = "up"
    DEGRADED = "degraded"  # it worked, with less than it should: counted as available
    DOWN = "down"
    EXCLUDED = "excluded"  # outside the agreed hours, or announced works
    UNKNOWN = "unknown"  # we did not look


@dataclass(frozen=True, slots=True)
class Seconds:
    """A period cut into five exclusive buckets."""

    up: int = 0
    degraded: int = 0
    down: int = 0
    excluded: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """Return the length of the period (times the number of targets)."""
        return self.up + self.degraded + self.down + self.excluded + self.unknown

    @property
    def numerator(self) -> int:
        """Return the seconds of service."""
        return self.up + self.degraded

    @property
    def denominator(self) -> int:
        """Return the agreed seconds of which we know how they were."""
        return self.up + self.degraded + self.down

    @property
    def availability(self) -> Fraction | None:
        """Return the exact share 0…1; None where nothing is known ("chưa có số liệu")."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    def __add__(self, other: "Seconds") -> "Seconds":
        """Return both periods together."""
        return Seconds(
            self.up + other.up,
            self.degraded + other.degraded,
            self.down + other.down,
            self.excluded + other.excluded,
            self.unknown + other.unknown,
        )


class PeriodKind(StrEnum):
    """How long a report's period is; weeks begin on Monday, all in Asia/Ho_Chi_Minh."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """[begin, end) in aware UTC; local midnights. `first` is the local day it begins on."""

    kind: PeriodKind
    first: date
    begin: datetime
    end: datetime
    name: Text  # "Tháng 10/2026", "October 2026"


class ScopeKind(StrEnum):
    """What a report is about."""

    UNIT = "unit"
    ORGANISATION = "organisation"
    NETWORK = "network"  # a link class: "TSLCD cấp II", "Internet"
    CARRIER = "carrier"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Scope:
    """The unit, organisation, link class, carrier or single target, by slug or by its words."""

    kind: ScopeKind
    key: str
    name: Text
    code: str | None = None  # of a unit


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds [begin, end) that went into one bucket, for a timeline."""

    begin: datetime
    end: datetime
    bucket: Bucket


@dataclass(frozen=True, slots=True)
class Outage:
    """One span in which a target was out of service; clipped to the period.

    `seconds` counts agreed time only; `excluded` is the rest of the span. `root` is the target
    that failed: the target itself, or what stands above it.
    """

    target: str
    name: Text
    begin: datetime
    end: datetime
    seconds: int
    excluded: int = 0
    began_before: bool = False
    still_open: bool = False  # at the end of the period
    root: str | None = None
    root_name: Text | None = None
    cause: Text | None = None  # in words: "mất kết nối", "không tới được do …"
    stated: Text | None = None  # the cause as people know it; None: nobody has said
    fault: Text | None = None  # whose it is, as they say
    carrier: str | None = None
    circuit: str | None = None
    incident: str | None = None
    unit: str | None = None  # slug
    unit_name: Text | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a unit with all its targets, or one target."""

    key: str  # slug of the unit or target
    name: Text
    depth: int  # 0 is the whole
    seconds: Seconds
    targets: int = 1
    kind: TargetKind | None = None  # None: a unit, an organisation, a carrier
    level: str | None = None  # of a unit
    code: str | None = None
    detail: str = ""  # circuit, address
    outages: int = 0  # that begin in the period or go on into it
    longest: int = 0  # seconds
    mttr: Fraction | None = None  # seconds; of outages that ended in the period
    mtbf: Fraction | None = None  # seconds of service between two outages
    before: Seconds | None = None  # in the period before; None: not asked
    timeline: tuple[Stretch, ...] = ()  # of rows of one target
    note: Text | None = None  # "đến 30/6/2025, nay là …"


@dataclass(frozen=True, slots=True)
class Works:
    """Announced works that touch the report, and whether they count."""

    maintenance: Maintenance
    seconds: int  # of the report's targets that lie within, within agreed hours
    excluded: bool  # announced long enough ahead
    why: Text | None = None  # if not: "báo trước 2 ngày làm việc, cần 7"


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. The same data give the same value, whenever it is made."""

    scope: Scope
    period: Period
    previous: Period
    calendar: Text  # "24×7", "Giờ hành chính"
    as_known_at: datetime  # later facts are left out
    rows: tuple[Row, ...]  # depth first; rows[0] is the whole
    outages: tuple[Outage, ...]  # by begin
    worst: tuple[Row, ...]  # ten targets, most seconds down first
    works: tuple[Works, ...] = ()
    goal: Fraction | None = None  # availability that was agreed, 0…1
    goal_is_ours: bool = True  # "đề xuất, chưa phải quy định"
    unsynchronised: tuple[tuple[datetime, datetime], ...] = ()  # our own clock was not trusted
    notes: tuple[Text, ...] = ()  # successors of an ended unit, a period that still runs …
    links: tuple[Row, ...] = ()  # by line; of a unit, organisation or carrier
    special_days: Mapping[date, Text] = field(default_factory=dict)  # within the period
    crowding: Crowding | None = None  # lines beyond 90 %; None: not asked, or not known
    crowding_asked: bool = False  # a section of it belongs to this report
    indicators: tuple[Indicator, ...] = ()  # of figures that others declared


def share(value: Fraction | None, digits: int = DIGITS) -> Fraction | None:
    """Return a share 0…1 in percent, cut (never rounded up) after some digits.

    99,9996 % is printed as 99,999 %: a report must not say 100 % of what was not whole.
    """
    if value is None:
        return None
    scale = 10**digits
    return Fraction(int(value * 100 * scale), scale)
