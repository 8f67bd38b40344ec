"""What people write to a bot in its chat, by Zalo and by Telegram."""

import json
from typing import Any

import pytest

from alerts.channels import telegram, zalo_bot
from alerts.channels.zalo_bot import ZaloBotParams
from core.answer import Answer
from core.channel import Channel, GiveUp, NotTheirs, Posted, Retry
from tests.alerts.channels.providers import listening
from tests.alerts.channels.providers.chats import Bot

SECRET = "mot-khoa-bi-mat"


async def looked(channel: Channel, bot: Bot, *, fails_at: int | None = None) -> list[Answer]:
    came: list[Answer] = []

    async def take(answer: Answer) -> None:
        if len(came) == fails_at:
            raise OSError("the ledger is away")
        came.append(answer)

    async with listening(bot) as url:
        params = channel.params.model_validate(
            {
                "token": bot.token,
                "chat_id": bot.chat,
                "url": url,
                "answers": True,
                "people": {"71": "binh"},
            }
        )
        assert channel.back(params) == "receive"
        assert channel.receive is not None
        await channel.receive(params, take, 5.0)
    return came


def a_bot(channel: Channel) -> Bot:
    zalo = channel is zalo_bot.CHANNEL
    return Bot("7:abc", "abc123" if zalo else "-1001", 2000, one_by_one=zalo)


BOTS = pytest.mark.parametrize(
    "channel", [zalo_bot.CHANNEL, telegram.CHANNEL], ids=lambda c: c.name
)


@BOTS
async def test_who_is_named_writes_as_a_contact_and_others_are_strangers(
    channel: Channel,
) -> None:
    bot = a_bot(channel)
    bot.arrive("71", "Đã nhận 0042")
    bot.arrive("99", "ok 0042")
    bot.arrive("71", "ok 0042", chat="-77")
    came = await looked(channel, bot)
    assert [(a.sender, a.contact, a.text) for a in came] == [
        ("71", "binh", "Đã nhận 0042"),
        ("99", None, "ok 0042"),
    ]
    assert len({answer.id for answer in came}) == 2
    assert await looked(channel, bot) == []


async def test_telegram_keeps_what_the_ledger_did_not_take() -> None:
    bot = a_bot(telegram.CHANNEL)
    for code in ("0042", "0043"):
        bot.arrive("71", f"ok {code}")
    with pytest.raises(OSError, match="away"):
        await looked(telegram.CHANNEL, bot, fails_at=1)
    assert [a.text for a in await looked(telegram.CHANNEL, bot)] == ["ok 0042", "ok 0043"]


@BOTS
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"ok": False, "error_code": 401, "description": "Unauthorized"}, GiveUp),
        (502, {}, Retry),
        (200, {"ok": 1}, Retry),
    ],
)
async def test_a_service_that_refuses_is_told_as_when_it_sends(
    channel: Channel, status: int, body: dict[str, Any], kind: type[Exception]
) -> None:
    bot = a_bot(channel)
    bot.answer = (status, body)
    with pytest.raises(kind):
        await looked(channel, bot)


@BOTS
@pytest.mark.parametrize(
    "result",
    [None, 7, "x", [], {}, [7, None, {"message": 3}], {"message": {"text": 7}},
     {"message": {"text": "ok", "from": {"id": []}, "chat": {"id": {}}, "message_id": None}}],
)  # fmt: skip
async def test_what_is_no_message_is_passed_over(channel: Channel, result: object) -> None:
    bot = a_bot(channel)
    replies = iter([(200, {"ok": True, "result": result})])

    class Once(Bot):
        async def __call__(self, request: Any) -> Any:
            bot.answer = next(replies, (200, {"ok": False, "error_code": 408, "description": ""}))
            return await bot(request)

    assert await looked(channel, Once(bot.token, bot.chat, 2000)) == []


def hooked() -> ZaloBotParams:
    return ZaloBotParams.model_validate(
        {"token": "7:a", "chat_id": "c", "webhook_secret": SECRET, "people": {"71": "binh"}}
    )


def update(text: str = "OK 0042") -> dict[str, Any]:
    message = {"from": {"id": "71"}, "chat": {"id": "c"}, "text": text, "message_id": "m1"}
    return {"event_name": "message.text.received", "message": message}


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_webhook_of_zalo_is_read_in_both_forms(*, wrapped: bool) -> None:
    assert zalo_bot.CHANNEL.back(hooked()) == "hear"
    body = {"ok": True, "result": update()} if wrapped else update()
    posted = Posted(json.dumps(body).encode(), {"x-bot-api-secret-token": SECRET})
    heard = zalo_bot.hear(hooked(), posted)
    assert heard.answers == (Answer("c m1", "71", "OK 0042", "binh"),)
    assert heard.body("cảm ơn") == b"{}"
    assert not heard.speaks


@pytest.mark.parametrize("given", ["", "sai", "é", SECRET[:-1]])
def test_without_the_secret_nothing_is_read(given: str) -> None:
    posted = Posted(json.dumps(update()).encode(), {"x-bot-api-secret-token": given})
    with pytest.raises(NotTheirs):
        zalo_bot.hear(hooked(), posted)
    bare = ZaloBotParams.model_validate({"token": "7:a", "chat_id": "c"})
    with pytest.raises(NotTheirs):
        zalo_bot.hear(bare, Posted(b"{}", {"x-bot-api-secret-token": ""}))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 50_000, b'{"result": [{}, 3]}']
)
def test_nonsense_with_the_secret_holds_nothing(body: bytes) -> None:
    posted = Posted(body, {"x-bot-api-secret-token": SECRET})
    assert zalo_bot.hear(hooked(), posted).answers == ()
