"""The fast way to what reports count: packed changes, and the few details that are printed.

The same rows hold as in `storage.status`, and the same ones are left out by `as_known_at`. The
database packs the rows of a target into one value, so that two million of them cost no object
each.
"""

# ruff: noqa: S608  (statements are put together from words of this file alone; values are bound)

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.history import STATUSES, History, Span
from core.status import Status
from storage.columns import from_micros, to_micros
from storage.database import Database, portions
from storage.tables import incident_members, incidents, observed
from storage.unbroken import unbroken

Progress = Callable[[int, int], None]  # (done, of how many)
_SECOND = 1_000_000  # microseconds
_AT_ONCE = 2_000  # targets of one statement
_CODES = " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(STATUSES))
_VALUE = f"(t.at / {_SECOND}) * 8 + CASE t.new {_CODES} END"


@dataclass(frozen=True, slots=True)
class Detail:
    """Why a target was as it was from a second on, within the span of a number."""

    span: int
    at: int
    status: Status
    reason: str
    cause: str | None


@dataclass(frozen=True, slots=True)
class Touch:
    """An incident that held a target, seconds since 1970; `until` None: still."""

    target: str
    incident: str
    begin: int
    until: int | None


@unbroken
class HistoryBook:
    """Packed histories of status, the details of some spans, and the incidents that fit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(
        self,
        targets: Sequence[str],
        begin: int,
        end: int,
        as_known_at: datetime | None = None,
        progress: Progress | None = None,
    ) -> History:
        """Return the changes within the seconds [begin, end), and how each target was before.

        `targets` must differ. `progress` hears of targets done.
        """
        pieces: list[Any] = []
        async with self._database.reading() as connection:
            words = _Dialect(connection, await _held(connection, as_known_at))
            await words.prepare(connection)
            for start in range(0, len(targets), _AT_ONCE):
                some = targets[start : start + _AT_ONCE]
                asked = {
                    "targets": words.names(some),
                    "begin": begin * _SECOND,
                    "end": end * _SECOND,
                    **_known(as_known_at),
                }
                for before, inside in await connection.execute(text(words.packed), asked):
                    pieces += (before, inside)
                if progress is not None:
                    progress(min(start + _AT_ONCE, len(targets)), len(targets))
            replaced = await _last_replaced(connection, targets, end, words, as_known_at)
        return _unpacked(tuple(targets), pieces, replaced)

    async def details(
        self, spans: Sequence[Span], as_known_at: datetime | None = None
    ) -> list[Detail]:
        """Return the rows that hold in some spans, the one in force at each begin included."""
        found: list[Detail] = []
        if not spans:
            return found
        async with self._database.reading() as connection:
            words = _Dialect(connection, await _held(connection, as_known_at))
            await words.prepare(connection)
            for start in range(0, len(spans), _AT_ONCE):
                some = spans[start : start + _AT_ONCE]
                asked = {**words.spans(some), **_known(as_known_at)}
                for n, at, new, reason, cause in await connection.execute(
                    text(words.detailed), asked
                ):
                    span = spans[start + n]
                    began = max(at // _SECOND, span.begin)
                    found.append(Detail(start + n, began, Status(new), reason, cause))
        return found

    async def touches(
        self, targets: Sequence[str], begin: int, end: int, as_known_at: datetime | None = None
    ) -> list[Touch]:
        """Return which incidents that lasted within [begin, end) held some targets.

        By target and begin; an incident that was merged counts as the one it was merged into.
        """
        member, incident = incident_members.c, incidents.c
        first, last = from_micros(begin * _SECOND), from_micros(end * _SECOND)
        query = (
            select(
                member.target,
                func.coalesce(incident.merged_into, incident.id),
                member.joined_at,
                incident.began_at,
                func.coalesce(member.left_at, incident.recovered_at),
            )
            .join(incidents, incident.id == member.incident)
            .where(
                incident.began_at < last,
                or_(incident.recovered_at.is_(None), incident.recovered_at > first),
            )
            .order_by(member.target, incident.began_at, incident.id)
        )
        if as_known_at is not None:
            query = query.where(incident.decided_at <= as_known_at)
        async with self._database.reading() as connection:
            return [
                Touch(target, code, _seconds(min(joined, began)), until and _seconds(until))
                for some in portions(list(targets))
                for target, code, joined, began, until in await connection.execute(
                    query.where(member.target.in_(some))
                )
            ]

    async def observed_until(self) -> datetime | None:
        """Return until when any vantage has looked, None if none ever did."""
        async with self._database.reading() as connection:
            until: datetime | None = await connection.scalar(select(func.max(observed.c.until)))
        return until


class _Dialect:
    """The statements, as each database packs best."""

    def __init__(self, connection: AsyncConnection, held: str) -> None:
        self.postgres = connection.dialect.name == "postgresql"
        self.packed = _packed(held, postgres=self.postgres)
        self.detailed = _detailed(held, postgres=self.postgres)

    async def prepare(self, connection: AsyncConnection) -> None:
        """Spare PostgreSQL the compiling of a plan that costs more to compile than to run."""
        if self.postgres:
            await connection.execute(text("SET LOCAL jit = off"))

    def names(self, targets: Sequence[str]) -> object:
        return list(targets) if self.postgres else json.dumps(list(targets))

    def spans(self, spans: Sequence[Span]) -> dict[str, object]:
        columns = {
            "targets": [s.target for s in spans],
            "begins": [s.begin * _SECOND for s in spans],
            "ends": [s.end * _SECOND for s in spans],
        }
        if self.postgres:
            return dict(columns)
        return {"spans": json.dumps(list(zip(*columns.values(), strict=True)))}


def _packed(held: str, *, postgres: bool) -> str:
    """Return a row per target: the last row before the span, and all within it.

    Each packed with the time of its (last) recording at its end, NULL where there is none.
    """
    where = f"t.target = s.target {held}"
    before = f"{where} AND t.at <= :begin ORDER BY t.at DESC, t.id DESC LIMIT 1"
    inside = f"{where} AND t.at > :begin AND t.at < :end"
    if postgres:
        one = f"SELECT int8send({_VALUE}) || int8send(t.recorded_at)"
        many = (
            f"SELECT string_agg(int8send({_VALUE}), ''::bytea ORDER BY t.at, t.id)"
            " || int8send(max(t.recorded_at))"
        )
        source = "unnest(CAST(:targets AS text[])) WITH ORDINALITY AS s (target, n)"
        return (
            f"SELECT ({one} FROM transitions t WHERE {before}),"
            f" ({many} FROM transitions t WHERE {inside}) FROM {source} ORDER BY s.n"
        )
    one = f"SELECT ({_VALUE}) || ',' || t.recorded_at"
    many = "SELECT group_concat(v) || ',' || max(r)"
    rows = (
        f"SELECT {_VALUE} AS v, t.recorded_at AS r FROM transitions t"
        f" WHERE {inside} ORDER BY t.at, t.id"
    )
    source = '(SELECT "key" AS n, value AS target FROM json_each(:targets)) s'
    return (
        f"SELECT ({one} FROM transitions t WHERE {before}),"
        f" ({many} FROM ({rows})) FROM {source} ORDER BY s.n"
    )


def _detailed(held: str, *, postgres: bool) -> str:
    source = (
        "(SELECT n - 1 AS n, target, b, e FROM unnest(CAST(:targets AS text[]),"
        " CAST(:begins AS bigint[]), CAST(:ends AS bigint[]))"
        " WITH ORDINALITY AS u (target, b, e, n)) s"
        if postgres
        else "(SELECT \"key\" AS n, json_extract(value, '$[0]') AS target,"
        " json_extract(value, '$[1]') AS b, json_extract(value, '$[2]') AS e"
        " FROM json_each(:spans)) s"
    )
    columns = "s.n, t.at, t.new, t.reason, t.cause, t.id"
    # Within a second the last row holds: what began in the span's first second began with it.
    before = (
        f"SELECT t.id FROM transitions t WHERE t.target = s.target {held}"
        f" AND t.at < s.b + {_SECOND} ORDER BY t.at DESC, t.id DESC LIMIT 1"
    )
    first = f"SELECT {columns} FROM {source} JOIN transitions t ON t.id = ({before})"
    rest = (
        f"SELECT {columns} FROM {source} JOIN transitions t ON t.target = s.target {held}"
        f" AND t.at >= s.b + {_SECOND} AND t.at < s.e"
    )
    both = f"SELECT * FROM ({first} UNION ALL {rest}) f ORDER BY n, at, id"
    return f"SELECT n, at, new, reason, cause FROM ({both}) g"


async def _held(connection: AsyncConnection, as_known_at: datetime | None) -> str:
    """Return the condition for rows `t` that hold; nothing to ask where none was replaced."""
    known, gone = "", ""
    if await connection.scalar(text("SELECT EXISTS (SELECT 1 FROM overridden)")):
        gone = "SELECT 1 FROM overridden o WHERE o.transition = t.id"
    if as_known_at is not None:
        known = "AND t.recorded_at <= :known"
        gone = gone and f"{gone} AND o.recorded_at <= :known"
    return f"{known} AND NOT EXISTS ({gone})" if gone else known


def _known(as_known_at: datetime | None) -> dict[str, int]:
    return {} if as_known_at is None else {"known": to_micros(as_known_at)}


async def _last_replaced(
    connection: AsyncConnection,
    targets: Sequence[str],
    end: int,
    words: _Dialect,
    as_known_at: datetime | None,
) -> int | None:
    """Return when the last row of these targets was put out of force, in microseconds."""
    if as_known_at is not None:
        return None
    listed = (
        "t.target = ANY(CAST(:targets AS text[]))"
        if words.postgres
        else "t.target IN (SELECT value FROM json_each(:targets))"
    )
    last = await connection.scalar(
        text(
            "SELECT max(o.recorded_at) FROM overridden o JOIN transitions t ON t.id = o.transition"
            f" WHERE t.at < :end AND {listed}"
        ),
        {"targets": words.names(targets), "end": end * _SECOND},
    )
    return None if last is None else int(last)


def _unpacked(targets: tuple[str, ...], pieces: Sequence[Any], replaced: int | None) -> History:
    """Return arrays of pieces (before and inside of each target in turn, None where empty)."""
    values, counts = _numbers(pieces)
    ends = np.cumsum(counts)
    last = ends[counts > 0] - 1  # each piece ends with the time of its last recording
    recorded = values[last]
    newest = max([int(recorded.max())] if len(recorded) else [], default=None)
    newest = max((n for n in (newest, replaced) if n is not None), default=None)
    values = np.delete(values, last)
    rows = (counts - (counts > 0)).reshape(-1, 2).sum(axis=1)
    first = np.zeros(len(targets) + 1, np.int64)
    np.cumsum(rows, out=first[1:])
    return History(
        targets,
        first,
        values >> 3,
        (values & 7).astype(np.int8),
        None if newest is None else from_micros(newest),
    )


def _numbers(pieces: Sequence[Any]) -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
    """Return all numbers of the pieces in one array, and how many each piece holds."""
    filled = [piece for piece in pieces if piece is not None]
    if filled and isinstance(filled[0], str):
        counts = [0 if piece is None else piece.count(",") + 1 for piece in pieces]
        numbers = np.fromstring(",".join(filled), dtype=np.int64, sep=",")
    else:
        counts = [0 if piece is None else len(piece) // 8 for piece in pieces]
        numbers = np.frombuffer(b"".join(filled), dtype=">i8").astype(np.int64)
    return numbers, np.array(counts, np.int64)


def _seconds(instant: datetime) -> int:
    return to_micros(instant) // _SECOND
