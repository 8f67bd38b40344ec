"""What a device's replies look like, so that the next one is read by a single unpack.

A learned layout holds a mask over the bytes that must not differ (headers, names, tags,
lengths, signs), their values, and one struct format for the rest. A reply of the same size
whose masked bytes are equal has passed every check of the strict decoder, because the reply
it was learned from did; any other reply goes to that decoder.
"""
# ruff: noqa: PLR2004  (octets of an encoding are best seen as what they are)

import struct
from collections.abc import Sequence
from weakref import WeakSet, WeakValueDictionary

from collectors._snmp.ber import Value
from collectors._snmp.message import Ask

# Octets of a number -> octets read for it, ending where the number ends (one more octet than
# eight is a leading zero). Where more are read than the number has, what stands before it is
# constant and goes into the offset.
_READ = {1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 8: 8, 9: 8}
_CODE = {1: "B", 2: "H", 4: "I", 8: "Q"}


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
        mask = bytearray(b"\xff" * len(data))
        mask[id_at : id_at + 4] = bytes(4)
        form = [">"]
        offsets: list[tuple[int, int]] = []
        constants: list[tuple[int, Value]] = []
        done = read = 0
        for place, (tag_at, value) in enumerate(zip(tags, values, strict=True)):
            if value is None or isinstance(value, str):
                constants.append((place, value))
                continue
            begin, end = _content(data, tag_at)
            if isinstance(value, int):
                mask[begin:end] = bytes(end - begin)
                mask[begin] = 0x80 if data[begin] else 0xFF  # the sign, or a leading zero
                size = _READ[end - begin]
                form.append(f"{end - size - done}x{_CODE[size]}")
                offset = int.from_bytes(data[end - size : end], "big") - value
                if offset:
                    offsets.append((read, offset))
            else:
                mask[begin:end] = bytes(end - begin)
                form.append(f"{begin - done}x{end - begin}s")
            read += 1
            done = end
        form.append(f"{len(data) - done}x")
        self.size = len(data)
        self.id_at = id_at
        self.mask = int.from_bytes(mask, "big")
        self.want = int.from_bytes(data, "big") & self.mask
        self.unpack = struct.Struct("".join(form)).unpack
        self.offsets = tuple(offsets)
        self.constants = tuple(constants)

    def read(self, data: bytes, request_id: bytes) -> list[Value] | None:
        """Return the values of a reply of this form, None if it is of another.

        The caller has compared the size.
        """
        if int.from_bytes(data, "big") & self.mask != self.want:
            return None
        if data[self.id_at : self.id_at + 4] != request_id:
            return None
        values = list(self.unpack(data))
        for place, offset in self.offsets:
            values[place] -= offset
        for place, value in self.constants:
            values.insert(place, value)
        return values


def _content(data: bytes, tag_at: int) -> tuple[int, int]:
    size = data[tag_at + 1]
    begin = tag_at + 2
    if size >= 0x80:
        begin += size & 0x7F
        size = int.from_bytes(data[tag_at + 2 : begin], "big")
    return begin, begin + size


class Lessons:
    """The layouts that are alive, shared between like devices.

    Each takes about 5 KB, and a fleet may have one per device and request: hence the bound.
    """

    def __init__(self, most: int = 4096) -> None:
        """Allow `most` layouts at a time."""
        self._most = most
        self._alive: WeakSet[Layout] = WeakSet()
        self._shared: WeakValueDictionary[tuple[Ask, int], Layout] = WeakValueDictionary()
        self.learned = 0

    def known(self, ask: Ask, size: int) -> Layout | None:
        """Return the newest layout of replies of this size to this request."""
        return self._shared.get((ask, size))

    def learn(
        self, ask: Ask, data: bytes, id_at: int, tags: Sequence[int], values: Sequence[Value]
    ) -> Layout | None:
        """Return the layout of a reply, None while the room is taken."""
        if len(self._alive) >= self._most:
            return None
        layout = Layout(data, id_at, tags, values)
        self._alive.add(layout)
        self._shared[ask, layout.size] = layout
        self.learned += 1
        return layout
