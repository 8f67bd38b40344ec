"""Who is meant by a step of a chain, now that its time has come?

A step that reaches nobody passes to the next at once; where the last reaches nobody either,
everybody whom the incident concerns is told: a hole in a rota must not swallow a page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.hours import open_until
from alerts.reasons import GROWN, NOBODY, REMINDER, UNREACHED
from alerts.telling import TellingPolicy, addresses, concerned
from alerts.topology import Topology
from core.incident import (
    Chain,
    Incident,
    Notification,
    NotificationState,
    Purpose,
    Severity,
    Step,
)
from core.inventory import Contact
from core.watching import Hours

SETTLING = timedelta(seconds=2)  # until it is looked again how an earlier step fared
REPEATED = timedelta(seconds=30)  # whoever was told less than that ago needs no reminder


@dataclass(frozen=True, slots=True)
class People:
    """Who can be told at an instant: contacts, who is on duty by rota and role, sites' contacts."""

    contacts: tuple[Contact, ...]
    duty: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    of_site: Mapping[str, str] = field(default_factory=dict)


def messages(
    promise: Notification,
    incident: Incident,
    people: People,
    topology: Topology,
    policy: TellingPolicy,
    *,
    told: Iterable[Notification] = (),
    now: datetime,
) -> list[Notification]:
    """Return the messages that a step of a problem's chain becomes.

    Whoever was `told` by an earlier step is reminded by this one; but not of what they heard a
    moment ago, where two steps are due at one time.
    """
    rows = _reaching(promise, incident, people, topology, policy, now)
    if promise.reason == GROWN:
        return rows  # it is for those who are new
    known = {(row.recipient, row.channel): row.settled_at or now for row in _sent(told)}
    reminder = {"purpose": Purpose.REMINDER, "reason": REMINDER}
    found: list[Notification] = []
    for row in rows:
        heard_at = known.get((row.recipient, row.channel)) if _in_person(row) else None
        if heard_at is None:
            found.append(row)
        elif now - heard_at >= REPEATED:
            found.append(row.model_copy(update=reminder))
    return found


def not_before(
    promise: Notification, chain: Chain, told: Iterable[Notification], now: datetime
) -> datetime:
    """Return when a step may be told at the earliest: its minutes after the one before was.

    A silence that ends, or a hub that was away, leaves every step due at once: the first is
    given its chance all the same. What was not taken by a channel at once is waited for no more.
    """
    rows = [row for row in told if row.purpose is Purpose.PROBLEM and row.reason != GROWN]
    own = next((step for step in chain.steps if step.number == promise.step), None)
    if own is None or promise.reason in {GROWN, UNREACHED}:
        return now
    earlier = [step for step in chain.steps if step.after < own.after]
    numbers = {step.number for step in earlier}
    if any(_comes_now(row, now) for row in rows if row.step is None or row.step in numbers):
        return now + SETTLING if earlier else now
    heard: dict[str, datetime] = {}  # by person, whichever way was the first
    for row in filter(_in_person, _sent(rows)):
        heard[row.recipient] = min(row.settled_at or now, heard.get(row.recipient, now))
    if not heard or not earlier:
        return now
    since_then = own.after - max(step.after for step in earlier)
    return max(heard.values()) + timedelta(seconds=since_then)


def _comes_now(row: Notification, now: datetime) -> bool:
    """Say whether a message or a step is being told for the first time, or is just about to."""
    waits = row.state is NotificationState.PENDING and row.attempts == 0 and row.due_at <= now
    return waits or (row.state is NotificationState.CLAIMED and row.attempts <= 1)


def _reaching(  # noqa: PLR0917
    promise: Notification,
    incident: Incident,
    people: People,
    topology: Topology,
    policy: TellingPolicy,
    now: datetime,
) -> list[Notification]:
    found: dict[tuple[str, str], Notification] = {}
    for step in _from(incident.chain, promise.step or 0):
        fixed = bool(step.channels) and _only_fixed(step.channels, policy)
        contacts = _meant(step, incident, people, topology)
        passed_on = {} if step.number == (promise.step or 0) else {"reason": UNREACHED}
        said = promise.model_copy(update=passed_on)
        own = _messages(said, contacts, step.channels, policy, now)
        found |= _by_way(own)
        if fixed or any(_in_person(row) for row in own):
            return list(found.values())
    everybody = concerned(incident, topology, people.contacts)
    nobody = promise.model_copy(update={"reason": NOBODY})
    return list((found | _by_way(_messages(nobody, everybody, (), policy, now))).values())


