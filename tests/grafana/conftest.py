"""The boards as committed, and both engines filled by the lab, once for all tests."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.context import Web
from core.clock import SystemClock
from core.people import Role
from storage.series import SeriesReader
from tests.api.world import a_world
from tests.grafana import engines
from tests.grafana.filled import Captured, captured
from tests.grafana.verifier import Ask
from tests.project.tree import ROOT

FILES = sorted((ROOT / "grafana/boards").glob("*/*.json"))


def board(file: Path) -> dict[str, Any]:
    """Return a committed board."""
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document


class Engines:
    """Both engines, alive in a loop of their own thread while the tests of this folder run."""

    def __init__(self, folder: Path) -> None:
        self.addresses: dict[str, str] = {}
        self.samples = Captured({}, {})
        self.end = SystemClock().now().replace(microsecond=0)
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._stack = AsyncExitStack()

    def start(self) -> None:
        """Start, and fill each with what the hub writes over the lab."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(200)

    async def _start(self) -> None:
        self.samples = await captured()
        self.end = SystemClock().now().replace(microsecond=0)
        for name in (engines.PROMETHEUS, engines.VICTORIA):
            base = await self._stack.enter_async_context(engines.engine(name, self._folder / name))
            await engines.fill(base, name, self.samples, self.end)
            self.addresses[name] = base

    def stop(self) -> None:
        """End both and the thread."""
        asyncio.run_coroutine_threadsafe(self._stack.aclose(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="session")
def filled_engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """A Prometheus and a VictoriaMetrics with 24 minutes of a province in them."""
    lacking = engines.missing()
    if lacking:
        pytest.skip(f"not installed: {', '.join(lacking)}")
    both = Engines(tmp_path_factory.mktemp("engines"))
    both.start()
    yield both
    both.stop()


@asynccontextmanager
async def door(base: str, folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, str]]]:
    """Yield a client of our own query path over an engine, and the headers of a token."""
    reader = SeriesReader(base)
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    try:
        async with a_world(folder, SystemClock(), Web(), series=reader) as world:
            yield world.client, await world.token(Role.VIEWER)
    finally:
        await reader.aclose()


@asynccontextmanager
async def asking(base: str, folder: Path) -> AsyncIterator[Ask]:
    """Yield a way to ask one engine through our own door, as a Grafana does."""
    async with door(base, folder) as (client, headers):

        async def asked(method: str, path: str, params: Any) -> dict[str, Any]:
            url = f"/prometheus/api/v1/{path}"
            if method == "GET":
                answer = await client.get(url, params=params, headers=headers)
            else:
                answer = await client.post(url, data=dict(params), headers=headers)
            document: dict[str, Any] = answer.json()
            return document

        yield asked


@pytest.fixture(params=[engines.PROMETHEUS, engines.VICTORIA])
async def ask(
    request: pytest.FixtureRequest, filled_engines: Engines, tmp_path: Path
) -> AsyncIterator[Ask]:
    """Ask one engine, then the other."""
    async with asking(filled_engines.addresses[request.param], tmp_path / "door") as asked:
        yield asked


def span(both: Engines) -> tuple[datetime, datetime]:
    """Return the time that the engines know."""
    from tests.grafana.filled import STEP, STEPS

    return both.end - STEP * (STEPS - 4), both.end
