"""Octets as text: agents say DisplayString and mean anything."""

import codecs
from contextlib import suppress
from ipaddress import ip_address

from collectors._snmp.ber import Value

LONGEST = 255
_SPACE, _BLANK = 0x20, b"\t\n\r"
_MAC, _ADDRESSES = 6, (4, 16)  # octets


def text(value: Value) -> str:
    """Return a value as one line of text of at most 255 characters.

    Octets are read as UTF-8, else as Latin-1; control characters become spaces. Agents cut what
    is too long for them at an octet: a letter of UTF-8 that was cut is left out.
    """
    if value is None:
        return ""
    if not isinstance(value, bytes):
        return str(value)
    printable = "".join(char if char.isprintable() else " " for char in _decoded(value))
    return " ".join(printable.split())[:LONGEST]


def spoken(value: Value) -> str:
    """Return a value as text, or as hexadecimal numbers where its octets are no text.

    So a MAC address that stands for a name reads `00:1a:2b:3c:4d:5e`.
    """
    if isinstance(value, bytes):
        bare = value.rstrip(b"\x00")
        if any(octet < _SPACE and octet not in _BLANK for octet in bare) or not _is_text(bare):
            return value.hex(":")[:LONGEST]
    return text(value)


def address(value: Value) -> str:
    """Return octets as an IP address, empty where they are none."""
    if not isinstance(value, bytes) or len(value) not in _ADDRESSES:
        return ""
    return str(ip_address(value))


def _decoded(octets: bytes) -> str:
    with suppress(UnicodeDecodeError):
        said, read = codecs.utf_8_decode(octets)
        if read == len(octets) or not said.isascii():
            return said
    return octets.decode("latin-1")


def _is_text(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return len(octets) != _MAC
    return True
