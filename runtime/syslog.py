"""Lines of syslog as devices send them: RFC 5424, RFC 3164, and what Cisco and Huawei make of it.

Of the header only the priority can be relied on. The device's own clock and name are left out:
when it was heard and from which address is known better.
"""

import codecs
import re
from dataclasses import dataclass

LARGEST = 8192  # octets of a line that are read (RFC 5424, 6.1 asks for 2048)
LONGEST = 1000  # characters of a message that are kept
_CUT = LARGEST - len("<191>")  # octets after the priority of a line that may have been cut
_KIND = 64  # characters of the program's name or mnemonic
_PRIORITY = re.compile(rb"<(\d{1,3})>")
_MOST_PRIORITY = 191  # 23 facilities, 8 severities
_VERSION_1 = re.compile(r"1 (?:\S{1,64}) (?:\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) ")
_STAMP = re.compile(
    r"(?:\d{1,10}: )?[*.]?"  # Cisco: a number, and * or . where the clock is not set
    r"(?:[A-Z][a-z]{2} {1,2}\d{1,2}(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [A-Z]{2,5})?"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,16}):? +"
)
_MNEMONIC = re.compile(r"%{1,2}(?:\d\d)?([A-Za-z][\w-]{0,40}[-/]\d[-/][\w-]{1,40})")
_TAG = re.compile(r"(?:(?P<host>[^\s:\[\]]{1,255}) )?(?P<tag>[\w./-]{1,48})(?:\[[\w.-]{1,16}\])?: ")


class NotSyslog(ValueError):
    """These octets are no line of syslog."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: severity (0 gravest … 7), who of the device says it, what."""

    severity: int
    kind: str
    text: str


def read(data: bytes) -> Line:
    """Return what a line says; NotSyslog where it has no priority."""
    found = _PRIORITY.match(data)
    if found is None or int(found[1]) > _MOST_PRIORITY:
        raise NotSyslog
    severity = int(found[1]) % 8
    said = _decoded(data[found.end() : found.end() + LARGEST])
    fifth = _VERSION_1.match(said)
    if fifth is not None:
        return Line(severity, _first(fifth[1], fifth[3]), _after_structure(said[fifth.end() :]))
    stamp = _STAMP.match(said)
    said = said[stamp.end() :] if stamp else said
    mnemonic = _MNEMONIC.search(said[:200])
    if mnemonic is not None:
        return Line(severity, mnemonic[1][:_KIND], said[mnemonic.start() :].strip()[:LONGEST])
    tag = _TAG.match(said)
    if tag is None:
        return Line(severity, "", said.strip()[:LONGEST])
    return Line(severity, tag["tag"], said[tag.end() :].strip()[:LONGEST])


def _decoded(octets: bytes) -> str:
    whole = len(octets) < _CUT  # a cut one may end within a letter, and is not Latin-1 for that
    octets = octets.removeprefix(b"\xef\xbb\xbf")
    try:
        said, _ = codecs.utf_8_decode(octets, "strict", whole)
    except UnicodeDecodeError:
        said = octets.decode("latin-1")
    return "".join(char if char.isprintable() else " " for char in said)


def _first(*names: str) -> str:
    """Return the first that is not the nil value of RFC 5424."""
    return next((name for name in names if name != "-"), "")


def _after_structure(rest: str) -> str:
    """Return the message that follows the structured data; the data itself where there is none."""
    if rest.startswith("- ") or rest == "-":
        return _message(rest[2:])
    at = 0
    while at < len(rest) and rest[at] == "[":
        at = _element_end(rest, at)
    return _message(rest[at:].removeprefix(" ")) or rest[:at].strip()[:LONGEST]


def _element_end(rest: str, at: int) -> int:
    """Return where an element ends: at a bracket that is neither quoted nor escaped."""
    quoted = False
    at += 1
    while at < len(rest):
        char = rest[at]
        if char == "\\" and quoted:
            at += 1
        elif char == '"':
            quoted = not quoted
        elif char == "]" and not quoted:
            return at + 1
        at += 1
    return len(rest)


def _message(said: str) -> str:
    return said.removeprefix("\ufeff").strip()[:LONGEST]
