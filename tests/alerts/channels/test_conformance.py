"""Whatever way of telling is found must keep the promises of a channel."""

import asyncio
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel, ValidationError

from core.channel import Channel, Retry
from core.incident import Message
from core.text import Text
from runtime.registries import channels

CHANNELS = channels()
SPEAKING = {
    "email": {"host": "127.0.0.1", "security": "none", "sender": "a@example.vn"},
    "webhook": {"url": "http://127.0.0.1/"},
}
MESSAGE = Message(id="1", to="a@example.vn", subject="s", body="b")


@pytest.fixture(params=sorted(CHANNELS))
def channel(request: pytest.FixtureRequest) -> Channel:
    return CHANNELS[request.param]


def aimed(channel: Channel, port: int) -> BaseModel:
    """Return parameters that lead to a port of this machine."""
    params = dict(SPEAKING[channel.name])
    if "url" in params:
        params["url"] = f"http://127.0.0.1:{port}/"
        return channel.params.model_validate(params)
    return channel.params.model_validate(params | {"port": port})


def test_the_channel_and_each_parameter_are_explained_in_both_languages(channel: Channel) -> None:
    hints = get_type_hints(channel.params, include_extras=True)
    texts = [channel.help]
    for name in channel.params.model_fields:
        assert get_origin(hints[name]) is Annotated, name
        found = [extra for extra in get_args(hints[name]) if isinstance(extra, Text)]
        assert len(found) == 1, name
        texts += found
    assert all(text.vi and text.en for text in texts)


def test_an_unknown_parameter_is_an_error_and_parameters_do_not_change(channel: Channel) -> None:
    with pytest.raises(ValidationError):
        channel.params.model_validate(SPEAKING[channel.name] | {"nonsense": 1})
    assert channel.params.model_config.get("frozen")


def test_secrets_are_not_shown(channel: Channel) -> None:
    for name in channel.params.model_fields:
        if name in {"password", "secret"}:
            params = channel.params.model_validate(SPEAKING[channel.name] | {name: "bí mật"})
            assert "bí mật" not in repr(params)


async def test_a_black_hole_is_a_retry_within_the_timeout(channel: Channel) -> None:
    left = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass
        writer.close()
        left.set()

    listening = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        begun = asyncio.get_running_loop().time()
        with pytest.raises(Retry):
            await channel.send(aimed(channel, port), MESSAGE, 0.5)
        assert asyncio.get_running_loop().time() - begun < 5
        async with asyncio.timeout(5):
            await left.wait()


async def test_being_cancelled_leaves_no_task_behind(channel: Channel) -> None:
    left = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass
        writer.close()
        left.set()

    listening = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        sending = asyncio.ensure_future(channel.send(aimed(channel, port), MESSAGE, 30.0))
        await asyncio.sleep(0.2)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        async with asyncio.timeout(5):
            await left.wait()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_parameters_of_another_channel_are_refused(channel: Channel) -> None:
    class Other(BaseModel):
        pass

    with pytest.raises(TypeError):
        await channel.send(Other(), MESSAGE, 1.0)
