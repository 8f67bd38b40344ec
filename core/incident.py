"""One trouble and who is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.model import Model
from core.text import Language


class Severity(StrEnum):
    """khẩn cấp / nghiêm trọng / cảnh báo / thông tin."""

    CRITICAL = "critical"
    MAJOR = "major"
    WARNING = "warning"
    INFO = "info"


OUTAGE = "outage"
FLAPPING = "flapping"  # the kind of an outage that comes and goes: `detail` is how often it fell
THRESHOLD = "threshold"  # the kind of incidents of rules: `root` the target, `cause` the rule

EXTERNAL = "external"  # the kind of what others report: `cause` the fingerprint of their alert


class IncidentState(StrEnum):
    """Where an incident is in its life."""

    OPEN = "open"
    RECOVERED = "recovered"
    MERGED = "merged"  # its root turned out to lie below another root: see `merged_into`


class Member(Model):
    """A target touched by an incident, the root included."""

    target: str
    joined_at: datetime
    left_at: datetime | None = None


class Step(Model):
    """One step of a chain: `after` seconds from the first telling, whom, by which channels."""

    number: int
    after: float = 0.0
    # primary secondary contact site concerned, as in `core.inventory.EscalationStep`; officer: of
    # the meeting that is touched, named in `contact`
    tell: str
    rota: str | None = None
    contact: str | None = None
    channels: tuple[str, ...] = ()  # empty: all


class Chain(Model):
    """Who is told in which order, as it was written when the incident opened."""

    slug: str
    name: str
    severities: tuple[Severity, ...] = ()  # empty: all
    steps: tuple[Step, ...]


class Incident(Model):
    """One trouble: root, members, acknowledgement. `id` is its code, `SC-20261122-0001`."""

    id: str
    root: str
    kind: str = OUTAGE
    severity: Severity
    state: IncidentState = IncidentState.OPEN
    began_at: datetime  # the first failed observation of the root
    decided_at: datetime
    recovered_at: datetime | None = None  # the first good observation
    cause: str = ""  # named: port_admin_down, port_down, silence, refused, …
    detail: str = ""
    members: tuple[Member, ...] = ()
    merged_into: str | None = None
    further: tuple[str, ...] = ()  # roots of which a person said that they are the same trouble
    apart_from: str | None = None  # the incident of which a person said that this is another
    acked_by: str | None = None
    acked_at: datetime | None = None
    chain: Chain | None = None  # None: everybody concerned is told at once
    version: int = 1  # grows with every change; a stale writer is refused

    @property
    def present(self) -> tuple[str, ...]:
        """Return the slugs of the members that have not left, the root first."""
        return tuple(m.target for m in self.members if m.left_at is None)

    @property
    def roots(self) -> tuple[str, ...]:
        """Return the root, then those that a person joined to it."""
        return (self.root, *self.further)

    @property
    def by_hand(self) -> bool:
        """Say whether a person decided what belongs to it."""
        return bool(self.further) or self.apart_from is not None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides something about an incident, why, and from which address."""

    actor: str
    reason: str
    origin: str = ""


class IncidentNote(Model):
    """A line of an incident's timeline: what happened, or what a person said."""

    incident: str
    at: datetime
    # opened joined left recovered merged taken_in split_off ack comment told failed held finding …
    kind: str
    actor: str | None = None  # a user's name, None = the platform
    text: str = ""
    id: int | None = None


class Purpose(StrEnum):
    """Why a person is told."""

    PROBLEM = "problem"
    REMINDER = "reminder"  # of a problem that nobody has acknowledged
    RECOVERY = "recovery"
    TEST = "test"
    READINESS = "readiness"  # of the rooms of a meeting
    CHECKLIST = "checklist"  # the person in a room is asked to look


ASKING = frozenset({Purpose.PROBLEM, Purpose.REMINDER})  # somebody to take an open trouble on

OF_MEETINGS = frozenset({Purpose.READINESS, Purpose.CHECKLIST})  # about no incident


class NotificationState(StrEnum):
    """Where a notification is on its way."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    CANCELLED = "cancelled"  # the problem ended before it was due
    FAILED = "failed"  # given up, loudly
    UNFOLDED = "unfolded"  # a step whose time had come: messages of their own go on from it


@dataclass(frozen=True, slots=True)
class Due:
    """When people are told, and why then.

    at_once delay coming_back night day_off silence works meeting others_meet.
    """

    at: datetime
    because: str


class Notification(Model):
    """The intent to tell one person on one channel.

    Unique by (incident, purpose, recipient, channel). One with a `step` is a promise of the
    incident's chain, named in `recipient`: who that is by which channel is found when it is due.
    """

    id: int | None = None
    incident: str | None
    purpose: Purpose
    recipient: str  # contact slug
    address: str  # where the channel delivers: e-mail address, URL
    channel: str  # name of a configured channel
    language: Language = "vi"
    reason: str
    step: int | None = None  # of the chain; 0: whoever was told of the problem
    due_at: datetime
    state: NotificationState = NotificationState.PENDING
    attempts: int = 0
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    settled_at: datetime | None = None
    because: str = ""  # why it is due then, as in `Due`
    held_by: str | None = None  # the silence or the works that held it back
    meeting: str | None = None  # what it is about, if that is no incident


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the messages about one problem, whoever they were for."""

    sent: int = 0
    failed: int = 0
    cancelled: int = 0
    waiting: Due | None = None  # the earliest that is yet to go out
    held_by: tuple[str, ...] = ()  # silences and works that held some of them back


class Delivery(Model):
    """One attempt to deliver a notification, with the provider's receipt."""

    id: int | None = None
    notification: int
    at: datetime
    ok: bool
    receipt: str = ""
    subject: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along with a message, where the channel can carry one."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Short:
    """The same in few words: for phones, and for services that need not know more."""

    sms: str  # one SMS
    minimal: str  # code, severity, count, time and link: nothing about what is weak where
    template: str  # which of the fixed SMS texts it is: problem recovery retired test
    parts: tuple[str, ...] = ()  # what fills that text, in order
    code: str = ""  # that an answer names; "": it cannot be answered
    words: Mapping[str, str] = field(default_factory=dict)  # by name, for templates elsewhere


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends: rendered at the moment of speaking."""

    id: str  # the same on every retry: receivers can drop duplicates
    to: str
    subject: str
    body: str
    html: str | None = None
    data: dict[str, object] | None = None  # the same facts for machines (webhook)
    attachments: tuple[Attachment, ...] = ()
    short: Short | None = None
