# ruff: noqa: S608  (statements are put together from words of this file alone; values are bound)

"""The fast way to what reports count: packed changes, and the few details that are printed.

The same rows hold as in `storage.status`, and the same ones are left out by `as_known_at`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.history import History, Span
from core.status import Status
from storage import packing
from storage.columns import from_micros, to_micros
from storage.database import Database, portions
from storage.packing import AT_ONCE, SECOND, Progress
from storage.tables import incident_members, incidents, observed
from storage.unbroken import unbroken


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
    apart: bool = False  # a person split it off from another


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
        async with self._database.reading() as connection:
            await _quick(connection)
            rules = await packing.held(connection, as_known_at)
            stretch = packing.Stretch(begin * SECOND, end * SECOND, rules)
            packed = await packing.read(connection, targets, stretch, progress)
        return History(
            tuple(targets),
            packed.first,
            (packed.values >> 3) // SECOND,
            (packed.values & 7).astype(np.int8),
            None if packed.newest is None else from_micros(packed.newest),
        )

    async def details(
        self, spans: Sequence[Span], as_known_at: datetime | None = None
    ) -> list[Detail]:
        """Return the rows that hold in some spans, the one in force at each begin included."""
        found: list[Detail] = []
        if not spans:
            return found
        async with self._database.reading() as connection:
            await _quick(connection)
            rules = await packing.held(connection, as_known_at)
            statement = text(_detailed(rules.both, postgres=_is_postgres(connection)))
            for start in range(0, len(spans), AT_ONCE):
                some = spans[start : start + AT_ONCE]
                asked = {**_asked(connection, some), **rules.bound}
                for n, at, new, reason, cause in await connection.execute(statement, asked):
                    span = spans[start + n]
                    began = max(at // SECOND, span.begin)
                    found.append(Detail(start + n, began, Status(new), reason, cause))
        return found

    async def touches(
        self, targets: Sequence[str], begin: int, end: int, as_known_at: datetime | None = None
    ) -> list[Touch]:
        """Return which incidents that lasted within [begin, end) held some targets.

        By target and begin; an incident that was merged counts as the one it was merged into.
        """
        member, incident = incident_members.c, incidents.c
        first, last = from_micros(begin * SECOND), from_micros(end * SECOND)
        query = (
            select(
                member.target,
                func.coalesce(incident.merged_into, incident.id),
                member.joined_at,
                incident.began_at,
                func.coalesce(member.left_at, incident.recovered_at),
                incident.apart_from.is_not(None),
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
                Touch(target, code, _seconds(min(joined, began)), until and _seconds(until), apart)
                for some in portions(list(targets))
                for target, code, joined, began, until, apart in await connection.execute(
                    query.where(member.target.in_(some))
                )
            ]

    async def observed_until(self) -> datetime | None:
        """Return until when any vantage has looked, None if none ever did."""
        async with self._database.reading() as connection:
            until: datetime | None = await connection.scalar(select(func.max(observed.c.until)))
        return until


def _is_postgres(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "postgresql"


async def _quick(connection: AsyncConnection) -> None:
    """Spare PostgreSQL the compiling of a plan that costs more to compile than to run."""
    if _is_postgres(connection):
        await connection.execute(text("SET LOCAL jit = off"))


def _asked(connection: AsyncConnection, spans: Sequence[Span]) -> dict[str, object]:
    columns = {
        "targets": [span.target for span in spans],
        "begins": [span.begin * SECOND for span in spans],
        "ends": [span.end * SECOND for span in spans],
    }
    if _is_postgres(connection):
        return dict(columns)
    return {"spans": json.dumps(list(zip(*columns.values(), strict=True)))}


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
        f" AND t.at < s.b + {SECOND} ORDER BY t.at DESC, t.id DESC LIMIT 1"
    )
    first = f"SELECT {columns} FROM {source} JOIN transitions t ON t.id = ({before})"
    rest = (
        f"SELECT {columns} FROM {source} JOIN transitions t ON t.target = s.target {held}"
        f" AND t.at >= s.b + {SECOND} AND t.at < s.e"
    )
    both = f"SELECT * FROM ({first} UNION ALL {rest}) f ORDER BY n, at, id"
    return f"SELECT n, at, new, reason, cause FROM ({both}) g"


def _seconds(instant: datetime) -> int:
    return to_micros(instant) // SECOND
