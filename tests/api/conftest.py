"""A world per test."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.context import Web
from tests.api.world import DAWN, World, a_world, all_up


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a province that is well, behind a login."""
    settings = Web(base_url="http://thongsuot.test", hosts=("thongsuot.test",))
    async with a_world(tmp_path, settings=settings) as made:
        await made.commit(all_up(DAWN - timedelta(hours=1)))
        yield made
