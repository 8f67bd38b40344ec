"""Causes for people: what is still without one, and stating it, for one incident or for many."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.causes import Proposal, stated
from api.context import Context
from api.door import Asker, Ctx, Operator, Viewer
from api.guard import client_address
from core.errors import Invalid
from core.finding import FAULT
from core.text import Text

router = APIRouter(include_in_schema=False)
ROWS = 100
Key = Annotated[str, Form(max_length=63)]
Codes = Annotated[list[str], Form(max_length=ROWS)]


@router.get("/causes")
async def causes(
    request: Request,
    context: Ctx,
    asker: Viewer,
    kept: Annotated[int | None, Query(ge=0, le=ROWS)] = None,
) -> HTMLResponse:
    """List the outages that are over and whose cause nobody has stated, newest first."""
    return await _page(request, context, asker, kept=kept)


@router.post("/causes")
async def state_many(  # noqa: PLR0917  (the fields of a form)
    request: Request,
    context: Ctx,
    asker: Operator,
    incidents: Codes = [],  # noqa: B006  (a form's default is never changed)
    category: Key = "",
    fault: Key = "",
    text: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """State the same cause of several incidents."""
    origin = client_address(request, context.settings.proxies)
    begun = Proposal(category, fault, text)
    if not incidents:
        nothing = Text("Chưa chọn sự cố nào.", "No incident is chosen.")
        return await _page(request, context, asker, begun=begun, refusal=nothing)
    try:
        words = stated(context, asker.name, category, fault, text, origin)
    except Invalid as invalid:
        [first, *_] = invalid.problems
        said = Text(f"{first.what.vi}.", f"{first.what.en}.")
        return await _page(request, context, asker, begun=begun, refusal=said, ticked=incidents)
    context.live.publish(await context.ledger.findings.state(incidents, words))
    return RedirectResponse(f"/causes?kept={len(set(incidents))}", 303)


@router.post("/incidents/{incident}/cause")
async def state(  # noqa: PLR0917
    request: Request,
    context: Ctx,
    asker: Operator,
    incident: str,
    category: Key = "",
    fault: Key = "",
    text: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """State the cause of one incident; what was said before stays in its timeline."""
    origin = client_address(request, context.settings.proxies)
    words = stated(context, asker.name, category, fault, text, origin)
    context.live.publish(await context.ledger.findings.state([incident], words))
    return RedirectResponse(f"/incidents/{incident}#cause", 303)


async def _page(
    request: Request,
    context: Context,
    asker: Asker,
    *,
    begun: Proposal = Proposal(),
    refusal: Text | None = None,
    ticked: list[str] | None = None,
    kept: int | None = None,
) -> HTMLResponse:
    book = context.ledger.findings
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "causes.html",
        asker,
        status=422 if refusal is not None else 200,
        picture=await request.app.state.pictures.now(),
        missing=await book.missing(ROWS),
        total=await book.how_many_missing(),
        causes=context.causes.values(),
        faults=FAULT,
        begun=begun,
        refusal=refusal,
        ticked=ticked or (),
        kept=kept,
    )
    return page
