"""One look: request, redirects, body; what was found is kept even where it fails."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    CookieJar,
    ServerDisconnectedError,
)
from multidict import CIMultiDict
from yarl import URL

from collectors._http.body import Body, Unpackable, text_of
from collectors._http.client import Client
from collectors._http.dialer import WAY, Session, Way
from collectors._http.kinds import LONGEST, accepts
from collectors._http.matcher import Matcher
from collectors._http.params import Params
from collectors._http.wanted import is_asked, unmet_json, unmet_words
from collectors._net.trouble import Trouble, failure_of, printable, trouble
from collectors._tls.refusal import ended
from core.clock import Clock
from core.collector import Transcript
from core.reading import Failure, FailureKind

_REDIRECTS = (301, 302, 303, 307, 308)
_REFUSED_LOGIN = (401, 403, 407)
_PRIVATE = {"authorization", "cookie", "proxy-authorization", "host"}  # of the first host alone
_HEADERS = 64 * 1024  # bytes
AGENT = "thongsuot"


@dataclass(slots=True)
class Found:
    """What was found so far; seconds are summed over redirects, None: it did not come so far."""

    status: int | None = None
    version: float | None = None
    redirects: int = 0
    is_tls: bool = False
    content_length: int | None = None
    body_length: int | None = None
    modified: float | None = None  # Unix time
    session: Session | None = None
    processing: float | None = None
    transfer: float | None = None
    regex_failed: bool = False
    failure: Failure | None = None


@dataclass(slots=True)
class Visit:
    """One look at one address."""

    params: Params
    client: Client
    way: Way
    clock: Clock
    matcher: Matcher
    secret: str | None = None
    found: Found = field(default_factory=Found)
    _jar: CookieJar | None = None

    async def run(self, transcript: Transcript) -> None:
        """Fill `found`; failures are data, only a cancellation is raised."""
        WAY.set(self.way)
        try:
            await self._follow(transcript)
        except Trouble as refusal:
            self.found.failure = refusal.failure
        except Unpackable as error:
            self.found.failure = Failure(FailureKind.PROTOCOL, str(error))
        except (ClientError, OSError, ValueError) as error:
            self.found.failure = failure(error)

    async def _follow(self, transcript: Transcript) -> None:
        url = start = URL(self.params.url)
        self.way.host = url.raw_host or ""
        while True:
            self.found.is_tls = url.scheme == "https"
            response = await self._ask(url, start, transcript)
            try:
                self._note(response)
                following = self._next(response, url)
                if following is None:
                    return await self._judge(response, transcript)
                await self._leave(response)
                self._remember(response, url)
            finally:
                response.close()
            transcript.note("to %s", printable(str(following)))
            self.found.redirects += 1
            url = following

    async def _ask(self, url: URL, start: URL, transcript: Transcript) -> ClientResponse:
        begun, way = self.clock.monotonic(), self.way
        connecting = (way.lookup or 0.0) + way.connect + way.tls
        transcript.note("%s %s", self.params.method, printable(str(url)))
        try:
            response = await self.client.session.request(
                self.params.method,
                url,
                headers=self._headers(url, start),
                allow_redirects=False,
                ssl=True,
            )
        finally:
            port = url.port or 0
            self.found.session = self.way.sessions.get((url.raw_host or "", port))
        took = self.clock.monotonic() - begun
        connected = (way.lookup or 0.0) + way.connect + way.tls - connecting
        self.found.processing = (self.found.processing or 0.0) + max(0.0, took - connected)
        transcript.note("HTTP %d %s", response.status, printable(response.reason or ""))
        return response

    def _headers(self, url: URL, start: URL) -> CIMultiDict[str]:
        headers = CIMultiDict({"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"})
        own = url.origin() == start.origin()
        for name, value in self.params.headers.items():
            if own or name.lower() not in _PRIVATE:
                headers[name] = value
        if own and self.secret is not None:
            headers["Authorization"] = self._login(self.secret)
        if self._jar is not None:
            cookies = self._jar.filter_cookies(url)
            if cookies:
                headers["Cookie"] = "; ".join(f"{m.key}={m.coded_value}" for m in cookies.values())
        return headers

    def _login(self, secret: str) -> str:
        if self.params.auth == "bearer":
            return f"Bearer {secret}"
        login = f"{self.params.user}:{secret}" if self.params.user else secret
        return "Basic " + b64encode(login.encode()).decode("ascii")

    def _note(self, response: ClientResponse) -> None:
        if sum(len(name) + len(value) for name, value in response.raw_headers) > _HEADERS:
            raise trouble(FailureKind.PROTOCOL, "the headers are longer than 64 KiB")
        found, version = self.found, response.version
        found.status = response.status
        found.version = version.major + version.minor / 10 if version else None
        found.content_length = response.content_length
        found.modified = _instant(response.headers.get("Last-Modified"))

    def _next(self, response: ClientResponse, url: URL) -> URL | None:
        """Return where to go next, None to stay; Trouble where that leads nowhere good."""
        if response.status not in _REDIRECTS or accepts(self.params.statuses, response.status):
            return None
        location = response.headers.get("Location")
        if not location or not self.params.follow:
            return None
        if self.found.redirects >= self.params.follow:
            raise trouble(FailureKind.PROTOCOL, f"more than {self.params.follow} redirects")
        try:
            following = url.join(URL(location.strip()[:LONGEST])).with_fragment(None)
        except ValueError as error:
            where = printable(location, 80)
            raise trouble(FailureKind.PROTOCOL, f"a redirect to no address: {where}") from error
        if following.scheme not in {"http", "https"} or not following.host:
            where = printable(str(following), 80)
            raise trouble(FailureKind.PROTOCOL, f"a redirect that is not followed: {where}")
        if url.scheme == "https" and following.scheme == "http":
            where = printable(str(following), 80)
            raise trouble(FailureKind.PROTOCOL, f"a redirect from HTTPS back to HTTP: {where}")
        return following

    async def _leave(self, response: ClientResponse) -> None:
        """Read the little that redirects say, so that a kept connection can go on."""
        if self.params.keep and (response.content_length or 0) <= LONGEST:
            await Body("identity").read(response.content)

    def _remember(self, response: ClientResponse, url: URL) -> None:
        if response.cookies:
            if self._jar is None:
                self._jar = CookieJar(unsafe=True)  # addresses may have cookies too
            self._jar.update_cookies(response.cookies, url)

    async def _judge(self, response: ClientResponse, transcript: Transcript) -> None:
        accepted = accepts(self.params.statuses, response.status)
        begun = self.clock.monotonic()
        packed = response.headers.get("Content-Encoding", "")
        # Nobody looks into a body of which nothing is wanted: it may be packed as it likes.
        asked = accepted and is_asked(self.params) and self.params.method == "GET"
        body = Body(packed if asked else "identity")
        try:
            await body.read(response.content)
        finally:
            self.found.transfer = self.clock.monotonic() - begun
            self.found.body_length = len(body.octets)
        if body.cut:
            transcript.note("the body is longer than what is read of it, %d bytes", body.received)
        if not accepted:
            self.found.failure = _unwanted(response)
            return
        self.found.failure = self._expiry()
        if asked and self.found.failure is None:
            self.found.failure = await self._unmet(text_of(body.octets, response.charset))

    def _expiry(self) -> Failure | None:
        """Return the failure of a kept connection whose certificate has expired meanwhile."""
        session = self.found.session
        if session is None or not self.found.is_tls or not self.params.verify:
            return None
        said = ended(session.verified or session.chain, self.clock.now())
        return Failure(FailureKind.PROTOCOL, said) if said else None

    async def _unmet(self, text: str) -> Failure | None:
        failure = unmet_words(self.params, text) or unmet_json(self.params, text)
        if failure is None and self.params.pattern:
            failure = await self.matcher.unmet(self.params.pattern, text)
        self.found.regex_failed = failure is not None
        return failure


def _unwanted(response: ClientResponse) -> Failure:
    reason = printable(response.reason or "", 60)
    said = f"HTTP {response.status} {reason}".rstrip()
    location = response.headers.get("Location")
    if response.status in _REDIRECTS and location:
        said += f" to {printable(location, 100)}"
    login = response.status in _REFUSED_LOGIN
    return Failure(FailureKind.AUTH if login else FailureKind.PROTOCOL, said)


def failure(error: Exception) -> Failure:
    """Return what an error of the HTTP client says about the server."""
    if isinstance(error, ServerDisconnectedError):
        return Failure(FailureKind.REFUSED, "the connection was closed without an answer")
    if isinstance(error, ClientPayloadError):
        return Failure(FailureKind.PROTOCOL, "the body ended too early")
    if isinstance(error, OSError):
        return failure_of(error)
    if isinstance(error, ClientConnectionError):
        return Failure(FailureKind.REFUSED, printable(str(error)))
    said = printable(re.sub(r"\s+", " ", str(error)), 120)
    return Failure(FailureKind.PROTOCOL, f"what answers does not speak HTTP: {said}")


def _instant(said: str | None) -> float | None:
    """Return the Unix time of an HTTP date, None if it is none."""
    if not said:
        return None
    try:
        return parsedate_to_datetime(said).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
