"""Does a telephone number get a template message of Zalo (ZNS)?

<https://developers.zalo.me/docs/zalo-notification-service>: a template that Zalo approved, filled
by name; the answer's `error` decides. The access token lasts 25 hours and is renewed by a refresh
token that works once and comes back new (<https://oauth.zaloapp.com/v4/oa/access_token>).
Unconfirmed against the service, its rule for the night above all.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from alerts.channels._http import (
    Answer,
    CaFile,
    Discretion,
    Proxy,
    Request,
    Url,
    Verify,
    ask,
    not_understood,
    posted,
    refusal,
    secrets_of,
)
from alerts.channels._templates import Unfit, check_template, filled
from alerts.channels._tokens import Pair, TokenFile, TokenStore, to_its_end
from alerts.channels._words import number, short
from core.channel import Channel, GiveUp, Retry
from core.clock import SystemClock
from core.incident import Message
from core.text import Text

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
_TRACKED = 48  # characters that a tracking id may have
_EARLY = 600.0  # seconds before its end that a token is renewed
_RENEWING = 10.0  # seconds that a renewal may take, even when we are told to stop
_ENOUGH = 3.0  # seconds: a renewal that is cut short has spent the token and lost the new one
_LEAST = 0.05  # seconds
_EXPIRED = -124
# The application, its account or its template is wrong / this message or its receiver is.
_BROKEN = frozenset({-101, -102, -103, -104, -105, -106, -109, -115, -117})
_PERMANENT = frozenset({-107, -108, -110, -111, -112, -113, -114, -116, -118, -119})


class ZnsTemplate(BaseModel):
    """A template that Zalo approved, and what fills it."""

    model_config = _FROZEN

    id: Annotated[str, Text(vi="Mã mẫu đã được Zalo duyệt", en="The number that Zalo gave it")]
    data: Annotated[
        Mapping[str, str],
        Text(
            vi="Tham số của mẫu, ví dụ su_co = '{{ words.what }}'; có what, since, until, lasted, "
            "severity, count, code, url, answer",
            en="Its parameters, such as su_co = '{{ words.what }}'; there are what, since, until, "
            "lasted, severity, count, code, url, answer",
        ),
    ]


class ZaloZnsParams(BaseModel):
    """Which application, which templates, and where the token is kept."""

    model_config = _FROZEN

    app_id: Annotated[str, Text(vi="Mã ứng dụng Zalo", en="The application's id")]
    app_secret: Annotated[
        SecretStr,
        Text(
            vi='Khoá bí mật của ứng dụng; nên viết "secret:TÊN"',
            en='The application\'s secret; better "secret:NAME"',
        ),
    ]
    refresh_token: Annotated[
        SecretStr,
        Text(
            vi='Refresh token của lần cấp quyền; chỉ dùng một lần đầu, nên viết "secret:TÊN"',
            en='The refresh token of the consent; used once, to begin; better "secret:NAME"',
        ),
    ]
    token_file: Annotated[
        str,
        Field(pattern=r"^/"),
        Text(
            vi="Tệp giữ token mới nhất (đường dẫn tuyệt đối, chỉ chương trình ghi); đừng chép sang "
            "máy khác đang chạy",
            en="The file that keeps the newest token (absolute, ours to write); never copy it to "
            "another machine that runs",
        ),
    ]
    templates: Annotated[
        Mapping[Literal["problem", "recovery", "retired", "test"], ZnsTemplate],
        Text(
            vi="Mẫu cho từng loại tin: problem, recovery, retired, test",
            en="A template for each kind of message: problem, recovery, retired, test",
        ),
    ]
    development: Annotated[
        bool,
        Text(
            vi="Chế độ thử của Zalo: chỉ gửi cho quản trị viên của OA",
            en="Zalo's development mode: only administrators of the account get it",
        ),
    ] = False
    proof: Annotated[
        bool,
        Text(
            vi="Gửi kèm appsecret_proof (ứng dụng mới bắt buộc, lỗi -1241)",
            en="Send an appsecret_proof too (newer applications must, error -1241)",
        ),
    ] = False
    url: Annotated[Url, Text(vi="Địa chỉ gửi tin", en="Where messages go")] = (
        "https://business.openapi.zalo.me/message/template"
    )
    token_url: Annotated[Url, Text(vi="Địa chỉ lấy token mới", en="Where tokens are renewed")] = (
        "https://oauth.zaloapp.com/v4/oa/access_token"  # noqa: S105  (an address)
    )
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None

    @model_validator(mode="after")
    def _templates_are_readable(self) -> Self:
        for template in self.templates.values():
            for text in template.data.values():
                for _ in check_template(text, "text"):
                    raise ValueError("a ZNS template is filled from words alone")
        return self


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Send the template of this kind of message; return Zalo's number for it."""
    if not isinstance(params, ZaloZnsParams):
        raise TypeError("these are not the parameters of ZNS")
    return await deliver(params, message, timeout, TokenFile(Path(params.token_file)))


async def deliver(
    params: ZaloZnsParams, message: Message, timeout: float, store: TokenStore
) -> str:
    """Send with the token of a store; one that Zalo no longer takes is renewed once."""
    discretion = Discretion(secrets_of(params))
    deadline = asyncio.get_running_loop().time() + timeout
    access = _Access(params, store, discretion, deadline)
    with discretion.kept():
        body = _body(params, message)
        token = await access.token()
        answer = await _said(params, body, token, access.left)
        if _code(answer) == _EXPIRED:
            token = await access.token(spent=token)
            answer = await _said(params, body, token, access.left)
        return discretion.hide(_receipt(answer))


