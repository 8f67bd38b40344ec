"""Packets of SQL Server as far as both sides speak before anybody logs in (MS-TDS 2.2.6.5)."""

import struct

from collectors._net.trouble import printable, trouble
from core.reading import FailureKind

HEAD = struct.Struct("!BBHHBB")  # type, status, size with the head, process, number, window
PRELOGIN, RESPONSE = 0x12, 0x04
LAST = 0x01  # in the status: no packet of this message follows
VERSION, ENCRYPTION = 0, 1  # options
OFF, ON, NOT_SUPPORTED = 0, 1, 2  # encryption
_END, _OPTION = 0xFF, struct.Struct("!BHH")


def packet(kind: int, payload: bytes, *, last: bool = True) -> bytes:
    """Return one packet."""
    return HEAD.pack(kind, LAST if last else 0, HEAD.size + len(payload), 0, 1, 0) + payload


def prelogin(kind: int = PRELOGIN, encryption: int = OFF) -> bytes:
    """Return a PRELOGIN: our version 0, what we say of encryption, no instance, no thread."""
    values = (b"\0" * 6, bytes([encryption]), b"\0", b"\0" * 4)
    at = _OPTION.size * len(values) + 1
    table = b""
    for token, value in enumerate(values):
        table += _OPTION.pack(token, at, len(value))
        at += len(value)
    return packet(kind, table + bytes([_END]) + b"".join(values))


def options(payload: bytes) -> dict[int, bytes]:
    """Return the options of a PRELOGIN by their token; Trouble where it is none."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(payload) and payload[at] != _END:
        if at + _OPTION.size > len(payload):
            raise stranger(payload)
        token, offset, size = _OPTION.unpack_from(payload, at)
        if offset + size > len(payload):
            raise stranger(payload)
        found[token] = payload[offset : offset + size]
        at += _OPTION.size
    return found


def told(payload: bytes) -> tuple[str, bool]:
    """Return the version in a server's PRELOGIN, and whether it can speak TLS; Trouble."""
    said = options(payload)
    version = said.get(VERSION, b"")
    if len(version) != 6:  # noqa: PLR2004  (major, minor, build, sub-build)
        raise stranger(version)
    major, minor, build = struct.unpack("!BBH", version[:4])
    encryption = said.get(ENCRYPTION, bytes([NOT_SUPPORTED]))[:1]
    return f"{major}.{minor}.{build}", encryption != bytes([NOT_SUPPORTED])


def stranger(said: bytes) -> Exception:
    """Return the Trouble of an answer that no SQL Server gives."""
    shown = printable(said[:60], 60)
    return trouble(FailureKind.PROTOCOL, f"what answers is no SQL Server: {shown}")
