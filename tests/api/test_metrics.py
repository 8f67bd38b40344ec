"""What other programs scrape."""

from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from api.context import Health, Web
from core.labels import Series
from core.people import Role
from core.reading import Reading
from core.text import Text
from tests.api.world import World, a_world
from tests.factories import DAWN


async def scraped(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, list[object]]:
    """Return the samples of /metrics by name."""
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: dict[str, list[object]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


async def test_one_page_holds_the_platform_and_the_fleet(world: World) -> None:
    reading = Reading("gw-1/icmp", "center", DAWN)
    reading.samples = [(Series.of("probe_success", instance="gw-1", job="thongsuot"), 1.0)]
    world.context.fleet.update([reading])
    headers = await world.token(Role.VIEWER)
    await world.client.get("/api/v1/targets/gw-dak-o", headers=headers)
    found = await scraped(world.client, headers)
    assert found["probe_success"][0].labels == {"instance": "gw-1", "job": "thongsuot"}  # type: ignore[attr-defined]
    routes = {sample.labels["route"] for sample in found["thongsuot_http_requests_total"]}  # type: ignore[attr-defined]
    assert "/api/v1/targets/{slug}" in routes, routes
    assert found["thongsuot_live_clients"][0].value == 0  # type: ignore[attr-defined]


async def test_a_scanner_cannot_blow_up_the_number_of_series(world: World) -> None:
    for n in range(50):
        await world.client.get(f"/nowhere/{n}")
        await world.client.request(f"ODD{n}", "/login")
    found = await scraped(world.client, await world.token(Role.VIEWER))
    assert len(found["thongsuot_http_requests_total"]) < 8


async def test_metrics_need_a_login_unless_the_settings_open_them(tmp_path: Path) -> None:
    for public, status in ((False, 401), (True, 200)):
        folder = tmp_path / str(public)
        folder.mkdir()
        async with a_world(folder, settings=Web(public_metrics=public)) as world:
            for path in ("/metrics", "/sd/prometheus"):
                assert (await world.client.get(path)).status_code == status
            assert (await world.client.get("/api/v1/units")).status_code == 401


async def test_service_discovery_lists_every_device(world: World) -> None:
    answer = await world.client.get("/sd/prometheus", headers=await world.token(Role.VIEWER))
    groups = answer.json()
    assert len(groups) == 12
    labels = next(g["labels"] for g in groups if g["labels"]["__meta_thongsuot_slug"] == "gw-dak-o")
    assert labels["__meta_thongsuot_unit_path"] == "dong-nai/dak-o"
    assert all(isinstance(value, str) for value in labels.values())


async def test_readiness_tells_the_troubles_to_who_is_known(tmp_path: Path) -> None:
    ill = Health(ready=False, troubles=(Text("không chạy kịp", "judging does not keep up"),))
    async with a_world(tmp_path, health=lambda: ill) as world:
        passing = await world.client.get("/readyz")
        assert (passing.status_code, passing.json()["troubles"]) == (503, [])
        answer = await world.client.get("/readyz", headers=await world.token(Role.VIEWER))
        assert answer.status_code == 503
        assert answer.json()["troubles"] == ["judging does not keep up"]
        assert (await world.client.get("/healthz")).status_code == 200
