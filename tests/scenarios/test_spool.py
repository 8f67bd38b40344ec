"""Whatever is killed, and however long: every sample is in the engine once, or declared lost."""

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from core.clock import SystemClock
from storage.engine import PROGRAMS, Engine, EngineOptions
from storage.sender import Sender
from storage.spool import Spool
from tests.ports import free_port
from tests.scenarios.spool_writer import SERIES, STEP, a_batch, plan

CLOCK = SystemClock()
HOUR = 3600
pytestmark = pytest.mark.timeout(300)
needs_victoria = pytest.mark.skipif(
    not any(shutil.which(name) for name in PROGRAMS), reason="victoria-metrics is not installed"
)
needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="prometheus is not installed"
)
Kept = Counter[tuple[int, int, float]]  # (series, milliseconds, value)


class Victoria:
    """The product's own engine, to be stopped, killed and started on one port."""

    def __init__(self, folder: Path) -> None:
        options = EngineOptions(folder / "engine", free_port(), min_free_bytes=1)
        self.engine = Engine(options, CLOCK)
        self.url = f"http://127.0.0.1:{options.port}"

    async def start(self) -> None:
        """Start, in another second than the last time."""
        await asyncio.sleep(1.0)
        await self.engine.start()

    async def kill(self) -> None:
        """Kill -9."""
        pid = self.engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await self.engine.stop()

    async def stop(self) -> None:
        """End in order."""
        await self.engine.stop()


class Prometheus:
    """A Prometheus that takes remote write, and late samples where it is told to."""

    def __init__(self, folder: Path, window: str = "2h") -> None:
        self._folder = folder
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        settings = folder / "prometheus.yml"
        settings.write_text(f"storage:\n  tsdb:\n    out_of_order_time_window: {window}\n")

    async def start(self) -> None:
        """Start and wait until it is ready."""
        self._process = await asyncio.create_subprocess_exec(
            "prometheus",
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
            "--web.enable-remote-write-receiver",
            "--log.level=error",
        )
        async with aiohttp.ClientSession() as session, asyncio.timeout(60):
            while not await _answers(session, f"{self.url}/-/ready"):
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """Kill -9."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """End in order."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    with suppress(aiohttp.ClientError, OSError):
        async with session.get(url) as reply:
            return reply.status == 200
    return False


async def kept(url: str, until: datetime) -> Kept:
    """Return every sample of the last hours that the engine shows, with how often it does."""
    params = {"query": "torture[6h]", "time": str(until.timestamp())}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/api/v1/query", params=params) as reply,
    ):
        found = (await reply.json())["data"]["result"]
    return Counter(
        (int(one["metric"]["n"]), round(float(at) * 1000), float(value))
        for one in found
        for at, value in one["values"]
    )


def wanted(begin: datetime, numbers: Iterable[int]) -> Kept:
    """Return the samples of batches, each once."""
    found: Kept = Counter()
    for number in set(numbers):
        at, samples = a_batch(begin, number)
        stamp = int(at.timestamp() * 1000)
        found.update((n, stamp, value) for n, (_, value) in enumerate(samples))
    return found


async def shows(url: str, until: datetime, all_of_it: Kept, seconds: float = 60) -> None:
    """Wait until the engine shows exactly this: what it takes is seen a little later."""
    seen: Kept = Counter()
    try:
        async with asyncio.timeout(seconds):
            while seen != all_of_it:
                await asyncio.sleep(0.2)
                seen = await kept(url, until)
    except TimeoutError:
        pass
    assert not seen - all_of_it, "something is there twice, or was never written"
    assert not all_of_it - seen, "something is lost"


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def sending(
    folder: Path, url: str, most: int = 1 << 30
) -> AsyncIterator[tuple[Spool, Sender]]:
    spool = Spool(folder / "spool.db", most, CLOCK)
    sender = Sender(spool, f"{url}/api/v1/write", {}, CLOCK, metrics_url=f"{url}/metrics")
    task = asyncio.create_task(sender.run())
    try:
        yield spool, sender
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await spool.aclose()


