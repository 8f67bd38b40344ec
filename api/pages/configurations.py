"""Configurations of a device for people: its versions, one of them, what differs between two."""

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse

from api.configurations import beside
from api.context import Context
from api.door import Admin, Ctx, Operator, RowNumber
from api.snapshot import Picture
from api.v1.configurations import differing, restorable
from api.v1.estate import the_target
from core.configuration import KEPT, Configuration, Kept
from core.errors import NotFound
from core.remark import Remark
from core.text import Text, fold
from storage.remarks import Wanted

router = APIRouter(include_in_schema=False)
ROWS = 100
# How devices begin to say by syslog that somebody has changed their configuration: Cisco, Junos,
# Comware, RouterOS, FortiOS, from their documents.
_SAID = (
    "config_i:",
    "ui_commit:",
    "cfgman_cfgchanged",
    "changed by",
    "object attribute configured",
)
_HEARD = 10


@router.get("/targets/{slug}/configurations")
async def configurations(
    request: Request,
    context: Ctx,
    asker: Operator,
    slug: str,
    *,
    old: RowNumber | None = None,
    new: RowNumber | None = None,
    form: Literal["below", "beside"] = "below",
) -> HTMLResponse:
    """Show the versions, newest first, and what differs between two of them."""
    picture: Picture = await request.app.state.pictures.now()
    target = the_target(picture, slug)
    rows = await context.ledger.configurations.versions(slug, limit=ROWS)
    running = [row for row in rows if row.kind is Kept.RUNNING]
    old, new = _chosen(rows, old, new)
    both = await differing(context, old, new) if old and new else None
    if both and both[0].target != slug:
        raise _elsewhere()
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "configurations.html",
        asker,
        picture=picture,
        target=target,
        versions=rows,
        newest=next(iter(running or rows), None),
        both=both,
        pairs=beside(both[2]) if both and form == "beside" else None,
        form=form,
        said=await _said(context, slug),
        KEPT=KEPT,
    )
    return page


async def _said(context: Context, slug: str) -> list[Remark]:
    """Return what a device has said lately of changes to its configuration, newest first."""
    found: dict[int, Remark] = {}
    for words in _SAID:
        wanted = Wanted(devices=(slug,), words=tuple((fold(word), ()) for word in words.split()))
        page = await context.ledger.remarks.find(wanted, _HEARD)
        found |= {one.id: one for one in page.items}
    return sorted(found.values(), key=lambda one: one.last_at, reverse=True)[:_HEARD]


def _chosen(
    rows: list[Configuration], old: int | None, new: int | None
) -> tuple[int | None, int | None]:
    """Return what to compare: what was asked for, else what is not saved, else the last change."""
    if old and new:
        return old, new
    running = [row.id for row in rows if row.kind is Kept.RUNNING]
    startup = [row.id for row in rows if row.kind is Kept.STARTUP]
    if startup and any(row.id == running[0] and row.unsaved for row in rows if running):
        return startup[0], running[0]
    return (running[1], running[0]) if len(running) > 1 else (None, None)


@router.get("/targets/{slug}/configurations/{number}")
async def one(
    request: Request, context: Ctx, asker: Operator, slug: str, number: RowNumber
) -> HTMLResponse:
    """Show one version, without secrets."""
    picture: Picture = await request.app.state.pictures.now()
    target = the_target(picture, slug)
    version, text = await context.ledger.configurations.get(number)
    if version.target != slug:
        raise _elsewhere()
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "configuration.html",
        asker,
        picture=picture,
        target=target,
        version=version,
        text=text,
        KEPT=KEPT,
    )
    return page


@router.post("/targets/{slug}/configurations/{number}/whole")
async def whole(
    request: Request, context: Ctx, asker: Admin, slug: str, number: RowNumber
) -> PlainTextResponse:
    """Hand out one version with its secrets, to restore the device from."""
    version, _ = await context.ledger.configurations.get(number)
    if version.target != slug:
        raise _elsewhere()
    return await restorable(request, context, asker.name, number)


def _elsewhere() -> NotFound:
    return NotFound(
        Text("Bản cấu hình này của thiết bị khác", "This configuration is of another device")
    )
