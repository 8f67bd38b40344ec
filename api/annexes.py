"""What the annex of a meeting is made of: the ledger's facts, with names and places."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from fastapi import Request
from starlette.responses import Response

from alerts.callers import place_of
from alerts.topology import Topology
from alerts.wording import cause_in_words, root_in_words
from api.context import Context
from api.errors import Refused
from api.snapshot import Picture
from api.v1.reports import FILE_POLICY
from core.clock import LOCAL
from core.errors import NotFound
from core.incident import Incident
from core.inventory import Inventory, Site
from core.meeting import Meeting
from core.text import Language, Text
from core.watching import Target
from reports.annex import Annex, Place, Trouble, annex, unwatched, was_in
from reports.meetings_month import MeetingsMonth, meetings_month
from reports.periods import local_day
from reports.render.annex import FORMATS, file_name, render
from reports.render.kinds import Format
from reports.report import Period
from reports.windows import Windows


async def annex_of(
    context: Context, picture: Picture, meeting: Meeting, inventory: Inventory | None = None
) -> Annex:
    """Return the annex of a meeting as it is known now, by the inventory of its day if none.

    NotFound of a meeting that has not begun, or was called off before it had: it has no annex.
    """
    book = context.ledger.meetings
    now = context.clock.now()
    if min(now, meeting.cancelled_at or now) < meeting.begin:
        raise NotFound(_NOT_YET if meeting.cancelled_at is None else _NOT_HELD)
    day = meeting.begin.astimezone(LOCAL).date()
    inventory = inventory or await context.ledger.inventory.load(day)
    sites = {site.slug: site for site in inventory.sites}
    topology = await asyncio.to_thread(lambda: picture.ground.topology)
    until = max(meeting.begin + timedelta(seconds=1), min(meeting.end, now))
    during = await context.ledger.incidents.during(meeting.begin, until)
    elsewhere = await _elsewhere(context, picture, meeting, until, now)
    chair = picture.targets.get(meeting.chair or "")
    bridge = picture.targets.get(meeting.bridge or "")
    return annex(
        meeting,
        await book.presences(meeting.id),
        await book.attendances(meeting.id),
        {room: _place(room, picture, sites) for room in meeting.rooms},
        list(_troubles(during, meeting, picture, topology)),
        venue=_venue(chair, picture, sites),
        prices=context.travel,
        as_known_at=now,
        qualities=await book.qualities(meeting.id),
        chair=_named(chair) if chair is not None else _words(meeting.chair),
        officer=picture.person(meeting.officer) if meeting.officer else None,
        bridge=_named(bridge) if bridge is not None else _words(meeting.bridge),
        elsewhere=elsewhere,
        unwatched=await _unwatched(context, picture, meeting, inventory, until),
    )


async def _unwatched(
    context: Context, picture: Picture, meeting: Meeting, inventory: Inventory, until: datetime
) -> Windows:
    """Return when we did not look: at no site of the meeting, nor its bridge, nor the centre."""
    asked = {site.slug for site in inventory.sites if site.role == "center"}
    asked |= {_site_of(room, picture) or room for room in meeting.rooms}
    if meeting.bridge is not None:
        asked.add(meeting.bridge)
    book = context.ledger.status
    known = {row.target for row in await book.as_of(meeting.begin, sorted(asked))}
    return unwatched(await book.intervals(sorted(known), meeting.begin, until))


async def _elsewhere(
    context: Context, picture: Picture, meeting: Meeting, until: datetime, now: datetime
) -> Mapping[str, Sequence[Meeting]]:
    """Return by room the other meetings that it was in meanwhile, by whatever name of it."""
    book, targets = context.ledger.meetings, picture.targets
    mine = {place_of(room, targets): room for room in meeting.rooms}
    found: dict[str, list[Meeting]] = {}
    for other in await book.find(meeting.begin, until):
        same = {name: mine.get(place_of(name, targets)) for name in other.rooms}
        if other.id == meeting.id or not any(same.values()):
            continue
        rows = await book.presences(other.id)
        for name, room in same.items():
            own = [row for row in rows if row.room == name]
            if room is not None and was_in(other, own, meeting, now):
                found.setdefault(room, []).append(other)
    return found


async def month_of(context: Context, picture: Picture, period: Period) -> MeetingsMonth:
    """Return the meetings of a month with their annexes, by the inventory of its last day."""
    last = local_day(period.end) - timedelta(days=1)
    inventory = await context.ledger.inventory.load(last)
    found = await context.ledger.meetings.find(period.begin, period.end)
    now = context.clock.now()
    begun = [one for one in found if period.begin <= one.begin <= now]
    annexes = [await annex_of(context, picture, one, inventory) for one in begun]
    return meetings_month(period, annexes, inventory, as_known_at=now)


async def printed(
    request: Request, context: Context, meeting: str, form: Format, language: Language
) -> Response:
    """Return the annex as a file to be kept; 404 for a kind that it is not had as."""
    if form not in FORMATS:
        raise Refused(404)
    picture: Picture = await request.app.state.pictures.now()
    made = await annex_of(context, picture, await context.ledger.meetings.get(meeting))
    content: bytes = await context.work(render, made, context.letterhead, language, form)
    return as_file(content, file_name(made, language, form), form)


def as_file(content: bytes, name: str, form: Format) -> Response:
    """Return a file to be kept."""
    headers = {
        "content-security-policy": FILE_POLICY,
        "content-disposition": f'attachment; filename="{name}"',
    }
    return Response(content, media_type=form.media_type, headers=headers)


_NOT_YET = Text(
    vi="Cuộc họp chưa bắt đầu: phụ lục chỉ có khi đã họp",
    en="The meeting has not begun: its annex comes after it",
)
_NOT_HELD = Text(
    vi="Cuộc họp đã bị huỷ trước giờ họp nên không có phụ lục",
    en="The meeting was called off before it began and has no annex",
)


def _troubles(
    incidents: Iterable[Incident], meeting: Meeting, picture: Picture, topology: Topology
) -> Iterable[Trouble]:
    """Yield the incidents that took a room of the meeting away, or its bridge."""
    own = {room: {room, _site_of(room, picture) or room} for room in meeting.rooms}
    for one in incidents:
        touched = {
            member.target
            for member in one.members
            if member.joined_at < meeting.end and _lasts(member.left_at, meeting.begin)
        }
        hit = sum(not slugs.isdisjoint(touched) for slugs in own.values())
        if hit or (meeting.bridge is not None and meeting.bridge in touched):
            what = Text(
                f"{root_in_words(topology, one.root, 'vi')}: {cause_in_words(one, topology, 'vi')}",
                f"{root_in_words(topology, one.root, 'en')}: {cause_in_words(one, topology, 'en')}",
            )
            yield Trouble(one.id, what, one.began_at, one.recovered_at, hit)


def _lasts(left_at: datetime | None, begin: datetime) -> bool:
    return left_at is None or left_at > begin


def _site_of(room: str, picture: Picture) -> str | None:
    target = picture.targets.get(room)
    return target.site if target is not None else None


def _place(room: str, picture: Picture, sites: Mapping[str, Site]) -> Place:
    target = picture.targets.get(room)
    site = sites.get(_site_of(room, picture) or room)
    name = _named(target) if target is not None else Text(room, room)
    if site is None:
        return Place(name)
    return Place(name, site.latitude, site.longitude)


def _venue(chair: Target | None, picture: Picture, sites: Mapping[str, Site]) -> Place | None:
    """Return where all would have met: at the chair, if that is ours, else at the centre."""
    if chair is not None:
        return _place(chair.slug, picture, sites)
    center = next((site.slug for site in sites.values() if site.role == "center"), None)
    return _place(center, picture, sites) if center is not None else None


def _named(target: Target) -> Text:
    return Text(target.name, target.name_en or target.name)


def _words(said: str | None) -> Text | None:
    return Text(said, said) if said else None
