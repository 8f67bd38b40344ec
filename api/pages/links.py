"""The page of lines: which carry more than was rented, which lose packets, whose are they?"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api.door import Ctx, Viewer
from api.line_use import carriers, line_rows, matching
from api.ports import port_rows
from api.search import search
from api.snapshot import Picture
from api.v1.estate import the_target
from core.errors import Unavailable
from core.text import vietnamese_order
from reports.capacity import SLOTS
from storage.optics import FADING

router = APIRouter(include_in_schema=False)


@router.get("/targets/{slug}/ports")
async def ports(request: Request, context: Ctx, asker: Viewer, slug: str) -> HTMLResponse:
    """Show the ports of one device, those with troubles first."""
    picture: Picture = await request.app.state.pictures.now()
    target = the_target(picture, slug)
    missing, rows = None, []
    try:
        rows = await port_rows(context, target, context.clock.now())
    except Unavailable as trouble:
        missing = trouble.text
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "ports.html",
        asker,
        picture=picture,
        target=target,
        rows=rows,
        missing=missing,
    )
    return page


@router.get("/links")
async def links(
    request: Request,
    context: Ctx,
    asker: Viewer,
    *,
    carrier: Annotated[str, Query(max_length=200)] = "",
    unit: Annotated[str, Query(max_length=63)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """Show every line, the most crowded first."""
    picture: Picture = await request.app.state.pictures.now()
    pages = request.app.state.pages
    wanted = matching(unit, carrier)
    shown = [target for target in picture.estate.targets if wanted(target)]
    if q.strip():
        hits = {hit.slug for hit in search(picture, q, limit=len(picture.targets))}
        shown = [target for target in shown if target.slug in hits]
    language = pages.language(request)
    units = sorted(
        ((slug, picture.unit_name(slug, language)) for slug in picture.sited),
        key=lambda pair: vietnamese_order(pair[1]),
    )
    page: HTMLResponse = pages.render(
        request,
        "links.html",
        asker,
        picture=picture,
        rows=line_rows(context, picture, shown),
        week=context.line_use(),
        carriers=carriers(picture),
        units=units,
        carrier=carrier,
        unit=unit,
        q=q,
        slots=SLOTS,
        fading=context.fading(),
        pace=-FADING,
    )
    return page
