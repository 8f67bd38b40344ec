"""Messages on their way: claimed by conditional UPDATE, settled with the provider's receipt."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock
from core.incident import (
    Delivery,
    Due,
    Fate,
    Incident,
    IncidentNote,
    IncidentState,
    Notification,
    NotificationState,
    Purpose,
)
from core.silence import Pause
from storage.brain import add_notifications
from storage.database import Database, portions
from storage.events import write_events
from storage.incidents import read_incidents, write_notes
from storage.merging import told_of
from storage.tables import deliveries, incident_notes, incidents, notifications
from storage.unbroken import unbroken

_N = notifications.c
_T = incident_notes.c
HELD = "held"  # the lines of timelines that say who holds back: "TD-…: why"
_FIELDS = [_N[name] for name in Notification.model_fields]
_LOOKED_AT = 256  # due rows that one claim considers
_BY_THE_CLOCK = ("night", "day_off", "silence", "works")
_OVER = {NotificationState.SENT: "told", NotificationState.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a channel did lately: attempts by their end, and the last of each."""

    sent: int = 0
    refused: int = 0
    waiting: int = 0  # due, and not out
    told: Delivery | None = None
    failed: Delivery | None = None


@unbroken
class Outbox:
    """Notifications and their deliveries."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

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
        """Take what is due, oldest first; nobody else gets it until the lease has run out.

        Of each channel no more than `limit`, with what is under way there already (`busy`).
        What the worker itself is busy with (`besides`) stays with it even then.

        Every claim counts as an attempt, so that one that kills its worker ends some day.
        """
        ready = or_(
            and_(_N.state == NotificationState.PENDING, _N.due_at <= now),
            and_(
                _N.state == NotificationState.CLAIMED,
                _N.lease_until <= now,
                _N.id.not_in(besides),
            ),
        )
        async with self._database.writing() as connection:
            chosen = await _fitting(connection, ready, limit, busy)
            if not chosen:
                return []
            rows = await connection.execute(
                update(notifications)
                .where(_N.id.in_(chosen), ready)
                .values(
                    state=NotificationState.CLAIMED,
                    claimed_by=worker,
                    claimed_at=now,
                    lease_until=now + timedelta(seconds=lease_s),
                    attempts=_N.attempts + 1,
                )
                .returning(*_FIELDS)
            )
            claimed = [Notification(**row) for row in rows.mappings()]
        return sorted(claimed, key=lambda n: (n.due_at, n.id or 0))

    async def join(
        self,
        first: Notification,
        until: datetime,
        now: datetime,
        lease_s: float = 60.0,
        *,
        many: int = 0,
        further: datetime | None = None,
    ) -> list[Notification]:
        """Take what is due until then for the same person, way and purpose as a claimed row.

        Where so `many` are, what is due until `further` goes along.
        Steps of chains are left alone: they are no messages yet; and so is what may come back by
        itself until then.
        """
        beside = notifications.alias()
        near = select(func.count()).where(_alike(beside.c, first, now), beside.c.due_at <= until)
        soon, later = (literal(at, _N.due_at.type) for at in (until, further or until))
        bound = case((near.scalar_subquery() >= many, later), else_=soon)
        async with self._database.writing() as connection:
            rows = await connection.execute(
                update(notifications)
                .where(_alike(_N, first, now), _N.due_at <= bound)
                .values(
                    state=NotificationState.CLAIMED,
                    claimed_by=first.claimed_by,
                    claimed_at=now,
                    lease_until=now + timedelta(seconds=lease_s),
                    attempts=_N.attempts + 1,
                )
                .returning(*_FIELDS)
            )
            joined = [Notification(**row) for row in rows.mappings()]
        return sorted(joined, key=lambda n: (n.due_at, n.id or 0))

    async def release(self, worker: str, now: datetime) -> int:
        """End the leases of a worker that begins anew: its last life died with them. How many."""
        async with self._database.writing() as connection:
            released = await connection.execute(
                update(notifications)
                .where(_N.state == NotificationState.CLAIMED, _N.claimed_by == worker)
                .values(lease_until=now)
            )
        return released.rowcount

    async def set_back(self, by: timedelta, now: datetime) -> None:
        """Bring forward what lies ahead: the clock that said when was wrong by so much.

        What waits for an hour of the day or the end of a silence goes on waiting for it.
        """
        micros = by // timedelta(microseconds=1)
        relative = _N.because.not_in(_BY_THE_CLOCK)
        ahead = {
            "due_at": (_N.due_at, and_(_N.state == NotificationState.PENDING, relative)),
            "lease_until": (_N.lease_until, _N.state == NotificationState.CLAIMED),
        }
        async with self._database.writing() as connection:
            for name, (column, waits) in ahead.items():
                await connection.execute(
                    update(notifications)
                    .where(waits, column > now)
                    .values({name: type_coerce(column, BigInteger) - micros})
                )

    async def settle(
        self,
        notification: Notification,
        delivery: Delivery | None,
        state: NotificationState,
        next_due: datetime | None = None,
    ) -> bool:
        """Write the attempt and how things stand; `pending` with `next_due` is a retry.

        Return False if the claim was lost meanwhile: the attempt is kept, the state is the
        new owner's. A final state adds a line to the incident's timeline.
        """
        now = delivery.at if delivery is not None else self._clock.now()
        over = state in {
            NotificationState.SENT,
            NotificationState.FAILED,
            NotificationState.CANCELLED,
        }
        async with self._database.writing() as connection:
            if delivery is not None:
                fields = {**delivery.model_dump(exclude={"id"}), "notification": notification.id}
                await connection.execute(insert(deliveries).values(fields))
            settled = await connection.execute(
                update(notifications)
                .where(_mine(notification))
                .values(
                    state=state,
                    due_at=next_due or notification.due_at,
                    settled_at=now if over else None,
                    lease_until=None,
                )
            )
            if settled.rowcount:
                lines = _timeline(notification, state, now)
                await write_events(connection, await write_notes(connection, lines), now)
        return bool(settled.rowcount)

    async def sent(self, taken: Sequence[tuple[Notification, Delivery]]) -> None:
        """Write that several went out as one message, at the instant of the first receipt.

        All of them or none. Those whose claim was lost meanwhile keep the attempt, and are left
        to their new owner.
        """
        rows = {one.id: one for one, _ in taken}
        now = taken[0][1].at
        lines: list[IncidentNote] = []
        async with self._database.writing() as connection:
            await connection.execute(
                insert(deliveries),
                [
                    {**delivery.model_dump(exclude={"id"}), "notification": one.id}
                    for one, delivery in taken
                ],
            )
            for claimed in _claims([one for one, _ in taken]):
                settled = await connection.scalars(
                    update(notifications)
                    .where(claimed)
                    .values(state=NotificationState.SENT, settled_at=now, lease_until=None)
                    .returning(_N.id)
                )
                for number in sorted(settled):
                    lines += _timeline(rows[number], NotificationState.SENT, now)
            await write_events(connection, await write_notes(connection, lines), now)

    async def postpone(self, group: Sequence[Notification], due: datetime) -> None:
        """Let claimed messages be due later, as if nobody had taken them: it was no attempt.

        Those whose claim was lost meanwhile are left to their new owner.
        """
        async with self._database.writing() as connection:
            for claimed in _claims(group):
                await connection.execute(
                    update(notifications)
                    .where(claimed)
                    .values(
                        state=NotificationState.PENDING,
                        due_at=due,
                        attempts=_N.attempts - 1,
                        lease_until=None,
                    )
                )

    async def hold(self, notification: Notification, pause: Pause, due: Due) -> bool:
        """Keep a claimed message back until it is due again; False if the claim was lost.

        The first message of an incident that a silence holds back is a line of its timeline:
        who holds it last is overwritten in the message itself.
        """
        now = self._clock.now()
        async with self._database.writing() as connection:
            held = await connection.execute(
                update(notifications)
                .where(_mine(notification))
                .values(
                    state=NotificationState.PENDING,
                    due_at=due.at,
                    reason=f"{pause.kind}_ended",
                    because=due.because,
                    held_by=pause.by,
                    attempts=0,
                    lease_until=None,
                )
            )
            if held.rowcount and notification.incident is not None:
                lines = await _newly_held(connection, notification.incident, pause, now)
                await write_events(connection, await write_notes(connection, lines), now)
        return bool(held.rowcount)

    async def unfold(
        self, promise: Notification, rows: Sequence[Notification], now: datetime
    ) -> list[int]:
        """Put messages in the place of a promise, each only once; return the ids of new ones.

        A promise that leads to nobody is cancelled. All in one transaction: a crash leaves the
        promise as it was.
        """
        state = NotificationState.UNFOLDED if rows else NotificationState.CANCELLED
        async with self._database.writing() as connection:
            added = await add_notifications(connection, rows)
            settled = await connection.execute(
                update(notifications)
                .where(
                    _N.id == promise.id,
                    _N.state == NotificationState.CLAIMED,
                    _N.claimed_by == promise.claimed_by,
                    _N.claimed_at == promise.claimed_at,
                )
                .values(state=state, settled_at=now, lease_until=None)
            )
            if settled.rowcount and added and promise.purpose is Purpose.PROBLEM:
                people = " ".join(dict.fromkeys(row.recipient for row in rows))
                line = IncidentNote(
                    incident=promise.incident or "",
                    at=now,
                    kind="escalated",
                    text=f"{promise.recipient}: {people}",
                )
                await write_events(connection, await write_notes(connection, [line]), now)
        return added

    async def reschedule(self, channel: str, at: datetime) -> None:
        """Let what a channel did not take be due at an instant, earlier or later than it was."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(notifications)
                .where(
                    _N.state == NotificationState.PENDING,
                    _N.channel == channel,
                    _N.attempts > 0,
                    _N.held_by.is_(None),
                )
                .values(due_at=at)
            )

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """Return when the earliest message that waits is due, of those due after an instant.

        None: none waits.
        """
        waits = _N.state == NotificationState.PENDING
        if after is not None:
            waits &= _N.due_at > after
        async with self._database.reading() as connection:
            found: datetime | None = await connection.scalar(
                select(func.min(_N.due_at)).where(waits)
            )
        return found

    async def hasten(self, incident: str, now: datetime, besides: Collection[str] = ()) -> bool:
        """Bring the next step of a chain forward if nobody has been reached, nor may be yet.

        What waits for a channel that does not work (`besides`) is no hope.
        """
        mine = and_(_N.incident == incident, _N.purpose == Purpose.PROBLEM)
        hopeful = select(_N.id).where(
            mine,
            _N.step.is_(None),
            or_(
                _N.state == NotificationState.SENT,
                and_(
                    _N.state.in_([NotificationState.PENDING, NotificationState.CLAIMED]),
                    _N.channel.not_in(besides),
                ),
            ),
        )
        ahead = mine & _N.step.is_not(None) & (_N.state == NotificationState.PENDING)
        first = select(_N.id).where(ahead).order_by(_N.due_at, _N.id).limit(1)
        async with self._database.writing() as connection:
            hastened = await connection.execute(
                update(notifications)
                .where(_N.id.in_(first.scalar_subquery()), _N.due_at > now, ~hopeful.exists())
                .values(due_at=now, reason="unreached")
            )
        return bool(hastened.rowcount)

    async def add(self, notification: Notification) -> int | None:
        """Add one intent to tell; return its id, or None if it exists already."""
        async with self._database.writing() as connection:
            added = await add_notifications(connection, [notification])
        return added[0] if added else None

    async def get(self, number: int) -> tuple[Notification, list[Delivery]] | None:
        """Return one notification and its attempts, None if there is none of this id."""
        found = await self._find(_N.id == number)
        return found[0] if found else None

    async def for_incident(self, incident: str) -> list[tuple[Notification, list[Delivery]]]:
        """Return an incident's notifications, each with its attempts, oldest first."""
        return await self._find(_N.incident == incident)

    async def about(self, incident: str) -> list[Notification]:
        """Return an incident's notifications, oldest first."""
        query = select(*_FIELDS).where(_N.incident == incident).order_by(_N.id)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [Notification(**row) for row in rows.mappings()]

    async def told_of(self, incident: str) -> list[Notification]:
        """Return what was to be told of a problem, and of what was merged into it."""
        async with self._database.reading() as connection:
            return await told_of(connection, incident)

    async def for_incidents(
        self, incidents: Sequence[str]
    ) -> list[tuple[Notification, list[Delivery]]]:
        """Return the notifications of some incidents, each with its attempts, oldest first."""
        return [
            row for some in portions(incidents) for row in await self._find(_N.incident.in_(some))
        ]

    async def traffic(self, since: datetime, now: datetime) -> dict[str, Traffic]:
        """Return what every channel did since then, and what it was last told."""
        d = deliveries.c
        of_channel = select(_N.channel, d.ok, func.count(), func.max(d.id)).join(
            notifications, _N.id == d.notification
        )
        late = select(_N.channel, func.count()).where(
            _N.state.in_([NotificationState.PENDING, NotificationState.CLAIMED]),
            _N.due_at <= now,
            _N.step.is_(None),
        )
        found: dict[str, Traffic] = {}
        last: dict[int, str] = {}
        async with self._database.reading() as connection:
            counted = of_channel.where(d.at >= since).group_by(_N.channel, d.ok)
            for channel, ok, count, newest in await connection.execute(counted):
                known = found.get(channel, Traffic())
                found[channel] = replace(known, **{"sent" if ok else "refused": count})
                last[newest] = channel
            for channel, count in await connection.execute(late.group_by(_N.channel)):
                found[channel] = replace(found.get(channel, Traffic()), waiting=count)
            rows = await connection.execute(select(deliveries).where(d.id.in_(last)).order_by(d.id))
            for row in rows.mappings():
                one, channel = Delivery(**row), last[row["id"]]
                known = found[channel]
                found[channel] = replace(known, told=one) if one.ok else replace(known, failed=one)
        return found

    async def fates(self, incidents: Sequence[str]) -> dict[str, Fate]:
        """Return what became of the messages about problems; an incident without any is absent."""
        found: dict[str, Fate] = {}
        async with self._database.reading() as connection:
            for some in portions(incidents):
                rows = await connection.execute(
                    select(_N.incident, _N.state, _N.due_at, _N.because, _N.held_by)
                    .where(_N.incident.in_(some), _N.purpose == Purpose.PROBLEM)
                    .order_by(_N.due_at, _N.id)
                )
                for incident, state, due_at, because, held_by in rows:
                    before = found.get(incident, Fate())
                    found[incident] = _joined(before, state, Due(due_at, because), held_by)
        return found

    async def undelivered(self, since: datetime) -> list[Notification]:
        """Return what was due at `since` or earlier and is neither sent, cancelled nor failed.

        What was tried then and is to be tried again was due then, whenever that is; what is held
        back meanwhile was not.
        """
        waiting = _N.state.in_([NotificationState.PENDING, NotificationState.CLAIMED])
        tried = select(deliveries.c.id).where(
            deliveries.c.notification == _N.id, deliveries.c.at <= since
        )
        overdue = or_(_N.due_at <= since, and_(tried.exists(), _N.held_by.is_(None)))
        query = select(*_FIELDS).where(waiting, overdue).order_by(_N.due_at, _N.id)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [Notification(**row) for row in rows.mappings()]

    async def untold(self, since: datetime) -> list[Incident]:
        """Return the incidents open since then, not taken on, that have no message at all."""
        query = select(incidents).where(
            incidents.c.state == IncidentState.OPEN,
            incidents.c.acked_by.is_(None),
            incidents.c.decided_at <= since,
            ~select(_N.id).where(_N.incident == incidents.c.id).exists(),
        )
        async with self._database.reading() as connection:
            return await read_incidents(connection, query.order_by(incidents.c.id))

    async def unreached(self, since: datetime) -> list[Incident]:
        """Return the incidents open since then, not taken on, whose messages reached nobody.

        Nor will they: every one was given up, or led to nobody.
        """
        told = and_(_N.incident == incidents.c.id, _N.purpose == Purpose.PROBLEM, _N.step.is_(None))
        promised = and_(_N.incident == incidents.c.id, _N.purpose == Purpose.PROBLEM)
        hopeful = _N.state.in_([NotificationState.PENDING, NotificationState.CLAIMED])
        query = select(incidents).where(
            incidents.c.state == IncidentState.OPEN,
            incidents.c.acked_by.is_(None),
            incidents.c.decided_at <= since,
            select(_N.id).where(promised).exists(),
            ~select(_N.id).where(promised, hopeful).exists(),
            ~select(_N.id).where(told, _N.state == NotificationState.SENT).exists(),
        )
        async with self._database.reading() as connection:
            return await read_incidents(connection, query.order_by(incidents.c.id))

    async def _find(
        self, condition: ColumnElement[bool]
    ) -> list[tuple[Notification, list[Delivery]]]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*_FIELDS).where(condition).order_by(_N.id))
            found = {row["id"]: (Notification(**row), list[Delivery]()) for row in rows.mappings()}
            attempts = await connection.execute(
                select(deliveries)
                .join(notifications, _N.id == deliveries.c.notification)
                .where(condition)
                .order_by(deliveries.c.id)
            )
            for row in attempts.mappings():
                found[row["notification"]][1].append(Delivery(**row))
        return list(found.values())


