"""What a bot's server answers: Telegram's form, which Zalo Bot took over.

`{"ok": true, "result": {"message_id": …}}`, or `{"ok": false, "error_code": …, "description": …}`
under whatever status.
"""

import logging
from collections.abc import Mapping
from typing import Annotated, Protocol
from urllib.parse import quote

from pydantic import SecretStr

from alerts.channels._http import (
    LONGEST_WAIT,
    Discretion,
    Road,
    ask,
    not_understood,
    posted,
    refusal,
    secrets_of,
)
from alerts.channels._http import Answer as HttpAnswer
from core.answer import Answer
from core.channel import GiveUp, Retry
from core.model import Slug
from core.text import Text

log = logging.getLogger(__name__)

MOST_UPDATES = 100  # of one look
_BAD_REQUEST = 400
_WAITED = 408  # nobody has written
_LONGEST_ID = 64

TakesAnswers = Annotated[
    bool,
    Text(
        vi="Nhận tin trả lời (OK 0042) trong cuộc trò chuyện, bằng getUpdates",
        en="Take answers (OK 0042) in the chat, by getUpdates",
    ),
]
People = Annotated[
    Mapping[str, Slug],
    Text(
        vi="Ai được trả lời: mã người dùng của dịch vụ = mã đầu mối; mã lạ có trong nhật ký",
        en="Who may answer: the service's user id = contact; unknown ids are in the log",
    ),
]


def method(base: str, token: str, name: str) -> str:
    """Return the address of a bot's method."""
    return f"{base.rstrip('/')}/bot{quote(token, safe=':')}/{name}"


def judged(answer: HttpAnswer) -> str:
    """Return the number of the message; raise Retry or GiveUp."""
    said = answer.json()
    known = said if isinstance(said, Mapping) else {}
    if known.get("ok") is False:
        raise _refusal(known, answer)
    if not answer.fine:
        raise refusal(answer)
    if known.get("ok") is not True:
        raise not_understood(answer)
    result = known.get("result")
    number = result.get("message_id") if isinstance(result, Mapping) else None
    return f"message {number}" if number is not None else answer.said


def _refusal(known: Mapping[str, object], answer: HttpAnswer) -> Retry | GiveUp:
    code, words = known.get("error_code"), str(known.get("description") or "")
    more = known.get("parameters")
    after = more.get("retry_after") if isinstance(more, Mapping) else None
    wait = min(max(after, 0), LONGEST_WAIT) if isinstance(after, int) else answer.retry_after
    if not isinstance(code, int) or not _BAD_REQUEST <= code < 1000:  # noqa: PLR2004
        code = answer.status if not answer.fine else 0
    if code == _BAD_REQUEST:  # there is one chat, in the settings: it is the channel that is wrong
        return GiveUp(f"{code} {words}", channel_broken=True)
    if code < _BAD_REQUEST:
        return Retry(f"refused: {words}", wait)
    return refusal(HttpAnswer(code, words, wait))


class BotRoad(Road, Protocol):
    """What a bot is, and who may answer in its chat."""

    @property
    def token(self) -> SecretStr:
        """Its token."""

    @property
    def url(self) -> str:
        """Its server."""

    @property
    def chat_id(self) -> str:
        """Where it speaks."""

    @property
    def people(self) -> Mapping[str, str]:
        """Contacts by the server's names of them."""


async def updates(
    params: BotRoad, asked: Mapping[str, object], timeout: float
) -> list[Mapping[str, object]]:
    """Return what `getUpdates` hands over, [] if nothing comes in time; raise Retry or GiveUp."""
    discretion = Discretion(secrets_of(params))
    request = posted(method(params.url, params.token.get_secret_value(), "getUpdates"), asked)
    discretion.learn(request.url)
    with discretion.kept():
        answer = await ask(params, request, timeout)
        said = answer.json()
        known = said if isinstance(said, Mapping) else {}
        if known.get("ok") is False:
            if known.get("error_code") == _WAITED:
                return []
            raise _refusal(known, answer)
        if not answer.fine:
            raise refusal(answer)
        if known.get("ok") is not True:
            raise not_understood(answer)
    return each(known.get("result"))


def each(result: object) -> list[Mapping[str, object]]:
    """Return one update, or many, as a list: the two services differ."""
    found = result if isinstance(result, list) else [result]
    return [update for update in found[:MOST_UPDATES] if isinstance(update, Mapping)]


def answer_in(params: BotRoad, update: Mapping[str, object]) -> Answer | None:
    """Return what an update says in our chat; None if it is something else, or elsewhere."""
    message = update.get("message")
    if not isinstance(message, Mapping):
        return None
    sender, chat = _id(message.get("from")), _id(message.get("chat"))
    text, number = message.get("text"), message.get("message_id")
    if not isinstance(text, str) or sender is None or not isinstance(number, str | int):
        return None
    if chat != params.chat_id:
        log.info("somebody writes to the bot in the chat %r, which is not chat_id", chat)
        return None
    contact = params.people.get(sender)
    if contact is None:
        log.info("%r writes to the bot and is not among its people", sender)
    return Answer(f"{chat} {number}", sender, text, contact)


def _id(value: object) -> str | None:
    found = value.get("id") if isinstance(value, Mapping) else None
    return str(found)[:_LONGEST_ID] if isinstance(found, str | int) else None
