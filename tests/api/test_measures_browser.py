"""The form of a template in a real browser: filled in, tried without losing anything, kept."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from core.labels import Series
from core.people import Role
from core.reading import Reading
from tests.api.chromium import picture
from tests.api.measuring import SECRET, measuring
from tests.api.served import served
from tests.api.test_browser import logged_in, pytestmark

__all__ = ["pytestmark"]


async def wide(page: Page) -> int:
    """Return how many pixels the page is wider than the screen."""
    return int(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("size", ["phone", "laptop", "wall"])
async def test_a_template_is_chosen_filled_in_tried_and_kept(tmp_path: Path, size: str) -> None:
    async with measuring(tmp_path) as (world, watched, site), served(world) as base:
        await world.add_user("quan", Role.ADMIN, "Quản Trị")
        async with logged_in(world, base, size, "quan") as (page, complaints):
            await page.goto(f"{base}/measures")
            await page.get_by_role("link", name="Chọn một mẫu và điền vào").click()
            assert await wide(page) <= 0
            await picture(page, tmp_path / f"templates-{size}.png")
            await page.get_by_role("link", name="Trang, cổng thông tin điện tử").click()
            await page.fill('[name="target"]', "cong")
            await page.fill('[name="params.url"]', site.url)
            await page.fill('[name="params.keyword"]', "Đồng Nai")
            await page.get_by_role("button", name="Thử ngay").click()
            await expect(page.locator("[data-tried]")).to_contain_text("Đo được")
            assert await wide(page) <= 0
            await picture(page, tmp_path / f"tried-{size}.png")
            await page.get_by_role("button", name="Lưu").click()
            await expect(page.locator("#cong-web-portal")).to_contain_text("chưa đo")
            await watched.compile(world)
            took = [(Series.of("probe_duration_seconds"), 0.25)]
            age = [(Series.of("probe_http_content_age_seconds"), 7200.0)]
            now = world.clock.now()
            world.context.fleet.update([Reading("cong/cong-web-portal", "center", now, took + age)])
            await page.reload()
            await expect(page.locator("#cong-web-portal")).to_contain_text("hoạt động")
            assert await wide(page) <= 0
            await picture(page, tmp_path / f"measures-{size}.png")
            assert complaints == []


async def test_a_try_keeps_the_password_that_was_typed_and_a_refusal_says_where(
    tmp_path: Path,
) -> None:
    async with measuring(tmp_path) as (world, _, site), served(world) as base:
        await world.add_user("quan", Role.ADMIN, "Quản Trị")
        async with logged_in(world, base, "phone", "quan") as (page, _):
            await page.goto(f"{base}/measures/new/document-management?target=cong")
            await page.fill('[name="params.url"]', site.url)
            await page.fill('[name="params.send_to"]', "vanban")
            await page.fill('[name="params.welcome"]', "Văn bản đến")
            await page.fill('[name="secret_text"]', SECRET)
            await page.get_by_role("button", name="Thử ngay").click()
            wrong = page.locator('[id="wrong-params.send_to"]')
            await expect(wrong).to_contain_text("“vanban” không dùng được")
            await picture(page, tmp_path / "wrong-phone.png")
            await expect(page.locator('[name="params.send_to"]')).to_be_focused()
            await expect(page.locator('[name="secret_text"]')).to_have_value(SECRET)
            await page.fill('[name="params.send_to"]', site.url)
            await page.get_by_role("button", name="Thử ngay").click()
            await expect(page.locator("[data-tried] article")).to_have_count(1)
            await expect(page.locator('[name="secret_text"]')).to_have_value(SECRET)
            await expect(wrong).to_have_count(0)
            await page.fill('[name="params.send_to"]', "lại sai")
            await page.get_by_role("button", name="Lưu").click()
            await expect(page.locator('[name="params.send_to"]')).to_be_focused()
            await expect(page.locator('[name="params.send_to"]')).to_have_value("lại sai")
            await expect(page.locator('[name="secret_text"]')).to_have_value("")