async def let_go(connection: AsyncConnection, holder: str, now: datetime) -> None:
    """Let what a silence or works hold back be due, inside the caller's transaction.

    What it held only together with others, too: if it is held still, a second look finds that.
    """
    line = select(_T.id).where(
        _T.incident == _N.incident, _T.kind == HELD, _T.text.startswith(f"{holder}: ")
    )
    together = and_(_N.because.in_(["silence", "works"]), _N.held_by.is_not(None), line.exists())
    await connection.execute(
        update(notifications)
        .where(
            or_(_N.held_by == holder, together),
            _N.state == NotificationState.PENDING,
            _N.due_at > now,
        )
        .values(due_at=now)
    )


async def _newly_held(
    connection: AsyncConnection, incident: str, pause: Pause, now: datetime
) -> list[IncidentNote]:
    """Return a line for each that holds an incident back for the first time."""
    query = select(_T.text).where(_T.incident == incident, _T.kind == HELD)
    known = {text.partition(":")[0] for text in await connection.scalars(query)}
    return [
        IncidentNote(incident=incident, at=now, kind=HELD, text=f"{one.by}: {one.reason}")
        for one in (pause, *pause.beside)
        if one.by not in known
    ]


def _joined(before: Fate, state: str, due: Due, held_by: str | None) -> Fate:
    """Return a fate with one more message, later than those before."""
    waits = state in {NotificationState.PENDING, NotificationState.CLAIMED}
    return Fate(
        sent=before.sent + (state == NotificationState.SENT),
        failed=before.failed + (state == NotificationState.FAILED),
        cancelled=before.cancelled + (state == NotificationState.CANCELLED),
        waiting=before.waiting or (due if waits else None),
        held_by=tuple(sorted({*before.held_by, *([held_by] if held_by else [])})),
    )


