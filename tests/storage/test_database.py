"""Nothing is lost: not between tasks, not when a task is cancelled, not when we are killed."""

import asyncio
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from core.clock import SystemClock
from core.errors import Conflict, Unavailable
from core.incident import NotificationState
from core.outcome import Outcome
from core.status import Streak
from storage.database import Database, take
from storage.ledger import Ledger, open_ledger
from storage.tables import counters
from tests.databases import PostgresServer
from tests.ports import free_port
from tests.storage.test_brain import NOW, an_outcome


async def test_every_one_of_five_hundred_concurrent_changes_counts(ledger: Ledger) -> None:
    async with ledger.database.writing() as connection:
        await take(connection, "tally", 0)

    async def change() -> None:
        for _ in range(10):
            async with ledger.database.writing() as connection:
                query = select(counters.c.value).where(counters.c.name == "tally")
                # PostgreSQL lets two transactions read before either writes, unless asked.
                value = int(await connection.scalar(query.with_for_update()) or 0)
                await asyncio.sleep(0)
                await connection.execute(
                    update(counters).where(counters.c.name == "tally").values(value=value + 1)
                )

    await asyncio.gather(*(change() for _ in range(50)))
    async with ledger.database.reading() as connection:
        assert await connection.scalar(select(counters.c.value)) == 500


async def test_many_books_write_at_once_and_numbers_have_no_gap(ledger: Ledger) -> None:
    async def write(worker: int) -> None:
        for number in range(5):
            outcome = an_outcome(incidents=[], notes=[], notifications=[])
            outcome.streaks = [Streak(f"{worker}/{number}")]
            await type(ledger.brain)(ledger.database).commit(outcome, NOW)

    await asyncio.gather(*(write(worker) for worker in range(8)))
    events = await ledger.events.events_after(0)
    assert [event.id for event in events] == list(range(1, 41))
    assert len(await ledger.status.transitions("line")) == 40
    assert len((await ledger.brain.restore(NOW)).streaks) == 40


async def test_a_cancelled_writer_leaves_no_lock_and_nothing_half_written(
    ledger: Ledger,
) -> None:
    dice = random.Random(1)
    for number in range(40):
        outcome = Outcome(streaks=[Streak(f"{number}/{part}") for part in "ab"])
        task = asyncio.create_task(ledger.brain.commit(outcome, NOW))
        await asyncio.sleep(dice.uniform(0, 0.004))
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()  # one that insists
        await asyncio.gather(task, return_exceptions=True)
        reader = asyncio.create_task(ledger.status.states())
        await asyncio.sleep(dice.uniform(0, 0.002))
        reader.cancel()
    async with asyncio.timeout(10):  # a lock left behind would cost 30 s
        await ledger.brain.commit(Outcome(streaks=[Streak("last/a"), Streak("last/b")]), NOW)
    names = set((await ledger.brain.restore(NOW)).streaks)
    assert {"last/a", "last/b"} <= names
    assert names == {f"{name.split('/')[0]}/{part}" for name in names for part in "ab"}


async def test_a_ledger_closes_after_the_transactions_that_are_under_way(ledger_url: str) -> None:
    ledger = await open_ledger(ledger_url, None, SystemClock())
    under_way, ended = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async with ledger.database.reading() as connection:
            await connection.execute(select(counters))
            under_way.set()
            await asyncio.sleep(0.2)
            ended.set()

    reading = asyncio.create_task(read())
    await under_way.wait()
    await ledger.aclose()
    assert ended.is_set()
    await reading


