"""Meetings: this week's, one with all its rooms, its wall, and the page of who is in a room."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from alerts.callers import taken_in
from alerts.meeting_words import ITEM, RESULT, ahead_in_words, booked_twice, by_rooms, counted
from alerts.quality_words import of_streams
from api import repeating
from api.annexes import annex_of
from api.context import Context
from api.door import Asker, Ctx, Operator, Viewer, same_origin
from api.errors import Refused
from api.forms import day, listed, moment, unfit
from api.guard import client_address
from api.meetings import MeetingView, blamed, estimated, looked_over, sounds, state_of, whom, why
from api.pages.view import is_wall
from api.snapshot import Picture
from api.v1.meetings import refuse
from core.callwords import GRADE
from core.clock import LOCAL
from core.errors import DomainError, Invalid, NotFound, Problem
from core.meeting import CHECKLIST, MOST_LEVELS, PRESENT, Meeting, ReadinessRun, Tick, Wanted
from core.model import Model
from core.recurrence import BadRule, normal, spans
from core.text import Text, nfc, vietnamese_order
from core.watching import TargetKind
from inventory import meetingfile
from inventory.meetinglist import USUAL, Meetings, Names, is_over
from reports.render.annex_words import unwatched

router = APIRouter(include_in_schema=False)
AHEAD, BEHIND = timedelta(days=8), timedelta(days=7)
LIST_LIMIT = 8 * 1024 * 1024  # bytes
_MOST = 60  # times that one entry of the form comes back
_SHOWN = 30  # faults of a list
# Kinds of service that are offered as a bridge; an application may be one, but rarely is.
_BRIDGING: Final = frozenset({"sip", "other"})
# Columns of a wall by how many rooms it must hold at once, without anybody at a mouse.
_ACROSS: Final = ((1, 1), (4, 2), (9, 3), (20, 4), (35, 5), (60, 6))
_Read = TypeVar("_Read")
_NONE_ABOVE: Final = [""] * MOST_LEVELS


class Entry(Model):
    """The form as it was filled in, shown again where it was refused. Times are local."""

    title: str = ""
    begin: str = ""
    end: str = ""
    rooms: str = ""
    chair: str = ""
    officer: str = ""
    bridge: str = ""
    above: tuple[str, ...] = ("",) * MOST_LEVELS  # bridges above ours, nearest first
    importance: str = "normal"
    past: bool = False  # it is over, and meant so
    repeat: str = ""
    repeat_until: str = ""


def _entry(
    *,
    title: Annotated[str, Form(max_length=200)] = "",
    begin: Annotated[str, Form(max_length=40)] = "",
    end: Annotated[str, Form(max_length=40)] = "",
    rooms: Annotated[str, Form(max_length=60_000)] = "",
    chair: Annotated[str, Form(max_length=200)] = "",
    officer: Annotated[str, Form(max_length=63)] = "",
    bridge: Annotated[str, Form(max_length=63)] = "",
    above: Annotated[list[str], Form(max_length=MOST_LEVELS)] = _NONE_ABOVE,
    importance: Annotated[str, Form(max_length=10)] = "normal",
    past: Annotated[str, Form(max_length=5)] = "",
    repeat: Annotated[str, Form(max_length=20)] = "",
    repeat_until: Annotated[str, Form(max_length=20)] = "",
) -> Entry:
    return Entry(
        title=nfc(title),
        begin=begin,
        end=end,
        rooms=rooms,
        chair=nfc(chair),
        officer=officer,
        bridge=bridge,
        above=_levels(nfc(one)[:200] for one in above),
        importance="high" if importance == "high" else "normal",
        past=past == "yes",
        repeat=repeat,
        repeat_until=repeat_until,
    )


@router.get("/meetings")
async def meetings(request: Request, context: Ctx, asker: Viewer) -> HTMLResponse:
    """Show the meetings of today, of the week to come, and of the last one."""
    return await _list(request, context, asker, Entry())


@router.post("/meetings")
async def add(
    request: Request, context: Ctx, asker: Operator, entry: Annotated[Entry, Depends(_entry)]
) -> Response:
    """Enter a meeting, or each of a series."""
    wanted = await _wanted(request, context, entry)
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    rows: list[Meeting] = []
    for one in wanted:
        row, events = await context.ledger.meetings.add(one, asker.name, now, origin=origin)
        context.live.publish(events)
        rows.append(row)
    if len(rows) > 1 and (crossed := await _clashes(request, context, rows)):
        told = Text(f"Đã ghi {len(rows)} cuộc họp", f"{len(rows)} meetings are entered")
        return await _list(request, context, asker, Entry(), _said(crossed), told)
    return RedirectResponse(f"/meetings/{rows[0].id}" if rows else "/meetings", 303)


@router.post("/meetings/import")
async def bring_in(
    request: Request, context: Ctx, asker: Operator, file: Annotated[UploadFile, File()]
) -> Response:
    """Take the meetings of a list or a calendar in; one with faults changes nothing."""
    content = await file.read(LIST_LIMIT + 1)
    if len(content) > LIST_LIMIT:
        raise Refused(413)
    now = context.clock.now()
    inventory = await context.ledger.inventory.load(now.astimezone(LOCAL).date())
    try:
        found: Meetings = await context.work(
            meetingfile.read, file.filename or "", content, inventory, now
        )
    except Invalid as refusal:
        return await _list(request, context, asker, Entry(), _said(refusal.problems))
    if found.problems:
        return await _list(request, context, asker, Entry(), _said(found.problems))
    done = await context.ledger.meetings.gather(
        found.wanted, "list", asker.name, now, called_off=found.called_off
    )
    context.live.publish(done.events)
    told = Text(
        f"Đã nhập: {len(done.added)} cuộc họp mới, {len(done.changed)} thay đổi"
        + (f", {len(done.cancelled)} bị huỷ" if done.cancelled else ""),
        f"Taken in: {len(done.added)} new meetings, {len(done.changed)} changed"
        + (f", {len(done.cancelled)} called off" if done.cancelled else ""),
    )
    crossed = await _clashes(request, context, (*done.added, *done.changed))
    notices = _said([*found.notices, *crossed])
    return await _list(request, context, asker, Entry(), notices, told)


@router.get("/meetings/{meeting}")
async def meeting(request: Request, context: Ctx, asker: Viewer, meeting: str) -> HTMLResponse:
    """Show a meeting with all its rooms, the worst first; on a wall who is in and who dropped."""
    return await _one(request, context, asker, meeting)


@router.post("/meetings/{meeting}/change")
async def change(
    request: Request,
    context: Ctx,
    asker: Operator,
    meeting: str,
    entry: Annotated[Entry, Depends(_entry)],
) -> Response:
    """Let a meeting be otherwise."""
    wanted = (await _wanted(request, context, entry))[0]
    before = await context.ledger.meetings.get(meeting)
    wanted = wanted.model_copy(update={"mark": before.mark})
    origin = client_address(request, context.settings.proxies)
    _, events = await context.ledger.meetings.change(
        meeting, wanted, asker.name, context.clock.now(), origin
    )
    context.live.publish(events)
    return RedirectResponse(f"/meetings/{meeting}", 303)


@router.post("/meetings/{meeting}/until")
async def until(
    request: Request,
    context: Ctx,
    asker: Operator,
    meeting: str,
    minutes: Annotated[int, Form(ge=0, le=240)],
) -> RedirectResponse:
    """Let a meeting that goes on last so many minutes longer; with none it is over now."""
    origin = client_address(request, context.settings.proxies)
    _, events = await context.ledger.meetings.until(
        meeting, timedelta(minutes=minutes), asker.name, context.clock.now(), origin
    )
    context.live.publish(events)
    return RedirectResponse(f"/meetings/{meeting}", 303)


@router.post("/meetings/{meeting}/cancel")
async def cancel(request: Request, context: Ctx, asker: Operator, meeting: str) -> RedirectResponse:
    """Call a meeting off."""
    origin = client_address(request, context.settings.proxies)
    _, events = await context.ledger.meetings.cancel(
        meeting, asker.name, context.clock.now(), origin
    )
    context.live.publish(events)
    return RedirectResponse(f"/meetings/{meeting}", 303)


@router.post("/meetings/{meeting}/ask")
async def ask(request: Request, context: Ctx, asker: Operator, meeting: str) -> RedirectResponse:
    """Send the contact of every room that has one a link of the room's own."""
    if context.ask_rooms is None:
        raise Refused(503)
    picture: Picture = await request.app.state.pictures.now()
    row = await context.ledger.meetings.get(meeting)
    phones = {
        room: slug
        for room in row.rooms
        if (slug := _phone(picture, room)) is not None and slug in picture.contacts
    }
    await context.ask_rooms(row, phones, context.clock.now())
    return RedirectResponse(f"/meetings/{meeting}#rooms", 303)


