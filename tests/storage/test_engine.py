"""A real VictoriaMetrics, killed, adopted, restarted; a real Prometheus beside it."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import Invalid, Unavailable
from core.labels import Series
from core.reading import STALE
from storage.engine import PROGRAMS, Engine, EngineOptions, born
from storage.sender import Sender
from storage.series import SeriesReader
from storage.spool import Spool
from tests.ports import free_port

CLOCK = SystemClock()
needs_victoria = pytest.mark.skipif(
    not any(shutil.which(name) for name in PROGRAMS), reason="victoria-metrics is not installed"
)
needs_prometheus = pytest.mark.skipif(
    shutil.which("prometheus") is None, reason="prometheus is not installed"
)


def options(folder: Path, **changes: object) -> EngineOptions:
    fields: dict[str, object] = {"folder": folder, "memory_bytes": 64 << 20, "min_free_bytes": 1}
    return EngineOptions(**(fields | changes))  # type: ignore[arg-type]


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@asynccontextmanager
async def running(task: "asyncio.Future[None]") -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def sending(
    folder: Path, write_url: str, metrics_url: str
) -> AsyncIterator[tuple[Spool, Sender]]:
    spool = Spool(folder / "spool.db", 1 << 30, CLOCK)
    sender = Sender(spool, write_url, {}, CLOCK, metrics_url=metrics_url)
    try:
        async with running(asyncio.ensure_future(sender.run())):
            yield spool, sender
    finally:
        await spool.aclose()


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[SeriesReader]:
    reader = SeriesReader(url)
    try:
        yield reader
    finally:
        await reader.aclose()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    made = Engine(options(tmp_path / "engine"), CLOCK)
    await made.start()
    yield made
    await made.stop()


async def fill(spool: Spool, now: datetime, *, series: int = 100, seconds: int = 30) -> int:
    names = [Series.of("probe_success", n=str(n)) for n in range(series)]
    for ago in range(seconds, 0, -1):
        await spool.append([(now - timedelta(seconds=ago), [(name, 1.0) for name in names])])
    return series * seconds


async def counted(reader: SeriesReader, at: datetime, total: int) -> None:
    """Wait until the engine shows what it took (VictoriaMetrics: a second or two), no more."""
    seen = 0.0
    async with asyncio.timeout(30):
        while seen != total:
            await asyncio.sleep(0.1)
            points = await reader.query("sum(count_over_time(probe_success[10m]))", at)
            seen = points[0].value if points else 0.0
            assert seen <= total


@needs_victoria
async def test_a_killed_engine_is_restarted_and_loses_nothing_acknowledged(
    tmp_path: Path, engine: Engine
) -> None:
    now = CLOCK.now()
    async with (
        running(asyncio.ensure_future(engine.run())),
        sending(tmp_path, engine.write_url, engine.metrics_url) as (spool, sender),
        reading(engine.base_url) as reader,
    ):
        total = await fill(spool, now)
        await until(lambda: sender.stats.sent_samples == total)
        await counted(reader, now, total)
        first = engine.pid
        assert first is not None
        await asyncio.sleep(1.1)  # the start time has whole seconds
        os.kill(first, signal.SIGKILL)
        await until(lambda: engine.pid not in {None, first} and sender.stats.replayed_samples > 0)
        assert sender.stats.replayed_samples == total
        await until(lambda: sender.stats.sent_samples == 2 * total)
        await counted(reader, now, total)
        assert engine.restarts == 1
        assert await reader.healthy()


@needs_victoria
async def test_the_same_batch_twice_counts_once(tmp_path: Path, engine: Engine) -> None:
    now = CLOCK.now()
    async with (
        sending(tmp_path, engine.write_url, engine.metrics_url) as (spool, sender),
        reading(engine.base_url) as reader,
    ):
        total = await fill(spool, now, seconds=5)
        await fill(spool, now, seconds=5)
        await until(lambda: sender.stats.sent_samples == 2 * total)
        await counted(reader, now, total)


async def stale_is_gone(spool: Spool, sender: Sender, reader: SeriesReader) -> None:
    now = CLOCK.now()
    lost, kept = Series.of("up", n="lost"), Series.of("up", n="kept")
    await spool.append([(now - timedelta(seconds=2), [(lost, 1.0), (kept, 1.0)])])
    await spool.append([(now - timedelta(seconds=1), [(lost, STALE), (kept, 0.5)])])
    await until(lambda: sender.stats.sent_samples == 4)
    async with asyncio.timeout(30):
        while [p.value for p in await reader.query('up{n="kept"}', now)] != [0.5]:
            await asyncio.sleep(0.1)
    assert await reader.query('up{n="lost"}', now) == []
    before = await reader.query('up{n="lost"}', now - timedelta(seconds=1.5))
    assert [p.value for p in before] == [1.0]
    curves = await reader.query_range("up", now - timedelta(seconds=30), now, 1)
    values = {curve.labels["n"]: [value for _, value in curve.points] for curve in curves}
    assert 1.0 in values["lost"]
    assert values["kept"][-1] == 0.5


@needs_victoria
async def test_a_staleness_marker_ends_a_series(tmp_path: Path, engine: Engine) -> None:
    async with (
        sending(tmp_path, engine.write_url, engine.metrics_url) as (spool, sender),
        reading(engine.base_url) as reader,
    ):
        await stale_is_gone(spool, sender, reader)


@needs_victoria
async def test_an_engine_that_outlived_us_is_adopted(tmp_path: Path, engine: Engine) -> None:
    second = Engine(options(tmp_path / "engine"), CLOCK)
    await second.start()
    assert second.adopted
    assert (second.pid, second.base_url) == (engine.pid, engine.base_url)
    pid = second.pid
    assert pid is not None
    await second.stop()
    assert not alive(pid)


@needs_victoria
async def test_a_strangers_process_is_not_taken_for_ours(tmp_path: Path) -> None:
    folder = tmp_path / "engine"
    folder.mkdir()
    state = {"pid": os.getpid(), "born": born(os.getpid()), "port": 1}
    (folder / "engine.json").write_text(json.dumps(state))
    engine = Engine(options(folder), CLOCK)
    await engine.start()
    assert not engine.adopted
    assert engine.pid != os.getpid()
    await engine.stop()


PARENT = """
import asyncio, sys
from pathlib import Path
from core.clock import SystemClock
from tests.storage.test_engine import options
from storage.engine import Engine

