"""One look's conversation with a device over HTTP, as a good guest.

One request after the other on one connection, answers bounded, a login that was refused not tried
again (`manners`), a session that was begun ended whatever happens.
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from aiohttp import ClientError, ClientResponse
from yarl import URL

from collectors._http.body import Body, Unpackable
from collectors._http.client import Client, clients_of
from collectors._http.dialer import WAY, Way
from collectors._http.visit import AGENT, failure
from collectors._net.trouble import Trouble, printable, trouble
from collectors._vc.manners import Manners, manners_of
from collectors._vc.params import VcParams, pin
from core.collector import Exchange, Kit, Transcript
from core.reading import Failure, FailureKind
from core.watching import Check

FAREWELL = 1.0  # seconds of a look that are kept for ending a session
_ENOUGH = 0.6  # of a look's time for what is asked of every participant
_REFUSED = (401, 403, 407)
_OVERLOADED = (429, 503)
_PROOFS = {"Authorization", "Cookie"}  # an answer to these shows that the login was good
_PASSES = ("X-Auth-Token",)  # headers of an answer that let us in
_SHOWN = 800  # characters of an answer in the transcript, in lines
_LINE = 400
_HIDDEN = re.compile(
    r'("(?:password|sessionId|session_id|token|access_token|secret|nonce)"\s*:\s*")[^"]*',
    re.IGNORECASE,
)


# Names of people, which are nobody's business here: neither in transcripts nor in recordings.
_PEOPLE = re.compile(r"(<fullName>)[^<]*|(\"display_name\"\s*:\s*\")[^\"]*")
_TARGET = re.compile(r"/[!-~]{0,2000}")
_CHECKSUM = re.compile(r"checksum=[0-9a-f]+")  # of a secret: guesses could be tried on it


class Answer(NamedTuple):
    """What came back."""

    status: int
    octets: bytes
    headers: Mapping[str, str]
    cookies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Login:
    """A credential: user and password, and the certificate to expect, from one secret."""

    user: str
    password: str
    fingerprint: str | None = None

    @classmethod
    def of(cls, secret: str, params: VcParams, *, token: bool = False) -> "Login":
        """Read a secret: `user:password`, then maybe a line with a fingerprint; Trouble.

        A `token` is a word of its own: no user.
        """
        first, _, rest = secret.strip().partition("\n")
        user, colon, password = first.strip().partition(":")
        if token:
            user, password = "", first.strip()
        elif params.user is not None:
            user, password = params.user, first.strip()
        elif not colon:
            what = "the secret is no user:password, and the parameter user names nobody"
            raise trouble(FailureKind.LOCAL, what)
        try:
            fingerprint = pin(rest) if rest.strip() else None
        except ValueError as error:
            what = f"the second line of the secret: {error}"
            raise trouble(FailureKind.LOCAL, what) from error
        return cls(user, password, params.fingerprint or fingerprint)

    @property
    def basic(self) -> str:
        """The header of HTTP Basic authentication."""
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")


class Guest:
    """Asks one device during one look. Made by `received`."""

    def __init__(
        self,
        check: Check,
        kit: Kit,
        transcript: Transcript,
        params: VcParams,
        port: int,
        *,
        token: bool = False,
    ) -> None:
        self.farewell: Callable[[], Awaitable[object]] | None = None
        self.login = _login(check, kit, params, token=token)
        self._token = token
        self.clock = kit.clock
        self._check, self._kit, self._transcript = check, kit, transcript
        host = f"[{check.address}]" if ":" in check.address else check.address
        self.base = URL(f"{params.scheme}://{host}:{params.port or port}")
        terms = params.terms
        self._pin = self.login.fingerprint if self.login else params.fingerprint
        if self._pin:
            terms = terms._replace(verify=False, ca=None)
        self._way = Way(terms, check.timeout, transcript, pin=self._pin)
        self._client: Client | None = None
        self._entered = 0.0  # by the loop's own time
        self._leaving = False  # ending a session shows no login, and spares the device one

    async def enter(self) -> None:
        """Take the connection of this check, kept from the look before or new."""
        self._client = await clients_of(self._kit).of(self._check.slug, keep=True)
        self._way.sessions = self._client.sessions
        self._entered = asyncio.get_running_loop().time()
        WAY.set(self._way)

    @property
    def late(self) -> bool:
        """Say whether so much of the look is over that what is left to ask had better be little."""
        spent = asyncio.get_running_loop().time() - self._entered
        return spent > _ENOUGH * self._check.timeout

    @property
    def manners(self) -> Manners:
        """Whom we leave alone."""
        return manners_of(self._kit)

    async def get(
        self, target: str, *, headers: Mapping[str, str] | None = None, also: Collection[int] = ()
    ) -> Answer:
        """Return what stands at a path; Trouble unless the status is 200 or one of `also`."""
        return await self.ask("GET", target, headers=headers, also=also)

    async def ask(
        self,
        method: str,
        target: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        also: Collection[int] = (),
        basic: bool = True,
    ) -> Answer:
        """Ask once; Trouble says why there is no good answer. Statuses of `also` are good too.

        The login is shown as `basic`, unless `headers` have an Authorization or Cookie.
        """
        if not _TARGET.fullmatch(target):  # a part of it may be what the device itself said
            what = f"{printable(target, 80)} cannot be asked for"
            raise trouble(FailureKind.PROTOCOL, what)
        resting = self.manners.rest(str(self.base), self._login_key)
        if resting is not None and not self._leaving:
            raise Trouble(resting)
        shown = self._headers(headers, basic=basic)
        answer = await self._exchanged(method, target, body, shown)
        if answer.status in (200, *also) or (method != "GET" and 200 <= answer.status < 300):  # noqa: PLR2004
            if answer.status not in also and (self.login is None or _PROOFS & shown.keys()):
                self.welcomed()
            return answer
        raise Trouble(self._refusal(answer))

    def welcomed(self) -> None:
        """Note that our login was good: what was refused before is forgotten."""
        self.manners.welcome(str(self.base), self._login_key)

    def unwelcome(self, said: str) -> Trouble:
        """Return the trouble of a login that was refused with status 200."""
        return Trouble(self.manners.refused(str(self.base), self._login_key, said))

    @property
    def _login_key(self) -> str | None:
        return self.login.basic if self.login else None

    def _headers(self, more: Mapping[str, str] | None, *, basic: bool) -> dict[str, str]:
        headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        headers |= more or {}
        named = {name.lower() for name in headers}
        own = bool(named & {"authorization", "cookie"})
        if self.login is not None and basic and not self._token and not own:
            headers["Authorization"] = self.login.basic
        return headers

    async def _exchanged(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        if self._client is None:
            raise RuntimeError("the guest has not entered")
        self._transcript.note("%s %s", method, printable(self._scrubbed(target)))
        url = URL(f"{self.base}{target}", encoded=True)
        try:
            response = await self._client.session.request(
                method, url, data=body, headers=headers, allow_redirects=False, ssl=True
            )
            try:
                answer = await _read(response)
            finally:
                if not response.content.at_eof():
                    response.close()
                else:
                    response.release()
        except Trouble as refusal:
            raise Trouble(self._told(refusal.failure)) from refusal
        except Unpackable as error:
            raise trouble(FailureKind.PROTOCOL, str(error)) from error
        except TimeoutError:
            raise
        except (ClientError, OSError, ValueError) as error:
            raise Trouble(failure(error)) from error
        self._keep_record(method, target, answer)
        return answer

    def _told(self, refusal: Failure) -> Failure:
        """Return a failure of TLS with what would mend it: the device's own fingerprint."""
        session = self._way.sessions.get((self.base.raw_host or "", self.base.port or 0))
        if self._pin or "certificate" not in refusal.detail or session is None:
            return refusal
        if not session.chain:
            return refusal
        shown = session.chain[0].fingerprint
        said = f"{refusal.detail}; to trust just this one: fingerprint={shown}"
        return Failure(refusal.kind, said)

    def _keep_record(self, method: str, target: str, answer: Answer) -> None:
        said = self._scrubbed(answer.octets.decode("utf-8", "replace"))
        self._transcript.note("HTTP %d, %d bytes", answer.status, len(answer.octets))
        for start in range(0, min(len(said), _SHOWN), _LINE):
            self._transcript.note("  %s", printable(said[start : start + _LINE], _LINE))
        if self._kit.record is not None:
            asked = f"{method} {self._scrubbed(target)}"
            kind = answer.headers.get("Content-Type", "")
            heard = {
                name: "***" if name in _PASSES else self._scrubbed(answer.headers[name])
                for name in (*_PASSES, "Location")
                if name in answer.headers
            }
            self._kit.record(Exchange(asked, answer.status, kind, said, headers=heard))

    def _scrubbed(self, text: str) -> str:
        if self.login is not None and self.login.password:
            text = text.replace(self.login.password, "***")
        text = _PEOPLE.sub(lambda found: f"{found[1] or found[2]}***", text)
        return _CHECKSUM.sub("checksum=***", _HIDDEN.sub(r"\1***", text))

    def _refusal(self, answer: Answer) -> Failure:
        said, key = f"HTTP {answer.status}", self._login_key
        if answer.status in _REFUSED:
            said += ": the device refuses our login" if self.login else ": it wants a login"
            return self.manners.refused(str(self.base), key, said)
        if answer.status in _OVERLOADED:
            said += ": the device asks us to come more rarely"
            after = answer.headers.get("Retry-After", "")
            seconds = float(after) if after.isdecimal() else None
            return self.manners.too_many(str(self.base), key, said, seconds)
        return Failure(FailureKind.PROTOCOL, f"{said} {printable(answer.octets, 80)}".rstrip())

    async def leave(self, *, keep: bool) -> None:
        """End the session, if one was begun; hang up unless the connection is to be kept."""
        farewell, self.farewell = self.farewell, None
        self._leaving = True
        try:
            if farewell is not None:
                async with asyncio.timeout(FAREWELL):
                    await farewell()
        except (TimeoutError, Trouble) as error:
            self._transcript.note("the session could not be ended: %s", error or "no answer")
        finally:
            if not keep:
                await clients_of(self._kit).drop(self._check.slug)


def _login(check: Check, kit: Kit, params: VcParams, *, token: bool) -> Login | None:
    if check.secret is None:
        return None
    secret = kit.secrets.reveal(check.secret)
    if secret is None:
        raise trouble(FailureKind.LOCAL, f"no secret {check.secret} is set")
    return Login.of(secret, params, token=token)


async def _read(response: ClientResponse) -> Answer:
    body = Body(response.headers.get("Content-Encoding", ""))
    await body.read(response.content)
    if body.cut:
        raise trouble(FailureKind.PROTOCOL, "the answer is longer than 1 MiB")
    cookies = {name: morsel.value for name, morsel in response.cookies.items()}
    return Answer(response.status, body.octets, response.headers, cookies)
