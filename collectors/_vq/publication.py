"""What is a request to the collector of call quality answered? RFC 3903 §6, RFC 6035 §3 and §5.

No state of a publication is kept: each report is an event of its own, so that a refresh of one that
we have never given out is refused (412), as RFC 3903 has it.
"""

import re
import secrets
from dataclasses import dataclass

from collectors._sip.request import Request, respond
from collectors._vq.report import LARGEST, Malformed, Report, parse

PACKAGE = "vq-rtcpxr"
TYPE = "application/vq-rtcpxr"
_ALLOWED = ("Allow", "PUBLISH, OPTIONS")
_LASTS = 3600  # seconds, of a publication whose sender names no time
_SECONDS = re.compile(rb"\d{1,10}")


@dataclass(frozen=True, slots=True)
class Answered:
    """The response, and the report if there is one to be kept. An ACK gets no response."""

    response: bytes | None
    report: Report | None = None


def answered(request: Request, source: tuple[str, int]) -> Answered:
    """Return what a request is answered, and what it reported."""
    if request.method == "ACK":
        return Answered(None)
    refusal = _refusal(request)
    if refusal is not None:
        status, reason, extra = refusal
        return Answered(respond(request, status, reason, source, extra))
    if request.method == "OPTIONS":
        extra = (_ALLOWED, ("Accept", TYPE), ("Allow-Events", PACKAGE))
        return Answered(respond(request, 200, "OK", source, extra))
    try:
        report = parse(request.body)
    except Malformed as wrong:
        return Answered(respond(request, 400, f"Bad report: {wrong}", source))
    said = request.first(b"expires")
    lasts = min(int(said), _LASTS) if said else _LASTS
    extra = (("SIP-ETag", secrets.token_hex(8)), ("Expires", str(lasts)))
    return Answered(respond(request, 200, "OK", source, extra), report)


_Refusal = tuple[int, str, tuple[tuple[str, str], ...]]


def _refusal(request: Request) -> _Refusal | None:
    """Return status, reason and headers of a request that is not taken; None: it may be."""
    if request.amiss:
        return 400, f"Bad request: {request.amiss}", ()
    if request.method == "OPTIONS":
        return None
    return _refused_event(request) or _refused_body(request)


def _refused_event(request: Request) -> _Refusal | None:
    if request.method != "PUBLISH":
        return 405, "Method Not Allowed", (_ALLOWED,)
    required = b", ".join(request.headers.get(b"require", ()))
    if required:
        return 420, "Bad Extension", (("Unsupported", required.decode("ascii", "replace")),)
    if _bare(request.first(b"event")) != PACKAGE:
        return 489, "Bad Event", (("Allow-Events", PACKAGE),)
    if request.first(b"sip-if-match"):
        return 412, "Conditional Request Failed", ()
    return None


def _refused_body(request: Request) -> _Refusal | None:
    encoding = _bare(request.first(b"content-encoding"))
    if encoding not in {"", "identity"}:
        return 415, "Unsupported Media Type", (("Accept-Encoding", "identity"),)
    if _bare(request.first(b"content-type")) != TYPE:
        return 415, "Unsupported Media Type", (("Accept", TYPE),)
    if len(request.body) > LARGEST:
        return 413, "Request Entity Too Large", ()
    said = request.first(b"expires")
    if said and not _SECONDS.fullmatch(said):
        return 400, "Bad request: expires is no number", ()
    return None


def _bare(value: bytes) -> str:
    """Return a header's value without its parameters, in lower case."""
    return value.partition(b";")[0].strip().lower().decode("ascii", "replace")
