"""Does another system take the message? By a signed HTTP POST of JSON.

`X-Thongsuot-Signature: t=<unix seconds>,v1=<hex>` is HMAC-SHA256 over `<t>.<body>` with the
shared secret; a receiver refuses old `t` and unequal digests. `X-Thongsuot-Id` is the same on
every retry.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from alerts.channels._http import (
    CaFile,
    Discretion,
    Proxy,
    Request,
    Url,
    Verify,
    by_status,
    exchange,
    secrets_of,
)
from core.channel import Channel
from core.clock import SystemClock
from core.incident import Message
from core.text import Text


class WebhookParams(BaseModel):
    """Where to post, and the secret that signs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[
        Url,
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
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None


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
        "X-Thongsuot-Id": message.id,
    }
    if params.secret is not None:
        at = int(SystemClock().now().timestamp())
        headers["X-Thongsuot-Signature"] = signature(params.secret.get_secret_value(), body, at)
    request = Request(params.url, body, headers=headers)
    discretion = Discretion((*secrets_of(params), *params.headers.values()))
    return await exchange(params, request, timeout, discretion, judge=by_status)


CHANNEL = Channel(
    name="webhook",
    help=Text(vi="Gửi JSON có chữ ký đến một địa chỉ web", en="Signed JSON to a web address"),
    params=WebhookParams,
    send=send,
)
