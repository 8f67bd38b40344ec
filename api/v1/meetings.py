"""Meetings: what is to come, how ready every room is, who is in; rooms' own clients report here."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from alerts.both_ends import End, Measured
from alerts.callers import taken_in
from alerts.meeting_words import booked_twice, reason_in_words
from alerts.quality import Verdict
from alerts.room_stack import Layer
from api.annexes import annex_of, printed
from api.context import Context
from api.door import Ctx, Operator, Viewer
from api.guard import client_address
from api.meetings import (
    Attending,
    Hearing,
    MeetingView,
    RoomRow,
    State,
    blamed,
    looked_over,
    room_now,
    sounds,
    state_of,
)
from api.snapshot import Picture
from api.translations import language_of
from api.v1.estate import the_target
from core.callquality import Grade, Side
from core.errors import Invalid, NotFound, Problem
from core.meeting import (
    BRIDGE_DEVICES,
    BRIDGE_SERVICES,
    CHECKLIST,
    PRESENT,
    Attendance,
    Beat,
    Meeting,
    Readiness,
    ReadinessRun,
    Remark,
    Tick,
    Wanted,
)
from core.text import Language, Text
from core.watching import Target, TargetKind
from inventory.meetinglist import is_over, no_bridge
from reports.annex import Annex, Line, instant
from reports.render.annex import FORMATS
from reports.render.kinds import Format
from storage.meetings import faults

router = APIRouter(prefix="/api/v1", tags=["meetings"])
WEEK = timedelta(days=7)
LONGEST = timedelta(days=366)
_Slug = Annotated[str, Field(max_length=63)]
_Line = Annotated[str, Field(max_length=200)]


class MeetingIn(BaseModel):
    """A meeting that is asked for."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    begin: AwareDatetime
    end: AwareDatetime
    rooms: Annotated[list[_Slug], Field(min_length=1, max_length=5000)] = Field(
        description="Slugs of rooms, or of sites that join as a whole."
    )
    chair: _Line | None = Field(
        default=None, description="A room's slug, or words for one outside the inventory."
    )
    officer: _Slug | None = Field(default=None, description="The contact on duty for it.")
    bridge: _Slug | None = Field(default=None, description="A device or service.")
    above: Annotated[list[_Line], Field(max_length=3)] = Field(
        default=[], description="Bridges above ours, the nearest first."
    )
    importance: Annotated[str, Field(pattern="^(normal|high)$")] = "normal"
    mark: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, description="What your system knows it by; the same mark is refused twice."
    )


class MeetingOut(BaseModel):
    """A meeting."""

    id: str
    title: str
    begin: datetime
    end: datetime
    state: State
    rooms: tuple[str, ...]
    chair: str | None
    officer: str | None
    bridge: str | None
    above: tuple[str, ...]
    importance: str
    source: str
    mark: str | None
    by: str
    recorded_at: datetime
    cancelled_at: datetime | None


class ClashOut(BaseModel):
    """Another meeting that wants the same rooms or the same bridge at the same hour."""

    meeting: str = Field(description="The other meeting.")
    begin: datetime
    end: datetime
    rooms: tuple[str, ...] = Field(
        description="Rooms of this one that the other wants too, by any name."
    )
    bridge: str | None = Field(description="The bridge that joins both.")
    said: str = Field(description="In English, for people.")


class MeetingEntered(MeetingOut):
    """A meeting as it was entered or changed."""

    notice: str | None = Field(
        description="In English, for people: it was over already and is kept for the record alone."
    )
    clashes: list[ClashOut] = Field(
        description="It was kept all the same: what other meetings have at the same hour."
    )


class ReasonOut(BaseModel):
    """Why a room is not simply ready."""

    name: str
    about: str
    since: datetime | None
    words: str = Field(description="That the person in the room added.")
    said: str = Field(description="In English, for people.")


class StackOut(BaseModel):
    """The four layers of a room, each upon the one before. What was not seen is never good."""

    reachable: Layer
    registered: Layer
    in_call: Layer
    media: Layer


