"""What the brain needs to go on after a restart, and how a batch of its decisions is kept."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import LOCAL
from core.incident import IncidentState, Notification, NotificationState, Purpose
from core.outcome import Event, Memory, Outcome
from core.status import Streak, Transition, Verdict, Watch
from storage.audit import write_audit
from storage.database import Database, portions, upsert
from storage.database import insert as insert_or
from storage.events import Draft, read_events, write_events
from storage.incidents import incident_draft, read_incidents, write_incidents, write_notes
from storage.merging import split_off, take_in, told_of, took_in
from storage.status import read_states, transition_of, write_transitions
from storage.tables import (
    batches,
    incidents,
    notifications,
    observed,
    streaks,
    transitions,
    watches,
)
from storage.unbroken import unbroken

_N = notifications.c
_LEFT = {NotificationState.SENT, NotificationState.CLAIMED}  # or is just leaving
_BATCHES_KEPT = timedelta(hours=1)
LATELY = timedelta(hours=1)  # falls of longer ago no more tell whether something flaps


@unbroken
class BrainBook:
    """Streaks, watches, states, open incidents; one transaction per batch of decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unsure: tuple[Outcome, str] | None = None

    async def restore(self, now: datetime) -> Memory:
        """Return what was known when the platform last wrote."""
        today = f"SC-{now.astimezone(LOCAL):%Y%m%d}-"
        async with self._database.reading() as connection:
            known = await read_states(connection)
            remembered = {
                row["check"]: Streak(**{**row, "verdict": Verdict(row["verdict"])})
                for row in (await connection.execute(select(streaks))).mappings()
            }
            beyond = [
                Watch(**row) for row in (await connection.execute(select(watches))).mappings()
            ]
            still_open = select(incidents).where(incidents.c.state == IncidentState.OPEN)
            open_ones = await read_incidents(connection, still_open.order_by(incidents.c.id))
            until = {row.vantage: row.until for row in await connection.execute(select(observed))}
            codes = await connection.scalars(
                select(incidents.c.id).where(incidents.c.id.startswith(today, autoescape=True))
            )
            numbers = [int(code.removeprefix(today)) for code in codes]
            falls = await _falls(connection, now - LATELY)
        return Memory(
            states={target: state for target, (state, _) in known.items()},
            streaks=remembered,
            incidents=tuple(open_ones),
            watches=tuple(beyond),
            falls=falls,
            observed_until=until,
            incidents_today=max(numbers, default=0),
        )

    async def commit(
        self,
        outcome: Outcome,
        now: datetime,
        observed_until: Mapping[str, datetime] | None = None,
    ) -> list[Event]:
        """Write a whole batch or nothing; return the events to publish, numbered.

        Notifications that exist already (incident, purpose, recipient, channel) are left as
        they are, or brought forward; a recovery is not told where the problem's notification was
        cancelled.
        Conflict if an incident is stale. `observed_until` is kept as `observe` keeps it.
        After Unavailable, hand the same Outcome in again: it is written once, even if only
        the answer had got lost.
        """
        if outcome.empty and not observed_until:
            return []
        if self._unsure is None or self._unsure[0] is not outcome:
            self._unsure = (outcome, uuid.uuid4().hex)
        batch = self._unsure[1]
        async with self._database.writing() as connection:
            events = await _written(connection, batch)
            if events is None:
                for vantage, until in sorted((observed_until or {}).items()):
                    await _observe(connection, vantage, until)
                drafts = await _write(connection, outcome, now)
                events = await write_events(connection, drafts, now)
                await _sign(connection, batch, events, now)
        self._unsure = None
        return events

    async def observe(self, vantage: str, until: datetime) -> None:
        """Remember that a vantage has looked until an instant; it never goes back."""
        async with self._database.writing() as connection:
            await _observe(connection, vantage, until)


