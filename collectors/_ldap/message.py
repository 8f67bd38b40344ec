"""The few messages of LDAP that a check needs, in BER (RFC 4511 §4, X.690 §8).

Requests are made, and answers of strangers read strictly: definite lengths, bounded depth.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

LARGEST = 4 * 1024 * 1024  # bytes of one message
_INTEGER, _OCTETS, _ENUMERATED, _SEQUENCE = 0x02, 0x04, 0x0A, 0x30
_BOOLEAN_FALSE = b"\x01\x01\x00"
BIND, BIND_DONE, UNBIND, SEARCH = 0x60, 0x61, 0x42, 0x63
ENTRY, SEARCH_DONE, REFERENCE = 0x64, 0x65, 0x73
_PRESENT, _EQUAL, _SIMPLE = 0x87, 0xA3, 0x80
_SCOPES = {"base": 0, "one": 1, "sub": 2}
_MULTIPLE = 0x1F  # tag numbers of more than one octet: none in LDAP
_LONG = 0x80
_MOST_VALUES = 1000
RESULTS = {
    1: "operationsError",
    2: "protocolError",
    4: "sizeLimitExceeded",
    7: "authMethodNotSupported",
    8: "strongerAuthRequired",
    10: "referral",
    13: "confidentialityRequired",
    32: "noSuchObject",
    34: "invalidDNSyntax",
    48: "inappropriateAuthentication",
    49: "invalidCredentials",
    50: "insufficientAccessRights",
    51: "busy",
    52: "unavailable",
    53: "unwillingToPerform",
}


class Malformed(Exception):
    """Octets that are no message of LDAP."""


class Item(NamedTuple):
    """A tag and what is in it."""

    tag: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its number, what it is, and its parts."""

    number: int
    kind: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation ended: 0 is success."""

    code: int
    said: str

    @property
    def name(self) -> str:
        """Return what the standard calls it."""
        return RESULTS.get(self.code, f"result {self.code}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that was found; names of attributes are in lower case."""

    name: str
    values: dict[str, tuple[str, ...]]


def bind(number: int, user: str, password: str) -> bytes:
    """Return a simple bind; without a user it is anonymous."""
    content = _integer(3) + _item(_OCTETS, user.encode()) + _item(_SIMPLE, password.encode())
    return _message(number, _item(BIND, content))


def unbind(number: int) -> bytes:
    """Return the goodbye, which is not answered."""
    return _message(number, _item(UNBIND, b""))


def search(
    number: int,
    base: str,
    scope: str,
    wanted: tuple[str, str],
    attributes: tuple[str, ...],
    *,
    limit: int,
    seconds: int,
) -> bytes:
    """Return a search for `(attribute=value)`; the value `*` is: any."""
    name, value = wanted
    equal = _item(_OCTETS, name.encode()) + _item(_OCTETS, value.encode())
    condition = _item(_PRESENT, name.encode()) if value == "*" else _item(_EQUAL, equal)
    content = (
        _item(_OCTETS, base.encode())
        + _item(_ENUMERATED, bytes((_SCOPES[scope],)))
        + _item(_ENUMERATED, b"\x00")  # never follow aliases
        + _integer(limit)
        + _integer(seconds)
        + _BOOLEAN_FALSE  # types and values
        + condition
        + _item(_SEQUENCE, b"".join(_item(_OCTETS, one.encode()) for one in attributes))
    )
    return _message(number, _item(SEARCH, content))


def size_of(head: bytes) -> tuple[int, int] | None:
    """Return how long the head and the content of a message are, None if the head is cut.

    Malformed if a message does not begin so, or is too long.
    """
    if not head:
        return None
    if head[0] != _SEQUENCE:
        raise Malformed("no message of LDAP")
    if len(head) < 2:  # noqa: PLR2004
        return None
    first = head[1]
    if first < _LONG:
        return 2, first
    more = first & 0x7F
    if not 1 <= more <= 4:  # noqa: PLR2004
        raise Malformed("a length that is none")
    if len(head) < 2 + more:
        return None
    size = int.from_bytes(head[2 : 2 + more], "big")
    if size > LARGEST:
        raise Malformed("a message of more than 4 MiB")
    return 2 + more, size


def read(content: bytes) -> Message:
    """Return the message in the content of its sequence; Malformed."""
    parts = items(content)
    number, operation = _next(parts), _next(parts)
    if number.tag != _INTEGER or not 1 <= len(number.content) <= 4:  # noqa: PLR2004
        raise Malformed("a message without a number")
    return Message(int.from_bytes(number.content, "big"), operation.tag, operation.content)


def result(message: Message) -> Result:
    """Return the result in an answer; Malformed."""
    parts = items(message.content)
    code, _, said = _next(parts), _next(parts), _next(parts)
    if code.tag != _ENUMERATED or not 1 <= len(code.content) <= 4:  # noqa: PLR2004
        raise Malformed("a result without a code")
    return Result(int.from_bytes(code.content, "big"), said.content.decode("utf-8", "replace"))


def entry(message: Message) -> Entry:
    """Return the entry in an answer; Malformed."""
    parts = items(message.content)
    name, attributes = _next(parts), _next(parts)
    values: dict[str, tuple[str, ...]] = {}
    for attribute in items(attributes.content):
        fields = items(attribute.content)
        kind, held = _next(fields), _next(fields)
        told = [one.content.decode("utf-8", "replace") for one in items(held.content)]
        values[kind.content.decode("utf-8", "replace").lower()] = tuple(told[:_MOST_VALUES])
    return Entry(name.content.decode("utf-8", "replace"), values)


def items(octets: bytes) -> Iterator[Item]:
    """Yield what stands side by side; Malformed."""
    at = 0
    while at < len(octets):
        tag = octets[at]
        if tag & _MULTIPLE == _MULTIPLE or at + 1 >= len(octets):
            raise Malformed("a tag that is none")
        size, at = octets[at + 1], at + 2
        if size >= _LONG:
            more = size & 0x7F
            if not 1 <= more <= 4:  # noqa: PLR2004
                raise Malformed("a length that is none")
            size, at = int.from_bytes(octets[at : at + more], "big"), at + more
        if at + size > len(octets):
            raise Malformed("cut short")
        yield Item(tag, octets[at : at + size])
        at += size


def _next(parts: Iterator[Item]) -> Item:
    found = next(parts, None)
    if found is None:
        raise Malformed("a part is missing")
    return found


def _message(number: int, operation: bytes) -> bytes:
    return _item(_SEQUENCE, _integer(number) + operation)


def _integer(value: int) -> bytes:
    return _item(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _item(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(octets))) + octets + content
