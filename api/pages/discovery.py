"""Looking for devices, for administrators: begin, follow, take the proposed rows away."""

import asyncio
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.context import Context
from api.door import Admin, Asker, Ctx, RowNumber
from api.forms import listed
from api.pages.intake import XLSX
from api.v1.discoveries import begun, come_to
from core.errors import Invalid, Problem, Unavailable
from core.text import Text
from inventory.proposed import table, workbook

router = APIRouter(include_in_schema=False)


@router.get("/discovery")
async def sweeps(request: Request, context: Ctx, asker: Admin) -> HTMLResponse:
    """List the sweeps and offer to begin one."""
    return await _list(request, context, asker)


@router.post("/discovery")
async def begin(
    request: Request, context: Ctx, asker: Admin, ranges: Annotated[str, Form(max_length=1000)]
) -> Response:
    """Begin one."""
    try:
        sweep = await begun(request, context, asker.name, [*listed(ranges)])
    except Invalid as invalid:
        raise Invalid([_of_the_field(one) for one in invalid.problems]) from None
    except Unavailable as refusal:
        return await _list(request, context, asker, refusal.text)
    return RedirectResponse(f"/discovery/{sweep.id}", 303)


@router.get("/discovery/{number}")
async def sweep(request: Request, context: Ctx, asker: Admin, number: RowNumber) -> HTMLResponse:
    """Show how far one is and what it proposes."""
    one, found = await come_to(context, number)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "discovery.html",
        asker,
        picture=await request.app.state.pictures.now(),
        sweep=one,
        proposed=found,
    )
    return page


@router.post("/discovery/{number}/stop")
async def stop(context: Ctx, asker: Admin, number: RowNumber) -> RedirectResponse:
    """End one where it is."""
    await context.ledger.discoveries.stop(number, context.clock.now())
    return RedirectResponse(f"/discovery/{number}", 303)


@router.get("/discovery/{number}/rows.{form}")
async def rows(
    request: Request, context: Ctx, asker: Admin, number: RowNumber, form: Literal["xlsx", "csv"]
) -> Response:
    """Hand out the proposed rows, as an import takes them."""
    _, found = await come_to(context, number)
    name = f"de-xuat-{number}.{form}"
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    if form == "csv":
        return Response(table(found.fresh), media_type="text/csv", headers=disposition)
    language = request.app.state.pages.language(request)
    content = await asyncio.to_thread(workbook, found.fresh, language=language)
    return Response(content, media_type=XLSX, headers=disposition)


def _of_the_field(wrong: Problem) -> Problem:
    """Return what is wrong with one range as a fault of the field that holds them all."""
    what = Text(f"{wrong.key or ''} {wrong.what.vi}", f"{wrong.key or ''} {wrong.what.en}")
    return replace(wrong, key="ranges", what=what)


async def _list(
    request: Request,
    context: Context,
    asker: Asker,
    refusal: Text | None = None,
) -> HTMLResponse:
    terms = context.discovery
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "discoveries.html",
        asker,
        status=422 if refusal else 200,
        sweeps=await context.ledger.discoveries.all(),
        terms=terms,
        typed=terms.ranges[0] if terms and terms.ranges else "",
        refusal=refusal,
    )
    return page
