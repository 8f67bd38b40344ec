"""The report's page in a real browser: it fits every screen, breaks no policy, saves files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from api.context import Web
from core.clock import SystemClock
from core.people import Role
from reports.render.document import page as whole_file
from reports.render.letterhead import Letterhead
from reports.report import Report
from reports.request import UptimeRequest
from tests.api.chromium import a_screen, in_the_browser, picture
from tests.api.served import served
from tests.api.test_browser import SIZES
from tests.api.world import PASSWORD, a_world
from tests.reports.builders import KNOWN, a_province, strange

ASKED = "/reports?about=unit:{}&every=month&on=2026-10-31"
pytestmark = in_the_browser


async def build(request: UptimeRequest) -> Report:
    report = strange() if request.key == "an-loc" else a_province(20)
    return replace(report, as_known_at=request.as_known_at or KNOWN)


@asynccontextmanager
async def a_reader(folder: Path, size: str) -> AsyncIterator[tuple[Page, str, list[str]]]:
    """Yield a logged-in page, the base address and what the console complained of."""
    width, height = SIZES[size]
    said: list[str] = []
    world_of = a_world(folder, SystemClock(), Web(), build_report=build)
    async with world_of as world, served(world) as base, a_screen(width, height) as screen:
        await world.add_user("ha", Role.VIEWER, "Lê Thu Hà")
        page = await screen.new_page()
        page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        await page.goto(f"{base}/login")
        await page.fill("#name", "ha")
        await page.fill("#password", PASSWORD)
        await page.click("button.big")
        await expect(page.locator("h1")).to_have_text("Bảng theo dõi")
        try:
            yield page, base, said
        finally:
            world.context.live.close()


@pytest.mark.parametrize("size", list(SIZES))
async def test_the_report_fits_the_screen_and_breaks_no_policy(tmp_path: Path, size: str) -> None:
    async with a_reader(tmp_path, size) as (page, base, complaints):
        for unit in ("dong-nai", "an-loc"):
            await page.goto(base + ASKED.format(unit))
            await expect(page.locator("article.report h1")).to_have_text("Báo cáo")
            await picture(page, tmp_path / f"{unit}.png")
            wide, seen = await page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert wide <= seen, "nothing but wide tables scrolls sideways"
            assert await page.locator("svg.t").first.bounding_box()
        assert complaints == []


async def test_a_file_is_saved_without_leaving_the_page(tmp_path: Path) -> None:
    async with a_reader(tmp_path, "laptop") as (page, base, complaints):
        await page.goto(f"{base}/reports")
        await page.select_option("select[name=about]", "unit:dong-nai")
        await page.fill("input[name=on]", "2026-10-15")
        await page.click("main form button")
        await expect(page.locator("article.report")).to_be_visible()
        async with page.expect_download() as waiting:
            await page.locator("[data-save]", has_text="Tiếng Việt").nth(1).click()
        file = await waiting.value
        assert file.suggested_filename == "uptime-75-month-2026-10-01.vi.xlsx"
        await expect(page.locator("[data-working]")).to_be_hidden()
        assert complaints == []


async def test_the_html_file_stands_alone_on_a_phone(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(whole_file(a_province(5), Letterhead(), "en"))
    async with a_screen(360, 740) as screen:
        page = await screen.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(file.as_uri())
        await picture(page, tmp_path / "file.png")
        assert asked == [file.as_uri()]
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
