"""Incidents: what is wrong, whom it touches, who was told; acknowledge and comment."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.door import Ctx, Operator, Viewer
from api.guard import client_address
from api.listing import stamp, tag, unchanged
from api.snapshot import Picture
from api.v1.shapes import (
    Comment,
    IncidentDetail,
    IncidentOut,
    IncidentPage,
    MemberOut,
    ToldOut,
    Words,
)
from core.incident import Incident, IncidentState

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


def incident_out(picture: Picture, incident: Incident) -> IncidentOut:
    """Return an incident as the interface shows it."""
    root, pause = picture.targets.get(incident.root), picture.pauses.get(incident.id)
    return IncidentOut.model_validate(
        incident.model_dump(exclude={"members"})
        | {
            "root_name": root.name if root else incident.root,
            "touched": len(incident.present),
            "paused": asdict(pause) if pause else None,
        }
    )


@router.get("", response_model=IncidentPage, summary="Incidents, newest first")
async def incidents(
    request: Request,
    response: Response,
    context: Ctx,
    asker: Viewer,
    *,
    state: Annotated[IncidentState | None, Query(description="Only of this state.")] = None,
    target: Annotated[str | None, Query(description="Only those that touch this target.")] = None,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> IncidentPage | Response:
    """List incidents."""
    picture: Picture = await request.app.state.pictures.now()
    entity_tag = tag(request, picture.key)
    if same := unchanged(request, entity_tag):
        return same
    page = await context.ledger.incidents.find(state, target, limit, cursor)
    stamp(response, entity_tag)
    return IncidentPage(items=[incident_out(picture, one) for one in page.items], next=page.cursor)


@router.get("/{incident}", summary="One incident with members, timeline and messages")
async def one(request: Request, context: Ctx, asker: Viewer, incident: str) -> IncidentDetail:
    """Return everything about an incident."""
    picture: Picture = await request.app.state.pictures.now()
    found = await context.ledger.incidents.get(incident)
    told = await context.ledger.outbox.for_incident(incident)
    members = [
        MemberOut(
            target=member.target,
            name=picture.targets[member.target].name
            if member.target in picture.targets
            else member.target,
            joined_at=member.joined_at,
            left_at=member.left_at,
        )
        for member in found.members
    ]
    return IncidentDetail(
        **incident_out(picture, found).model_dump(),
        members=members,
        timeline=await context.ledger.incidents.notes(incident),
        told=[ToldOut(notification=n, deliveries=d) for n, d in told],
    )


@router.post("/{incident}/ack", summary="Acknowledge (operator)")
async def acknowledge(
    request: Request, context: Ctx, asker: Operator, incident: str, words: Words
) -> IncidentOut:
    """Take the incident on, in the asker's name. 409 if somebody has it or it is over."""
    context.live.publish(
        await context.ledger.incidents.acknowledge(
            incident,
            asker.name,
            context.clock.now(),
            words.text,
            client_address(request, context.settings.proxies),
        )
    )
    picture = await request.app.state.pictures.now()
    return incident_out(picture, await context.ledger.incidents.get(incident))


@router.post("/{incident}/comment", summary="Comment (operator)", status_code=201)
async def comment(
    request: Request, context: Ctx, asker: Operator, incident: str, words: Comment
) -> IncidentOut:
    """Add the asker's words to the timeline."""
    context.live.publish(
        await context.ledger.incidents.comment(
            incident,
            asker.name,
            context.clock.now(),
            words.text,
            client_address(request, context.settings.proxies),
        )
    )
    picture = await request.app.state.pictures.now()
    return incident_out(picture, await context.ledger.incidents.get(incident))
