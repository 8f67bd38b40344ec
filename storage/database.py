"""How a database is opened: one writer and many readers on SQLite, a pool on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from core.errors import Conflict, Invalid, Problem, Unavailable
from core.text import Text
from storage.tables import counters

Row = dict[str, Any]
_T = TypeVar("_T")
# Classes of SQLSTATE (PostgreSQL, appendix A): what may pass (connection, read-only, rollback,
# resources, operator, system), and what will not by itself (password, no such database).
_PASSING = ("08", "25006", "40", "53", "57", "58")
_REFUSED = ("28", "3D")
_PATIENCE = 30.0  # seconds at most for the transactions that a closing database waits for
_IN_LIST = 500  # SQLite binds at most 32,766 values; shorter lists also keep plans cached


class Database:
    """Two engines over one database: `writing()` and `reading()` are whole transactions."""

    def __init__(self, url: str, *, lasting: bool = True) -> None:
        """Open nothing yet. `url`: `sqlite:///path` or `postgresql://…`; Invalid otherwise.

        A file that is not `lasting` is thrown away afterwards: nothing waits for the disk.
        """
        self.url = url
        self._transactions, self._idle = 0, asyncio.Event()
        self._idle.set()
        parsed = _driver_url(url)
        self.dialect = parsed.get_backend_name()
        if self.dialect == "sqlite":
            self._writer = _sqlite(parsed, begin="BEGIN IMMEDIATE", pool_size=1, lasting=lasting)
            self._reader = _sqlite(
                parsed, begin="BEGIN", pool_size=4, query_only=True, lasting=lasting
            )
        else:
            self._writer = create_async_engine(
                parsed, pool_size=5, max_overflow=5, pool_pre_ping=True
            )
            # Several statements of one answer must see one state, as they do on SQLite.
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection inside a write transaction, committed at the end or not at all.

        Unavailable if the database cannot be reached or written just now.
        """
        with self._under_way():
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection inside a transaction that sees one state and writes nothing."""
        with self._under_way():
            async with self._reader.connect() as connection, connection.begin():
                yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection without a transaction: every statement stands by itself."""
        with self._under_way():
            async with self._writer.connect() as connection:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def aclose(self) -> None:
        """Close every connection, once the transactions under way have given theirs back.

        Transactions outlive a cancelled caller (see `unbroken`); a connection given back to a
        pool that is no more would be closed by nobody. Waits at most 30 s.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._idle.wait()
        await self._reader.dispose()
        await self._writer.dispose()

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        self._transactions += 1
        self._idle.clear()
        try:
            with _passing_trouble():
                yield
        finally:
            self._transactions -= 1
            if not self._transactions:
                self._idle.set()


@contextmanager
def _passing_trouble() -> Iterator[None]:
    """Say of a lost connection, a full disk or a lock held too long that it may pass."""
    try:
        yield
    except (PoolTimeout, OSError) as trouble:
        raise _unavailable(str(trouble)) from trouble
    except DBAPIError as trouble:
        state = getattr(trouble.orig, "sqlstate", None) or ""
        if state.startswith(_REFUSED):
            raise Conflict(
                Text(
                    vi=f"Cơ sở dữ liệu từ chối kết nối: {trouble.orig}",
                    en=f"The database refuses the connection: {trouble.orig}",
                )
            ) from trouble
        passing = isinstance(trouble, OperationalError | InterfaceError)
        if passing or trouble.connection_invalidated or state.startswith(_PASSING):
            raise _unavailable(str(trouble.orig)) from trouble
        raise


def _unavailable(why: str) -> Unavailable:
    return Unavailable(
        Text(
            vi=f"Cơ sở dữ liệu tạm thời không dùng được: {why}",
            en=f"The database cannot be used just now: {why}",
        )
    )


def _driver_url(url: str) -> URL:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed.set(drivername="sqlite+aiosqlite")
    if backend == "postgresql":
        query = dict(parsed.query)
        if "sslmode" in query:  # libpq's word; asyncpg calls it `ssl`
            query["ssl"] = query.pop("sslmode")
        return parsed.set(drivername="postgresql+asyncpg", query=query)
    raise Invalid(
        [
            Problem(
                file="settings",
                key="database",
                what=Text(
                    vi="địa chỉ cơ sở dữ liệu không dùng được",
                    en="the database's address cannot be used",
                ),
                mend=Text(
                    vi="Viết sqlite:///đường/dẫn/tệp.db hoặc postgresql://người_dùng@máy/tên",
                    en="Write sqlite:///path/to/file.db or postgresql://user@host/name",
                ),
            )
        ]
    )


def _sqlite(
    url: URL, *, begin: str, pool_size: int, query_only: bool = False, lasting: bool = True
) -> AsyncEngine:
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # password hashes and addresses: for nobody else to read
    engine = create_async_engine(
        url, pool_size=pool_size, max_overflow=0, pool_timeout=60, connect_args={"timeout": 30}
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver's own mode begins no transaction for a SELECT: updates get lost in silence.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if lasting else 'OFF'}",
            "foreign_keys=ON",
            "busy_timeout=30000",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT, of the connection's dialect."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def upsert(
    connection: AsyncConnection, table: Table, rows: Sequence[Row], *, keep: Iterable[str] = ()
) -> None:
    """Insert rows, or replace those of the same primary key; columns of `keep` stay."""
    if not rows:
        return
    statement = insert(connection, table)
    keys = [column.name for column in table.primary_key]
    kept = {*keys, *keep}
    fresh = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in kept}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=fresh)
        if fresh
        else statement.on_conflict_do_nothing(index_elements=keys),
        list(rows),
    )


async def take(connection: AsyncConnection, name: str, count: int = 1) -> int:
    """Return the first of `count` consecutive new numbers; other writers wait until we commit."""
    statement = insert(connection, counters).values(name=name, value=count)
    value = await connection.scalar(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": counters.c.value + count}
        ).returning(counters.c.value)
    )
    return int(value or 0) - count + 1


def portions(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield the values in portions that fit an IN list."""
    for start in range(0, len(values), _IN_LIST):
        yield values[start : start + _IN_LIST]
