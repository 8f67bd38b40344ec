"""An open screen is sent what is new to it, and holes where it has the branch already."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from api.door import cookie_name
from api.live import Live
from api.pages.screen import Screens
from api.snapshot import Picture
from core.outcome import Event
from core.people import Role
from tests.api.world import DAWN, PROVINCE, World, a_world, all_up, hub_cut
from tests.factories import FakeClock

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


async def test_screens_that_show_the_same_share_one_rendering_in_which_no_reader_is_named(
    world: World,
) -> None:
    await world.add_user("lan", Role.OPERATOR, "Nguyễn Thị Lan")
    session = await world.ledger.people.open_session("lan", world.clock.now(), timedelta(hours=1))
    headers = {"cookie": f"{cookie_name(secure=False)}={session}"}
    _, mark = await _board(world)
    named = (await world.client.get("/", headers=headers)).text
    shared = (await world.client.get("/", headers={**headers, "x-shown": mark})).text
    assert "Nguyễn Thị Lan" in named
    assert "Nguyễn Thị Lan" not in shared
    assert 'name="csrf"' in named
    assert 'name="csrf"' not in shared
    other, _ = await _board(world, mark)
    assert _parts(other) == _parts(shared) == _parts(named)


async def test_a_screen_that_may_see_nothing_is_not_given_what_others_share(world: World) -> None:
    _, mark = await _board(world)
    await _board(world, mark)
    answer = await world.client.get("/", headers={"x-shown": mark})
    assert answer.status_code == HTTPStatus.SEE_OTHER


async def test_a_shared_rendering_grows_old_with_the_second(world: World) -> None:
    await world.commit(hub_cut(world.clock.now()))
    _, mark = await _board(world)
    assert isinstance(world.clock, FakeClock)
    first, _ = await _board(world, mark)
    assert (await _board(world, mark))[0] == first
    world.clock.advance(1.0)
    assert (await _board(world, mark))[0] != first


async def test_the_board_is_drawn_before_the_open_screens_ask_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _board(world)
    begun, draw = asyncio.Event(), Screens.draw_ahead

    async def noted(screens: Screens, picture: Picture, now: datetime) -> None:
        await draw(screens, picture, now)
        begun.set()

    monkeypatch.setattr(Screens, "draw_ahead", noted)
    async with world.context.live.subscribe():
        await world.commit(hub_cut(world.clock.now()))
        async with asyncio.timeout(5):
            await begun.wait()
    monkeypatch.setattr("api.pages.screen.draw", None)  # nothing is left to draw
    assert "s-unreachable" in (await _board(world))[0]


async def test_a_board_that_nobody_listens_to_is_not_drawn() -> None:
    live, begun = Live(), asyncio.Event()

    async def work() -> None:
        begun.set()

    live.prepare_by(work)
    live.publish([Event(1, DAWN, "status", "hub", {})])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not begun.is_set()


async def test_events_that_come_while_the_board_is_drawn_cost_one_drawing_more() -> None:
    live, begun, going = Live(), 0, asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        await going.wait()

    live.prepare_by(work)
    async with live.subscribe(), asyncio.timeout(5):
        for number in range(3):
            live.publish([Event(number + 1, DAWN, "status", "hub", {})])
            await asyncio.sleep(0)
        assert begun == 1
        going.set()
        while begun < 2:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert begun == 2


async def test_the_last_stream_to_end_waits_for_the_drawing_that_goes_on() -> None:
    live, ended = Live(), False

    async def work() -> None:
        nonlocal ended
        await asyncio.sleep(0.01)
        ended = True

    live.prepare_by(work)
    async with live.subscribe():
        live.publish([Event(1, DAWN, "status", "hub", {})])
        await asyncio.sleep(0)
    assert ended


def _parts(page: str) -> list[str]:
    return re.findall(r'data-part="([^"]+)"', page)
