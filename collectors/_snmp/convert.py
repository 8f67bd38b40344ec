"""From what an agent sends to a number: integers, numbers written as text, powers of light."""

import math
import re
import struct
from collections.abc import Callable, Mapping

from collectors._snmp.ber import Value

_NUMBER = re.compile(rb"\s*([-+]?\d+(?:\.\d+)?)")
_MINUTE = re.compile(rb"60 Secs \(\s*(\d+(?:\.\d+)?)\s*%\)")
_FLOAT, _DOUBLE = b"\x9f\x78\x04", b"\x9f\x79\x08"  # net-snmp's numbers inside an Opaque
_LONGEST, _MOST_BITS = 64, 8  # octets
_MOST_MILLIAMPERES = 150  # what drives a laser
NO_LIGHT = -40.0  # dBm: what optics call no light at all


def number(value: Value) -> float | None:
    """Return an integer, an Opaque float, or the number that a text begins with; else None."""
    if isinstance(value, int):
        return float(value)
    if not isinstance(value, bytes):
        return None
    if value.startswith((_FLOAT, _DOUBLE)):
        return _opaque(value)
    found = _NUMBER.match(value[:_LONGEST])
    return float(found[1]) if found else None


def _opaque(value: bytes) -> float | None:
    form = ">f" if value.startswith(_FLOAT) else ">d"
    content = value[3:]
    if len(content) != struct.calcsize(form):
        return None
    (made,) = struct.unpack(form, content)
    return made if math.isfinite(made) else None


def spoken_as(words: Mapping[str, int]) -> Callable[[Value], float | None]:
    """Return a reader of states that some releases tell as a number, and others as a word."""

    def read(value: Value) -> float | None:
        said = number(value)
        if said is None and isinstance(value, bytes):
            meant = words.get(value[:_LONGEST].decode("ascii", "replace").strip().lower())
            return None if meant is None else float(meant)
        return said

    return read


def sixty_seconds(value: Value) -> float | None:
    """Return the load over a minute of `5 Secs (6.5%) 60 Secs (7.2%) 300 Secs (7.5%)`."""
    found = _MINUTE.search(value) if isinstance(value, bytes) else None
    return float(found[1]) if found else None


def rest_of_hundred(value: Value) -> float | None:
    """Return what an idle share, in per cent, leaves as busy."""
    said = number(value)
    return 100 - said if said is not None else None


def bits(value: Value) -> float | None:
    """Return octets as the one number that they spell, as the BITS of a state."""
    if isinstance(value, bytes):
        return float(int.from_bytes(value, "big")) if len(value) <= _MOST_BITS else None
    return number(value)


_STOPS = 0b0101_1111  # of hrPrinterDetectedErrorState: all but low paper and low toner
_SEVERAL, _SEVERAL_THAT_STOP = 9, 10


def printer_fault(value: Value) -> float | None:
    """Return which of the eight faults of hrPrinterDetectedErrorState a printer has.

    0 none; 1 little paper, 2 no paper, 3 little toner, 4 no toner, 5 open, 6 jammed, 7 offline,
    8 service; 9 several, 10 several of which one stops the printing.
    """
    if not isinstance(value, bytes):
        return None
    said = value[0] if value else 0
    if said.bit_count() > 1:
        return _SEVERAL_THAT_STOP if said & _STOPS else _SEVERAL
    return 9 - said.bit_length() if said else 0


def milliamperes_or_micro(value: Value) -> float | None:
    """Return amperes of what drives a laser, told in mA, or in µA where that would be too much."""
    said = number(value)
    if said is None:
        return None
    return said * (1e-3 if said < _MOST_MILLIAMPERES else 1e-6)


def milliwatts(value: Value) -> float | None:
    """Return dBm of a power in 1 mW."""
    return _dbm(number(value), 1)


def microwatts(value: Value) -> float | None:
    """Return dBm of a power in 1 µW."""
    return _dbm(number(value), 1e-3)


def tenth_microwatts(value: Value) -> float | None:
    """Return dBm of a power in 0.1 µW (SFF-8472's own unit)."""
    return _dbm(number(value), 1e-4)


def microwatts_or_hundredths(value: Value) -> float | None:
    """Return dBm of a power in 1 µW, or in 0.01 dBm where the number is negative."""
    said = number(value)
    return said / 100 if said is not None and said < 0 else _dbm(said, 1e-3)


def _dbm(power: float | None, milliwatts: float) -> float | None:
    if power is None or power < 0:
        return None
    return max(10 * math.log10(power * milliwatts), NO_LIGHT) if power else NO_LIGHT
