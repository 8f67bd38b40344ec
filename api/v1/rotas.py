"""Rotas: who is on duty, and what is wrong with the days ahead."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from alerts.rota import Flaw, Roster, holes, rosters, turns
from api.door import Ctx, Viewer
from api.snapshot import Picture
from core.clock import LOCAL

router = APIRouter(prefix="/api/v1/rotas", tags=["rotas"])


class PersonOut(BaseModel):
    """Somebody who is on duty."""

    contact: str
    name: str


class TurnOut(BaseModel):
    """Who is on duty in one role for a while."""

    role: str = Field(description="primary or secondary.")
    people: list[PersonOut]
    begin: datetime
    end: datetime
    source: str = Field(description="What says so: rule, shift or swap.")


class HoleOut(BaseModel):
    """A time of a rota with which something is wrong."""

    flaw: Flaw = Field(
        description="gap: nobody is on duty; overlap: one role is held by more than one person; "
        "double: one person holds two roles, so that a chain calls the same telephone twice."
    )
    begin: datetime
    end: datetime
    people: list[PersonOut] = Field(description="Those concerned; none of a gap.")
    roles: list[str]


class RotaOut(BaseModel):
    """A rota from now on."""

    slug: str
    name: str
    owner: str | None = Field(description="The contact who hears of what is wrong.")
    turns: list[TurnOut]
    holes: list[HoleOut]


@router.get("", summary="Who is on duty from now on, and when nobody, two, or one in two roles")
async def rotas(
    request: Request,
    context: Ctx,
    asker: Viewer,
    days: Annotated[int, Query(ge=1, le=366, description="How many days ahead.")] = 30,
) -> list[RotaOut]:
    """Return every rota that there is today, by its slug."""
    picture: Picture = await request.app.state.pictures.now()
    now = context.clock.now()
    end = now + timedelta(days=days)
    rows = await context.ledger.rota.rows(now, end)
    latest = {row.slug: row for row in rows.rotas}
    return [
        RotaOut(
            slug=slug,
            name=latest[slug].name,
            owner=latest[slug].owner,
            turns=_turns(roster, now, end, picture),
            holes=_holes(roster, now, end, picture),
        )
        for slug, roster in sorted(rosters(rows, now.astimezone(LOCAL).date()).items())
    ]


def _turns(roster: Roster, begin: datetime, end: datetime, picture: Picture) -> list[TurnOut]:
    return [
        TurnOut(
            role=turn.role,
            people=_people(turn.people, picture),
            begin=turn.begin,
            end=turn.end,
            source=turn.source.name.lower(),
        )
        for turn in turns(roster, begin, end)
    ]


def _holes(roster: Roster, begin: datetime, end: datetime, picture: Picture) -> list[HoleOut]:
    return [
        HoleOut(
            flaw=hole.flaw,
            begin=hole.begin,
            end=hole.end,
            people=_people(hole.people, picture),
            roles=list(hole.roles),
        )
        for hole in holes(roster, begin, end)
    ]


def _people(slugs: tuple[str, ...], picture: Picture) -> list[PersonOut]:
    return [PersonOut(contact=slug, name=picture.person(slug)) for slug in slugs]
