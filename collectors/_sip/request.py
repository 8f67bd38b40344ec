"""SIP requests of others, and the responses they are owed (RFC 3261 §8.2; RFC 3581 for UDP).

Pure: octets in, octets out. What cannot be answered, because it names no way back, is None.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collectors._sip.message import HEADERS_LIMIT

_START = re.compile(rb"([A-Z]{1,20}) (\S{1,1000}) SIP/2\.0", re.IGNORECASE)
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_SEQUENCE = re.compile(rb"(\d{1,10})[ \t]+([A-Z]{1,20})", re.IGNORECASE)
_NUMBER = re.compile(rb"\d{1,9}")
_BRANCH = re.compile(rb";\s*branch\s*=\s*([^;,\s]+)", re.IGNORECASE)
_RPORT = re.compile(rb";\s*rport\s*(?=;|,|$)", re.IGNORECASE)
_MOST_HEADERS = 100
_LONG = {
    b"v": b"via",
    b"f": b"from",
    b"t": b"to",
    b"i": b"call-id",
    b"l": b"content-length",
    b"c": b"content-type",
    b"e": b"content-encoding",
    b"o": b"event",
    b"k": b"supported",
}
_ONCE = (b"from", b"to", b"call-id", b"cseq")


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are long and in lower case, each with its values in order."""

    method: str
    headers: Mapping[bytes, Sequence[bytes]]
    body: bytes
    amiss: str = ""  # what is wrong with it, so that it is answered 400; empty: nothing

    def first(self, name: bytes) -> bytes:
        """Return the first value of a header, empty where there is none."""
        return next(iter(self.headers.get(name, ())), b"")

    @property
    def branch(self) -> bytes:
        """What tells a repeated request from another one; empty of an old client."""
        found = _BRANCH.search(self.first(b"via"))
        return found[1] if found else b""


def read(octets: bytes) -> Request | None:
    """Return a request; None for what is none, or could not even be answered."""
    head, gap, body = octets.partition(b"\r\n\r\n")
    if not gap or len(head) > HEADERS_LIMIT:
        return None
    start, _, rest = _FOLD.sub(b" ", head).partition(b"\r\n")
    found = _START.fullmatch(start)
    if found is None:
        return None
    headers: dict[bytes, list[bytes]] = {}
    lines = rest.split(b"\r\n") if rest else []
    amiss = "too many headers" if len(lines) > _MOST_HEADERS else ""
    for line in lines[:_MOST_HEADERS]:
        name, colon, value = line.partition(b":")
        name = name.strip().lower()
        if not colon or not _NAME.fullmatch(name):
            amiss = amiss or "a header line without a name"
            continue
        headers.setdefault(_LONG.get(name, name), []).append(value.strip())
    if not headers.get(b"via"):
        return None
    method = found[1].decode("ascii").upper()
    amiss = amiss or _faults(method, headers)
    size = _NUMBER.fullmatch(next(iter(headers.get(b"content-length", ())), b""))
    if size is not None:
        if int(size[0]) > len(body):
            amiss = amiss or "the body is shorter than it says"
        body = body[: int(size[0])]
    elif b"content-length" in headers:
        amiss = amiss or "a length that is none"
    return Request(method, headers, body, amiss)


def _faults(method: str, headers: Mapping[bytes, Sequence[bytes]]) -> str:
    for name in _ONCE:
        if len(headers.get(name, ())) != 1 or not headers[name][0]:
            return f"no {name.decode('ascii')}, or more than one"
    sequence = _SEQUENCE.fullmatch(headers[b"cseq"][0])
    if sequence is None or sequence[2].decode("ascii").upper() != method:
        return "cseq is not of this request"
    return ""


def respond(
    request: Request,
    status: int,
    reason: str,
    source: tuple[str, int],
    extra: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Return the response to a request that came from an address and port."""
    lines = [b"SIP/2.0 %d %s" % (status, reason.encode("ascii", "replace"))]
    for number, via in enumerate(request.headers[b"via"]):
        lines.append(b"Via: " + (_stamped(via, source) if number == 0 else via))
    for name, said in ((b"from", b"From"), (b"to", b"To"), (b"call-id", b"Call-ID")):
        for value in request.headers.get(name, ())[:1]:
            tagged = name == b"to" and b";tag=" not in value.lower().replace(b" ", b"")
            tag = b";tag=" + secrets.token_hex(4).encode("ascii") if tagged else b""
            lines.append(said + b": " + value + tag)
    lines += [b"CSeq: " + value for value in request.headers.get(b"cseq", ())[:1]]
    lines += [f"{name}: {value}".encode("ascii", "replace") for name, value in extra]
    return b"\r\n".join([*lines, b"Server: thongsuot", b"Content-Length: 0", b"", b""])


def _stamped(via: bytes, source: tuple[str, int]) -> bytes:
    """Return the topmost Via with where the request truly came from (RFC 3581 §4)."""
    first, comma, rest = via.partition(b",")
    first = _RPORT.sub(b";rport=%d" % source[1], first)
    return first + b";received=" + source[0].encode("ascii", "replace") + comma + rest


def way_back(request: Request, source: tuple[str, int]) -> tuple[str, int]:
    """Return where a response by UDP goes: with rport to where it came from, else Via's port."""
    via = request.first(b"via").partition(b",")[0]
    if _RPORT.search(via) or b"rport=" in via.lower():
        return source
    sent_by = via.split(b";")[0].split(b" ")[-1]
    port = sent_by.rpartition(b":")[2] if not sent_by.endswith(b"]") else b""
    number = int(port) if _NUMBER.fullmatch(port) and 0 < int(port) < 65536 else 5060  # noqa: PLR2004
    return source[0], number
