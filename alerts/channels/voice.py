"""Does a telephone ring and read the message aloud? By Stringee's callout.

<https://developer.stringee.com/docs/call-rest-api/call-rest-api-make-outbound-call>: a JWT
(RFC 7519, HS256) of the key's SID and secret, one action that reads the text twice; `r` is 0 when
the call was placed. Unconfirmed against the service.

With `answers_url` a key is waited for after the text (SCCO `input`, as in Stringee's own
samples): the service then posts `{"dtmf": "1", "call_id": …}` there and reads what it is
answered with. The address carries whom it is about and is signed by the key's secret.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, SecretStr

from alerts.answering import written
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
from alerts.channels._words import clipped, number, short
from core.answer import Answer as Said
from core.channel import Back, Channel, Heard, NotTheirs, Posted, Retry
from core.clock import SystemClock
from core.incident import Message
from core.text import Text

_LONGEST = 300  # characters: about half a minute of speech
_TIMES = 2
_LIFETIME = timedelta(minutes=5)
_KEY = "1"
_KEY_WAIT = 15  # seconds
_CALL_LASTS = timedelta(minutes=15)  # until a key pressed in it counts no more
_LONGEST_ID = 100
_PRESS = "Bấm phím 1 để tiếp nhận."
_NOTHING = "Chưa ghi nhận gì. Tin sẽ được nhắc lại nếu chưa có người tiếp nhận."


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
    answers_url: Annotated[
        Url | None,
        Text(
            vi="Nhận phím bấm (1 là tiếp nhận): địa chỉ /api/v1/answers/TÊN-KÊNH của máy này như "
            "Stringee gọi tới được, qua proxy ngược ở DMZ",
            en="Take a key (1: I take it on): this machine's /api/v1/answers/CHANNEL as Stringee "
            "reaches it, by a reverse proxy in the DMZ",
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


def says(_params: BaseModel, message: Message) -> str:
    """Return what is read to whoever answers."""
    return clipped(message.subject, _LONGEST)


def call(params: VoiceParams, message: Message, now: datetime) -> dict[str, object]:
    """Return what is asked: whom to call, and what to read to them."""
    to = number(message)
    asked: dict[str, object] = {
        "from": {"type": "external", "number": params.caller, "alias": params.caller},
        "to": [{"type": "external", "number": to, "alias": to}],
        "actions": _actions(params, message, to, now),
    }
    return asked if params.answer_url is None else {**asked, "answer_url": params.answer_url}


def _actions(params: VoiceParams, message: Message, to: str, now: datetime) -> list[object]:
    text, code = says(params, message), short(message).code
    if params.answers_url is None or not code:
        return [{"action": "talk", "text": text, "loop": _TIMES}]
    until = str(int((now + _CALL_LASTS).timestamp()))
    about = {"code": code, "to": to, "until": until}
    there = {**about, "sign": _sign(params, about)}
    return [
        {"action": "talk", "text": f"{text}. {_PRESS}", "loop": _TIMES, "bargeIn": True},
        {
            "action": "input",
            "eventUrl": f"{params.answers_url}?{urlencode(there)}",
            "submitOnHash": "false",
            "maxDigits": "1",
            "timeout": str(_KEY_WAIT),
        },
    ]


def _sign(params: VoiceParams, about: Mapping[str, str]) -> str:
    said = "\n".join(about.get(key, "") for key in ("code", "to", "until"))
    secret = params.key_secret.get_secret_value().encode()
    return hmac.new(secret, said.encode(), hashlib.sha256).hexdigest()


def hear(params: BaseModel, posted: Posted) -> Heard:
    """Read which key was pressed in a call of ours."""
    if not isinstance(params, VoiceParams):
        raise TypeError("these are not the parameters of a voice call")
    about = posted.query
    given = about.get("sign", "")
    if not hmac.compare_digest(given.encode(), _sign(params, about).encode()):
        raise NotTheirs
    if SystemClock().now().timestamp() > float(about["until"]):
        raise NotTheirs
    pressed = _pressed(posted.body)
    if pressed is None:
        return Heard(body=lambda _: _talk(_NOTHING), speaks=True)
    answer = Said(pressed, f"+{about['to']}", written(about["code"]))
    return Heard((answer,), _talk, speaks=True)


def _pressed(body: bytes) -> str | None:
    """Return the call in which our key was pressed; None for another key, or none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, Mapping) or said.get("dtmf") != _KEY:
        return None
    call_id = said.get("call_id")
    return call_id[:_LONGEST_ID] if isinstance(call_id, str) else None


def _talk(words: str) -> bytes:
    return json.dumps([{"action": "talk", "text": words}], ensure_ascii=False).encode()


def _back(params: BaseModel) -> Back | None:
    return "hear" if isinstance(params, VoiceParams) and params.answers_url is not None else None


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Place the call and return its number."""
    if not isinstance(params, VoiceParams):
        raise TypeError("these are not the parameters of a voice call")
    discretion = Discretion(secrets_of(params))
    now = SystemClock().now()
    proof = token(params.key_sid, params.key_secret.get_secret_value(), now)
    discretion.learn(proof)
    request = posted(params.url, call(params, message, now), {"X-STRINGEE-AUTH": proof})
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
    hear=hear,
    back=_back,
    says=says,
)
