"""The page of suggestions: what devices tell and the inventory does not, for a person to take."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.context import Context
from api.door import Admin, Asker, Ctx, Viewer
from api.errors import Refused
from api.guard import client_address
from api.snapshot import Picture
from core.clock import LOCAL
from core.errors import DomainError, Invalid, Unavailable
from core.inventory import Inventory
from core.text import Text
from inventory.suggested import Suggestion, suggestions, taken
from storage.sightings import sighting
from storage.suggestions import OFFERED, REFUSED, TAKEN

router = APIRouter(include_in_schema=False)
ROWS = 500
Key = Annotated[str, Form(max_length=500)]
_NO_ENGINE = Text(
    "Chưa có máy chủ chuỗi thời gian nên không biết thiết bị thấy gì.",
    "There is no time-series engine, so what devices see is not known.",
)


@router.get("/uplinks")
async def uplinks(
    request: Request,
    context: Ctx,
    asker: Viewer,
    written: Annotated[str, Query(alias="taken", max_length=63)] = "",
) -> HTMLResponse:
    """List what could be filled in, with what speaks for it; and what was refused."""
    return await _page(request, context, asker, written=written)


@router.post("/uplinks/take")
async def take(request: Request, context: Ctx, asker: Admin, key: Key) -> Response:
    """Write one suggestion into the inventory, by a plan like that of any import."""
    book = context.ledger.inventory
    version = await book.version()
    inventory = await book.load()
    one = await _the_suggestion(context, inventory, key)
    now = context.clock.now()
    origin = client_address(request, context.settings.proxies)
    try:
        found = taken(inventory, one, now.astimezone(LOCAL).date())
        await book.apply(found.changes, asker.name, now, based_on=version, origin=origin)
    except DomainError as refusal:
        return await _page(request, context, asker, refusal=_said(refusal))
    await context.ledger.suggestions.say(TAKEN, key, _evidence(one), asker.name, now, origin)
    return RedirectResponse(f"/uplinks?taken={one.slug}", 303)


@router.post("/uplinks/refuse")
async def refuse(request: Request, context: Ctx, asker: Admin, key: Key) -> Response:
    """Suggest this no more."""
    one = await _the_suggestion(context, await context.ledger.inventory.load(), key)
    await _say(request, context, asker, REFUSED, key, _evidence(one))
    return RedirectResponse("/uplinks", 303)


@router.post("/uplinks/offer")
async def offer(request: Request, context: Ctx, asker: Admin, key: Key) -> Response:
    """Suggest again what was refused."""
    if key not in await context.ledger.suggestions.refused():
        raise Refused(404)
    await _say(request, context, asker, OFFERED, key, "")
    return RedirectResponse("/uplinks", 303)


async def _say(  # noqa: PLR0917
    request: Request, context: Context, asker: Asker, word: str, key: str, detail: str
) -> None:
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    await context.ledger.suggestions.say(word, key, detail, asker.name, now, origin)


async def _found(context: Context, inventory: Inventory) -> tuple[Suggestion, ...]:
    if context.series is None:
        raise Unavailable(_NO_ENGINE)
    now = context.clock.now()
    seen = await sighting(context.series, now)
    return suggestions(inventory, now.astimezone(LOCAL).date(), seen)


async def _the_suggestion(context: Context, inventory: Inventory, key: str) -> Suggestion:
    for one in await _found(context, inventory):
        if one.key == key:
            return one
    raise Refused(404)


async def _page(
    request: Request,
    context: Context,
    asker: Asker,
    *,
    refusal: Text | None = None,
    written: str = "",
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    missing: Text | None = None
    found: tuple[Suggestion, ...] = ()
    try:
        found = await _found(context, await context.ledger.inventory.load())
    except Unavailable as trouble:
        missing = trouble.text
    refused = await context.ledger.suggestions.refused()
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "uplinks.html",
        asker,
        status=422 if refusal is not None else 200,
        picture=picture,
        called={target.slug: target.name for target in picture.targets.values()},
        offered=[one for one in found if one.key not in refused][:ROWS],
        refused=[one for one in found if one.key in refused][:ROWS],
        missing=missing,
        refusal=refusal,
        written=picture.targets.get(written),
    )
    return page


def _evidence(one: Suggestion) -> str:
    return "; ".join(text.vi for text in one.evidence)


def _said(error: DomainError) -> Text:
    if isinstance(error, Invalid):
        problems = error.problems
        return Text(
            " ".join(problem.said("vi") for problem in problems),
            " ".join(problem.said("en") for problem in problems),
        )
    return error.text
