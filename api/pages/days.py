"""Holidays, make-up days and the calendars they act upon: seen by all, edited by administrators."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.context import Context
from api.door import Admin, Asker, Ctx, Viewer
from api.errors import Refused
from api.guard import client_address
from core.clock import LOCAL
from core.inventory import CalendarSpan, Changes, Inventory, SpecialDay
from core.model import Line
from inventory.publicdays import proposed

router = APIRouter(include_in_schema=False)
YEARS = (2000, 2100)  # that can be shown
_MONTHS = 12
_Year = Annotated[int | None, Query(ge=YEARS[0], le=YEARS[1])]


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of seven days, Monday first; None beside the month."""

    number: int
    weeks: tuple[tuple[date | None, ...], ...]


def months(year: int) -> tuple[Month, ...]:
    """Return the twelve months of a year."""
    weeks = Calendar(firstweekday=0).monthdatescalendar
    return tuple(
        Month(
            number,
            tuple(
                tuple(day if day.month == number else None for day in week)
                for week in weeks(year, number)
            ),
        )
        for number in range(1, _MONTHS + 1)
    )


async def _page(
    request: Request,
    context: Context,
    asker: Asker,
    year: int | None,
) -> HTMLResponse:
    today = context.clock.now().astimezone(LOCAL).date()
    year = year or today.year
    inventory = await context.ledger.inventory.load(today)
    days = {day.on: day for day in inventory.special_days if day.on.year == year}
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "days.html",
        asker,
        year=year,
        today=today,
        days=dict(sorted(days.items())),
        months=months(year),
        calendars=_calendars(inventory),
    )
    return page


def _calendars(inventory: Inventory) -> Mapping[str, list[CalendarSpan]]:
    found: dict[str, list[CalendarSpan]] = {}
    for span in sorted(inventory.calendars, key=lambda s: (s.slug, s.days, s.begin)):
        found.setdefault(span.slug, []).append(span)
    return found


@router.get("/days")
async def days(request: Request, context: Ctx, asker: Viewer, year: _Year = None) -> HTMLResponse:
    """Show the special days of a year and the calendars."""
    return await _page(request, context, asker, year)


@router.post("/days")
async def put(
    request: Request,
    context: Ctx,
    asker: Admin,
    *,
    on: Annotated[date, Form()],
    kind: Annotated[Literal["holiday", "substitute", "working"], Form()],
    name: Annotated[Line, Form(min_length=1)],
    like: Annotated[int, Form(ge=1, le=7)] = 1,
) -> Response:
    """Add a special day, or change the one of that date."""
    day = SpecialDay(on=on, kind=kind, name=name, like=like)
    await _apply(request, context, asker, Changes(put=Inventory(special_days=(day,))))
    return RedirectResponse(f"/days?year={day.on.year}", 303)


@router.post("/days/remove")
async def remove(
    request: Request, context: Ctx, asker: Admin, on: Annotated[date, Form()]
) -> RedirectResponse:
    """Make a day ordinary again."""
    known = {day.on: day for day in (await context.ledger.inventory.load()).special_days}
    if on not in known:
        raise Refused(404)
    await _apply(request, context, asker, Changes(drop=Inventory(special_days=(known[on],))))
    return RedirectResponse(f"/days?year={on.year}", 303)


@router.post("/days/seed")
async def seed(
    request: Request,
    context: Ctx,
    asker: Admin,
    year: Annotated[int, Form(ge=YEARS[0], le=YEARS[1])],
) -> RedirectResponse:
    """Add the public holidays of a year; days that are known stay as they are."""
    known = {day.on for day in (await context.ledger.inventory.load()).special_days}
    fresh = tuple(found.day for found in proposed(year) if found.day.on not in known)
    if fresh:
        await _apply(request, context, asker, Changes(put=Inventory(special_days=fresh)))
    return RedirectResponse(f"/days?year={year}", 303)


async def _apply(request: Request, context: Context, asker: Asker, changes: Changes) -> None:
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    await context.ledger.inventory.apply(changes, asker.name, now, origin=origin)
