"""Does another system take the message? By a signed HTTP POST of JSON.

`X-Thongsuot-Signature: t=<unix seconds>,v1=<hex>` is HMAC-SHA256 over `<t>.<body>` with the
shared secret; a receiver refuses old `t` and unequal digests. `X-Thongsuot-Id` is the same on
every retry.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Annotated

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.channel import Channel, GiveUp, Retry
from core.clock import SystemClock
from core.incident import Message
from core.text import Text

_TRY_AGAIN = frozenset({408, 425, 429})
_BROKEN = frozenset({401, 403, 404, 410})
_SERVER_FAULT = 500
_LONGEST_WAIT = 3600.0  # seconds that a Retry-After may ask for
_READ = 4096  # bytes of an answer


class WebhookParams(BaseModel):
    """Where to post, and the secret that signs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[
        str,
        Field(pattern=r"^https?://[^\s/]+", max_length=2000),
        Text(vi="Địa chỉ nhận (http:// hoặc https://)", en="Where to post (http:// or https://)"),
    ]
    secret: Annotated[
        SecretStr | None,
        Text(
            vi='Khoá ký HMAC-SHA256; nên viết "secret:TÊN"',
            en='The HMAC-SHA256 signing key; better "secret:NAME"',
        ),
    ] = None
    headers: Annotated[
        Mapping[str, str],
        Text(vi="Tiêu đề HTTP gửi kèm", en="HTTP headers to send along"),
    ] = Field(default_factory=dict, repr=False)
    verify: Annotated[
        bool,
        Text(vi="Kiểm tra chứng thư của nơi nhận", en="Check the receiver's certificate"),
    ] = True


def signature(secret: str, body: bytes, at: int) -> str:
    """Return the value of the signature header."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def payload(message: Message) -> bytes:
    """Return the JSON body: the words, and the same facts for machines."""
    what = {
        "id": message.id,
        "to": message.to,
        "subject": message.subject,
        "text": message.body,
        "data": message.data or {},
    }
    return json.dumps(what, ensure_ascii=False, separators=(",", ":"), default=str).encode()


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Post once, follow no redirect, and return the status and the beginning of the answer."""
    if not isinstance(params, WebhookParams):
        raise TypeError("these are not the parameters of a webhook")
    body = payload(message)
    headers = {
        **params.headers,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "thongsuot",
        "X-Thongsuot-Id": message.id,
    }
    if params.secret is not None:
        at = int(SystemClock().now().timestamp())
        headers["X-Thongsuot-Signature"] = signature(params.secret.get_secret_value(), body, at)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session,
            session.post(
                params.url, data=body, headers=headers, allow_redirects=False, ssl=params.verify
            ) as answer,
        ):
            words = (await answer.content.read(_READ)).decode("utf-8", "replace")
            return _receipt(answer.status, words, answer.headers.get("Retry-After"))
    except aiohttp.InvalidURL as fault:
        raise GiveUp(f"not an address: {fault}", channel_broken=True) from fault
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as trouble:  # noqa: UP041
        raise Retry(f"{type(trouble).__name__}: {trouble}") from trouble


def _receipt(status: int, words: str, retry_after: str | None) -> str:
    said = f"{status} {' '.join(words.split())[:200]}".strip()
    if 200 <= status < 300:  # noqa: PLR2004  (RFC 9110 §15.3)
        return said
    if status in _TRY_AGAIN or status >= _SERVER_FAULT:
        raise Retry(said, _seconds(retry_after))
    raise GiveUp(said, channel_broken=status in _BROKEN)


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header; its form as a date is left to our back-off."""
    if retry_after is None or not retry_after.strip().isdigit():
        return None
    return min(float(retry_after), _LONGEST_WAIT)


CHANNEL = Channel(
    name="webhook",
    help=Text(vi="Gửi JSON có chữ ký đến một địa chỉ web", en="Signed JSON to a web address"),
    params=WebhookParams,
    send=send,
)
