"""Incidents for people: the list, the page for a phone at night, the single-use link."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from alerts.carrier import unentered
from api import remarks
from api.carriers import drafts
from api.causes import proposed
from api.context import Context
from api.deciding import decision, hand
from api.door import Asker, Ctx, Operator, RowNumber, Viewer, same_origin
from api.errors import Refused
from api.fallen import fallen
from api.forms import moment
from api.guard import client_address
from api.paths import up
from api.snapshot import Picture
from api.telling import lines, said, taken
from core.errors import Conflict, DomainError
from core.finding import FAULT
from core.incident import (
    ASKING,
    THRESHOLD,
    Delivery,
    Incident,
    IncidentState,
    Member,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.people import Role
from core.remark import Remark
from core.text import Language, Text, fold, nfc, vietnamese_order
from core.ticket import Step
from core.watching import TargetKind
from storage.tickets import Said

router = APIRouter(include_in_schema=False)
ROWS = 50
HEARD = 40  # remarks around an incident
OFFERED = 30  # incidents to merge with; whoever means another finds it by the interface
Words = Annotated[str, Form(max_length=2000)]
Told = Sequence[tuple[Notification, list[Delivery]]]


@router.get("/incidents")
async def incidents(
    request: Request,
    context: Ctx,
    asker: Viewer,
    *,
    state: IncidentState | Literal[""] = "",
    severity: Severity | Literal[""] = "",
    unit: Annotated[str, Query(max_length=63)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """List incidents: what is open worst first, all else newest first."""
    picture: Picture = await request.app.state.pictures.now()
    wanted, grade = state or None, severity or None
    among = _among(picture, unit, q)
    shown: Sequence[Incident]
    if wanted is IncidentState.OPEN:
        shown, following = _open_ones(picture, grade, among), None
    else:
        found = await context.ledger.incidents.find(
            wanted, None, ROWS, cursor, severity=grade, among=among
        )
        shown, following = found.items, found.cursor
    kept = {"state": wanted or "", "severity": grade or "", "unit": unit, "q": q.strip()}
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "incidents.html",
        asker,
        picture=picture,
        incidents=shown,
        findings=await context.ledger.findings.latest([one.id for one in shown]),
        missing=await context.ledger.findings.how_many_missing(),
        next=following,
        state=wanted,
        severity=grade,
        unit=unit,
        units=_units(picture, request.app.state.pages.language(request)),
        q=q.strip(),
        query=urlencode({key: str(value) for key, value in kept.items() if value}),
    )
    return page


def _among(picture: Picture, unit: str, q: str) -> list[str] | None:
    """Return the codes and targets that the form means; None: all."""
    if not unit and not q.strip():
        return None
    words = fold(q).split()
    return [
        *([q.strip().upper()] if words and not unit else []),
        *(
            target.slug
            for target in picture.estate.targets
            if (not unit or unit in target.unit_path)
            and all(word in picture.haystacks[target.slug] for word in words)
        ),
    ]


def _open_ones(
    picture: Picture, grade: Severity | None, among: Sequence[str] | None
) -> list[Incident]:
    """Return what is open and meant, worst first, as the picture has it."""
    meant = None if among is None else set(among)
    return [
        one
        for one in picture.incidents
        if (grade is None or one.severity is grade)
        and (meant is None or one.id in meant or not meant.isdisjoint(one.roots))
    ]


def _units(picture: Picture, language: Language) -> list[tuple[str, str]]:
    """Return the units that may be chosen: those with a page, by name."""
    named = ((slug, picture.unit_name(slug, language)) for slug in picture.sited)
    return sorted(named, key=lambda unit: vietnamese_order(unit[1]))


def _facts(context: Context, picture: Picture, found: Incident) -> dict[str, Any]:
    root = picture.targets.get(found.root)
    touched = Counter(
        picture.targets[slug].kind for slug in found.present if slug in picture.targets
    )
    order = (
        TargetKind.SITE,
        TargetKind.ROOM,
        TargetKind.SERVICE,
        TargetKind.LINK,
        TargetKind.DEVICE,
        TargetKind.GROUP,
    )

    def rank(member: Member) -> tuple[object, ...]:
        target = picture.targets.get(member.target)
        if member.target == found.root or target is None:
            return (member.target != found.root, len(order))
        return (True, order.index(target.kind), vietnamese_order(target.name))

    return {
        "members": sorted(found.members, key=rank),
        "picture": picture,
        "incident": found,
        "root": root,
        "path": up(picture.targets, root) if root else [],
        "touched": touched,
        "trees": fallen(found, picture.targets),
        "ended": found.recovered_at or (context.clock.now() if found.merged_into is None else None),
    }


@router.get("/incidents/{incident}")
async def incident(request: Request, context: Ctx, asker: Viewer, incident: str) -> HTMLResponse:
    """Show one incident."""
    picture: Picture = await request.app.state.pictures.now()
    found = await context.ledger.incidents.get(incident)
    told = await context.ledger.outbox.for_incident(incident)
    answers = await context.ledger.answers.about(incident)
    waiting = (
        note
        for note, _ in told
        if note.purpose is Purpose.PROBLEM and note.state is NotificationState.PENDING
    )
    tickets = await context.ledger.tickets.of(incident)
    finding = (await context.ledger.findings.latest([incident])).get(incident)
    may, language = asker.role.allows(Role.OPERATOR), request.app.state.pages.language(request)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "incident.html",
        asker,
        **_facts(context, picture, found),
        tickets=tickets,
        finding=finding,
        begun=proposed(found, finding, tickets),
        causes=context.causes.values(),
        faults=FAULT,
        ASKING=ASKING,
        nobodys=unentered(found, picture.targets) if may else None,
        drafts=await drafts(picture, found, asker, language) if may else [],
        notes=await context.ledger.incidents.notes(incident),
        told=_shown(found, told),
        told_already=any(
            note.purpose is Purpose.PROBLEM and note.state is NotificationState.SENT
            for note, _ in told
        ),
        telling=(ledger := lines(found, told, picture)),
        why_told={line.note: line.reason for line in ledger if line.note is not None},
        fates={line.note: line.fate for line in ledger if line.note is not None},
        taken=taken(found, await context.ledger.links.answered(incident), answers, picture),
        said=said(answers, picture),
        heard=remarks,
        remarks_then=(await _heard(context, picture, found)),
        deciding=may and context.by_hand is not None,
        others=_others(picture, found) if may else [],
        waiting=min(waiting, key=lambda note: note.due_at, default=None),
    )
    return page


def _shown(incident: Incident, told: Told) -> Told:
    """Return the messages, and of the steps that are yet to come each once, the earliest."""
    hoped = incident.state is IncidentState.OPEN and incident.acked_by is None
    ahead: dict[int, datetime] = {}
    for note, _ in told:
        if note.step and note.state is NotificationState.PENDING and hoped:
            ahead[note.step] = min(note.due_at, ahead.get(note.step, note.due_at))
    shown = []
    for note, deliveries in told:
        if note.step is None or ahead.get(note.step) == note.due_at:
            shown.append((note, deliveries))
            ahead.pop(note.step or 0, None)
    return shown


async def _heard(context: Context, picture: Picture, found: Incident) -> Sequence[Remark]:
    """Return what was said around the incident, newest first."""
    wanted = remarks.during(picture, found, context.clock.now())
    return (await context.ledger.remarks.find(wanted, HEARD)).items


def _others(picture: Picture, found: Incident) -> list[Incident]:
    """Return the open incidents that this one could take in, those that began nearest first."""
    others = (one for one in picture.incidents if one.id != found.id and one.kind != THRESHOLD)
    return sorted(others, key=lambda one: abs(one.began_at - found.began_at))[:OFFERED]


@router.post("/incidents/{incident}/ack")
async def acknowledge(
    request: Request, context: Ctx, asker: Operator, incident: str, note: Words = ""
) -> RedirectResponse:
    """Acknowledge in the asker's name."""
    origin = client_address(request, context.settings.proxies)
    now = context.clock.now()
    book = context.ledger.incidents
    try:
        events = await book.acknowledge(incident, asker.name, now, note.strip(), origin)
    except Conflict as refusal:
        raise Conflict(await _refusal(request, context, incident, refusal)) from None
    context.live.publish(events)
    return RedirectResponse(f"/incidents/{incident}", 303)


