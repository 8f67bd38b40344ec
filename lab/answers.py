"""What do pretend DNS, NTP and SIP servers answer? Pure: octets in, octets out, None for silence.

Written from RFC 1035, RFC 5905 and RFC 3261 with RFC 3581, for any client that keeps to them.
"""

import base64
import secrets
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

_DNS_HEADER = struct.Struct("!6H")
_A, _NS, _SOA, _MX, _TXT, _ANY, _IN = 1, 2, 6, 15, 16, 255, 1
_DKIM = "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(range(32))).decode()
_SERVFAIL, _NXDOMAIN, _NOTIMP, _FORMERR = 2, 3, 4, 1
_NTP = struct.Struct("!BBbbII4sQQQQ")
_NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_UNSYNCHRONISED = 3  # leap indicator
_METHODS = "INVITE, ACK, CANCEL, OPTIONS, BYE, REGISTER"


Records = Mapping[tuple[str, int], bytes]  # data by name in lower case and type; one of each


def zone_of(name: str, address: str) -> Records:
    """Return a zone in order: its server, its mail and the policy of that, all at one address."""
    server, mail = f"ns.{name}", f"mail.{name}"
    begins = _labels(server) + _labels(f"quan-tri.{name}")
    policies = {
        name: f"v=spf1 ip4:{address} -all",
        f"_dmarc.{name}": f"v=DMARC1; p=quarantine; rua=mailto:robot@{name}",
        f"mail2026._domainkey.{name}": _DKIM,
    }
    return {
        **{(one, _A): IPv4Address(address).packed for one in (name, server, mail)},
        (name, _NS): _labels(server),
        (name, _SOA): begins + struct.pack("!5I", 2026120101, 3600, 900, 1_209_600, 300),
        (name, _MX): struct.pack("!H", 10) + _labels(mail),
        **{(one, _TXT): bytes([len(text)]) + text.encode() for one, text in policies.items()},
    }


def _labels(text: str) -> bytes:
    return b"".join(bytes([len(one)]) + one.encode() for one in text.split(".")) + b"\0"


def dns(request: bytes, zone: Records, *, broken: bool = False) -> bytes | None:
    """Return the answer to one query by what a zone holds."""
    if len(request) < _DNS_HEADER.size:
        return None
    number, flags, questions, *_ = _DNS_HEADER.unpack_from(request)
    if flags & 0x8000:  # an answer, not a query
        return None
    asked = _question(request) if questions == 1 else None
    if asked is None:
        return _DNS_HEADER.pack(number, _dns_flags(flags, _FORMERR), 0, 0, 0, 0)
    name, kind, end = asked
    question = request[_DNS_HEADER.size : end]
    code, answers = 0, []
    if flags & 0x7800:  # another opcode than QUERY
        code = _NOTIMP
    elif broken:
        code = _SERVFAIL
    elif name not in {known for known, _ in zone}:
        code = _NXDOMAIN
    else:
        held = ((one, data) for (known, one), data in zone.items() if known == name)
        same = 0xC000 | _DNS_HEADER.size  # the name that was asked
        answers = [
            struct.pack("!HHHIH", same, one, _IN, 300, len(data)) + data
            for one, data in held
            if kind in (one, _ANY)
        ]
    head = _DNS_HEADER.pack(number, _dns_flags(flags, code), 1, len(answers), 0, 0)
    return head + question + b"".join(answers)


def _dns_flags(asked: int, code: int) -> int:
    return 0x8400 | (asked & 0x7900) | code  # answer, authoritative; opcode and RD are copied


def _question(request: bytes) -> tuple[str, int, int] | None:
    """Return (name in lower case, type, end of the question), None if it is none."""
    labels, at = [], _DNS_HEADER.size
    while at < len(request) and (length := request[at]):
        if length > 63 or at + 1 + length > len(request):  # noqa: PLR2004  (a label's limit)
            return None
        labels.append(request[at + 1 : at + 1 + length].decode("ascii", "replace").lower())
        at += 1 + length
    if at + 5 > len(request):
        return None
    kind, klass = struct.unpack_from("!HH", request, at + 1)
    return (".".join(labels), kind, at + 5) if klass == _IN else None


def ntp(request: bytes, now: datetime, *, broken: bool = False) -> bytes | None:
    """Return a server's packet to a client's (mode 3); an unsynchronised one when `broken`."""
    if len(request) < _NTP.size:
        return None
    first, _, poll, *_, transmitted = _NTP.unpack_from(request)
    version, mode = first >> 3 & 7, first & 7
    if mode != 3 or not 1 <= version <= 4:  # noqa: PLR2004  (mode 3 is a client's)
        return None
    leap, stratum = (_UNSYNCHRONISED, 16) if broken else (0, 2)
    return _NTP.pack(
        leap << 6 | version << 3 | 4,
        stratum,
        poll,
        -20,
        round(0.012 * 65_536),
        round(0.004 * 65_536),
        IPv4Address("10.75.0.2").packed,
        _stamp(now - timedelta(seconds=37)),
        transmitted,
        _stamp(now),
        _stamp(now),
    )


def _stamp(at: datetime) -> int:
    since = at - _NTP_EPOCH
    whole = since.days * 86_400 + since.seconds
    return (whole & 0xFFFFFFFF) << 32 | (since.microseconds << 32) // 1_000_000


def sip(
    request: bytes,
    source: tuple[str, int],
    *,
    broken: bool = False,
    busy: bool = False,
    server: str = "pretend registrar",
) -> bytes | None:
    """Return the response to one SIP request, None for what is none or needs none (ACK).

    `busy`: it is a codec in a call (RFC 3261, 11.2: as it would answer an INVITE).
    """
    head = request.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    start, *lines = head.split("\r\n")
    words = start.split(" ")
    if len(words) != 3 or words[2] != "SIP/2.0" or words[0] == "ACK":  # noqa: PLR2004
        return None
    kept = [_stamped(line, source) for line in _unfolded(lines) if _copied(line)]
    status = "200 OK" if words[0] == "OPTIONS" else "405 Method Not Allowed"
    if broken:
        status = "503 Service Unavailable"
    elif busy and words[0] == "OPTIONS":
        status = "486 Busy Here"
    extra = [f"Allow: {_METHODS}", "Accept: application/sdp", f"Server: {server}"]
    return "\r\n".join([f"SIP/2.0 {status}", *kept, *extra, "Content-Length: 0", "", ""]).encode()


def _unfolded(lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and found:
            found[-1] += " " + line.strip()
        else:
            found.append(line)
    return found


def _name(line: str) -> str:
    return line.partition(":")[0].strip().lower()


def _copied(line: str) -> bool:
    return _name(line) in {"via", "v", "from", "f", "to", "t", "call-id", "i", "cseq"}


def _stamped(line: str, source: tuple[str, int]) -> str:
    """Return a header line as it stands in the response: a tag for To, where Via came from."""
    name = _name(line)
    if name in {"to", "t"} and ";tag=" not in line.lower():
        return f"{line};tag={secrets.token_hex(4)}"
    if name in {"via", "v"}:
        first, comma, rest = line.partition(",")
        words = [
            f"rport={source[1]}" if word.strip().lower() == "rport" else word
            for word in first.split(";")
        ]
        return ";".join([*words, f"received={source[0]}"]) + comma + rest
    return line
