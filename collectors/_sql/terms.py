"""What a login is made with, and what a session can do."""

import ssl
from dataclasses import dataclass
from typing import Protocol

from collectors._sql.params import Params

ROWS = 2  # asked for of a query: one more than there may be


class Refused(Exception):
    """The login was refused, in the server's words."""


@dataclass(frozen=True, slots=True)
class Terms:
    """With what we log in; `seconds` is the time that one query may take on the server."""

    params: Params
    host: str
    user: str
    password: str
    context: ssl.SSLContext | None
    seconds: float


class Reader(Protocol):
    """A session."""

    version: str

    def rows(self, text: str) -> list[tuple[object, ...]]:
        """Return at most two rows of a query; Trouble."""

    def close(self) -> None:
        """Say good-bye."""