@router.post("/incidents/{incident}/comment")
async def comment(
    request: Request, context: Ctx, asker: Operator, incident: str, text: Words = ""
) -> RedirectResponse:
    """Add the asker's words to the timeline; empty words add nothing."""
    if text.strip():
        origin = client_address(request, context.settings.proxies)
        now = context.clock.now()
        context.live.publish(
            await context.ledger.incidents.comment(incident, asker.name, now, text.strip(), origin)
        )
    return RedirectResponse(f"/incidents/{incident}#timeline", 303)


@router.post("/incidents/{incident}/merge")
async def merge(
    request: Request,
    context: Ctx,
    asker: Operator,
    incident: str,
    *,
    others: Annotated[list[str], Form()] = [],  # noqa: B006  (a form's default is never changed)
    reason: Words = "",
) -> RedirectResponse:
    """Take other open incidents in: they are one trouble."""
    await hand(context).merge(incident, others, decision(request, asker, reason))
    return RedirectResponse(f"/incidents/{incident}", 303)


@router.post("/incidents/{incident}/split")
async def split(
    request: Request,
    context: Ctx,
    asker: Operator,
    incident: str,
    *,
    target: Annotated[str, Form(max_length=200)] = "",
    reason: Words = "",
) -> RedirectResponse:
    """Make a member an incident of its own, and go there."""
    code = await hand(context).split(incident, target, decision(request, asker, reason))
    return RedirectResponse(f"/incidents/{code}", 303)


