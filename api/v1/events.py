"""Live events as Server-Sent Events (HTML Living Standard §9.2), resumed by Last-Event-ID."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from api.context import Context
from api.door import Ctx, Viewer, asker_or_none
from api.errors import Refused
from api.live import Subscription, TooMany
from core.outcome import Event
from core.text import Text

router = APIRouter(prefix="/api/v1", tags=["events"])
HEARTBEAT = 15.0  # seconds
RECHECK = 60.0  # seconds after which the session is looked at again
_PORTION = 500


def written(event: Event) -> str:
    """Return an event in the stream's form."""
    body = {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "subject": event.subject,
        "data": dict(event.data),
    }
    text = json.dumps(body, ensure_ascii=False, default=str)
    return f"id: {event.id}\nevent: {event.kind}\ndata: {text}\n\n"


async def _missed(context: Context, after: int) -> AsyncIterator[Event]:
    while portion := await context.ledger.events.events_after(after, _PORTION):
        for event in portion:
            yield event
        after = portion[-1].id


async def _stream(context: Context, request: Request, after: int) -> AsyncIterator[str]:
    with suppress(TooMany):
        async with context.live.subscribe() as subscription:
            async for text in _told(context, request, subscription, after):
                yield text


async def _told(
    context: Context, request: Request, subscription: Subscription, after: int
) -> AsyncIterator[str]:
    yield f"retry: 2000\nid: {after}\nevent: hello\ndata: {{}}\n\n"
    async for event in _missed(context, after):
        after = event.id
        yield written(event)
    checked = context.clock.monotonic()
    while True:
        if context.clock.monotonic() - checked > RECHECK:
            checked = context.clock.monotonic()
            if await asker_or_none(request, context) is None:
                return  # logged out meanwhile
        try:
            event_or_end = await subscription.get(HEARTBEAT)
        except TimeoutError:
            yield ": still here\n\n"
            continue
        if event_or_end is None:
            return  # lagging or stopping: the client comes back with its Last-Event-ID
        if event_or_end.id > after:
            after = event_or_end.id
            yield written(event_or_end)


@router.get(
    "/events",
    summary="Live events (text/event-stream)",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(
    request: Request,
    context: Ctx,
    asker: Viewer,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**63 - 1)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1, description="As Last-Event-ID.")] = None,
) -> StreamingResponse:
    """Stream statuses, incidents and notes from an event on, by default from now on.

    The newest 10,000 events can be resumed from. 503 beyond the limit of open streams.
    """
    if context.live.full:
        text = Text("Quá nhiều màn hình đang mở", "Too many live screens are open")
        raise Refused(503, text, {"retry-after": "30"})
    begin = last_event_id if last_event_id is not None else after
    if begin is None:
        begin = await context.ledger.events.last_event_id()
    return StreamingResponse(
        _stream(context, request, begin),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
