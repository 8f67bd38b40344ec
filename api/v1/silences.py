"""Silences: who wants to hear nothing of what until when; ask for one, end one."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.door import Ctx, Operator, Viewer
from api.guard import client_address
from api.silencing import Seen, seen, unknown
from api.snapshot import Picture
from core.errors import Invalid
from core.silence import Scope, Silence
from storage.silences import Wanted

router = APIRouter(prefix="/api/v1/silences", tags=["silences"])
_Names = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)]


class SilenceIn(BaseModel):
    """A silence that is asked for. It needs an end, a reason, and something that is meant."""

    model_config = ConfigDict(extra="forbid")

    begin: AwareDatetime | None = Field(default=None, description="Now if absent.")
    end: AwareDatetime
    rule: str | None = Field(
        default=None,
        max_length=200,
        description="RRULE of RFC 5545 with UNTIL or COUNT, in local time (Asia/Ho_Chi_Minh).",
    )
    reason: str = Field(min_length=1, max_length=200)
    units: _Names = Field(default=[], description="Units with all below them.")
    carriers: _Names = Field(default=[], description="All lines of these carriers.")
    circuits: _Names = []
    targets: _Names = Field(default=[], description="A site means all that stands there.")
    incidents: _Names = []

    @property
    def scope(self) -> Scope:
        """Return what is meant."""
        named = (self.units, self.carriers, self.circuits, self.targets, self.incidents)
        return Scope(*(tuple(dict.fromkeys(one)) for one in named))


class SilenceOut(BaseModel):
    """A silence, and what it amounts to now."""

    id: str
    begin: datetime
    end: datetime = Field(description="Of the first time, if it comes back.")
    rule: str | None
    until: datetime = Field(description="When the last time is over.")
    owner: str
    reason: str
    units: tuple[str, ...]
    carriers: tuple[str, ...]
    circuits: tuple[str, ...]
    targets: tuple[str, ...]
    incidents: tuple[str, ...]
    recorded_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    holds_until: datetime | None = Field(description="While it holds pages back: until when.")
    covered: int = Field(description="How many targets it means; 0 is most likely a mistake.")
    hides: list[str] = Field(description="Open incidents that nobody is told of because of it.")
    held: list[str] = Field(description="Incidents that had messages held back, ended ones too.")
    forgotten: bool = Field(description="It has hidden an open incident for more than a day.")


def silence_out(one: Seen) -> SilenceOut:
    """Return a silence as the interface shows it."""
    return SilenceOut.model_validate(
        one.silence.model_dump()
        | {
            "holds_until": one.span.end if one.span else None,
            "covered": one.covered,
            "hides": [incident.id for incident in one.hides],
            "held": list(one.held),
            "forgotten": one.forgotten,
        }
    )


async def _shown(request: Request, context: Ctx, rows: list[Silence]) -> list[SilenceOut]:
    picture: Picture = await request.app.state.pictures.now()
    held = await context.ledger.silences.hidden([row.id for row in rows])
    known = await asyncio.to_thread(seen, rows, held, picture, context.clock.now())
    return [silence_out(one) for one in known]


@router.get("", summary="Silences that are not over, by begin")
async def silences(
    request: Request,
    context: Ctx,
    asker: Viewer,
    since: Annotated[
        AwareDatetime | None, Query(description="Those too that were not over then.")
    ] = None,
) -> list[SilenceOut]:
    """List silences that hold now or are to come."""
    rows = await context.ledger.silences.find(since or context.clock.now())
    return await _shown(request, context, rows)


@router.get("/{silence}", summary="One silence")
async def one(request: Request, context: Ctx, asker: Viewer, silence: str) -> SilenceOut:
    """Return a silence and what it hides."""
    return (await _shown(request, context, [await context.ledger.silences.get(silence)]))[0]


@router.post("", summary="Silence (operator)", status_code=201)
async def add(request: Request, context: Ctx, asker: Operator, wish: SilenceIn) -> SilenceOut:
    """Hold pages back, in the asker's name. 422 without an end or with an unknown name."""
    picture: Picture = await request.app.state.pictures.now()
    if problems := unknown(wish.scope, picture):
        raise Invalid(problems)
    now = context.clock.now()
    row, events = await context.ledger.silences.add(
        Wanted(wish.begin or now, wish.end, wish.reason, wish.scope, wish.rule),
        asker.name,
        now,
        origin=client_address(request, context.settings.proxies),
    )
    context.live.publish(events)
    return (await _shown(request, context, [row]))[0]


@router.post("/{silence}/end", summary="End a silence (operator)")
async def end(request: Request, context: Ctx, asker: Operator, silence: str) -> SilenceOut:
    """End a silence now: what it held back goes out. 409 if it is over."""
    origin = client_address(request, context.settings.proxies)
    row, events = await context.ledger.silences.end(
        silence, asker.name, context.clock.now(), origin
    )
    context.live.publish(events)
    return (await _shown(request, context, [row]))[0]
