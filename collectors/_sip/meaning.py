"""What an answer says of the peer: most of them, even refusals, prove that it lives."""

from collectors._net.trouble import printable
from collectors._sip.message import Response
from core.reading import Failure, FailureKind

# Not a fault, but worth a word to whoever reads the transcript.
_WORDS = {
    401: "alive, wants a login",
    407: "alive, wants a login",
    403: "alive, refuses this source",
    404: "alive, does not know this address",
    405: "alive, does not take OPTIONS",
    501: "alive, does not take OPTIONS",
    483: "alive, but the request went round in a loop",
    486: "busy: in a call",
    600: "busy: in a call",
    603: "alive, declines",
}
_TROUBLES = {
    408: (FailureKind.TIMEOUT, "the endpoint behind it does not answer"),
    480: (FailureKind.PROTOCOL, "temporarily unavailable: not logged in, or not to be disturbed"),
    500: (FailureKind.PROTOCOL, "the server fails"),
    502: (FailureKind.PROTOCOL, "what is behind it answers nonsense"),
    503: (FailureKind.PROTOCOL, "overloaded, or under repair"),
    504: (FailureKind.TIMEOUT, "what is behind it does not answer"),
}
_UNKNOWN_USER = (404, 410, 604)


def word(response: Response) -> str:
    """Return a response in a few words."""
    said = f"SIP {response.status} {printable(response.reason, 60)}".rstrip()
    known = _WORDS.get(response.status)
    return f"{said}: {known}" if known else said


def failure_of(response: Response, user: str | None, *, any_answer: bool) -> Failure | None:
    """Return why the answer is no good one; with `any_answer` each proves that the host lives."""
    unknown = user and response.status in _UNKNOWN_USER
    found = _TROUBLES.get(response.status)
    if any_answer or not (unknown or found):
        return None
    said = f"SIP {response.status} {printable(response.reason, 60)}".rstrip()
    if found is None:
        return Failure(FailureKind.PROTOCOL, f"{said}: {user} is not registered")
    kind, why = found
    later = f", come again in {response.retry_after} s" if response.retry_after else ""
    return Failure(kind, f"{said}: {why}{later}")