@router.post("/incidents/{incident}/tickets")
async def reported(
    request: Request,
    context: Ctx,
    asker: Operator,
    incident: str,
    *,
    carrier: Annotated[str, Form(max_length=200)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
    at: Annotated[str, Form(max_length=40)] = "",
) -> RedirectResponse:
    """Keep that a carrier was told."""
    said = _said(request, context, asker, number, at)
    _, events = await context.ledger.tickets.report(incident, nfc(carrier), said)
    context.live.publish(events)
    return RedirectResponse(f"/incidents/{incident}#carrier", 303)


@router.post("/incidents/{incident}/tickets/{ticket}")
async def advanced(
    request: Request,
    context: Ctx,
    asker: Operator,
    incident: str,
    ticket: RowNumber,
    *,
    step: Annotated[Literal["received", "fixed"], Form()],
    number: Annotated[str, Form(max_length=200)] = "",
    at: Annotated[str, Form(max_length=40)] = "",
    why: Annotated[str, Form(max_length=200)] = "",
) -> RedirectResponse:
    """Keep that the carrier has received it, or says that it is fixed, and what it was."""
    said = _said(request, context, asker, number, at)._replace(why=nfc(why) or None)
    _, events = await context.ledger.tickets.advance(incident, ticket, Step(step), said)
    context.live.publish(events)
    return RedirectResponse(f"/incidents/{incident}#carrier", 303)


def _said(request: Request, context: Context, asker: Asker, number: str, at: str) -> Said:
    origin = client_address(request, context.settings.proxies)
    when = moment("at", at) if at else None
    return Said(asker.name, context.clock.now(), when, nfc(number) or None, origin)


async def _refusal(request: Request, context: Context, incident: str, refusal: DomainError) -> Text:
    """Return why an incident cannot be acknowledged, with the full name of who has it."""
    found = await context.ledger.incidents.get(incident)
    if not isinstance(refusal, Conflict) or found.acked_by is None:
        return refusal.text
    picture: Picture = await request.app.state.pictures.now()
    who = picture.person(found.acked_by)
    return Text(
        f"{who} đã tiếp nhận sự cố {incident}", f"{who} has already acknowledged {incident}"
    )


def _by_link(
    request: Request, status: int, refusal: Text | None, done: bool, facts: dict[str, Any]
) -> HTMLResponse:
    page: HTMLResponse = request.app.state.pages.render(
        request, "ack.html", None, status=status, refusal=refusal, done=done, **facts
    )
    return page


@router.get("/a/{token}")
async def ack_link(request: Request, context: Ctx, token: str) -> HTMLResponse:
    """Show what the link is about and a button. Uses nothing up: mail scanners fetch links."""
    try:
        link = await context.ledger.links.peek(token, context.clock.now())
    except DomainError as refusal:
        status = 409 if isinstance(refusal, Conflict) else 404
        return _by_link(request, status, refusal.text, False, {"incident": None})
    picture: Picture = await request.app.state.pictures.now()
    found = await context.ledger.incidents.get(link.incident)
    facts = _facts(context, picture, found)
    return _by_link(request, 200, None, False, facts | {"contact": link.contact})


@router.post("/a/{token}")
async def redeem(request: Request, context: Ctx, token: str, note: Words = "") -> HTMLResponse:
    """Acknowledge in the name of the link's contact.

    No form token: the address itself is the secret, and some mail programs' browsers keep no
    cookies.
    """
    if not same_origin(request):
        raise Refused(403)
    now = context.clock.now()
    try:
        link = await context.ledger.links.peek(token, now)
        origin = client_address(request, context.settings.proxies)
    except DomainError as refusal:
        status = 409 if isinstance(refusal, Conflict) else 404
        return _by_link(request, status, refusal.text, False, {"incident": None})
    try:
        events = await context.ledger.links.acknowledge(token, now, note.strip(), origin)
    except DomainError as refusal:
        status = 409 if isinstance(refusal, Conflict) else 404
        text = await _refusal(request, context, link.incident, refusal)
        return _by_link(request, status, text, False, {"incident": None})
    context.live.publish(events)
    picture: Picture = await request.app.state.pictures.now()
    found = await context.ledger.incidents.get(link.incident)
    facts = _facts(context, picture, found)
    return _by_link(request, 200, None, True, facts | {"contact": link.contact})