class FigureOut(BaseModel):
    """The figure that a grade is by."""

    grade: Literal["good", "fair", "poor", "bad"]
    by: str = Field(description="loss, jitter, round_trip, or used.")
    value: float | None = Field(description="A share 0…1, or seconds.")
    media: str = Field(description="audio, video, content, or all.")
    direction: str = Field(description="rx comes to the room, tx leaves it.")


class StreamOut(BaseModel):
    """One medium in one direction, as one end measured it. None: it did not say."""

    measured_by: End
    media: str
    direction: str = Field(description="rx comes to the room, tx leaves it.")
    grade: Literal["good", "fair", "poor", "bad"] | None
    loss: float | None = Field(description="Share of packets, 0…1.")
    jitter: float | None = Field(description="Seconds.")
    round_trip: float | None = Field(description="Seconds.")
    used: float | None = Field(description="Share of the negotiated rate in use.")


class QualityOut(FigureOut):
    """A room's call at present: its worst figure at whichever of its ends sees it."""

    measured_by: End = Field(description="room: its equipment; bridge; client: its PC.")
    ends: dict[End, FigureOut] = Field(description="What each end says.")
    streams: list[StreamOut] = Field(description="Every medium and direction of every end.")
    lasts: bool = Field(description="It is no single bad window.")
    estimated_r: float | None = Field(description="R of the E-model: an estimate of the path.")
    estimated_mos: float | None = Field(description="MOS of that R: an estimate of the path.")
    side: Side | None = Field(description="Whom a poor or bad call is blamed on.")
    said: str = Field(description="In English, for people.")


class RoomOut(BaseModel):
    """One room of a meeting, as it stands now."""

    room: str
    name: str
    result: Readiness
    reasons: list[ReasonOut]
    phone: str | None = Field(description="The contact to phone about it.")
    stack: StackOut | None
    quality: QualityOut | None = Field(description="None: nobody measured it.")
    attending: Attending = Field(description="unknown before the begin.")
    since: datetime | None
    incident: str | None
    taken_by: str | None = Field(description="The incident that took it out, open or over.")
    elsewhere: str | None = Field(description="Another meeting, which has the room's call.")
    delegates: int | None
    dropped: int = Field(description="How often it was lost during the meeting.")


class AttendedOut(BaseModel):
    """What the annex of a meeting says of one room: when it was in. None: nobody saw it join."""

    room: str
    joined: datetime | None
    left: datetime | None
    seconds: int | None
    dropped: int
    delegates: int | None
    elsewhere: list[str] = Field(description="Other meetings that it was in meanwhile.")


class MeetingWhole(MeetingOut):
    """A meeting with its rooms, the worst first, and its readiness runs.

    When it is over or called off `now` is empty: how its rooms stand now says nothing of it.
    """

    counts: dict[Readiness, int]
    rooms_good: int = Field(description="How many rooms are well heard now.")
    rooms_measured: int = Field(description="Of how many that is known.")
    heard: dict[Hearing, int] = Field(description="Rooms by how their call is; sums to all.")
    now: list[RoomOut]
    attended: list[AttendedOut] | None = Field(description="When it is over: who was there.")
    unwatched: list[tuple[datetime, datetime]] | None = Field(
        description="When it is over: the spans that the platform did not watch, in no count."
    )
    runs: list[ReadinessRun]


class TickIn(BaseModel):
    """What a person in a room says of one thing there."""

    model_config = ConfigDict(extra="forbid")

    item: Annotated[str, Field(pattern=f"^({'|'.join((*CHECKLIST, PRESENT))})$")]
    good: bool
    words: Remark = Field(default="", description="What is amiss, in a word or two.")


class DelegatesIn(BaseModel):
    """How many people take part in a room."""

    model_config = ConfigDict(extra="forbid")

    delegates: Annotated[int, Field(ge=0, le=10_000)]


class BeatIn(BaseModel):
    """What the client of a room without equipment says; leave out what it does not know."""

    model_config = ConfigDict(extra="forbid")

    registered: bool | None = None
    in_call: bool | None = None
    loss: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Share of packets lost lately, 0…1."
    )


class RoomStackOut(StackOut):
    """A room's layers at present."""

    room: str
    meeting: str | None = Field(description="The meeting that goes on there now.")


