"""A session with SQL Server, by the driver python-tds; unconfirmed on a real server.

Always by TLS, for a login without it can be read on the way. The driver's own `connect` would
follow a server to another address, with our login: so the session is made of its parts.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from collectors._net.trouble import printable, trouble
from collectors._sql.bounded import Bounded
from collectors._sql.sealed import Sealed
from collectors._sql.select import bared
from collectors._sql.terms import ROWS, Refused, Terms
from core.reading import FailureKind

# Login failed, locked, expired, to be changed, of no trusted domain; database not to be opened.
_AUTH = (18456, 18486, 18487, 18488, 18452, 4060)
_LOCKED = 1222  # LOCK_TIMEOUT has passed
_SLOW = "it takes too long"


class SqlServer:
    """A session with SQL Server."""

    def __init__(self, connected: Bounded, terms: Terms) -> None:
        from pytds import connection, row_strategies, tds_base, tds_socket  # noqa: PLC0415

        self._fault: type[Exception] = tds_base.Error
        self._dead = False
        assert terms.context is not None  # noqa: S101  (there is one for every SQL Server)
        sealed = Sealed(connected, terms.context, terms.host)
        self.version = sealed.version
        sealed.settimeout(terms.seconds)
        try:
            made: Any = tds_socket._TdsSocket(  # noqa: SLF001
                sock=sealed,
                login=_login(tds_base, terms),
                row_strategy=row_strategies.tuple_row_strategy,
                autocommit=True,
            )
            if made.login() is not None:
                raise trouble(FailureKind.PROTOCOL, "the server sends us elsewhere")
        except tds_base.Error as error:
            raise _refusal(error) from error
        self._session: Any = connection.NonMarsConnection(pooling=False, key=(), tds_socket=made)
        limit = max(1, int(terms.seconds * 1000))
        with self._told("session"):
            self._do(f"SET LOCK_TIMEOUT {limit}; SET DEADLOCK_PRIORITY LOW")

    def rows(self, text: str) -> list[tuple[object, ...]]:
        """Return at most two rows of a query; Trouble."""
        if self._dead:
            raise trouble(FailureKind.PROTOCOL, "query: not asked after one that took too long")
        with self._told("query"):
            return self._do(enclosed(text))

    def close(self) -> None:
        """Say good-bye."""
        with suppress(OSError, self._fault):
            self._session.close()

    def _do(self, text: str) -> list[tuple[object, ...]]:
        with self._session.cursor() as cursor:
            cursor.execute(text)
            return list(cursor.fetchall()) if cursor.description else []

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:  # the server is told to stop, and then that we have gone
            self._dead = True
            raise trouble(FailureKind.PROTOCOL, f"{what}: {_SLOW}") from error
        except self._fault as error:
            locked = getattr(error, "number", 0) == _LOCKED
            said = _SLOW if locked else printable(_words(error), 160)
            raise trouble(FailureKind.PROTOCOL, f"{what}: {said}") from error


def enclosed(text: str) -> str:
    """Return a query as a part of ours, where nothing but a SELECT of one column can stand."""
    return f"SELECT TOP ({ROWS}) value FROM ({bared(text)}) AS asked(value)"  # noqa: S608


def _login(tds_base: Any, terms: Terms) -> Any:
    login = tds_base._TdsLogin()  # noqa: SLF001
    login.user_name, login.password = terms.user, terms.password
    login.database = terms.params.database or ""
    login.server_name = terms.host
    login.app_name = login.client_host_name = login.library = "thongsuot"
    login.option_flag2 = tds_base.TDS_ODBC_ON
    login.enc_flag = tds_base.PreLoginEnc.ENCRYPT_NOT_SUP  # as it is told; see Sealed
    login.connect_timeout = login.query_timeout = terms.seconds
    login.readonly = True  # a copy that is there for reading will do
    login.bytes_to_unicode = True
    return login


def _refusal(error: Exception) -> Exception:
    said = printable(_words(error), 160)
    numbers = {one.get("msgno", 0) for one in getattr(error, "msgs", ()) if isinstance(one, dict)}
    numbers.add(getattr(error, "number", 0))
    if numbers & set(_AUTH):
        return Refused(said)
    return trouble(FailureKind.PROTOCOL, f"the login failed: {said}")


def _words(error: Exception) -> str:
    return str(getattr(error, "text", "") or error or type(error).__name__)
