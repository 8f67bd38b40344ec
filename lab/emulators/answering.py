"""What an emulator over HTTP is: questions in, answers out, its guesses told."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from core.clock import Clock
from lab.calls import Calls

USER, PASSWORD = "monitor", "thong-suot-2026"  # of pretend devices


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. Header names are in lower case, the target is as it was sent."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """One response; `delay` seconds pass before it. Status 0: nothing ever comes."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/plain"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class About:
    """What an emulator was written from, and what it had to guess because no document says it."""

    family: str
    source: str
    guessed: Mapping[str, str]


class Emulator(Protocol):
    """One pretend device."""

    @property
    def about(self) -> About:
        """What it was written from."""

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""


@dataclass(slots=True)
class Stage:
    """What every emulator stands on."""

    calls: Calls
    clock: Clock
    device: str  # slug in the inventory; of a bridge its own
    user: str = USER
    password: str = PASSWORD


def shown_login(ask: Ask) -> tuple[str, str] | None:
    """Return the user and password of HTTP Basic, None if there are none."""
    scheme, _, value = ask.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None


UNAUTHORISED = Reply(401, b"Unauthorized", headers=(("WWW-Authenticate", 'Basic realm="device"'),))
