"""How telling fares, counted from the rows of attempts and acknowledgements as they come."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from core.incident import ASKING, NotificationState
from storage.database import Database
from storage.tables import deliveries, incident_notes, incidents, notifications
from storage.unbroken import unbroken

_D, _N, _I, _L = deliveries.c, notifications.c, incidents.c, incident_notes.c
_PORTION = 5000  # rows that are counted at once


@dataclass(slots=True)
class Tellings:
    """Counts since the counting began. Delays are seconds from a decision on."""

    sent: Counter[str] = field(default_factory=Counter)  # attempts, by channel
    refused: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)  # messages, by channel
    timed: Counter[str] = field(default_factory=Counter)  # problems that went out
    delay_s: dict[str, float] = field(default_factory=dict)  # theirs, summed
    acks: int = 0
    ack_delay_s: float = 0.0
    delivery: int | None = None  # the last rows that are counted
    note: int = 0
    settled_at: datetime | None = None


@unbroken
class TellingBook:
    """Reads what is new; what was before the first look is not counted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, known: Tellings, now: datetime) -> None:
        """Add to the counts what has come since they were taken last."""
        async with self._database.reading() as connection:
            if known.delivery is None or known.settled_at is None:
                known.delivery = await connection.scalar(select(func.max(_D.id))) or 0
                known.note = await connection.scalar(select(func.max(_L.id))) or 0
                known.settled_at = now
                return
            attempts = await connection.execute(
                select(_D.id, _D.ok, _D.at, _N.channel, _N.purpose, _I.decided_at)
                .join(notifications, _N.id == _D.notification)
                .outerjoin(incidents, _I.id == _N.incident)
                .where(_D.id > known.delivery)
                .order_by(_D.id)
                .limit(_PORTION)
            )
            for number, ok, at, channel, purpose, decided_at in attempts:
                known.delivery = number
                (known.sent if ok else known.refused)[channel] += 1
                if ok and purpose in ASKING and decided_at is not None:
                    known.timed[channel] += 1
                    delay = max(0.0, (at - decided_at).total_seconds())
                    known.delay_s[channel] = known.delay_s.get(channel, 0.0) + delay
            taken = await connection.execute(
                select(_L.id, _L.kind, _L.at, _I.decided_at)
                .join(incidents, _I.id == _L.incident)
                .where(_L.id > known.note)
                .order_by(_L.id)
                .limit(_PORTION)
            )
            for number, kind, at, decided_at in taken:
                known.note = number
                if kind == "ack":
                    known.acks += 1
                    known.ack_delay_s += max(0.0, (at - decided_at).total_seconds())
            failed = await connection.execute(
                select(_N.channel, _N.settled_at).where(
                    _N.state == NotificationState.FAILED, _N.settled_at > known.settled_at
                )
            )
            for channel, settled_at in failed:
                known.given_up[channel] += 1
                known.settled_at = max(known.settled_at, settled_at)
