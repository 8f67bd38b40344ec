"""A meeting in a real browser: a cut room turns red by itself, and every screen holds it."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.meeting import Meeting, Wanted
from tests.api.serving import serving
from tests.api.test_browser import a_browser, pytestmark
from tests.api.world import World, hub_cut

__all__ = ["pytestmark"]  # runs where a browser is
ROOMS = ("phong-dong-xoai", "phong-dak-o", "ubnd-phu-nghia", "ubnd-ba-gia-map", "hub-an-loc")


async def met(world: World, ahead: timedelta) -> Meeting:
    begin = world.clock.now() + ahead
    wanted = Wanted(
        title="Giao ban trực tuyến tháng 11",
        begin=begin,
        end=begin + timedelta(hours=2),
        rooms=ROOMS,
        officer="lan",
        chair="Bộ Khoa học và Công nghệ",
        bridge="mcu-1",
    )
    return (await world.ledger.meetings.add(wanted, "ha", world.clock.now()))[0]


async def test_a_cut_room_turns_red_by_itself(tmp_path: Path) -> None:
    known = serving()
    async with a_browser(tmp_path, "laptop", estate=lambda: known) as (world, page, base, bad):
        meeting = await met(world, timedelta(minutes=14))
        await page.goto(f"{base}/meetings/{meeting.id}")
        room = page.locator("#phong-dak-o")
        await expect(room).not_to_have_attribute("data-status", "down")
        await page.evaluate("window.stays = true")
        await world.commit(hub_cut(world.clock.now()))
        await expect(room).to_have_attribute("data-status", "down", timeout=10_000)
        await expect(page.locator(".rooms li").first).to_contain_text("chưa sẵn sàng")
        assert await page.evaluate("window.stays")
        assert bad == []


@pytest.mark.parametrize("size", ["phone", "wall"])
async def test_meetings_fit_every_screen(tmp_path: Path, size: str) -> None:
    known = serving()
    async with a_browser(tmp_path, size, estate=lambda: known) as (world, page, base, bad):
        meeting = await met(world, timedelta(minutes=-20))
        await world.commit(hub_cut(world.clock.now()))
        token = await world.ledger.meetings.room_link(meeting.id, "phong-dak-o", world.clock.now())
        for path in (
            "/meetings",
            f"/meetings/{meeting.id}",
            f"/meetings/{meeting.id}?wall",
            f"/meetings/{meeting.id}/annex",
            f"/m/{token}",
            "/targets/phong-dak-o",
        ):
            await page.goto(base + path)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
        assert bad == []
