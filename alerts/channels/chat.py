"""Does a chat room of Teams, Slack or Mattermost take the message? By its incoming webhook.

Slack: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>, Mattermost:
<https://developers.mattermost.com/integrate/webhooks/incoming/>: both say `ok`. Teams takes an
Adaptive Card; a workflow accepts it without a word (202), an old connector answers 200 to all and
says `1` when it was delivered.
"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from alerts.channels._http import (
    Answer,
    CaFile,
    Discretion,
    Proxy,
    SecretUrl,
    Verify,
    exchange,
    not_understood,
    posted,
    refusal,
    secrets_of,
)
from alerts.channels._words import Detail, clipped, worded
from core.channel import Channel
from core.incident import Message
from core.text import Text

Service = Literal["slack", "mattermost", "teams"]
_LONGEST = 4000  # characters: what all three show whole
_TAKEN: Mapping[Service, frozenset[str]] = {
    "slack": frozenset({"ok"}),
    "mattermost": frozenset({"ok"}),
    "teams": frozenset({"", "1"}),
}


class ChatParams(BaseModel):
    """Which room, and how much it may read."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    service: Annotated[
        Service,
        Text(
            vi="Dịch vụ: slack, mattermost hoặc teams", en="The service: slack, mattermost or teams"
        ),
    ]
    url: Annotated[
        SecretUrl,
        Text(
            vi='Địa chỉ webhook; ai biết là gửi được, nên viết "secret:TÊN"',
            en='The webhook; whoever knows it can post, so better "secret:NAME"',
        ),
    ]
    detail: Detail = "minimal"
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None


def payload(service: Service, text: str) -> object:
    """Return the JSON that a service takes."""
    if service == "slack":  # three characters are its markup
        return {"text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}
    if service == "mattermost":
        return {"text": text}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "TextBlock", "text": text, "wrap": True}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def says(params: BaseModel, message: Message) -> str:
    """Return the text that the chat shows."""
    detail = params.detail if isinstance(params, ChatParams) else "minimal"
    return clipped(worded(message, detail), _LONGEST)


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Post it to the room and return what the service said."""
    if not isinstance(params, ChatParams):
        raise TypeError("these are not the parameters of a chat room")
    text = says(params, message)
    request = posted(params.url.get_secret_value(), payload(params.service, text))
    discretion = Discretion(secrets_of(params))
    judge = partial(_judged, params.service)
    return await exchange(params, request, timeout, discretion, judge=judge)


def _judged(service: Service, answer: Answer) -> str:
    if not answer.fine:
        raise refusal(answer)
    if not answer.whole or answer.text.strip() not in _TAKEN[service]:
        raise not_understood(answer)
    return answer.said


CHANNEL = Channel(
    name="chat",
    help=Text(
        vi="Phòng chat Teams, Slack hoặc Mattermost (incoming webhook)",
        en="A chat room of Teams, Slack or Mattermost (incoming webhook)",
    ),
    params=ChatParams,
    send=send,
    says=says,
)
