"""The annex of a meeting: on the screen, as a file, and the form that says how many took part."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.annexes import annex_of, as_file, month_of, printed
from api.context import Context
from api.door import Ctx, Operator, Viewer
from api.errors import Refused
from api.forms import problem
from api.guard import client_address
from api.pages.reports import style_address
from api.snapshot import Picture
from core.errors import Invalid
from core.meeting import Attendance
from reports.periods import local_day, period_of, read
from reports.render import meetings_month as month_page
from reports.render.annex import FORMATS, body
from reports.render.kinds import Format
from reports.report import Period, PeriodKind

router = APIRouter(include_in_schema=False)
_FIELD = "delegates."
_MOST = 10_000
Ending = Annotated[Format, Path()]
Month = Annotated[str, Query(max_length=10)]


def _period(context: Context, month: str) -> Period:
    """Return the month of `2026-11`, by default the present one."""
    if month:
        return read(PeriodKind.MONTH, month)
    return period_of(PeriodKind.MONTH, local_day(context.clock.now()))


@router.get("/meetings/summary")
async def summary(request: Request, context: Ctx, asker: Viewer, month: Month = "") -> HTMLResponse:
    """Show a month of meetings, by default the present one."""
    picture: Picture = await request.app.state.pictures.now()
    period = _period(context, month)
    made = await month_of(context, picture, period)
    pages = request.app.state.pages
    page: HTMLResponse = pages.render(
        request,
        "meetings_month.html",
        asker,
        picture=picture,
        period=period,
        formats=[form for form in FORMATS if form is not Format.HTML],
        style=style_address(),
        shown=month_page.body(made, context.letterhead, pages.language(request)),
    )
    return page


@router.get("/meetings/summary.{form}")
async def summary_file(
    request: Request, context: Ctx, asker: Viewer, form: Ending, month: Month = ""
) -> Response:
    """Return a month of meetings as a file, in the reader's language."""
    if form not in FORMATS:
        raise Refused(404)
    picture: Picture = await request.app.state.pictures.now()
    language = request.app.state.pages.language(request)
    made = await month_of(context, picture, _period(context, month))
    content = await context.work(month_page.render, made, context.letterhead, language, form)
    return as_file(content, month_page.file_name(made, language, form), form)


@router.get("/meetings/{meeting}/annex")
async def annex(request: Request, context: Ctx, asker: Viewer, meeting: str) -> HTMLResponse:
    """Show the annex."""
    picture: Picture = await request.app.state.pictures.now()
    row = await context.ledger.meetings.get(meeting)
    made = await annex_of(context, picture, row)
    pages = request.app.state.pages
    language = pages.language(request)
    page: HTMLResponse = pages.render(
        request,
        "annex.html",
        asker,
        picture=picture,
        meeting=row,
        annex=made,
        formats=[form for form in FORMATS if form is not Format.HTML],
        style=style_address(),
        shown=body(made, context.letterhead, language),
    )
    return page


@router.get("/meetings/{meeting}/annex.{form}")
async def annex_file(
    request: Request, context: Ctx, asker: Viewer, meeting: str, form: Ending
) -> Response:
    """Return the annex as a file, in the reader's language."""
    language = request.app.state.pages.language(request)
    return await printed(request, context, meeting, form, language)


@router.post("/meetings/{meeting}/annex/delegates")
async def delegates(
    request: Request, context: Ctx, asker: Operator, meeting: str
) -> RedirectResponse:
    """Keep how many took part in each room; an empty field says nothing. None if one is wrong."""
    fields = await request.form()
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    told = {
        key: text
        for key, value in fields.items()
        if key.startswith(_FIELD) and isinstance(value, str) and (text := value.strip())
    }
    wrong = [key for key, text in told.items() if not text.isdecimal() or int(text) > _MOST]
    if wrong:
        raise Invalid([problem(key, *_NO_COUNT) for key in wrong])
    for key, text in told.items():
        room = key.removeprefix(_FIELD)
        row = Attendance(meeting=meeting, room=room, delegates=int(text), at=now, by=asker.name)
        await context.ledger.meetings.attended(row, origin)
    return RedirectResponse(f"/meetings/{meeting}/annex", 303)


_NO_COUNT = (
    "không phải là số người",
    "not a number of people",
    f"Ghi một số từ 0 đến {_MOST}, hoặc để trống",
    f"Write a number from 0 to {_MOST}, or nothing",
)
