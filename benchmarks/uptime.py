"""How long does a year of a province take to count?

`python -m benchmarks.uptime [-t TARGETS] [-r ROWS] [-n RUNS]` fills a new SQLite ledger and a new
PostgreSQL server with sites of one province (119 communes in 11 districts) and their transitions
of a year, some of them replaced by later decisions, and prints a JSON line for each: seconds of
wall time, and of CPU (of our process, and of the server's session), of the report of the unit
tree alone, compared with the year before, and of a commune's month. Each run is a process of its
own that has cached nothing. `write_ms` is a batch of 500 transitions. Needs PostgreSQL's programs
and 2 GB of disk.
"""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np

from core.clock import SystemClock
from core.inventory import Changes, Inventory, Site, Unit, UnitLevel
from core.outcome import Outcome
from core.status import Status, Transition
from reports.periods import period_of
from reports.report import PeriodKind, Report, ScopeKind
from reports.request import UptimeRequest
from runtime.reporting import build
from storage import migrations
from storage.database import take
from storage.ledger import open_ledger
from tests.databases import PostgresServer, postgres_programs

DISTRICTS, COMMUNES = 11, 119
YEAR = period_of(PeriodKind.YEAR, date(2025, 6, 1))
MONTH = period_of(PeriodKind.MONTH, date(2025, 6, 1))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
REPLACED = 0.02  # share of the rows that a later decision put out of force
COLUMNS = ("id", "target", "old", "new", "at", "recorded_at", "reason", "cause", "detail")
NEXT = {
    "up": (("down", 5), ("unreachable", 3), ("degraded", 3), ("unknown", 1)),
    "down": (("up", 9), ("unreachable", 1)),
    "unreachable": (("up", 9), ("down", 1)),
    "degraded": (("up", 9), ("down", 1)),
    "unknown": (("up", 1),),
}
REASONS = {
    "up": ("gateway_answers", None),
    "down": ("gateway_lost", "line-17"),
    "unreachable": ("parent_failed", "hub-3"),
    "degraded": ("member_amiss", None),
    "unknown": ("not_observed", None),
}


def land(targets: int) -> Inventory:
    """Return the province with its sites."""

    def unit(slug: str, code: str, level: UnitLevel, parent: str | None) -> Unit:
        return Unit(slug=slug, code=code, level=level, name=slug, parent=parent, province_code="75")

    units = [unit("tinh", "75", UnitLevel.PROVINCE, None)]
    units += [unit(f"h{n}", f"{n:03}", UnitLevel.DISTRICT, "tinh") for n in range(DISTRICTS)]
    units += [
        unit(f"x{n}", f"{n:05}", UnitLevel.COMMUNE, f"h{n % DISTRICTS}") for n in range(COMMUNES)
    ]
    sites = (
        Site(slug=f"s{n:05}", name=f"Điểm cầu {n}", unit=f"x{n % COMMUNES}") for n in range(targets)
    )
    return Inventory(units=tuple(units), sites=tuple(sites))


def rows(targets: int, count: int) -> Iterator[tuple[Any, ...]]:
    """Yield transitions in the order of their recording, microseconds, as the ledger keeps them."""
    dice, fast = random.Random(1), np.random.default_rng(1)
    begin = int(YEAR.begin.timestamp()) * 10**6
    span = int((YEAR.end - YEAR.begin).total_seconds()) * 10**6
    times = np.sort(fast.integers(begin, begin + span, count)).tolist()
    owners = fast.integers(0, targets, count).tolist()
    states = ["unknown"] * targets
    picks = {s: [n for n, weight in more for _ in range(weight)] for s, more in NEXT.items()}
    for number, (at, owner) in enumerate(zip(times, owners, strict=True), 1):
        old = states[owner]
        new = states[owner] = dice.choice(picks[old])
        reason, cause = REASONS[new]
        yield number, f"s{owner:05}", old, new, at, at + 2_000_000, reason, cause, ""


def replaced(count: int) -> list[tuple[int, int, int]]:
    """Return which rows hold no more."""
    step = int(1 / REPLACED)
    return [(n, n + 1, 1_790_000_000_000_000) for n in range(step, count, step)]


