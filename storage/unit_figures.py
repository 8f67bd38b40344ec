"""What others declare of units, a row a subject and period; replaced rows stay as history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict
from core.people import AuditRow
from core.text import Text
from core.unitfigures import Declared, UnitFigures
from storage.audit import write_audit
from storage.database import Database
from storage.tables import unit_figures
from storage.unbroken import unbroken

_F = unit_figures.c
_AT_ONCE = 500  # values of one IN list


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a list would change, or has changed."""

    added: tuple[UnitFigures, ...] = ()
    changed: tuple[tuple[Declared, UnitFigures], ...] = ()  # (as it was, as it is)
    same: int = 0


@unbroken
class UnitFigureBook:
    """Figures of units by list and period."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def weigh(self, rows: Sequence[UnitFigures]) -> Gathered:
        """Return what rows would change; nothing is written."""
        async with self._database.reading() as connection:
            return _compared(rows, await _holding(connection, rows))

    async def gather(
        self,
        rows: Sequence[UnitFigures],
        source: str,
        actor: str,
        now: datetime,
        *,
        origin: str = "",
    ) -> Gathered:
        """Keep rows, all or none, audited; what was said of the same before becomes history.

        What a list does not mention stays as it is. Conflict if somebody else brings the same in
        meanwhile.
        """
        try:
            return await self._gather(rows, source, actor, now, origin)
        except IntegrityError as fault:
            raise Conflict(
                Text(
                    vi="Có người khác vừa nhập cùng số liệu này; hãy nhập lại",
                    en="Somebody else has just taken the same in; please try again",
                )
            ) from fault

    async def _gather(
        self, rows: Sequence[UnitFigures], source: str, actor: str, now: datetime, origin: str
    ) -> Gathered:
        async with self._database.writing() as connection:
            found = _compared(rows, await _holding(connection, rows))
            fresh = [*found.added, *(new for _, new in found.changed)]
            old = [before.id for before, _ in found.changed]
            for place in range(0, len(old), _AT_ONCE):
                ended = update(unit_figures).where(_F.id.in_(old[place : place + _AT_ONCE]))
                await connection.execute(ended.values(replaced_at=now))
            if fresh:
                kept = {"source": source, "by": actor, "at": now, "replaced_at": None}
                await connection.execute(
                    insert(unit_figures), [{**row.model_dump(), **kept} for row in fresh]
                )
                await write_audit(connection, _audit(found, rows, source, actor, now, origin))
        return found

    async def holding(
        self, name: str | None = None, *, since: date, unit: str | None = None
    ) -> list[Declared]:
        """Return the rows that hold of periods that begin on a day or later, oldest first."""
        query = select(unit_figures).where(_F.replaced_at.is_(None), _F.begin >= since)
        if name is not None:
            query = query.where(_F.list == name)
        if unit is not None:
            query = query.where(_F.unit == unit)
        ordered = query.order_by(_F.begin, _F.unit, _F.organisation, _F.part)
        async with self._database.reading() as connection:
            return [Declared(**row) for row in (await connection.execute(ordered)).mappings()]

    async def as_known(
        self, first: date, last: date, known_at: datetime | None = None
    ) -> list[Declared]:
        """Return the rows of periods that begin on these days, as they held at an instant.

        None: as they hold now.
        """
        query = select(unit_figures).where(_F.begin >= first, _F.begin <= last)
        if known_at is None:
            query = query.where(_F.replaced_at.is_(None))
        else:
            gone = _F.replaced_at.is_not(None) & (_F.replaced_at <= known_at)
            query = query.where(_F.at <= known_at, ~gone)
        ordered = query.order_by(_F.begin, _F.unit, _F.organisation, _F.part, _F.id)
        async with self._database.reading() as connection:
            return [Declared(**row) for row in (await connection.execute(ordered)).mappings()]

    async def history(self, name: str, unit: str, limit: int = 200) -> list[Declared]:
        """Return all that was ever said of a unit in a list, newest first."""
        query = (
            select(unit_figures)
            .where(_F.list == name, _F.unit == unit)
            .order_by(_F.begin.desc(), _F.organisation, _F.part, _F.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [Declared(**row) for row in (await connection.execute(query)).mappings()]


async def _holding(
    connection: AsyncConnection, rows: Iterable[UnitFigures]
) -> dict[tuple[object, ...], Declared]:
    """Return the rows that hold in the lists and periods of others, by their keys."""
    found: dict[tuple[object, ...], Declared] = {}
    for name, begin in sorted({(row.list, row.begin) for row in rows}):
        query = select(unit_figures).where(
            _F.list == name, _F.begin == begin, _F.replaced_at.is_(None)
        )
        for row in (await connection.execute(query)).mappings():
            kept = Declared(**row)
            found[kept.key] = kept
    return found


def _compared(rows: Iterable[UnitFigures], holding: dict[tuple[object, ...], Declared]) -> Gathered:
    added, changed, same = [], [], 0
    for row in rows:
        before = holding.get(row.key)
        if before is None:
            added.append(row)
        elif dict(before.values) != dict(row.values):
            changed.append((before, row))
        else:
            same += 1
    return Gathered(tuple(added), tuple(changed), same)


def _audit(  # noqa: PLR0917
    found: Gathered,
    rows: Iterable[UnitFigures],
    source: str,
    actor: str,
    now: datetime,
    origin: str,
) -> AuditRow:
    lists = " ".join(sorted({f"{row.list} {row.begin:%Y-%m-%d}" for row in rows}))
    return AuditRow(
        at=now,
        actor=actor,
        action="figures.import",
        subject=lists[:200],
        detail=f"{source}: {len(found.added)} added, {len(found.changed)} changed",
        origin=origin,
    )
