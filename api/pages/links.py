"""The page of lines: which carry more than was rented, which lose packets, whose are they?"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api.door import Ctx, Viewer
from api.line_use import carriers, line_rows, matching
from api.search import search
from api.snapshot import Picture
from core.text import vietnamese_order
from reports.capacity import SLOTS, Direction, Verdict

router = APIRouter(include_in_schema=False)


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
        directions=tuple(Direction),
        Verdict=Verdict,
    )
    return page
