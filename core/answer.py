"""What a person who was told says back, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.model import Model


@dataclass(frozen=True, slots=True)
class Answer:
    """One message that came in by a channel."""

    id: str  # the provider's own, or a digest: the same when it is handed over again
    sender: str  # a telephone number, or whom the provider says
    text: str
    contact: str | None = None  # who that is by the channel's own settings


class Verdict(StrEnum):
    """What comes of an answer."""

    TAKEN = "taken"  # its incident is acknowledged
    PROVEN = "proven"  # the number it came from is who it is for
    ALREADY = "already"  # somebody has taken it on before
    ENDED = "ended"  # the trouble is over
    EXPIRED = "expired"  # the code no longer counts
    UNKNOWN = "unknown"  # no such code, or this person was not told of it
    UNCLEAR = "unclear"  # no code, or words that say no
    STRANGER = "stranger"  # nobody that we know


class Received(Model):
    """An answer as the ledger keeps it. Unique by channel and `message`."""

    id: int | None = None
    channel: str
    message: str  # the answer's id
    sender: str
    contact: str | None = None  # None: a stranger
    text: str
    at: datetime
    verdict: Verdict
    code: str | None = None
    incident: str | None = None  # the first that it is about
    replied: bool = False  # we said so to the sender
    receipt: str = ""  # what became of that


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the ledger made of an answer. `incidents` are those it is about."""

    verdict: Verdict
    number: int  # of the kept answer
    contact: str | None = None
    code: str | None = None
    incidents: tuple[str, ...] = ()
    by: str | None = None  # who had taken it on before
    again: bool = False  # it was handed over before: everything is done
    replies: "Replies | None" = None


@dataclass(frozen=True, slots=True)
class Replies:
    """How often we have replied lately."""

    sender_hour: int = 0
    sender_day: int = 0
    channel_hour: int = 0
