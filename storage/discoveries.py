"""Sweeps of address ranges as rows, so that they go on where they were stopped."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from core.discovery import BY_COMMAND, Discovery, Found, size
from core.errors import NotFound
from core.people import AuditRow
from core.text import Text
from storage.audit import write_audit
from storage.database import Database, upsert
from storage.tables import discovered, discoveries
from storage.unbroken import unbroken

_D, _F = discoveries.c, discovered.c
LEASE = timedelta(seconds=60)  # without a move for so long, somebody else may go on
KEPT = 20  # sweeps; older ones go


@unbroken
class DiscoveryBook:
    """What is being swept, and what answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, ranges: Sequence[str], by: str, now: datetime, *, origin: str = ""
    ) -> Discovery:
        """Keep that ranges are to be swept; audited. Sweeps long over are forgotten."""
        sweep = Discovery(
            ranges=tuple(ranges), begun_at=now, begun_by=by, moved_at=now, total=size(ranges)
        )
        async with self._database.writing() as connection:
            number = await connection.scalar(
                insert(discoveries).values(sweep.model_dump(exclude={"id"})).returning(_D.id)
            )
            old = select(_D.id).order_by(_D.id.desc()).offset(KEPT).limit(1000)
            gone = list(await connection.scalars(old))
            if gone:
                await connection.execute(delete(discovered).where(_F.discovery.in_(gone)))
                await connection.execute(delete(discoveries).where(_D.id.in_(gone)))
            detail = " ".join(ranges)
            row = AuditRow(
                at=now, actor=by, action="discovery.begin", subject=detail, origin=origin
            )
            await write_audit(connection, row)
        return sweep.model_copy(update={"id": number})

    async def all(self) -> list[Discovery]:
        """Return the sweeps that are remembered, newest first."""
        query = select(discoveries).order_by(_D.id.desc()).limit(KEPT)
        async with self._database.reading() as connection:
            return [Discovery(**row) for row in (await connection.execute(query)).mappings()]

    async def get(self, number: int) -> Discovery:
        """Return one; NotFound."""
        query = select(discoveries).where(_D.id == number)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise NotFound(
                Text(vi=f"Không có lần dò số {number}", en=f"There is no sweep {number}")
            )
        return Discovery(**row)

    async def found(self, number: int) -> list[Found]:
        """Return what answered, in the order in which it was found."""
        query = select(discovered).where(_F.discovery == number).order_by(_F.at, _F.address)
        async with self._database.reading() as connection:
            return [Found(**row) for row in (await connection.execute(query)).mappings()]

    async def claim(self, now: datetime, *, number: int | None = None) -> Discovery | None:
        """Take a sweep that nobody is at and return it; None if there is none.

        Without a number: one that was begun on a page, since who begins one by a command is at it.
        """
        idle = _D.ended_at.is_(None) & (_D.moved_at < now - LEASE)
        fresh = _D.ended_at.is_(None) & (_D.done == 0) & (_D.moved_at == _D.begun_at)
        mine = _D.id == number if number else _D.begun_by.not_like(f"{BY_COMMAND}%")
        async with self._database.writing() as connection:
            query = select(discoveries).where(mine, idle | fresh).order_by(_D.id).limit(1)
            row = (await connection.execute(query)).mappings().first()
            if row is None:
                return None
            moved = now if now > row["moved_at"] else row["moved_at"] + timedelta(microseconds=1)
            taken = update(discoveries).where(_D.id == row["id"], _D.moved_at == row["moved_at"])
            changed = await connection.execute(taken.values(moved_at=moved))
            if not changed.rowcount:
                return None
        return Discovery(**dict(row) | {"moved_at": moved})

    async def move(
        self, sweep: Discovery, done: int, packets: int, found: Sequence[Found], now: datetime
    ) -> Discovery | None:
        """Keep how far a sweep has come and what it found; None if it was stopped or is another's.

        The last address ends it.
        """
        ended = now if done >= sweep.total else None
        fields = {"moved_at": now, "done": done, "packets": packets, "ended_at": ended}
        async with self._database.writing() as connection:
            ours = (_D.id == sweep.id) & (_D.moved_at == sweep.moved_at) & _D.ended_at.is_(None)
            moved = await connection.execute(update(discoveries).where(ours).values(fields))
            if not moved.rowcount:
                return None
            await upsert(connection, discovered, [row.model_dump() for row in found])
        return sweep.model_copy(update=fields)

    async def stop(self, number: int, now: datetime) -> None:
        """End a sweep where it is; who works on it finds out at its next move."""
        async with self._database.writing() as connection:
            open_one = (_D.id == number) & _D.ended_at.is_(None)
            await connection.execute(update(discoveries).where(open_one).values(ended_at=now))