@router.post("/meetings/{meeting}/link")
async def link(
    request: Request,
    context: Ctx,
    asker: Operator,
    meeting: str,
    room: Annotated[str, Form(max_length=63)],
) -> HTMLResponse:
    """Show a new link of a room's own, to be handed on by any way."""
    return await _one(
        request, context, asker, meeting, links=await _linked(context, meeting, [room])
    )


@router.post("/meetings/{meeting}/links")
async def links(request: Request, context: Ctx, asker: Operator, meeting: str) -> HTMLResponse:
    """Show a new link of every room's own, to be copied together."""
    row = await context.ledger.meetings.get(meeting)
    made = await _linked(context, meeting, row.rooms)
    return await _one(request, context, asker, meeting, links=made)


async def _linked(context: Context, meeting: str, rooms: Sequence[str]) -> dict[str, str]:
    """Return the address of a new link of each room."""
    tokens = await context.ledger.meetings.room_links(meeting, rooms, context.clock.now())
    return {room: f"{context.settings.base_url}/m/{token}" for room, token in tokens.items()}


@router.get("/m/{token}")
async def room(request: Request, context: Ctx, token: str) -> HTMLResponse:
    """Show what the person in a room is to look at; no login."""
    return await _room(request, context, token)


@router.post("/m/{token}")
async def tick(  # noqa: PLR0917
    request: Request,
    context: Ctx,
    token: str,
    item: Annotated[str, Form(max_length=20)] = "",
    good: Annotated[str, Form(max_length=5)] = "",
    remark: Annotated[str, Form(max_length=140)] = "",
) -> Response:
    """Keep what the person in a room says."""
    if not same_origin(request):
        raise Refused(403)
    if item not in {*CHECKLIST, PRESENT}:
        raise Refused(422)
    now = context.clock.now()
    try:
        known = await context.ledger.meetings.behind(token, now)
    except NotFound as refusal:
        return await _room(request, context, token, refusal.text)
    row = Tick(
        meeting=known.meeting,
        room=known.room,
        item=item,
        good=good == "yes",
        words=nfc(remark),
        at=now,
        by="link",
    )
    context.live.publish(await context.ledger.meetings.tick(row))
    return RedirectResponse(f"/m/{token}", 303)


