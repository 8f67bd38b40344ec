"""What costs much and shows nothing: done once in a process, or not at all."""

import os
import shutil
import signal
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import create_async_engine

from storage import database

_compiled: dict[Any, Any] = {}


class _One:
    """Made the first time, and given again from then on."""

    _made: Any = None

    def __new__(cls, **_: Any) -> Any:
        if cls._made is not None:
            return cls._made
        return super().__new__(cls)

    def __init__(self, **how: Any) -> None:
        if self is not type(self)._made:
            super().__init__(**how)
            type(self)._made = self


class _Sqlite(_One, SQLiteDialect_aiosqlite):
    """The dialect of every SQLite ledger of this process."""

    supports_statement_cache = True  # SQLAlchemy asks each class itself


class _Postgres(_One, PGDialect_asyncpg):
    """The dialect of every PostgreSQL ledger of this process."""

    supports_statement_cache = True


def compile_statements_once() -> None:
    """Let all ledgers share what SQLAlchemy made of each statement: it keeps that by engine."""
    registry.register("sqlite.aiosqlite", __name__, _Sqlite.__name__)
    registry.register("postgresql.asyncpg", __name__, _Postgres.__name__)
    vars(database)["create_async_engine"] = partial(
        create_async_engine, execution_options={"compiled_cache": _compiled}
    )


def wait_for_no_disk() -> None:
    """Let the tests write into memory: a ledger waits for the disk at each of its transactions."""
    folder = quick_folder(4 << 30)
    if folder and not os.statvfs(folder).f_flag & os.ST_NOEXEC:  # some start what they wrote
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


def quick_folder(room: int) -> str | None:
    """Return the memory file system where it has so much room, else None."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        return None
    return str(memory) if shutil.disk_usage(memory).free > room else None


def name_no_results() -> None:
    """Break off at Ctrl-C as Python does, but by a handler that asyncio does not replace.

    Where it may, `asyncio.Runner` puts its own in place for each coroutine; as it takes it away,
    Python 3.11 writes out (and throws away) the words of all that the coroutine returned.
    """
    signal.signal(signal.SIGINT, _interrupted)


def _interrupted(number: int, frame: FrameType | None) -> None:
    signal.default_int_handler(number, frame)
