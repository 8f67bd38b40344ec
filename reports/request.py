"""What somebody asks of an uptime report."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from core.watching import TargetKind
from reports.hours import ALWAYS
from reports.report import Period, ScopeKind

GOAL = Fraction(995, 1000)  # of a month; ours, no regulation
NOTICE = 7  # working days between an announcement and works that it excuses; ours too
LISTED = 1_000  # outages that are listed one by one
HERE = "here"
ROWS = 300  # targets that get a row of their own, unless asked otherwise


@dataclass(frozen=True, slots=True)
class UptimeRequest:
    """One report. `key` is a unit's code or slug, an organisation's or target's slug, or the
    words of a link class or carrier.

    `kind` is what is counted; None: sites in a unit or organisation, links of a class or
    carrier, and a target as what it is. `calendar` is `24x7`, `expected` or a calendar's slug.
    `vantage` leaves but the services that are looked at from there (HERE: those that name no
    vantage); None: all. `notice` is how many working days ahead works must be announced to be left
    out of the count; 0: always. `targets` says whether every target gets a row (None: where they
    are few), `listed` how many outages are told one by one (the longest; None: all).
    `as_known_at` leaves out what was recorded later.
    """

    scope: ScopeKind
    key: str
    period: Period
    kind: TargetKind | None = None
    calendar: str = ALWAYS
    vantage: str | None = None
    compare: bool = True
    notice: int = NOTICE
    goal: Fraction | None = GOAL
    goal_is_ours: bool = True
    as_known_at: datetime | None = None
    targets: bool | None = None
    listed: int | None = LISTED
