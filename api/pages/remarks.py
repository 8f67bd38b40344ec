"""The page of what devices say of themselves: traps and syslog, searched."""

from collections.abc import Collection
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from api import remarks
from api.door import Ctx, Viewer
from api.listing import cursor_after
from api.snapshot import Picture
from core.remark import GRAVEST, MILDEST
from core.text import vietnamese_order

router = APIRouter(include_in_schema=False)
ROWS = 100
HOURS = (1, 6, 24, 24 * 7)


@router.get("/heard")
async def heard(
    request: Request,
    context: Ctx,
    asker: Viewer,
    *,
    q: Annotated[str, Query(max_length=100)] = "",
    unit: Annotated[str, Query(max_length=63)] = "",
    target: Annotated[str, Query(max_length=63)] = "",
    severity: str = "",
    hours: str = "",
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> HTMLResponse:
    """List what was heard, newest first."""
    picture: Picture = await request.app.state.pictures.now()
    grade = _number(severity, range(GRAVEST, MILDEST + 1))
    span = _number(hours, HOURS)
    begin = context.clock.now() - timedelta(hours=span) if span is not None else None
    found = await context.ledger.remarks.find(
        remarks.wanted(picture, unit=unit, target=target, words=q, severity=grade, begin=begin),
        ROWS,
        remarks.before_of(cursor),
    )
    language = request.app.state.pages.language(request)
    units = ((slug, picture.unit_name(slug, language)) for slug in picture.sited)
    kept = {"q": q.strip(), "unit": unit, "target": target, "severity": grade, "hours": span}
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "heard.html",
        asker,
        picture=picture,
        heard=remarks,
        rows=found.items,
        next=cursor_after(str(found.before)) if found.before is not None else None,
        q=q.strip(),
        unit=unit,
        units=sorted(units, key=lambda one: vietnamese_order(one[1])),
        target=target,
        severity=grade,
        hours=span,
        spans=HOURS,
        query=urlencode({k: str(v) for k, v in kept.items() if v not in {"", None}}),
    )
    return page


def _number(said: str, among: Collection[int]) -> int | None:
    return next((one for one in among if str(one) == said), None)
