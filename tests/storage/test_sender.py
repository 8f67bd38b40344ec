"""What an engine says decides: taken, later, never. Nothing is lost by asking again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import cramjam
import pytest
from aiohttp import web

from core.clock import SystemClock
from core.labels import Series
from storage.sender import Sender
from storage.spool import Spool
from tests.ports import free_port
from tests.storage.test_remote_write import AT, MS, Decoded, decoded

Rule = Callable[[Decoded], tuple[int, str]]


def takes_all(_: Decoded) -> tuple[int, str]:
    return 204, ""


@dataclass
class FakeEngine:
    """A real HTTP server that keeps what it takes and says what the test wants."""

    port: int
    rule: Rule = takes_all
    started: float | None = 100.0
    retry_after: str | None = None
    kept: list[tuple[int, str]] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def write(self, request: web.Request) -> web.Response:
        self.asked.append(asyncio.get_running_loop().time())
        self.headers.append(dict(request.headers))
        samples = decoded(bytes(cramjam.snappy.decompress_raw(await request.read())))
        status, text = self.rule(samples)
        if status == 204:
            self.kept += [(at, labels["n"]) for labels, rows in samples for at, _ in rows]
        extra = {"Retry-After": self.retry_after} if self.retry_after and status != 204 else {}
        return web.Response(status=status, text=text, headers=extra)

    async def metrics(self, _: web.Request) -> web.Response:
        line = "" if self.started is None else f"process_start_time_seconds {self.started}\n"
        return web.Response(text=f"# HELP x\nx 1\n{line}")

    async def serve(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/write", self.write)
        app.router.add_get("/metrics", self.metrics)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        return runner


@pytest.fixture
async def engine() -> AsyncIterator[FakeEngine]:
    fake = FakeEngine(free_port())
    runner = await fake.serve()
    yield fake
    await runner.cleanup()


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    opened = Spool(tmp_path / "spool.db", 1 << 30, SystemClock())
    yield opened
    await opened.aclose()


@pytest.fixture
async def sender(spool: Spool, engine: FakeEngine) -> AsyncIterator[Sender]:
    made = Sender(
        spool,
        f"{engine.url}/write",
        {"X-Scope-OrgID": "province"},
        SystemClock(),
        metrics_url=f"{engine.url}/metrics",
    )
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def keep(spool: Spool, *ages: float) -> list[tuple[int, str]]:
    """Spool one sample per age (seconds before AT); return what an engine would hold."""
    made = []
    for number, age in enumerate(ages):
        at = AT - timedelta(seconds=age)
        await spool.append([(at, [(Series.of("m", n=str(number)), 1.0)])])
        made.append((MS - round(age * 1000), str(number)))
    return made


async def waiting(spool: Spool) -> int:
    return (await spool.stats()).waiting_samples


async def test_samples_arrive_with_the_headers_of_the_specification(
    spool: Spool, engine: FakeEngine, sender: Sender
) -> None:
    made = await keep(spool, 3, 2, 1)
    await until(lambda: sender.stats.sent_samples == 3)
    assert engine.kept == made
    assert await waiting(spool) == 0
    head = engine.headers[0]
    assert head["Content-Encoding"] == "snappy"
    assert head["Content-Type"] == "application/x-protobuf"
    assert head["X-Prometheus-Remote-Write-Version"] == "0.1.0"
    assert head["X-Scope-OrgID"] == "province"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_an_engine_in_trouble_is_asked_again(
    spool: Spool, engine: FakeEngine, sender: Sender, status: int
) -> None:
    engine.rule = lambda _: (status, "not now")
    made = await keep(spool, 1)
    await until(lambda: sender.stats.failures >= 2)
    assert str(status) in (sender.stats.trouble or "")
    assert await waiting(spool) == 1
    engine.rule = takes_all
    await until(lambda: sender.stats.trouble is None)
    assert sender.stats.sent_samples == 1
    assert engine.kept == made
    assert sender.stats.refused_samples == 0


async def test_the_wait_that_an_engine_asks_for_is_honoured(
    spool: Spool, engine: FakeEngine, sender: Sender
) -> None:
    engine.rule, engine.retry_after = (lambda _: (429, "slow down")), "2"
    await keep(spool, 1)
    await until(lambda: len(engine.asked) >= 2)
    assert engine.asked[1] - engine.asked[0] >= 1.9


async def test_an_engine_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    fake = FakeEngine(free_port())
    spool = Spool(tmp_path / "spool.db", 1 << 30, SystemClock())
    sender = Sender(spool, f"{fake.url}/write", {}, SystemClock())
    made = await keep(spool, 2, 1)
    task = asyncio.create_task(sender.run())
    await until(lambda: sender.stats.failures >= 1)
    runner = await fake.serve()
    await until(lambda: sender.stats.sent_samples == 2)
    assert fake.kept == made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await runner.cleanup()
    await spool.aclose()


@pytest.mark.parametrize(
    ("status", "text"),
    [(500, "too old sample"), (400, "out of order sample"), (400, "out of bounds")],
)
async def test_what_is_too_old_is_dropped_and_the_fresh_ones_go_on(
    spool: Spool, engine: FakeEngine, sender: Sender, status: int, text: str
) -> None:
    limit = MS - 3_600_000

    def rule(samples: Decoded) -> tuple[int, str]:
        old = any(at < limit for _, rows in samples for at, _ in rows)
        return (status, f"store: {text}") if old else (204, "")

    engine.rule = rule
    made = await keep(spool, 9000, 8000, 7000, 30, 20, 10, 5, 4, 3, 2)
    await until(lambda: sender.stats.sent_samples == 7)
    await until(lambda: sender.stats.sent_at is not None)
    assert sorted(engine.kept) == sorted(made[3:])
    assert sender.stats.refused_samples == 3
    assert await waiting(spool) == 0


async def test_one_poisoned_sample_costs_itself_alone(
    spool: Spool, engine: FakeEngine, sender: Sender
) -> None:
    engine.rule = lambda samples: (
        (400, "label value too long") if any(s["n"] == "13" for s, _ in samples) else (204, "")
    )
    batch = [(Series.of("m", n=str(n)), 1.0) for n in range(100)]
    await spool.append([(AT, batch)])
    await until(lambda: sender.stats.sent_at is not None)
    assert {n for _, n in engine.kept} == {str(n) for n in range(100)} - {"13"}
    assert (sender.stats.sent_samples, sender.stats.refused_samples) == (99, 1)


async def test_an_engine_that_refuses_everything_does_not_stop_the_flow(
    spool: Spool, engine: FakeEngine, sender: Sender
) -> None:
    engine.rule = lambda _: (400, "no")
    await spool.append([(AT, [(Series.of("m", n=str(n)), 1.0) for n in range(1000)])])
    await until(lambda: sender.stats.sent_at is not None)
    assert sender.stats.refused_samples == 1000
    assert len(engine.asked) <= 300
    assert await waiting(spool) == 0


async def test_a_failure_while_sifting_loses_nothing(
    spool: Spool, engine: FakeEngine, sender: Sender
) -> None:
    answers = iter([(400, "no"), (204, ""), (503, "gone"), (503, "gone")])
    engine.rule = lambda _: next(answers, (204, ""))
    made = await keep(spool, 2, 1)
    await until(lambda: set(engine.kept) == set(made))
    await until(lambda: sender.stats.trouble is None)
    assert await waiting(spool) == 0


async def test_a_restarted_engine_gets_the_last_minute_again(
    spool: Spool, engine: FakeEngine, sender: Sender
) -> None:
    made = await keep(spool, 2, 1)
    await until(lambda: len(engine.kept) == 2)
    engine.kept.clear()
    engine.started = 200.0
    await until(lambda: len(engine.kept) == 2)
    assert engine.kept == made
    assert sender.stats.replayed_samples == 2


async def test_an_engine_that_does_not_say_when_it_started_is_believed(
    spool: Spool, engine: FakeEngine, sender: Sender
) -> None:
    engine.started = None
    await keep(spool, 1)
    await until(lambda: len(engine.kept) == 1)
    assert sender.stats.replayed_samples == 0
