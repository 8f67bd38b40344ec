"""The query path for a Grafana elsewhere, and charts, over a real engine."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from api.context import Web
from core.clock import SystemClock
from core.outcome import Outcome
from core.people import Role
from core.status import Status
from storage.engine import PROGRAMS, Engine, EngineOptions
from storage.series import SeriesReader
from tests.api.world import World, a_world, all_up, changed

pytestmark = pytest.mark.skipif(
    not any(shutil.which(program) for program in PROGRAMS), reason="no VictoriaMetrics"
)


@pytest.fixture
async def charted(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world with an hour of samples in a real engine."""
    clock = SystemClock()
    engine = Engine(EngineOptions(folder=tmp_path / "engine"), clock)
    await engine.start()
    reader = SeriesReader(engine.base_url)
    try:
        now = clock.now()
        rows = []
        for k in range(120):
            at = int((now - timedelta(seconds=30 * (120 - k))).timestamp() * 1000)
            rows += [
                f'probe_icmp_rtt_mean_seconds{{instance="gw-dak-o"}} 0.005 {at}',
                f'probe_loss_ratio{{instance="gw-dak-o"}} 0 {at}',
                f'ifHCInOctets{{instance="core-1",ifName="Gi0/1"}} {k * 30 * 125_000} {at}',
                f'ifHCOutOctets{{instance="core-1",ifName="Gi0/1"}} 0 {at}',
            ]
        async with aiohttp.ClientSession() as session:
            path = f"{engine.base_url}/api/v1/import/prometheus"
            async with session.post(path, data="\n".join(rows)) as answer:
                assert answer.status == 204
            async with session.get(f"{engine.base_url}/internal/force_flush") as answer:
                assert answer.status == 200  # asked for too early, a series stays unseen for 10 s
        async with asyncio.timeout(20):
            while not await reader.query("ifHCOutOctets", clock.now()):
                await asyncio.sleep(0.1)
        async with a_world(tmp_path, clock, Web(prometheus_limit=20_000), series=reader) as world:
            await world.commit(all_up(now - timedelta(hours=1)))
            yield world
    finally:
        await reader.aclose()
        await engine.stop()


async def test_traffic_is_told_in_bits_per_second_and_zero_is_not_absence(charted: World) -> None:
    headers = await charted.token(Role.VIEWER)
    path = "/api/v1/series/link-an-loc?hours=1"
    found = (await charted.client.get(path, headers=headers)).json()
    by_name = {curve["name"]: curve["points"] for curve in found["curves"]}
    assert [round(v / 1e6, 1) for _, v in by_name["to the centre"]][-3:] == [1.0, 1.0, 1.0]
    assert {value for _, value in by_name["from the centre"]} == {0.0}


async def test_charts_are_drawn_on_the_page(charted: World) -> None:
    headers = await charted.token(Role.VIEWER)
    page = (await charted.client.get("/targets/gw-dak-o?hours=1", headers=headers)).text
    assert page.count('class="chart"') == 2
    assert ">5 ms</b>" in page
    other = (await charted.client.get("/targets/gw-phu-nghia?hours=1", headers=headers)).text
    assert "Chưa có số liệu trong khoảng này." in other


async def test_what_does_not_answer_has_no_present_value(charted: World) -> None:
    headers = await charted.token(Role.VIEWER)
    now = charted.clock.now()
    await charted.commit(Outcome(transitions=[changed("gw-dak-o", Status.DOWN, now, "silence")]))
    page = (await charted.client.get("/targets/gw-dak-o", headers=headers)).text
    assert page.count(">—</b>") == 3
    assert ">5 ms</b>" not in page


async def test_a_grafana_asks_through_our_door(charted: World) -> None:
    headers = await charted.token(Role.VIEWER)
    base = "/prometheus/api/v1"
    query = {"query": 'probe_loss_ratio{instance="gw-dak-o"}'}
    asked = await charted.client.get(f"{base}/query", params=query, headers=headers)
    assert asked.json()["data"]["result"][0]["value"][1] == "0"
    posted = await charted.client.post(f"{base}/query", data=query, headers=headers)
    assert posted.json()["status"] == "success"
    names = await charted.client.get(f"{base}/label/__name__/values", headers=headers)
    assert "ifHCInOctets" in names.json()["data"]
    chosen = {"match[]": ["ifHCInOctets", "probe_loss_ratio"]}
    series = await charted.client.get(f"{base}/series", params=chosen, headers=headers)
    assert {one["__name__"] for one in series.json()["data"]} == set(chosen["match[]"])
    assert (await charted.client.get(f"{base}/labels", headers=headers)).status_code == 200


async def test_nothing_but_reading_passes_the_door(charted: World) -> None:
    headers = await charted.token(Role.VIEWER)
    for path in ("write", "import", "admin/tsdb/delete_series", "label/../query/values"):
        answer = await charted.client.post(f"/prometheus/api/v1/{path}", headers=headers)
        assert answer.status_code in {404, 405}, path
    bad = await charted.client.get("/prometheus/api/v1/label/a%2Fb/values", headers=headers)
    assert bad.status_code in {400, 404}
    assert (await charted.client.get("/prometheus/api/v1/query?query=1")).status_code == 401


async def test_an_answer_or_a_query_that_is_too_large_is_refused(charted: World) -> None:
    headers = await charted.token(Role.VIEWER)
    now = charted.clock.now().timestamp()
    expression = "probe_loss_ratio or ifHCInOctets or ifHCOutOctets"
    long = {"query": expression, "start": str(now - 3600), "end": str(now), "step": "1"}
    base = "/prometheus/api/v1/query_range"
    assert (await charted.client.get(base, params=long, headers=headers)).status_code == 413
    huge = {"query": "x" * 20_000}
    assert (await charted.client.post(base, data=huge, headers=headers)).status_code == 413


async def test_a_bad_expression_is_refused_by_the_engine_in_its_words(charted: World) -> None:
    headers = await charted.token(Role.VIEWER)
    answer = await charted.client.get("/prometheus/api/v1/query?query=rate(", headers=headers)
    assert answer.status_code >= 400
    assert answer.json()["status"] == "error"


async def test_a_silent_engine_is_told_on_the_page_and_harms_nothing(tmp_path: Path) -> None:
    reader = SeriesReader("http://127.0.0.1:9")
    try:
        async with a_world(tmp_path, series=reader) as world:
            headers = await world.token(Role.VIEWER)
            page = await world.client.get("/targets/gw-dak-o", headers=headers)
            assert page.status_code == 200
            assert "Máy chủ chuỗi thời gian không trả lời" in page.text
            answer = await world.client.get("/api/v1/series/gw-dak-o", headers=headers)
            assert answer.status_code == 503
    finally:
        await reader.aclose()
