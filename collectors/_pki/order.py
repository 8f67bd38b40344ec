"""Time stamps as our strict reader wants them: certificates in DER's order, granted or not.

OpenSSL, and the authorities that are built on it, send the certificates of a time stamp as they
come; the strict reader that we use refuses such a set (X.690 §11.6). No signature covers their
order, so they are sorted before it reads them.
"""

from typing import NamedTuple

_WITH_CHANGES, _GRANTED = b"\x02\x01\x01", b"\x02\x01\x00"  # PKIStatus (RFC 3161, 2.4.2)
_LONG = 0x80
_CONTEXT_0 = 0xA0
_TAGS = 0x1F


class _Part(NamedTuple):
    """A value: where it begins, where its content begins, where it ends."""

    tag: int
    begin: int
    content: int
    end: int


def sorted_certificates(octets: bytes) -> bytes:
    """Return a TimeStampResp (RFC 3161) with its certificates sorted; as it is, if it is none."""
    try:
        response = _parts(octets, 0, len(octets))[0]
        _, token = _parts(octets, response.content, response.end)[:2]
        wrapped = _parts(octets, token.content, token.end)[1]
        signed = _parts(octets, wrapped.content, wrapped.end)[0]
        fields = _parts(octets, signed.content, signed.end)
        held = next(part for part in fields if part.tag == _CONTEXT_0)
        each = [octets[p.begin : p.end] for p in _parts(octets, held.content, held.end)]
    except (IndexError, ValueError, StopIteration):
        return octets
    return octets[: held.content] + b"".join(sorted(each)) + octets[held.end :]


def granted(octets: bytes) -> bytes:
    """Return a TimeStampResp that was granted with changes as one that was granted; others as is.

    Either brings a stamp, and the reader knows the latter alone. No signature covers the word.
    """
    try:
        response = _parts(octets, 0, len(octets))[0]
        status = _parts(octets, response.content, response.end)[0]
        word = _parts(octets, status.content, status.end)[0]
    except (IndexError, ValueError):
        return octets
    if octets[word.begin : word.end] != _WITH_CHANGES:
        return octets
    return octets[: word.begin] + _GRANTED + octets[word.end :]


def _parts(octets: bytes, at: int, end: int) -> list[_Part]:
    """Return what stands side by side between two places; IndexError, ValueError."""
    found = []
    while at < end:
        tag, size, content = octets[at], octets[at + 1], at + 2
        if tag & _TAGS == _TAGS:
            raise ValueError("a tag of many octets")
        if size >= _LONG:
            more = size & 0x7F
            if not 1 <= more <= 4:  # noqa: PLR2004
                raise ValueError("no definite length")
            size, content = int.from_bytes(octets[content : content + more], "big"), content + more
        if content + size > end:
            raise ValueError("cut short")
        found.append(_Part(tag, at, content, content + size))
        at = content + size
    return found