def says(params: BaseModel, message: Message) -> str:
    """Return what fills the template, a line each; the words around it stand at Zalo."""
    if not isinstance(params, ZaloZnsParams):
        raise TypeError("these are not the parameters of Zalo ZNS")
    try:
        return "\n".join(f"{name}: {text}" for name, text in _filling(params, message)[1].items())
    except GiveUp:  # and so nothing goes out
        return short(message).sms


def _filling(params: ZaloZnsParams, message: Message) -> tuple[str, dict[str, str]]:
    """Return the template of a message and what fills it; GiveUp if that cannot be."""
    few = short(message)
    template = params.templates.get(few.template)  # type: ignore[call-overload]
    if template is None:
        raise GiveUp(f"there is no ZNS template for a message of kind {few.template}")
    words = {"count": "0", **few.words}
    try:
        return template.id, {
            name: filled(text, "text", {"words": words}) for name, text in template.data.items()
        }
    except Unfit as fault:
        raise GiveUp(f"the template cannot be filled: {fault}", channel_broken=True) from None


def _body(params: ZaloZnsParams, message: Message) -> dict[str, object]:
    template, data = _filling(params, message)
    body: dict[str, object] = {
        "phone": number(message),
        "template_id": template,
        "template_data": data,
        "tracking_id": message.id[-_TRACKED:],
    }
    return {**body, "mode": "development"} if params.development else body


async def _said(
    params: ZaloZnsParams, body: Mapping[str, object], token: str, left: float
) -> Answer:
    headers = {"access_token": token}
    if params.proof:
        secret = params.app_secret.get_secret_value().encode()
        headers["appsecret_proof"] = hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()
    return await ask(params, posted(params.url, body, headers), left)


def _code(answer: Answer) -> int | None:
    said = answer.json()
    code = said.get("error") if isinstance(said, Mapping) else None
    return code if type(code) is int else None


def _receipt(answer: Answer) -> str:
    code = _code(answer)
    if not answer.fine and code in {None, 0}:
        raise refusal(answer)
    if code is None:
        raise not_understood(answer)
    if code != 0:
        if code in _PERMANENT:
            raise GiveUp(answer.said)
        if code in _BROKEN or code == _EXPIRED:
            raise GiveUp(answer.said, channel_broken=True)
        raise Retry(answer.said, answer.retry_after)
    said = answer.json()
    data = said.get("data") if isinstance(said, Mapping) else None
    return f"message {data.get('msg_id')}" if isinstance(data, Mapping) else answer.said


@dataclass(frozen=True, slots=True)
class _Access:
    """The way to a token that Zalo takes."""

    params: ZaloZnsParams
    store: TokenStore
    discretion: Discretion
    deadline: float

    @property
    def left(self) -> float:
        """Return the seconds until the deadline."""
        return max(self.deadline - asyncio.get_running_loop().time(), _LEAST)

    async def token(self, *, spent: str | None = None) -> str:
        """Return a token that is good for a while and is not `spent`, renewed if it must be."""
        pair = self._usable(self.store.read(), spent)
        if pair is None:
            async with self.store.locked(self.left):
                old = self.store.read()  # somebody may have renewed it while we waited
                pair = self._usable(old, spent)
                if pair is None:
                    pair = await to_its_end(self._renewed(old))
        self.discretion.learn(pair.access, pair.refresh)
        return pair.access

    @property
    def _origin(self) -> str:
        return hashlib.sha256(self.params.refresh_token.get_secret_value().encode()).hexdigest()

    def _usable(self, pair: Pair | None, spent: str | None) -> Pair | None:
        if pair is None or pair.origin != self._origin or pair.access == spent:
            return None
        return pair if pair.expires_at - _EARLY > SystemClock().now().timestamp() else None

    async def _renewed(self, old: Pair | None) -> Pair:
        """Spend the refresh token; what comes back is kept before it is used."""
        if self.left < _ENOUGH:
            raise Retry("there is too little time left to renew the token")
        grown = old if old is not None and old.origin == self._origin else None
        refresh = grown.refresh if grown else self.params.refresh_token.get_secret_value()
        self.discretion.learn(refresh)
        form = {
            "refresh_token": refresh,
            "app_id": self.params.app_id,
            "grant_type": "refresh_token",
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "secret_key": self.params.app_secret.get_secret_value(),
        }
        request = Request(self.params.token_url, urlencode(form).encode(), headers=headers)
        answer = await ask(self.params, request, min(self.left, _RENEWING))
        pair = _pair(answer, self._origin)
        self.discretion.learn(pair.access, pair.refresh)
        self.store.write(pair)
        return pair


def _pair(answer: Answer, origin: str) -> Pair:
    said = answer.json()
    known = said if isinstance(said, Mapping) else {}
    access, refresh, lasts = (known.get(k) for k in ("access_token", "refresh_token", "expires_in"))
    whole = isinstance(access, str) and access and isinstance(refresh, str) and refresh
    if answer.fine and whole and str(lasts).isdecimal():
        ends = SystemClock().now().timestamp() + float(str(lasts))
        return Pair(str(access), str(refresh), ends, origin)
    if not answer.fine and isinstance(refusal(answer), Retry):
        raise refusal(answer)
    raise GiveUp(
        f"no new token, the consent must be given again by hand: {answer.said}",
        channel_broken=True,
    )


CHANNEL = Channel(
    name="zalo_zns",
    help=Text(
        vi="Zalo ZNS: tin mẫu gửi theo số điện thoại",
        en="Zalo ZNS: template messages to a telephone number",
    ),
    params=ZaloZnsParams,
    send=send,
    to="phone",
    says=says,
)
