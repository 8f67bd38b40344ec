"""What does a country cost? 3,321 sites × 5 devices × 40 series every 30 s, all parts running.

`python -m benchmarks.pipeline [--seconds 600]` (needs CAP_NET_RAW and VictoriaMetrics) builds the
platform as `thongsuot run` does (`open_hub`), gives it a country (`benchmarks/nation.py`), pings
its gateways once a second over loopback, plays its devices, cuts a line every ten seconds and
mends it, and prints one JSON line: CPU of the process and of the engine in % of one core, memory
(proportional set size), the spool's backlog and the batches' latency over time.

`--hold` prints the address of the pages first and obeys lines on stdin: `cut`, `mend`.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from benchmarks import nation
from benchmarks.scenario import free_port, prepare
from core.clock import Clock, SystemClock
from core.inventory import Inventory
from core.watching import Estate
from inventory.compiled import LookingDefaults, compile_estate
from runtime import process, registries
from runtime import settings as settings_file
from runtime.hub import Hub, open_hub

_TICKS = os.sysconf("SC_CLK_TCK")
GLANCE = 5.0  # seconds between two looks at ourselves
CUT_EVERY = 10.0  # seconds


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory(pid: int) -> float:
    """Return the proportional set size of a process in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


@dataclass
class Stage:
    """The running country."""

    hub: Hub
    sockets: nation.CutSockets
    player: nation.Player
    address: str
    clock: Clock
    cut: list[int] = field(default_factory=list)

    def lose(self, number: int) -> None:
        """Cut a gateway."""
        self.cut.append(number)
        self.sockets.lose(frozenset(map(nation.address, self.cut)))

    def mend(self) -> None:
        """Mend the oldest cut."""
        if self.cut:
            self.cut.pop(0)
            self.sockets.lose(frozenset(map(nation.address, self.cut)))


@asynccontextmanager
async def staged(
    country: Inventory,
    folder: Path,
    tables: Mapping[str, object],
    watched: Callable[[Estate], Estate] = nation.watched,
) -> AsyncIterator[Stage]:
    """Build the platform around a country; `watched` says what of it is looked at."""
    clock, sockets, player = SystemClock(), nation.CutSockets(), nation.Player()
    settings = settings_file.build(
        {
            "web": {"listen": f"127.0.0.1:{free_port()}"},
            "series": {"min_free_space": "100MB"},
            "log": {"level": "warning"},
            **tables,
        },
        folder,
    )
    await prepare(settings, country, clock)
    known = registries.collectors()

    def compiled(inventory: Inventory, on: object, looking: LookingDefaults) -> Estate:
        return watched(compile_estate(inventory, on, looking))  # type: ignore[arg-type]

    with (
        patch("runtime.estate_feed.compile_estate", compiled),
        patch("runtime.hub.DirectSockets", lambda: sockets),
        patch.object(registries, "collectors", lambda: {**known, "played": player.collector()}),
    ):
        async with open_hub(settings, clock) as hub:
            stop = asyncio.Event()
            running = asyncio.create_task(hub.run(stop))
            try:
                yield Stage(hub, sockets, player, settings.web.address, clock)
            finally:
                stop.set()
                await running


@dataclass(slots=True)
class Track:
    """What was seen at every glance."""

    backlog: list[int] = field(default_factory=list)
    batch_ms: list[float] = field(default_factory=list)
    lateness_ms: list[float] = field(default_factory=list)
    ours_mb: list[float] = field(default_factory=list)
    engine_mb: list[float] = field(default_factory=list)


