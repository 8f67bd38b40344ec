"""Announced works: what is coming, going on and past; record some, call some off."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.door import Ctx, Operator, Viewer
from api.guard import client_address
from api.silencing import unknown
from api.snapshot import Picture
from core.errors import Invalid
from core.maintenance import Maintenance
from core.silence import Scope

router = APIRouter(prefix="/api/v1/maintenance", tags=["maintenance"])
_Names = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)]


class WorksIn(BaseModel):
    """Works that were announced. At least one thing is named."""

    model_config = ConfigDict(extra="forbid")

    begin: AwareDatetime
    end: AwareDatetime = Field(description="Of the first time, if they come back.")
    rule: str | None = Field(
        default=None,
        max_length=200,
        description="RRULE of RFC 5545 with UNTIL or COUNT, in local time (Asia/Ho_Chi_Minh).",
    )
    reason: str = Field(min_length=1, max_length=200, description="What is done.")
    announced_at: AwareDatetime | None = Field(
        default=None, description="When the announcement reached us; just now if absent."
    )
    reference: str | None = Field(
        default=None, max_length=200, description="The number of the letter."
    )
    units: _Names = Field(default=[], description="Units with all below them.")
    carriers: _Names = Field(default=[], description="All lines of these carriers.")
    circuits: _Names = Field(default=[], description="Lines by their ids.")
    targets: _Names = Field(default=[], description="A site means all that stands there.")
    incidents: _Names = Field(
        default=[], description="Incidents that the works are to mend; reports excuse none."
    )

    @property
    def scope(self) -> Scope:
        """Return what is concerned, each once."""
        named = (self.units, self.carriers, self.circuits, self.targets, self.incidents)
        return Scope(*(tuple(dict.fromkeys(one)) for one in named))


class WorksOut(BaseModel):
    """Announced works, and whether they hold pages back now."""

    id: str
    begin: datetime
    end: datetime = Field(description="Of the first time, if they come back.")
    rule: str | None
    until: datetime = Field(description="When the last time is over.")
    reason: str
    announced_at: datetime
    reference: str | None
    units: tuple[str, ...]
    carriers: tuple[str, ...]
    circuits: tuple[str, ...]
    targets: tuple[str, ...]
    incidents: tuple[str, ...]
    by: str
    recorded_at: datetime
    cancelled_at: datetime | None
    holds_until: datetime | None = Field(description="While they hold pages back: until when.")


def works_out(row: Maintenance, now: datetime) -> WorksOut:
    """Return works as the interface shows them."""
    return WorksOut.model_validate(
        row.model_dump() | {"until": row.until, "holds_until": row.holds_until(now)}
    )


@router.get("", summary="Works that are not over, by begin")
async def maintenance(
    context: Ctx,
    asker: Viewer,
    since: Annotated[
        AwareDatetime | None,
        Query(description="Those too that were not over then, called off or not."),
    ] = None,
) -> list[WorksOut]:
    """List works that are coming or going on."""
    now = context.clock.now()
    rows = await context.ledger.maintenance.find(since or now)
    return [works_out(row, now) for row in rows if since is not None or row.cancelled_at is None]


@router.post("", summary="Record announced works (operator)", status_code=201)
async def add(request: Request, context: Ctx, asker: Operator, wish: WorksIn) -> WorksOut:
    """Keep works, in the asker's name. 422 if nothing is named, or a name is unknown."""
    picture: Picture = await request.app.state.pictures.now()
    scope = wish.scope
    if problems := unknown(scope, picture, "maintenance"):
        raise Invalid(problems)
    now = context.clock.now()
    row = await context.ledger.maintenance.add(
        wish.begin,
        wish.end,
        wish.reason,
        asker.name,
        now,
        scope=scope,
        rule=wish.rule,
        announced_at=wish.announced_at,
        reference=wish.reference,
        origin=client_address(request, context.settings.proxies),
    )
    return works_out(row, now)


@router.post("/{works}/cancel", summary="Call works off (operator)")
async def cancel(request: Request, context: Ctx, asker: Operator, works: str) -> WorksOut:
    """Call works off: what they held back goes out. 409 if that was done before."""
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    row = await context.ledger.maintenance.cancel(works, asker.name, now, origin)
    return works_out(row, now)
