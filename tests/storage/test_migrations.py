"""The tables can be made, unmade and made again, and are those that the code speaks of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from core.clock import SystemClock
from core.errors import Conflict, Invalid, NotFound
from storage import migrations
from storage.columns import from_micros
from storage.database import Database
from storage.ledger import open_ledger
from storage.tables import metadata
from tests.databases import PostgresServer


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.empty()
    yield url
    server.drop(url)


def versions() -> list[str]:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


async def test_migrations_from_empty_equal_the_metadata(empty_url: str) -> None:
    await migrations.upgrade(empty_url)
    database = Database(empty_url)
    async with database.writing() as connection:
        differences = await connection.run_sync(
            lambda c: compare_metadata(
                MigrationContext.configure(c, opts={"compare_type": True}), metadata
            )
        )
    await database.aclose()
    assert differences == []


async def test_every_version_goes_up_down_and_up_again(empty_url: str) -> None:
    below = "base"
    for version in versions():
        await migrations.upgrade(empty_url, version)
        await migrations.downgrade(empty_url, below)
        await migrations.upgrade(empty_url, version)
        assert await migrations.current(empty_url) == version
        below = version
    await migrations.downgrade(empty_url, "base")
    assert await migrations.current(empty_url) is None
    database = Database(empty_url)
    async with database.reading() as connection:
        left = await connection.run_sync(lambda c: inspect(c).get_table_names())
    await database.aclose()
    assert set(left) <= {"alembic_version", "sqlite_sequence"}


async def test_a_ledger_of_another_version_is_not_opened(empty_url: str) -> None:
    with pytest.raises(Conflict, match="thongsuot migrate"):
        await open_ledger(empty_url, None, SystemClock())


async def test_an_unknown_version_is_named(empty_url: str) -> None:
    with pytest.raises(NotFound, match="4711"):
        await migrations.upgrade(empty_url, "4711")
    assert await migrations.current(empty_url) is None


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/db"])
async def test_an_address_that_cannot_keep_anything_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="sqlite:///path"):
        await migrations.current(url)


@pytest.mark.parametrize("table", ["transitions", "overridden", "audit"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at = 0", "DELETE FROM {}"])
async def test_history_cannot_be_changed(ledger_url: str, table: str, act: str) -> None:
    database = Database(ledger_url)
    act = act.replace("at =", "recorded_at =") if table == "overridden" else act
    async with database.writing() as connection:
        if table == "audit":
            await connection.execute(
                text(
                    "INSERT INTO audit (at, actor, action, subject, detail, origin) "
                    "VALUES (1, 'a', 'b', 'c', 'd', 'e')"
                )
            )
        else:
            await connection.execute(
                text(
                    "INSERT INTO transitions (id, target, old, new, at, recorded_at, reason, "
                    "detail) VALUES (1, 't', 'up', 'down', 1, 1, 'x', '')"
                )
            )
            await connection.execute(
                text("INSERT INTO overridden (transition, by, recorded_at) VALUES (1, 1, 1)")
            )
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.writing() as connection:
            await connection.execute(text(act.format(table)))
    await database.aclose()


async def test_what_was_kept_by_the_version_before_is_kept_on(empty_url: str) -> None:
    await migrations.upgrade(empty_url, "0002")
    database = Database(empty_url)
    rows = (
        "INSERT INTO incidents (id, root, kind, severity, state, began_at, decided_at, cause, "
        "detail, version) VALUES ('SC-1', 'gw', 'outage', 'major', 'open', 1, 1, '', '', 1)",
        "INSERT INTO notifications (id, incident, purpose, recipient, address, channel, language, "
        "reason, due_at, state, attempts) "
        "VALUES (7, 'SC-1', 'problem', 'lan', 'a@b.vn', 'mail', 'vi', 'new_problem', 1, 'sent', 1)",
        "INSERT INTO deliveries (id, notification, at, ok, receipt, subject, body) "
        "VALUES (1, 7, 2, true, '250', 's', 'b')",
        'INSERT INTO maintenance (id, "begin", "end", reason, announced_at, units, carriers, '
        "targets, by, recorded_at) VALUES ('BT-1', 10, 20, 'x', 1, '[]', '[]', '[]', 'an', 1)",
    )
    async with database.writing() as connection:
        for row in rows:
            await connection.execute(text(row))
    await database.aclose()
    await migrations.upgrade(empty_url)
    ledger = await open_ledger(empty_url, None, SystemClock())
    [(notice, [delivery])] = await ledger.outbox.for_incident("SC-1")
    assert (notice.id, notice.because, notice.held_by) == (7, "", None)
    assert delivery.receipt == "250"
    [works] = await ledger.maintenance.find(from_micros(19))
    assert (works.rule, works.until) == (None, from_micros(20))
    assert (works.circuits, works.incidents) == ((), ())
    assert await ledger.maintenance.find(from_micros(20)) == []
    await ledger.aclose()
    await migrations.downgrade(empty_url, "0002")
