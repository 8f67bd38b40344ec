"""Stringee, played by what its documents say."""

import pytest

from alerts.channels.voice import CHANNEL, VoiceParams
from core.channel import GiveUp, Retry
from core.clock import SystemClock
from tests.alerts.channels.providers import listening
from tests.alerts.channels.providers.chats import Stringee
from tests.alerts.channels.said import told


async def called(provider: Stringee, to: str = "0901234567", **changes: object) -> str:
    async with listening(provider) as url:
        params = VoiceParams.model_validate(
            {
                "url": f"{url}/v1/call2/callout",
                "key_sid": "SKx",
                "key_secret": "khoá-bí-mật",
                "caller": "842471000000",
                **changes,
            }
        )
        return await CHANNEL.send(params, told(to=to), 5.0)


def stringee() -> Stringee:
    return Stringee("SKx", "khoá-bí-mật", SystemClock().now())


async def test_the_telephone_rings_and_the_subject_is_read_twice() -> None:
    provider = stringee()
    assert await called(provider) == "call call-vn-1-8ZQ"
    (asked,) = provider.calls
    assert asked["from"]["number"] == "842471000000"
    assert asked["to"][0]["number"] == "84901234567"
    (action,) = asked["actions"]
    assert action["action"] == "talk"
    assert action["loop"] == 2
    assert action["text"].startswith("SỰ CỐ SC-20261122-0001")
    assert "answer_url" not in asked


async def test_an_answer_address_is_told_where_there_is_one() -> None:
    provider = stringee()
    await called(provider, answer_url="https://ts.example.vn/answer")
    assert provider.calls[0]["answer_url"] == "https://ts.example.vn/answer"


async def test_a_wrong_secret_breaks_the_channel() -> None:
    with pytest.raises(GiveUp) as refusal:
        await called(stringee(), key_secret="sai")
    assert refusal.value.channel_broken


async def test_a_call_that_is_not_placed_is_tried_again() -> None:
    with pytest.raises(Retry, match="TO_NUMBER_INVALID"):
        await called(stringee(), to="+15550100")


async def test_nobody_is_called_without_a_number() -> None:
    with pytest.raises(GiveUp, match="number"):
        await called(stringee(), to="")
