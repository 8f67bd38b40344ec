"""Live events over a real connection: now, after a gap, without end."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api.context import Web
from api.live import QUEUE, Live, TooMany
from api.v1 import events as stream
from core.clock import SystemClock
from core.outcome import Event
from core.people import Role
from tests.api.served import served
from tests.api.world import DAWN, World, a_world, all_up, hub_back, hub_cut

CUT = DAWN - timedelta(seconds=30)


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world of the system's clock, since time really passes here."""
    async with a_world(tmp_path, SystemClock(), Web()) as world:
        yield world


async def heard(lines: AsyncIterator[str]) -> tuple[int, str, dict[str, object]]:
    """Return the next event: its number, kind and body."""
    number, kind = 0, ""
    async with asyncio.timeout(10):
        async for line in lines:
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "event":
                kind = value
            elif name == "data":
                return number, kind, json.loads(value)
    raise AssertionError("the stream ended")


async def test_what_is_committed_is_heard_at_once(live: World) -> None:
    headers = await live.token(Role.VIEWER)
    async with (
        served(live) as base,
        httpx.AsyncClient(base_url=base, headers=headers) as client,
        client.stream("GET", "/api/v1/events") as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        assert (await heard(lines))[1] == "hello"
        published = await live.commit(hub_cut(CUT))
        first = await heard(lines)
        assert first[0] == published[0].id
        kinds = {first[1]} | {(await heard(lines))[1] for _ in published[1:]}
        assert kinds == {"status", "incident", "note"}


async def test_a_client_that_was_away_hears_what_it_missed_in_order(live: World) -> None:
    headers = await live.token(Role.VIEWER)
    before = await live.commit(all_up(CUT - timedelta(hours=1)))
    missed = await live.commit(hub_cut(CUT))
    headers |= {"last-event-id": str(before[-1].id)}
    async with (
        served(live) as base,
        httpx.AsyncClient(base_url=base, headers=headers) as client,
        client.stream("GET", "/api/v1/events") as answer,
    ):
        lines = answer.aiter_lines()
        await heard(lines)
        seen = [(await heard(lines))[0] for _ in missed]
        assert seen == [event.id for event in missed]
        now = await live.commit(hub_back(CUT + timedelta(seconds=9), CUT))
        assert (await heard(lines))[0] == now[0].id


async def test_the_number_of_streams_is_bounded(tmp_path: Path) -> None:
    async with a_world(tmp_path, SystemClock(), Web(), live=Live(limit=1)) as world:
        headers = await world.token(Role.VIEWER)
        async with (
            served(world) as base,
            httpx.AsyncClient(base_url=base, headers=headers) as client,
            client.stream("GET", "/api/v1/events") as answer,
        ):
            lines = answer.aiter_lines()
            await heard(lines)
            refused = await client.get("/api/v1/events")
            assert refused.status_code == 503
            assert "retry-after" in refused.headers


async def test_a_stream_that_was_left_is_counted_no_more(live: World) -> None:
    headers = await live.token(Role.VIEWER)
    async with served(live) as base, httpx.AsyncClient(base_url=base, headers=headers) as client:
        async with client.stream("GET", "/api/v1/events") as answer:
            lines = answer.aiter_lines()
            await heard(lines)
            assert live.context.live.clients == 1
        async with asyncio.timeout(10):
            while live.context.live.clients:
                await asyncio.sleep(0.02)


async def test_a_stopping_server_ends_the_streams(live: World) -> None:
    headers = await live.token(Role.VIEWER)
    async with (
        served(live) as base,
        httpx.AsyncClient(base_url=base, headers=headers) as client,
        client.stream("GET", "/api/v1/events") as answer,
    ):
        lines = answer.aiter_lines()
        await heard(lines)
        live.context.live.close()
        async with asyncio.timeout(10):
            assert [line async for line in lines if line] == []


async def test_a_client_that_lags_loses_its_place_and_not_our_memory() -> None:
    live = Live()
    async with live.subscribe() as slow:
        live.publish(Event(n, DAWN, "status", "gw", {}) for n in range(QUEUE + 5))
        assert slow.lost
        assert await slow.get(1) is None


async def test_a_full_house_says_so() -> None:
    live = Live(limit=1)
    async with live.subscribe():
        with pytest.raises(TooMany):
            async with live.subscribe():
                pass
    assert live.clients == 0


def test_an_event_is_one_line_of_json_with_its_letters() -> None:
    text = stream.written(Event(7, DAWN, "note", "SC-1", {"text": "đứt cáp\nở Đăk Ơ"}))
    assert text.startswith("id: 7\nevent: note\ndata: {")
    assert text.count("\n") == 4
    assert "đứt cáp\\nở Đăk Ơ" in text
