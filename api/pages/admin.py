"""For administrators: who may come in, what was done; a test message."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from api.door import Admin, Asker, Ctx, Operator, RowNumber, record
from api.errors import Refused
from core.errors import NotFound
from core.incident import Notification
from core.text import Text, vietnamese_order

router = APIRouter(include_in_schema=False)
ROWS = 100


@router.get("/admin")
async def admin(
    request: Request,
    context: Ctx,
    asker: Admin,
    before: RowNumber | None = None,
) -> HTMLResponse:
    """Show how the platform itself is, users, tokens and the audit log."""
    people = context.ledger.people
    rows = await people.audit_rows(ROWS, before)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "admin.html",
        asker,
        users=await people.users(),
        tokens=await people.tokens(),
        troubles=context.health().troubles,
        audit=rows,
        older=rows[-1].id if len(rows) == ROWS else None,
    )
    return page


async def _test_page(
    request: Request, asker: Asker, told: list[tuple[str, str]] | None
) -> HTMLResponse:
    picture = await request.app.state.pictures.now()
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "test_message.html",
        asker,
        contacts=sorted(picture.contacts.values(), key=lambda c: vietnamese_order(c.name)),
        told=told,
    )
    return page


@router.get("/test-message")
async def test_form(request: Request, asker: Operator) -> HTMLResponse:
    """Show whom a test message can go to."""
    return await _test_page(request, asker, None)


@router.post("/test-message")
async def test_message(
    request: Request, context: Ctx, asker: Operator, contact: Annotated[str, Form(max_length=63)]
) -> Response:
    """Put a test message into the outbox."""
    if context.send_test is None:
        raise Refused(503, Text("Chưa cấu hình kênh báo tin", "No channel is configured"))
    rows: list[Notification] = []
    with suppress(NotFound):  # no channel reaches the contact, which the page says
        rows = await context.send_test(contact, asker.name, context.clock.now())
    await record(context, request, asker.name, "message.test", subject=contact)
    return await _test_page(request, asker, [(row.channel, row.address) for row in rows])