def meeting_out(row: Meeting, now: datetime) -> MeetingOut:
    """Return a meeting as the interface shows it."""
    return MeetingOut.model_validate(row.model_dump() | {"state": state_of(row, now)})


async def _entered(context: Context, picture: Picture, row: Meeting) -> MeetingEntered:
    now = context.clock.now()
    over = is_over(row.end) if row.end <= now else None
    notice = f"{over.what.en}. {over.mend.en}." if over is not None else None
    found = await context.ledger.meetings.clashing([row], now, taken_in(picture.targets))
    topology = await asyncio.to_thread(lambda: picture.ground.topology)
    crossed = [
        ClashOut(
            meeting=clash.other.id,
            begin=clash.other.begin,
            end=clash.other.end,
            rooms=clash.rooms,
            bridge=clash.bridge,
            said=booked_twice(clash, topology).said("en"),
        )
        for clash in found
    ]
    return MeetingEntered(**meeting_out(row, now).model_dump(), notice=notice, clashes=crossed)


@router.get("/meetings", summary="Meetings, by begin")
async def meetings(
    context: Ctx,
    asker: Viewer,
    begin: Annotated[AwareDatetime | None, Query(description="Now if absent.")] = None,
    end: Annotated[AwareDatetime | None, Query(description="A week later if absent.")] = None,
    called_off: Annotated[bool, Query(description="Those too that were called off.")] = False,
) -> list[MeetingOut]:
    """List meetings that lie within a span in part; a year at the most."""
    now = context.clock.now()
    first = begin or now
    last = min(end or first + WEEK, first + LONGEST)
    rows = await context.ledger.meetings.find(first, last, called_off=called_off)
    return [meeting_out(row, now) for row in rows]


@router.get("/meetings/{meeting}", summary="One meeting, room by room")
async def one(request: Request, context: Ctx, asker: Viewer, meeting: str) -> MeetingWhole:
    """Return a meeting and how every room stands now."""
    picture: Picture = await request.app.state.pictures.now()
    row = await context.ledger.meetings.get(meeting)
    view = await looked_over(context, picture, row)
    record = await annex_of(context, picture, row) if view.state == "over" else None
    return _whole(view, picture, context, record)


@router.post("/meetings", summary="Enter a meeting (operator)", status_code=201)
async def add(request: Request, context: Ctx, asker: Operator, wish: MeetingIn) -> MeetingEntered:
    """Enter a meeting, in the asker's name. 422 with an unknown name, 409 with a known mark."""
    picture: Picture = await request.app.state.pictures.now()
    wanted = Wanted.model_validate(wish.model_dump())
    refuse(wanted, picture)
    row, events = await context.ledger.meetings.add(
        wanted,
        asker.name,
        context.clock.now(),
        source="api",
        origin=client_address(request, context.settings.proxies),
    )
    context.live.publish(events)
    return await _entered(context, picture, row)


@router.put("/meetings/{meeting}", summary="Change a meeting (operator)")
async def change(
    request: Request, context: Ctx, asker: Operator, meeting: str, wish: MeetingIn
) -> MeetingEntered:
    """Let a meeting be otherwise. 409 if it was called off."""
    picture: Picture = await request.app.state.pictures.now()
    before = await context.ledger.meetings.get(meeting)
    wanted = Wanted.model_validate(wish.model_dump() | {"mark": wish.mark or before.mark})
    refuse(wanted, picture)
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    row, events = await context.ledger.meetings.change(meeting, wanted, asker.name, now, origin)
    context.live.publish(events)
    return await _entered(context, picture, row)


@router.post("/meetings/{meeting}/cancel", summary="Call a meeting off (operator)")
async def cancel(request: Request, context: Ctx, asker: Operator, meeting: str) -> MeetingOut:
    """Call a meeting off. 409 if that was done before."""
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    row, events = await context.ledger.meetings.cancel(meeting, asker.name, now, origin)
    context.live.publish(events)
    return meeting_out(row, now)


