"""When are pages held back, of what, and why? Measured and shown all the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Protocol

from core.model import Line, Model, Slug
from core.recurrence import span_at

Kind = Literal["silence", "works"]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is meant: any of these. Units with all below them, carriers with all their lines."""

    units: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    circuits: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """Return everything that is named, in one row."""
        return (*self.units, *self.carriers, *self.circuits, *self.targets, *self.incidents)

    def __or__(self, other: "Scope") -> "Scope":
        """Return what either means."""
        return Scope(
            self.units + other.units,
            self.carriers + other.carriers,
            self.circuits + other.circuits,
            self.targets + other.targets,
            self.incidents + other.incidents,
        )


class Silence(Model):
    """Nobody is told of some problems during [begin, end), and again as `rule` says.

    It has an owner, a reason and an end: `until`, when the last time is over.
    """

    kind: ClassVar[Kind] = "silence"

    id: str  # "TD-20261122-0001", by the local day of `begin`
    begin: datetime
    end: datetime
    rule: str | None = None  # RFC 5545, with UNTIL or COUNT
    until: datetime
    owner: Line  # an account or a contact: who hears what it hid
    reason: Line
    units: tuple[Slug, ...] = ()
    carriers: tuple[Line, ...] = ()
    circuits: tuple[Line, ...] = ()
    targets: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    recorded_at: datetime
    ended_at: datetime | None = None  # somebody ended it before `until`
    ended_by: str | None = None

    @property
    def scope(self) -> Scope:
        """Return what it is about."""
        return Scope(self.units, self.carriers, self.circuits, self.targets, self.incidents)

    def over(self, now: datetime) -> bool:
        """Say whether it holds nothing back any more."""
        return now >= self.until or (self.ended_at is not None and now >= self.ended_at)

    def holds_until(self, now: datetime) -> datetime | None:
        """Return until when it holds pages back, None while it does not."""
        if self.over(now):
            return None
        span = span_at(self.begin, self.end, self.rule, now)
        return span.end if span is not None else None


class Holder(Protocol):
    """What holds pages back while it lasts: a silence, or announced works."""

    @property
    def kind(self) -> Kind:
        """Which of both it is."""

    @property
    def id(self) -> str:
        """Return its code."""

    @property
    def owner(self) -> str:
        """Return who wants it so."""

    @property
    def reason(self) -> str:
        """Return why."""

    @property
    def scope(self) -> Scope:
        """Return what it is about."""

    def holds_until(self, now: datetime) -> datetime | None:
        """Return until when it holds pages back, None while it does not."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Why an incident is not told of at present, by whose will, and until when."""

    by: str  # the id of the silence or the works
    kind: Kind
    until: datetime
    owner: str
    reason: str
    beside: tuple["Pause", ...] = ()  # which it takes as well, each lasting at least as long
