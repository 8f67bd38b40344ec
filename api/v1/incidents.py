"""Incidents: what is wrong, whom it touches, who was told; acknowledge and comment."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alerts.carrier import the_carrier
from api.carriers import drafts
from api.deciding import decision, hand
from api.door import Ctx, Operator, RowNumber, Viewer
from api.guard import client_address
from api.listing import stamp, tag, unchanged
from api.snapshot import Picture
from api.telling import lines, said, taken
from api.v1.shapes import (
    AnswerOut,
    Comment,
    DraftOut,
    IncidentDetail,
    IncidentOut,
    IncidentPage,
    MemberOut,
    MergeIn,
    SplitIn,
    StepIn,
    TakenOut,
    TellingLine,
    TellingOut,
    TicketIn,
    TicketOut,
    ToldOut,
    Words,
    cause_out,
    ticket_out,
)
from core.incident import Incident, IncidentState
from core.quantity import whole_seconds
from core.text import Language
from core.ticket import Step
from storage.tickets import Said

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


def incident_out(picture: Picture, incident: Incident) -> IncidentOut:
    """Return an incident as the interface shows it."""
    root, pause = picture.targets.get(incident.root), picture.pauses.get(incident.id)
    ended = incident.recovered_at if incident.merged_into is None else None
    return IncidentOut.model_validate(
        incident.model_dump(exclude={"members"})
        | {
            "root_name": root.name if root else incident.root,
            "lasted": whole_seconds(incident.began_at, ended) if ended is not None else None,
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
    finding = (await context.ledger.findings.latest([incident])).get(incident)
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
        stated_cause=cause_out(finding) if finding is not None else None,
        tickets=[ticket_out(ticket) for ticket in await context.ledger.tickets.of(incident)],
    )


@router.get("/{incident}/telling", summary="Who was told, when, by which way, or why not")
async def telling(
    request: Request, context: Ctx, asker: Viewer, incident: str, language: Language = "vi"
) -> TellingOut:
    """Return every intent to tell somebody, with attempts, receipts and reasons."""
    picture: Picture = await request.app.state.pictures.now()
    found = await context.ledger.incidents.get(incident)
    told = await context.ledger.outbox.for_incident(incident)
    links = await context.ledger.links.answered(incident)
    answers = await context.ledger.answers.about(incident)
    who = taken(found, links, answers, picture)
    return TellingOut(
        incident=incident,
        taken=TakenOut(by=who.by, person=who.person, at=who.at, way=who.way.said(language))
        if who
        else None,
        lines=[
            TellingLine(
                person=line.person,
                recipient=line.recipient,
                step=line.step,
                step_name=line.step_name.said(language) if line.step_name else None,
                channel=line.channel,
                purpose=line.purpose.said(language),
                reason=line.reason.said(language),
                due_at=line.due_at,
                because=line.because.said(language),
                state=line.state,
                fate=line.fate.said(language),
                settled_at=line.settled_at,
                attempts=list(line.attempts),
            )
            for line in lines(found, told, picture)
        ],
        answers=[
            AnswerOut(
                person=one.person,
                sender=one.sender,
                channel=one.channel,
                text=one.text,
                at=one.at,
                came_of=one.came_of.said(language),
            )
            for one in said(answers, picture)
        ],
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


@router.post("/{incident}/merge", summary="Take other incidents in (operator)")
async def merge(
    request: Request, context: Ctx, asker: Operator, incident: str, wish: MergeIn
) -> IncidentOut:
    """Let one open incident stay for several: engine and people go on with this one alone.

    Members, timeline, messages on their way and who took it on go over; nobody is told twice.
    409 if one is no longer open, or is of a rule.
    """
    await hand(context).merge(incident, wish.incidents, decision(request, asker, wish.reason))
    picture = await request.app.state.pictures.now()
    return incident_out(picture, await context.ledger.incidents.get(incident))


@router.post("/{incident}/split", summary="Make a member its own incident (operator)")
async def split(
    request: Request, context: Ctx, asker: Operator, incident: str, wish: SplitIn
) -> IncidentOut:
    """Return the new incident. 404 if it is no member, 409 if it is the root."""
    why = decision(request, asker, wish.reason)
    code = await hand(context).split(incident, wish.target, why)
    picture = await request.app.state.pictures.now()
    return incident_out(picture, await context.ledger.incidents.get(code))


@router.get("/{incident}/drafts", summary="The texts for the carriers concerned (operator)")
async def carrier_drafts(
    request: Request,
    context: Ctx,
    asker: Operator,
    incident: str,
    language: Language = "vi",
) -> list[DraftOut]:
    """Return what to send to whom; empty where no carrier is concerned."""
    picture: Picture = await request.app.state.pictures.now()
    found = await context.ledger.incidents.get(incident)
    texts = await drafts(picture, found, asker, language)
    return [DraftOut(carrier=one.carrier, text=one.text) for one in texts]


@router.post("/{incident}/tickets", summary="A carrier was told (operator)", status_code=201)
async def report(
    request: Request, context: Ctx, asker: Operator, incident: str, ticket: TicketIn
) -> TicketOut:
    """Keep that a carrier was told. 422 if that lies in the future."""
    origin = client_address(request, context.settings.proxies)
    said = Said(asker.name, context.clock.now(), ticket.at, ticket.number, origin)
    carrier = ticket.carrier
    if carrier is None:
        picture: Picture = await request.app.state.pictures.now()
        carrier = the_carrier(await context.ledger.incidents.get(incident), picture.targets)
    row, events = await context.ledger.tickets.report(incident, carrier, said)
    context.live.publish(events)
    return ticket_out(row)


@router.post("/{incident}/tickets/{ticket}", summary="How far the carrier is (operator)")
async def advance(
    request: Request,
    context: Ctx,
    asker: Operator,
    incident: str,
    *,
    ticket: RowNumber,
    wish: StepIn,
) -> TicketOut:
    """Keep that the carrier has received it, or says that it is fixed. 409 if that is known."""
    origin = client_address(request, context.settings.proxies)
    said = Said(asker.name, context.clock.now(), wish.at, wish.number, origin, wish.why)
    row, events = await context.ledger.tickets.advance(incident, ticket, Step(wish.step), said)
    context.live.publish(events)
    return ticket_out(row)
