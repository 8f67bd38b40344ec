"""Trying a rule in a real browser: one press, told while it runs, and it fits every screen."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from alerts.rules import Firing, Tried
from api.context import TryRule
from inventory.template import BEGINNING
from tests.api.chromium import picture
from tests.api.test_browser import a_browser, pytestmark
from tests.api.test_rules import SLOW
from tests.api.world import estate

__all__ = ["pytestmark"]
LONG = "probe_icmp_rtt_mean_seconds{instance=gw-%s,job=thongsuot,site=ubnd-%s}"


def held_up(go_on: asyncio.Event) -> TryRule:
    """Return what tries rules, as slowly as it is let go on."""

    async def tried(
        rule: str, begin: datetime, end: datetime, told: Callable[[float], None]
    ) -> Tried:
        told(0.4)
        await go_on.wait()
        found = [
            Firing(
                LONG % (slug, slug),
                f"gw-{slug}",
                end - n * timedelta(hours=7),
                end - n * timedelta(hours=7) + timedelta(minutes=3),
                None if n == 1 else end - n * timedelta(hours=7) + timedelta(minutes=5 * n),
            )
            for n, slug in enumerate(("dak-o", "phu-nghia", "ba-gia-map") * 5, 1)
        ]
        return Tried(SLOW, begin, end, 14, tuple(reversed(found)), tuple(found[:2]))

    return tried


@pytest.mark.parametrize("size", ["phone", "laptop", "wall"])
async def test_a_rule_is_tried_by_one_press_and_told_while_it_runs(
    tmp_path: Path, size: str
) -> None:
    go_on = asyncio.Event()
    known = estate().model_copy(update={"rules": (*BEGINNING.rules, SLOW)})
    changes = {"estate": lambda: known, "try_rule": held_up(go_on)}
    async with a_browser(tmp_path, size, **changes) as (_, page, base, complaints):
        await page.goto(f"{base}/rules")
        await picture(page, tmp_path / f"rules-{size}.png")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        await page.click("[data-slug=do-tre] form button")
        await expect(page.locator("[data-part=running]")).to_contain_text("40 %")
        await picture(page, tmp_path / f"running-{size}.png")
        go_on.set()
        await expect(page.locator("[data-part=found] h2")).to_have_text(
            "Sẽ báo 15 lần trong 30 ngày qua"
        )
        await expect(page.locator("[data-part=found] li")).to_have_count(15)
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        await picture(page, tmp_path / f"trial-{size}.png")
        assert complaints == []
