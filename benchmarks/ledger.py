"""How fast does the ledger take what the brain decides?

`python -m benchmarks.ledger [--url URL] [-n CHECKS]` prints one JSON line, times in ms as
medians: `streaks_ms` (one batch that changes N streaks), `calm_ms` (a batch of 50 streaks, as in
quiet times), `outage_ms` (500 transitions, one incident of 500 members, 20 notifications),
`restore_ms`, `intervals_ms` (a month of 100 targets with 20 changes a day each), and for 50 tasks
that do 10 read-modify-writes each `counted`, `changes_per_s` and, on SQLite, `ratio` to the
driver's own way (WAL, pool of 10, BEGIN without IMMEDIATE) and `counted_by_default` of it.
Without a URL a new SQLite file is used, whose disk decides: every transaction is synced.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from core.clock import SystemClock
from core.incident import Incident, Member, Notification, Purpose, Severity
from core.outcome import Outcome
from core.status import Status, Streak, Transition, Verdict
from storage import migrations
from storage.ledger import Ledger, open_ledger

TASKS, CHANGES = 50, 10
Begin = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


async def median_ms(work: Callable[[int], Awaitable[object]], rounds: int = 7) -> float:
    """Return the median time of some rounds in ms."""
    taken = []
    for number in range(rounds):
        begun = perf_counter()
        await work(number)
        taken.append(perf_counter() - begun)
    return round(statistics.median(taken) * 1000, 1)


def an_outage(number: int, now: datetime) -> Outcome:
    """Return what the fall of a big hub leads to."""
    code = f"SC-20990101-{number:04}"
    names = [f"o{number}-{n}" for n in range(500)]
    return Outcome(
        transitions=[Transition(t, Status.UP, Status.DOWN, now, now, "silence") for t in names],
        incidents=[
            Incident(
                id=code,
                root=names[0],
                severity=Severity.CRITICAL,
                began_at=now,
                decided_at=now,
                members=tuple(Member(target=name, joined_at=now) for name in names),
            )
        ],
        notifications=[
            Notification(
                incident=code,
                purpose=Purpose.PROBLEM,
                recipient=f"p{n}",
                address=f"p{n}@example.vn",
                channel="email",
                reason="first_notification",
                due_at=now,
            )
            for n in range(20)
        ],
    )


async def batches(ledger: Ledger, checks: int, now: datetime) -> dict[str, object]:
    """Measure batches of the brain, a restart and a month of intervals."""
    streaks = [
        Streak(f"t{n}/icmp", Verdict.OK, now, 0, 3, None, now, now, now, "1" * 20, 0.01)
        for n in range(checks)
    ]

    async def change(number: int, some: int) -> None:
        rows = [replace(streak, goods=number) for streak in streaks[:some]]
        await ledger.brain.commit(Outcome(streaks=rows), now)

    await change(0, checks)
    found: dict[str, object] = {
        "streaks_ms": await median_ms(lambda n: change(n, checks)),
        "calm_ms": await median_ms(lambda n: change(n, 50), 50),
        "outage_ms": await median_ms(lambda n: ledger.brain.commit(an_outage(n, now), now)),
        "restore_ms": await median_ms(lambda _: ledger.brain.restore(now)),
    }
    month, targets = now - timedelta(days=30), [f"m{n}" for n in range(100)]
    for day in range(30):
        rows = [
            Transition(target, Status.UP, status, at, at, "x")
            for target in targets
            for step in range(20)
            for status in (Status.DOWN if step % 2 else Status.UP,)
            for at in (month + timedelta(days=day, hours=step),)
        ]
        await ledger.brain.commit(Outcome(transitions=rows), now)
    found["intervals_ms"] = await median_ms(lambda _: ledger.status.intervals(targets, month, now))
    return found


async def tally(begin: Begin) -> tuple[int, float]:
    """Return the final count and the changes per second of concurrent read-modify-writes."""
    async with begin() as connection:
        await connection.execute(text("CREATE TABLE tally (value INTEGER)"))
        await connection.execute(text("INSERT INTO tally VALUES (0)"))
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""

    async def change() -> None:
        for _ in range(CHANGES):
            async with begin() as connection:
                value = await connection.scalar(text(f"SELECT value FROM tally{lock}"))
                await connection.execute(text("UPDATE tally SET value = :v"), {"v": value + 1})

    begun = perf_counter()
    await asyncio.gather(*(change() for _ in range(TASKS)))
    taken = perf_counter() - begun
    async with begin() as connection:
        count = int(await connection.scalar(text("SELECT value FROM tally")) or 0)
        await connection.execute(text("DROP TABLE tally"))
    return count, TASKS * CHANGES / taken


async def by_default(path: Path) -> tuple[int, float]:
    """Do the same as the driver does it if nobody asks it for more."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=10, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    found = await tally(engine.begin)
    await engine.dispose()
    return found


async def measured(url: str | None, checks: int) -> dict[str, object]:
    """Measure a ledger."""
    with tempfile.TemporaryDirectory(prefix="thongsuot-bench-") as folder:
        address = url or f"sqlite:///{folder}/ledger.db"
        await migrations.upgrade(address)
        clock = SystemClock()
        ledger = await open_ledger(address, None, clock)
        found = await batches(ledger, checks, clock.now())
        ours, usual = [], []
        for number in range(5):  # in turn, since the disk has moods
            ours.append(await tally(ledger.database.writing))
            if ledger.database.dialect == "sqlite":
                usual.append(await by_default(Path(folder) / f"default{number}.db"))
        await ledger.aclose()
    speed = statistics.median(speed for _, speed in ours)
    found |= {"counted": min(count for count, _ in ours), "changes_per_s": round(speed)}
    if usual:
        theirs = statistics.median(speed for _, speed in usual)
        found["counted_by_default"] = [count for count, _ in usual]
        found["ratio"] = round(speed / theirs, 2)
    return found


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger")
    parser.add_argument("--url", help="an empty PostgreSQL database of the benchmark's own")
    parser.add_argument("-n", "--checks", type=int, default=5000)
    asked = parser.parse_args()
    print(json.dumps({"n": asked.checks, **asyncio.run(measured(asked.url, asked.checks))}))


if __name__ == "__main__":
    main()
