"""A meeting as it stands now: every room with its layers, what is found, who is in, worst first."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from alerts.both_ends import Heard, RoomQuality
from alerts.meeting_sound import sound_of
from alerts.meeting_words import phone_in_words, reason_in_words, taken_by
from alerts.quality_words import of_blame, of_room, of_verdict
from alerts.readiness import finding
from alerts.room_stack import RoomFacts, Stack, Surroundings, joined, stack
from api.context import Context
from api.snapshot import Picture
from core.callquality import AMISS, Grade
from core.callwords import estimate
from core.incident import Incident
from core.meeting import (
    ELSEWHERE,
    REACH,
    Attendance,
    Finding,
    Meeting,
    Presence,
    Readiness,
    ReadinessRun,
    Reason,
    Said,
)
from core.status import Status
from core.text import Language, vietnamese_order
from core.watching import Target

State = Literal["ahead", "on", "over", "called_off"]
Attending = Literal["in", "dropped", "absent", "elsewhere", "hung_up", "unknown"]
Hearing = Literal[
    "good", "fair", "poor", "dropped", "absent", "elsewhere", "hung_up", "not_measured"
]
_RANK: Mapping[Attending, int] = {
    "dropped": 0,
    "absent": 1,
    "elsewhere": 2,
    "unknown": 3,
    "hung_up": 4,
    "in": 5,
}
_OUT: Mapping[Attending, Hearing] = {
    "dropped": "dropped",
    "absent": "absent",
    "elsewhere": "elsewhere",
    "hung_up": "hung_up",
}
_HEARING: Mapping[Grade, Hearing] = {
    Grade.GOOD: "good",
    Grade.FAIR: "fair",
    Grade.POOR: "poor",
    Grade.BAD: "poor",
}
SOON = timedelta(hours=24)
_NEAR = timedelta(minutes=1)  # a call may end before its line is found to be down
_DEPARTED = timedelta(minutes=2)  # since the last left: who lost a call has dialled again


@dataclass(frozen=True, slots=True)
class RoomRow:
    """One room of a meeting."""

    slug: str
    target: Target | None
    finding: Finding
    stack: Stack | None  # None: it is not watched
    attending: Attending
    since: datetime | None  # since when it is in, or out again
    incident: Incident | None
    facts: RoomFacts | None
    delegates: int | None = None
    dropped: int = 0  # how often it was lost
    elsewhere: Meeting | None = None  # another meeting, which has its call
    taken_by: Incident | None = None  # what took it out, open or over, of one that has dropped

    @property
    def hearing(self) -> Hearing:
        """Return as what it counts among the meeting's rooms; each counts once."""
        if self.attending in _OUT:
            return _OUT[self.attending]
        found = self.quality
        return _HEARING.get(found.verdict.grade, "not_measured") if found else "not_measured"

    @property
    def name(self) -> str:
        """Return what the room is called, its slug if nobody knows it."""
        return self.target.name if self.target is not None else self.slug

    @property
    def quality(self) -> RoomQuality | None:
        """Return how its call is; None if nobody measured it."""
        return self.facts.quality if self.facts is not None else None

    @property
    def poor(self) -> bool:
        """Say whether its call is poor or bad, and not for a single window alone."""
        found = self.quality
        return found is not None and found.lasts and found.verdict.grade in AMISS


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting and its rooms, the worst first.

    One that is over or called off has no rows: how its rooms stand now says nothing of it.
    """

    meeting: Meeting
    state: State
    rows: tuple[RoomRow, ...]
    runs: tuple[ReadinessRun, ...]
    bridge: tuple[Target | None, Status] | None
    sound: Heard
    presences: tuple[Presence, ...] = ()

    @property
    def counts(self) -> dict[Readiness, int]:
        """Return how many rooms have each result, the worst first."""
        results = [row.finding.result for row in self.rows]
        ranked = sorted(Readiness, key=lambda one: -one.badness)
        return {one: results.count(one) for one in ranked}

    @property
    def present(self) -> dict[Attending, int]:
        """Return how many rooms are in, dropped, absent, or nobody knows."""
        found = [row.attending for row in self.rows]
        return {one: found.count(one) for one in _RANK}

    @property
    def hearings(self) -> dict[Hearing, int]:
        """Return how many rooms are well heard, and what is with the others; sums to all."""
        found = [row.hearing for row in self.rows]
        return {one: found.count(one) for one in get_args(Hearing)}

    @property
    def unphoned(self) -> int:
        """Return of how many rooms nobody is known whom to phone."""
        return sum(row.target is not None and row.finding.phone is None for row in self.rows)


def state_of(meeting: Meeting, now: datetime) -> State:
    """Return where a meeting is in its life."""
    if meeting.cancelled_at is not None:
        return "called_off"
    if now < meeting.begin:
        return "ahead"
    return "on" if now < meeting.end else "over"


async def looked_over(context: Context, picture: Picture, meeting: Meeting) -> MeetingView:
    """Return a meeting as it stands now."""
    book = context.ledger.meetings
    presences = await book.presences(meeting.id)
    runs = await book.runs(meeting.id)
    said = await book.said(meeting.id)
    topology = await asyncio.to_thread(lambda: picture.ground.topology)
    now = context.clock.now()
    sharing = await book.going_on(meeting, now)
    around = Surroundings(
        topology, picture.states, context.signals, said, picture.phones, now, sharing
    )
    state = state_of(meeting, now)
    rows: list[RoomRow] = []
    if state in {"ahead", "on"}:
        beside = _Beside(
            presences,
            await book.attendances(meeting.id),
            await _since_begin(context, meeting, now) if state == "on" else (),
        )
        rows = [_row(room, meeting, around, picture, state, beside) for room in meeting.rooms]
        departed = _departed(meeting, rows, beside, now)
        rows = [_hung_up(row, departed[row.slug]) if row.slug in departed else row for row in rows]
    heard = {row.slug: None if row.attending in _OUT else row.facts for row in rows}
    bridge = None
    if meeting.bridge is not None:
        bridge = (picture.targets.get(meeting.bridge), picture.status(meeting.bridge))
    return MeetingView(
        meeting,
        state,
        tuple(sorted(rows, key=_during if state == "on" else _before)),
        tuple(runs),
        bridge,
        sound_of(meeting, heard, around),
        tuple(presences),
    )


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the ledger knows beside the present: who came and left, how many, what else went on."""

    presences: Sequence[Presence]
    delegates: Mapping[str, Attendance]
    incidents: Sequence[Incident]  # of the time since the begin, those that are over too