@router.post("/meetings/{meeting}/rooms/{room}/ticks", summary="Tick (operator)", status_code=204)
async def tick(context: Ctx, asker: Operator, meeting: str, room: str, said: TickIn) -> None:
    """Say of a room's screen, sound, power or presence whether it is well."""
    row = Tick(
        meeting=meeting,
        room=room,
        item=said.item,
        good=said.good,
        words=said.words,
        at=context.clock.now(),
        by=asker.name,
    )
    context.live.publish(await context.ledger.meetings.tick(row))


@router.put(
    "/meetings/{meeting}/rooms/{room}/delegates", summary="Delegates (operator)", status_code=204
)
async def delegates(  # noqa: PLR0917
    request: Request, context: Ctx, asker: Operator, meeting: str, room: str, said: DelegatesIn
) -> None:
    """Say how many take part in a room."""
    row = Attendance(
        meeting=meeting,
        room=room,
        delegates=said.delegates,
        at=context.clock.now(),
        by=asker.name,
    )
    origin = client_address(request, context.settings.proxies)
    await context.ledger.meetings.attended(row, origin)


@router.get(
    "/meetings/{meeting}/annex.{form}",
    summary="The annex of a meeting: html, pdf or xlsx",
    response_class=Response,
    responses={
        200: {
            "description": "The annex.",
            "content": {
                form.media_type.partition(";")[0]: {
                    "schema": {"type": "string", "format": "binary"}
                }
                for form in FORMATS
            },
        }
    },
)
async def annex(  # noqa: PLR0917
    request: Request,
    context: Ctx,
    asker: Viewer,
    meeting: str,
    form: Format,
    language: Annotated[Language | None, Query(description="vi or en.")] = None,
) -> Response:
    """Return who joined from when to when, what failed, and what travel it saved (estimated)."""
    return await printed(request, context, meeting, form, language or language_of(request, "vi"))


@router.get("/rooms/{slug}/stack", summary="The four layers of a room")
async def room_stack(request: Request, context: Ctx, asker: Viewer, slug: str) -> RoomStackOut:
    """Return whether a room is reached, registered, in its call, and well seen and heard."""
    picture: Picture = await request.app.state.pictures.now()
    _room(picture, slug)
    found = await room_now(context, picture, slug)
    if found is None:
        raise NotFound(Text(f"Không có điểm cầu {slug}", f"There is no room {slug}"))
    there = found.on.id if found.on is not None else None
    return RoomStackOut(room=slug, meeting=there, **dict(found.stack.layers))


@router.post("/rooms/{slug}/beat", summary="A room's client reports (operator)", status_code=204)
async def beat(request: Request, context: Ctx, asker: Operator, slug: str, said: BeatIn) -> None:
    """Take in what the client of a room says; it counts for a minute and a half."""
    picture: Picture = await request.app.state.pictures.now()
    _room(picture, slug)
    row = Beat(room=slug, at=context.clock.now(), by=asker.name, **said.model_dump())
    context.live.publish(await context.ledger.meetings.beat(row))


def refuse(wanted: Wanted, picture: Picture, known: Sequence[Problem] = ()) -> None:
    """Raise Invalid with all that is wrong with a meeting, and with what is `known` to be."""
    problems = [*known, *_strangers(wanted, picture)]
    named = {problem.key for problem in problems}
    problems += [problem for problem in faults(wanted) if problem.key not in named]
    if problems:
        raise Invalid(problems)


def _strangers(wanted: Wanted, picture: Picture) -> Iterable[Problem]:
    """Yield every name of a meeting that nobody knows."""
    for slug in wanted.rooms:
        if not _is_room(picture, slug):
            yield _stranger("rooms", slug)
    if wanted.officer is not None and wanted.officer not in picture.contacts:
        yield _stranger("officer", wanted.officer)
    if wanted.bridge is not None:
        bridge = picture.targets.get(wanted.bridge)
        if bridge is None:
            yield _stranger("bridge", wanted.bridge)
        elif not can_bridge(bridge):
            fault = no_bridge(bridge.name)
            yield Problem("meeting", fault.what, fault.mend, key="bridge")


def can_bridge(target: Target) -> bool:
    """Say whether a device or service can join the rooms of a meeting."""
    kinds = {TargetKind.DEVICE: BRIDGE_DEVICES, TargetKind.SERVICE: BRIDGE_SERVICES}
    return target.role in kinds.get(target.kind, ())


