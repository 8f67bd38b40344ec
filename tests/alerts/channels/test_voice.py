"""Stringee, played by what its documents say."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from alerts.channels.voice import CHANNEL, VoiceParams, call, hear
from core.answer import Answer
from core.channel import GiveUp, NotTheirs, Posted, Retry
from core.clock import SystemClock
from core.incident import Message
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


def with_code(code: str = "0042") -> Message:
    message = told()
    assert message.short is not None
    return replace(message, short=replace(message.short, code=code))


def keyed(**changes: object) -> VoiceParams:
    return VoiceParams.model_validate(
        {
            "key_sid": "SKx",
            "key_secret": "khoá-bí-mật",
            "caller": "842471000000",
            "answers_url": "https://dmz.example.vn/api/v1/answers/goi",
            **changes,
        }
    )


def pressed(
    key: str = "1", now: datetime | None = None, query: Mapping[str, str] | None = None
) -> Posted:
    """Return what Stringee posts when a key is pressed in a call of ours."""
    asked = call(keyed(), with_code(), now or SystemClock().now())
    actions = asked["actions"]
    assert isinstance(actions, list)
    talk, wait = actions
    assert talk["text"].endswith("Bấm phím 1 để tiếp nhận.")
    assert talk["bargeIn"] is True
    assert (wait["action"], wait["maxDigits"]) == ("input", "1")
    address, _, said = wait["eventUrl"].partition("?")
    assert address == "https://dmz.example.vn/api/v1/answers/goi"
    body = {"time": "1", "dtmf": key, "call_id": "call-vn-1-Y8", "customField": "", "timeout": 0}
    return Posted(json.dumps(body).encode(), {}, {**dict(parse_qsl(said)), **(query or {})})


def test_a_key_in_the_call_is_the_answer_of_who_was_called() -> None:
    assert CHANNEL.back(keyed()) == "hear"
    heard = hear(keyed(), pressed())
    assert heard.answers == (Answer("call-vn-1-Y8", "+84901234567", "OK 0042"),)
    assert heard.speaks
    assert json.loads(heard.body("Đã ghi nhận.")) == [{"action": "talk", "text": "Đã ghi nhận."}]


@pytest.mark.parametrize("key", ["", "2", "11", "#"])
def test_another_key_says_nothing_and_hears_so(key: str) -> None:
    heard = hear(keyed(), pressed(key))
    assert heard.answers == ()
    assert "Chưa ghi nhận" in heard.body("").decode()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"dtmf": "1"}', b'{"dtmf":"1","call_id":7}'])
def test_nonsense_is_no_key(body: bytes) -> None:
    assert hear(keyed(), replace(pressed(), body=body)).answers == ()


@pytest.mark.parametrize(
    "forged",
    [
        {"code": "0043"},
        {"to": "84999999999"},
        {"until": "99999999999"},
        {"sign": ""},
        {"sign": "é"},
    ],
)
def test_an_address_that_we_did_not_sign_is_refused(forged: dict[str, str]) -> None:
    with pytest.raises(NotTheirs):
        hear(keyed(), pressed(query=forged))
    with pytest.raises(NotTheirs):
        hear(keyed(key_secret="khác"), pressed())


def test_a_call_of_long_ago_counts_no_more() -> None:
    with pytest.raises(NotTheirs):
        hear(keyed(), pressed(now=SystemClock().now() - timedelta(minutes=16)))


def test_no_key_is_asked_for_where_nothing_can_be_answered() -> None:
    for params, message in ((keyed(), with_code("")), (keyed(answers_url=None), with_code())):
        actions = call(params, message, SystemClock().now())["actions"]
        assert isinstance(actions, list)
        assert [action["action"] for action in actions] == ["talk"]
    assert CHANNEL.back(keyed(answers_url=None)) is None
