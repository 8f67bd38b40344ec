"""Does a chat of Zalo take the message? By a Zalo Bot that stands in it.

<https://bot.zaloplatforms.com/docs>: `sendMessage`, at most 2000 characters, the answer's `ok`
decides. The person or group must have written to the bot first. Unconfirmed against the service.

Answers come by `getUpdates`, which waits and hands over one message (error 408: none), or by a
webhook with the secret in `X-Bot-Api-Secret-Token`. The service keeps no message that it has
handed over, so one that comes while the ledger is away is lost, and its writer hears nothing.
"""

import asyncio
import hmac
import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from alerts.channels._bots import People, TakesAnswers, answer_in, each, judged, method, updates
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
from core.channel import Back, Channel, Heard, NotTheirs, Posted, Take
from core.incident import Message
from core.text import Text

_LONGEST = 2000  # characters
_SPARE = 1.0  # seconds for the way of an answer that waited as long as it may
_SECRET = "x-bot-api-secret-token"  # noqa: S105  (a header)


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
    answers: TakesAnswers = False
    people: People = {}
    webhook_secret: Annotated[
        SecretStr | None,
        Field(min_length=8, max_length=256),
        Text(
            vi="Nhận tin trả lời bằng webhook thay cho getUpdates: secret_token đã đặt bằng "
            "setWebhook, địa chỉ là /api/v1/answers/TÊN-KÊNH",
            en="Take answers by a webhook instead of getUpdates: the secret_token of setWebhook, "
            "whose address is /api/v1/answers/CHANNEL",
        ),
    ] = None
    url: Annotated[Url, Text(vi="Địa chỉ dịch vụ Zalo Bot", en="The service of Zalo Bot")] = (
        "https://bot-api.zaloplatforms.com"
    )
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None


def says(params: BaseModel, message: Message) -> str:
    """Return the text that the chat shows."""
    detail = params.detail if isinstance(params, ZaloBotParams) else "minimal"
    return clipped(worded(message, detail), _LONGEST)


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Say it in the chat and return the number that Zalo gave it."""
    if not isinstance(params, ZaloBotParams):
        raise TypeError("these are not the parameters of a Zalo Bot")
    request = posted(
        method(params.url, params.token.get_secret_value(), "sendMessage"),
        {"chat_id": params.chat_id, "text": says(params, message)},
    )
    return await exchange(params, request, timeout, Discretion(secrets_of(params)), judge=judged)


async def receive(params: BaseModel, take: Take, timeout: float) -> None:
    """Take what is written, one message after the other, until none comes."""
    if not isinstance(params, ZaloBotParams):
        raise TypeError("these are not the parameters of a Zalo Bot")
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    while (left := end - loop.time()) >= 1 + _SPARE:
        found = await updates(params, {"timeout": str(int(left - _SPARE))}, left)
        for update in found:
            if (answer := answer_in(params, update)) is not None:
                await take(answer)
        if not found:
            return


def hear(params: BaseModel, posted: Posted) -> Heard:
    """Read one call of the webhook."""
    if not isinstance(params, ZaloBotParams):
        raise TypeError("these are not the parameters of a Zalo Bot")
    expected = params.webhook_secret.get_secret_value() if params.webhook_secret else ""
    given = posted.headers.get(_SECRET, "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotTheirs
    try:
        said = json.loads(posted.body)
    except (ValueError, RecursionError):
        return Heard()
    known = said if isinstance(said, Mapping) else {}
    found = (answer_in(params, update) for update in each(known.get("result", known)))
    return Heard(tuple(answer for answer in found if answer is not None))


def _back(params: BaseModel) -> Back | None:
    if not isinstance(params, ZaloBotParams):
        return None
    if params.webhook_secret is not None:
        return "hear"
    return "receive" if params.answers else None


CHANNEL = Channel(
    name="zalo_bot",
    help=Text(vi="Zalo Bot nhắn vào một cuộc trò chuyện", en="A Zalo Bot writes to a chat"),
    params=ZaloBotParams,
    send=send,
    receive=receive,
    hear=hear,
    back=_back,
    says=says,
)