async def _fitting(
    connection: AsyncConnection, ready: ColumnElement[bool], limit: int, busy: Mapping[str, int]
) -> list[int]:
    """Return the rows, oldest first, that fit beside what their channels are busy with."""
    taken, chosen = Counter(busy), list[int]()
    while True:
        full = [channel for channel, count in taken.items() if count >= limit]
        first = select(_N.id, _N.channel).where(
            ready, _N.channel.not_in(full), _N.id.not_in(chosen)
        )
        waiting = (
            await connection.execute(first.order_by(_N.due_at, _N.id).limit(_LOOKED_AT))
        ).all()
        for number, channel in waiting:
            if taken[channel] < limit:
                taken[channel] += 1
                chosen.append(number)
        if len(waiting) < _LOOKED_AT:
            return chosen


def _mine(notification: Notification) -> ColumnElement[bool]:
    """Return the condition that a claim still holds."""
    return and_(
        _N.id == notification.id,
        _N.state == NotificationState.CLAIMED,
        _N.claimed_by == notification.claimed_by,
        _N.claimed_at == notification.claimed_at,
    )


def _claims(group: Sequence[Notification]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that claims of several still hold, a portion for each."""
    claims: dict[tuple[str | None, datetime | None], list[int | None]] = {}
    for one in group:
        claims.setdefault((one.claimed_by, one.claimed_at), []).append(one.id)
    for (worker, at), numbers in claims.items():
        for some in portions(numbers):
            yield and_(
                _N.id.in_(some),
                _N.state == NotificationState.CLAIMED,
                _N.claimed_by == worker,
                _N.claimed_at == at,
            )


def _timeline(row: Notification, state: NotificationState, now: datetime) -> list[IncidentNote]:
    """Return the line of the incident's timeline that the end of a message is, if it is one."""
    if row.incident is None or state not in _OVER:
        return []
    said = f"{row.purpose}: {row.channel} → {row.recipient}"
    return [IncidentNote(incident=row.incident, at=now, kind=_OVER[state], text=said)]


def _alike(column: Any, first: Notification, now: datetime) -> ColumnElement[bool]:
    """Say that a row waits for the same person, way and purpose, and will not come back by itself.

    `column`: those of the table, or of another name for it.
    """
    return and_(
        column.state == NotificationState.PENDING,
        column.purpose == first.purpose,
        column.recipient == first.recipient,
        column.channel == first.channel,
        column.address == first.address,
        column.step.is_(None),
        or_(column.because != "coming_back", column.due_at <= now),
    )
