"""What the live pages are told, numbered so that a reader can go on where it stopped."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.outcome import Event
from storage.database import Database, take
from storage.tables import counters, events
from storage.unbroken import unbroken

KEPT = 10_000
Draft = tuple[str, str, Mapping[str, object]]  # kind, subject, data


async def write_events(
    connection: AsyncConnection, drafts: Sequence[Draft], now: datetime
) -> list[Event]:
    """Write events inside the caller's transaction; return them with their numbers.

    Call it last: the counter's row is locked until the transaction ends.
    """
    if not drafts:
        return []
    first = await take(connection, "events", len(drafts))
    written = [
        Event(id=first + n, at=now, kind=kind, subject=subject, data=data)
        for n, (kind, subject, data) in enumerate(drafts)
    ]
    await connection.execute(
        events.insert(),
        [
            {"id": e.id, "at": e.at, "kind": e.kind, "subject": e.subject, "data": e.data}
            for e in written
        ],
    )
    await connection.execute(delete(events).where(events.c.id <= written[-1].id - KEPT))
    return written


async def read_events(connection: AsyncConnection, first: int, last: int) -> list[Event]:
    """Return the events numbered first…last."""
    rows = await connection.execute(
        select(events).where(events.c.id.between(first, last)).order_by(events.c.id)
    )
    return [Event(**row) for row in rows.mappings()]


@unbroken
class EventBook:
    """The newest 10,000 events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events_after(self, event_id: int, limit: int = 1000) -> list[Event]:
        """Return at most `limit` events with a greater number, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(events).where(events.c.id > event_id).order_by(events.c.id).limit(limit)
            )
            return [Event(**row) for row in rows.mappings()]

    async def last_event_id(self) -> int:
        """Return the greatest number ever given, 0 before the first event."""
        async with self._database.reading() as connection:
            value = await connection.scalar(
                select(counters.c.value).where(counters.c.name == "events")
            )
            return int(value or 0)
