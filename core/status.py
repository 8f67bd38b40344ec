"""Statuses, verdicts, and the transitions between statuses that are our one truth."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """How a target is."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"  # it failed itself
    UNREACHABLE = "unreachable"  # something above it failed
    UNKNOWN = "unknown"  # we did not look

    @property
    def badness(self) -> int:
        """Return a rank for "worst first"."""
        return ("up", "unknown", "degraded", "unreachable", "down").index(self.value)


class Verdict(StrEnum):
    """What the judge holds of one check."""

    UNKNOWN = "unknown"
    OK = "ok"
    SUSPECT = "suspect"  # failing, not yet confirmed
    FAILED = "failed"
    LOSSY = "lossy"  # answers, with loss above the threshold


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of a target's status; append-only, a row.

    `at` is when it began to be so, `recorded_at` when we decided. A late fact gets a new row
    that names the one it `supersedes`. `reason` is a named reason (`confirmed_silence`,
    `answers_again`, `parent_failed`, `not_observed`, …), `cause` the root target's slug.
    """

    target: str
    old: Status
    new: Status
    at: datetime
    recorded_at: datetime
    reason: str
    cause: str | None = None
    detail: str = ""
    id: int | None = None
    supersedes: int | None = None

    @property
    def is_fall(self) -> bool:
        """Say whether a target that answered failed by itself: what flapping is made of."""
        answered = self.old in {Status.UP, Status.DEGRADED}
        return self.new is Status.DOWN and answered and self.cause == self.target


@dataclass(frozen=True, slots=True)
class Interval:
    """A target had one status during [begin, end)."""

    target: str
    status: Status
    begin: datetime
    end: datetime
    reason: str
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class TargetState:
    """How a target is now, and since when."""

    target: str
    status: Status
    since: datetime
    reason: str = ""
    cause: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Streak:
    """What the judge remembers of one check between two readings; persisted across restarts.

    `since` is when the verdict began to be so (of FAILED: the first failed observation).
    `fails` counts consecutive failures, `goods` consecutive successes after a failure;
    `recent` holds the last outcomes as text, newest last, `1` good, `0` bad.
    """

    check: str
    verdict: Verdict = Verdict.UNKNOWN
    since: datetime | None = None
    fails: int = 0
    goods: int = 0
    failed_at: datetime | None = None  # first of the consecutive failures
    good_at: datetime | None = None  # first of the consecutive successes
    last_ok: datetime | None = None
    last_at: datetime | None = None
    recent: str = ""
    loss: float = 0.0  # share of probes lost lately, 0…1
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """How one series stands by one rule; persisted while it is beyond the threshold.

    `value` is what the rule compared last, None where there is no data: that neither fires nor
    clears. `beyond_since` is since when it has been beyond the threshold without a break,
    `fired_at` when that had lasted long enough. `points` are samples of the rule's window.
    """

    rule: str
    series: str
    target: str
    value: float | None = None
    at: datetime | None = None  # of the last sample
    beyond_since: datetime | None = None
    fired_at: datetime | None = None
    points: tuple[tuple[datetime, float], ...] = ()

    @property
    def beyond(self) -> bool:
        """Say whether there is something to remember: it fires, or may soon."""
        return self.beyond_since is not None
