"""Does a telephone ring and read the message aloud? By Stringee's callout.

<https://developer.stringee.com/docs/call-rest-api/call-rest-api-make-outbound-call>: a JWT
(RFC 7519, HS256) of the key's SID and secret, one action that reads the text twice; `r` is 0 when
the call was placed. Unconfirmed against the service.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, SecretStr

from alerts.channels._http import (
    Answer,
    CaFile,
    Discretion,
    Proxy,
    Url,
    Verify,
    exchange,
    not_understood,
    posted,
    refusal,
    secrets_of,
)
from alerts.channels._words import clipped, number
from core.channel import Channel, Retry
from core.clock import SystemClock
from core.incident import Message
from core.text import Text

_LONGEST = 300  # characters: about half a minute of speech
_TIMES = 2
_LIFETIME = timedelta(minutes=5)


class VoiceParams(BaseModel):
    """Whose account calls, and from which number."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key_sid: Annotated[str, Text(vi="API key SID của Stringee", en="The API key's SID")]
    key_secret: Annotated[
        SecretStr,
        Text(
            vi='API key secret của Stringee; nên viết "secret:TÊN"',
            en='The API key\'s secret; better "secret:NAME"',
        ),
    ]
    caller: Annotated[
        str, Text(vi="Số gọi đi đã thuê, ví dụ 842471000000", en="The number that calls")
    ]
    url: Annotated[Url, Text(vi="Địa chỉ dịch vụ", en="The service")] = (
        "https://api.stringee.com/v1/call2/callout"
    )
    answer_url: Annotated[
        str | None,
        Text(
            vi="Địa chỉ Stringee hỏi khi người nhận nhấc máy, nếu tài khoản yêu cầu",
            en="What Stringee asks when the call is taken, if the account demands one",
        ),
    ] = None
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None


def token(sid: str, secret: str, now: datetime) -> str:
    """Return the JWT that a request carries (RFC 7515 §3.1, RFC 7519)."""
    at = int(now.timestamp())
    header = {"typ": "JWT", "alg": "HS256", "cty": "stringee-api;v=1"}
    claims = {
        "jti": f"{sid}-{at}",
        "iss": sid,
        "exp": at + int(_LIFETIME.total_seconds()),
        "rest_api": True,
    }
    signed = b".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return b".".join((signed, _base64url(digest))).decode()


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def call(params: VoiceParams, message: Message) -> dict[str, object]:
    """Return what is asked: whom to call, and what to read to them."""
    to = number(message)
    asked: dict[str, object] = {
        "from": {"type": "external", "number": params.caller, "alias": params.caller},
        "to": [{"type": "external", "number": to, "alias": to}],
        "actions": [{"action": "talk", "text": clipped(message.subject, _LONGEST), "loop": _TIMES}],
    }
    return asked if params.answer_url is None else {**asked, "answer_url": params.answer_url}


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Place the call and return its number."""
    if not isinstance(params, VoiceParams):
        raise TypeError("these are not the parameters of a voice call")
    discretion = Discretion(secrets_of(params))
    proof = token(params.key_sid, params.key_secret.get_secret_value(), SystemClock().now())
    discretion.learn(proof)
    request = posted(params.url, call(params, message), {"X-STRINGEE-AUTH": proof})
    return await exchange(params, request, timeout, discretion, judge=_judged)


def _judged(answer: Answer) -> str:
    if not answer.fine:
        raise refusal(answer)
    said = answer.json()
    if not isinstance(said, Mapping) or type(said.get("r")) is not int:
        raise not_understood(answer)
    if said["r"] != 0:
        words = said.get("message") or ""
        raise Retry(f"refused: {said['r']} {words}")
    return f"call {said.get('call_id')}"


CHANNEL = Channel(
    name="voice",
    help=Text(
        vi="Gọi điện và đọc tin hai lần (Stringee)",
        en="A phone call that reads it twice (Stringee)",
    ),
    params=VoiceParams,
    send=send,
    to="phone",
)
