"""Builders with sane defaults."""

from datetime import UTC, datetime, timedelta

from core.reading import Failure, FailureKind, Reading
from core.watching import Check, Target, TargetKind, Verify

DAWN = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 09:00 in Vietnam


class FakeClock:
    """A clock that moves when told to."""

    def __init__(self, now: datetime = DAWN) -> None:
        self._now = now
        self._begun = now

    def now(self) -> datetime:
        """Return the present instant."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return (self._now - self._begun).total_seconds()

    def advance(self, seconds: float) -> datetime:
        """Move on and return the new present."""
        self._now += timedelta(seconds=seconds)
        return self._now


def a_target(slug: str = "gw-1", **changes: object) -> Target:
    """Return a gateway beside the vantage."""
    fields: dict[str, object] = {
        "slug": slug,
        "kind": TargetKind.DEVICE,
        "name": slug,
        "role": "gateway",
        "address": "192.0.2.1",
    }
    return Target.model_validate(fields | changes)


def a_check(target: str = "gw-1", collector: str = "icmp", **changes: object) -> Check:
    """Return a reach check of one second with a verify burst."""
    fields: dict[str, object] = {
        "slug": f"{target}/{collector}",
        "target": target,
        "collector": collector,
        "address": "192.0.2.1",
        "interval": 1.0,
        "timeout": 1.0,
        "reach": True,
        "verify": Verify(),
        "labels": (("instance", target),),
    }
    return Check.model_validate(fields | changes)


def good(check: str = "gw-1/icmp", at: datetime = DAWN) -> Reading:
    """Return a good reading."""
    return Reading(check=check, vantage="center", at=at)


def bad(
    check: str = "gw-1/icmp", at: datetime = DAWN, kind: FailureKind = FailureKind.TIMEOUT
) -> Reading:
    """Return a failed reading."""
    return Reading(check=check, vantage="center", at=at, failure=Failure(kind, "no reply"))
