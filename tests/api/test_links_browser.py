"""The pages of lines in a real browser: nothing scrolls sideways, nothing is complained of."""

from pathlib import Path

import pytest

from storage.optics import Light
from tests.api.test_browser import SIZES, a_browser, pytestmark
from tests.api.test_links import QUALITY, a_week

__all__ = ["pytestmark"]
WEAK = Light("core-1", "GigabitEthernet0/0/3 Lane 1 Rx Power", "Gi0/3", "rx", -17.4, -1.2)


@pytest.mark.parametrize("size", list(SIZES))
async def test_pages_of_lines_fit_every_screen(tmp_path: Path, size: str) -> None:
    async with a_browser(
        tmp_path,
        size,
        line_use=a_week,
        line_quality=lambda: QUALITY,
        fading=lambda: [WEAK],
    ) as (_, page, base, complaints):
        for path in ("/links", "/targets/link-dak-o", "/targets/core-1/ports", "/uplinks"):
            await page.goto(base + path)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
        assert complaints == []
