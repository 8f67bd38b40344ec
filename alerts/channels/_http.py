"""One HTTP exchange of a channel, and what its outcome means for the message.

Nothing but a result, Retry or GiveUp leaves here, and no secret leaves in their words.
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Annotated, Protocol
from urllib.parse import quote, quote_plus, urlsplit
from xml.sax.saxutils import escape

import aiohttp
from pydantic import AfterValidator, BaseModel, Field, SecretStr

from core.channel import GiveUp, Retry
from core.text import Text

HIDDEN = "…"
MOST = 65536  # bytes of an answer that are read
_TRY_AGAIN = frozenset({408, 425, 429})
_BROKEN = frozenset({401, 403, 404, 407, 410})
_PROXY_LOGIN = 407
_SERVER_FAULT = 500
LONGEST_WAIT = 3600.0  # seconds that a Retry-After may ask for
# Not compressed: a small answer must not grow huge in our memory.
_OURS = {"User-Agent": "thongsuot", "Accept-Encoding": "identity"}
_JSON = "application/json; charset=utf-8"
_SAID = 250  # characters of an answer that are repeated
_SHORTEST = 4  # characters: what is shorter is in every text


def _web_address(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("http://", "https://", "secret:")):
        raise ValueError("a web address begins with http:// or https://")
    return value


Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+", max_length=2000)]
SecretUrl = Annotated[SecretStr, AfterValidator(_web_address)]
Proxy = Annotated[
    SecretUrl | None,
    Text(
        vi='Proxy HTTP của riêng kênh này, ví dụ trạm chuyển tiếp ở DMZ "http://10.0.9.2:3128"; '
        'có mật khẩu thì viết "secret:TÊN"',
        en='An HTTP proxy of this channel alone, as a relay in the DMZ "http://10.0.9.2:3128"; '
        'with a password write "secret:NAME"',
    ),
]
Verify = Annotated[
    bool, Text(vi="Kiểm tra chứng thư của nơi nhận", en="Check the receiver's certificate")
]
CaFile = Annotated[
    str | None,
    Text(
        vi="Tệp CA, nếu chứng thư của nơi nhận không do CA công cộng cấp",
        en="A CA file, if no public CA signed the receiver's certificate",
    ),
]


class Road(Protocol):
    """How a channel gets out: parameters that every channel by HTTP has."""

    @property
    def proxy(self) -> SecretStr | None:
        """The proxy, None: straight."""

    @property
    def verify(self) -> bool:
        """Whether certificates are checked."""

    @property
    def ca_file(self) -> str | None:
        """An authority of its own."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked."""

    url: str
    body: bytes | None = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. `whole`: the body was not longer than we read."""

    status: int
    text: str
    retry_after: float | None = None
    whole: bool = True

    @property
    def said(self) -> str:
        """Return status and body in one line; `Discretion.hide` shortens it."""
        return f"{self.status} {' '.join(self.text.split())}".strip()

    @property
    def fine(self) -> bool:
        """Say whether the status is a success (RFC 9110 §15.3)."""
        return 200 <= self.status < 300  # noqa: PLR2004

    def json(self) -> object:
        """Return the body read as JSON; None if it is none."""
        try:
            return json.loads(self.text) if self.whole else None
        except (ValueError, RecursionError):
            return None


def posted(url: str, value: object, headers: Mapping[str, str] | None = None) -> Request:
    """Return a POST of JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    return Request(url, body, headers={"Content-Type": _JSON, **(headers or {})})


class Discretion:
    """Keeps secrets out of what is said, in every form that they travel in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms: list[str] = []
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """Keep these too: what was derived or fetched on the way."""
        found = {
            form
            for secret in secrets
            for part in (secret, *_parts(secret))
            for form in _forms(part)
            if len(form) >= _SHORTEST
        }
        self._forms = sorted({*self._forms, *found}, key=len, reverse=True)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let Retry and GiveUp pass without any secret, and without the error that held one."""
        try:
            yield
        except Retry as trouble:
            raise Retry(self.hide(str(trouble)), trouble.after) from None
        except GiveUp as refusal:
            words = self.hide(str(refusal))
            raise GiveUp(words, channel_broken=refusal.channel_broken) from None

    def hide(self, words: str) -> str:
        """Return the words without any secret, and no more of them than a log should hold.

        In this order: the beginning of a secret that a cut went through could not be found.
        """
        for form in self._forms:
            words = words.replace(form, HIDDEN)
        return words[:_SAID]


