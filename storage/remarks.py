"""What devices have said: the newest remarks, searched by device, words, severity and time."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, false, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.remark import Remark, Via
from core.text import fold
from storage.database import Database, take
from storage.tables import remarks
from storage.unbroken import unbroken

_R = remarks.c
_BOOTS = "snmp_boots"
_NAMED = 2000  # devices that the words of a search may name


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which remarks are looked for; what is None does not matter.

    `words` must all be there, each in what was said or in the name of a device: `named` has the
    devices whose names hold a word. `severity`: so grave or graver.
    """

    devices: Collection[str] | None = None
    sites: Collection[str] | None = None  # or of one of these sites
    words: Sequence[tuple[str, Collection[str]]] = ()
    severity: int | None = None
    begin: datetime | None = None
    end: datetime | None = None


class RemarkPage(NamedTuple):
    """Some remarks, newest first, and the number to go on before (None: that was all)."""

    items: tuple[Remark, ...]
    before: int | None


@unbroken
class RemarkBook:
    """Remarks, no more than a given number of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def boots(self) -> int:
        """Return how often our SNMP engine has started, this time included."""
        async with self._database.writing() as connection:
            return await take(connection, _BOOTS)

    async def write(self, said: Sequence[Remark], most: int) -> list[Remark]:
        """Add remarks, and to those that have a number already; keep the newest `most`.

        Returns them in their order, all with their numbers.
        """
        async with self._database.writing() as connection:
            written = await _numbered(connection, said)
            fresh = [now for now, before in zip(written, said, strict=True) if not before.id]
            if fresh:
                await connection.execute(insert(remarks), [_row(one) for one in fresh])
                await connection.execute(delete(remarks).where(_R.id <= fresh[-1].id - most))
            for one in said:
                if one.id:
                    await connection.execute(
                        update(remarks)
                        .where(_R.id == one.id)
                        .values(last_at=one.last_at, count=one.count)
                    )
        return written

    async def find(self, wanted: Wanted, limit: int = 100, before: int | None = None) -> RemarkPage:
        """Return a page of remarks, newest first."""
        query = select(remarks).order_by(_R.id.desc()).limit(limit + 1)
        query = query.where(*_conditions(wanted))
        if before is not None:
            query = query.where(_R.id < before)
        async with self._database.reading() as connection:
            rows = [_remark(dict(row)) for row in (await connection.execute(query)).mappings()]
        shown = rows[:limit]
        return RemarkPage(tuple(shown), shown[-1].id if len(rows) > limit else None)

    async def how_many(self) -> int:
        """Return how many remarks are kept."""
        async with self._database.reading() as connection:
            return int(await connection.scalar(select(func.count()).select_from(remarks)) or 0)


async def _numbered(connection: AsyncConnection, said: Sequence[Remark]) -> list[Remark]:
    count = sum(not one.id for one in said)
    number = await take(connection, "remarks", count) if count else 0
    written = []
    for one in said:
        if one.id:
            written.append(one)
        else:
            written.append(replace(one, id=number))
            number += 1
    return written


def _row(one: Remark) -> dict[str, object]:
    words = (one.text, one.means, one.means_en, one.kind, one.address, one.device)
    return asdict(one) | {"key": fold(" ".join(words))}


def _remark(row: dict[str, object]) -> Remark:
    row.pop("key")
    return Remark(**{**row, "via": Via(str(row["via"]))})  # type: ignore[arg-type]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.devices is not None or wanted.sites is not None:
        found.append(
            or_(
                _R.device.in_(wanted.devices) if wanted.devices else false(),
                _R.site.in_(wanted.sites) if wanted.sites else false(),
            )
        )
    for word, devices in wanted.words:
        said = _R.key.contains(word, autoescape=True)
        named = 0 < len(devices) <= _NAMED
        found.append(or_(said, _R.device.in_(devices)) if named else said)
    if wanted.severity is not None:
        found.append(_R.severity <= wanted.severity)
    if wanted.begin is not None:
        found.append(_R.last_at >= wanted.begin)
    if wanted.end is not None:
        found.append(_R.at < wanted.end)
    return found