async def _clashes(request: Request, context: Context, rows: Sequence[Meeting]) -> list[Problem]:
    """Return what to tell of meetings that want what another has at the same hour."""
    picture: Picture = await request.app.state.pictures.now()
    taken = taken_in(picture.targets)
    found = await context.ledger.meetings.clashing(rows, context.clock.now(), taken)
    if not found:
        return []
    topology = await asyncio.to_thread(lambda: picture.ground.topology)
    return [booked_twice(clash, topology) for clash in found]


async def _wanted(request: Request, context: Context, entry: Entry) -> list[Wanted]:
    """Return the meetings of a form; Invalid with everything that is wrong."""
    picture: Picture = await request.app.state.pictures.now()
    today = context.clock.now().astimezone(LOCAL).date()
    inventory = await context.ledger.inventory.load(today)
    names = await asyncio.to_thread(Names, inventory, today)
    slugs = listed(entry.rooms)
    literal = all(slug in picture.targets for slug in slugs)
    rooms, faults = (slugs, ()) if literal else names.rooms(entry.rooms)
    problems = [Problem("meeting", f.what, f.mend, key="rooms") for f in faults]
    now = context.clock.now()
    begin = _unless(problems, moment, "begin", entry.begin) or now
    end = _unless(problems, moment, "end", entry.end) or begin + USUAL
    until = _unless(problems, day, "repeat_until", entry.repeat_until)
    if begin < end <= now and not entry.past:
        problems.append(Problem("meeting", is_over(end).what, _MEANT_SO, key="past"))
    try:
        wanted = Wanted(
            title=entry.title,
            begin=begin,
            end=end,
            rooms=rooms,
            chair=(names.room(entry.chair) or entry.chair) if entry.chair else None,
            officer=entry.officer or None,
            bridge=entry.bridge or None,
            above=tuple(one for one in entry.above if one),
            importance=entry.importance,
        )
    except ValidationError as error:  # a name that could not be one
        raise Invalid([*problems, *unfit(error.errors())]) from None
    refuse(wanted, picture, problems)
    rule = repeating.chosen(entry.repeat, until)
    if rule is None:
        return [wanted]
    try:
        kept = await asyncio.to_thread(normal, rule, begin)
    except BadRule as bad:
        raise Invalid([Problem("meeting", bad.what, bad.mend, key="repeat")]) from bad
    found = list(spans(begin, end, kept))
    if len(found) > _MOST:
        raise Invalid([Problem("meeting", *_TOO_OFTEN, key="repeat")])
    return [wanted.model_copy(update={"begin": s.begin, "end": s.end}) for s in found]


