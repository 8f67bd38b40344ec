"""Does a zone's chain of signatures hold, from what the zone above says down to a record?

By dnspython (RFC 4035 §5). How many keys and signatures are tried is bounded: a zone may be made
so that trying them all takes minutes (CVE-2023-50387).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import dns.dnssec
import dns.exception
import dns.name
import dns.node
import dns.rdataset
import dns.rdatatype
import dns.rrset
from dns.message import Message

from collectors._net.trouble import printable, trouble
from core.reading import FailureKind

_MOST_KEYS = 12
_MOST_SIGNATURES = 12
_BROKEN = (
    dns.exception.DNSException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    NotImplementedError,
)

Keys = dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset]


def rrset(reply: Message, name: dns.name.Name, kind: str) -> dns.rrset.RRset | None:
    """Return the records of a name and type in the answer."""
    wanted = dns.rdatatype.from_text(kind)
    for group in reply.answer:
        if group.name == name and group.rdtype == wanted:
            return group
    return None


def signatures(reply: Message, name: dns.name.Name, kind: str) -> dns.rrset.RRset | None:
    """Return the signatures over the records of a name and type."""
    covered = dns.rdatatype.from_text(kind)
    for group in reply.answer:
        if group.name == name and group.rdtype == dns.rdatatype.RRSIG and group.covers == covered:
            return group
    return None


def trusted_keys(
    zone: dns.name.Name, reply: Message, anchors: Sequence[object], now: datetime
) -> Keys:
    """Return the zone's keys, if one that the anchors (DS) name has signed them; Trouble."""
    keys, signed = rrset(reply, zone, "DNSKEY"), signatures(reply, zone, "DNSKEY")
    if keys is None:
        raise trouble(FailureKind.PROTOCOL, "DNSSEC: the zone has no keys")
    if signed is None:
        raise trouble(FailureKind.PROTOCOL, "DNSSEC: the zone's keys are not signed")
    if len(keys) > _MOST_KEYS or len(signed) > _MOST_SIGNATURES:
        raise trouble(FailureKind.PROTOCOL, "DNSSEC: more keys or signatures than are tried")
    known = [key for key in keys if _is_named(zone, key, anchors)]
    if not known:
        raise trouble(FailureKind.PROTOCOL, "DNSSEC: the zone above names none of the zone's keys")
    entry = dns.rrset.from_rdata_list(zone, keys.ttl, known)
    verify(keys, signed, {zone: entry}, now)
    return {zone: keys}


def verify(
    records: dns.rrset.RRset, signed: dns.rrset.RRset | None, keys: Keys, now: datetime
) -> datetime:
    """Return when the last good signature over the records ends; Trouble if none is good."""
    name = f"{records.name} {dns.rdatatype.to_text(records.rdtype)}"
    if signed is None:
        raise trouble(FailureKind.PROTOCOL, f"DNSSEC: {name} is not signed")
    if len(signed) > _MOST_SIGNATURES:
        raise trouble(FailureKind.PROTOCOL, "DNSSEC: more keys or signatures than are tried")
    ends, said = [], ""
    for one in signed:
        try:
            dns.dnssec.validate_rrsig(records, one, keys, now=now.timestamp())
            ends.append(datetime.fromtimestamp(one.expiration, UTC))
        except _BROKEN as error:
            said = printable(str(error), 80) or type(error).__name__
    if not ends:
        raise trouble(
            FailureKind.PROTOCOL, f"DNSSEC: the signature of {name} does not hold: {said}"
        )
    return max(ends)


def _is_named(zone: dns.name.Name, key: object, anchors: Iterable[object]) -> bool:
    for anchor in anchors:
        try:
            digest = int(anchor.digest_type)  # type: ignore[attr-defined]
            made = dns.dnssec.make_ds(zone, key, digest, validating=True)  # type: ignore[arg-type]
        except _BROKEN:
            continue
        if made == anchor:
            return True
    return False
