"""Channels for operators: how each is, and a test message by one of them to oneself."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse

from api.channels import LATELY, tested
from api.door import Asker, Ctx, Operator, RowNumber
from api.snapshot import Picture
from core.inventory import Contact
from core.text import vietnamese_order

router = APIRouter(include_in_schema=False)


@router.get("/channels")
async def channels(
    request: Request,
    context: Ctx,
    asker: Operator,
    sent: RowNumber | None = None,
) -> HTMLResponse:
    """Show every channel, and what became of a test message."""
    picture: Picture = await request.app.state.pictures.now()
    now = context.clock.now()
    trial = await context.ledger.outbox.get(sent) if sent is not None else None
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "channels.html",
        asker,
        picture=picture,
        channels=context.channels(),
        troubles=context.health().troubles,
        traffic=await context.ledger.outbox.traffic(now - LATELY, now),
        contacts=sorted(picture.contacts.values(), key=lambda c: vietnamese_order(c.name)),
        oneself=_oneself(picture, asker),
        trial=trial if trial is not None and trial[0].incident is None else None,
    )
    return page


@router.post("/channels/{name}/test")
async def send(
    request: Request,
    context: Ctx,
    asker: Operator,
    name: str,
    contact: Annotated[str, Form(max_length=63)] = "",
) -> RedirectResponse:
    """Send a test by one channel: to a person, or where a fixed channel leads."""
    row = await tested(request, context, asker, name, contact)
    return RedirectResponse(f"/channels?sent={row.id}#sent", 303)


def _oneself(picture: Picture, asker: Asker) -> Contact | None:
    """Return the contact that an account stands for: the one it names, else that of its name."""
    slug = asker.user.contact if asker.user is not None and asker.user.contact else asker.name
    return picture.contacts.get(slug)
