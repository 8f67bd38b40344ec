"""What a trap is about: SNMP v1 and v2c, traps and informs (RFC 1157, RFC 3416).

Only its kind is read. What it says of the device is not believed: a poll will tell.
"""

from dataclasses import dataclass

from collectors._snmp import ber
from collectors._snmp.ber import Junk

V1_TRAP, V2_TRAP, INFORM, RESPONSE = 0xA4, 0xA7, 0xA6, 0xA2
STANDARD = "1.3.6.1.6.3.1.1.5"  # snmpTraps (RFC 3418): coldStart 1 … egpNeighborLoss 6
_TRAP_OID = ber.oid("1.3.6.1.6.3.1.1.4.1.0")  # snmpTrapOID.0
_SPECIFIC = 6  # enterpriseSpecific: the maker's own
_VERSION_1, _VERSION_2C = 0, 1


@dataclass(frozen=True, slots=True)
class Trap:
    """`kind` is its name as SNMPv2 has it; `answer` what an inform wants to hear."""

    kind: str
    answer: bytes | None = None


def opened(data: bytes) -> Trap:
    """Read a trap; Junk if it is none."""
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
        return Trap(_first_version(data, begin, end))
    if version == _VERSION_2C and tag in {V2_TRAP, INFORM}:
        answer = data[:tag_at] + bytes((RESPONSE,)) + data[tag_at + 1 :]
        return Trap(_second_version(data, begin, end), answer if tag == INFORM else None)
    raise Junk("neither a trap nor an inform")


def _first_version(data: bytes, at: int, end: int) -> str:
    """Return the kind that RFC 3584, 3.1 makes of a v1 trap."""
    begin, at = ber.span(data, at, end, ber.OID)
    enterprise = ber.dotted(data[begin:at])
    _, at = ber.span(data, at, end, ber.IP_ADDRESS)
    generic, at = _number(data, at, end)
    specific, at = _number(data, at, end)
    if generic == _SPECIFIC:
        return f"{enterprise}.0.{specific}"
    if not 0 <= generic < _SPECIFIC:
        raise Junk(f"no generic trap {generic}")
    return f"{STANDARD}.{generic + 1}"


def _second_version(data: bytes, at: int, end: int) -> str:
    for _ in range(3):  # request id, error status, error index
        _, at = _number(data, at, end)
    at, stop = ber.span(data, at, end, ber.SEQUENCE)
    while at < stop:
        begin, after = ber.span(data, at, stop, ber.SEQUENCE)
        if data[begin : begin + len(_TRAP_OID)] == _TRAP_OID:
            begin, last = ber.span(data, begin + len(_TRAP_OID), after, ber.OID)
            if last != after:
                raise Junk("bytes after the trap's name")
            return ber.dotted(data[begin:last])
        at = after
    raise Junk("a trap without a name")


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    begin, stop = ber.span(data, at, end, ber.INTEGER)
    if not 1 <= stop - begin <= 5:  # noqa: PLR2004  (32 bits and a sign)
        raise Junk("a number too long")
    return int.from_bytes(data[begin:stop], "big", signed=True), stop
