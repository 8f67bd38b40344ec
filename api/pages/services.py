"""The page of services and websites."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api.board import counted
from api.door import Ctx, Viewer
from api.search import search
from api.services import service_rows
from api.snapshot import Picture
from core.status import Status

router = APIRouter(include_in_schema=False)


@router.get("/services")
async def services(
    request: Request,
    context: Ctx,
    asker: Viewer,
    *,
    status: str = "",
    vantage: Annotated[str, Query(max_length=63)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """Show every service, worst first, with the days that its certificate has left."""
    picture: Picture = await request.app.state.pictures.now()
    wanted = Status(status) if status in set(Status) else None
    shown = [t for t in picture.services if wanted is None or picture.status(t.slug) is wanted]
    places = {check.target: check.vantage for check in picture.estate.checks if check.reach}
    vantages = sorted({places[one.slug] for one in picture.services if one.slug in places})
    if vantage:
        shown = [t for t in shown if places.get(t.slug) == vantage]
    if q.strip():
        hits = {hit.slug for hit in search(picture, q, limit=len(picture.targets))}
        shown = [t for t in shown if t.slug in hits]
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "services.html",
        asker,
        picture=picture,
        rows=service_rows(context, picture, shown),
        tally=counted(picture, shown),
        status_wanted=wanted,
        vantages=vantages,
        vantage=vantage,
        q=q,
    )
    return page
