"""Digital certificates: what ends when, as a page, a calendar and a list to print."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.certificates import HEADS, as_calendar, found, rows
from api.door import Ctx, Viewer
from api.pages.days import months
from api.snapshot import Picture
from api.spreadsheet import Kind, download, table
from core.clock import LOCAL
from inventory.expiry import SOON, Ending, endings

router = APIRouter(include_in_schema=False)
_Within = Annotated[int | None, Query(ge=0, le=3650)]
_Year = Annotated[int | None, Query(ge=2000, le=2100)]


@router.get("/certificates")
async def certificates(
    request: Request, context: Ctx, asker: Viewer, year: _Year = None
) -> HTMLResponse:
    """Show which certificates end when."""
    today = context.clock.now().astimezone(LOCAL).date()
    year = year or today.year
    every = await found(context.ledger, today)
    by_day: dict[date, list[Ending]] = {}
    for one in every:
        by_day.setdefault(one.certificate.ends, []).append(one)
    picture: Picture = await request.app.state.pictures.now()
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "certificates.html",
        asker,
        picture=picture,
        every=every,
        soon=[one for one in every if one.left <= SOON],
        within=SOON,
        by_day=by_day,
        months=months(year),
        year=year,
        today=today,
        of_year=[one for one in every if one.certificate.ends.year == year],
    )
    return page


@router.get("/certificates.ics")
async def calendar(request: Request, context: Ctx, asker: Viewer) -> Response:
    """Return the ends of all certificates as a calendar."""
    now = context.clock.now()
    every = await found(context.ledger, now.astimezone(LOCAL).date())
    content = as_calendar(every, now, request.app.state.pages.language(request))
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="certificates.ics"'},
    )


@router.get("/certificates.{kind}")
async def listed(
    request: Request, context: Ctx, asker: Viewer, kind: Kind, within: _Within = SOON
) -> Response:
    """Return the certificates that end within some days, as a list for a spreadsheet."""
    today = context.clock.now().astimezone(LOCAL).date()
    language = request.app.state.pages.language(request)
    inventory = await context.ledger.inventory.load(today)
    every = endings(inventory.certificates, today, within)
    content = table(kind, HEADS, rows(every, inventory, language), language)
    return download(content, kind, f"chung-thu-so-{today:%Y%m%d}")
