"""A ledger written out and read back, from either database into either."""

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from core.clock import SystemClock
from core.errors import Conflict
from core.people import AuditRow, Role
from core.status import Status, Transition
from storage import copies, migrations
from storage.copies import Copied, dump, load
from storage.database import Database
from storage.ledger import Ledger, open_ledger
from storage.tables import calendar_identities, calendars, metadata
from storage.vault import Vault
from tests.databases import PostgresServer

NOW = datetime(2026, 11, 2, 3, 4, 5, 678901, tzinfo=UTC)


async def furnish(ledger: Ledger) -> None:
    """Put into a ledger one of each kind of value that a column can hold."""
    await ledger.people.create_user("an", "Nguyễn Văn Ấn", Role.ADMIN, "hash", NOW)
    await ledger.people.audit(AuditRow(at=NOW, actor="an", action="x", subject="ü\x00\ud800"))
    await ledger.secrets.set_secret("snmp-default", "bí mật", "an", NOW)
    async with ledger.database.writing() as connection:
        await connection.execute(insert(calendar_identities).values(slug="office"))
        await connection.execute(
            insert(calendars).values(
                slug="office",
                valid_from=date(2026, 1, 1),
                name="Giờ hành chính",
                days=(1, 2, 3),
                begin=time(7, 30),
                end=time(17, 0),
                open_on_holidays=False,
            )
        )
    from storage.status import write_transitions

    row = Transition("xa-a", Status.UNKNOWN, Status.DOWN, NOW, NOW, "silence")
    async with ledger.database.writing() as connection:
        await write_transitions(connection, [row])


async def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    database = Database(url)
    found = {}
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            rows = await connection.execute(select(table).order_by(*table.primary_key))
            found[table.name] = [tuple(row) for row in rows]
    await database.aclose()
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/copy.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.empty()
    yield url
    server.drop(url)


async def test_every_value_of_every_table_comes_back(
    ledger: Ledger, ledger_url: str, empty_url: str, tmp_path: Path
) -> None:
    await furnish(ledger)
    told: list[tuple[str, int]] = []
    copied = await dump(ledger_url, tmp_path, lambda table, rows: told.append((table, rows)))
    assert copied.revision == migrations.head()
    assert set(copied.rows) == set(metadata.tables)
    assert ("transitions", 1) in told
    await load(empty_url, tmp_path, copied)
    assert await everything(empty_url) == await everything(ledger_url)
    assert await copies.counts(empty_url) == copied.rows


async def test_a_restored_ledger_goes_on_counting_where_it_stopped(
    ledger: Ledger, ledger_url: str, empty_url: str, tmp_path: Path, vault: Vault
) -> None:
    await furnish(ledger)
    await load(empty_url, tmp_path, await dump(ledger_url, tmp_path))
    restored = await open_ledger(empty_url, vault, SystemClock())
    row = AuditRow(at=NOW, actor="an", action="later", subject="")
    await restored.people.audit(row)
    assert (await restored.people.audit_rows())[0].action == "later"
    assert await restored.secrets.reveal("snmp-default") == "bí mật"
    await restored.aclose()


async def test_what_others_write_meanwhile_is_in_it_wholly_or_not_at_all(
    ledger: Ledger, ledger_url: str, empty_url: str, tmp_path: Path
) -> None:
    written = 0

    async def write() -> None:
        nonlocal written
        written += 1
        await furnish_user(ledger, f"u{written}")

    import asyncio

    await furnish(ledger)
    busy = asyncio.create_task(_again_and_again(write))
    while written < 3:
        await asyncio.sleep(0.005)
    copied = await dump(ledger_url, tmp_path)
    busy.cancel()
    await asyncio.wait([busy])
    await load(empty_url, tmp_path, copied)
    # Every user was written together with its line of the audit trail.
    assert copied.rows["users"] == copied.rows["audit"] - 1


async def _again_and_again(write: object) -> None:
    while True:
        await write()  # type: ignore[operator]


async def furnish_user(ledger: Ledger, name: str) -> None:
    from storage.audit import write_audit
    from storage.tables import users

    async with ledger.database.writing() as connection:
        await connection.execute(
            insert(users).values(
                name=name,
                full_name=name,
                role="admin",
                disabled=False,
                created_at=NOW,
                password_hash="x",
            )
        )
        await write_audit(connection, AuditRow(at=NOW, actor="t", action="add", subject=name))


async def test_a_copy_of_an_older_version_is_brought_to_ours(
    empty_url: str, tmp_path: Path
) -> None:
    old = f"sqlite:///{tmp_path}/old.db"
    await migrations.upgrade(old, "0001")
    copied = await dump(old, tmp_path)
    assert copied.revision == "0001"
    await load(empty_url, tmp_path, copied)
    assert await migrations.current(empty_url) == migrations.head()


async def test_a_copy_of_a_newer_version_is_refused(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="newer"):
        await load(empty_url, tmp_path, Copied("9999", {}))
    assert await migrations.current(empty_url) is None


async def test_a_ledger_that_holds_something_is_not_overwritten(
    ledger_url: str, tmp_path: Path
) -> None:
    with pytest.raises(Conflict, match="not empty"):
        await load(ledger_url, tmp_path, await dump(ledger_url, tmp_path))


async def test_a_damaged_table_leaves_no_rows_behind(
    ledger: Ledger, ledger_url: str, empty_url: str, tmp_path: Path
) -> None:
    await furnish(ledger)
    copied = await dump(ledger_url, tmp_path)
    whole = gzip.decompress((tmp_path / "users.jsonl.gz").read_bytes())
    (tmp_path / "users.jsonl.gz").write_bytes(gzip.compress(whole[:-5]))
    with pytest.raises(ValueError, match=r"JSON|delimiter|control|Unterminated|Expecting"):
        await load(empty_url, tmp_path, copied)
    database = Database(empty_url)
    async with database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(calendars)) == 0
    await database.aclose()


@pytest.mark.postgres
async def test_what_a_restore_replaces_on_postgresql_is_kept_and_can_be_put_back(
    postgres: PostgresServer, tmp_path: Path, vault: Vault
) -> None:
    url = postgres.migrated()
    ledger = await open_ledger(url, vault, SystemClock())
    await furnish(ledger)
    before = await everything(url)
    copied = await dump(url, tmp_path)
    await ledger.aclose()
    await copies.set_aside(url)
    assert await migrations.current(url) is None
    await load(url, tmp_path, copied)
    await copies.put_back(url)
    assert await everything(url) == before
    assert await migrations.current(url) == migrations.head()
    postgres.drop(url)
