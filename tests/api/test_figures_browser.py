"""Units' figures in a real browser: lists fit a phone, a laptop and a wall."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from core.clock import LOCAL
from tests.api.chromium import picture
from tests.api.test_browser import a_browser, pytestmark

__all__ = ["pytestmark"]
BTS = "Xã;Nhà mạng;Số trạm;2G;3G;4G;5G;Mất kết nối;Phủ sóng;Kỳ\n"


@pytest.mark.parametrize("size", ["phone", "laptop", "wall"])
async def test_a_list_is_sent_and_its_table_fits_the_screen(tmp_path: Path, size: str) -> None:
    async with a_browser(tmp_path, size) as (world, page, base, complaints):
        today = world.clock.now().astimezone(LOCAL).date()
        rows = [
            f"{unit};{operator};{12 + number};1;2;9;{number};{number};98%;{month}"
            for number, (unit, operator) in enumerate(
                (unit, operator)
                for unit in ("Xã Đăk Ơ", "Xã Phú Nghĩa")
                for operator in ("Viettel", "VNPT", "MobiFone")
            )
            for month in [f"{today:%m/%Y}" if number else "01/2026"]
        ]
        await page.goto(f"{base}/figures/bts")
        await expect(page.locator(".missing")).to_contain_text("Chưa có số liệu")
        sent = tmp_path / "Trạm BTS.csv"
        sent.write_text(BTS + "\n".join(rows), encoding="utf-8")
        await page.set_input_files("input[type=file]", sent)
        await page.click("main form button")
        await expect(page.locator("[role=status].calm")).to_contain_text("Đã nhập: 6 dòng mới")
        await expect(page.locator("table.declared tbody tr")).to_have_count(6)
        await expect(page.locator("table.declared .stale")).to_have_count(1)
        for path in ("/figures/bts", "/figures", "/units/dak-o"):
            await page.goto(f"{base}{path}")
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
            name = path.strip("/").replace("/", "-")
            await picture(page, tmp_path / f"{name}-{size}.png")
        assert complaints == []