def _unless(
    problems: list[Problem], read: Callable[[str, str], _Read], field: str, said: str
) -> _Read | None:
    """Return what a field says; None, and what is wrong with it among the problems."""
    try:
        return read(field, said)
    except Invalid as refusal:
        problems += refusal.problems
        return None


async def _list(  # noqa: PLR0917
    request: Request,
    context: Context,
    asker: Asker,
    entry: Entry,
    refusals: Sequence[Text] = (),
    told: Text | None = None,
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    now = context.clock.now()
    midnight = datetime.combine(now.astimezone(LOCAL).date(), time(0), LOCAL)
    book = context.ledger.meetings
    rows = await book.find(midnight, midnight + AHEAD, called_off=True)
    past = await book.find(midnight - BEHIND, midnight)
    last: dict[str, ReadinessRun] = {}
    for row in rows:
        runs = await book.runs(row.id)
        if runs:
            last[row.id] = min(runs, key=lambda run: run.stage)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "meetings.html",
        asker,
        status=422 if refusals and told is None else 200,
        picture=picture,
        days=list(_days(rows)),
        past=list(reversed([row for row in past if row.end <= midnight])),
        last=last,
        counted=counted,
        state_of=lambda row: state_of(row, now),
        entry=entry,
        refusals=refusals[:_SHOWN],
        more=max(0, len(refusals) - _SHOWN),
        told=told,
        choices=repeating.CHOICES,
        **_choices(picture, entry.bridge),
        **_WORDS,
    )
    return page


async def _one(
    request: Request,
    context: Context,
    asker: Asker,
    meeting: str,
    links: Mapping[str, str] | None = None,
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    row = await context.ledger.meetings.get(meeting)
    view: MeetingView = await looked_over(context, picture, row)
    language = request.app.state.pages.language(request)
    record = await annex_of(context, picture, row) if view.state == "over" else None
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "meeting.html",
        asker,
        picture=picture,
        view=view,
        record=record,
        away=unwatched(record) if record is not None else "",
        meeting=row,
        crossed=await _clashes(request, context, [row]),
        why=lambda one: why(picture, one, language),
        whom=lambda one: whom(picture, one, language),
        sounds=lambda one: sounds(one, language, wall=is_wall(request)),
        streams=lambda one: of_streams(one.quality, language) if one.quality else [],
        estimated=lambda one: estimated(one, language),
        blamed=lambda room: blamed(view, picture, room, language),
        worst=next((one for one in view.rows if one.slug == view.sound.whole.worst_room), None),
        ahead=lambda minutes: ahead_in_words(minutes, language),
        counted=counted,
        entry=_filled_in(row, picture, context.clock.now()),
        links=links or {},
        may_ask=context.ask_rooms is not None,
        phones=sum(_phone(picture, room) is not None for room in row.rooms),
        chair=_chair(picture, row, language == "en"),
        **_choices(picture, row.bridge or ""),
        **_WORDS,
    )
    return page


