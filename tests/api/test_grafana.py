"""The page that connects a Grafana."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

from api.context import Web
from api.grafana import board_of
from core.people import Role
from core.watching import Target, TargetKind
from inventory.tables import KINDS
from runtime.boards import GrafanaSite, board_titles, grafana_files
from tests.api.world import HUB, World, a_world
from tests.project.tree import ROOT


async def test_it_tells_an_administrator_the_address_and_that_nobody_has_seen_it(
    world: World,
) -> None:
    headers = await world.token(Role.ADMIN)
    page = (await world.client.get("/grafana", headers=headers)).text
    assert f"{world.context.settings.base_url}/prometheus" in page
    assert "Chưa xem trong Grafana thật" in page
    assert "thongsuot token create grafana" in page
    english = await world.client.get("/grafana", headers={**headers, "cookie": "thongsuot_lang=en"})
    assert "Not yet seen in a running Grafana" in english.text
    assert not re.search(r"[ăđơư]", english.text.split("<main")[1].replace("Thông Suốt", ""))


async def test_the_archive_is_made_for_our_address(tmp_path: Path) -> None:
    asked: list[str] = []

    def boards(url: str) -> bytes:
        asked.append(url)
        return b"PK"

    async with a_world(tmp_path) as world:
        headers = await world.token(Role.ADMIN)
        missing = await world.client.get("/grafana/thongsuot-grafana.zip", headers=headers)
        assert missing.status_code == 404
        world.app.state.context = replace(world.context, boards=boards)
        found = await world.client.get("/grafana/thongsuot-grafana.zip", headers=headers)
        assert found.content == b"PK"
        assert found.headers["content-type"] == "application/zip"
    assert asked == [world.context.settings.base_url]


async def test_pages_of_targets_lead_to_their_board_where_a_grafana_is_known(
    tmp_path: Path,
) -> None:
    settings = Web(base_url="http://thongsuot.test", grafana="https://bang.example.vn/")
    async with a_world(tmp_path, settings=settings) as world:
        headers = await world.token(Role.VIEWER)
        leads = {}
        for slug in ("core-1", "mcu-1", "vc-an-loc", "link-an-loc", HUB):
            text = (await world.client.get(f"/targets/{slug}", headers=headers)).text
            leads[slug] = re.findall(r'href="https://bang.example.vn/d/([^"]+)"', text)
    assert leads == {
        "core-1": ["thongsuot-network-vi?var-unit=binh-phuoc"],
        "mcu-1": ["thongsuot-bridges-vi?var-unit=binh-phuoc"],
        "vc-an-loc": ["thongsuot-rooms-vi?var-unit=an-loc"],
        "link-an-loc": ["thongsuot-links-vi?var-unit=an-loc"],
        HUB: [f"thongsuot-site-vi?var-site={HUB}"],
    }


async def test_no_page_leads_to_a_grafana_that_nobody_has_named(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    text = (await world.client.get("/targets/core-1", headers=headers)).text
    assert "Bảng Grafana" not in text


def test_every_kind_of_target_has_a_board_that_is_there() -> None:
    there = {file.stem for file in (ROOT / "grafana/boards/vi").glob("*.json")}
    named = set()
    for kind in TargetKind:
        for role in KINDS:
            target = Target(slug="a", kind=kind, name="A", role=role)
            named |= {board_of(target), board_of(target, {"modbus"})}
    assert named <= there
    assert {"servers", "services", "power"} <= named


async def test_it_names_every_board_that_is_handed_out(tmp_path: Path) -> None:
    async with a_world(tmp_path, board_titles=board_titles) as world:
        headers = await world.token(Role.ADMIN)
        page = (await world.client.get("/grafana", headers=headers)).text
        english = await world.client.get(
            "/grafana", headers={**headers, "cookie": "thongsuot_lang=en"}
        )
    handed_out = {one.slug for one in board_titles("vi")}
    files = grafana_files(GrafanaSite("http://127.0.0.1:8080"))
    assert handed_out == {Path(f).stem for f in files if "boards/vi/" in f}
    told = {page: board_titles("vi"), english.text: board_titles("en")}
    for text, boards in told.items():
        for one in boards:
            assert f"<b>{one.title}</b> <span>{one.question}</span>" in unescape(text)
            assert one.question.endswith("?")