async def _since_begin(context: Context, meeting: Meeting, now: datetime) -> list[Incident]:
    until = max(now, meeting.begin + timedelta(seconds=1))
    return await context.ledger.incidents.during(meeting.begin, until)


@dataclass(frozen=True, slots=True)
class RoomNow:
    """A room at present: its layers, the meeting that goes on there, and the next one."""

    stack: Stack
    on: Meeting | None
    next: Meeting | None
    quality: RoomQuality | None = None


async def room_now(context: Context, picture: Picture, room: str) -> RoomNow | None:
    """Return how a room is now; None if it is not watched."""
    now = context.clock.now()
    found = await context.ledger.meetings.find(now, now + SOON)
    mine = [one for one in found if room in one.rooms]
    on = next((one for one in mine if one.begin <= now), None)
    facts = await _facts_now(context, picture, room, on, now)
    if facts is None:
        return None
    if facts.elsewhere is not None:
        on = facts.elsewhere.meeting
        facts = await _facts_now(context, picture, room, on, now) or facts
    coming = next((one for one in mine if one.begin > now), None)
    return RoomNow(stack(facts, meets=on is not None), on, coming, facts.quality)


async def _facts_now(
    context: Context, picture: Picture, room: str, on: Meeting | None, now: datetime
) -> RoomFacts | None:
    book = context.ledger.meetings
    topology = await asyncio.to_thread(lambda: picture.ground.topology)
    said: Said = await book.said(on.id if on is not None else None)
    sharing = await book.going_on(on, now) if on is not None else ()
    around = Surroundings(
        topology, picture.states, context.signals, said, picture.phones, now, sharing
    )
    return around.facts(room, on)


