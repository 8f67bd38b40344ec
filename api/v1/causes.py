"""Causes of incidents: which are still missing, and stating them."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.causes import stated
from api.door import Ctx, Operator, Viewer
from api.guard import client_address
from api.snapshot import Picture
from api.v1.incidents import incident_out
from api.v1.shapes import CauseOut, IncidentOut, cause_out
from core.finding import Fault

router = APIRouter(prefix="/api/v1/causes", tags=["incidents"])
ROWS = 500


class CategoryOut(BaseModel):
    """A kind of cause that may be chosen."""

    slug: str
    name: str
    name_en: str
    fault: Fault = Field(description="Whose it is where nobody says otherwise.")


class CauseIn(BaseModel):
    """What caused some incidents."""

    incidents: list[str] = Field(min_length=1, max_length=ROWS, description="Their codes.")
    category: str = Field(description="One of /api/v1/causes/categories.")
    fault: Fault | None = Field(default=None, description="As usual for the category if absent.")
    text: str = Field(default="", max_length=2000, description="In words; printed in reports.")


@router.get("/categories", summary="The kinds of cause that may be chosen")
async def categories(context: Ctx, asker: Viewer) -> list[CategoryOut]:
    """Return the configured list."""
    return [
        CategoryOut(slug=one.slug, name=one.name.vi, name_en=one.name.en, fault=one.fault)
        for one in context.causes.values()
    ]


@router.get("/missing", summary="Ended outages without a cause, newest first")
async def missing(request: Request, context: Ctx, asker: Viewer) -> list[IncidentOut]:
    """Return at most 500 of them."""
    picture: Picture = await request.app.state.pictures.now()
    return [incident_out(picture, one) for one in await context.ledger.findings.missing(ROWS)]


@router.post("", summary="State the cause of incidents (operator)", status_code=201)
async def state(request: Request, context: Ctx, asker: Operator, wish: CauseIn) -> list[CauseOut]:
    """Keep it for all or for none. 409 for one that was merged; 422 for an unknown category."""
    origin = client_address(request, context.settings.proxies)
    words = stated(context, asker.name, wish.category, wish.fault or "", wish.text, origin)
    context.live.publish(await context.ledger.findings.state(wish.incidents, words))
    kept = await context.ledger.findings.latest(wish.incidents)
    return [cause_out(one) for one in kept.values()]
