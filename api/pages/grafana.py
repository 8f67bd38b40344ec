"""For administrators: how a Grafana is connected, and the files for it."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.door import Admin, Ctx
from api.errors import Refused
from core.text import Text

router = APIRouter(include_in_schema=False)
ARCHIVE = "thongsuot-grafana.zip"


@router.get("/grafana")
async def grafana(request: Request, context: Ctx, asker: Admin) -> HTMLResponse:
    """Show the data source's address and how a Grafana gets the boards."""
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "grafana.html",
        asker,
        address=context.settings.base_url,
        archive=ARCHIVE if context.boards is not None else None,
        boards=context.board_titles(request.app.state.pages.language(request)),
    )
    return page


@router.get(f"/grafana/{ARCHIVE}")
async def archive(context: Ctx, asker: Admin) -> Response:
    """Return the files for /etc/grafana, with our address filled in."""
    if context.boards is None:
        raise Refused(
            404, Text("Bản cài này không kèm bảng", "This installation carries no boards")
        )
    headers = {"content-disposition": f'attachment; filename="{ARCHIVE}"'}
    return Response(
        context.boards(context.settings.base_url), media_type="application/zip", headers=headers
    )
