"""What PCs in rooms without equipment say of themselves, signed by their room's key.

The PC asks for the time, which the hub signs, and signs that and its words with the same key: no
key goes over the line, a PC whose clock is wrong is heard, and nothing can be said twice.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, Field

from api.door import Ctx
from api.errors import Refused
from api.guard import client_address
from core.clock import from_epoch
from core.meeting import Beat

router = APIRouter(prefix="/api/v1/rooms", tags=["meetings"])
MOST, SECONDS = 1200, 60.0  # requests from one address: a whole province behind one
OF_A_ROOM = 20  # times that one room is heard meanwhile
NEXT = 30  # seconds until a PC is to speak again
GOOD_FOR = timedelta(seconds=60)  # that a stamp holds
LONGEST = 4096  # bytes of a request


class HeartbeatIn(BaseModel):
    """What a PC says; leave out what it cannot tell."""

    model_config = ConfigDict(extra="forbid")

    client: bool | None = Field(default=None, description="The program for meetings runs.")
    camera: bool | None = Field(default=None, description="A camera is there.")
    microphone: bool | None = None
    speaker: bool | None = None
    loss: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Share of packets lost on the way to the hub, 0…1."
    )
    round_trip: Annotated[float, Field(ge=0, le=60)] | None = Field(
        default=None, description="To the hub and back, seconds."
    )
    clock_offset: float | None = Field(
        default=None, description="How far the PC's clock is ahead of the hub's, seconds."
    )


class StampOut(BaseModel):
    """The hub's time, and its proof."""

    now: int = Field(description="Milliseconds since 1970.")
    proof: str = Field(description="HMAC-SHA-256 by the room's key of `hub`, room and time.")


class NextOut(BaseModel):
    """When to speak again."""

    next: int = Field(description="Seconds.")


@router.get("/{slug}/heartbeat", summary="The time, for a PC in a room to sign")
async def stamp(request: Request, context: Ctx, slug: str) -> StampOut:
    """Return the hub's time. Of a room without a key the proof proves nothing."""
    _pace(request, context)
    key = await context.ledger.room_keys.signing(slug)
    now = _milliseconds(context)
    return StampOut(now=now, proof=signed(key or secrets.token_bytes(32), "hub", slug, now))


@router.post("/{slug}/heartbeat", summary="A PC in a room says how it is (signed)")
async def hear(  # noqa: PLR0917
    request: Request,
    context: Ctx,
    slug: str,
    said: HeartbeatIn,
    x_room_stamp: Annotated[int, Header(ge=0, le=2**53)] = 0,
    x_room_signature: Annotated[str, Header(max_length=64)] = "",
) -> NextOut:
    """Take in what a PC says; it counts for a minute and a half.

    403 unless it is signed by the room's key and its stamp is of the last minute; 409 if it was
    said before.
    """
    _pace(request, context)
    body = await request.body()
    if len(body) > LONGEST:
        raise Refused(413)
    key = await context.ledger.room_keys.signing(slug)
    expected = signed(key or secrets.token_bytes(32), "room", slug, x_room_stamp, body)
    age = timedelta(milliseconds=_milliseconds(context) - x_room_stamp)
    good = hmac.compare_digest(expected.encode(), x_room_signature.encode())
    if not good or not timedelta() <= age <= GOOD_FOR:
        raise Refused(403)
    if not request.app.state.room_pace.allows(slug):
        raise Refused(429, headers={"retry-after": str(NEXT)})
    row = Beat(
        room=slug,
        at=from_epoch(x_room_stamp / 1000),
        by="pc",
        **said.model_dump(),
    )
    context.live.publish(await context.ledger.room_keys.hear(row, x_room_stamp))
    return NextOut(next=NEXT)


def signed(key: bytes, who: str, room: str, stamp: int, body: bytes = b"") -> str:
    """Return the signature of what the hub or the room says at a stamp."""
    said = b"\n".join((who.encode(), room.encode(), str(stamp).encode(), body))
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def _milliseconds(context: Ctx) -> int:
    return int(context.clock.now().timestamp() * 1000)


def _pace(request: Request, context: Ctx) -> None:
    address = client_address(request, context.settings.proxies)
    if not request.app.state.heartbeats_pace.allows(address):
        raise Refused(429, headers={"retry-after": str(int(SECONDS))})
