"""A dispatcher in a process of its own, over a real ledger, that kills itself at a named point.

Nothing of this is in the product: the fuse sits in the outbox, the channel and the database's
commit that the dispatcher is given.
"""

import asyncio
import os
import random
import signal
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel
from sqlalchemy import Connection, event

from alerts.topology import Topology
from core.channel import Channel
from core.clock import Clock, SystemClock
from core.incident import (
    Delivery,
    Incident,
    Message,
    Notification,
    NotificationState,
    Purpose,
    Severity,
)
from core.outcome import Outcome
from core.text import Text
from runtime.books import CodeBook, IncidentBook, LinkBook, SilenceBook, WorksBook
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.outlet import Outlet
from runtime.receipts import Receipts
from storage.database import Database
from storage.ledger import Ledger
from storage.outbox import Outbox
from tests.alerts.province import estate

# In the order of a message's life; of a transaction, before and after its COMMIT.
POINTS = (
    *("writing", "written"),
    *("claiming", "claimed"),
    *("unfolding", "unfolded"),
    *("sending", "sent"),
    *("settling", "settled"),
)
STEP = 3  # messages that the step of a chain becomes
LATENCY = (0.005, 0.05)  # seconds a provider takes
_doing: ContextVar[str] = ContextVar("doing", default="")


@dataclass(frozen=True, slots=True)
class Order:
    """One life: what it writes, and where it ends; by itself when nothing is left to say."""

    url: str
    folder: Path
    number: int
    messages: int
    point: str = "never"
    times: int = 1  # how often the point is passed before
    seed: int = 0

    @property
    def accepted(self) -> Path:
        """Return the file of what the ledger said it has."""
        return self.folder / "accepted"

    @property
    def taken(self) -> Path:
        """Return the file of what the provider took: id and address."""
        return self.folder / "taken"


@dataclass(slots=True)
class Fuse:
    """Kills this process when a point is passed for the last time."""

    point: str
    left: int

    def passes(self, point: str) -> None:
        """Pass a point."""
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, database: Database) -> None:
        """Pass the point that is being written before every COMMIT."""

        @event.listens_for(database._writer.sync_engine, "commit")
        def committing(_connection: Connection) -> None:
            self.passes(_doing.get())


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Name the transactions of a block."""
    before = _doing.set(what)
    try:
        yield
    finally:
        _doing.reset(before)


class FusedOutbox(Outbox):
    """The outbox, with a fuse before and after the COMMIT of what the dispatcher does."""

    def __init__(self, database: Database, clock: Clock, fuse: Fuse) -> None:
        super().__init__(database, clock)
        self._fuse = fuse

    async def claim(
        self,
        worker: str,
        now: datetime,
        limit: int = 10,
        lease_s: float = 60.0,
        *,
        busy: Mapping[str, int] = MappingProxyType({}),
        besides: Collection[int] = (),
    ) -> list[Notification]:
        with doing("claiming"):
            claimed = await super().claim(worker, now, limit, lease_s, busy=busy, besides=besides)
        if claimed:
            self._fuse.passes("claimed")
        return claimed

    async def unfold(
        self, promise: Notification, rows: Sequence[Notification], now: datetime
    ) -> list[int]:
        with doing("unfolding"):
            added = await super().unfold(promise, rows, now)
        self._fuse.passes("unfolded")
        return added

    async def settle(
        self,
        notification: Notification,
        delivery: Delivery | None,
        state: NotificationState,
        next_due: datetime | None = None,
    ) -> bool:
        with doing("settling"):
            settled = await super().settle(notification, delivery, state, next_due)
        self._fuse.passes("settled")
        return settled

    async def sent(self, taken: Sequence[tuple[Notification, Delivery]]) -> None:
        with doing("settling"):
            await super().sent(taken)
        self._fuse.passes("settled")


@dataclass(frozen=True, slots=True)
class FusedBooks:
    """A ledger's books, one of them with a fuse."""

    outbox: FusedOutbox
    incidents: IncidentBook
    links: LinkBook
    answers: CodeBook
    silences: SilenceBook
    maintenance: WorksBook


