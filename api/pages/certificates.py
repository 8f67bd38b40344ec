"""Digital certificates: what ends when, as a page, a calendar and a list to print."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from api.certificates import as_calendar, found
from api.door import Ctx, Viewer
from api.pages.days import months
from api.snapshot import Picture
from api.words import HOLDER
from core.clock import LOCAL
from core.text import Language, Text
from inventory.cells import shielded
from inventory.expiry import SOON, Ending

router = APIRouter(include_in_schema=False)
_Within = Annotated[int | None, Query(ge=0, le=3650)]
_Year = Annotated[int | None, Query(ge=2000, le=2100)]
_HEAD = (
    Text("Cấp cho", "Holder"),
    Text("Loại", "Kind"),
    Text("Số chứng thư", "Serial number"),
    Text("Nơi cấp", "Issuer"),
    Text("Đơn vị", "Unit"),
    Text("Người giữ", "Owner"),
    Text("Ngày hết hạn", "Expires"),
    Text("Còn (ngày)", "Days left"),
)


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


@router.get("/certificates.csv")
async def listed(request: Request, context: Ctx, asker: Viewer, within: _Within = SOON) -> Response:
    """Return the certificates that end within some days, as a list for a spreadsheet."""
    today = context.clock.now().astimezone(LOCAL).date()
    picture: Picture = await request.app.state.pictures.now()
    language = request.app.state.pages.language(request)
    rows = await found(context.ledger, today, within)
    return Response(
        as_list(rows, picture, language),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="chung-thu-so-{today:%Y%m%d}.csv"'},
    )


def as_list(rows: Sequence[Ending], picture: Picture, language: Language) -> bytes:
    """Return a CSV file with a mark, so that spreadsheets read its letters right."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([head.said(language) for head in _HEAD])
    for one in rows:
        row = one.certificate
        unit = picture.units.get(row.unit or "")
        cells = (
            row.name,
            HOLDER[row.kind].said(language),
            row.serial,
            row.issuer or "",
            unit.name if unit else "",
            picture.person(row.contact) if row.contact else "",
            f"{row.ends:%d/%m/%Y}",
            str(one.left),
        )
        writer.writerow([cell if cell == str(one.left) else shielded(cell) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