def fill_sqlite(path: Path, targets: int, count: int) -> None:
    """Write the rows as they come, the indexes in place."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-500000")
        marks = ",".join("?" * len(COLUMNS))
        connection.executemany(
            f"INSERT INTO transitions ({','.join(COLUMNS)}) VALUES ({marks})", rows(targets, count)
        )
        connection.executemany("INSERT INTO overridden VALUES (?, ?, ?)", replaced(count))
    connection.close()


async def fill_postgres(url: str, targets: int, count: int) -> None:
    """Copy the rows in, the indexes in place, and vacuum as the server does by itself."""
    connection = await asyncpg.connect(url)
    await connection.copy_records_to_table(
        "transitions", records=rows(targets, count), columns=COLUMNS
    )
    await connection.copy_records_to_table("overridden", records=replaced(count))
    for _ in range(10):  # a vacuum marks no page while another session still looks at older rows
        await connection.execute("VACUUM ANALYZE")
        if await connection.fetchval(
            "SELECT relallvisible >= 0.99 * relpages FROM pg_class WHERE relname = 'transitions'"
        ):
            break
        await asyncio.sleep(1)
    await connection.close()


async def fill_inventory(url: str, targets: int, count: int) -> None:
    """Write the province, and take the numbers of the rows to come."""
    ledger = await open_ledger(url, None, SystemClock())
    await ledger.inventory.apply(Changes(put=land(targets)), "benchmark", NOW)
    async with ledger.database.writing() as connection:
        await take(connection, "transitions", count)
    await ledger.aclose()


async def counted(url: str, what: str) -> dict[str, object]:
    """Make one report in this process, and say what it took."""
    ledger = await open_ledger(url, None, SystemClock())
    unit, period = ("x7", MONTH) if what == "commune" else ("tinh", YEAR)
    request = UptimeRequest(ScopeKind.UNIT, unit, period, compare=what != "alone")
    wall, cpu = time.perf_counter(), time.process_time()
    report: Report = await build(ledger, request, NOW)
    spent = time.perf_counter() - wall, time.process_time() - cpu
    await ledger.aclose()
    whole = report.rows[0]
    return {
        "wall": round(spent[0], 3),
        "cpu": round(spent[1], 3),
        "rows": len(report.rows),
        "outages": whole.outages,
        "targets": whole.targets,
        "sum": whole.seconds.total,
        "down": whole.seconds.down,
    }


async def writing(url: str) -> float:
    """Return the median time of a batch of 500 transitions, ms."""
    ledger = await open_ledger(url, None, SystemClock())
    taken = []
    for batch in range(11):
        at = NOW + timedelta(seconds=batch)
        changes = [Transition(f"s{n:05}", Status.UP, Status.DOWN, at, at, "x") for n in range(500)]
        begun = time.perf_counter()
        await ledger.brain.commit(Outcome(transitions=changes), at)
        taken.append(time.perf_counter() - begun)
    await ledger.aclose()
    return round(statistics.median(taken) * 1000, 1)


def ended_children_cpu(pid: int | None) -> float:
    """Return the CPU seconds of a server's sessions that have ended; 0.0 without a server."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def measured(url: str, runs: int, server: int | None = None) -> dict[str, object]:
    """Run every kind of report some times, each in a fresh process and session."""
    found: dict[str, object] = {}
    for what in ("alone", "compared", "commune"):
        command = (sys.executable, "-m", "benchmarks.uptime", "--count", what, "--url", url)
        told = []
        for _ in range(runs):
            spent = ended_children_cpu(server)
            answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            told.append({**answer, "server": round(ended_children_cpu(server) - spent, 2)})
        facts = {key: told[0][key] for key in ("rows", "outages", "targets", "sum", "down")}
        found[what] = {
            "wall": sorted(t["wall"] for t in told),
            "cpu": sorted(t["cpu"] for t in told),
            "server_cpu": sorted(t["server"] for t in told),
            **facts,
        }
    return found


def main() -> None:
    """Parse options, measure, print JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-t", "--targets", type=int, default=12_000)
    parser.add_argument("-r", "--rows", type=int, default=2_000_000)
    parser.add_argument("-n", "--runs", type=int, default=5)
    parser.add_argument("--count", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.count:
        print(json.dumps(asyncio.run(counted(asked.url, asked.count))))
        return
    with tempfile.TemporaryDirectory(prefix="thongsuot-uptime-") as folder:
        path = Path(folder) / "ledger.db"
        url = f"sqlite:///{path}"
        asyncio.run(migrations.upgrade(url))
        asyncio.run(fill_inventory(url, asked.targets, asked.rows))
        fill_sqlite(path, asked.targets, asked.rows)
        told = {"ledger": "sqlite", "mb": path.stat().st_size >> 20, **measured(url, asked.runs)}
        print(json.dumps({**told, "write_ms": asyncio.run(writing(url))}), flush=True)
    programs = postgres_programs()
    if programs is None:
        sys.exit("no PostgreSQL server is installed (package postgresql)")
    server = PostgresServer(programs)
    try:
        url = server.migrated()
        asyncio.run(fill_inventory(url, asked.targets, asked.rows))
        asyncio.run(fill_postgres(url, asked.targets, asked.rows))
        process = server._server.pid  # noqa: SLF001  (what is measured)
        told = {"ledger": "postgresql", **measured(url, asked.runs, process)}
        print(json.dumps({**told, "write_ms": asyncio.run(writing(url))}), flush=True)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
