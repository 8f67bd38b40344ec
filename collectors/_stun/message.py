"""STUN messages (RFC 8489) and the TURN requests that need no login to be answered (RFC 8656)."""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

COOKIE = 0x2112A442
BINDING, ALLOCATE, REFRESH = 0x0001, 0x0003, 0x0004
_SUCCESS, _ERROR = 0x0100, 0x0110
_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_MAPPED, _ERROR_CODE, _REALM, _XOR_MAPPED = 0x0001, 0x0009, 0x0014, 0x0020
_LIFETIME, _REQUESTED_TRANSPORT, _SOFTWARE = 0x000D, 0x0019, 0x8022
_UDP = 17
_FAMILIES = {1: (socket.AF_INET, 4), 2: (socket.AF_INET6, 16)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says: `mapped` is how it sees us, `error` the code of a refusal."""

    mapped: tuple[str, int] | None = None
    error: int | None = None
    realm: str = ""
    software: str = ""


def request(kind: int, transaction: bytes) -> bytes:
    """Return a request of 12 octets' transaction id; a refresh gives the allocation back."""
    body = b""
    if kind == ALLOCATE:
        body = _ATTRIBUTE.pack(_REQUESTED_TRANSPORT, 4) + bytes((_UDP, 0, 0, 0))
    elif kind == REFRESH:
        body = _ATTRIBUTE.pack(_LIFETIME, 4) + bytes(4)  # seconds
    return _HEADER.pack(kind, len(body), COOKIE, transaction) + body


def read(octets: bytes, kind: int, transaction: bytes) -> Answer | None:
    """Return the answer to a request, None for anything else."""
    if len(octets) < _HEADER.size:
        return None
    said, length, cookie, identity = _HEADER.unpack_from(octets)
    known = said in (kind | _SUCCESS, kind | _ERROR)
    if not known or cookie != COOKIE or identity != transaction:
        return None
    if length % 4 or length != len(octets) - _HEADER.size:
        return None
    found = dict(_attributes(octets))
    return Answer(
        mapped=_address(found, identity),
        error=_code(found.get(_ERROR_CODE, b"")) if said & _ERROR == _ERROR else None,
        realm=found.get(_REALM, b"").decode("utf-8", "replace"),
        software=found.get(_SOFTWARE, b"").decode("utf-8", "replace"),
    )


def _attributes(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEADER.size
    while at + _ATTRIBUTE.size <= len(octets):
        kind, length = _ATTRIBUTE.unpack_from(octets, at)
        at += _ATTRIBUTE.size
        if at + length > len(octets):
            return
        yield kind, octets[at : at + length]
        at += length + -length % 4  # padded to four octets


def _address(found: dict[int, bytes], transaction: bytes) -> tuple[str, int] | None:
    """Return the reflexive address; old servers (RFC 3489) do not mask it."""
    masked = _XOR_MAPPED in found
    value = found.get(_XOR_MAPPED) or found.get(_MAPPED) or b""
    family, size = _FAMILIES.get(value[1], (None, 0)) if len(value) > 1 else (None, 0)
    if family is None or len(value) != 4 + size:
        return None
    port, packed = struct.unpack_from("!H", value, 2)[0], value[4:]
    if masked:
        key = struct.pack("!I", COOKIE) + transaction
        port ^= COOKIE >> 16
        packed = bytes(a ^ b for a, b in zip(packed, key, strict=False))
    return socket.inet_ntop(family, packed), port


def _code(value: bytes) -> int | None:
    return (value[2] & 7) * 100 + value[3] if len(value) >= 4 else None  # noqa: PLR2004
