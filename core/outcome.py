"""What one batch of readings led to: written in one transaction, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.incident import Incident, IncidentNote, Notification
from core.people import AuditRow
from core.status import Streak, TargetState, Transition, Watch


@dataclass(frozen=True, slots=True)
class TakenIn:
    """An incident for which another speaks from now on; what goes over depends on how they differ.

    `same`: the other is about the same trouble and no more, so that whoever took it on, what
    silences it and what was found out about it hold for the other too. `by_hand`: a person said
    so, and what was promised about the one goes on with the other.
    """

    gone: str
    stays: str
    same: bool = True
    by_hand: bool = False


@dataclass(slots=True)
class Outcome:
    """All rows of one batch. Incidents are whole and replace their earlier version."""

    transitions: list[Transition] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    notes: list[IncidentNote] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    cancelled: list[tuple[str, str]] = field(
        default_factory=list
    )  # (incident, purpose) still pending
    streaks: list[Streak] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)  # those within are forgotten
    taken_in: list[TakenIn] = field(default_factory=list)
    split_off: list[tuple[str, str]] = field(default_factory=list)  # (incident, the new one)
    audit: list[AuditRow] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to write."""
        return not (
            self.transitions
            or self.incidents
            or self.notes
            or self.notifications
            or self.cancelled
            or self.streaks
            or self.watches
            or self.audit
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """What the brain needs to go on after a restart."""

    states: Mapping[str, TargetState] = field(default_factory=dict)
    streaks: Mapping[str, Streak] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()  # open ones
    watches: tuple[Watch, ...] = ()
    falls: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)  # lately, by target
    observed_until: Mapping[str, datetime] = field(default_factory=dict)  # by vantage
    incidents_today: int = 0  # highest number of today's SC-yyyymmdd-nnnn


@dataclass(frozen=True, slots=True)
class Event:
    """Something the live pages want to hear: a status, an incident, a note."""

    id: int
    at: datetime
    kind: str  # "status", "incident", "note"
    subject: str  # target or incident
    data: Mapping[str, object]
