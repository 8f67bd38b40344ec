"""The part of the Basic Encoding Rules (X.690) that SNMP uses (RFC 3417 section 8).

Reading is strict: every length is held against the bytes that are there, and whatever is not
what it claims to be is `Junk`. No other exception leaves this module, whatever the bytes.
"""
# ruff: noqa: PLR2004  (octets of an encoding are best seen as what they are)

from functools import lru_cache

INTEGER, STRING, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82

Value = int | bytes | str | None  # number, octets, object identifier, absent

_UNSIGNED = {COUNTER32: 4, GAUGE32: 4, TIME_TICKS: 4, COUNTER64: 8}
_ABSENT = frozenset({NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW})
_OCTETS = frozenset({STRING, OPAQUE})
_MAX_SUBID = 2**32 - 1
_MAX_SUBIDS = 128


class Junk(ValueError):
    """These bytes are not what they should be."""


def length(size: int) -> bytes:
    """Return the shortest definite length octets."""
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def tlv(tag: int, content: bytes) -> bytes:
    """Return content with its tag and length."""
    return bytes((tag,)) + length(len(content)) + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Return the shortest two's complement encoding, tag and length included."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return tlv(tag, value.to_bytes(size, "big", signed=True))


def oid(dotted: str) -> bytes:
    """Return an object identifier, tag and length included; ValueError if it is not one."""
    ids = [int(part) for part in dotted.strip(".").split(".")]
    if not 2 <= len(ids) <= _MAX_SUBIDS or not all(0 <= i <= _MAX_SUBID for i in ids):
        raise ValueError(f"not an object identifier: {dotted}")
    if ids[0] > 2 or (ids[0] < 2 and ids[1] > 39):
        raise ValueError(f"not an object identifier: {dotted}")
    content = bytearray()
    for subid in (ids[0] * 40 + ids[1], *ids[2:]):
        rest = [subid & 0x7F]
        while subid := subid >> 7:
            rest.append(subid & 0x7F | 0x80)
        content.extend(reversed(rest))
    return tlv(OID, bytes(content))


def subids(content: bytes) -> tuple[int, ...]:
    """Return the numbers of an object identifier from its content octets."""
    found: list[int] = []
    subid = 0
    fresh = True
    for octet in content:
        if fresh and octet == 0x80:
            raise Junk("object identifier padded")
        subid = subid << 7 | octet & 0x7F
        fresh = octet < 0x80
        if fresh:
            found.append(subid)
            subid = 0
        elif subid > _MAX_SUBID:
            raise Junk("sub-identifier beyond 32 bits")
    if not found or not fresh or len(found) >= _MAX_SUBIDS:
        raise Junk("object identifier cut off, empty or endless")
    first = min(found[0] // 40, 2)
    ids = (first, found[0] - 40 * first, *found[1:])
    if max(ids) > _MAX_SUBID:
        raise Junk("sub-identifier beyond 32 bits")
    return ids


@lru_cache(maxsize=1024)
def dotted(content: bytes) -> str:
    """Return an object identifier in its written form from its content octets."""
    return ".".join(map(str, subids(content)))


def span(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the content of the element at `at` begins and ends; it must bear `tag`."""
    if at + 2 > end or data[at] != tag:
        raise Junk(f"no element with tag {tag:#04x} at {at}")
    return content_span(data, at, end)


def content_span(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where the content of the element at `at` begins and ends, inside `end`."""
    if at + 2 > end:
        raise Junk(f"cut off at {at}")
    size = data[at + 1]
    begin = at + 2
    if size >= 0x80:
        octets = size & 0x7F
        if not 1 <= octets <= 4 or begin + octets > end:
            raise Junk(f"bad length at {at}")
        size = int.from_bytes(data[begin : begin + octets], "big")
        begin += octets
    if begin + size > end:
        raise Junk(f"length beyond the end at {at}")
    return begin, begin + size


def value(data: bytes, tag: int, begin: int, end: int) -> Value:
    """Return the value whose content is `data[begin:end]`."""
    size = end - begin
    width = _UNSIGNED.get(tag)
    if width is not None:
        return _unsigned(data[begin:end], width)
    if tag == INTEGER:
        if not 1 <= size <= 8:
            raise Junk(f"integer of {size} octets")
        return int.from_bytes(data[begin:end], "big", signed=True)
    if tag in _OCTETS:
        return data[begin:end]
    if tag in _ABSENT:
        if size:
            raise Junk("an absent value with content")
        return None
    if tag == OID:
        return dotted(data[begin:end])
    if tag == IP_ADDRESS and size == 4:
        return data[begin:end]
    raise Junk(f"no value of tag {tag:#04x} and {size} octets")


def _unsigned(octets: bytes, width: int) -> int:
    # Some agents encode a counter with its top bit set as if it were negative (leading
    # zero left out, or even leading 0xff octets cut): two's complement of the full width.
    if not 1 <= len(octets) <= width + 1 or (len(octets) == width + 1 and octets[0]):
        raise Junk(f"unsigned number of {len(octets)} octets")
    return int.from_bytes(octets, "big", signed=True) & ((1 << 8 * width) - 1)
