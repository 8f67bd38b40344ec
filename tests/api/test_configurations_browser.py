"""What differs between two configurations reads well on a phone; nothing runs over its edge."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from collectors._cli.paper import paper
from collectors._cli.platform import IOS
from core.configuration import Kept
from storage.ledger import open_ledger
from storage.vault import Vault
from tests.api.test_browser import SIZES, a_browser, pytestmark  # noqa: F401  (marks this module)
from tests.api.test_configurations import watched
from tests.collectors.configurations import ios, ios_startup


@pytest.mark.parametrize("size", ["phone", "laptop"])
@pytest.mark.parametrize("form", ["below", "beside"])
async def test_a_difference_fits_the_screen(tmp_path: Path, size: str, form: str) -> None:
    async with a_browser(tmp_path, size, estate=watched) as (world, page, base, complaints):
        vault = Vault.open(tmp_path / "master.key")
        ledger = await open_ledger(world.ledger.database.url, vault, world.clock)
        world.app.state.context = replace(world.context, ledger=ledger)
        startup = paper(IOS, Kept.STARTUP, ios_startup())
        changed = ios(mtu=9000).replace("Cong 3 #", f"Cong 3 {'rat-dai-' * 30} #")
        at = world.clock.now() - timedelta(hours=1)
        await ledger.configurations.keep("core-1", [paper(IOS, Kept.RUNNING, changed), startup], at)
        await page.goto(f"{base}/targets/core-1/configurations?old=2&new=1&form={form}")
        assert await page.locator(".diff code.gone").count() == 2
        assert await page.locator(".diff code.new").count() == 2
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size][0]
        columns = await page.evaluate(
            "getComputedStyle(document.querySelector('.diff'))"
            ".gridTemplateColumns.split(' ').length"
        )
        assert columns == (2 if (size, form) == ("laptop", "beside") else 1)
        assert complaints == []
        await ledger.aclose()
