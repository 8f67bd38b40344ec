"""Samples on their way to the engine: a bounded file that outlives us and the engine."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import cramjam

from core.clock import Clock
from core.errors import Unavailable
from core.labels import Series
from core.reading import Sample
from core.text import Text
from storage.columns import from_micros, to_micros
from storage.remote_write import Batch, Encoder

log = logging.getLogger(__name__)

KEPT_AFTER_ACK = timedelta(seconds=60)
HANDFUL = 10_000  # samples of one row, at the most
_ROW_OVERHEAD = 64  # bytes of a row beside its payload, about
_KNOWN = 1_000_000  # checks whose newest sample is remembered; about 200 bytes each
_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    payload BLOB NOT NULL,
    acked_at INTEGER,
    unsorted INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS batches_waiting ON batches (id) WHERE acked_at IS NULL;
CREATE INDEX IF NOT EXISTS batches_acked ON batches (acked_at) WHERE acked_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value REAL NOT NULL);
"""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SpoolStats:
    """How full the spool is, and what it had to let go since the file was made."""

    waiting_samples: int = 0
    waiting_since: datetime | None = None
    kept_bytes: int = 0
    dropped_samples: int = 0


@dataclass(frozen=True, slots=True)
class Portion:
    """The oldest samples that wait: one uncompressed WriteRequest, and the rows it came from.

    `unsorted`: a series may have an older sample behind a newer one.
    """

    rows: tuple[int, ...]
    request: bytes
    samples: int
    unsorted: bool


