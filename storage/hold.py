"""Why two platforms must not judge over one ledger, and how the second one finds out.

Two would open every incident twice and send what the other has under way.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, Unavailable
from core.text import Text
from storage.database import Database

Keep = Callable[[], Coroutine[None, None, None]]
_KEY = int.from_bytes(b"thongsuo")  # of the advisory lock, which belongs to one database
PERIOD = 5.0  # seconds between two looks at the session that holds
_LINGERING = 18  # such periods: longer than the server keeps the session of a host that died
_KEEPALIVE = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}


@asynccontextmanager
async def held(url: str, period: float = PERIOD) -> AsyncIterator[Keep]:
    """Hold a ledger for one platform alone; Conflict while another one runs on it.

    The hold ends with the process, however it ends: it is a lock of the file on SQLite, of a
    session on PostgreSQL. Whoever runs for long awaits what is yielded: it never returns, takes
    the lock anew after a restart of the database, and raises Conflict if another platform was
    faster.
    """
    name = str(make_url(url).database)
    if url.startswith("sqlite"):
        with _locked_file(name):
            yield _for_ever
        return
    database = Database(url)
    try:
        async with database.session() as session:
            if not await _locked(session):
                raise _taken(name)
            yield _Keeper(name, database, session, period).keep
    finally:
        await database.aclose()


async def _for_ever() -> None:
    await asyncio.Event().wait()


@contextmanager
def _locked_file(path: str) -> Iterator[None]:
    handle = os.open(f"{path}.run", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken(path) from error
        yield
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class _Keeper:
    name: str
    database: Database
    first: AsyncConnection  # the session that holds the lock until the database goes away
    period: float

    async def keep(self) -> None:
        with suppress(DBAPIError, OSError):
            await self._watch(self.first)
        while True:
            with suppress(Unavailable):
                async with self.database.session() as session:
                    await self._regained(session)
                    await self._watch(session)
            await asyncio.sleep(self.period)

    async def _regained(self, session: AsyncConnection) -> None:
        """Lock again. The server may not have noticed yet that our own last session is dead."""
        for _ in range(_LINGERING):
            if await _locked(session):
                return
            await asyncio.sleep(self.period)
        raise _taken(self.name)

    async def _watch(self, session: AsyncConnection) -> None:
        """Return never; raises what the driver does once the session has ended."""
        while True:
            await asyncio.sleep(self.period)
            await session.execute(text("SELECT 1"))


async def _locked(session: AsyncConnection) -> bool:
    for name, value in _KEEPALIVE.items():
        await session.execute(text(f"SET {name} = {value}"))
    return bool(await session.scalar(text(f"SELECT pg_try_advisory_lock({_KEY})")))


def _taken(name: str) -> Conflict:
    return Conflict(
        Text(
            vi=f"Đã có một Thông Suốt khác đang chạy trên {name}; dừng nó trước",
            en=f"Another platform is running on {name}; stop it first",
        )
    )
