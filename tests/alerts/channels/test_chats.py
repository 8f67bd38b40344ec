"""Zalo Bot, Telegram and chat rooms, played by what their documents say."""

from typing import Any, get_args

import pytest
from aiohttp import web
from pydantic import BaseModel, ValidationError

from alerts.channels import chat, telegram, zalo_bot
from core.channel import Channel, GiveUp, Retry
from core.incident import OF_MEETINGS, Purpose
from tests.alerts.channels.providers import Answering, listening
from tests.alerts.channels.providers.chats import Bot, Room
from tests.alerts.channels.said import WEAK, told

TOKEN = "12345:geheim"
BOTS = [(zalo_bot.CHANNEL, 2000), (telegram.CHANNEL, 4096)]
bots = pytest.mark.parametrize(("channel", "longest"), BOTS, ids=["zalo_bot", "telegram"])
ROOMS = get_args(chat.Service)


async def through(channel: Channel, provider: Answering, purpose: Purpose, **params: Any) -> str:
    async with listening(provider) as url:
        known: BaseModel = channel.params.model_validate({"url": url, **params})
        return await channel.send(known, told(purpose), 5.0)


@bots
@pytest.mark.parametrize("purpose", [p for p in Purpose if p not in OF_MEETINGS])
async def test_a_bot_says_code_count_and_link_and_nothing_of_the_place(
    channel: Channel, longest: int, purpose: Purpose
) -> None:
    bot = Bot(TOKEN, "nhom-truc", longest)
    receipt = await through(channel, bot, purpose, token=TOKEN, chat_id="nhom-truc")
    assert receipt == "message m1"
    (said,) = bot.said
    assert not any(word in said["text"] for word in WEAK)
    if purpose is not Purpose.TEST:
        assert "https://ts.example.vn/incidents/SC-20261122-0001" in said["text"]


@bots
async def test_a_bot_says_everything_where_that_is_wanted(channel: Channel, longest: int) -> None:
    bot = Bot(TOKEN, "nhom-truc", longest)
    params = {"token": TOKEN, "chat_id": "nhom-truc", "detail": "full"}
    await through(channel, bot, Purpose.PROBLEM, **params)
    assert all(word in bot.said[0]["text"] for word in WEAK)


@bots
async def test_a_long_text_is_cut_to_what_the_service_takes(channel: Channel, longest: int) -> None:
    bot = Bot(TOKEN, "nhom-truc", longest)
    message = told()
    long = type(message)(id="1", to="", subject="s", body="ố" * 9000)
    async with listening(bot) as url:
        params = channel.params.model_validate(
            {"url": url, "token": TOKEN, "chat_id": "nhom-truc", "detail": "full"}
        )
        await channel.send(params, long, 5.0)
    assert len(bot.said[0]["text"]) == longest


@bots
@pytest.mark.parametrize("changes", [{"token": "12345:falsch"}, {"chat_id": "ai-do"}])
async def test_a_wrong_token_or_chat_breaks_the_channel(
    channel: Channel, longest: int, changes: dict[str, str]
) -> None:
    params = {"token": TOKEN, "chat_id": "nhom-truc", **changes}
    with pytest.raises(GiveUp) as refusal:
        await through(channel, Bot(TOKEN, "nhom-truc", longest), Purpose.TEST, **params)
    assert refusal.value.channel_broken
    assert "falsch" not in str(refusal.value)


@bots
@pytest.mark.parametrize("status", [200, 429])
async def test_a_bot_that_is_too_loud_waits_as_long_as_it_is_told(
    channel: Channel, longest: int, status: int
) -> None:
    bot = Bot(TOKEN, "nhom-truc", longest)
    words = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 30"}
    bot.answer = (status, {**words, "parameters": {"retry_after": 30}})
    with pytest.raises(Retry, match="429") as trouble:
        await through(channel, bot, Purpose.TEST, token=TOKEN, chat_id="nhom-truc")
    assert trouble.value.after == 30


@bots
@pytest.mark.parametrize(("said", "after"), [(10**400, 3600), (-5, 0), ("30", None), (None, None)])
async def test_a_wait_is_heeded_within_bounds(
    channel: Channel, longest: int, said: object, after: float | None
) -> None:
    bot = Bot(TOKEN, "nhom-truc", longest)
    bot.answer = (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": said}})
    with pytest.raises(Retry) as trouble:
        await through(channel, bot, Purpose.TEST, token=TOKEN, chat_id="nhom-truc")
    assert trouble.value.after == after


@bots
async def test_a_failure_inside_a_success_is_none(channel: Channel, longest: int) -> None:
    bot = Bot(TOKEN, "nhom-truc", longest)
    bodies: list[dict[str, Any]] = [{"ok": False}, {"ok": False, "error_code": "x"}, {"ok": "true"}]
    for body in (*bodies, {"result": {}}):
        bot.answer = (200, body)
        with pytest.raises(Retry):
            await through(channel, bot, Purpose.TEST, token=TOKEN, chat_id="nhom-truc")


@pytest.mark.parametrize("service", ROOMS)
async def test_a_room_gets_the_form_of_its_service_and_no_place(service: str) -> None:
    room = Room(service)
    async with listening(room) as url:
        params = chat.ChatParams.model_validate({"service": service, "url": f"{url}/hook"})
        receipt = await chat.CHANNEL.send(params, told(), 5.0)
    assert receipt == ("202" if service == "teams" else "200 ok")
    (text,) = room.said
    assert "SC-20261122-0001" in text
    assert not any(word in text for word in WEAK)


async def test_slack_gets_its_three_characters_escaped() -> None:
    message = told()
    evil = type(message)(id="1", to="", subject="<!channel> A & B", body="")
    room = Room("slack")
    async with listening(room) as url:
        params = chat.ChatParams.model_validate(
            {"service": "slack", "url": f"{url}/hook", "detail": "full"}
        )
        await chat.CHANNEL.send(params, evil, 5.0)
    assert room.said == ["&lt;!channel&gt; A &amp; B"]


async def test_an_old_connector_of_teams_says_yes_by_1_and_no_by_words() -> None:
    words = "1"

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=words)

    assert await through(chat.CHANNEL, answer, Purpose.TEST, service="teams") == "200 1"
    words = "Webhook message delivery failed with error: endpoint returned HTTP error 429"
    with pytest.raises(Retry, match="429"):
        await through(chat.CHANNEL, answer, Purpose.TEST, service="teams")


async def test_a_room_that_is_gone_breaks_the_channel_and_its_address_stays_unsaid() -> None:
    async with listening(Room("slack")) as url:
        params = chat.ChatParams.model_validate({"service": "slack", "url": f"{url}/T0/geheim"})
        with pytest.raises(GiveUp, match="no_service") as refusal:
            await chat.CHANNEL.send(params, told(), 5.0)
    assert refusal.value.channel_broken
    gone = chat.ChatParams.model_validate(
        {"service": "slack", "url": "http://127.0.0.1:1/T0/geheim"}
    )
    with pytest.raises(Retry) as trouble:
        await chat.CHANNEL.send(gone, told(), 5.0)
    assert "geheim" not in f"{refusal.value}{trouble.value}{gone!r}"


def test_a_room_is_at_a_web_address_or_behind_a_reference() -> None:
    chat.ChatParams.model_validate({"service": "slack", "url": "secret:slack"})
    with pytest.raises(ValidationError) as fault:
        chat.ChatParams.model_validate({"service": "slack", "url": "hooks.slack.com/geheim"})
    assert "geheim" not in str(fault.value)