def _row(  # noqa: PLR0917
    room: str,
    meeting: Meeting,
    around: Surroundings,
    picture: Picture,
    state: State,
    beside: _Beside,
) -> RoomRow:
    facts = around.facts(room, meeting)
    ahead = (meeting.begin - around.now) / timedelta(minutes=1)
    mine = [row for row in beside.presences if row.room == room]
    attending, since = _attending(facts, mine) if state == "on" else ("unknown", None)
    layers = stack(facts, meets=state == "on") if facts is not None else None
    own = beside.delegates.get(room)
    return RoomRow(
        slug=room,
        target=picture.targets.get(room),
        finding=_as_seen(finding(room, facts, ahead), state, attending, since),
        stack=layers.ahead if layers is not None and state == "ahead" else layers,
        attending=attending,
        since=since,
        incident=_incident(picture, room, facts),
        facts=facts,
        delegates=own.delegates if own is not None else None,
        dropped=sum(row.dropped for row in mine),
        elsewhere=_elsewhere(facts, around, state, attending),
        taken_by=_taken_by(room, facts, since, mine, beside.incidents)
        if attending == "dropped" and since is not None
        else None,
    )


def _elsewhere(
    facts: RoomFacts | None, around: Surroundings, state: State, attending: Attending
) -> Meeting | None:
    """Return the other meeting that has a room's call."""
    if facts is None or (state == "on" and attending != "elsewhere"):
        return None
    there = around.sits_in(facts) if state == "ahead" else facts.elsewhere
    return there.meeting if there is not None else None


def _taken_by(
    room: str,
    facts: RoomFacts | None,
    at: datetime,
    mine: Sequence[Presence],
    incidents: Sequence[Incident],
) -> Incident | None:
    """Return the incident that took a room out: the one that was kept, else what lay on it then."""
    kept = mine[-1].incident if mine else None
    lay = list(_lay_on(_slugs(room, facts), at, incidents))
    return next((one for one in incidents if one.id == kept), lay[0] if lay else None)


def _lay_on(
    slugs: Collection[str | None], at: datetime, incidents: Iterable[Incident]
) -> Iterable[Incident]:
    """Yield the incidents that lay on any of these targets at an instant."""
    for one in incidents:
        if any(
            member.target in slugs
            and one.began_at <= at + _NEAR
            and (member.left_at is None or at <= member.left_at)
            for member in one.members
        ):
            yield one


def _departed(
    meeting: Meeting, rows: Iterable[RoomRow], beside: _Beside, now: datetime
) -> Mapping[str, datetime]:
    """Return which rooms have hung up and when, of a meeting in which nobody is any more.

    It was over early, as its annex counts. A single room may have lost its call, and so may those
    whose bridge or site had failed: they have dropped.
    """
    last = {row.room: row for row in beside.presences}
    departed: dict[str, datetime] = {}
    for row in rows:
        left = last.get(row.slug)
        if left is None or left.present or left.source in {REACH, ELSEWHERE} or left.incident:
            continue
        way = (meeting.bridge, row.facts.site.slug if row.facts is not None else row.slug)
        if not any(_lay_on(way, left.at, beside.incidents)):
            departed[row.slug] = left.at
    goes_on = len(departed) <= 1 or any(row.attending == "in" for row in rows)
    return {} if goes_on or now - max(departed.values()) < _DEPARTED else departed


def _hung_up(row: RoomRow, at: datetime) -> RoomRow:
    """Return a room that left with the others: nothing is amiss in it."""
    return replace(
        row,
        attending="hung_up",
        since=at,
        finding=Finding(room=row.slug, result=Readiness.NOT_CHECKED, phone=row.finding.phone),
        stack=stack(row.facts, meets=False) if row.facts is not None else None,
        dropped=row.dropped - 1,  # as of the annex
        taken_by=None,
    )


