"""What the JSON interface answers with: described, typed, closed."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from api.fleet import Look
from core.finding import Fault, Finding
from core.incident import Delivery, IncidentNote, IncidentState, Notification, Severity
from core.model import Line
from core.people import Role
from core.status import Interval, Status, TargetState, Transition
from core.ticket import Step, Ticket
from core.watching import Check, Target, TargetKind

Counts = dict[Status, int]


class UnitOut(BaseModel):
    """An administrative area with the counts of everything within it."""

    slug: str
    code: str | None = Field(description="Official code, zero-padded text of 2, 3 or 5 digits.")
    level: str | None = Field(description="province, district or commune.")
    name: str
    name_en: str | None
    parent: str | None
    status: Status = Field(description="The worst status of the sites within.")
    sites: Counts = Field(description="Sites within the unit, by status.")
    devices: Counts = Field(description="Devices within the unit, by status.")
    children: list["UnitOut"] = Field(description="Units below, worst first.")


class TargetOut(BaseModel):
    """Anything with a status: a site, a device, a link, a room or a service."""

    slug: str
    kind: TargetKind
    name: str
    name_en: str | None
    role: str = Field(description="Kind of device or service, role of the site, `link` or `room`.")
    site: str | None
    unit: str | None
    unit_path: tuple[str, ...] = Field(description="Units from the province down.")
    address: str | None
    uplinks: tuple[str, ...] = Field(description="Ordered alternatives towards the centre.")
    members: tuple[str, ...]
    carrier: str | None
    circuit: str | None
    vendor: str | None
    model: str | None
    capacity_mbps: float | None
    status: Status
    since: datetime | None = Field(description="Since when it is so; null if never observed.")
    reason: str
    cause: str | None = Field(description="The root target, when something above it failed.")
    incident: str | None = Field(description="The open incident it is part of.")


class SampleOut(BaseModel):
    """One value of the newest reading."""

    name: str
    labels: dict[str, str]
    value: float


class CheckOut(BaseModel):
    """One way of looking at a target, and what it brought last."""

    slug: str
    collector: str
    address: str
    vantage: str = Field(description="The place from where it looks.")
    interval: float = Field(description="Seconds.")
    reach: bool = Field(description="Whether it decides up and down; others only degrade.")
    looked_at: datetime | None = Field(description="Time of the last look, failed or not.")
    failure: str | None = Field(
        description="Why the last look failed (timeout, refused, …); null if it did not."
    )
    failure_detail: str = Field(description="The same for engineers, in English.")
    read_at: datetime | None = Field(description="Time of the newest reading with samples.")
    samples: list[SampleOut] = Field(description="The newest samples, the first 500 of them.")
    transcript: list[str] | None = Field(description="What was said during the last run.")


class TargetDetail(TargetOut):
    """A target with the way to the centre and its checks."""

    path: list[str] = Field(description="Slugs from the target to the centre, by the main line.")
    checks: list[CheckOut]


class TargetPage(BaseModel):
    """A page of targets, in the order of slugs."""

    items: list[TargetOut]
    next: str | None = Field(description="Cursor of the next page, null at the end.")


class ServiceOut(TargetOut):
    """A service, with what is asked of it and until when its certificate holds."""

    url: str | None = Field(description="The address by which it is looked at.")
    vantage: str | None = Field(description="The place from where it is looked at.")
    certificate_expires_at: datetime | None = Field(
        description="Of the newest reading; null where it has none, or was not read yet."
    )


class ServicePage(BaseModel):
    """A page of services, in the order of slugs."""

    items: list[ServiceOut]
    next: str | None = Field(description="Cursor of the next page, null at the end.")


class MemberOut(BaseModel):
    """A target touched by an incident."""

    target: str
    name: str
    joined_at: datetime
    left_at: datetime | None


class PauseOut(BaseModel):
    """Why nobody is told of an incident at present."""

    by: str = Field(description="The silence, or the announced works.")
    kind: str = Field(description="silence or works.")
    until: datetime
    owner: str
    reason: str


class IncidentOut(BaseModel):
    """One trouble."""

    id: str
    root: str
    root_name: str
    kind: str = Field(
        description="outage, flapping (one that comes and goes; `detail` is how often it fell) or "
        "threshold (of a rule)."
    )
    severity: Severity
    state: IncidentState
    began_at: datetime = Field(description="The first failed observation of the root.")
    decided_at: datetime
    recovered_at: datetime | None = Field(description="The first good observation.")
    lasted: int | None = Field(
        description="Seconds until it recovered, both instants cut to the second as pages and "
        "letters give them; none while it is open, or where the one that it was merged into counts."
    )
    cause: str
    detail: str
    touched: int = Field(description="How many targets it touches now.")
    merged_into: str | None
    further: tuple[str, ...] = Field(description="Roots that a person joined to this one.")
    apart_from: str | None = Field(description="The incident that a person split it off from.")
    acked_by: str | None
    acked_at: datetime | None
    paused: PauseOut | None = Field(description="While problems are held back: why.")
    version: int


class CauseOut(BaseModel):
    """The cause of an incident, as the last person who stated one said it."""

    incident: str
    category: str
    name: str
    name_en: str
    fault: Fault
    text: str
    by: str
    at: datetime


class IncidentPage(BaseModel):
    """A page of incidents, newest first."""

    items: list[IncidentOut]
    next: str | None = Field(description="Cursor of the next page, null at the end.")


class ToldOut(BaseModel):
    """A message that was to go out, and every attempt with its receipt."""

    notification: Notification
    deliveries: list[Delivery]


class TellingLine(BaseModel):
    """One intent to tell somebody of an incident, and what became of it."""

    person: str
    recipient: str = Field(description="A contact's slug, or a step of the chain.")
    channel: str = Field(description="Empty for a step of the chain, and where no way leads.")
    purpose: str
    step: int | None = Field(description="Of the chain; 0 of an end; null of a message.")
    step_name: str | None = Field(description="What the step is called; no two alike.")
    reason: str = Field(description="Why this person.")
    due_at: datetime | None
    because: str = Field(description="Why then.")
    state: str = Field(
        description="pending, claimed, sent, cancelled, failed, unfolded, or no_address."
    )
    fate: str = Field(description="That it was told, or why not.")
    settled_at: datetime | None
    attempts: list[Delivery] = Field(
        description="Each with its receipt and the words that went out; links and codes masked."
    )


class TakenOut(BaseModel):
    """Who took an incident on."""

    by: str
    person: str
    at: datetime
    way: str


class AnswerOut(BaseModel):
    """What somebody answered to a message about an incident."""

    person: str
    sender: str = Field(description="A telephone number, or whom the provider names.")
    channel: str
    text: str
    at: datetime
    came_of: str


class TellingOut(BaseModel):
    """Who was to be told of an incident, and what became of it."""

    incident: str
    taken: TakenOut | None
    lines: list[TellingLine]
    answers: list[AnswerOut]


class TicketOut(BaseModel):
    """What a carrier was told, and how far it is."""

    id: int | None
    carrier: str
    number: str | None = Field(description="The carrier's own.")
    step: Step
    reported_at: datetime
    reported_by: str
    received_at: datetime | None
    fixed_at: datetime | None = Field(description="When the carrier says that it was fixed.")
    why: str | None = Field(description="What it was, as the carrier says.")


class TicketIn(BaseModel):
    """A carrier was told."""

    carrier: str | None = Field(
        default=None, min_length=1, max_length=200, description="That of the line if absent."
    )
    number: str | None = Field(default=None, max_length=200)
    at: AwareDatetime | None = Field(default=None, description="Just now if absent.")


class StepIn(BaseModel):
    """A carrier has received it, or says that it is fixed."""

    step: Literal["received", "fixed"]
    number: str | None = Field(default=None, max_length=200)
    at: AwareDatetime | None = Field(default=None, description="Just now if absent.")
    why: str | None = Field(default=None, max_length=200, description="What it was, once fixed.")


class DraftOut(BaseModel):
    """The text for a carrier, ready to be sent."""

    carrier: str
    text: str


class IncidentDetail(IncidentOut):
    """An incident with members, timeline and what was told to whom."""

    members: list[MemberOut]
    timeline: list[IncidentNote] = Field(
        description="A line `merged` names the other incident: the one in `merged_into` went on, "
        "any other ended there."
    )
    told: list[ToldOut]
    tickets: list[TicketOut] = Field(description="What carriers were told, oldest first.")
    stated_cause: CauseOut | None = Field(description="What people say that caused it.")


class Words(BaseModel):
    """A note from a person."""

    text: str = Field(default="", max_length=2000)


class MergeIn(BaseModel):
    """These are one trouble."""

    incidents: list[str] = Field(
        min_length=1, max_length=200, description="Codes of open incidents that this one takes in."
    )
    reason: Line = Field(description="Why.")


class SplitIn(BaseModel):
    """This is another trouble."""

    target: str = Field(description="A member; what hangs on it goes along.")
    reason: Line = Field(description="Why.")


class Comment(BaseModel):
    """A comment from a person."""

    text: str = Field(min_length=1, max_length=2000)


class TransitionOut(BaseModel):
    """One change of status; a later row may supersede it."""

    id: int | None
    target: str
    old: Status
    new: Status
    at: datetime
    recorded_at: datetime
    reason: str
    cause: str | None
    detail: str
    supersedes: int | None


class IntervalOut(BaseModel):
    """A target had one status during [begin, end)."""

    target: str
    status: Status
    begin: datetime
    end: datetime
    reason: str
    cause: str | None


class CurveOut(BaseModel):
    """One line of a chart: [unix seconds, value] pairs; what is missing was not observed."""

    name: str
    unit: str = Field(description="seconds, ratio or bits per second.")
    points: list[tuple[float, float]]


class SeriesOut(BaseModel):
    """The lines of one panel."""

    target: str
    panel: str
    begin: datetime
    end: datetime
    step: float = Field(description="Seconds between two points.")
    curves: list[CurveOut]


class FoundOut(BaseModel):
    """One hit of a search."""

    kind: str = Field(description="unit, site, device, link, room, service or incident.")
    slug: str
    name: str
    where: str = Field(description="Where it lies, for telling namesakes apart.")
    status: Status | None
    url: str


class MeOut(BaseModel):
    """Who asks."""

    name: str
    full_name: str
    role: Role
    by: str = Field(description="session, token, or open while no user exists.")
    csrf: str | None = Field(description="To be sent as X-CSRF-Token with changes by a session.")


def target_out(target: Target, state: TargetState | None, incident: str | None) -> TargetOut:
    """Return a target as the interface shows it."""
    return TargetOut.model_validate(
        target.model_dump(include=set(TargetOut.model_fields))
        | {
            "status": state.status if state else Status.UNKNOWN,
            "since": state.since if state else None,
            "reason": state.reason if state else "",
            "cause": state.cause if state else None,
            "incident": incident,
        }
    )


def cause_out(one: Finding) -> CauseOut:
    """Return a cause as the interface shows it."""
    return CauseOut.model_validate(one.model_dump(exclude={"id"}))


def ticket_out(one: Ticket) -> TicketOut:
    """Return a ticket as the interface shows it."""
    return TicketOut.model_validate(one.model_dump(exclude={"incident"}) | {"step": one.step})


def transition_out(one: Transition) -> TransitionOut:
    """Return a transition as the interface shows it."""
    return TransitionOut.model_validate(one, from_attributes=True)


def interval_out(one: Interval) -> IntervalOut:
    """Return an interval as the interface shows it."""
    return IntervalOut.model_validate(one, from_attributes=True)


def check_out(
    check: Check,
    look: Look | None,
    newest: tuple[datetime, list[SampleOut]] | None,
    transcript: list[str] | None,
) -> CheckOut:
    """Return a check as the interface shows it."""
    failure = look.failure if look else None
    return CheckOut(
        slug=check.slug,
        collector=check.collector,
        address=check.address,
        vantage=check.vantage,
        interval=check.interval,
        reach=check.reach,
        looked_at=look.at if look else None,
        failure=failure.kind.value if failure else None,
        failure_detail=failure.detail if failure else "",
        read_at=newest[0] if newest else None,
        samples=newest[1] if newest else [],
        transcript=transcript,
    )
