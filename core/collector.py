"""What a way of looking is: a frozen set of parameters, what it emits, and one function.

A module of `collectors/` holds one public `COLLECTOR`. Registries are built by scanning the
folder (runtime), so adding a collector touches one file and its test.
"""

import logging
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from core.clock import Clock
from core.reading import Reading
from core.text import Text
from core.watching import Check


class Sockets(Protocol):
    """Where sockets come from: this process, or a door into another network namespace."""

    def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
        """Return a new non-blocking socket; OSError where refused."""


class Secrets(Protocol):
    """Credentials by name."""

    def reveal(self, name: str) -> str | None:
        """Return the secret's plain text, or None if no such secret is set."""


class Transcript(Protocol):
    """What was said during one run, kept for people."""

    def note(self, line: str, *args: object) -> None:
        """Add one line; `line % args`, as in logging. Never holds a secret."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer as they went over the wire, without what is secret in them.

    `way` says how to read the rest. "http": status and Content-Type are HTTP's. "text": a line that
    was said, and all that came until the next; status 1 where the device then hung up. "snmp": a
    request, its error status, and the bindings in lines of an snmprec file (where the status is an
    error: the index of the name at fault). "sip": the response as it came. "datagram": the answer
    in hexadecimal, and as `kind` the octets of the question that it repeats, as "8-20".
    """

    asked: str  # "GET /getxml?location=/Status/Call", "callinfo all", "GETBULK 1.3.6.1.2.1.2.2 25"
    status: int
    kind: str
    body: str
    way: str = "http"
    headers: Mapping[str, str] = field(default_factory=dict)  # of HTTP, what more must be heard


Record = Callable[[Exchange], None]


@dataclass(slots=True)
class Kit:
    """The shared, expensive things that collectors are handed.

    `engines` holds long-lived engines by name (one ICMP socket, one SNMP socket), made on
    first use by `engine(name, make)` and closed by the scheduler's owner through `aclose`. In
    `folder` an engine may keep a small file that outlives the process.
    """

    clock: Clock
    sockets: Sockets
    secrets: Secrets
    log: logging.Logger
    engines: dict[str, "Engine"] = field(default_factory=dict)
    record: Record | None = None  # takes every exchange, where somebody asks
    folder: Path | None = None

    def engine(self, name: str, make: Callable[["Kit"], "Engine"]) -> "Engine":
        """Return the named engine, made once."""
        if name not in self.engines:
            self.engines[name] = make(self)
        return self.engines[name]

    async def aclose(self) -> None:
        """Close every engine, last made first."""
        while self.engines:
            await self.engines.popitem()[1].aclose()


class Engine(Protocol):
    """A long-lived thing with a socket."""

    async def aclose(self) -> None:
        """Release sockets and tasks."""


@dataclass(frozen=True, slots=True)
class Emit:
    """One metric that a collector may bring."""

    name: str
    help: Text
    kind: str = "gauge"  # or "counter"
    labels: tuple[str, ...] = ()  # beside the check's identity labels


class Look(Protocol):
    """One run: returns a Reading, failures included; raises only when cancelled or broken."""

    def __call__(self, check: Check, kit: Kit, transcript: Transcript) -> Awaitable[Reading]:
        """Look once at the check's target."""


class Sweep(Protocol):
    """Many targets on one socket, for probes cheaper than a task; runs until cancelled.

    In calm times it emits one summary reading per check and 30 s (`samples`, `loss`). On the
    first miss it probes the suspect and the checks of `Verify.uplinks` fast, and emits every
    probe of the burst, good or bad, as a reading of its own (`at` = when the probe was sent).
    """

    def __call__(self, feed: "SweepFeed", kit: Kit, emit: "Emitted") -> Awaitable[None]:
        """Probe every check of the feed at its interval."""


Emitted = Callable[[Sequence[Reading]], None]


class SweepFeed(Protocol):
    """The checks of a sweep, as they stand now."""

    def current(self) -> Sequence[Check]:
        """Return the checks to probe."""

    @property
    def version(self) -> int:
        """Return a number that grows whenever `current()` has changed."""

    def hints(self) -> Sequence[str]:
        """Return, once, the slugs of checks that someone wants to see at once."""


@dataclass(frozen=True, slots=True)
class Collector:
    """A way of looking."""

    name: str
    help: Text
    params: type[BaseModel]
    emits: tuple[Emit, ...]
    look: Look
    sweep: Sweep | None = None
    interval: float = 60.0  # seconds, the default
    timeout: float = 10.0
    pause: float = 0.0  # seconds between two looks that equipment needs, during a meeting too