async def test_the_fault_of_a_cancelled_write_troubles_nobody(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    task = asyncio.create_task(ledger.brain.commit(an_outcome(), NOW))  # stale
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_reader_sees_one_state_while_others_write(ledger: Ledger) -> None:
    await ledger.brain.commit(Outcome(streaks=[Streak("a")]), NOW)
    async with ledger.database.reading() as connection:
        first = await connection.scalar(text("SELECT count(*) FROM streaks"))
        await ledger.brain.commit(Outcome(streaks=[Streak("b")]), NOW)
        assert await connection.scalar(text("SELECT count(*) FROM streaks")) == first == 1
    assert len((await ledger.brain.restore(NOW)).streaks) == 2


async def test_a_reader_cannot_write(ledger: Ledger) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        async with ledger.database.reading() as connection:
            await connection.execute(text("DELETE FROM streaks"))


async def test_sqlite_syncs_every_transaction_and_hides_its_file(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    fresh = Database(f"sqlite:///{path.with_name('fresh.db')}")
    async with fresh.writing() as connection:
        facts = [
            await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await fresh.aclose()
    assert facts == ["wal", 2, 1]
    assert stat.S_IMODE(path.with_name("fresh.db").stat().st_mode) == 0o600


async def test_a_lock_held_by_another_process_is_waited_for(sqlite_ledger: Ledger) -> None:
    path = sqlite_ledger.database.url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(sqlite_ledger.brain.observe("center", NOW))
    await asyncio.sleep(0.2)
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    async with asyncio.timeout(20):
        await writing


async def test_a_full_disk_is_unavailable_and_costs_nothing_written(
    sqlite_ledger: Ledger,
) -> None:
    async with sqlite_ledger.database.writing() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count={pages + 4}"))
    many = Outcome(streaks=[Streak(f"{n}/icmp", recent="1" * 90) for n in range(2000)])
    with pytest.raises(Unavailable, match="full"):
        await sqlite_ledger.brain.commit(many, NOW)
    assert (await sqlite_ledger.brain.restore(NOW)).streaks == {}
    async with sqlite_ledger.database.writing() as connection:
        await connection.execute(text("PRAGMA max_page_count=1000000"))
    await sqlite_ledger.brain.commit(many, NOW)
    assert len((await sqlite_ledger.brain.restore(NOW)).streaks) == 2000


@pytest.mark.postgres
async def test_a_postgres_that_went_away_is_unavailable_until_it_is_back(
    postgres: PostgresServer,
) -> None:
    book = await open_ledger(postgres.migrated(), None, SystemClock())
    await book.brain.observe("center", NOW)
    postgres.drop_connections()
    for _ in range(12):  # the pool holds ten connections at the most
        try:
            await book.brain.observe("b", NOW)
        except Unavailable:
            continue
        break
    assert set((await book.brain.restore(NOW)).observed_until) == {"center", "b"}
    await book.aclose()


@pytest.mark.postgres
async def test_a_connection_that_breaks_inside_a_transaction_is_unavailable(
    postgres: PostgresServer,
) -> None:
    database = Database(postgres.migrated())

    async def broken_in_the_middle() -> None:
        async with database.writing() as connection:
            await connection.execute(text("SELECT 1"))
            postgres.drop_connections()
            await connection.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        await broken_in_the_middle()
    await database.aclose()


@pytest.mark.postgres
async def test_a_database_that_does_not_exist_is_named(postgres: PostgresServer) -> None:
    with pytest.raises(Conflict, match="nowhere"):
        await open_ledger(postgres.url("nowhere"), None, SystemClock())


@pytest.mark.postgres
async def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    with pytest.raises(Unavailable):
        async with database.writing():
            pass
    await database.aclose()


WRITER = """
import asyncio, sys
from core.clock import SystemClock
from core.outcome import Outcome
from core.status import Status, Streak, Transition
from storage.ledger import open_ledger
from tests.storage.test_brain import NOW, a_notification, an_incident

async def main():
    book = await open_ledger(sys.argv[1], None, SystemClock())
    number = await book.events.last_event_id()
    while True:
        number += 1
        code = f"SC-20261122-{number:05}"
        outcome = Outcome(
            transitions=[Transition(f"t{number}", Status.UP, Status.DOWN, NOW, NOW, "x")],
            incidents=[an_incident(code)],
            notifications=[a_notification(incident=code)],
            streaks=[Streak(f"t{number}/{n}") for n in range(50)],
        )
        await book.brain.commit(outcome, NOW)
        print(code, flush=True)

asyncio.run(main())
"""


def accepted(url: str, seconds: float) -> Iterator[str]:
    """Run a writer, kill it after some seconds and yield what it was told is written."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    yield writer.stdout.readline().strip()
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    yield from (line.strip() for line in writer.communicate()[0].splitlines())


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2))
async def test_kill_9_loses_nothing_accepted_and_leaves_nothing_half_written(
    ledger_url: str, seed: int, *, full: bool
) -> None:
    dice = random.Random(seed)
    told: list[str] = []
    for _ in range(500 if full else 3):
        told += await asyncio.to_thread(lambda: list(accepted(ledger_url, dice.uniform(0.0, 0.3))))
    assert told
    book = await open_ledger(ledger_url, None, SystemClock())
    memory = await book.brain.restore(NOW)
    written = {incident.id for incident in memory.incidents}
    assert {code for code in told if len(code) == len("SC-20261122-00001")} <= written
    numbers = {f"t{int(code.rsplit('-', 1)[1])}" for code in written}
    assert set(memory.states) == numbers
    assert set(memory.streaks) == {f"{target}/{n}" for target in numbers for n in range(50)}
    claimed = await book.outbox.claim("w", NOW, limit=100_000)
    assert {n.incident for n in claimed} == written
    assert all(n.state is NotificationState.CLAIMED for n in claimed)
    assert all(len(incident.members) == 3 for incident in memory.incidents)
    await book.aclose()