def an_hour_ago() -> datetime:
    """Return a whole second, an hour and some minutes ago."""
    return CLOCK.now().replace(microsecond=0) - timedelta(seconds=HOUR + 600)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(Victoria, marks=needs_victoria),
        pytest.param(Prometheus, marks=needs_prometheus),
    ],
)
async def test_an_engine_that_was_away_for_an_hour_gets_every_sample_of_it_once(
    tmp_path: Path, kind: type[Victoria | Prometheus]
) -> None:
    engine, begin = kind(tmp_path), an_hour_ago()
    await engine.start()
    numbers = plan(seed=1, batches=HOUR)  # one batch a second; some late, some twice
    try:
        async with sending(tmp_path, engine.url) as (spool, sender):
            for number in numbers[:300]:
                await spool.append([a_batch(begin, number)])
            await until(lambda: sender.stats.sent_samples == 300 * SERIES)
            await engine.kill()  # what it has acknowledged lately is in memory alone
            for number in numbers[300:]:
                await spool.append([a_batch(begin, number)])
            await engine.start()
            await until(lambda: sender.stats.sent_samples >= len(numbers) * SERIES)
            await shows(engine.url, begin + 2 * HOUR * STEP, wanted(begin, numbers))
            assert (sender.stats.refused_samples, spool.dropped) == (0, 0)
    finally:
        await engine.stop()


@needs_prometheus
async def test_late_samples_of_one_request_are_kept_by_an_engine_that_takes_none_late(
    tmp_path: Path,
) -> None:
    engine, begin = Prometheus(tmp_path, window="0s"), an_hour_ago()
    await engine.start()
    numbers = plan(seed=2, batches=400, late=50)
    assert numbers != sorted(numbers)
    before = Spool(tmp_path / "spool.db", 1 << 30, CLOCK)
    for number in numbers:
        await before.append([a_batch(begin, number)])
    await before.aclose()
    try:
        async with sending(tmp_path, engine.url) as (_, sender):
            await until(lambda: sender.stats.sent_samples == len(numbers) * SERIES)
            await shows(engine.url, begin + 2 * HOUR * STEP, wanted(begin, numbers))
            assert sender.stats.refused_samples == 0
    finally:
        await engine.stop()


@needs_prometheus
async def test_what_an_engine_refuses_as_too_late_is_counted_and_the_rest_is_there_once(
    tmp_path: Path,
) -> None:
    engine, begin = Prometheus(tmp_path, window="0s"), an_hour_ago()
    await engine.start()
    late = set(range(7, 200, 9))
    in_time = [number for number in range(200) if number not in late]
    try:
        async with sending(tmp_path, engine.url) as (spool, sender):
            for number in in_time:
                await spool.append([a_batch(begin, number)])
            await until(lambda: sender.stats.sent_samples == len(in_time) * SERIES)
            for number in (*late, *range(200, 300)):
                await spool.append([a_batch(begin, number)])
            total = 300 * SERIES
            await until(
                lambda: sender.stats.sent_samples + sender.stats.refused_samples == total, 120
            )
            kept_ones = wanted(begin, (*in_time, *range(200, 300)))
            await shows(engine.url, begin + 2 * HOUR * STEP, kept_ones)
            assert sender.stats.refused_samples == len(late) * SERIES
    finally:
        await engine.stop()


