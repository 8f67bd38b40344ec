"""The page of digital certificates in a real browser: it fits a phone and a laptop."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from core.clock import LOCAL
from core.inventory import Certificate, Changes, Contact, Inventory
from tests.api.chromium import picture
from tests.api.test_browser import a_browser, pytestmark

__all__ = ["pytestmark"]


@pytest.mark.parametrize("size", ["phone", "laptop"])
async def test_the_ends_of_certificates_fit_the_screen(tmp_path: Path, size: str) -> None:
    async with a_browser(tmp_path, size) as (world, page, base, complaints):
        today = world.clock.now().astimezone(LOCAL).date()
        rows = tuple(
            Certificate(
                slug=f"cts-{number}",
                name=f"Nguyễn Văn Dài Tên Thứ {number}",
                serial="54:01:11:01:9a:2b:3c:4d:5e:6f:70:81:92:a3:b4:c5",
                issuer="Cơ quan chứng thực số chuyên dùng Chính phủ",
                ends=today + timedelta(days=left),
                contact="an" if number % 2 else None,
                note="USB token số 12, tủ số 3",
            )
            for number, left in enumerate((-12, 0, 6, 29, 59, 90, 200), 1)
        )
        put = Inventory(contacts=(Contact(slug="an", name="Nguyễn Văn An"),), certificates=rows)
        await world.ledger.inventory.apply(Changes(put=put), "test", world.clock.now())
        await page.goto(f"{base}/certificates")
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        await expect(page.locator(".st-down")).not_to_have_count(0)
        await expect(page.locator("section").first.locator("li")).to_have_count(5)
        await picture(page, tmp_path / f"certificates-{size}.png")
        assert complaints == []
