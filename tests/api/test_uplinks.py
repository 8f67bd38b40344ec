"""Suggestions on their page: with evidence, written only by a person, and once refused silent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.inventory import Changes, Device, Inventory, Link, Site
from core.labels import Series
from core.people import Role
from storage.series import SeriesReader
from tests.api.world import World, a_world
from tests.factories import FakeClock
from tests.grafana.engines import VICTORIA
from tests.storage.series_engines import an_engine

KEY = "links/kenh-xa?near_port=Gi0/1,far_port=ge-0/0/0"


@pytest.fixture
async def land(tmp_path: Path) -> AsyncIterator[World]:
    clock = FakeClock()
    seen = Series.of(
        "device_neighbour_info",
        (),
        instance="core",
        protocol="lldp",
        port="Gi0/1",
        neighbour="gw-xa",
        neighbour_port="ge-0/0/0",
    )
    samples = {seen: [(clock.now() - timedelta(minutes=m), 1.0) for m in (8, 4)]}
    async with (
        an_engine(VICTORIA, tmp_path, samples) as reader,
        a_world(tmp_path, clock, series=reader) as world,
    ):
        rows = Inventory(
            sites=(Site(slug="ubnd-xa", name="UBND xã", unit="dak-o"),),
            devices=(
                Device(slug="core", name="Lõi", site="center", kind="router", address="10.0.0.1"),
                Device(
                    slug="gw-xa", name="Cổng", site="ubnd-xa", kind="gateway", address="10.0.0.2"
                ),
            ),
            links=(Link(slug="kenh-xa", name="Kênh xã", near="core", far="gw-xa"),),
        )
        await world.ledger.inventory.apply(Changes(put=rows), "test", clock.now())
        yield world


async def _page(world: World, role: Role = Role.ADMIN) -> str:
    answer = await world.client.get("/uplinks", headers=await world.token(role))
    assert answer.status_code == 200, answer.text
    return answer.text


async def _post(world: World, action: str, key: str = KEY, role: Role = Role.ADMIN) -> int:
    headers = await world.token(role)
    answer = await world.client.post(f"/uplinks/{action}", data={"key": key}, headers=headers)
    return answer.status_code


async def test_a_suggestion_shows_its_evidence_and_writes_nothing_by_itself(land: World) -> None:
    page = await _page(land)
    assert "Cổng phía trung tâm: Gi0/1; Cổng phía xa: ge-0/0/0" in page
    assert "LLDP: core thấy gw-xa (ge-0/0/0) ở cổng Gi0/1" in page
    assert 'formaction="/uplinks/take"' in page
    assert 'formaction="/uplinks/take"' not in await _page(land, Role.VIEWER)
    assert await _post(land, "take", role=Role.OPERATOR) == 403
    [link] = (await land.ledger.inventory.load()).links
    assert link.near_port is None


async def test_taking_it_changes_the_inventory_with_audit(land: World) -> None:
    before = await land.ledger.inventory.version()
    assert await _post(land, "take") == 303
    [link] = (await land.ledger.inventory.load()).links
    assert (link.near_port, link.far_port) == ("Gi0/1", "ge-0/0/0")
    assert await land.ledger.inventory.version() == before + 1
    rows = await land.ledger.people.audit_rows(10)
    audited = {row.action: row for row in reversed(rows)}
    assert audited["suggestion.take"].subject == KEY
    assert "LLDP" in audited["suggestion.take"].detail
    assert audited["inventory.apply"].actor == "program-admin"
    assert "Không có đề xuất nào" in await _page(land)
    known = land.context.estate().targets[0]
    told = await land.client.get(
        f"/uplinks?taken={known.slug}", headers=await land.token(Role.ADMIN)
    )
    assert "Đã ghi vào danh mục" in told.text
    assert await _post(land, "take") == 404


async def test_what_is_refused_is_suggested_no_more_until_it_is_offered_again(land: World) -> None:
    assert await _post(land, "refuse") == 303
    page = await _page(land)
    assert "Không có đề xuất nào" in page
    assert "Đã không nhận" in page
    assert await _post(land, "offer") == 303
    assert 'formaction="/uplinks/take"' in await _page(land)
    assert await _post(land, "offer") == 404
    assert await _post(land, "take", "links/kenh-xa?near_port=made up") == 404


async def test_without_an_engine_the_page_says_so(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        assert "Chưa có máy chủ chuỗi thời gian" in await _page(world)
    (tmp_path / "away").mkdir()
    away = SeriesReader("http://127.0.0.1:9")
    async with a_world(tmp_path / "away", series=away) as world:
        assert "không trả lời" in await _page(world)
