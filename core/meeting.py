"""A meeting: who must join from where and when, and what was found out about each of its rooms.

A room is a điểm cầu: the slug of a room of the inventory, or of a site that joins as a whole.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from core.model import Line, Model, Slug

Importance = Annotated[str, StringConstraints(pattern="^(normal|high)$")]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=140)]
LONGEST = timedelta(days=7)  # of one meeting
MOST_LEVELS = 3  # bridges above ours: a cascade has two to four levels
CHECKLIST = ("screen", "sound", "power")  # what the person in the room looks at
DEVICES = ("camera", "microphone", "speaker")  # of a PC in a room
# Kinds of device and service that can join rooms; a codec may, but is not offered for it.
BRIDGE_DEVICES = frozenset({"bridge", "endpoint", "other"})
BRIDGE_SERVICES = frozenset({"sip", "application", "other"})
Taken = Callable[[str], Collection[str]]  # what a room takes for its meeting, itself included
PRESENT = "present"  # the room has joined, as the person in it says
REACH, ELSEWHERE = "reach", "elsewhere"  # why a room left: it is cut off; another meeting has it


class Wanted(Model):
    """A meeting as somebody asks for it."""

    title: Line
    begin: datetime
    end: datetime
    rooms: tuple[Slug, ...]  # who must join
    chair: Line | None = None  # the slug of a room, or the words for one outside our inventory
    officer: Slug | None = None  # the contact on duty for this meeting
    bridge: Slug | None = None  # a device or service of ours that joins the rooms
    above: Annotated[tuple[Line, ...], Field(max_length=MOST_LEVELS)] = ()  # nearest first
    importance: Importance = "normal"
    mark: Annotated[str, StringConstraints(max_length=500)] | None = None


class Meeting(Wanted):
    """A meeting that is held; half-open [begin, end), aware UTC. Never removed, only called off.

    `mark` is what a list or calendar knows it by: the same mark is the same meeting.
    """

    id: str  # "HN-20261130-0001", by the local day on which it was first to begin
    source: Line = "page"  # page, api, list, or the name of a feed
    by: str
    recorded_at: datetime
    cancelled_at: datetime | None = None


class Readiness(StrEnum):
    """Can a room join? What was not looked at is never ready."""

    READY = "ready"
    AT_RISK = "at_risk"
    NOT_READY = "not_ready"
    NOT_CHECKED = "not_checked"

    @property
    def badness(self) -> int:
        """Return a rank for "worst first"."""
        return ("ready", "not_checked", "at_risk", "not_ready").index(self.value)


class Reason(Model):
    """Why a room is not simply ready: a named reason, what it is about, since when."""

    name: str  # as in alerts.meeting_words
    about: str = ""  # a target, an item of the checklist
    since: datetime | None = None
    words: str = ""  # that the person in the room added


class Finding(Model):
    """What a readiness run found of one room, and whom to phone about it."""

    room: str
    result: Readiness
    reasons: tuple[Reason, ...] = ()
    phone: str | None = None  # a contact


class ReadinessRun(Model):
    """One run of one meeting. Unique by the first two, so that each happens once."""

    meeting: str
    stage: int  # minutes before the begin
    at: datetime
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> tuple[Finding, ...]:
        """Return the findings, the worst first."""
        return tuple(sorted(self.findings, key=lambda f: (-f.result.badness, f.room)))


class Tick(Model):
    """What the person in a room says of one thing there. Of one thing the last word counts."""

    meeting: str
    room: str
    item: str  # of CHECKLIST, or PRESENT
    good: bool
    words: Remark = ""  # what is amiss, in a word or two: "mất micro"
    at: datetime
    by: str


class Beat(Model):
    """What a room's own client said last: a PC without equipment that we could ask.

    `loss` is that of what it hears in its call; `way_loss` and `round_trip` (seconds) are of its
    way to us, by a few echo requests; `clock_offset` is how many seconds its clock is ahead of
    ours. None: it did not say, or cannot tell.
    """

    room: str
    at: datetime
    registered: bool | None = None
    in_call: bool | None = None
    loss: Annotated[float, Field(ge=0, le=1)] | None = None
    client: bool | None = None  # the program that joins meetings runs
    camera: bool | None = None
    microphone: bool | None = None
    speaker: bool | None = None
    way_loss: Annotated[float, Field(ge=0, le=1)] | None = None
    round_trip: Annotated[float, Field(ge=0)] | None = None
    clock_offset: float | None = None
    by: str

    @property
    def lacking(self) -> tuple[str, ...]:
        """Return what a meeting needs and the PC does not have."""
        return tuple(name for name in DEVICES if getattr(self, name) is False)


class RoomKey(Model):
    """What is known of the key with which a room's PC signs; never the key."""

    room: str
    by: str
    created_at: datetime
    used_at: datetime | None = None


class Presence(Model):
    """A room came into a meeting or left it, as far as we could see; append-only."""

    id: int | None = None
    meeting: str
    room: str
    at: datetime
    present: bool
    source: str  # call, bridge, client, person, REACH, ELSEWHERE
    incident: str | None = None  # what took it away

    @property
    def dropped(self) -> bool:
        """Say whether the room was lost; one that went to another meeting was not."""
        return not self.present and self.source != ELSEWHERE


class Attendance(Model):
    """How many people took part in a room, as its person or the office says."""

    meeting: str
    room: str
    delegates: Annotated[int, Field(ge=0, le=10_000)]
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class GoingOn:
    """A meeting that goes on, and the last word on which rooms are in it."""

    meeting: Meeting
    presences: Mapping[str, Presence]  # room → the last
    ticks: Mapping[str, Tick]  # room → what the person there says of PRESENT


@dataclass(frozen=True, slots=True)
class Said:
    """What people and rooms' clients have said: ticks of a meeting, beats of any room."""

    ticks: Mapping[str, Mapping[str, Tick]]  # room → item → the last word
    beats: Mapping[str, Beat]  # room → the last


@dataclass(frozen=True, slots=True)
class Clash:
    """Two meetings that want the same rooms, or the same bridge, at the same hour."""

    meeting: Meeting
    other: Meeting
    rooms: tuple[str, ...]  # of the first that the other wants too, by whatever name
    bridge: str | None  # that joins both


def clashes(
    meeting: Meeting, others: Iterable[Meeting], now: datetime, taken: Taken
) -> list[Clash]:
    """Return which of the others a meeting clashes with, in a time that is not over."""
    found: list[Clash] = []
    for other in others:
        begin, end = max(meeting.begin, other.begin), min(meeting.end, other.end)
        off = meeting.cancelled_at is not None or other.cancelled_at is not None
        if other.id == meeting.id or off or end <= max(begin, now):
            continue
        there = {one for room in other.rooms for one in taken(room)}
        rooms = tuple(room for room in meeting.rooms if not there.isdisjoint(taken(room)))
        bridge = meeting.bridge if meeting.bridge == other.bridge else None
        if rooms or bridge is not None:
            found.append(Clash(meeting, other, rooms, bridge))
    return found