def _as_seen(found: Finding, state: State, attending: Attending, since: datetime | None) -> Finding:
    """Return what is found of a room; who has dropped out is not ready, nor yet to come in."""
    if state != "on" or attending != "dropped":
        return found
    others = [one for one in found.reasons if one.name != "not_in_call"]
    if found.result is Readiness.NOT_READY and len(others) == len(found.reasons):
        return found  # what it is cut off by says more
    dropped = Reason(name="dropped", about=found.room, since=since)
    reasons = (dropped, *others)
    return found.model_copy(update={"result": Readiness.NOT_READY, "reasons": reasons})


def _attending(
    facts: RoomFacts | None, mine: Sequence[Presence]
) -> tuple[Attending, datetime | None]:
    """Return whether a room is in, and since when; the present moment is believed first."""
    last = mine[-1] if mine else None
    # what went to another meeting was not lost, though it may have left that one since
    gone: Attending = "dropped" if last is not None and last.source != ELSEWHERE else "absent"
    lost = facts is not None and (
        (facts.site.lost and not facts.heard)
        or (facts.endpoint is not None and facts.endpoint.lost)
    )
    if lost and facts is not None:
        way = facts.site if facts.site.lost else facts.endpoint
        since = way.since if way is not None else None
        return gone, since
    if facts is not None and facts.elsewhere is not None:
        return "elsewhere", facts.elsewhere.last_known()
    known = joined(facts) if facts is not None else None
    if known is None:
        if last is None:
            return "unknown", None
        return ("in" if last.present else gone), last.at
    if known[0]:
        return "in", last.at if last is not None and last.present else None
    return gone, last.at if last is not None else None


def _incident(picture: Picture, room: str, facts: RoomFacts | None) -> Incident | None:
    found = (picture.incident_of(slug) for slug in _slugs(room, facts))
    return next((one for one in found if one is not None), None)


def _slugs(room: str, facts: RoomFacts | None) -> list[str]:
    """Return what must be there for a room to be in: itself, its site, its equipment."""
    if facts is None:
        return [room]
    return [room, facts.site.slug, *([facts.endpoint.slug] if facts.endpoint else [])]


def _before(row: RoomRow) -> tuple[object, ...]:
    return (-row.finding.result.badness, vietnamese_order(row.name))


def _during(row: RoomRow) -> tuple[object, ...]:
    grade = row.quality.verdict.grade if row.quality is not None else Grade.GOOD
    badness = -row.finding.result.badness
    rank = _RANK["absent"] if row.poor else _RANK[row.attending]
    return (rank, -grade, badness, vietnamese_order(row.name))


def why(picture: Picture, row: RoomRow, language: Language) -> list[str]:
    """Return why a room is not simply ready, in words.

    Of one that has dropped: what took it out, though that may be over. That nobody is known whom
    to phone is said once for all rooms.
    """
    topology = picture.ground.topology
    unsaid = {"dropped", "elsewhere", "nobody_to_phone"}  # the first two stand there as its state
    reasons = tuple(one for one in row.finding.reasons if one.name not in unsaid)
    said = [reason_in_words(one, topology, language) for one in reasons]
    if row.taken_by is not None and not any(one.name == "cut_off" for one in reasons):
        said.insert(0, taken_by(row.taken_by, topology, language))
    return said


def whom(picture: Picture, row: RoomRow, language: Language) -> str:
    """Return whom to phone about a room, in words."""
    return phone_in_words(row.finding.phone, picture.contacts, language)


def sounds(row: RoomRow, language: Language, *, wall: bool = False) -> str:
    """Return how a room's call is, in words: grade and worst figure; off a wall who says so, too.

    Empty where it was not measured.
    """
    if row.quality is None:
        return ""
    if wall:
        return of_verdict(row.quality.verdict, language)
    return of_room(row.quality, language)


def blamed(view: MeetingView, picture: Picture, room: str, language: Language) -> str:
    """Return whom a room's poor call is blamed on and by what, in words; empty if it is not."""
    blame = view.sound.blames.get(room)
    return of_blame(blame, picture.ground.topology, language) if blame is not None else ""


def estimated(row: RoomRow, language: Language) -> str:
    """Return the estimate of a room's path, in words; empty where there is none."""
    return estimate(row.quality.rating, row.quality.mos, language) if row.quality else ""
