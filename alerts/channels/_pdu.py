"""What does an SMS that came in say? 3GPP TS 23.040 §9.2.2.1 (SMS-DELIVER), TS 23.038 (alphabets).

PDU mode rather than text mode: there the modem says neither the alphabet nor the part of a long
message, and the digits of "0042" may be two letters of UCS2.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from aiosmpplib.codec import GSM7BitCodec

_DELIVER = 0  # TP-MTI; 2 is a status report
_HEADED = 0x40  # TP-UDHI: the text begins with a header
_NAMED = 0x50  # type of number: letters
_ABROAD = 0x10  # type of number: international
_LONGEST = 2 * 200  # hexadecimal digits: a TPDU has 164 octets at the most, the centre's number 12
_TIMESTAMP = 7  # octets
_CONCATENATED, _CONCATENATED_WIDE = 0x00, 0x08  # §9.2.3.24.1, .8: number of 8 or 16 bits
_SEPTETS, _OCTETS, _UCS2 = 0, 1, 2
_ALPHABET = GSM7BitCodec()


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a long message it is."""

    message: int
    of: int
    number: int  # from 1


@dataclass(frozen=True, slots=True)
class Delivered:
    """One SMS."""

    sender: str  # "+84901234567", a short code, or a name
    text: str
    part: Part | None = None


def read(hexadecimal: str) -> Delivered | None:
    """Return the SMS of a PDU; None if it is something else. ValueError if it cannot be read."""
    if len(hexadecimal) > _LONGEST:
        raise ValueError("it is longer than an SMS")
    octets = _Octets(bytes.fromhex(hexadecimal))
    octets.take(octets.one())  # the message centre's number
    first = octets.one()
    if first & 3 != _DELIVER:
        return None
    sender = _address(octets)
    octets.one()  # TP-PID
    alphabet = _alphabet(octets.one())
    octets.take(_TIMESTAMP)
    length = octets.one()
    header, body = b"", octets.rest()
    if first & _HEADED:
        if not body or len(body) <= body[0]:
            raise ValueError("its header is longer than it")
        header = body[1 : body[0] + 1]
        text = _said(alphabet, body, length, skipped=body[0] + 1)
    else:
        text = _said(alphabet, body, length, skipped=0)
    return Delivered(sender, text, _part(header))


class _Octets:
    """Octets that are taken one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next ones; ValueError if there are fewer."""
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("it ends too early")
        self._at += count
        return taken

    def one(self) -> int:
        """Return the next one."""
        return self.take(1)[0]

    def rest(self) -> bytes:
        """Return what is left."""
        return self._data[self._at :]


def _address(octets: _Octets) -> str:
    """Return an address: its length counts semi-octets (§9.1.2.5)."""
    semi_octets, kind = octets.one(), octets.one()
    data = octets.take((semi_octets + 1) // 2)
    if kind & 0x70 == _NAMED:
        return _letters(data, semi_octets * 4 // 7, 0).strip()
    digits = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in data)[:semi_octets]
    if not digits.isdecimal():
        raise ValueError("its sender is no number")
    return f"+{digits}" if kind & 0x70 == _ABROAD else digits


def _alphabet(coding: int) -> int:
    """Return which alphabet a data coding scheme means (TS 23.038 §4)."""
    group = coding >> 4
    if group < 8 and not coding & 0x20:  # noqa: PLR2004  (neither reserved nor compressed)
        return (coding >> 2 & 3) % 3  # the fourth is reserved: the default alphabet
    known = {0xC: _SEPTETS, 0xD: _SEPTETS, 0xE: _UCS2}
    known[0xF] = _OCTETS if coding & 4 else _SEPTETS
    if group not in known:
        raise ValueError(f"its coding 0x{coding:02X} is none that we know")
    return known[group]


def _said(alphabet: int, body: bytes, length: int, *, skipped: int) -> str:
    """Return the text after a header of `skipped` octets; `length` is in units of the alphabet."""
    if alphabet == _SEPTETS:
        if len(body) * 8 < length * 7:
            raise ValueError("its text ends too early")
        return _letters(body, length, -(-skipped * 8 // 7))
    if len(body) < length:
        raise ValueError("its text ends too early")
    data = body[skipped:length]
    return data.decode("utf-16-be" if alphabet == _UCS2 else "latin-1", "replace")


def _letters(data: bytes, septets: int, skipped: int) -> str:
    """Return packed septets as text (TS 23.038 §6.1.2.1)."""
    packed = int.from_bytes(data, "little")
    codes = bytes(packed >> 7 * at & 127 for at in range(skipped, septets))
    text: str = _ALPHABET.decode(codes, "replace")[0]
    return text


def _part(header: bytes) -> Part | None:
    for kind, data in _elements(header):
        if kind == _CONCATENATED and len(data) == 3:  # noqa: PLR2004  (number, parts, which)
            return Part(data[0], data[1], data[2])
        if kind == _CONCATENATED_WIDE and len(data) == 4:  # noqa: PLR2004
            return Part(int.from_bytes(data[:2], "big"), data[2], data[3])
    return None


def _elements(header: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the elements of a header (§9.2.3.24)."""
    at = 0
    while at + 1 < len(header):
        kind, length = header[at], header[at + 1]
        yield kind, header[at + 2 : at + 2 + length]
        at += 2 + length
