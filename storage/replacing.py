"""A copy put in the place of a ledger; what stood there is kept beside it."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url

from storage import copies, migrations
from storage.copies import Copied, Told
from storage.hold import held

BESIDE = ".before-restore"  # after the name of the file that a restore replaced
_SIDES = ("", "-wal", "-shm")  # what SQLite keeps of one database


async def holds_anything(url: str) -> bool:
    """Say whether a ledger has a row in any table."""
    if not _exists(url) or await migrations.current(url) is None:
        return False
    return any((await copies.counts(url)).values())


async def replace(url: str, folder: Path, copied: Copied, told: Told) -> None:
    """Put the copy of a folder in the place of a ledger, or leave that as it is.

    Kept is what was there: `FILE.before-restore` on SQLite, the schema `before_restore` on
    PostgreSQL. Conflict while a platform runs on the ledger.
    """
    async with held(url):
        if url.startswith("sqlite"):
            await _replace_file(Path(str(make_url(url).database)), folder, copied, told)
            return
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
