"""Is a telephone number or an address whose it is said to be? A code goes there and comes back."""

from dataclasses import dataclass
from datetime import datetime

from core.model import Model, Slug


class Proof(Model):
    """A code that was sent to a contact's number or address by one channel."""

    id: int | None = None
    contact: Slug
    address: str  # as the contact has it
    channel: str
    code: str
    asked_by: str
    at: datetime
    expires_at: datetime
    receipt: str = ""  # what the channel said; "": not sent
    sent: bool = False
    tries: int = 0  # codes typed that were not it
    proven_at: datetime | None = None
    proven_by: str = ""  # who typed the code; "answer": it came back


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one number or address of a contact."""

    proven_at: datetime | None = None  # the first time that something came back from there
    asked_at: datetime | None = None  # the last time that a code went there
    receipt: str = ""
    waiting: bool = False  # a code may still be given back
