"""What the ledger lets go after its time. Statuses, incidents and the audit trail never go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select

from core.incident import IncidentState, NotificationState
from storage.database import Database
from storage.tables import (
    ack_links,
    answer_codes,
    answers,
    deliveries,
    events,
    incidents,
    login_attempts,
    notifications,
    remarks,
    room_links,
    sessions,
)
from storage.unbroken import unbroken

PORTION = 500  # rows of one transaction: the pipeline waits for no longer than that takes
_DONE = (
    NotificationState.SENT,
    NotificationState.CANCELLED,
    NotificationState.FAILED,
    NotificationState.UNFOLDED,
)
_LINKS_KEPT = timedelta(days=30)  # after their end, so that an old one says that it has ended
_ATTEMPTS_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """How long things are kept."""

    events: timedelta
    messages: timedelta
    remarks: timedelta = timedelta(days=30)


@unbroken
class PruneBook:
    """Removes what is over, a small transaction at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def portion(self, kept: Kept, now: datetime) -> int:
        """Remove some rows whose time is over; return how many, 0 when none are left."""
        done = await self._messages(now - kept.messages)
        for table, over in _over(kept, now):
            done += await self._remove(table, over)
        return done

    async def _remove(self, table: Table, over: ColumnElement[bool]) -> int:
        key = next(iter(table.primary_key))
        some = select(key).where(over).limit(PORTION)
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(table).where(key.in_(some)))
            return int(gone.rowcount)

    async def _messages(self, horizon: datetime) -> int:
        """Remove messages that were settled before `horizon`, of incidents that are closed."""
        n = notifications.c
        open_ones = select(incidents.c.id).where(incidents.c.state == IncidentState.OPEN)
        over = and_(
            n.state.in_(_DONE),
            n.settled_at < horizon,
            or_(n.incident.is_(None), n.incident.not_in(open_ones)),
        )
        async with self._database.writing() as connection:
            some = list(await connection.scalars(select(n.id).where(over).limit(PORTION)))
            if some:
                told = deliveries.c.notification.in_(some)
                await connection.execute(delete(deliveries).where(told))
                await connection.execute(delete(notifications).where(n.id.in_(some)))
        return len(some)


def _over(kept: Kept, now: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
    return [
        (events, events.c.at < now - kept.events),
        (sessions, sessions.c.expires_at <= now),
        (login_attempts, login_attempts.c.at < now - _ATTEMPTS_KEPT),
        (ack_links, ack_links.c.expires_at < now - _LINKS_KEPT),
        (room_links, room_links.c.expires_at < now - _LINKS_KEPT),
        (answer_codes, answer_codes.c.expires_at < now - _LINKS_KEPT),
        (answers, answers.c.at < now - kept.messages),
        (remarks, remarks.c.at < now - kept.remarks),
    ]
