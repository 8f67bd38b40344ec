"""The rota in a real browser: it fits a phone and a laptop, and a swap is two taps."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.clock import LOCAL
from core.inventory import Changes, Inventory, Rota, Shift
from tests.api.chromium import picture
from tests.api.test_browser import a_browser, pytestmark
from tests.api.test_rota import PEOPLE, by_turns
from tests.api.world import World

__all__ = ["pytestmark"]


async def with_a_month(world: World, today: date) -> None:
    """Keep a rota of two people with a hole and an overlap in the coming days."""
    rules = (
        by_turns(start=today - timedelta(days=40), valid_to=today + timedelta(days=12)),
        by_turns(
            slug="du-phong",
            people=("binh", "an"),
            role="secondary",
            turn="week",
            start=today - timedelta(days=40),
        ),
    )
    shifts = tuple(
        Shift.model_validate(
            {"rota": "cntt", "on": today + timedelta(days=4), "contact": who, "begin": begin}
        )
        for who, begin in (("an", "07:30"), ("binh", "17:00"))
    )
    rota = Rota(slug="cntt", name="Trực kỹ thuật CNTT")
    rows = Inventory(contacts=PEOPLE, rotas=(rota,), rota_rules=rules, shifts=shifts)
    await world.ledger.inventory.apply(Changes(put=rows), "test", world.clock.now())


@pytest.mark.parametrize("size", ["phone", "laptop"])
async def test_the_rota_fits_the_screen_and_a_swap_shows_at_once(tmp_path: Path, size: str) -> None:
    async with a_browser(tmp_path, size) as (world, page, base, complaints):
        now = world.clock.now()
        await with_a_month(world, now.astimezone(LOCAL).date())
        await page.goto(f"{base}/rota")
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        await expect(page.locator(".duty .today")).to_have_count(1)
        await expect(page.locator(".holes .i").first).to_be_visible()
        begin, end = (
            (now.astimezone(LOCAL) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
            for hours in (-1, 3)
        )
        await page.select_option("select[name=contact]", "binh")
        await page.fill("input[name=begin]", begin)
        await page.fill("input[name=end]", end)
        await page.fill("input[name=reason]", "An họp đột xuất")
        await page.click("#swaps button:not(.plain)")
        await expect(page.locator(".onduty .person b").first).to_have_text("Trần Thị Bình")
        await page.fill("textarea[name=text]", "Đường VNPT chập chờn từ 22h")
        await page.click("#hand-over button")
        await expect(page.locator(".handed li")).to_have_count(1)
        await picture(page, tmp_path / f"rota-{size}.png")
        assert complaints == []
