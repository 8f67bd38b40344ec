"""OAuth 2 tokens by client credentials (RFC 6749 §4.4), kept until they end."""

import json
from base64 import b64encode
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote, urlencode

from yarl import URL

from collectors._flow.params import Params
from collectors._http import errand
from collectors._http.client import Client
from collectors._net.trouble import printable, trouble
from collectors._vc.markup import as_number
from core.clock import Clock
from core.collector import Kit, Transcript
from core.reading import FailureKind

_KEPT = 500
_BEFORE = 30.0  # seconds before its end that a token is renewed
_LONGEST = 86400.0  # seconds that any token is kept
_LARGEST = 64 * 1024  # bytes of an answer
_REFUSED = (400, 401, 403)  # invalid_client comes as 400 or 401


@dataclass(slots=True)
class Tokens:
    """Tokens by who asks where. An engine of the kit; never logged, never stored."""

    clock: Clock
    kept: OrderedDict[str, tuple[str, float]] = field(default_factory=OrderedDict)

    async def token(
        self, params: Params, secret: str, client: Client, transcript: Transcript
    ) -> str:
        """Return a token that is good, a new one if need be; Trouble."""
        key = _key(params, secret)
        known = self.kept.get(key)
        if known is not None and self.clock.monotonic() < known[1]:
            transcript.note("the token is still good")
            return known[0]
        token, lasts = await _fetched(params, secret, client, transcript)
        while len(self.kept) >= _KEPT:
            self.kept.popitem(last=False)
        self.kept[key] = token, self.clock.monotonic() + min(lasts, _LONGEST) - _BEFORE
        return token

    def drop(self, params: Params, secret: str) -> None:
        """Forget a token that was refused."""
        self.kept.pop(_key(params, secret), None)

    async def aclose(self) -> None:
        """Forget everything."""
        self.kept.clear()


def tokens_of(kit: Kit) -> Tokens:
    """Return the kit's engine."""
    engine = kit.engine("oauth tokens", lambda kit: Tokens(kit.clock))
    if not isinstance(engine, Tokens):
        raise TypeError("another engine bears the name oauth tokens")
    return engine


def _key(params: Params, secret: str) -> str:
    asked = f"{params.token_url}\n{params.token_scope}\n{params.client_certificate}\n{secret}"
    return sha256(asked.encode()).hexdigest()


async def _fetched(
    params: Params, secret: str, client: Client, transcript: Transcript
) -> tuple[str, float]:
    name, colon, word = secret.strip().partition(":")
    if not colon:
        raise trouble(FailureKind.LOCAL, "the token's secret is no client_id:client_secret")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    form = {"grant_type": "client_credentials"}
    if params.token_scope:
        form["scope"] = params.token_scope
    if params.token_post:
        form |= {"client_id": name, "client_secret": word}
    else:
        login = f"{quote(name, safe='')}:{quote(word, safe='')}"  # RFC 6749 §2.3.1
        headers["Authorization"] = "Basic " + b64encode(login.encode()).decode("ascii")
    url = URL(params.token_url or "")
    transcript.note("POST %s for a token", printable(str(url.with_query(None))))
    answer = await errand.run(
        client, "POST", url, headers=headers, body=urlencode(form).encode(), largest=_LARGEST
    )
    return _read(answer)


def _read(answer: errand.Answer) -> tuple[str, float]:
    try:
        told = json.loads(answer.octets)
    except (ValueError, RecursionError):
        told = None
    told = told if isinstance(told, dict) else {}
    if answer.status != 200:  # noqa: PLR2004
        said = f"no token: HTTP {answer.status} {printable(str(told.get('error', '')), 60)}"
        refused = answer.status in _REFUSED
        kind = FailureKind.AUTH if refused else FailureKind.PROTOCOL
        raise trouble(kind, said.rstrip())
    token, lasts = told.get("access_token"), as_number(told.get("expires_in"))  # some write "3600"
    if not isinstance(token, str) or not token:
        raise trouble(FailureKind.PROTOCOL, "no token: the answer has no access_token")
    return token, lasts or 0.0
