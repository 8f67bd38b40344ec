"""A login that reads numbers and may change nothing: PostgreSQL by pg8000, MySQL by PyMySQL.

SQL Server and Oracle have modules of their own. These drivers take a connected socket, which is why
they were chosen; they block, so they run in a thread. Every query runs in a read-only transaction,
inside `SELECT * FROM (…) LIMIT 2`, under the server's own time limit, and is rolled back.
"""

import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from collectors._net.trouble import Trouble, printable, trouble
from collectors._sql.bounded import Bounded
from collectors._sql.oracle import Oracle
from collectors._sql.select import bared
from collectors._sql.sqlserver import SqlServer
from collectors._sql.terms import ROWS, Reader, Refused, Terms
from core.reading import FailureKind

_MYSQL_AUTH = (1044, 1045, 1698, 1251, 1862)
_MYSQL_BUSY = (1040, 1129, 1203, 1226)
_MYSQL_GONE = (2003, 2006, 2013)
_MYSQL_TOO_LONG = (1969, 3024)  # MariaDB, MySQL
_PG_TOO_LONG = "57014"


# What the drivers raise where somebody else answers on the port of a database.
_NONSENSE = (
    *(LookupError, ValueError, TypeError, AttributeError, AssertionError, struct.error),
    *(ArithmeticError, RuntimeError),
)


