"""The whole ledger as plain rows: written out of either database, read back into either.

One file of JSON lines a table (gzip), the first line naming its columns. Values are those of
the columns: integers, text, dates as ISO 8601, bytes as base64.
"""

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict
from core.text import Text
from storage import migrations
from storage.database import Database
from storage.tables import metadata

PORTION = 5000  # rows that are in memory at once
ASIDE = "before_restore"  # the schema that keeps what a restore replaced, on PostgreSQL
_LEVEL = 1  # of gzip: rows shrink tenfold at the first level already

Told = Callable[[str, int], None]  # table, rows since the last time


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: the version of its tables, and how many rows of each."""

    revision: str
    rows: Mapping[str, int]


async def dump(url: str, folder: Path, told: Told = lambda _table, _rows: None) -> Copied:
    """Write every table of a ledger into a folder, as of one instant, while others write on.

    Conflict if the ledger has no tables, or those of a newer version than ours.
    """
    revision = _known(await migrations.current(url))
    database = Database(url)
    try:
        async with database.reading() as connection:
            rows = {
                table.name: await _write(connection, table, folder / f"{table.name}.jsonl.gz", told)
                for table in await _tables(connection, metadata.tables)
            }
    finally:
        await database.aclose()
    return Copied(revision, rows)


async def load(
    url: str, folder: Path, copied: Copied, told: Told = lambda _table, _rows: None
) -> None:
    """Fill an empty database from a folder, and bring it to our version.

    Everything is written in one transaction. Conflict if there are tables already, or the copy
    is of a version that we do not know.
    """
    _known(copied.revision)
    if await migrations.current(url) is not None:
        raise Conflict(
            Text(vi="Cơ sở dữ liệu không trống", en="The database is not empty"),
        )
    await migrations.upgrade(url, copied.revision)
    database = Database(url)
    try:
        async with database.writing() as connection:
            for table in await _tables(connection, copied.rows):
                await _read(connection, table, folder / f"{table.name}.jsonl.gz", told)
                await _number_on(connection, table)
    finally:
        await database.aclose()
    await migrations.upgrade(url)


async def counts(url: str) -> dict[str, int]:
    """Return how many rows every table of a ledger has."""
    database = Database(url)
    try:
        async with database.reading() as connection:
            present = await connection.run_sync(lambda c: set(inspect(c).get_table_names()))
            return {
                name: await connection.scalar(select(func.count()).select_from(table(name))) or 0
                for name in metadata.tables
                if name in present
            }
    finally:
        await database.aclose()


async def set_aside(url: str) -> None:
    """Move our tables of a PostgreSQL database into the schema `before_restore`.

    What stood there from the restore before is dropped. In one transaction: all or nothing.
    """
    database = Database(url)
    try:
        async with database.writing() as connection:
            names = await connection.run_sync(_names)
            await connection.execute(text(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE"))
            await connection.execute(text(f"CREATE SCHEMA {ASIDE}"))
            await _move(connection, names, ASIDE)
    finally:
        await database.aclose()


async def put_back(url: str) -> None:
    """Undo `set_aside`: what was restored in the meantime goes, what was there returns."""
    database = Database(url)
    try:
        async with database.writing() as connection:
            for name in await connection.run_sync(_names):
                await connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
            kept = await connection.run_sync(lambda c: inspect(c).get_table_names(schema=ASIDE))
            here = await connection.scalar(text("SELECT current_schema()"))
            for name in kept:
                await connection.execute(text(f'ALTER TABLE {ASIDE}."{name}" SET SCHEMA "{here}"'))
            await connection.execute(text(f"DROP SCHEMA {ASIDE}"))
    finally:
        await database.aclose()


def _names(connection: Connection) -> list[str]:
    ours = {*metadata.tables, "alembic_version"}
    return [name for name in inspect(connection).get_table_names() if name in ours]


async def _move(connection: AsyncConnection, names: Sequence[str], schema: str) -> None:
    for name in names:
        await connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA {schema}'))


def _known(revision: str | None) -> str:
    if revision is None:
        raise Conflict(
            Text(
                vi="Sổ cái chưa có bảng nào; chạy: thongsuot migrate",
                en="The ledger has no tables; run: thongsuot migrate",
            )
        )
    if revision not in migrations.revisions():
        raise Conflict(
            Text(
                vi=f"Sổ cái ở phiên bản {revision}, mới hơn phần mềm này ({migrations.head()}); "
                "hãy dùng bản phần mềm mới hơn",
                en=f"The ledger is at version {revision}, newer than this software "
                f"({migrations.head()}); use a newer release",
            )
        )
    return revision


async def _tables(connection: AsyncConnection, wanted: Mapping[str, object]) -> list[Table]:
    """Return the tables as the database has them, whatever its version: parents first."""

    def reflected(inside: Connection) -> list[Table]:
        found = MetaData()
        present = set(inspect(inside).get_table_names())
        found.reflect(inside, only=[name for name in wanted if name in present])
        return list(found.sorted_tables)

    return await connection.run_sync(reflected)


async def _write(connection: AsyncConnection, table: Table, file: Path, told: Told) -> int:
    count = 0
    order = list(table.primary_key) or list(table.columns)
    with gzip.open(file, "wt", encoding="utf-8", compresslevel=_LEVEL) as out:
        out.write(json.dumps([column.name for column in table.columns]) + "\n")
        query = select(table).order_by(*order).execution_options(yield_per=PORTION)
        async with connection.stream(query) as result:
            async for rows in result.partitions():
                out.writelines(json.dumps(list(row), default=_plain) + "\n" for row in rows)
                count += len(rows)
                told(table.name, len(rows))
    return count


async def _read(connection: AsyncConnection, table: Table, file: Path, told: Told) -> None:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        names = json.loads(next(lines))
        columns = [table.columns[name] for name in names]
        for rows in _portions(lines, columns):
            await connection.execute(insert(table), rows)
            told(table.name, len(rows))


def _portions(lines: Iterator[str], columns: Sequence[Column[Any]]) -> Iterator[list[Any]]:
    readers = {column.name: reader for column in columns if (reader := _READERS.get(_kind(column)))}
    names = [column.name for column in columns]
    rows: list[dict[str, Any]] = []
    for line in lines:
        row = dict(zip(names, json.loads(line), strict=True))
        for name, reader in readers.items():
            if row[name] is not None:
                row[name] = reader(row[name])
        rows.append(row)
        if len(rows) == PORTION:
            yield rows
            rows = []
    if rows:
        yield rows


async def _number_on(connection: AsyncConnection, table: Table) -> None:
    """Let PostgreSQL number the next row after the last one; SQLite does so by itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.columns:
        return
    place = {"table": f'"{table.name}"'}
    sequence = await connection.scalar(text("SELECT pg_get_serial_sequence(:table, 'id')"), place)
    if sequence is None:
        return
    last = await connection.scalar(select(func.max(table.c.id)))
    if last is not None:
        await connection.execute(
            text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": sequence, "last": last}
        )


def _kind(column: Column[Any]) -> type:
    try:
        return column.type.python_type
    except NotImplementedError:
        return object


def _plain(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(f"no column of ours holds a {type(value).__name__}")


_READERS: Mapping[type, Callable[[Any], Any]] = {
    bytes: base64.b64decode,
    date: date.fromisoformat,
    time: time.fromisoformat,
}
