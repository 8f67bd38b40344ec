"""The page of meeting room PCs in a real browser: it fits every screen, and a key can be copied."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.meeting import Beat
from core.people import Role
from tests.api.serving import serving
from tests.api.test_browser import a_browser, pytestmark
from tests.api.world import PASSWORD, World

__all__ = ["pytestmark"]  # runs where a browser is


async def heard(world: World) -> None:
    now = world.clock.now()
    await world.ledger.room_keys.make("phong-dak-o", "ha", now)
    beat = Beat(
        room="phong-dak-o",
        at=now,
        client=True,
        camera=True,
        microphone=False,
        speaker=True,
        loss=0.0,
        round_trip=0.0042,
        clock_offset=1.5,
        by="pc",
    )
    await world.ledger.room_keys.hear(beat, int(now.timestamp() * 1000))


@pytest.mark.parametrize("size", ["phone", "laptop"])
async def test_a_key_is_made_and_the_page_fits(tmp_path: Path, size: str) -> None:
    known = serving()
    async with a_browser(tmp_path, size, estate=lambda: known) as (world, page, base, bad):
        await world.add_user("quan-tri", Role.ADMIN, "Trần Văn Quản")
        await heard(world)
        await page.context.clear_cookies()
        await page.goto(f"{base}/login?next=/rooms")
        await page.fill("#name", "quan-tri")
        await page.fill("#password", PASSWORD)
        await page.click("button.big")
        row = page.locator("#phong-dak-o")
        await expect(row).to_contain_text("đang báo về")
        await expect(row).to_contain_text("không thấy micrô")
        await row.get_by_role("button", name="Cấp khoá mới").click()
        made = page.locator("#made")
        await expect(made).to_have_value(re.compile(r"slug = phong-dak-o\nkey = tsr_"))
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        assert bad == []
