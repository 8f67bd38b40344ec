"""Does a chat of Zalo take the message? By a Zalo Bot that stands in it.

<https://bot.zaloplatforms.com/docs>: `sendMessage`, at most 2000 characters, the answer's `ok`
decides. The person or group must have written to the bot first. Unconfirmed against the service.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, SecretStr

from alerts.channels._bots import judged, method
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
from core.channel import Channel
from core.incident import Message
from core.text import Text

_LONGEST = 2000  # characters


class ZaloBotParams(BaseModel):
    """Which bot, and in which chat it speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    token: Annotated[
        SecretStr,
        Text(
            vi='Token của bot; nên viết "secret:TÊN"', en='The bot\'s token; better "secret:NAME"'
        ),
    ]
    chat_id: Annotated[
        str,
        Text(
            vi="Mã cuộc trò chuyện; người hoặc nhóm phải nhắn cho bot trước",
            en="The chat; its person or group must have written to the bot first",
        ),
    ]
    detail: Detail = "minimal"
    url: Annotated[Url, Text(vi="Địa chỉ dịch vụ Zalo Bot", en="The service of Zalo Bot")] = (
        "https://bot-api.zaloplatforms.com"
    )
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Say it in the chat and return the number that Zalo gave it."""
    if not isinstance(params, ZaloBotParams):
        raise TypeError("these are not the parameters of a Zalo Bot")
    request = posted(
        method(params.url, params.token.get_secret_value(), "sendMessage"),
        {"chat_id": params.chat_id, "text": clipped(worded(message, params.detail), _LONGEST)},
    )
    return await exchange(params, request, timeout, Discretion(secrets_of(params)), judge=judged)


CHANNEL = Channel(
    name="zalo_bot",
    help=Text(vi="Zalo Bot nhắn vào một cuộc trò chuyện", en="A Zalo Bot writes to a chat"),
    params=ZaloBotParams,
    send=send,
)
