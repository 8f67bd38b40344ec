"""The spool is bounded, declares what it lets go, and survives a kill."""

import asyncio
import logging
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import cramjam
import pytest

from core.labels import Series
from core.reading import Sample
from storage.remote_write import Batch, Encoder
from storage.spool import Spool
from tests.factories import FakeClock
from tests.storage.test_remote_write import AT, decoded

ALL = 1 << 30


def a_batch(number: int, samples: int = 10) -> Batch:
    rows: list[Sample] = [
        (Series.of("m", batch=str(number), n=str(n)), float(hash((number, n)) % 10**9))
        for n in range(samples)
    ]
    return [(AT + timedelta(seconds=number), rows)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def spool(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Spool]:
    opened = Spool(tmp_path / "spool.db", ALL, clock)
    yield opened
    await opened.aclose()


async def numbers(spool: Spool) -> list[int]:
    """Return the batches that wait, in order."""
    portion = await spool.waiting(ALL)
    if portion is None:
        return []
    found = [int(labels["batch"]) for labels, _ in decoded(portion.request)]
    assert len(found) == portion.samples
    return list(dict.fromkeys(found))


async def test_samples_wait_in_order_until_they_are_acknowledged(spool: Spool) -> None:
    for number in range(5):
        await spool.append(a_batch(number))
    assert await numbers(spool) == [0, 1, 2, 3, 4]
    portion = await spool.waiting(1)
    assert portion is not None
    assert (len(portion.rows), portion.samples) == (1, 10)
    await spool.acknowledge(portion.rows)
    assert await numbers(spool) == [1, 2, 3, 4]
    stats = await spool.stats()
    assert (stats.waiting_samples, stats.dropped_samples) == (40, 0)


async def test_samples_that_came_late_are_told_to_be_out_of_order(spool: Spool) -> None:
    def at(second: int) -> Batch:
        return [(AT + timedelta(seconds=second), [(Series.of("m"), float(second))])]

    async def unsorted_after(second: int) -> bool:
        await spool.append(at(second))
        portion = await spool.waiting(ALL)
        assert portion is not None
        if second < 4:
            await spool.acknowledge(portion.rows)
        return portion.unsorted

    assert await unsorted_after(1)  # nobody knows what came before our start
    assert not await unsorted_after(2)
    assert not await unsorted_after(2)  # the same again is not older
    assert not await unsorted_after(4)
    assert await unsorted_after(3)


async def test_a_file_of_an_older_version_is_taken_on(tmp_path: Path, clock: FakeClock) -> None:
    older = sqlite3.connect(tmp_path / "older.db")
    older.execute(
        "CREATE TABLE batches (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
        " samples INTEGER NOT NULL, payload BLOB NOT NULL, acked_at INTEGER)"
    )
    payload = bytes(cramjam.zstd.compress(Encoder().encode(a_batch(1))[0]))
    older.execute("INSERT INTO batches (at, samples, payload) VALUES (1, 10, ?)", (payload,))
    older.commit()
    older.close()
    spool = Spool(tmp_path / "older.db", ALL, clock)
    try:
        await spool.append(a_batch(2))
        assert await numbers(spool) == [1, 2]
    finally:
        await spool.aclose()


async def test_nothing_to_keep_writes_no_row(spool: Spool) -> None:
    await spool.append([])
    await spool.append([(AT, [])])
    assert await spool.waiting(ALL) is None


async def test_rows_are_kept_a_minute_past_the_acknowledgement(
    spool: Spool, clock: FakeClock
) -> None:
    await spool.append(a_batch(0))
    await spool.engine_started(100.0)
    portion = await spool.waiting(ALL)
    assert portion is not None
    await spool.acknowledge(portion.rows)
    await spool.forget(clock.advance(59.9))
    assert await spool.engine_started(200.0) == 10
    assert await numbers(spool) == [0]
    await spool.acknowledge(portion.rows)
    await spool.forget(clock.advance(60))
    assert await spool.engine_started(300.0) == 0
    assert await numbers(spool) == []
    assert (await spool.stats()).kept_bytes == 0


async def test_the_same_engine_gets_nothing_twice(spool: Spool) -> None:
    await spool.append(a_batch(0))
    assert await spool.engine_started(100.0) == 0
    portion = await spool.waiting(ALL)
    assert portion is not None
    await spool.acknowledge(portion.rows)
    assert await spool.engine_started(100.0) == 0
    assert await spool.waiting(ALL) is None


async def test_a_restart_of_ours_knows_which_engine_it_was(
    tmp_path: Path, clock: FakeClock
) -> None:
    first = Spool(tmp_path / "spool.db", ALL, clock)
    await first.append(a_batch(0))
    await first.append(a_batch(1))
    await first.engine_started(100.0)
    portion = await first.waiting(1)
    assert portion is not None
    await first.acknowledge(portion.rows)
    size = (await first.stats()).kept_bytes
    await first.aclose()
    second = Spool(tmp_path / "spool.db", ALL, clock)
    assert (await second.stats()).kept_bytes == size
    assert await numbers(second) == [1]
    assert await second.engine_started(101.0) == 10
    assert await numbers(second) == [0, 1]
    await second.aclose()


async def test_beyond_its_bounds_the_oldest_go_and_are_declared(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    limit = 100_000
    spool = Spool(tmp_path / "spool.db", limit, clock)
    for number in range(200):
        await spool.append(a_batch(number, 100))
        assert (await spool.stats()).kept_bytes <= limit
    stats = await spool.stats()
    waiting = await numbers(spool)
    assert waiting == list(range(waiting[0], 200))
    assert waiting[0] > 0
    assert stats.dropped_samples == waiting[0] * 100
    assert stats.waiting_samples + stats.dropped_samples == 200 * 100
    assert len([r for r in caplog.records if "full" in r.message]) == 1
    portion = await spool.waiting(ALL)
    assert portion is not None
    await spool.acknowledge(portion.rows)
    assert await spool.waiting(ALL) is None
    assert f"{stats.dropped_samples} samples were dropped" in caplog.text
    await spool.aclose()
    again = Spool(tmp_path / "spool.db", limit, clock)
    assert (await again.stats()).dropped_samples == stats.dropped_samples
    await again.aclose()
    assert size_of(tmp_path) < 2 * limit + (8 << 20)  # the write-ahead log comes on top


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


async def test_what_is_acknowledged_goes_first_and_is_no_loss(
    tmp_path: Path, clock: FakeClock
) -> None:
    spool = Spool(tmp_path / "spool.db", 100_000, clock)
    for number in range(100):
        await spool.append(a_batch(number, 100))
        portion = await spool.waiting(ALL)
        if portion is not None and number < 95:
            await spool.acknowledge(portion.rows)
    assert await numbers(spool) == [95, 96, 97, 98, 99]
    assert (await spool.stats()).dropped_samples == 0
    await spool.aclose()


async def test_a_damaged_file_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "spool.db"
    path.write_bytes(b"this is no database at all, and long enough to be seen as one" * 100)
    spool = Spool(path, ALL, clock)
    await spool.append(a_batch(0))
    assert await numbers(spool) == [0]
    await spool.aclose()
    assert (tmp_path / "spool.db.damaged").exists()


async def test_a_file_that_takes_nothing_is_said_and_counted_and_never_raised(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    path = tmp_path / "spool.db"
    spool = Spool(path, ALL, clock)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await spool.append(a_batch(0))
    await spool.append(a_batch(1))
    other.execute("COMMIT")
    other.close()
    await spool.append(a_batch(2))
    assert await numbers(spool) == [2]
    stats = await spool.stats()
    assert (stats.dropped_samples, stats.waiting_samples) == (20, 10)
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1
    assert "20 samples were dropped" in caplog.text
    await spool.aclose()


async def test_what_waits_wakes_the_sender(spool: Spool) -> None:
    waiting = asyncio.create_task(spool.arrival(30))
    await asyncio.sleep(0)
    await spool.append(a_batch(0))
    async with asyncio.timeout(5):
        await waiting
    await spool.arrival(0.01)  # ends by itself


def test_nobody_else_may_read_the_file(tmp_path: Path, clock: FakeClock) -> None:
    async def make() -> None:
        await Spool(tmp_path / "spool.db", ALL, clock).aclose()

    asyncio.run(make())
    assert stat.S_IMODE((tmp_path / "spool.db").stat().st_mode) == 0o600


APPENDER = """
import asyncio, sys
from pathlib import Path
from core.clock import SystemClock
from storage.spool import Spool
from tests.storage.test_spool import a_batch

async def main():
    spool = Spool(Path(sys.argv[1]), 1 << 30, SystemClock())
    for number in range(1_000_000):
        await spool.append(a_batch(number))
        print(number, flush=True)

asyncio.run(main())
"""


async def test_kill_9_loses_nothing_that_was_appended(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "spool.db"
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", APPENDER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    for _ in range(20):
        await writer.stdout.readline()
    writer.kill()
    rest, _ = await writer.communicate()
    told = 20 + rest.count(b"\n")
    spool = Spool(path, ALL, clock)
    kept = await numbers(spool)
    assert kept == list(range(len(kept)))
    assert len(kept) in {told, told + 1}
    await spool.aclose()
