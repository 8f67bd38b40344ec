"""The form of every good reply to one request, as a compiled pattern.

Where many devices are asked the same, their replies differ only in the sizes and values of
numbers. The pattern compares all that is constant in one go, at a fraction of the strict
decoder's cost; what it cannot say (lengths that must agree) is compared afterwards. Whatever it
refuses goes to the strict decoder, which alone decides what is junk.
"""

import re
from collections.abc import Sequence

from collectors._snmp import ber
from collectors._snmp.ber import Value
from collectors._snmp.message import Ask

POPULAR = 200  # replies to one request after which its form pays: compiling it takes some ms

_LENGTH = rb"([\x00-\x7f]|\x81.|\x82..)"
# Numbers that are not negative, by tag. Each binding has three groups: its length, the length
# of its value, the value; that these agree is compared afterwards.
_NUMBERS = {
    **dict.fromkeys((0x41, 0x42, 0x43), rb"(.)([\x00-\x7f].{0,3}?)"),
    **dict.fromkeys((0x02, 0x46), rb"(.)([\x00-\x7f].{0,7}?)"),
}
_OTHER = rb"([\x00-\x7f])(.{0,127}?)"
_HEAD = 4  # groups before the bindings: two lengths, the request id, another length


class Form:
    """The form of the replies to one request."""

    __slots__ = ("_heads", "_match", "_openings", "_others")

    def __init__(self, ask: Ask, data: bytes, tags: Sequence[int]) -> None:
        """Learn from a good reply which names have numbers; `tags`: where their values stand."""
        kinds = [data[at] for at in tags]
        self._others = tuple((i, kind) for i, kind in enumerate(kinds) if kind not in _NUMBERS)
        self._openings: dict[int, tuple[bytes, ...]] = {}  # lengths that agree, by size
        self._heads = int.from_bytes(bytes(len(head) + 2 for head in ask.heads))
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
            number = _NUMBERS.get(kind)
            # Beyond 127 octets an element has a longer length than the one octet we look at.
            parts.append(b"0(.)" if number else rb"0([\x00-\x7f])")
            parts.append(re.escape(head + bytes((kind,))) + (number or _OTHER))
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
        found = groups[_HEAD + 2 :: 3]
        # All lengths at once, as numbers in base 256: no sum of a column reaches 256.
        sizes = int.from_bytes(bytes(map(len, found)))
        if (
            int.from_bytes(b"".join(groups[_HEAD + 1 :: 3])) != sizes
            or int.from_bytes(b"".join(groups[_HEAD::3])) != sizes + self._heads
        ):
            return None
        values: list[Value] = list(map(int.from_bytes, found))
        for place, kind in self._others:
            octets = found[place]
            if kind == ber.STRING:
                values[place] = octets
            else:
                try:
                    values[place] = ber.value(octets, kind, 0, len(octets))
                except ber.Junk:
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
