"""The database's versions, and how to move between them."""

from collections.abc import Callable
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from core.errors import NotFound
from core.text import Text
from storage.database import Database


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database of `url` up to a version; NotFound if there is no such version."""
    await _run(url, lambda config: command.upgrade(config, revision))


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to an older version; `base` removes every table. NotFound."""
    await _run(url, lambda config: command.downgrade(config, revision))


async def current(url: str) -> str | None:
    """Return the database's version, None if it is empty."""
    database = Database(url)
    try:
        return await version_of(database)
    finally:
        await database.aclose()


async def version_of(database: Database) -> str | None:
    """Return the version of a database that is open, None if it is empty."""
    async with database.writing() as connection:
        return await connection.run_sync(
            lambda c: MigrationContext.configure(c).get_current_revision()
        )


@cache
def head() -> str:
    """Return the version that this code wants."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise LookupError("storage/migrations/versions is empty")
    return found


def revisions() -> set[str]:
    """Return every version that this code knows."""
    return {s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    return config


async def _run(url: str, act: Callable[[Config], object]) -> None:
    config = _config()

    def inside(connection: Connection) -> None:
        config.attributes["connection"] = connection
        try:
            act(config)
        except CommandError as fault:
            raise NotFound(
                Text(
                    vi=f"Không chuyển được cơ sở dữ liệu sang phiên bản đó: {fault}",
                    en=f"The database cannot be moved to that version: {fault}",
                )
            ) from fault

    database = Database(url)
    try:
        async with database.writing() as connection:
            await connection.run_sync(inside)
    finally:
        await database.aclose()
