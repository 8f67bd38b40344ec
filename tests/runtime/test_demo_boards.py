"""In the demo every panel shows something: what people are shown first is what they judge by."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from core.clock import SystemClock
from lab.network import Kind
from runtime.demo import Wish, open_demo
from storage.series import SeriesReader
from tests.grafana import engines
from tests.grafana.conftest import board
from tests.grafana.verifier import Reading
from tests.lab.probes import namespaces_refused
from tests.ports import free_port
from tests.project.tree import ROOT

BOARDS = ("network", "links", "servers", "services", "power")
SPAN = timedelta(minutes=5)
ROUNDS, PAUSE = 40, 8  # the slowest of what is looked at comes every four minutes
# What no demo of minutes can show, and why.
WITHOUT_LIFE = {"network: Suy hao tăng": "a line is laid through a week of measurements at least"}


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[SeriesReader]:
    """Run the demo as people do, with its script of faults; give its engine."""
    wish = Wish(listen=f"127.0.0.1:{free_port()}", socket=folder / "lab.sock", network=Kind.FLAT)
    async with open_demo(wish, SystemClock(), lambda _text: None) as demo:
        stop = asyncio.Event()
        going = asyncio.create_task(demo.run(stop))
        try:
            assert demo.hub.series.reader is not None
            yield demo.hub.series.reader
        finally:
            stop.set()
            await going


async def lifeless(reader: SeriesReader) -> set[str]:
    """Return the panels of which no query finds anything now, as `board: title`."""

    async def ask(method: str, path: str, form: Sequence[tuple[str, str]]) -> Any:
        way: Literal["GET", "POST"] = "GET" if method == "GET" else "POST"
        answer = await reader.forward(f"/api/v1/{path}", dict(form), method=way)
        return json.loads(answer.body)

    end = SystemClock().now()
    found = set()
    for name in BOARDS:
        reading = Reading(ask, end - SPAN, end, may_be_empty=True)
        document = board(ROOT / f"grafana/boards/vi/{name}.json")
        found |= {f"{name}: {problem}" for problem in await reading.look(document)}
        for panel in document["panels"]:
            asked = [f"{panel['title']}/{target['refId']}" for target in panel["targets"]]
            if not any(reading.series.get(one) for one in asked):
                found.add(f"{name}: {panel['title']}")
    return found


@pytest.mark.lab
@pytest.mark.timeout(600)
@pytest.mark.skipif(bool(namespaces_refused()), reason="no network namespaces")
@pytest.mark.skipif(engines.VICTORIA in engines.missing(), reason="no VictoriaMetrics")
async def test_every_panel_has_life_in_the_demo(tmp_path: Path) -> None:
    async with running(tmp_path) as reader:
        for _ in range(ROUNDS):
            await asyncio.sleep(PAUSE)
            empty = await lifeless(reader)
            if empty <= WITHOUT_LIFE.keys():
                break
        assert empty == WITHOUT_LIFE.keys()
