"""Who is told of what, when, and by which way?

`notifications` decides (pure); `alerts.wording` finds the words at the moment of speaking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, Protocol

from pydantic import Field

from alerts import chains
from alerts.coming_back import Freed, due_back
from alerts.endangered import hit
from alerts.incidents import Fold
from alerts.night import Night
from alerts.severity import class_of
from alerts.topology import Topology
from core.incident import Due, Incident, Notification, Purpose
from core.inventory import Contact
from core.model import Model, Slug
from core.text import Language
from core.watching import Target

AT_HAND = timedelta(minutes=15)  # before its begin a meeting has whoever is on duty to itself
LONGEST_WAIT = timedelta(hours=4)  # for the end of meetings
NOBODY: Freed = MappingProxyType({})
DELAYS: Mapping[str, float] = {
    "center": 0.0,
    "hub": 0.0,
    "link_center": 0.0,
    "link_hub": 0.0,
    "site": 180.0,
    "link_site": 180.0,
    "device": 300.0,
}


class Way(Model):
    """A configured channel and where it delivers: to each contact's own address, or to one."""

    name: Slug
    to: Literal["email", "phone", "fixed"] = "email"
    address: str = ""  # of a fixed one: a URL


class TellingPolicy(Model):
    """How long each class of target waits before anybody is told, and by which channels."""

    delays: Mapping[str, float] = Field(default_factory=lambda: dict(DELAYS))  # seconds
    ways: tuple[Way, ...] = ()
    base_url: str = ""  # of the links in messages, without a slash at the end
    language: Language = "vi"  # of messages to no particular person
    settling: float = 3.0  # seconds between a recovery and its message
    coming_back: float = 15.0  # seconds for what was lost with a trouble that is over
    # What touches no meeting while one is at hand: told as usual, or when that is over.
    unbooked: Literal["usual", "wait"] = "usual"
    night: Night = Night()

    def delay(self, klass: str) -> float:
        """Return how many seconds a class of target (`alerts.severity.CLASSES`) waits."""
        return self.delays.get(klass, DELAYS.get(klass, 0.0))


@dataclass(slots=True)
class Told:
    """Notifications to write, and those to take back while they are still pending."""

    notifications: list[Notification] = field(default_factory=list)
    cancelled: list[tuple[str, str]] = field(default_factory=list)  # (incident, purpose)


def notifications(  # noqa: PLR0917
    fold: Fold,
    topology: Topology,
    policy: TellingPolicy,
    contacts: Sequence[Contact],
    now: datetime,
    freed: Freed = NOBODY,
) -> Told:
    """Return who is to be told of what became of the incidents, each with a named reason.

    Of an incident with a chain only the steps are written down: who they are is found when they
    are due.

    A problem waits for the delay of its class, and perhaps for the morning; one that ends
    before that is told to nobody. `freed`: who was lost with a trouble that has just ended.
    Who has been told of one that another now speaks for hears of the other at once, and so of
    its end. Whether a recovery is told to a person depends on whether the problem was: the
    ledger leaves out what was cancelled, the dispatcher looks at the moment of speaking.
    """
    told = Told()
    notices = _Notices(topology, policy, tuple(contacts))

    def paged(incident: Incident) -> Due:
        return page_due(incident, topology, policy, now, freed)

    told_before = {i.merged_into for i in fold.merged if now >= paged(i).at}
    at_once = Due(now, "at_once")
    for incident in fold.opened:
        due = at_once if incident.id in told_before else paged(incident)
        told.notifications += notices.of(incident, Purpose.PROBLEM, "new_problem", due)
    for incident in fold.changed:
        if incident.chain is None and all(m.joined_at != now for m in incident.members):
            continue  # nobody new is touched
        page = paged(incident)
        due = page if page.at > now else at_once
        told.notifications += notices.of(
            incident, Purpose.PROBLEM, "touches_your_unit", due, since=page.at
        )
    for incident in (*fold.merged, *fold.recovered):
        told.cancelled.append((incident.id, Purpose.PROBLEM))
    for incident in fold.recovered:
        due = Due(now + timedelta(seconds=policy.settling), "at_once")
        told.notifications += notices.of(incident, Purpose.RECOVERY, "recovered", due)
    return told


