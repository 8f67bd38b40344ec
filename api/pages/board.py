"""The live board, units, the inventory overview and the search."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.board import counted, draw, find
from api.door import Ctx, Viewer
from api.figures import all_shown
from api.pages.screen import Drawn
from api.search import search
from api.snapshot import Picture
from core.clock import LOCAL
from core.errors import NotFound
from core.status import Status
from core.text import Text, vietnamese_order
from core.watching import TargetKind

router = APIRouter(include_in_schema=False)
ROWS = 200  # of the inventory table on one page


async def _board(request: Request, asker: Viewer) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    pages, screens = request.app.state.pages, request.app.state.screens
    drawn: Drawn = await screens.draw(picture, pages.language(request), pages.now())
    mark = request.headers.get("x-shown")
    known = screens.known_by(mark)
    values = {"picture": picture, "board": draw(picture), "drawn": drawn, "known": known}
    page: HTMLResponse
    if known:
        page = pages.shared(request, "board.html", (drawn.mark, mark), news=True, **values)
    else:
        page = pages.render(request, "board.html", asker, news=False, **values)
    return page


@router.get("/")
async def board(request: Request, asker: Viewer) -> HTMLResponse:
    """Show what is wrong, then everything."""
    return await _board(request, asker)


@router.get("/wall")
async def wall(request: Request, asker: Viewer) -> HTMLResponse:
    """Show the same for a screen on a wall."""
    return await _board(request, asker)


@router.get("/units/{slug}")
async def unit(request: Request, context: Ctx, asker: Viewer, slug: str) -> HTMLResponse:
    """Show a unit, its sites and devices, and what others declare of it."""
    picture: Picture = await request.app.state.pictures.now()
    found = find(draw(picture).tree, slug)
    if found is None:
        raise NotFound(Text(f"Không có đơn vị nào tên là {slug}", f"There is no unit {slug}"))
    ancestors, node = found
    inside = {t.slug for t in picture.estate.targets if slug in t.unit_path}
    today = context.clock.now().astimezone(LOCAL).date()
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "unit.html",
        asker,
        picture=picture,
        ancestors=ancestors,
        node=node,
        incidents=[one for one in picture.incidents if inside & set(one.present)],
        figures=[one for one in await all_shown(context.ledger, today, slug) if one.rows],
    )
    return page


@router.get("/inventory")
async def inventory(
    request: Request,
    asker: Viewer,
    *,
    kind: TargetKind = TargetKind.SITE,
    status: str = "",
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    """Show everything that is watched as a table, worst first."""
    picture: Picture = await request.app.state.pictures.now()
    wanted = Status(status) if status in set(Status) else None
    of_kind = [t for t in picture.estate.targets if t.kind is kind]
    rows = [t for t in of_kind if wanted is None or picture.status(t.slug) is wanted]
    if q.strip():
        hits = {hit.slug for hit in search(picture, q, limit=len(picture.targets))}
        rows = [t for t in rows if t.slug in hits]
    rows.sort(key=lambda t: (-picture.status(t.slug).badness, vietnamese_order(t.name)))
    pages = max(1, -(-len(rows) // ROWS))
    shown = rows[(min(page, pages) - 1) * ROWS : min(page, pages) * ROWS]
    answer: HTMLResponse = request.app.state.pages.render(
        request,
        "inventory.html",
        asker,
        picture=picture,
        rows=shown,
        found=len(rows),
        tally=counted(picture, rows),
        kind=kind,
        status_wanted=wanted,
        q=q,
        page=min(page, pages),
        pages=pages,
    )
    return answer


@router.get("/search")
async def find_by_name(
    request: Request, asker: Viewer, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Show what a name fits; go there at once if it is the only one."""
    picture: Picture = await request.app.state.pictures.now()
    hits = search(picture, q)
    if len(hits) == 1:
        return RedirectResponse(hits[0].url, 303)
    page: HTMLResponse = request.app.state.pages.render(
        request, "search.html", asker, picture=picture, hits=hits, q=q
    )
    return page
