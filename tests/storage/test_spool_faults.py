"""A disk that fails in the midst of a transaction costs samples, never the spool."""

import sqlite3
from pathlib import Path
from typing import Any

from storage.spool import Spool
from tests.factories import FakeClock
from tests.storage.test_spool import ALL, a_batch, numbers


class Faulty:
    """A connection that fails at every statement that begins with one of some words."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self.file = file
        self.words: tuple[str, ...] = ()

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement, or fail as a full disk does."""
        if self.words and sql.startswith(self.words):
            raise sqlite3.OperationalError("database or disk is full")
        return self.file.execute(sql, *values)

    def close(self) -> None:
        """Close the file."""
        self.file.close()


async def test_a_commit_that_fails_is_taken_back_so_that_the_next_one_can_begin(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.db", ALL, FakeClock())
    faulty = Faulty(spool._file)
    spool._file = faulty  # type: ignore[assignment]
    faulty.words = ("COMMIT",)
    await spool.append(a_batch(0))
    faulty.words = ()
    await spool.append(a_batch(1))
    assert await numbers(spool) == [1]
    assert (await spool.stats()).dropped_samples == 10
    await spool.aclose()


async def test_a_file_that_cannot_even_be_measured_raises_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", ALL, FakeClock())
    faulty = Faulty(spool._file)
    spool._file = faulty  # type: ignore[assignment]
    faulty.words = ("INSERT", "SELECT")
    await spool.append(a_batch(0))
    faulty.words = ("INSERT OR REPLACE", "SELECT value")  # samples fit, what was lost does not
    await spool.append(a_batch(1))
    faulty.words = ()
    await spool.append(a_batch(2))
    assert await numbers(spool) == [2]
    assert (await spool.stats()).dropped_samples == 20
    await spool.aclose()


async def test_a_damaged_row_is_dropped_and_counted_and_hides_no_other(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", ALL, FakeClock())
    for number in range(3):
        await spool.append(a_batch(number))
    spool._file.execute("UPDATE batches SET payload = x'00112233' WHERE id = 1")
    assert await numbers(spool) == [1, 2]
    assert (await spool.stats()).dropped_samples == 10
    await spool.aclose()
