"""Does a chat of Telegram take the message? By a bot (<https://core.telegram.org/bots/api>).

Never alone: carriers here were ordered to block Telegram (2312/CVT-CS, 21/5/2025) and it comes
and goes by network. It exists only where the settings name it.

Answers come by `getUpdates`; the service keeps them until it is asked for later ones.
"""

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, SecretStr

from alerts.channels._bots import People, TakesAnswers, answer_in, judged, method, updates
from alerts.channels._http import (
    CaFile,
    Discretion,
    Proxy,
    Url,
    Verify,
    exchange,
    posted,
    secrets_of,
)
from alerts.channels._words import Detail, clipped, worded
from core.channel import Back, Channel, Take
from core.incident import Message
from core.text import Text

_LONGEST = 4096  # characters
_SPARE = 1.0  # seconds for the way of an answer that waited as long as it may


class TelegramParams(BaseModel):
    """Which bot, and in which chat it speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: Annotated[
        SecretStr,
        Text(
            vi='Token của bot; nên viết "secret:TÊN"', en='The bot\'s token; better "secret:NAME"'
        ),
    ]
    chat_id: Annotated[str, Text(vi="Mã cuộc trò chuyện, nhóm", en="The chat or group")]
    detail: Detail = "minimal"
    answers: TakesAnswers = False
    people: People = {}
    url: Annotated[Url, Text(vi="Địa chỉ dịch vụ", en="The service")] = "https://api.telegram.org"
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None


def says(params: BaseModel, message: Message) -> str:
    """Return the text that the chat shows."""
    detail = params.detail if isinstance(params, TelegramParams) else "minimal"
    return clipped(worded(message, detail), _LONGEST)


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Say it in the chat and return the number that Telegram gave it."""
    if not isinstance(params, TelegramParams):
        raise TypeError("these are not the parameters of Telegram")
    request = posted(
        method(params.url, params.token.get_secret_value(), "sendMessage"),
        {
            "chat_id": params.chat_id,
            "text": says(params, message),
            "link_preview_options": {"is_disabled": True},  # their servers need not fetch ours
        },
    )
    return await exchange(params, request, timeout, Discretion(secrets_of(params)), judge=judged)


async def receive(params: BaseModel, take: Take, timeout: float) -> None:
    """Take what is written until nothing more comes; what is taken is let go of."""
    if not isinstance(params, TelegramParams):
        raise TypeError("these are not the parameters of Telegram")
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    offset: dict[str, object] = {}
    while (left := end - loop.time()) >= 1 + _SPARE:
        wait = int(left - _SPARE)
        asked = {**offset, "timeout": wait, "allowed_updates": ["message"]}
        found = await updates(params, asked, left)
        for update in found:
            if (answer := answer_in(params, update)) is not None:
                await take(answer)
        numbers = [n for update in found if isinstance(n := update.get("update_id"), int)]
        if not numbers:
            return
        offset = {"offset": max(numbers) + 1}
    if offset:
        await updates(params, {**offset, "timeout": 0, "limit": 1}, _SPARE)


def _back(params: BaseModel) -> Back | None:
    return "receive" if isinstance(params, TelegramParams) and params.answers else None


CHANNEL = Channel(
    name="telegram",
    help=Text(
        vi="Telegram; có lúc bị nhà mạng chặn, không bao giờ dùng làm kênh duy nhất",
        en="Telegram; carriers block it at times, never make it the only channel",
    ),
    params=TelegramParams,
    send=send,
    receive=receive,
    back=_back,
    says=says,
)
