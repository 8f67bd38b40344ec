"""A session with Oracle, by the driver oracledb in its thin mode; unconfirmed on a real server.

No Oracle was there to try it on: refusals, silence and nonsense are known, an answer is not. The
driver opens its own sockets, so it is given a door on loopback that leads to ours.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from collectors._net.trouble import printable, trouble
from collectors._sql.bounded import Bounded
from collectors._sql.relay import Relay
from collectors._sql.select import bared
from collectors._sql.terms import ROWS, Refused, Terms
from core.reading import FailureKind

# Wrong name or password, locked, expired, no right to log in, or no such password verifier.
_AUTH = ("ORA-01017", "ORA-28000", "ORA-28001", "ORA-01045", "ORA-01005", "DPY-3015")
_TOO_LONG = "DPY-4024"
_VAGUE = ("DPY-6005", "Help:")  # that it could not connect, and where to read about that


class Oracle:
    """A session with Oracle."""

    def __init__(self, connected: Bounded, terms: Terms) -> None:
        import oracledb  # noqa: PLC0415  (only where an Oracle is looked at: it is large)

        self._fault: type[Exception] = oracledb.Error
        self._relay = Relay(connected, terms.seconds)
        try:
            self._session: Any = oracledb.connect(
                user=terms.user,
                password=terms.password,
                host="127.0.0.1",
                port=self._relay.port,
                service_name=terms.params.database,
                tcp_connect_timeout=terms.seconds,
                retry_count=0,
                disable_oob=True,  # urgent octets do not pass our door
                program="thongsuot",
            )
            self._session.call_timeout = max(1, int(terms.seconds * 1000))
            self.version = str(self._session.version)
        except oracledb.Error as error:
            self._relay.close()
            raise self._refusal(error) from error
        except BaseException:
            self._relay.close()
            raise

    def rows(self, text: str) -> list[tuple[object, ...]]:
        """Return at most two rows of a query; Trouble."""
        with self._told(), self._session.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            try:
                cursor.execute(enclosed(text))
                return list(cursor.fetchmany(ROWS))
            finally:
                with suppress(self._fault):
                    self._session.rollback()

    def close(self) -> None:
        """Say good-bye."""
        with suppress(OSError, self._fault):
            self._session.close()
        self._relay.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._fault as error:
            if self._relay.failure is not None:
                raise self._relay.failure from error
            code, said = _words(error)
            if code == _TOO_LONG:
                said = "it takes too long"
            raise trouble(FailureKind.PROTOCOL, f"query: {said}") from error

    def _refusal(self, error: Exception) -> Exception:
        """Return why there is no session."""
        if self._relay.failure is not None:
            return self._relay.failure
        code, said = _words(error)
        if code in _AUTH:
            return Refused(said)
        return trouble(FailureKind.PROTOCOL, f"the login failed: {said}")


def enclosed(text: str) -> str:
    """Return a query as a part of ours, where nothing but a SELECT can stand."""
    return f"SELECT * FROM ({bared(text)}) WHERE ROWNUM <= {ROWS}"  # noqa: S608


def _words(error: Exception) -> tuple[str, str]:
    """Return the code of an error, and the line of it that says most."""
    told = error.args[0] if error.args else error
    code = str(getattr(told, "full_code", ""))
    lines = str(getattr(told, "message", "") or told).splitlines() or [type(error).__name__]
    telling = [line for line in lines if not line.startswith(_VAGUE)]
    return code, printable((telling or lines)[0], 160)
