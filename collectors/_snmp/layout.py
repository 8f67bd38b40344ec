"""What a device's replies look like, so that the next one is read by a single unpack.

A learned layout holds a mask over the bytes that must not differ (headers, names, tags,
lengths, signs), their values, and one struct format for the rest. A reply of the same size
whose masked bytes are equal has passed every check of the strict decoder, because the reply
it was learned from did; any other reply goes to that decoder (or to the form of the request, which
is slower than a layout but shared by all devices that are asked the same).
"""
# ruff: noqa: PLR2004  (octets of an encoding are best seen as what they are)

import struct
from collections.abc import Sequence
from weakref import WeakSet

from collectors._snmp.ber import Value

# Octets of a number -> octets read for it, ending where the number ends (one more octet than
# eight is a leading zero). Where more are read than the number has, what stands before it is
# constant and goes into the offset.
_READ = {1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 8: 8, 9: 8}
_CODE = {octets: {1: "B", 2: "H", 4: "I", 8: "Q"}[read] for octets, read in _READ.items()}
_SIGN = {octets: b"\x80" + bytes(octets - 1) for octets in _READ}
_ZERO = {octets: b"\xff" + bytes(octets - 1) for octets in _READ}

Offset = tuple[int, int]  # place among what is unpacked, what to subtract

_PADS = tuple(f"{octets}x" for octets in range(128))
_ONES = b"\xff" * 65535


class Layout:
    """The form of one reply."""

    __slots__ = ("__weakref__", "constants", "id_at", "mask", "offsets", "size", "unpack", "want")

    def __init__(
        self, data: bytes, id_at: int, tags: Sequence[int], values: Sequence[Value]
    ) -> None:
        """Learn from a reply that the strict decoder has read.

        `id_at`: where the four octets of the request id stand; `tags`: where each value's tag
        stands; `values`: what was read.
        """
        mask = [_ONES[:id_at], bytes(4)]
        form = [">"]
        offsets: list[Offset] = []
        constants: list[tuple[int, Value]] = []
        masked = id_at + 4
        done = read = 0
        for place, (tag_at, value) in enumerate(zip(tags, values, strict=True)):
            if value is None or isinstance(value, str):
                constants.append((place, value))
                continue
            begin, end = _content(data, tag_at)
            size = end - begin
            if isinstance(value, int):
                # What must not differ of a number: its sign, or a leading zero.
                mask += (_ONES[: begin - masked], _SIGN[size] if data[begin] else _ZERO[size])
                wide = _READ[size]
                form += (_pad(end - wide - done), _CODE[size])
                if wide != size or data[begin] >= 0x80:
                    offset = int.from_bytes(data[end - wide : end]) - value
                    if offset:
                        offsets.append((read, offset))
            else:
                mask += (_ONES[: begin - masked], bytes(size))
                form += (_pad(begin - done), f"{size}s")
            read += 1
            masked = done = end
        mask.append(b"\xff" * (len(data) - masked))
        self.size = len(data)
        self.id_at = id_at
        self.mask = int.from_bytes(b"".join(mask))
        self.want = int.from_bytes(data) & self.mask
        self.unpack = struct.Struct("".join(form) + f"{len(data) - done}x").unpack
        self.offsets = tuple(offsets)
        self.constants = tuple(constants)

    def read(self, data: bytes, request_id: bytes) -> list[Value] | None:
        """Return the values of a reply of this form, None if it is of another.

        The caller has compared the size.
        """
        if int.from_bytes(data) & self.mask != self.want:
            return None
        if data[self.id_at : self.id_at + 4] != request_id:
            return None
        values = list(self.unpack(data))
        for place, offset in self.offsets:
            values[place] -= offset
        for place, value in self.constants:
            values.insert(place, value)
        return values


def _pad(octets: int) -> str:
    return _PADS[octets] if octets < len(_PADS) else f"{octets}x"


def _content(data: bytes, tag_at: int) -> tuple[int, int]:
    size = data[tag_at + 1]
    begin = tag_at + 2
    if size >= 0x80:
        begin += size & 0x7F
        size = int.from_bytes(data[tag_at + 2 : begin], "big")
    return begin, begin + size


class Lessons:
    """Which layouts are learned, and how many live at a time.

    Learning costs as much as reading twice, and a layout takes about 4 KB: so only a few
    of the replies that no layout fitted are learned from, while there is room. A fleet
    that is polled for long is soon known, and one that is polled once pays little.
    """

    EVERY = 13
    RARELY = 101  # where the request has a form, a layout gains less

    def __init__(self, most: int = 2048) -> None:
        """Allow `most` layouts at a time."""
        self._most = most
        self._alive: WeakSet[Layout] = WeakSet()
        self._turn = 0
        self._offsets: dict[Offset, Offset] = {}  # few differ: like columns, like sizes
        self.learned = 0

    def due(self, *, rarely: bool) -> bool:
        """Say whether this reply shall be learned from."""
        self._turn += 1
        return self._turn % (self.RARELY if rarely else self.EVERY) == 0

    def learn(
        self, data: bytes, id_at: int, tags: Sequence[int], values: Sequence[Value]
    ) -> Layout | None:
        """Return the layout of a reply, None while the room is taken."""
        if len(self._alive) >= self._most:
            return None
        layout = Layout(data, id_at, tags, values)
        if len(self._offsets) > self._most:
            self._offsets.clear()
        shared = self._offsets.setdefault
        layout.offsets = tuple(shared(offset, offset) for offset in layout.offsets)
        self._alive.add(layout)
        self.learned += 1
        return layout
