"""SIP messages: the one request that we send, and the responses of strangers."""

import re
import secrets
from dataclasses import dataclass

HEADERS_LIMIT = 64 * 1024  # bytes; the largest datagram, and the most of a stream
_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"SIP/2\.0 ([1-6]\d\d)(?: ([^\r\n]*))?(?=\r?\n|$)", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_BRANCH = re.compile(rb";\s*branch\s*=\s*([^;,\s]+)", re.IGNORECASE)
_NUMBER = re.compile(rb"\d{1,9}")
# The headers that we care for, by their long and short names.
_FIELD = re.compile(
    rb"^(via|v|cseq|allow|server|user-agent|retry-after|content-length|l)[ \t]*:[ \t]*([^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_LONG = {b"v": b"via", b"l": b"content-length"}
COOKIE = b"z9hG4bK"  # every branch begins with it (RFC 3261 §8.1.1.7)
_TRIMMED = 200  # bytes of a header that are kept for people


@dataclass(frozen=True, slots=True)
class Response:
    """What a response says; `branch` tells which request it answers."""

    status: int
    reason: bytes
    branch: bytes
    agent: bytes = b""  # Server, or User-Agent
    allow: bytes = b""
    retry_after: int | None = None  # seconds

    @property
    def is_final(self) -> bool:
        """Say whether nothing more will come."""
        return self.status >= 200  # noqa: PLR2004  (1xx are provisional)

    @property
    def role(self) -> str:
        """Return `registrar` of what takes registrations, `endpoint` of what takes calls."""
        methods = {word.strip().upper() for word in self.allow.split(b",")}
        if b"REGISTER" in methods:
            return "registrar"
        return "endpoint" if b"INVITE" in methods else "unknown"


@dataclass(frozen=True, slots=True)
class Form:
    """The request to one peer, all but what is new in each."""

    head: bytes
    middle: bytes
    tail: bytes
    host: bytes

    @classmethod
    def of(cls, uri: str, transport: str, local: tuple[str, int]) -> "Form":
        """Return the form for a URI, from a local address and port."""
        here = f"[{local[0]}]" if ":" in local[0] else local[0]
        via = f"SIP/2.0/{transport.upper()} {here}:{local[1]}"
        head = f"OPTIONS {uri} SIP/2.0\r\nVia: {via};branch="
        middle = (
            ";rport\r\nMax-Forwards: 70\r\n"
            f"To: <{uri}>\r\n"
            f"Contact: <sip:monitor@{here}:{local[1]};transport={transport}>\r\n"
            "Accept: application/sdp\r\nUser-Agent: thongsuot\r\nContent-Length: 0\r\n"
            f"From: <sip:monitor@{here}>;tag="
        )
        tail = "\r\nCSeq: 1 OPTIONS\r\n\r\n"
        return cls(head.encode(), middle.encode(), tail.encode(), here.encode())

    def request(self, branch: bytes) -> bytes:
        """Return the request of a branch; its other keys derive from it."""
        key = branch[len(COOKIE) :]
        call = b"\r\nCall-ID: " + key + b"@" + self.host
        return b"".join((self.head, branch, self.middle, key[:8], call, self.tail))


def new_branch() -> bytes:
    """Return a branch that nobody can guess."""
    return COOKIE + secrets.token_hex(12).encode()


def uri(host: str, port: int, user: str | None, transport: str) -> str:
    """Return the SIP URI of a peer, or of a user there."""
    at = f"[{host}]" if ":" in host else host
    who = f"{user}@" if user else ""
    tail = "" if transport == "udp" else f";transport={transport}"
    return f"sip:{who}{at}:{port}{tail}"


def branch_in(octets: bytes) -> bytes | None:
    """Return the branch of a request of ours, of which only the beginning may be left."""
    found = _BRANCH.search(octets)
    return found[1] if found else None


def read(octets: bytes) -> Response | None:
    """Return a response to an OPTIONS request, None for anything else."""
    if octets[:4].upper() != b"SIP/" or len(octets) > HEADERS_LIMIT:
        return None
    head, _, _ = octets.partition(b"\r\n\r\n")
    if b"\n " in head or b"\n\t" in head:
        head = _FOLD.sub(b" ", head)
    status = _STATUS.match(head)
    if status is None:
        return None
    fields = _fields(head)
    branch = _BRANCH.search(fields.get(b"via", b""))
    if branch is None or not fields.get(b"cseq", b"").rstrip().upper().endswith(b"OPTIONS"):
        return None
    again = _NUMBER.match(fields.get(b"retry-after", b""))
    return Response(
        int(status[1]),
        (status[2] or b"")[:_TRIMMED],
        branch[1],
        (fields.get(b"server") or fields.get(b"user-agent", b""))[:_TRIMMED],
        fields.get(b"allow", b""),
        int(again[0]) if again else None,
    )


def _fields(head: bytes) -> dict[bytes, bytes]:
    """Return the first value of each header that we care for, by its long name."""
    fields: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(head):
        known = name.lower()
        fields.setdefault(_LONG.get(known, known), value)
    return fields


class Framing:
    """Cuts a stream into messages (RFC 3261 §18.3); ValueError if it cannot be one."""

    def __init__(self) -> None:
        self._held = bytearray()

    def take(self, octets: bytes) -> list[bytes]:
        """Return the messages that are whole now."""
        self._held += octets
        messages = []
        while (size := self._whole()) is not None:
            messages.append(bytes(self._held[:size]))
            del self._held[:size]
        return messages

    def _whole(self) -> int | None:
        held = self._held
        while held[:2] == b"\r\n" or held[:1] == b"\n":  # keep-alives between messages (RFC 5626)
            del held[: 2 if held[:1] == b"\r" else 1]
        end = _END.search(held)
        if end is None:
            if len(held) > HEADERS_LIMIT:
                raise ValueError("endless headers")
            return None
        fields = _fields(bytes(held[: end.start()]))
        said = _NUMBER.fullmatch(fields.get(b"content-length", b"0").strip())
        if said is None or int(said[0]) > HEADERS_LIMIT or end.start() > HEADERS_LIMIT:
            raise ValueError("a length that is none")
        size = end.end() + int(said[0])
        return size if len(held) >= size else None