async def _write(connection: AsyncConnection, outcome: Outcome, now: datetime) -> list[Draft]:
    changed = await write_transitions(connection, outcome.transitions)
    latest = {row.id: row for row in sorted(outcome.incidents, key=lambda i: i.version)}
    await write_incidents(connection, [latest[code] for code in sorted(latest)])
    notes = await write_notes(connection, outcome.notes)
    await take_in(connection, outcome.taken_in, now)
    await split_off(connection, outcome.split_off)
    await _cancel(connection, outcome.cancelled, now)
    await add_notifications(connection, outcome.notifications)
    await _tell_the_end(connection, outcome.notifications)
    await upsert(connection, streaks, [_streak(row) for row in outcome.streaks])
    await _keep_watches(connection, outcome.watches)
    for line in outcome.audit:
        await write_audit(connection, line)
    kept = select(incidents).where(incidents.c.id.in_(latest))
    return [
        *map(_status_draft, changed),
        *map(incident_draft, await read_incidents(connection, kept) if latest else ()),
        *notes,
    ]


async def _falls(connection: AsyncConnection, since: datetime) -> dict[str, tuple[datetime, ...]]:
    """Return when the roots of incidents fell since then, by target."""
    lately = (incidents.c.state == IncidentState.OPEN) | (incidents.c.began_at >= since)
    roots = sorted(await connection.scalars(select(incidents.c.root).where(lately).distinct()))
    found: dict[str, tuple[datetime, ...]] = {}
    for some in portions(roots):
        query = select(transitions).where(transitions.c.target.in_(some), transitions.c.at >= since)
        rows = await connection.execute(query.order_by(transitions.c.at))
        for row in map(transition_of, rows.mappings()):
            if row.is_fall:
                found[row.target] = (*found.get(row.target, ()), row.at)
    return found


async def _written(connection: AsyncConnection, batch: str) -> list[Event] | None:
    """Return the events of a batch that went through already, None if it did not."""
    row = (await connection.execute(select(batches).where(batches.c.id == batch))).first()
    if row is None:
        return None
    return await read_events(connection, row.first_event, row.last_event)


async def _sign(
    connection: AsyncConnection, batch: str, written: Sequence[Event], now: datetime
) -> None:
    numbers = [event.id for event in written] or [0]
    await connection.execute(delete(batches).where(batches.c.at < now - _BATCHES_KEPT))
    await connection.execute(
        insert(batches).values(id=batch, at=now, first_event=numbers[0], last_event=numbers[-1])
    )


async def add_notifications(connection: AsyncConnection, rows: Sequence[Notification]) -> list[int]:
    """Add intents to tell, each only once; return the ids of the new ones.

    One that waits is brought forward by another that is due earlier: the trouble has grown.
    """
    taken_back = await _taken_back(connection, [r for r in rows if r.purpose is Purpose.RECOVERY])
    wanted = [row for row in rows if _intent(row) not in taken_back]
    first = {_intent(row): row for row in reversed(wanted) if row.incident is not None}
    fresh = [row for row in wanted if row.incident is None or row is first[_intent(row)]]
    if not fresh:
        return []
    written = await connection.execute(
        insert_or(connection, notifications)
        .on_conflict_do_nothing()
        .returning(_N.id, _N.incident, _N.purpose, _N.recipient, _N.channel),
        [row.model_dump(exclude={"id"}) for row in fresh],
    )
    added: dict[int, _Intent] = {number: tuple(intent) for number, *intent in written}
    new = {first[intent] for intent in added.values() if intent in first}
    for row in wanted:
        if row.incident is not None and row not in new:
            await _bring_forward(connection, row)
    return sorted(added)


_Intent = tuple[object, ...]  # of an incident, what is told to whom by what: it is told only once


def _intent(row: Notification) -> _Intent:
    return (row.incident, row.purpose, row.recipient, row.channel)


