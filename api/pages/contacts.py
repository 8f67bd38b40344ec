"""Who is told, and do their numbers and addresses belong to them?"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse

from api.context import Context
from api.door import Asker, Ctx, Operator, Viewer
from api.errors import Refused
from api.guard import client_address
from api.snapshot import Picture
from core.errors import DomainError, NotFound
from core.inventory import Contact
from core.text import Text, nfc, vietnamese_order

router = APIRouter(include_in_schema=False)


@router.get("/contacts")
async def contacts(request: Request, context: Ctx, asker: Viewer) -> HTMLResponse:
    """Show everybody who is told, and what is proven."""
    return await _page(request, context, asker)


@router.post("/contacts/{contact}/prove")
async def prove(request: Request, context: Ctx, asker: Operator, contact: str) -> HTMLResponse:
    """Send a code to every number and address of a contact, and say what the channels said."""
    if context.prove is None:
        raise Refused(503, Text("Chưa cấu hình kênh báo tin", "No channel is configured"))
    known = await _known(request, contact)
    origin = client_address(request, context.settings.proxies)
    try:
        sent = await context.prove(known, asker.name, origin)
    except DomainError as refusal:
        return await _page(request, context, asker, [refusal.text])
    return await _page(
        request,
        context,
        asker,
        [_did_not_take(proof.channel, proof.receipt) for proof in sent if not proof.sent],
    )


@router.post("/contacts/{contact}/confirm", response_model=None)
async def confirm(
    request: Request,
    context: Ctx,
    asker: Operator,
    contact: str,
    code: Annotated[str, Form(max_length=20)] = "",
) -> RedirectResponse | HTMLResponse:
    """Take a code that the contact has read out."""
    await _known(request, contact)
    origin = client_address(request, context.settings.proxies)
    try:
        await context.ledger.proofs.confirm(
            contact, nfc(code), asker.name, context.clock.now(), origin
        )
    except DomainError as refusal:
        return await _page(request, context, asker, [refusal.text])
    return RedirectResponse(f"/contacts#{contact}", 303)


async def _known(request: Request, contact: str) -> Contact:
    picture: Picture = await request.app.state.pictures.now()
    found = picture.contacts.get(contact)
    if found is None:
        raise NotFound(Text(f"Không có đầu mối {contact}", f"There is no contact {contact}"))
    return found


def _did_not_take(channel: str, said: str) -> Text:
    return Text(
        f"kênh {channel} không gửi được: {said}", f"the channel {channel} did not take it: {said}"
    )


async def _page(
    request: Request, context: Context, asker: Asker, refusals: list[Text] | None = None
) -> HTMLResponse:
    picture: Picture = await request.app.state.pictures.now()
    people = sorted(picture.contacts.values(), key=lambda c: vietnamese_order(c.name))
    standing = await context.ledger.proofs.standing(people, context.clock.now())
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "contacts.html",
        asker,
        status=409 if refusals else 200,
        picture=picture,
        people=people,
        standing=standing,
        waiting={slug for (slug, _), one in standing.items() if one.waiting},
        unproven=sum(one.proven_at is None for one in standing.values()),
        can_prove=context.prove is not None,
        refusals=refusals or [],
    )
    return page
