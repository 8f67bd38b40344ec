"""An open screen is sent what is new to it, and holes where it has the branch already."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.people import Role
from tests.api.world import PROVINCE, World, a_world, all_up, hub_cut

HOLE = f'<details data-key="{PROVINCE}" data-same></details>'


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        await made.commit(all_up(made.clock.now() - timedelta(hours=1)))
        yield made


async def _board(world: World, mark: str = "", language: str = "vi") -> tuple[str, str]:
    """Return the page as a screen that shows a state of the board gets it, and the new state."""
    headers = {**await world.token(Role.VIEWER), "cookie": f"thongsuot_lang={language}"}
    answer = await world.client.get("/", headers=headers | ({"x-shown": mark} if mark else {}))
    assert answer.status_code == 200
    found = re.search(r'data-shown="([^"]+)"', answer.text)
    assert found is not None
    return answer.text, found[1]


async def test_a_screen_that_has_a_branch_is_sent_a_hole_and_everything_else(world: World) -> None:
    whole, mark = await _board(world)
    assert HOLE not in whole
    again, same = await _board(world, mark)
    assert HOLE in again
    assert same == mark
    assert 'data-part="counts"' in again


async def test_a_branch_that_changed_is_sent_whole_to_those_who_had_it_before(world: World) -> None:
    _, mark = await _board(world)
    await world.commit(hub_cut(world.clock.now()))
    changed, new = await _board(world, mark)
    assert HOLE not in changed
    assert "s-unreachable" in changed
    assert new != mark
    assert HOLE in (await _board(world, new))[0]


async def test_a_state_that_nobody_knows_any_more_is_answered_by_the_whole(world: World) -> None:
    assert HOLE not in (await _board(world, "of-another-life"))[0]
    _, vietnamese = await _board(world)
    page, _ = await _board(world, vietnamese, "en")
    assert HOLE not in page


async def test_statuses_that_changed_since_the_last_picture_are_read_and_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _board(world)
    asked: list[object] = []
    states = world.context.ledger.status.states

    async def noted(targets: object = None) -> object:
        asked.append(targets)
        return await states(targets)  # type: ignore[arg-type]

    monkeypatch.setattr(world.context.ledger.status, "states", noted)
    cut = hub_cut(world.clock.now())
    await world.commit(cut)
    page, _ = await _board(world)
    assert "s-unreachable" in page
    assert asked == [{one.target for one in cut.transitions}]