async def _bring_forward(connection: AsyncConnection, row: Notification) -> None:
    """Let a message that was never tried nor held back go out as early as a new one would."""
    await connection.execute(
        update(notifications)
        .where(
            _N.incident == row.incident,
            _N.purpose == row.purpose,
            _N.recipient == row.recipient,
            _N.channel == row.channel,
            _N.state == NotificationState.PENDING,
            _N.attempts == 0,
            _N.held_by.is_(None),
            _N.due_at > row.due_at,
        )
        .values(due_at=row.due_at, because=row.because)
    )


async def _taken_back(connection: AsyncConnection, ends: Sequence[Notification]) -> set[_Intent]:
    """Return the ends of what its person never heard of: that was cancelled before it left."""
    cancelled: set[tuple[object, ...]] = set()
    for some in portions(sorted({end.incident for end in ends if end.incident is not None})):
        query = select(_N.incident, _N.recipient, _N.channel).where(
            _N.incident.in_(some),
            _N.purpose == Purpose.PROBLEM,
            _N.state == NotificationState.CANCELLED,
        )
        cancelled.update(map(tuple, await connection.execute(query)))
    unheard = set[_Intent]()
    for end in ends:
        if (end.incident, end.recipient, end.channel) in cancelled:
            told = await told_of(connection, end.incident or "")
            if not any(
                one.state in _LEFT and (one.recipient, one.channel) == (end.recipient, end.channel)
                for one in told
            ):
                unheard.add(_intent(end))
    return unheard


async def _tell_the_end(connection: AsyncConnection, rows: Sequence[Notification]) -> None:
    """Tell it also to those who heard of the problem as another one that became part of it.

    By a chain they are found when it is time.
    """
    ends = {
        row.incident: row
        for row in rows
        if row.purpose is Purpose.RECOVERY and row.step is None and row.incident is not None
    }
    for code in await took_in(connection, sorted(ends)):
        end = ends[code]
        told = [
            one
            for one in await told_of(connection, code)
            if one.incident != code and one.step is None and one.state in _LEFT
        ]
        also = ("recipient", "address", "channel", "language")
        await add_notifications(
            connection,
            [end.model_copy(update={name: getattr(one, name) for name in also}) for one in told],
        )


async def _cancel(
    connection: AsyncConnection, pairs: Sequence[tuple[str, str]], now: datetime
) -> None:
    for incident, purpose in pairs:
        await connection.execute(
            update(notifications)
            .where(
                _N.incident == incident,
                _N.purpose == purpose,
                _N.state == NotificationState.PENDING,
            )
            .values(state=NotificationState.CANCELLED, settled_at=now)
        )


async def _observe(connection: AsyncConnection, vantage: str, until: datetime) -> None:
    statement = insert_or(connection, observed).values(vantage=vantage, until=until)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["vantage"],
            set_={"until": statement.excluded.until},
            where=observed.c.until < statement.excluded.until,
        )
    )


async def _keep_watches(connection: AsyncConnection, rows: Sequence[Watch]) -> None:
    """Keep what is beyond its threshold, and forget what no longer is."""
    latest = {(row.rule, row.series): row for row in rows}
    columns = watches.c
    for (rule, series), row in sorted(latest.items()):
        if not row.beyond:
            await connection.execute(
                delete(watches).where(columns.rule == rule, columns.series == series)
            )
    kept = [latest[key] for key in sorted(latest) if latest[key].beyond]
    await upsert(
        connection, watches, [{c.name: getattr(row, c.name) for c in columns} for row in kept]
    )


def _streak(row: Streak) -> dict[str, object]:
    return {name: getattr(row, name) for name in Streak.__dataclass_fields__}


def _status_draft(row: Transition) -> Draft:
    data = {
        "transition": row.id,
        "old": row.old.value,
        "status": row.new.value,
        "at": row.at.isoformat().replace("+00:00", "Z"),
        "reason": row.reason,
        "cause": row.cause,
        "detail": row.detail,
    }
    return ("status", row.target, data)