class Duty:
    """Whoever is on duty: a few people, the same in every life."""

    async def messages(
        self,
        promise: Notification,
        incident: Incident,
        topology: Topology,
        told: Sequence[Notification],
        now: datetime,
    ) -> list[Notification]:
        """Return the messages that a step becomes."""
        return [a_notice(incident.id, f"duty{n}", now) for n in range(STEP)]

    async def quiet_until(
        self, message: Notification, incident: Incident, now: datetime
    ) -> datetime | None:
        """Leave nobody in peace."""
        return None

    async def otherwise(self, failed: Notification, now: datetime) -> list[Notification]:
        """Return no other way."""
        return []


class Nothing(BaseModel):
    """No parameters."""


def code(number: int) -> str:
    """Return the incident of a life."""
    return f"SC-20261122-{number:04}"


def expected(incident: str, messages: int) -> set[str]:
    """Return the addresses that an incident is to be told to."""
    names = [*(f"r{n}" for n in range(messages)), *(f"duty{n}" for n in range(STEP))]
    return {f"{incident}.{name}@example.vn" for name in names}


def a_notice(incident: str, recipient: str, now: datetime, **changes: object) -> Notification:
    """Return a message about an incident."""
    fields: dict[str, object] = {
        "incident": incident,
        "purpose": Purpose.PROBLEM,
        "recipient": recipient,
        "address": f"{incident}.{recipient}@example.vn",
        "channel": "mouth",
        "reason": "new_problem",
        "due_at": now,
    }
    return Notification.model_validate(fields | changes)


def live(order: Order) -> None:
    """Live one life; the entry of the child process."""
    asyncio.run(_live(order))


async def _live(order: Order) -> None:
    clock = SystemClock()
    ledger = Ledger(Database(order.url), None, clock)
    fuse = Fuse(order.point, order.times)
    fuse.watch(ledger.database)
    dice = random.Random(order.seed)

    async def send(params: BaseModel, message: Message, timeout: float) -> str:
        await asyncio.sleep(dice.uniform(*LATENCY))
        fuse.passes("sending")
        _note(order.taken, f"{message.id} {message.to}")
        fuse.passes("sent")
        return "taken"

    province = estate(hubs=1, communes=2)
    dispatcher = Dispatcher(
        FusedBooks(
            FusedOutbox(ledger.database, clock, fuse),
            ledger.incidents,
            ledger.links,
            ledger.answers,
            ledger.silences,
            ledger.maintenance,
        ),
        {"mouth": Outlet(Channel("mouth", Text("thử", "test"), Nothing, send), Nothing)},
        lambda: province,
        clock,
        told=asyncio.Event(),
        options=DispatchOptions(),
        escalation=Duty(),
        receipts=Receipts(order.folder / "receipts"),
    )
    if order.messages:
        with doing("writing"):
            await ledger.brain.commit(_trouble(order, clock.now()), clock.now())
        _note(order.accepted, code(order.number))
        fuse.passes("written")
    running = asyncio.create_task(dispatcher.run())
    while await ledger.outbox.undelivered(clock.now() + timedelta(seconds=1)):
        await asyncio.sleep(0.5)
    running.cancel()
    await asyncio.wait([running])
    await ledger.aclose()


def _trouble(order: Order, now: datetime) -> Outcome:
    """Return an incident, its messages, and a step of a chain."""
    incident = Incident(
        id=code(order.number),
        root="line1",
        severity=Severity.CRITICAL,
        began_at=now,
        decided_at=now,
        cause="silence",
    )
    step = a_notice(incident.id, "duty/1", now, address="", channel="", step=1)
    people = [a_notice(incident.id, f"r{n}", now) for n in range(order.messages)]
    return Outcome(incidents=[incident], notifications=[step, *people])


def _note(file: Path, line: str) -> None:
    """Add a line that outlives this process."""
    with file.open("ab", buffering=0) as journal:
        journal.write(f"{line}\n".encode())
