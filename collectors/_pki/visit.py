"""A question to a signature service over HTTP."""

from collections.abc import Mapping

from yarl import URL

from collectors._http import errand
from collectors._http.client import clients_of
from collectors._http.dialer import WAY, Way
from collectors._net.trouble import printable, trouble
from collectors._tls.trust import Terms
from core.collector import Kit, Transcript
from core.reading import FailureKind
from core.watching import Check

_OK = 200


async def asked(
    check: Check,
    kit: Kit,
    transcript: Transcript,
    terms: Terms,
    address: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str],
    largest: int,
) -> bytes:
    """Return the body of an answer with status 200; Trouble."""
    WAY.set(Way(terms, check.timeout, transcript))
    client = await clients_of(kit).of(check.slug, keep=False)
    method = "POST" if body is not None else "GET"
    transcript.note("%s %s", method, printable(address))
    try:
        url = URL(address, encoded=True)
    except ValueError as error:
        raise trouble(FailureKind.LOCAL, "the address of the service is none") from error
    answer = await errand.run(client, method, url, headers=headers, body=body, largest=largest)
    transcript.note("HTTP %d, %d bytes", answer.status, len(answer.octets))
    if answer.status != _OK:
        said = f"HTTP {answer.status} {printable(answer.reason, 60)}".rstrip()
        raise trouble(FailureKind.PROTOCOL, said)
    if answer.cut:
        raise trouble(FailureKind.PROTOCOL, f"the answer is longer than {largest} bytes")
    return answer.octets