class Spool:
    """Appended to by the pipeline, emptied by the sender; Unavailable where its file is.

    The file is written with `synchronous=NORMAL`: what was appended survives a kill -9 of
    ours. A power cut may cost the last seconds of samples, never the file; statuses are in
    the ledger, which syncs every transaction.
    """

    def __init__(self, path: Path, max_bytes: int, clock: Clock) -> None:
        """Open the file, made if there is none. Beyond `max_bytes` the oldest samples go."""
        self._max_bytes = max_bytes
        self._clock = clock
        self._encoder = Encoder()
        self._newest: dict[Series, datetime] = {}  # of a check, by its first series
        self._arrived = asyncio.Event()
        self._overflowing = False
        self._lost = 0
        # One thread: SQLite's work leaves the event loop, and its calls stay in order.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file = _opened(path)
        except sqlite3.DatabaseError as fault:
            if isinstance(fault, sqlite3.OperationalError):
                raise
            aside = path.with_name(f"{path.name}.damaged")
            log.error("the spool %s is damaged (%s): kept as %s", path, fault, aside)  # noqa: TRY400
            path.replace(aside)
            self._file = _opened(path)
        self._bytes = self._measured()
        self._dropped = int(self._fact("dropped_samples") or 0)

    @property
    def dropped(self) -> int:
        """Return how many samples were let go since the file was made."""
        return self._dropped + self._lost

    @property
    def overflowing(self) -> bool:
        """Say whether it is full just now, or cannot be written, so that samples go."""
        return self._overflowing or self._lost > 0

    async def append(self, samples: Batch) -> None:
        """Keep samples; on return they survive a crash of this process.

        Never raises: where the disk does not take them they are counted as dropped.
        """
        now = to_micros(self._clock.now())
        for some in _handfuls(samples):
            await self._inside(lambda some=some: self._append(some, now))  # type: ignore[misc]
        self._arrived.set()

    async def arrival(self, longest: float) -> None:
        """Wait until something was appended, `longest` seconds at the most."""
        try:
            async with asyncio.timeout(longest):
                await self._arrived.wait()
        except TimeoutError:
            return
        self._arrived.clear()

    async def waiting(self, max_bytes: int) -> Portion | None:
        """Return the oldest samples not acknowledged, about `max_bytes` of them; None if none."""
        return await self._inside(lambda: self._waiting(max_bytes))

    async def acknowledge(self, rows: Sequence[int]) -> None:
        """Mark rows as taken by the engine; they are kept for `KEPT_AFTER_ACK`."""
        now = to_micros(self._clock.now())
        await self._inside(
            lambda: self._file.executemany(
                "UPDATE batches SET acked_at = ? WHERE id = ?", [(now, row) for row in rows]
            )
        )

    async def forget(self, seen_alive: datetime) -> None:
        """Let go what was acknowledged long before the engine was last seen still running."""
        horizon = to_micros(seen_alive - KEPT_AFTER_ACK)
        await self._inside(lambda: self._forget(horizon))

    async def engine_started(self, started: float) -> int:
        """Note the engine's start time (Unix); return how many samples wait again if it is new.

        An engine acknowledges what it holds in memory alone: after its restart everything
        that we still keep is sent once more.
        """
        return await self._inside(lambda: self._engine_started(started))

    async def stats(self) -> SpoolStats:
        """Return how things stand."""
        return await self._inside(self._stats)

    async def aclose(self) -> None:
        """Close the file."""
        await self._inside(self._file.close)
        self._thread.shutdown()

    async def _inside(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as fault:
            raise Unavailable(
                Text(
                    vi=f"Tệp đệm mẫu đo tạm thời không dùng được: {fault}",
                    en=f"The spool of samples cannot be used just now: {fault}",
                )
            ) from fault

    def _append(self, samples: Batch, now: int) -> None:
        request, count = self._encoder.encode(samples)
        if not count:
            return
        payload = bytes(cramjam.zstd.compress(request, level=1))
        unsorted = self._falls_behind(samples)
        before = self._dropped
        try:
            with _transaction(self._file):
                self._make_room(len(payload) + _ROW_OVERHEAD)
                self._file.execute(
                    "INSERT INTO batches (at, samples, payload, unsorted) VALUES (?, ?, ?, ?)",
                    (now, count, payload, unsorted),
                )
                if self._lost:
                    self._add_fact("dropped_samples", self._lost)
        except sqlite3.Error as fault:
            self._dropped = before
            if not self._lost:
                log.error("the spool cannot be written, samples are dropped: %s", fault)  # noqa: TRY400
            self._lost += count
            with suppress(sqlite3.Error):
                self._bytes = self._measured()
            return
        self._bytes += len(payload) + _ROW_OVERHEAD
        if self._lost:
            log.warning("the spool can be written again; %d samples were dropped", self._lost)
            self._dropped += self._lost
            self._lost = 0

    def _falls_behind(self, samples: Batch) -> bool:
        """Say whether a sample may be older than one of its series that was kept before it."""
        if len(self._newest) > _KNOWN:
            self._newest.clear()
        behind = False
        for at, rows in samples:
            if not rows:
                continue
            newest = self._newest.get(rows[0][0])
            if newest is None or at < newest:
                behind = True
            if newest is None or at > newest:
                self._newest[rows[0][0]] = at
        return behind

    def _make_room(self, needed: int) -> None:
        """Let the oldest rows go until a new one fits: first what was acknowledged."""
        for kind in ("acked_at IS NOT NULL", "acked_at IS NULL"):
            while self._bytes + needed > self._max_bytes:
                oldest = f"SELECT id FROM batches WHERE {kind} ORDER BY id LIMIT 16"  # noqa: S608
                dropped = self._delete(f"id IN ({oldest})")
                if dropped is None:
                    break
                if kind == "acked_at IS NULL":
                    self._overflow(dropped)
                else:
                    self._set_fact("early_at", to_micros(self._clock.now()))
                    self._add_fact("early_samples", dropped)

    def _overflow(self, dropped: int) -> None:
        self._declare(dropped)
        if not self._overflowing:
            self._overflowing = True
            log.warning("the spool is full: its oldest samples are dropped from now on")

    def _declare(self, dropped: int) -> None:
        self._add_fact("dropped_samples", dropped)
        self._dropped += dropped

    def _forget(self, horizon: int) -> None:
        self._delete("acked_at <= ?", (horizon,))
        # What had to go before its minute was over is safe by now too.
        self._file.execute(
            "DELETE FROM facts WHERE name IN ('early_at', 'early_samples') AND "
            "(SELECT value FROM facts WHERE name = 'early_at') <= ?",
            (horizon,),
        )

    def _waiting(self, max_bytes: int) -> Portion | None:
        rows: list[int] = []
        parts: list[bytes] = []
        damaged: list[int] = []
        samples = size = 0
        unsorted = False
        found = self._file.execute(
            "SELECT id, samples, payload, unsorted FROM batches WHERE acked_at IS NULL ORDER BY id"
        )
        for number, count, payload, behind in found:
            try:
                part = bytes(cramjam.zstd.decompress(payload))
            except cramjam.DecompressionError:
                damaged.append(number)
                continue
            if rows and size + len(part) > max_bytes:
                break
            rows.append(number)
            parts.append(part)
            samples += count
            size += len(part)
            unsorted |= bool(behind)
        found.close()
        for number in damaged:
            log.error("row %d of the spool is damaged and dropped", number)
            self._declare(self._delete("id = ?", (number,)) or 0)
        if not rows:
            if self._overflowing:
                log.warning("the spool is empty again; %d samples were dropped", self.dropped)
            self._overflowing = False
            return None
        return Portion(tuple(rows), b"".join(parts), samples, unsorted)

    def _delete(self, where: str, values: tuple[int, ...] = ()) -> int | None:
        """Delete rows; return their samples, None if there were none."""
        gone = self._file.execute(
            f"DELETE FROM batches WHERE {where} RETURNING samples, length(payload)",  # noqa: S608
            values,
        ).fetchall()
        self._bytes -= sum(size + _ROW_OVERHEAD for _, size in gone)
        return sum(count for count, _ in gone) if gone else None

    def _engine_started(self, started: float) -> int:
        known = self._fact("engine_started")
        if known == started:
            return 0
        with _transaction(self._file):
            again = 0
            if known is not None:
                again = self._file.execute(
                    "SELECT coalesce(sum(samples), 0) FROM batches WHERE acked_at IS NOT NULL"
                ).fetchone()[0]
                self._file.execute("UPDATE batches SET acked_at = NULL WHERE acked_at IS NOT NULL")
                early = int(self._fact("early_samples") or 0)
                if early:
                    log.warning("%d samples that the engine may have lost are kept no more", early)
                    self._declare(early)
                    self._file.execute("DELETE FROM facts WHERE name LIKE 'early%'")
            self._set_fact("engine_started", started)
        return int(again)

    def _stats(self) -> SpoolStats:
        samples, oldest = self._file.execute(
            "SELECT coalesce(sum(samples), 0), min(at) FROM batches WHERE acked_at IS NULL"
        ).fetchone()
        return SpoolStats(
            waiting_samples=samples,
            waiting_since=None if oldest is None else from_micros(oldest),
            kept_bytes=self._bytes,
            dropped_samples=self.dropped,
        )

    def _measured(self) -> int:
        row = self._file.execute(
            "SELECT coalesce(sum(length(payload) + ?), 0) FROM batches", (_ROW_OVERHEAD,)
        ).fetchone()
        return int(row[0])

    def _fact(self, name: str) -> float | None:
        row = self._file.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else float(row[0])

    def _set_fact(self, name: str, value: float) -> None:
        self._file.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def _add_fact(self, name: str, more: float) -> None:
        self._set_fact(name, (self._fact(name) or 0.0) + more)


def _handfuls(samples: Batch) -> Iterator[Batch]:
    """Yield a batch in parts of about `HANDFUL` samples.

    After a stall of ours it may hold half a minute of a country: too much for one row, for one
    request, and for the memory that both are made in.
    """
    some: list[tuple[datetime, Sequence[Sample]]] = []
    count = 0
    for at, rows in samples:
        for start in range(0, len(rows), HANDFUL):
            part = rows[start : start + HANDFUL] if len(rows) > HANDFUL else rows
            if count + len(part) > HANDFUL and some:
                yield some
                some, count = [], 0
            some.append((at, part))
            count += len(part)
    if some:
        yield some


def _opened(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    file = sqlite3.connect(path, timeout=2.0, isolation_level=None, check_same_thread=False)
    try:
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=NORMAL")
        file.execute(f"PRAGMA journal_size_limit={4 << 20}")
        file.executescript(_SCHEMA)
        columns = {name for _, name, *_ in file.execute("PRAGMA table_info(batches)")}
        if "unsorted" not in columns:  # a file of an older version
            file.execute("ALTER TABLE batches ADD COLUMN unsorted INTEGER NOT NULL DEFAULT 1")
    except sqlite3.DatabaseError:
        file.close()
        raise
    return file


@contextmanager
def _transaction(file: sqlite3.Connection) -> Iterator[None]:
    file.execute("BEGIN IMMEDIATE")
    try:
        yield
        file.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.OperationalError):  # a full disk has ended it already
            file.execute("ROLLBACK")
        raise
