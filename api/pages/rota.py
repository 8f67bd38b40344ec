"""Who is on duty: now, this month, and where the rota has holes; swaps and handing over."""

import asyncio
from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import PurePath
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from alerts.digest import Names
from alerts.handing_over import Standing, beginning
from alerts.rota import ROLES, Flaw, Hole, Roster, Source, Turn, holes, rosters, turns
from api.context import Context
from api.door import Admin, Asker, Ctx, Operator, Viewer
from api.errors import Refused
from api.forms import moment, problem
from api.guard import client_address
from api.ical import as_calendar
from api.snapshot import Picture
from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.inventory import Rota
from core.model import Slug
from core.people import Role
from core.rota import Swap
from core.silence import Silence
from core.text import Language, nfc, vietnamese_order
from inventory import dutyfile
from inventory.dutylist import changes

router = APIRouter(include_in_schema=False)
AHEAD = timedelta(days=30)  # in which gaps, overlaps and doubles are shown
BEFORE, AFTER = timedelta(days=31), timedelta(days=184)  # of the calendar that others subscribe to
NOTES, FAULTS = 5, 50  # that are shown
YEARS = (2000, 2100)  # that can be shown
WORKS_AHEAD = timedelta(days=2)  # that a note of handing over tells
_DAY = timedelta(days=1)
_NOON = time(12)
_LONGEST_NAME = 120
_Slug = Annotated[str, Query(max_length=63)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A turn as a day of the month shows it: its hour only where it begins on that day."""

    turn: Turn
    begins: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the month."""

    on: date
    turns: tuple[Shown, ...]
    gap: bool
    doubled: tuple[str, ...] = ()  # who holds two roles at some time of it


@dataclass(frozen=True, slots=True)
class Month:
    """A month, its neighbours, and its days."""

    first: date
    before: date
    after: date
    days: tuple[Day, ...]


def month_of(roster: Roster, first: date) -> Month:
    """Return the days of a month with those who are on duty.

    A day shows the turns that begin on it, and those that hold at its noon: whoever hands over
    in the morning has had the night before.
    """
    after = (first + timedelta(days=32)).replace(day=1)
    begin, end = _midnight(first), _midnight(after)
    found = turns(roster, begin - _DAY, end)
    flawed = holes(roster, begin, end)
    days = tuple(
        _day(day, found, flawed)
        for day in Calendar().itermonthdates(first.year, first.month)
        if day.month == first.month
    )
    return Month(first, (first - _DAY).replace(day=1), after, days)


def _day(day: date, found: Sequence[Turn], flawed: Sequence[Hole]) -> Day:
    begin, end = _midnight(day), _midnight(day + _DAY)
    noon = datetime.combine(day, _NOON, LOCAL)
    shown = tuple(
        Shown(turn, begins=begin <= turn.begin < end)
        for turn in sorted(found, key=lambda turn: (turn.role, turn.begin))
        if begin <= turn.begin < end or turn.begin <= noon < turn.end
    )
    today = [hole for hole in flawed if hole.begin < end and hole.end > begin]
    doubled = dict.fromkeys(w for h in today if h.flaw is Flaw.DOUBLE for w in h.people)
    return Day(day, shown, any(hole.flaw is Flaw.GAP for hole in today), tuple(doubled))


@router.get("/rota")
async def rota(
    request: Request,
    context: Ctx,
    asker: Viewer,
    rota: _Slug = "",
    month: Annotated[str, Query(max_length=7)] = "",
) -> HTMLResponse:
    """Show who is on duty."""
    return await _page(request, context, asker, rota, month=month)


@router.post("/rota/swap")
async def swap(
    request: Request,
    context: Ctx,
    asker: Operator,
    *,
    rota: Annotated[Slug, Form()],
    role: Annotated[Literal["primary", "secondary"], Form()] = "primary",
    contact: Annotated[Slug, Form()],
    begin: Annotated[str, Form(max_length=40)] = "",
    end: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Let somebody take over duty for a while."""
    wanted = Swap(
        rota=rota,
        role=role,
        contact=contact,
        begin=moment("begin", begin),
        end=moment("end", end),
        reason=nfc(reason),
        by=asker.name,
        recorded_at=context.clock.now(),
    )
    await context.ledger.rota.swap(wanted, client_address(request, context.settings.proxies))
    return RedirectResponse(f"/rota?rota={rota}", 303)


@router.post("/rota/cancel")
async def cancel(
    request: Request, context: Ctx, asker: Operator, swap: Annotated[int, Form(ge=1, le=2**53)]
) -> RedirectResponse:
    """Take a swap back."""
    origin = client_address(request, context.settings.proxies)
    gone = await context.ledger.rota.cancel(swap, asker.name, context.clock.now(), origin)
    return RedirectResponse(f"/rota?rota={gone.rota}", 303)


@router.post("/rota/hand-over")
async def hand_over(
    request: Request,
    context: Ctx,
    asker: Operator,
    rota: Annotated[str, Form(max_length=63)],
    text: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Leave a note to whoever comes on duty; empty words leave nothing."""
    if nfc(text):
        origin = client_address(request, context.settings.proxies)
        now = context.clock.now()
        await context.ledger.rota.hand_over(rota, text, asker.name, now, origin)
    return RedirectResponse(f"/rota?rota={rota}#hand-over", 303)


@router.post("/rota/import")
async def take_list(request: Request, context: Ctx, asker: Admin) -> Response:
    """Read a duty list or a calendar; all of it is kept, or nothing and why not."""
    async with request.form() as sent:
        file, rota = sent.get("file"), str(sent.get("rota", ""))
        new_people = sent.get("new_people") is not None
        if not isinstance(file, UploadFile) or not file.filename:
            raise Invalid([problem("file", *_NO_FILE)])
        name = nfc(PurePath(file.filename.replace("\\", "/")).name)[-_LONGEST_NAME:]
        content = await file.read()
    now = context.clock.now()
    today = now.astimezone(LOCAL).date()
    book = context.ledger.inventory
    version, current = await book.version(), await book.load()
    if rota not in {row.slug for row in current.rotas}:
        raise Refused(404)
    read = partial(dutyfile.read, name, content, rota, current, today, new_people=new_people)
    try:
        found = await asyncio.to_thread(read)
    except Invalid as invalid:
        return await _page(request, context, asker, rota, faults=invalid.problems)
    if found.problems:
        return await _page(request, context, asker, rota, faults=found.problems)
    plan = changes(found, current, today)
    if not plan.empty:
        origin = client_address(request, context.settings.proxies)
        await book.apply(plan, asker.name, now, based_on=version, origin=origin)
    first = min(shift.on for shift in found.shifts)
    return RedirectResponse(f"/rota?rota={rota}&month={max(first, today):%Y-%m}", 303)


@router.get("/rota.ics")
async def calendar(request: Request, context: Ctx, asker: Viewer, rota: _Slug = "") -> Response:
    """Return a rota as a calendar: the last month and the next half year."""
    now = context.clock.now()
    begin, end = now - BEFORE, now + AFTER
    rows = await context.ledger.rota.rows(begin, end)
    known = rosters(rows, now.astimezone(LOCAL).date())
    roster = known.get(rota) or (next(iter(known.values())) if known and not rota else None)
    if roster is None:
        raise Refused(404)
    picture: Picture = await request.app.state.pictures.now()
    name = next(row.name for row in rows.rotas if row.slug == roster.slug)
    content = as_calendar(
        name,
        roster.slug,
        turns(roster, begin, end),
        picture.person,
        now,
        request.app.state.pages.language(request),
    )
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{roster.slug}.ics"'},
    )


async def _page(
    request: Request,
    context: Context,
    asker: Asker,
    wanted: str,
    *,
    month: str = "",
    faults: Sequence[Problem] = (),
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    now = context.clock.now()
    today = now.astimezone(LOCAL).date()
    first = _month(month) or today.replace(day=1)
    begin = min(_midnight(first) - _DAY, now - _DAY)
    end = max(_midnight(first + timedelta(days=32)), now + AHEAD)
    rows = await context.ledger.rota.rows(begin, end)
    known = rosters(rows, today)
    rotas = _live(rows.rotas, known)
    chosen = next((row for row in rotas if row.slug == wanted), rotas[0] if rotas else None)
    roster = known[chosen.slug] if chosen is not None else Roster("")
    standing = await context.ledger.proofs.standing(picture.contacts.values(), now)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "rota.html",
        asker,
        status=422 if faults else 200,
        picture=picture,
        rotas=rotas,
        chosen=chosen,
        today=today,
        horizon=now + AHEAD,
        month=month_of(roster, first),
        special=roster.special_days,
        unproven={at for at, one in standing.items() if one.proven_at is None},
        present=_present(turns(roster, now - _DAY, now + AHEAD), now),
        flawed=_by_flaw(holes(roster, now, now + AHEAD)) if chosen is not None else {},
        Flaw=Flaw,
        swaps=[row for row in roster.swaps if row.cancelled_at is None and row.end > now],
        notes=await context.ledger.rota.notes(chosen.slug, NOTES) if chosen is not None else [],
        draft=await _draft(context, picture, now, request.app.state.pages.language(request))
        if chosen is not None and asker.role.allows(Role.OPERATOR)
        else "",
        people=sorted(picture.contacts.values(), key=lambda c: vietnamese_order(c.name)),
        roles=ROLES,
        Source=Source,
        local=lambda at: at.astimezone(LOCAL),
        faults=faults[:FAULTS],
        fault_count=len(faults),
    )
    return page


async def _draft(context: Context, picture: Picture, now: datetime, language: Language) -> str:
    """Return the note of handing over as the ledger has it, for its writer to change."""
    works = await context.ledger.maintenance.find(now, now + WORKS_AHEAD)
    topology = await asyncio.to_thread(lambda: picture.ground.topology)
    names = Names(topology, {slug: u.name for slug, u in picture.units.items()}, picture.person)
    standing = Standing(
        now,
        picture.incidents,
        [one for one in picture.holding if isinstance(one, Silence)],
        [row for row in works if row.cancelled_at is None],
    )
    return beginning(standing, names, language)


def _live(rows: Sequence[Rota], known: Mapping[str, Roster]) -> list[Rota]:
    """Return the latest row of every rota that there is now, by name."""
    latest = {row.slug: row for row in rows if row.slug in known}
    return sorted(latest.values(), key=lambda row: vietnamese_order(row.name))


def _by_flaw(found: Sequence[Hole]) -> dict[Flaw, list[Hole]]:
    """Return what is wrong by what it is, the worst first; what does not happen is left out."""
    each = {flaw: [hole for hole in found if hole.flaw is flaw] for flaw in Flaw}
    return {flaw: some for flaw, some in each.items() if some}


def _present(found: Sequence[Turn], now: datetime) -> list[tuple[Turn, Turn | None]]:
    """Return who is on duty now by role, each with who comes next."""
    pairs = []
    for role in ROLES:
        mine = [turn for turn in found if turn.role == role and turn.end > now]
        if mine and mine[0].begin <= now:
            pairs.append((mine[0], mine[1] if len(mine) > 1 else None))
    return pairs


def _month(text: str) -> date | None:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if YEARS[0] <= first.year <= YEARS[1] else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)


_NO_FILE = ("chưa chọn tệp nào", "no file was chosen", "Hãy chọn một tệp", "Please choose one")