def _parts(secret: str) -> Iterator[str]:
    """Yield what is secret of an address: its password, and a path that opens by being known."""
    if "://" in secret:
        with suppress(ValueError):
            parts = urlsplit(secret)
            yield from (parts.password or "", parts.path, parts.query)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield escape(secret, {'"': "&quot;", "'": "&apos;"})


def secrets_of(value: object) -> Iterator[str]:
    """Yield every secret inside parameters."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for _, below in value:
            yield from secrets_of(below)
    elif isinstance(value, Mapping):
        for below in value.values():
            yield from secrets_of(below)


async def exchange(
    road: Road,
    request: Request,
    timeout: float,
    discretion: Discretion,
    *,
    judge: Callable[[Answer], str],
) -> str:
    """Ask once, follow no redirect, and return what `judge` makes of the answer.

    `judge` returns a receipt or raises Retry or GiveUp.
    """
    discretion.learn(request.url)  # errors name it, and it may hold a key
    with discretion.kept():
        return discretion.hide(judge(await ask(road, request, timeout)))


async def ask(road: Road, request: Request, timeout: float) -> Answer:
    """Return the answer to a request; its words may still hold secrets."""
    proxy = road.proxy.get_secret_value() if road.proxy is not None else None
    try:
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=timeout), auto_decompress=False
            ) as session,
            session.request(
                request.method,
                request.url,
                data=request.body,
                headers={**_OURS, **request.headers},
                allow_redirects=False,
                proxy=proxy,
                ssl=await _trust(road),
            ) as response,
        ):
            return await _read(response)
    except aiohttp.InvalidURL as fault:
        raise GiveUp(f"not an address: {fault}", channel_broken=True) from None
    except aiohttp.ClientHttpProxyError as no:
        words = f"the proxy answers {no.status} {no.message}"
        if no.status == _PROXY_LOGIN:
            raise GiveUp(words, channel_broken=True) from None
        raise Retry(words) from None
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as trouble:  # noqa: UP041
        raise Retry(f"{type(trouble).__name__}: {trouble}") from None
    except ValueError as fault:
        # a line break in a header, a host that no name may be: only the settings can mend it
        raise GiveUp(f"cannot be asked: {fault}", channel_broken=True) from None


async def _read(response: aiohttp.ClientResponse) -> Answer:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MOST:
            break
    return Answer(
        response.status,
        body[:MOST].decode("utf-8", "replace"),
        seconds(response.headers.get("Retry-After")),
        whole=len(body) <= MOST,
    )


async def _trust(road: Road) -> ssl.SSLContext | bool:
    if not road.verify or road.ca_file is None:
        return road.verify
    try:
        return await asyncio.to_thread(ssl.create_default_context, cafile=road.ca_file)
    except OSError as fault:
        raise GiveUp(f"the CA file cannot be used: {fault}", channel_broken=True) from None


def by_status(answer: Answer) -> str:
    """Return the receipt of a receiver whose status says everything; raise Retry or GiveUp."""
    if answer.fine:
        return answer.said
    raise refusal(answer)


def refusal(answer: Answer) -> Retry | GiveUp:
    """Return what a status that is no success means."""
    if answer.status in _TRY_AGAIN or answer.status >= _SERVER_FAULT:
        return Retry(answer.said, answer.retry_after)
    return GiveUp(answer.said, channel_broken=answer.status in _BROKEN)


def not_understood(answer: Answer) -> Retry:
    """Return what a success that says nothing we know means: perhaps it went out, perhaps not."""
    return Retry(f"the answer is not understood: {answer.said}", answer.retry_after)


def seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a Retry-After header; its form as a date is left to our back-off."""
    if retry_after is None or not retry_after.strip().isdecimal():
        return None
    return min(float(retry_after), LONGEST_WAIT)