async def main():
    engine = Engine(options(Path(sys.argv[1])), SystemClock())
    await engine.start()
    print(engine.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@needs_victoria
async def test_a_killed_parent_takes_its_engine_along_and_the_next_one_starts(
    tmp_path: Path,
) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path / "engine"), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    next_one = Engine(options(tmp_path / "engine"), CLOCK)
    await next_one.start()  # whether the old one is dying or has died
    async with running(asyncio.ensure_future(next_one.run())), reading(next_one.base_url) as reader:
        await until(lambda: not alive(pid))
        async with asyncio.timeout(30):
            while not await reader.healthy():
                await asyncio.sleep(0.1)
    await next_one.stop()


async def test_without_a_program_we_say_what_is_missing(tmp_path: Path) -> None:
    engine = Engine(options(tmp_path, program="no-such-program"), CLOCK)
    with pytest.raises(Unavailable, match="not installed"):
        await engine.start()
    assert engine.pid is None


@needs_victoria
async def test_an_engine_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    with socket.socket() as blocker:
        blocker.bind(("127.0.0.1", 0))
        port = blocker.getsockname()[1]
        blocker.listen(0)
        engine = Engine(options(tmp_path / "engine", port=port), CLOCK)
        with pytest.raises(Unavailable, match="in use"):
            await engine.start()
    await engine.start()
    assert engine.base_url == f"http://127.0.0.1:{port}"
    await engine.stop()


@needs_victoria
async def test_an_expression_that_is_none_is_refused(engine: Engine) -> None:
    async with reading(engine.base_url) as reader:
        with pytest.raises(Invalid, match="sum"):
            await reader.query("sum(((", CLOCK.now())
        assert [p.value for p in await reader.query("vector(4)", CLOCK.now())] == [4.0]
        assert [p.value for p in await reader.query("4", CLOCK.now())] == [4.0]


async def test_an_engine_that_is_not_there_is_unavailable() -> None:
    async with reading(f"http://127.0.0.1:{free_port()}") as reader:
        assert not await reader.healthy()
        with pytest.raises(Unavailable):
            await reader.query("up", CLOCK.now())


@pytest.fixture
async def prometheus(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a real Prometheus that takes remote write and scrapes nothing."""
    settings = tmp_path / "prometheus.yml"
    settings.write_text("storage:\n  tsdb:\n    out_of_order_time_window: 0s\n")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={settings}",
        f"--storage.tsdb.path={tmp_path / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--log.level=error",
    )
    url = f"http://127.0.0.1:{port}"
    async with reading(url) as reader, asyncio.timeout(60):
        while not await reader.healthy():
            await asyncio.sleep(0.1)
    yield url
    process.terminate()
    await process.wait()


@needs_prometheus
async def test_prometheus_takes_the_same_bytes_and_refuses_only_what_is_too_old(
    tmp_path: Path, prometheus: str
) -> None:
    now = CLOCK.now()
    async with (
        sending(tmp_path, f"{prometheus}/api/v1/write", f"{prometheus}/metrics") as (
            spool,
            sender,
        ),
        reading(prometheus) as reader,
    ):
        total = await fill(spool, now, seconds=10)
        await until(lambda: sender.stats.sent_samples == total)
        await counted(reader, now, total)
        old = now - timedelta(hours=5)
        names = [Series.of("probe_success", n=str(n)) for n in range(3)]
        await spool.append([(old, [(name, 1.0) for name in names])])
        await spool.append([(now, [(name, 1.0) for name in names])])
        await until(lambda: sender.stats.sent_samples == total + 3)
        assert sender.stats.refused_samples == 3
        await counted(reader, now + timedelta(seconds=1), total + 3)
        await stale_is_gone_after(spool, sender, reader)


async def stale_is_gone_after(spool: Spool, sender: Sender, reader: SeriesReader) -> None:
    sender.stats.sent_samples = 0
    await stale_is_gone(spool, sender, reader)


async def test_a_folder_that_takes_nothing_is_said_and_ends_no_more_than_the_charts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine._PERIOD", 0.01)
    monkeypatch.setattr("storage.engine._WAITS", (0.01, 0.01))
    (tmp_path / "engine.log").mkdir()  # cannot be written, not even by root
    engine = Engine(options(tmp_path, program="/bin/sleep"), CLOCK)
    with pytest.raises(Unavailable):
        await engine.start()
    watching = asyncio.ensure_future(engine.run())
    async with running(watching):
        await until(lambda: engine.restarts > 2 or watching.done(), 10)
        assert not watching.done()
