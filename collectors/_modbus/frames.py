"""Modbus TCP: one request, one answer. Modbus Application Protocol 1.1b3, Messaging on TCP/IP 1.0b.

Written here because the whole of reading is twelve octets and a table: a client library brings its
own sockets, its own reconnecting and retrying, which a look must not have.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from collectors._modbus.params import SIZES, Register, Table
from collectors._net.trouble import Trouble, trouble
from core.reading import Failure, FailureKind

_HEAD = struct.Struct("!HHHB")  # transaction, protocol (0), octets that follow, unit
HEAD = _HEAD.size
_ASK = struct.Struct("!BHH")
_FUNCTIONS: Mapping[Table, int] = MappingProxyType(
    {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
)
_BITS = ("coil", "discrete")
_MOST = {"bits": 2000, "registers": 125}
_GAP = 8  # registers between two wanted ones that are rather read than asked around
_FAILED = 0x80
_LARGEST = 260
_EXCEPTIONS = MappingProxyType(
    {
        1: "it knows no such function",
        2: "it has no such register",
        3: "it takes no such number of registers",
        4: "the device itself has failed",
        5: "it is still at work",
        6: "the device is busy",
        8: "its memory is faulty",
        10: "the gateway has no way to the device",
        11: "the device behind the gateway does not answer",
    }
)
_FORMATS = MappingProxyType(
    {
        "int16": "h",
        "uint16": "H",
        "int32": "i",
        "uint32": "I",
        "int64": "q",
        "uint64": "Q",
        "float32": "f",
        "float64": "d",
    }
)


_LACKING = (2, 3)  # what may be said of many registers for the sake of one


class Lacking(Trouble):
    """The device has not all of the registers, or gives not as many at once."""


@dataclass(frozen=True, slots=True)
class Span:
    """Registers, or bits, that one request reads."""

    table: Table
    address: int
    count: int

    def request(self, transaction: int, device: int) -> bytes:
        """Return the request's octets."""
        asked = _ASK.pack(_FUNCTIONS[self.table], self.address, self.count)
        return _HEAD.pack(transaction, 0, len(asked) + 1, device) + asked


def spans(registers: Iterable[Register], gap: int = _GAP) -> list[Span]:
    """Return the fewest requests that read all registers, those at most `gap` apart together."""
    found: list[Span] = []
    for register in sorted(registers, key=lambda r: (r.table, r.address)):
        end = register.address + SIZES[register.type]
        most = _MOST["bits" if register.table in _BITS else "registers"]
        last = found[-1] if found else None
        if (
            last is not None
            and last.table == register.table
            and register.address <= last.address + last.count + gap
            and max(end, last.address + last.count) - last.address <= most
        ):
            length = max(end, last.address + last.count) - last.address
            found[-1] = Span(last.table, last.address, length)
        else:
            found.append(Span(register.table, register.address, end - register.address))
    return found


def narrower(span: Span, registers: Sequence[Register]) -> list[Span]:
    """Return how a span's registers may be asked for instead; nothing if in no other way."""
    without_gaps = spans(registers, gap=0)
    alone = list(dict.fromkeys(one for register in registers for one in spans([register])))
    return next((found for found in (without_gaps, alone) if found != [span]), [])


def length_of(head: bytes, transaction: int, device: int) -> int:
    """Return how many octets follow the head of an answer; Trouble if it is none to us."""
    number, protocol, length, unit = _HEAD.unpack(head)
    if protocol != 0 or not 2 < length <= _LARGEST - HEAD + 1:  # noqa: PLR2004
        raise trouble(FailureKind.PROTOCOL, "what answers does not speak Modbus TCP")
    if number != transaction or unit != device:
        raise trouble(FailureKind.PROTOCOL, "the answer is for another request than ours")
    return int(length) - 1


def values_of(span: Span, body: bytes) -> list[int]:
    """Return the registers, or bits, of an answer's body; Trouble."""
    function = _FUNCTIONS[span.table]
    if body[0] == function | _FAILED and len(body) > 1:
        why = _EXCEPTIONS.get(body[1], f"exception {body[1]}")
        failure = Failure(FailureKind.PROTOCOL, f"{span.table} {span.address}: {why}")
        raise Lacking(failure) if body[1] in _LACKING else Trouble(failure)
    bits = span.table in _BITS
    wanted = (span.count + 7) // 8 if bits else 2 * span.count
    if body[0] != function or len(body) != wanted + 2 or body[1] != wanted:
        raise trouble(FailureKind.PROTOCOL, f"{span.table} {span.address}: a malformed answer")
    octets = body[2:]
    if bits:
        return [octets[at // 8] >> at % 8 & 1 for at in range(span.count)]
    return list(struct.unpack(f"!{span.count}H", octets))


def raw(register: Register, words: Sequence[int]) -> float:
    """Return the number that a register's words hold, unscaled.

    The order of 32 and 64 bits: `big` ABCD, `little` DCBA, `swapped` CDAB (words), `byteswapped`
    BADC (octets of each word).
    """
    if register.type == "bit":
        return float(words[0])
    if register.order in {"little", "swapped"}:
        words = words[::-1]
    octets = struct.pack(f"!{len(words)}H", *words)
    if register.order in {"little", "byteswapped"}:
        octets = b"".join(octets[at : at + 2][::-1] for at in range(0, len(octets), 2))
    value = struct.unpack(f"!{_FORMATS[register.type]}", octets)[0]
    if register.bit is not None:
        return float(int(value) >> register.bit & 1)
    return float(value)
