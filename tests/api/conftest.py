"""A world per test, and one browser for all."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from api.context import Web
from tests.api.chromium import the_browser
from tests.api.world import DAWN, World, a_world, all_up


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a province that is well, behind a login."""
    settings = Web(base_url="http://thongsuot.test", hosts=("thongsuot.test",))
    async with a_world(tmp_path, settings=settings) as made:
        await made.commit(all_up(DAWN - timedelta(hours=1)))
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(pytestconfig: pytest.Config) -> AsyncIterator[Browser]:
    """Keep a browser open for the tests that are marked `in_the_browser`."""
    async with the_browser(pictures=pytestconfig.getoption("--full")) as started:
        yield started
