"""What does an agent know? A sorted table of objects, each encoded as late and as seldom as can be.

Values are encoded by pysnmp's types and pyasn1's encoder, which share no code with the
product's own engine; only lengths are put around them here.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import TypeAlias

from pyasn1.codec.ber import encoder
from pyasn1.type import base
from pysnmp.proto.api import v2c

Oid = tuple[int, ...]
Value: TypeAlias = base.Asn1Type  # one of pysnmp's SNMP types
Live: TypeAlias = Callable[[], Value]  # asked at every request


def tlv(tag: int, content: bytes) -> bytes:
    """Return content with tag and definite length before it (X.690, 8.1.3)."""
    size = len(content)
    if size < 0x80:  # noqa: PLR2004  (the short form)
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def encoded(value: Value) -> bytes:
    """Return a pysnmp value as BER."""
    content: bytes = encoder.encode(value)
    return content


_NO_SUCH_OBJECT = bytes((0x80, 0))  # the exceptions of RFC 3416, section 3
_NO_SUCH_INSTANCE = bytes((0x81, 0))
_END_OF_MIB = bytes((0x82, 0))


def varbind(oid: Oid, value: bytes) -> bytes:
    """Return a variable binding of an encoded value."""
    return tlv(0x30, encoded(v2c.ObjectIdentifier(oid)) + value)


class Mib:
    """An agent's objects in lexicographical order."""

    def __init__(self, objects: Iterable[tuple[Oid, Value | Live]]) -> None:
        rows = sorted(objects, key=lambda row: row[0])
        self._oids = [oid for oid, _ in rows]
        self._index = {oid: number for number, oid in enumerate(self._oids)}
        self._heads = [encoded(v2c.ObjectIdentifier(oid)) for oid in self._oids]
        self._live: list[Live | None] = [
            value if isinstance(value, FunctionType) else None for _, value in rows
        ]
        self._fixed = [
            b"" if isinstance(value, FunctionType) else tlv(0x30, head + encoded(value))
            for head, (_, value) in zip(self._heads, rows, strict=True)
        ]

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self._oids)

    def _at(self, number: int) -> bytes:
        live = self._live[number]
        if live is None:
            return self._fixed[number]
        return tlv(0x30, self._heads[number] + encoded(live()))

    def get(self, oid: Oid) -> bytes:
        """Return the binding of an object, or the exception that says why there is none."""
        number = self._index.get(oid)
        if number is not None:
            return self._at(number)
        column = oid[:-1]
        after = bisect_right(self._oids, column)
        known = after < len(self._oids) and self._oids[after][: len(column)] == column
        return varbind(oid, _NO_SUCH_INSTANCE if known else _NO_SUCH_OBJECT)

    def after(self, oid: Oid) -> tuple[Oid, bytes]:
        """Return the next object and its binding; the same oid and endOfMibView at the end."""
        number = bisect_right(self._oids, oid)
        if number == len(self._oids):
            return oid, varbind(oid, _END_OF_MIB)
        return self._oids[number], self._at(number)