def page_due(
    incident: Incident,
    topology: Topology,
    policy: TellingPolicy,
    now: datetime,
    freed: Freed = NOBODY,
) -> Due:
    """Return when people are told of a problem, and why then.

    Deciding is not paging: an incident is open and on the board at once; its class says how
    long to wait whether it passes, its class and severity whether it waits for the morning.
    What was lost with a trouble that has just ended gets time to come back, but on the path of
    a meeting.
    """
    if incident.root not in topology.targets:
        return Due(min(now, incident.decided_at), "at_once")
    if hit(incident, topology, now) is not None:
        return Due(incident.decided_at, "meeting")
    wait = usual_delay(incident, topology, policy)
    ready = Due(incident.decided_at + timedelta(seconds=wait), "delay" if wait else "at_once")
    back = due_back(incident, freed, policy.coming_back)
    if back is not None and back > ready.at:
        ready = Due(back, "coming_back")
    if wait and policy.unbooked == "wait":
        ready = after_meetings(ready, incident, topology)
    return not_at_night(ready, incident, topology, policy.night)


def after_meetings(due: Due, incident: Incident, topology: Topology) -> Due:
    """Return when a problem that touches no meeting is told: after the meetings that are at hand.

    Who is on duty has a meeting to look after. What is told at once anyway (a centre, a hub, their
    lines) does not wait, and nothing waits for longer than `LONGEST_WAIT`.
    """
    at = incident.decided_at
    ends = [one.end for one in topology.bookings if one.begin - AT_HAND <= at < one.end]
    until = min(max(ends, default=at), at + LONGEST_WAIT)
    return Due(until, "others_meet") if until > due.at else due


def usual_delay(incident: Incident, topology: Topology, policy: TellingPolicy) -> float:
    """Return how many seconds the class of an incident's root waits whether it passes."""
    if incident.root not in topology.targets:
        return 0.0
    return policy.delay(class_of(topology, incident.root))


def not_at_night(due: Due, incident: Incident, topology: Topology, night: Night) -> Due:
    """Return when a problem is told that is due by day and night: then, or in the morning."""
    if incident.root not in topology.targets:
        return due
    klass = class_of(topology, incident.root)
    return night.due(due, klass, incident.severity, topology.days_off)


def addresses(
    policy: TellingPolicy, contacts: Iterable[Contact]
) -> Iterable[tuple[str, str, str, Language]]:
    """Yield (recipient, address, channel, language) for every way that reaches somebody."""
    contacts = tuple(contacts)
    for way in policy.ways:
        if way.to == "fixed":
            yield way.name, way.address, way.name, policy.language
            continue
        for contact in contacts:
            address = contact.email if way.to == "email" else contact.phone
            if address:
                yield contact.slug, address, way.name, "en" if contact.language == "en" else "vi"


class Known(Protocol):
    """What knows targets by slug: a topology, or less."""

    @property
    def targets(self) -> Mapping[str, Target]:
        """Return the targets by slug."""


def concerned(incident: Incident, known: Known, contacts: Iterable[Contact]) -> list[Contact]:
    """Return the contacts of the units that an incident has touched, and those of everything."""
    units = {
        unit
        for member in incident.members
        if (target := known.targets.get(member.target)) is not None
        for unit in target.unit_path
    }
    return [c for c in contacts if c.unit is None or c.unit in units]


@dataclass(frozen=True, slots=True)
class _Notices:
    topology: Topology
    policy: TellingPolicy
    contacts: tuple[Contact, ...]

    def of(
        self,
        incident: Incident,
        purpose: Purpose,
        reason: str,
        due: Due,
        *,
        since: datetime | None = None,
    ) -> list[Notification]:
        """Return one notification for every way to everybody whom the incident concerns."""
        if incident.chain is not None:
            return chains.promised(incident, incident.chain, purpose, reason, due, since=since)
        everybody = concerned(incident, self.topology, self.contacts)
        return [
            Notification(
                incident=incident.id,
                purpose=purpose,
                recipient=recipient,
                address=address,
                channel=channel,
                language=language,
                reason=reason,
                due_at=due.at,
                because=due.because,
            )
            for recipient, address, channel, language in addresses(self.policy, everybody)
        ]
