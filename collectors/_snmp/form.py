"""The form of every good reply to one request, as a compiled pattern.

Where many devices are asked the same, their replies differ only in the sizes and values of
numbers. The pattern compares all that is constant in one go, at a fraction of the strict
decoder's cost; what it cannot say (lengths that must agree) is compared afterwards. Whatever it
refuses goes to the strict decoder, which alone decides what is junk.
"""
# ruff: noqa: PLR2004  (octets of an encoding are best seen as what they are)

import re
from collections.abc import Sequence
from operator import itemgetter

from collectors._snmp import ber
from collectors._snmp.ber import Junk, Value
from collectors._snmp.message import Ask

POPULAR = 500  # replies to one request after which its form pays: compiling it takes some 5 ms

_LENGTH = rb"([\x00-\x7f]|\x81.|\x82..)"
# A number that is not negative, by the most octets its type may have.
_NUMBER = {
    most: rb"(?=.[\x00-\x7f])(?:%s)"
    % b"|".join(rb"\x%02x%s" % (size, b"." * size) for size in range(1, most + 1))
    for most in (4, 8)
}
_OCTETS = {0x02: 8, 0x41: 4, 0x42: 4, 0x43: 4, 0x46: 8}  # by tag
_CONTENT = itemgetter(slice(2, None))
_FIXED = 4  # groups before the bindings: three lengths and the request id


class Form:
    """The form of the replies to one request."""

    __slots__ = ("_heads", "_match", "_openings", "_others")

    def __init__(self, ask: Ask, data: bytes, tags: Sequence[int]) -> None:
        """Learn from a good reply which names have numbers; `tags`: where their values stand."""
        kinds = [data[at] for at in tags]
        self._others = tuple(i for i, kind in enumerate(kinds) if kind not in _OCTETS)
        self._openings: dict[int, tuple[bytes, ...]] = {}  # lengths that agree, by size
        self._heads = int.from_bytes(bytes(len(head) for head in ask.heads))
        parts = [
            rb"\x30",
            _LENGTH,
            re.escape(b"\x02\x01\x01" + ber.tlv(ber.STRING, ask.community)),
            rb"\xa2",
            _LENGTH,
            rb"\x02\x04(.{4})\x02\x01\x00\x02\x01\x00\x30",
            _LENGTH,
        ]
        for head, kind in zip(ask.heads, kinds, strict=True):
            number = kind in _OCTETS
            value = rb"(\x%02x%s)" % (kind, _NUMBER[_OCTETS[kind]]) if number else b"(.*?)"
            parts += (b"0(.)", re.escape(head), value)
        self._match = re.compile(b"".join(parts), re.DOTALL).fullmatch

    def read(self, data: bytes, request_id: bytes) -> list[Value] | None:
        """Return the values of a reply of this form, None if it is of another."""
        match = self._match(data)
        if match is None:
            return None
        groups = match.groups()
        if groups[2] != request_id:
            return None
        said = (groups[0], groups[1], groups[3])
        if self._openings.get(len(data)) != said and not self._opens(match, said, len(data)):
            return None
        found = groups[_FIXED + 1 :: 2]
        # Every binding's length is that of its name and value: as numbers in base 256.
        lengths = int.from_bytes(b"".join(groups[_FIXED::2]))
        try:
            sizes = int.from_bytes(bytes(map(len, found)))
            if lengths != sizes + self._heads:
                return None
            values: list[Value] = list(map(int.from_bytes, map(_CONTENT, found)))
            for place in self._others:
                values[place] = _other(found[place])
        except ValueError:  # Junk among them; or a value longer than an octet can say
            return None
        return values

    def _opens(self, match: "re.Match[bytes]", said: tuple[bytes, ...], size: int) -> bool:
        """Say whether the lengths of message, response and bindings agree with the size."""
        true = (size - match.end(1), size - match.end(2), size - match.end(4))
        if tuple(map(_said, said)) != true:
            return False
        self._openings[size] = said
        return True


def _said(length: bytes) -> int:
    return length[0] if len(length) == 1 else int.from_bytes(length[1:])


def _other(element: bytes) -> Value:
    if element[0] == ber.STRING and element[1] == len(element) - 2 < 0x80:
        return element[2:]
    begin, end = ber.content_span(element, 0, len(element))
    if end != len(element):
        raise Junk("bytes after the value")
    return ber.value(element, element[0], begin, end)