def _is_room(picture: Picture, slug: str) -> bool:
    target = picture.targets.get(slug)
    return target is not None and target.kind in {TargetKind.ROOM, TargetKind.SITE}


def _room(picture: Picture, slug: str) -> None:
    target = the_target(picture, slug)
    if target.kind not in {TargetKind.ROOM, TargetKind.SITE}:
        raise NotFound(Text(f"{slug} không phải là điểm cầu", f"{slug} is no room"))


def _stranger(key: str, name: str) -> Problem:
    return Problem(
        file="meeting",
        key=key,
        what=Text(vi=f"không biết {name}", en=f"{name} is not known"),
        mend=Text(
            vi="Ghi mã định danh như trong danh mục", en="Write the slug as in the inventory"
        ),
    )


def _whole(
    view: MeetingView, picture: Picture, context: Context, record: Annex | None
) -> MeetingWhole:
    base = meeting_out(view.meeting, context.clock.now())
    rooms = [
        RoomOut(
            room=row.slug,
            name=row.name,
            result=row.finding.result,
            reasons=[
                ReasonOut(
                    **reason.model_dump(),
                    said=reason_in_words(reason, picture.ground.topology, "en"),
                )
                for reason in row.finding.reasons
            ],
            phone=row.finding.phone,
            stack=StackOut(**dict(row.stack.layers)) if row.stack is not None else None,
            quality=_quality(row, view, picture),
            attending=row.attending,
            since=row.since,
            incident=row.incident.id if row.incident is not None else None,
            taken_by=row.taken_by.id if row.taken_by is not None else None,
            elsewhere=row.elsewhere.id if row.elsewhere is not None else None,
            delegates=row.delegates,
            dropped=row.dropped,
        )
        for row in view.rows
    ]
    return MeetingWhole(
        **base.model_dump(),
        counts=view.counts,
        rooms_good=view.sound.whole.good,
        rooms_measured=view.sound.whole.known,
        heard=view.hearings,
        now=rooms,
        attended=[_attended(line) for line in record.lines] if record is not None else None,
        unwatched=[(instant(begin), instant(end)) for begin, end in record.unwatched]
        if record is not None
        else None,
        runs=list(view.runs),
    )


def _attended(line: Line) -> AttendedOut:
    return AttendedOut(
        room=line.room,
        joined=line.joined,
        left=line.left,
        seconds=line.seconds,
        dropped=line.drops,
        delegates=line.delegates,
        elsewhere=[one.id for one in line.elsewhere],
    )


def _quality(row: RoomRow, view: MeetingView, picture: Picture) -> QualityOut | None:
    found, blame = row.quality, view.sound.blames.get(row.slug)
    if found is None:
        return None
    words = [sounds(row, "en"), blamed(view, picture, row.slug, "en")]
    return QualityOut(
        **_figure(found.verdict).model_dump(),
        measured_by=found.end,
        ends={end: _figure(one) for end, one in found.ends.items()},
        streams=[_stream(one) for one in found.streams],
        lasts=found.lasts,
        estimated_r=found.rating,
        estimated_mos=found.mos,
        side=blame.side if blame is not None else None,
        said=". ".join(word for word in words if word),
    )


def _stream(one: Measured) -> StreamOut:
    return StreamOut(
        measured_by=one.end,
        media=one.figures.media,
        direction=one.figures.direction,
        grade=_NAMES.get(one.grade),
        loss=one.figures.loss,
        jitter=one.figures.jitter,
        round_trip=one.figures.round_trip,
        used=one.figures.used,
    )


_NAMES: Mapping[Grade, Literal["good", "fair", "poor", "bad"]] = {
    Grade.GOOD: "good",
    Grade.FAIR: "fair",
    Grade.POOR: "poor",
    Grade.BAD: "bad",
}


def _figure(verdict: Verdict) -> FigureOut:
    return FigureOut(
        grade=_NAMES[verdict.grade],
        by=verdict.by,
        value=verdict.value,
        media=verdict.media,
        direction=verdict.direction,
    )