class Postgresql:
    """A session with PostgreSQL."""

    def __init__(self, connected: socket.socket, terms: Terms) -> None:
        import pg8000.native  # noqa: PLC0415  (only where a PostgreSQL is looked at)
        from pg8000.exceptions import DatabaseError, InterfaceError  # noqa: PLC0415

        self._faults = (DatabaseError, InterfaceError)
        try:
            self._session: Any = pg8000.native.Connection(
                terms.user,
                host=terms.host,
                database=terms.params.database,
                password=terms.password,
                ssl_context=terms.context or False,  # None would try TLS with whoever is there
                sock=connected,
                application_name="thongsuot",
            )
        except self._faults as error:
            raise _pg_login(error) from error
        self.version = str(self._session.parameter_statuses.get("server_version", ""))
        limit = max(1, int(terms.seconds * 1000))
        with self._told("session"):
            self._do("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            self._do(f"SET statement_timeout = {limit}")
            self._do(f"SET lock_timeout = {limit}")

    def rows(self, text: str) -> list[tuple[object, ...]]:
        """Return at most two rows of a query; Trouble."""
        with self._told("query"):
            self._do("BEGIN READ ONLY")
            try:
                return [tuple(row) for row in self._do(enclosed(text))]
            finally:
                with suppress(OSError, *self._faults):
                    self._do("ROLLBACK")

    def close(self) -> None:
        """Say good-bye."""
        with suppress(OSError, *self._faults):
            self._session.close()

    def _do(self, text: str) -> list[list[object]]:
        return self._session.execute_simple(text).rows or []

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._faults as error:
            told = error.args[0] if error.args else ""
            code = told.get("C", "") if isinstance(told, dict) else ""
            said = told.get("M", "") if isinstance(told, dict) else str(told)
            if code == _PG_TOO_LONG:
                said = "it takes too long"
            raise trouble(FailureKind.PROTOCOL, f"{what}: {printable(said, 160)}") from error


class Mysql:
    """A session with MySQL or MariaDB."""

    def __init__(self, connected: socket.socket, terms: Terms) -> None:
        import pymysql  # noqa: PLC0415  (only where a MySQL is looked at)

        self._fault = pymysql.err.Error
        try:
            self._session: Any = pymysql.connections.Connection(
                host=terms.host,
                user=terms.user,
                password=terms.password,
                database=terms.params.database,
                ssl=terms.context,
                ssl_disabled=terms.context is None,
                read_timeout=terms.seconds * 2,  # the server is the one to end a query
                write_timeout=terms.seconds * 2,
                autocommit=True,
                defer_connect=True,
                program_name="thongsuot",
            )
            self._session.connect(connected)
        except self._fault as error:
            raise _mysql_login(error) from error
        if terms.context is not None and self._session.get_server_info() and not self._is_tls():
            self.close()
            raise trouble(FailureKind.PROTOCOL, "the server speaks no TLS")
        self.version = str(self._session.get_server_info())
        with self._told("session"):
            self._do("SET SESSION TRANSACTION READ ONLY")
            if "mariadb" in self.version.lower():
                self._do(f"SET SESSION max_statement_time = {terms.seconds:.3f}")
            else:
                self._do(f"SET SESSION max_execution_time = {int(terms.seconds * 1000)}")

    def _is_tls(self) -> bool:
        return isinstance(self._session._sock, ssl.SSLSocket)  # noqa: SLF001  (it has no word for it)

    def rows(self, text: str) -> list[tuple[object, ...]]:
        """Return at most two rows of a query; Trouble."""
        with self._told("query"):
            self._do("START TRANSACTION READ ONLY")
            try:
                return self._do(enclosed(text))
            finally:
                with suppress(OSError, self._fault):
                    self._do("ROLLBACK")

    def close(self) -> None:
        """Say good-bye."""
        with suppress(OSError, self._fault):
            self._session.close()

    def _do(self, text: str) -> list[tuple[object, ...]]:
        with self._session.cursor() as cursor:
            cursor.execute(text)
            return list(cursor.fetchall())

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._fault as error:
            code = error.args[0] if error.args else 0
            said = str(error.args[1]) if len(error.args) > 1 else str(error)
            if code in _MYSQL_TOO_LONG:
                said = "it takes too long"
            raise trouble(FailureKind.PROTOCOL, f"{what}: {printable(said, 160)}") from error


def enclosed(text: str) -> str:
    """Return a query as a part of ours, where nothing but a SELECT can stand."""
    return f"SELECT * FROM ({bared(text)}) AS asked LIMIT {ROWS}"  # noqa: S608


def number(rows: list[tuple[object, ...]]) -> float | None:
    """Return the one number of a query's rows, None for NULL, NaN or no row; Trouble.

    An instant is told as its Unix time (without a zone it is taken for UTC), a span in seconds.
    """
    if not rows:
        return None
    if len(rows) > 1 or len(rows[0]) != 1:
        raise trouble(FailureKind.PROTOCOL, "it must give one row of one column")
    value = rows[0][0]
    match value:
        case None:
            return None
        case bool() | int() | float() | Decimal():
            return None if value != value else float(value)  # noqa: PLR0124  (NaN is no number)
        case timedelta():
            return value.total_seconds()
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        case _:
            said = printable(str(value), 40)
            raise trouble(FailureKind.PROTOCOL, f"it gives {said}, which is no number")


def _pg_login(error: Exception) -> Exception:
    told = error.args[0] if error.args else ""
    if not isinstance(told, dict):
        said = printable(str(told), 160)
        if "SSL" in said:
            return trouble(FailureKind.PROTOCOL, "the server speaks no TLS")
        return trouble(FailureKind.PROTOCOL, f"the login failed: {said}")
    code, said = str(told.get("C", "")), printable(str(told.get("M", "")), 160)
    if code.startswith("28"):
        return Refused(said)
    busy = code.startswith(("53", "57P"))
    return trouble(FailureKind.REFUSED if busy else FailureKind.PROTOCOL, said)


def _mysql_login(error: Exception) -> Exception:
    code = error.args[0] if error.args else 0
    said = printable(str(error.args[1]) if len(error.args) > 1 else str(error), 160)
    if code in _MYSQL_AUTH:
        return Refused(said)
    if code in _MYSQL_GONE:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, ssl.SSLError | Trouble):
            return cause
        return trouble(FailureKind.REFUSED, f"the connection was broken off: {said}")
    kind = FailureKind.REFUSED if code in _MYSQL_BUSY else FailureKind.PROTOCOL
    return trouble(kind, said)


_READERS: Mapping[str, Callable[[Bounded, Terms], Reader]] = {
    "postgresql": Postgresql,
    "mysql": Mysql,
    "sqlserver": SqlServer,
    "oracle": Oracle,
}


def logged_in(connected: Bounded, terms: Terms) -> Reader:
    """Return a session over an open connection; Refused, Trouble, OSError."""
    with _understood(terms):
        return _READERS[terms.params.engine](connected, terms)


def asked(session: Reader, text: str, terms: Terms) -> float | None:
    """Return the one number that a query gives, None for NULL or no row; Trouble, OSError."""
    with _understood(terms):
        return number(session.rows(text))


@contextmanager
def _understood(terms: Terms) -> Iterator[None]:
    try:
        yield
    except ssl.SSLError:  # a ValueError too, where a certificate is not believed
        raise
    except _NONSENSE as error:
        product = terms.params.engine
        what = f"what answers does not speak as {product} does: {type(error).__name__}"
        raise trouble(FailureKind.PROTOCOL, what) from error
