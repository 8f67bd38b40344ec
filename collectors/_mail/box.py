"""What IMAP and POP3 both tell of a mailbox."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from collectors._mail.login import Login


@dataclass(frozen=True, slots=True)
class Fill:
    """How full a mailbox is; None: the server does not say."""

    messages: int
    unseen: int | None = None
    used: int | None = None  # bytes
    size: int | None = None  # bytes that it may hold


class Found(NamedTuple):
    """A letter that was looked for: its number in the mailbox, and its subject."""

    number: int
    subject: str


class Box(Protocol):
    """A conversation with the server of a mailbox."""

    async def greeting(self, said: str | None) -> None:
        """Hear the greeting, unless it was `said` before TLS."""

    async def log_in(self, login: Login) -> None:
        """Log in; Refused."""

    async def fill(self, folder: str) -> Fill:
        """Return how full the mailbox is."""

    async def find(self, folder: str, word: str) -> list[Found]:
        """Return the letters whose subject contains a word, of those that are there now."""

    async def delete(self, numbers: list[int]) -> None:
        """Delete letters for good."""

    async def leave(self) -> None:
        """Say goodbye."""