async def delays(found: list[float]) -> None:
    """Note how late the event loop is, ten times a second."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + 0.1
        await asyncio.sleep(0.1)
        found.append((loop.time() - due) * 1000)


async def trouble(stage: Stage, sites: int) -> None:
    """Cut a gateway every ten seconds, and mend it twenty seconds later."""
    number = 0
    while True:
        await asyncio.sleep(CUT_EVERY)
        number = (number + 997) % sites
        stage.lose(number)
        if len(stage.cut) > 2:
            stage.mend()


async def measured(stage: Stage, sites: int, seconds: float) -> dict[str, object]:
    """Watch it for a while."""
    hub, track = stage.hub, Track()
    series = hub.series
    assert series.spool is not None and series.sender is not None and series.engine is not None  # noqa: PT018
    ours, engine = os.getpid(), series.engine.pid
    assert engine is not None
    lateness: list[float] = []
    tasks = [asyncio.create_task(delays(lateness)), asyncio.create_task(trouble(stage, sites))]
    clock = SystemClock()
    print("measuring", file=sys.stderr, flush=True)
    begun, before = clock.monotonic(), (cpu(ours), cpu(engine))
    sent, readings = series.sender.stats.sent_samples, hub.pipeline.stats.readings
    swept, batches = hub.scheduler.stats.swept, hub.pipeline.stats.batches
    while clock.monotonic() - begun < seconds:
        await asyncio.sleep(GLANCE)
        track.backlog.append((await series.spool.stats()).waiting_samples)
        track.batch_ms.append(hub.pipeline.stats.last_batch_s * 1000)
        track.ours_mb.append(memory(ours))
        track.engine_mb.append(memory(engine))
    wall = clock.monotonic() - begun
    for task in tasks:
        task.cancel()
    spent = (cpu(ours) - before[0], cpu(engine) - before[1])
    lateness.sort()
    rate = (series.sender.stats.sent_samples - sent) / wall
    third = max(1, len(track.backlog) // 3)
    return {
        "wall_s": round(wall, 1),
        "load": os.getloadavg(),
        "cpu_percent": {
            "ours": round(spent[0] / wall * 100, 2),
            "engine": round(spent[1] / wall * 100, 2),
            "both": round(sum(spent) / wall * 100, 2),
        },
        "memory_mb": {
            "ours_max": round(max(track.ours_mb)),
            "engine_max": round(max(track.engine_mb)),
            "both_max": round(
                max(a + b for a, b in zip(track.ours_mb, track.engine_mb, strict=True))
            ),
            "ours": [round(mb) for mb in track.ours_mb[:: max(1, len(track.ours_mb) // 10)]],
            "engine": [round(mb) for mb in track.engine_mb[:: max(1, len(track.engine_mb) // 10)]],
        },
        "samples_sent_per_s": round(rate),
        "readings_per_s": round((hub.pipeline.stats.readings - readings) / wall, 1),
        "swept_per_s": round((hub.scheduler.stats.swept - swept) / wall, 1),
        "batches_per_s": round((hub.pipeline.stats.batches - batches) / wall, 2),
        "batch_ms": {
            "median": round(statistics.median(track.batch_ms), 1),
            "max": round(max(track.batch_ms), 1),
        },
        "loop_late_ms": {
            name: round(lateness[int(len(lateness) * share)], 1)
            for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))
        }
        | {"max": round(lateness[-1], 1)},
        "backlog_samples": {
            "first_third_mean": round(statistics.mean(track.backlog[:third])),
            "last_third_mean": round(statistics.mean(track.backlog[-third:])),
            "max": max(track.backlog),
        },
        "spool": {
            "dropped": (await series.spool.stats()).dropped_samples,
            "refused": series.sender.stats.refused_samples,
            "kept_mb": round((await series.spool.stats()).kept_bytes / 1e6, 1),
        },
        "scheduler": {
            "skipped": hub.scheduler.stats.skipped,
            "late_max_s": round(hub.scheduler.stats.lateness_max_s, 2),
            "dropped": hub.pipeline.stats.dropped,
        },
        "incidents_open": len(hub.brain.incidents),
    }


async def settled(stage: Stage, sites: int) -> None:
    """Wait until everything was looked at twice and has a status."""

    def is_calm() -> bool:
        looked = stage.player.readings >= sites * nation.DEVICES * 2
        return looked and len(stage.hub.brain.states) >= len(stage.hub.feed.estate().targets)

    async with asyncio.timeout(300):
        while not is_calm():  # noqa: ASYNC110  (the counts are the hub's, not ours to announce)
            await asyncio.sleep(0.5)


async def obeyed(stage: Stage, sites: int) -> None:
    """Do what stdin says until it ends."""
    print(json.dumps({"address": stage.address, "pid": os.getpid()}), flush=True)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    number = 1
    while line := (await reader.readline()).decode().strip():
        if line == "cut":
            number = (number + 1009) % sites
            stage.lose(number)
        elif line == "mend":
            stage.mend()
        print(json.dumps({"done": line, "site": f"diem-{number:04d}"}), flush=True)


async def work(wish: argparse.Namespace) -> None:
    """Build, measure, take down."""
    process.log_to_stderr("warning")
    with tempfile.TemporaryDirectory(prefix="bench-pipeline-") as name:
        async with staged(nation.inventory(wish.sites), Path(name), {}) as stage:
            await settled(stage, wish.sites)
            if wish.hold:
                await obeyed(stage, wish.sites)
                return
            found = await measured(stage, wish.sites, wish.seconds)
            print(json.dumps({"sites": wish.sites, **found}))


def main() -> None:
    """Parse options, measure, print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline")
    parser.add_argument("--sites", type=int, default=3321)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--hold", action="store_true")
    process.run(work(parser.parse_args()))


if __name__ == "__main__":
    main()
