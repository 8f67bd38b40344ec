"""Questions, and replies of strangers."""

import ipaddress
import struct
from collections.abc import Sequence

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.reversename
from dns.message import Message

from collectors._net.trouble import printable

_HEAD = struct.Struct("!HH")
_PAYLOAD = 1232  # bytes; what passes everywhere without fragments (DNS flag day 2020)
_VALUES = 200  # that are kept of an answer
# What dnspython raises beside its own when octets make no sense.
_SENSELESS = (
    dns.exception.DNSException,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AssertionError,
    OverflowError,
    RecursionError,
    struct.error,
)


def question(name: str, kind: str, *, recursion: bool, edns: bool) -> Message:
    """Return a query with a random number; ValueError if name or type are none."""
    try:
        asked = _reverse(name) if kind.upper() == "PTR" else None
        query = dns.message.make_query(
            asked or dns.name.from_text(name),
            dns.rdatatype.from_text(kind),
            use_edns=0 if edns else False,
            payload=_PAYLOAD if edns else None,
        )
    except dns.exception.DNSException as error:
        raise ValueError(f"{name!r} {kind!r} cannot be asked: {error}") from error
    query.flags = dns.flags.Flag.AD | (dns.flags.Flag.RD if recursion else 0)
    return query


def read(octets: bytes, query: Message) -> Message | None:
    """Return the reply to a query, None if it is none; of a cut one the question alone."""
    if len(octets) < 12:  # noqa: PLR2004  (the size of a header)
        return None
    number, flags = _HEAD.unpack_from(octets)
    if number != query.id or not flags & dns.flags.Flag.QR:
        return None
    cut = bool(flags & dns.flags.Flag.TC)
    try:
        reply = dns.message.from_wire(octets, question_only=cut, ignore_trailing=True)
        return reply if query.is_response(reply) else None
    except _SENSELESS:
        return None


def is_cut(reply: Message) -> bool:
    """Say whether the reply did not fit."""
    return bool(reply.flags & dns.flags.Flag.TC)


def is_authoritative(reply: Message) -> bool:
    """Say whether the server speaks of its own zone."""
    return bool(reply.flags & dns.flags.Flag.AA)


def is_authenticated(reply: Message) -> bool:
    """Say whether the server has verified the answer by DNSSEC."""
    return bool(reply.flags & dns.flags.Flag.AD)


def rcode_name(reply: Message) -> str:
    """Return NOERROR, NXDOMAIN, SERVFAIL, …"""
    return dns.rcode.to_text(reply.rcode())


def values(reply: Message, kind: str) -> list[str]:
    """Return the records of a type in the answer, as text for people."""
    wanted = dns.rdatatype.from_text(kind)
    found = []
    for group in reply.answer:
        if wanted in {group.rdtype, dns.rdatatype.ANY}:
            found += [printable(record.to_text()) for record in group]
    return found[:_VALUES]


def serial(reply: Message) -> int | None:
    """Return the serial number of the zone in an answer of type SOA."""
    for group in reply.answer:
        if group.rdtype == dns.rdatatype.SOA:
            for record in group:
                return int(record.serial)
    return None


def missing(expected: Sequence[str], found: Sequence[str]) -> list[str]:
    """Return what is expected and not found: addresses as addresses, names in any letter case.

    A record of several words (MX, SRV) is also found by its last one, the host.
    """
    have = {_plain(one) for one in found} | {
        _plain(one.split()[-1]) for one in found if one.split()
    }
    return [one for one in expected if _plain(one) not in have]


def _plain(value: str) -> str:
    value = value.strip()
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return value.strip('"').rstrip(".").casefold()


def _reverse(name: str) -> dns.name.Name | None:
    try:
        return dns.reversename.from_address(str(ipaddress.ip_address(name)))
    except ValueError:
        return None
