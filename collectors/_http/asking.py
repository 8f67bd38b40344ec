"""One question by HTTP on the connection that a check keeps, and what its status means."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from yarl import URL

from collectors._http import errand
from collectors._http.body import LARGEST
from collectors._http.client import clients_of
from collectors._http.dialer import WAY, Way
from collectors._http.errand import Answer
from collectors._net.attempt import Attempt
from collectors._net.trouble import printable, trouble
from collectors._tls.trust import Terms
from core.reading import FailureKind

OK = 200
_REFUSED = (401, 403, 407)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `shown` is what may stand in the transcript, where the address may not."""

    url: URL
    terms: Terms
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    largest: int = LARGEST
    shown: str | None = None


async def asked(attempt: Attempt, request: Request) -> Answer:
    """Return the answer, whatever its status; Trouble says why there is none."""
    way = Way(request.terms, attempt.check.timeout, attempt.transcript)
    client = await clients_of(attempt.kit).of(attempt.check.slug, keep=True)
    way.sessions = client.sessions
    WAY.set(way)
    attempt.transcript.note("%s %s", request.method, printable(request.shown or str(request.url)))
    answer = await errand.run(
        client,
        request.method,
        request.url,
        headers={"Accept-Encoding": "gzip", **request.headers},
        body=request.body,
        largest=request.largest,
    )
    attempt.transcript.note("HTTP %d, %d bytes", answer.status, len(answer.octets))
    return answer


def wanted(answer: Answer) -> Answer:
    """Return an answer of status 200; Trouble of any other."""
    if answer.status == OK:
        return answer
    kind = FailureKind.AUTH if answer.status in _REFUSED else FailureKind.PROTOCOL
    said = printable(answer.octets[:400].strip(), 80)
    raise trouble(kind, f"HTTP {answer.status} {said}".rstrip())


def authorization(login: tuple[str, str] | str) -> str:
    """Return the header that shows a login (user and password), or a token."""
    if isinstance(login, str):
        return f"Bearer {login}"
    return "Basic " + b64encode(":".join(login).encode()).decode("ascii")