@needs_victoria
async def test_a_full_spool_declares_exactly_what_it_lets_go(tmp_path: Path) -> None:
    engine, begin = Victoria(tmp_path), an_hour_ago()
    batches = 2000
    async with sending(tmp_path, engine.url, most=200_000) as (spool, sender):
        for number in range(batches):
            await spool.append([a_batch(begin, number)])
        dropped = spool.dropped
        assert dropped > 0
        assert spool.overflowing
        assert dropped % SERIES == 0
        await engine.start()
        try:
            await until(lambda: sender.stats.sent_samples == batches * SERIES - dropped)
            newest = range(dropped // SERIES, batches)
            await shows(engine.url, begin + 2 * HOUR * STEP, wanted(begin, newest))
            await until(lambda: sender.stats.dropped_samples == spool.dropped)
            assert spool.dropped == dropped
        finally:
            await engine.stop()


@needs_victoria
async def test_what_was_acknowledged_and_let_go_too_early_is_declared_when_the_engine_dies(
    tmp_path: Path,
) -> None:
    engine, begin = Victoria(tmp_path), an_hour_ago()
    await engine.start()
    try:
        async with sending(tmp_path, engine.url, most=40_000) as (spool, sender):
            for number in range(100):
                await spool.append([a_batch(begin, number)])
            await until(lambda: sender.stats.sent_samples == 100 * SERIES)
            await engine.kill()
            for number in range(100, 400):  # pushes out what was acknowledged, and more
                await spool.append([a_batch(begin, number)])
            await engine.start()
            await until(lambda: sender.stats.trouble is None and sender.stats.sent_samples > 2000)
            await until(lambda: spool.dropped > 0)
            await _drained(tmp_path / "spool.db")
            all_of_it = wanted(begin, range(400))
            await asyncio.sleep(2)
            seen = await kept(engine.url, begin + 2 * HOUR * STEP)
            assert not seen - all_of_it
            assert 0 < (all_of_it - seen).total() <= spool.dropped
    finally:
        await engine.stop()


@needs_victoria
@pytest.mark.full
async def test_rounds_of_killing_either_side_lose_nothing_and_count_nothing_twice(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rounds = 100 if request.config.getoption("--full") else 1
    for seed in range(rounds):
        folder = tmp_path / str(seed)
        folder.mkdir()
        await _round(folder, seed)
        shutil.rmtree(folder)


async def _round(folder: Path, seed: int) -> None:
    """Kill the writer thrice and the engine once or twice, in random order and moments."""
    chance = random.Random(seed)
    engine, begin, batches = Victoria(folder), an_hour_ago(), 1500
    numbers = plan(seed, batches)
    killings = ["writer"] * 3 + ["engine"] * chance.choice([1, 2])
    chance.shuffle(killings)
    await engine.start()
    work = (str(seed), str(batches), str(begin.timestamp()))
    writer, position = await _writer(folder, engine.url, *work, "0"), 0
    try:
        for victim in killings:
            aim = min(position + chance.randrange(50, 300), len(numbers) - 1)
            position = await _position(writer, position, aim)
            if victim == "engine":
                await engine.kill()
                await asyncio.sleep(chance.uniform(0, 1))
                await engine.start()
            else:
                writer.kill()
                position = await _position(writer, position, len(numbers))
                await writer.wait()
                writer = await _writer(folder, engine.url, *work, str(position + 1))
        await _position(writer, position, len(numbers) - 1)
        await _drained(folder / "spool.db")
        await shows(engine.url, begin + 2 * HOUR * STEP, wanted(begin, numbers))
    finally:
        with suppress(ProcessLookupError):
            writer.kill()
        await writer.wait()
        await engine.stop()


async def _writer(folder: Path, url: str, *work: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.scenarios.spool_writer", str(folder / "spool.db")),
        *(f"{url}/api/v1/write", f"{url}/metrics", *work),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )


async def _position(writer: asyncio.subprocess.Process, known: int, wanted_one: int) -> int:
    """Read what the writer says until it has come so far, or has ended."""
    assert writer.stdout is not None
    async with asyncio.timeout(60):
        while known < wanted_one:
            line = await writer.stdout.readline()
            if not line.endswith(b"\n"):
                break
            known = int(line)
    return known


async def _drained(path: Path) -> None:
    """Wait until nothing waits in the spool, and nothing has come to wait again."""
    calm = 0
    async with asyncio.timeout(90):
        while calm < 60:  # longer than the sender needs to notice another engine
            file = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            try:
                waiting = file.execute(
                    "SELECT count(*) FROM batches WHERE acked_at IS NULL"
                ).fetchone()[0]
            finally:
                file.close()
            calm = 0 if waiting else calm + 1
            await asyncio.sleep(0.1)
