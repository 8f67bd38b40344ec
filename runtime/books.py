"""What the dispatcher needs of the ledger, and of who finds people."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from alerts.topology import Topology
from core.incident import (
    Delivery,
    Due,
    Incident,
    IncidentNote,
    Message,
    Notification,
    NotificationState,
)
from core.maintenance import Maintenance
from core.silence import Pause, Silence


class OutboxBook(Protocol):
    """The part of the ledger that holds messages."""

    async def claim(
        self,
        worker: str,
        now: datetime,
        limit: int,
        lease_s: float,
        *,
        busy: Mapping[str, int],
        besides: Collection[int] = (),
    ) -> list[Notification]:
        """Take what is due, up to `limit` by each channel with what is under way there."""

    async def join(
        self,
        first: Notification,
        until: datetime,
        now: datetime,
        lease_s: float,
        *,
        many: int,
        further: datetime,
    ) -> list[Notification]:
        """Take what will be due soon for the same person by the same channel; of many, more."""

    async def release(self, worker: str, now: datetime) -> int:
        """End the leases that an earlier life of the worker left."""

    async def set_back(self, by: timedelta, now: datetime) -> None:
        """Bring forward what a clock that has been set back would make wait."""

    async def settle(
        self,
        notification: Notification,
        delivery: Delivery | None,
        state: NotificationState,
        next_due: datetime | None = None,
    ) -> bool:
        """Write how an attempt ended."""

    async def sent(self, taken: Sequence[tuple[Notification, Delivery]]) -> None:
        """Write that several went out as one message, each with its receipt."""

    async def postpone(self, group: Sequence[Notification], due: datetime) -> None:
        """Let claimed messages be due later, as if nobody had taken them."""

    async def hold(self, notification: Notification, pause: Pause, due: Due) -> bool:
        """Keep a claimed message back until it is due again."""

    async def add(self, notification: Notification) -> int | None:
        """Add one message; None if it is there already."""

    async def unfold(
        self, promise: Notification, rows: Sequence[Notification], now: datetime
    ) -> list[int]:
        """Put messages in the place of a promise."""

    async def hasten(self, incident: str, now: datetime, besides: Collection[str] = ()) -> bool:
        """Bring the next step forward if nobody was reached, nor is by working channels."""

    async def reschedule(self, channel: str, at: datetime) -> None:
        """Let what a channel did not take be due at an instant."""

    async def next_due(self, after: datetime) -> datetime | None:
        """Return when the earliest message is due that is due after an instant."""

    async def about(self, incident: str) -> list[Notification]:
        """Return an incident's notifications."""

    async def told_of(self, incident: str) -> list[Notification]:
        """Return what was to be told of a problem, and of what was merged into it."""

    async def get(self, number: int) -> tuple[Notification, list[Delivery]] | None:
        """Return one notification with its attempts."""

    async def undelivered(self, since: datetime) -> list[Notification]:
        """Return what was due by then and has not gone out."""


class Escalation(Protocol):
    """Finds who is meant, now that it is to be said."""

    async def messages(
        self,
        promise: Notification,
        incident: Incident,
        topology: Topology,
        told: Sequence[Notification],
        now: datetime,
    ) -> list[Notification]:
        """Return the messages that a step of a chain becomes."""

    async def quiet_until(
        self, message: Notification, incident: Incident, now: datetime
    ) -> datetime | None:
        """Return until when a person is left in peace."""

    async def otherwise(self, failed: Notification, now: datetime) -> list[Notification]:
        """Return the other ways to a person."""


class Letters(Protocol):
    """Writes what is said of meetings."""

    async def holds(self, notification: Notification, now: datetime) -> bool:
        """Say whether it is still worth saying."""

    async def compose(
        self, notification: Notification, topology: Topology, now: datetime
    ) -> tuple[Message, str | None]:
        """Return the message, and the secret part of its link."""


class IncidentBook(Protocol):
    """The part of the ledger that holds incidents."""

    async def get(self, incident: str) -> Incident:
        """Return one incident; NotFound."""

    async def notes(self, incident: str) -> list[IncidentNote]:
        """Return its timeline."""


class LinkBook(Protocol):
    """The part of the ledger that makes acknowledgement links."""

    async def ack_link(
        self, incident: str, contact: str, now: datetime, lifetime: timedelta
    ) -> str:
        """Return a token."""


class CodeBook(Protocol):
    """The part of the ledger that makes the codes which answers name."""

    async def code(self, incidents: Sequence[str], now: datetime, lifetime: timedelta) -> str:
        """Return the code that stands for these incidents."""


class SilenceBook(Protocol):
    """The part of the ledger that says what nobody wants to hear now."""

    async def find(self, since: datetime | None = None) -> list[Silence]:
        """Return the silences that were not over then."""


class WorksBook(Protocol):
    """The part of the ledger that knows announced works."""

    async def find(
        self, begin: datetime | None = None, end: datetime | None = None
    ) -> list[Maintenance]:
        """Return works that lie within [begin, end) in part."""


class Books(Protocol):
    """What the dispatcher needs of the ledger."""

    @property
    def outbox(self) -> OutboxBook:
        """Messages on their way."""

    @property
    def incidents(self) -> IncidentBook:
        """What they are about."""

    @property
    def links(self) -> LinkBook:
        """How they are answered."""

    @property
    def answers(self) -> CodeBook:
        """How they are answered without any network but the telephone's."""

    @property
    def silences(self) -> SilenceBook:
        """What is held back because somebody wants it so."""

    @property
    def maintenance(self) -> WorksBook:
        """What is held back because it was announced."""
