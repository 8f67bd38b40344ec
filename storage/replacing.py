"""A copy put in the place of a ledger; what stood there is kept beside it."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select

from core.errors import Conflict
from core.text import Text
from storage import copies, migrations
from storage.copies import Copied, Told
from storage.database import Database
from storage.hold import held
from storage.tables import observed

BESIDE = ".before-restore"  # after the name of the file that a restore replaced
_ALIVE = timedelta(seconds=30)  # a platform notes every second that it looks
_SIDES = ("", "-wal", "-shm")  # what SQLite keeps of one database


async def holds_anything(url: str) -> bool:
    """Say whether a ledger has a row in any table."""
    if not _exists(url) or await migrations.current(url) is None:
        return False
    return any((await copies.counts(url)).values())


async def replace(url: str, folder: Path, copied: Copied, now: datetime, told: Told) -> None:
    """Put the copy of a folder in the place of a ledger, or leave that as it is.

    Kept is what was there: `FILE.before-restore` on SQLite, the schema `before_restore` on
    PostgreSQL. Conflict while a platform runs on the ledger.
    """
    with held(url):
        if url.startswith("sqlite"):
            await _replace_file(Path(str(make_url(url).database)), folder, copied, told)
            return
        await _nobody_looks(url, now)
        aside = await migrations.current(url) is not None
        if aside:
            await copies.set_aside(url)
        try:
            await copies.load(url, folder, copied, told)
        except BaseException:
            if aside:
                await copies.put_back(url)
            raise


async def _replace_file(path: Path, folder: Path, copied: Copied, told: Told) -> None:
    draft = path.with_name(f"{path.name}.restoring")
    try:
        _remove(draft)
        await copies.load(f"sqlite:///{draft}", folder, copied, told)
        _remove(Path(f"{path}{BESIDE}"))
        _rename(path, f"{path}{BESIDE}")
        _rename(draft, str(path))
    finally:
        _remove(draft)


def _rename(path: Path, to: str) -> None:
    for side in _SIDES:
        with suppress(FileNotFoundError):
            Path(f"{path}{side}").replace(f"{to}{side}")


def _remove(path: Path) -> None:
    for side in _SIDES:
        Path(f"{path}{side}").unlink(missing_ok=True)


def _exists(url: str) -> bool:
    return not url.startswith("sqlite") or Path(str(make_url(url).database)).exists()


async def _nobody_looks(url: str, now: datetime) -> None:
    """Refuse while a platform writes to a PostgreSQL ledger, which is not held."""
    present = await migrations.current(url)
    if present is None:
        return
    database = Database(url)
    try:
        async with database.reading() as connection:
            until = await connection.scalar(select(func.max(observed.c.until)))
    finally:
        await database.aclose()
    if until is not None and now - until < _ALIVE:
        raise Conflict(
            Text(
                vi="Một Thông Suốt đang chạy trên sổ cái này; dừng nó trước và chờ 30 giây",
                en="A platform is running on this ledger; stop it first and wait 30 seconds",
            )
        )
