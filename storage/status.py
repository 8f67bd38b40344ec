"""How things are and how they were: transitions, the intervals they span, the present state."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict
from core.status import Interval, Status, TargetState, Transition
from core.text import Text
from storage.database import Database, Row, portions, take, upsert
from storage.tables import overridden, states, transitions
from storage.unbroken import unbroken

_T = transitions.c
UNSEEN = "not_observed"  # the reason of time before a target's first transition


@unbroken
class StatusBook:
    """Present states, and the intervals that are the truth of reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def states(self, targets: Iterable[str] | None = None) -> dict[str, TargetState]:
        """Return the present state of every target that ever had a transition, or of some."""
        async with self._database.reading() as connection:
            return {t: state for t, (state, _) in (await read_states(connection, targets)).items()}

    async def intervals(
        self,
        targets: Sequence[str],
        begin: datetime,
        end: datetime,
        as_known_at: datetime | None = None,
    ) -> list[Interval]:
        """Return the half-open intervals that cover [begin, end) of each target without a gap.

        In the order of the targets, then of time. `as_known_at` leaves out what was recorded
        later. Time before a target's first transition is `unknown`.
        """
        found: dict[str, list[Transition]] = {target: [] for target in targets}
        if begin >= end:
            return []
        async with self._database.reading() as connection:
            for some in portions(list(found)):
                held = [_T.target.in_(some), *_holding(as_known_at)]
                before = _last_before(begin, some, as_known_at)
                inside = select(transitions).where(*held, _T.at > begin, _T.at < end)
                for query in (before, inside.order_by(_T.at, _T.id)):
                    for row in (await connection.execute(query)).mappings():
                        found[row["target"]].append(transition_of(row))
        return [
            interval for target, rows in found.items() for interval in cut(target, rows, begin, end)
        ]

    async def recorded(
        self, begin: datetime, end: datetime, after: int = 0, limit: int = 5000
    ) -> list[Transition]:
        """Return rows that hold and were recorded within [begin, end), ids above `after`.

        In the order in which they were written, which is that of their ids.
        """
        query = (
            select(transitions)
            .where(_T.id > after, _T.recorded_at >= begin, _T.recorded_at < end, *_holding(None))
            .order_by(_T.id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [transition_of(row) for row in (await connection.execute(query)).mappings()]

    async def as_of(self, at: datetime, targets: Sequence[str]) -> list[Transition]:
        """Return the row that held of each target at an instant; who had none is absent."""
        found: list[Transition] = []
        async with self._database.reading() as connection:
            for some in portions(targets):
                rows = await connection.execute(_last_before(at, some, None))
                found += [transition_of(row) for row in rows.mappings()]
        return found

    async def transitions(
        self, target: str, limit: int = 100, before: int | None = None
    ) -> list[Transition]:
        """Return all rows of a target, superseded ones too, newest first, ids below `before`."""
        query = select(transitions).where(_T.target == target).order_by(_T.id.desc()).limit(limit)
        if before is not None:
            query = query.where(_T.id < before)
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [transition_of(row) for row in rows.mappings()]


def cut(target: str, rows: Iterable[Transition], begin: datetime, end: datetime) -> list[Interval]:
    """Return the intervals of [begin, end) that ordered transitions make; like neighbours join."""
    status, reason, cause, since = Status.UNKNOWN, UNSEEN, None, begin
    made: list[Interval] = []
    for row in rows:
        if (row.new, row.reason, row.cause) == (status, reason, cause):
            continue
        if row.at > since:
            made.append(Interval(target, status, since, row.at, reason, cause))
            since = row.at
        status, reason, cause = row.new, row.reason, row.cause
    made.append(Interval(target, status, since, end, reason, cause))
    return made


async def read_states(
    connection: AsyncConnection, targets: Iterable[str] | None = None
) -> dict[str, tuple[TargetState, datetime]]:
    """Return states by target, each with the time of the last transition that holds."""
    found: dict[str, tuple[TargetState, datetime]] = {}
    if targets is None:
        queries = [select(states)]
    else:
        queries = [
            select(states).where(states.c.target.in_(some)) for some in portions(sorted(targets))
        ]
    for query in queries:
        for row in (await connection.execute(query)).mappings():
            fields = dict(row)
            at = fields.pop("at")
            fields["status"] = Status(fields["status"])
            found[row["target"]] = (TargetState(**fields), at)
    return found


async def write_transitions(
    connection: AsyncConnection, rows: Sequence[Transition]
) -> list[Transition]:
    """Add transitions in the order of decision and bring the present states up to date.

    A row holds from its `at` on and overrides every earlier decision of an equal or later
    time; one that names what it `supersedes` replaces that row alone. Conflict if that row
    is another target's or holds no more.
    """
    if not rows:
        return []
    first = await take(connection, "transitions", len(rows))
    known = await read_states(connection, {row.target for row in rows})
    numbered: list[Transition] = []
    late: dict[str, None] = {}
    for number, row in enumerate(rows, first):
        written = Transition(**{**_fields(row), "id": number})
        numbered.append(written)
        state = known.get(row.target)
        if row.supersedes is not None or (state is not None and row.at <= state[1]):
            late[row.target] = None
        else:
            known[row.target] = (_next(state, written), row.at)
    # One by one where a row meets earlier ones; the many others at once.
    plain = [_fields(row) for row in numbered if row.target not in late]
    if plain:
        await connection.execute(insert(transitions), plain)
    for row in numbered:
        if row.target in late:
            gone = await _overridden_by(connection, row)
            await connection.execute(insert(transitions).values(_fields(row)))
            if gone:
                await connection.execute(insert(overridden), gone)
    for target in late:
        known[target] = await _present(connection, target)
    await upsert(
        connection,
        states,
        [_state_row(*known[target]) for target in {row.target: None for row in numbered}],
    )
    return numbered


def _fields(row: Transition) -> Row:
    return {name: getattr(row, name) for name in Transition.__dataclass_fields__}


def transition_of(row: RowMapping) -> Transition:
    return Transition(**{**row, "old": Status(row["old"]), "new": Status(row["new"])})


def _next(state: tuple[TargetState, datetime] | None, row: Transition) -> TargetState:
    same = state is not None and state[0].status == row.new
    since = state[0].since if state is not None and same else row.at
    return TargetState(row.target, row.new, since, row.reason, row.cause, row.detail)


def _state_row(state: TargetState, at: datetime) -> Row:
    return {**{n: getattr(state, n) for n in TargetState.__dataclass_fields__}, "at": at}


def _holding(as_known_at: datetime | None) -> list[ColumnElement[bool]]:
    gone = select(overridden.c.transition).where(overridden.c.transition == _T.id)
    if as_known_at is None:
        return [~gone.exists()]
    gone = gone.where(overridden.c.recorded_at <= as_known_at)
    return [_T.recorded_at <= as_known_at, ~gone.exists()]


def _last_before(
    begin: datetime, targets: Sequence[str], as_known_at: datetime | None
) -> Select[tuple[object, ...]]:
    """Select, for each target, the transition that holds at `begin`, by index alone."""
    last = (
        select(_T.id)
        .where(_T.target == states.c.target, _T.at <= begin, *_holding(as_known_at))
        .order_by(_T.at.desc(), _T.id.desc())
        .limit(1)
        .correlate(states)
        .scalar_subquery()
    )
    chosen = select(last).where(states.c.target.in_(targets))
    return select(transitions).where(_T.id.in_(chosen))


async def _overridden_by(connection: AsyncConnection, row: Transition) -> list[Row]:
    """Return what a new row puts out of force; Conflict if it names a row that is not."""
    held = [_T.target == row.target, _T.id < row.id, *_holding(None)]
    if row.supersedes is not None:
        held.append(_T.id == row.supersedes)
    else:
        held.append(_T.at >= row.at)
    gone = (await connection.scalars(select(_T.id).where(*held))).all()
    if row.supersedes is not None and not gone:
        raise Conflict(
            Text(
                vi=f"Bản ghi {row.supersedes} của {row.target} không còn hiệu lực để thay thế",
                en=f"Row {row.supersedes} of {row.target} no longer holds and cannot be replaced",
            )
        )
    return [{"transition": n, "by": row.id, "recorded_at": row.recorded_at} for n in gone]


async def _present(connection: AsyncConnection, target: str) -> tuple[TargetState, datetime]:
    """Work out a target's state from the rows that hold."""
    held = select(transitions).where(_T.target == target, *_holding(None))
    rows = await connection.execute(held.order_by(_T.at, _T.id))
    state: tuple[TargetState, datetime] | None = None
    for row in rows.mappings():
        transition = transition_of(row)
        state = (_next(state, transition), transition.at)
    if state is None:
        raise LookupError(target)
    return state
