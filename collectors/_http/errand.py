"""One request by the HTTP client and its whole answer, within bounds."""

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import NamedTuple

from aiohttp import ClientError, ClientResponse
from yarl import URL

from collectors._http.body import LARGEST, Body, Unpackable, text_of
from collectors._http.client import Client
from collectors._http.visit import AGENT, failure
from collectors._net.trouble import Trouble, trouble
from core.reading import FailureKind

_HEADERS = 64 * 1024  # bytes


class Answer(NamedTuple):
    """What came back; `cut` if it was longer than was read."""

    status: int
    reason: str
    headers: Mapping[str, str]
    cookies: SimpleCookie
    octets: bytes
    charset: str | None
    cut: bool

    @property
    def text(self) -> str:
        """Return the body as text."""
        return text_of(self.octets, self.charset)


async def run(
    client: Client,
    method: str,
    url: URL,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    largest: int = LARGEST,
) -> Answer:
    """Ask once, redirects not followed; Trouble says why there is no answer.

    The way of the running look (`dialer.WAY`) must be set.
    """
    shown = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity", **headers}
    try:
        response = await client.session.request(
            method, url, data=body, headers=shown, allow_redirects=False, ssl=True
        )
        try:
            return await _read(response, method, largest)
        finally:
            response.close()
    except TimeoutError:
        raise
    except Unpackable as error:
        raise trouble(FailureKind.PROTOCOL, str(error)) from error
    except (ClientError, OSError, ValueError) as error:
        raise Trouble(failure(error)) from error


async def _read(response: ClientResponse, method: str, largest: int) -> Answer:
    if sum(len(name) + len(value) for name, value in response.raw_headers) > _HEADERS:
        raise trouble(FailureKind.PROTOCOL, "the headers are longer than 64 KiB")
    packed = response.headers.get("Content-Encoding", "")
    body = Body(packed if method != "HEAD" else "", largest)
    await body.read(response.content)
    return Answer(
        response.status,
        response.reason or "",
        response.headers,
        response.cookies,
        body.octets,
        response.charset,
        body.cut,
    )