def recoveries(
    promise: Notification, told: Iterable[Notification], now: datetime
) -> list[Notification]:
    """Return the messages of a recovery: one to everybody who was told of the problem.

    `told` are the messages about it, and about what became part of it.
    """
    return [
        _message(promise, row.recipient, row.address, row.channel, now).model_copy(
            update={"language": row.language}
        )
        for row in _by_way(_sent(told)).values()
    ]


def otherwise(
    failed: Notification, people: People, policy: TellingPolicy, now: datetime
) -> list[Notification]:
    """Return the other ways to whom one way did not reach for good."""
    same = [contact for contact in people.contacts if contact.slug == failed.recipient]
    rows = _messages(failed, same, (), policy, now)
    return [row for row in rows if _in_person(row) and row.channel != failed.channel]


def quiet_until(
    message: Notification,
    incident: Incident,
    people: People,
    quiet: Mapping[str, tuple[Hours, ...]],
    now: datetime,
) -> datetime | None:
    """Return until when a person is left in peace, None if the message may go out now.

    What is critical goes out at any hour, and so does everything to whoever is on duty.
    """
    contact = next((c for c in people.contacts if c.slug == message.recipient), None)
    if contact is None or contact.quiet is None or incident.severity is Severity.CRITICAL:
        return None
    if any(contact.slug in who for roles in people.duty.values() for who in roles.values()):
        return None
    return open_until(quiet.get(contact.quiet, ()), now)


def _sent(told: Iterable[Notification]) -> list[Notification]:
    """Return the messages by which people have heard of the problem."""
    return [
        row
        for row in told
        if row.step is None
        and row.purpose is Purpose.PROBLEM
        and row.state is NotificationState.SENT
    ]


def _from(chain: Chain | None, number: int) -> list[Step]:
    return [step for step in chain.steps if step.number >= number] if chain is not None else []


def _meant(step: Step, incident: Incident, people: People, topology: Topology) -> list[Contact]:
    match step.tell:
        case "concerned":
            return concerned(incident, topology, people.contacts)
        case "site":
            known = incident.root in topology.targets
            site = topology.site_of(incident.root) if known else None
            slugs: Sequence[str] = (people.of_site.get(site.slug, ""),) if site is not None else ()
        case "contact" | "officer":
            slugs = (step.contact or "",)
        case _:
            slugs = people.duty.get(step.rota or "", {}).get(step.tell, ())
    return [contact for contact in people.contacts if contact.slug in slugs]


def _messages(
    promise: Notification,
    contacts: Iterable[Contact],
    channels: tuple[str, ...],
    policy: TellingPolicy,
    now: datetime,
) -> list[Notification]:
    """Return a message for every way among `channels`; who has none of them is told by all."""
    ways = tuple(way for way in policy.ways if way.name in channels or not channels)
    chosen = policy.model_copy(update={"ways": ways})
    rest = tuple(way for way in policy.ways if way.to != "fixed")
    others = policy.model_copy(update={"ways": rest})
    found = list(addresses(chosen, ()))
    for contact in contacts:
        personal = chosen.model_copy(update={"ways": tuple(w for w in ways if w.to != "fixed")})
        found += list(addresses(personal, [contact])) or list(addresses(others, [contact]))
    return [
        _message(promise, recipient, address, channel, now).model_copy(
            update={"language": language}
        )
        for recipient, address, channel, language in found
    ]


def _message(
    promise: Notification, recipient: str, address: str, channel: str, now: datetime
) -> Notification:
    return Notification(
        incident=promise.incident,
        purpose=promise.purpose,
        recipient=recipient,
        address=address,
        channel=channel,
        reason=promise.reason,
        due_at=now,
    )


def _by_way(rows: Iterable[Notification]) -> dict[tuple[str, str], Notification]:
    return {(row.recipient, row.channel): row for row in rows}


def _in_person(row: Notification) -> bool:
    return row.recipient != row.channel


def _only_fixed(channels: tuple[str, ...], policy: TellingPolicy) -> bool:
    named = [way for way in policy.ways if way.name in channels]
    return bool(named) and all(way.to == "fixed" for way in named)