async def _room(
    request: Request, context: Context, token: str, refusal: Text | None = None
) -> HTMLResponse:
    now = context.clock.now()
    page: HTMLResponse
    try:
        known = await context.ledger.meetings.behind(token, now)
        row = await context.ledger.meetings.get(known.meeting)
    except DomainError as fault:
        page = request.app.state.pages.render(
            request, "room_check.html", None, status=404, refusal=refusal or fault.text
        )
        return page
    picture: Picture = await request.app.state.pictures.now()
    said = await context.ledger.meetings.said(known.meeting)
    page = request.app.state.pages.render(
        request,
        "room_check.html",
        None,
        refusal=None,
        picture=picture,
        meeting=row,
        room=picture.targets.get(known.room),
        slug=known.room,
        ticks=said.ticks.get(known.room, {}),
        checklist=CHECKLIST,
        present=PRESENT,
        state=state_of(row, now),
        **_WORDS,
    )
    return page


_WORDS: dict[str, object] = {
    "RESULT": RESULT,
    "ITEM": ITEM,
    "GRADE": GRADE,
    "across": lambda rooms: next((wide for most, wide in _ACROSS if rooms <= most), 0),
    "local": lambda at: at.astimezone(LOCAL),
    "by_rooms": by_rooms,
}


def _choices(picture: Picture, chosen: str) -> dict[str, object]:
    """Return what a form offers: people, bridges (what is `chosen` among them) and rooms."""
    targets = picture.estate.targets
    bridges = [
        t
        for t in targets
        if t.slug == chosen
        or t.role == "bridge"
        or (t.kind is TargetKind.SERVICE and t.role in _BRIDGING)
    ]
    rooms = [t for t in targets if t.kind is TargetKind.ROOM] or picture.sites
    return {
        "people": sorted(picture.contacts.values(), key=lambda c: vietnamese_order(c.name)),
        "bridges": sorted(bridges, key=lambda t: (t.role != "bridge", vietnamese_order(t.name))),
        "rooms": sorted(rooms, key=lambda t: vietnamese_order(t.name)),
    }


def _filled_in(row: Meeting, picture: Picture, now: datetime) -> Entry:
    begin, end = (at.astimezone(LOCAL) for at in (row.begin, row.end))
    return Entry(
        title=row.title,
        begin=f"{begin:%Y-%m-%dT%H:%M}",
        end=f"{end:%Y-%m-%dT%H:%M}",
        rooms="; ".join(row.rooms),
        chair=_chair(picture, row, english=False) or "",
        officer=row.officer or "",
        bridge=row.bridge or "",
        above=_levels(row.above),
        importance=row.importance,
        past=row.end <= now,
    )


def _levels(above: Iterable[str]) -> tuple[str, ...]:
    """Return the fields of the bridges above ours, the empty ones last."""
    filled = [one for one in above if one]
    return (*filled, *_NONE_ABOVE)[:MOST_LEVELS]


def _chair(picture: Picture, row: Meeting, english: bool) -> str | None:
    target = picture.targets.get(row.chair or "")
    if target is None:
        return row.chair
    return (target.name_en or target.name) if english else target.name


def _phone(picture: Picture, room: str) -> str | None:
    target = picture.targets.get(room)
    site = target.site if target is not None else None
    return picture.phones.get(room) or picture.phones.get(site or "")


def _days(rows: Iterable[Meeting]) -> Iterable[tuple[date, list[Meeting]]]:
    """Yield the meetings by the local day on which they begin."""
    days: dict[date, list[Meeting]] = {}
    for row in rows:
        days.setdefault(row.begin.astimezone(LOCAL).date(), []).append(row)
    return sorted(days.items())


def _said(problems: Sequence[Problem]) -> list[Text]:
    return [Text(p.said("vi"), p.said("en")) for p in problems]


_MEANT_SO = Text(
    "Xem lại ngày giờ; nếu chỉ ghi để lưu thì đánh dấu ô này",
    "Look at the day again; tick this if it is kept for the record alone",
)
_TOO_OFTEN = (
    Text(f"lặp quá {_MOST} lần", f"it comes back more than {_MOST} times"),
    Text("Chọn ngày kết thúc gần hơn", "Let it end earlier"),
)
