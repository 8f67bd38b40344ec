"""What a trap is about: traps and informs of SNMP v1, v2c and v3 (RFC 1157, RFC 3416).

What it says of the device is not believed, a poll will tell; but it is shown to people.
"""

from dataclasses import dataclass

from collectors._snmp import ber
from collectors._snmp.ber import Junk, Value

V1_TRAP, V2_TRAP, INFORM, RESPONSE = 0xA4, 0xA7, 0xA6, 0xA2
STANDARD = "1.3.6.1.6.3.1.1.5"  # snmpTraps (RFC 3418): coldStart 1 … egpNeighborLoss 6
MOST_BINDINGS = 40  # of one trap that are read
_UPTIME = "1.3.6.1.2.1.1.3.0"
_TRAP_OID = ber.oid("1.3.6.1.6.3.1.1.4.1.0")  # snmpTrapOID.0
_NAME = "1.3.6.1.6.3.1.1.4.1.0"
_SPECIFIC = 6  # enterpriseSpecific: the maker's own
_VERSION_1, _VERSION_2C = 0, 1

Binding = tuple[str, Value]  # object, value


@dataclass(frozen=True, slots=True)
class Trap:
    """`kind` is its name as SNMPv2 has it; `answer` what an inform wants to hear.

    `bindings` are what it tells beside its name and the uptime, as far as that can be read.
    """

    kind: str
    answer: bytes | None = None
    bindings: tuple[Binding, ...] = ()
    version: str = "v2c"


def opened(data: bytes) -> Trap:
    """Read a trap of version 1 or 2c; Junk if it is none."""
    begin, end = ber.span(data, 0, len(data), ber.SEQUENCE)
    if end != len(data):
        raise Junk("bytes after the message")
    version, begin = _number(data, begin, end)
    _, begin = ber.span(data, begin, end, ber.STRING)
    tag_at = begin
    if tag_at >= end:
        raise Junk("no trap in it")
    tag = data[tag_at]
    begin, stop = ber.content_span(data, tag_at, end)
    if stop != end:
        raise Junk("bytes after the trap")
    if version == _VERSION_1 and tag == V1_TRAP:
        kind, bindings = _first_version(data, begin, end)
        return Trap(kind, None, bindings, "v1")
    if version == _VERSION_2C and tag in {V2_TRAP, INFORM}:
        answer = data[:tag_at] + bytes((RESPONSE,)) + data[tag_at + 1 :]
        kind, bindings = _second_version(data, begin, end)
        return Trap(kind, answer if tag == INFORM else None, bindings)
    raise Junk("neither a trap nor an inform")


def of_pdu(pdu: bytes) -> Trap:
    """Read the PDU of a version 3 message; its answer, if it wants one, is a PDU too."""
    if not pdu or pdu[0] not in {V2_TRAP, INFORM}:
        raise Junk("neither a trap nor an inform")
    begin, end = ber.content_span(pdu, 0, len(pdu))
    kind, bindings = _second_version(pdu, begin, end)
    answer = bytes((RESPONSE,)) + pdu[1:] if pdu[0] == INFORM else None
    return Trap(kind, answer, bindings, "v3")


def _first_version(data: bytes, at: int, end: int) -> tuple[str, tuple[Binding, ...]]:
    """Return the kind that RFC 3584, 3.1 makes of a v1 trap, and its bindings."""
    begin, at = ber.span(data, at, end, ber.OID)
    enterprise = ber.dotted(data[begin:at])
    _, at = ber.span(data, at, end, ber.IP_ADDRESS)
    generic, at = _number(data, at, end)
    specific, at = _number(data, at, end)
    bindings: tuple[Binding, ...] = ()
    if at < end:
        _, at = ber.content_span(data, at, end)  # its uptime
        if at < end:
            bindings = _bindings(data, *ber.span(data, at, end, ber.SEQUENCE))
    if generic == _SPECIFIC:
        return f"{enterprise}.0.{specific}", bindings
    if not 0 <= generic < _SPECIFIC:
        raise Junk(f"no generic trap {generic}")
    return f"{STANDARD}.{generic + 1}", bindings


def _second_version(data: bytes, at: int, end: int) -> tuple[str, tuple[Binding, ...]]:
    for _ in range(3):  # request id, error status, error index
        _, at = _number(data, at, end)
    first, stop = ber.span(data, at, end, ber.SEQUENCE)
    at = first
    while at < stop:
        begin, after = ber.span(data, at, stop, ber.SEQUENCE)
        if data[begin : begin + len(_TRAP_OID)] == _TRAP_OID:
            begin, last = ber.span(data, begin + len(_TRAP_OID), after, ber.OID)
            if last != after:
                raise Junk("bytes after the trap's name")
            return ber.dotted(data[begin:last]), _bindings(data, first, stop)
        at = after
    raise Junk("a trap without a name")


def _bindings(data: bytes, at: int, end: int) -> tuple[Binding, ...]:
    """Return what can be read; a device that encodes one value badly has still sent a trap."""
    found: list[Binding] = []
    try:
        while at < end and len(found) < MOST_BINDINGS:
            begin, after = ber.span(data, at, end, ber.SEQUENCE)
            begin, stop = ber.span(data, begin, after, ber.OID)
            name = ber.dotted(data[begin:stop])
            if name not in {_UPTIME, _NAME}:
                inner, last = ber.content_span(data, stop, after)
                found.append((name, ber.value(data, data[stop], inner, last)))
            at = after
    except Junk:
        pass
    return tuple(found)


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    begin, stop = ber.span(data, at, end, ber.INTEGER)
    if not 1 <= stop - begin <= 5:  # noqa: PLR2004  (32 bits and a sign)
        raise Junk("a number too long")
    return int.from_bytes(data[begin:stop], "big", signed=True), stop
