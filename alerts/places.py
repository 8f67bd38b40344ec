"""How does each target stand, as far as the walk from the vantage outwards has come?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.facts import Facts
from core.status import Status, TargetState

HIDING = frozenset({Status.DOWN, Status.UNREACHABLE})


@dataclass(slots=True)
class Place:
    """How one target stands in this walk."""

    status: Status | None = None  # None: held as it was
    passing: bool = True  # lets through what lies behind
    until: datetime | None = None  # failed, and waiting so long for what stands above
    root: str | None = None
    since: datetime | None = None
    reason: str = ""
    detail: str = ""


def standing(place: Place, before: TargetState | None) -> Place:
    """Return a target's place; what it was before where it is held."""
    if place.status is not None:
        return place
    if before is None:
        return Place(Status.UNKNOWN, reason="not_observed")
    return Place(
        before.status,
        passing=before.status not in HIDING,
        root=before.cause,
        since=before.since,
        reason=before.reason,
    )


def measured(place: Place, slug: str, facts: Facts) -> Place:
    """Return the place of a target, degraded where a rule says so of one that is well."""
    if place.status is not Status.UP:
        return place
    beyond = facts.beyond.get(slug)
    if beyond is not None:
        return Place(Status.DEGRADED, since=beyond.since, reason="threshold", detail=beyond.rule)
    calmed = facts.calmed.get(slug)
    if calmed is not None and (place.since is None or place.since < calmed):
        return replace(place, since=calmed)
    return place


Places = Mapping[str, Place]
