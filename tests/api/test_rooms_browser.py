"""The page of meeting room PCs in a real browser: it fits every screen, and a key can be copied."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.meeting import Beat
from core.outcome import Event
from core.people import Role
from tests.api.serving import serving
from tests.api.test_browser import a_browser, pytestmark
from tests.api.world import PASSWORD, World

__all__ = ["pytestmark"]  # runs where a browser is


async def heard(world: World) -> list[Event]:
    now = world.clock.now()
    beat = Beat(
        room="phong-dak-o",
        at=now,
        client=True,
        camera=True,
        microphone=False,
        speaker=True,
        way_loss=0.0,
        round_trip=0.0042,
        clock_offset=1.5,
        by="pc",
    )
    return await world.ledger.room_keys.hear(beat, int(now.timestamp() * 1000))


@pytest.mark.parametrize("size", ["phone", "laptop"])
async def test_a_key_is_made_and_the_page_fits(tmp_path: Path, size: str) -> None:
    known = serving()
    async with a_browser(tmp_path, size, estate=lambda: known) as (world, page, base, bad):
        await world.add_user("quan-tri", Role.ADMIN, "Trần Văn Quản")
        await world.ledger.room_keys.make("phong-dak-o", "ha", world.clock.now())
        await heard(world)
        await page.context.clear_cookies()
        await page.goto(f"{base}/login?next=/rooms")
        await page.fill("#name", "quan-tri")
        await page.fill("#password", PASSWORD)
        await page.click("button.big")
        row = page.locator("#phong-dak-o")
        await expect(row).to_contain_text("đang báo về")
        await expect(row).to_contain_text("không thấy micrô")
        await row.get_by_text("Cấp khoá mới", exact=True).click()
        await expect(row).to_contain_text("Khoá đang dùng hết hiệu lực ngay")
        await row.get_by_role("button", name="Cấp khoá mới cho").click()
        made = page.locator("#made")
        await expect(made).to_have_value(re.compile(r"slug = phong-dak-o\nkey = tsr_"))
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        await page.get_by_role("link", name="EN").click()
        await expect(page).to_have_url(f"{base}/rooms")
        await page.goto(f"{base}/rooms/phong-dak-o/key")
        await expect(page).to_have_url(f"{base}/rooms")
        assert bad == []


async def test_a_pc_that_begins_to_speak_shows_by_itself(tmp_path: Path) -> None:
    known = serving()
    async with a_browser(tmp_path, "laptop", estate=lambda: known) as (world, page, base, bad):
        await world.ledger.room_keys.make("phong-dak-o", "ha", world.clock.now())
        await page.goto(f"{base}/rooms")
        row = page.locator("#phong-dak-o")
        await expect(row).to_contain_text("chưa báo lần nào")
        await page.evaluate("window.stays = true")
        world.context.live.publish(await heard(world))
        await expect(row).to_contain_text("đang báo về", timeout=10_000)
        assert await page.evaluate("window.stays")
        assert bad == []
