"""SMS-DELIVER as a modem lists it, written from 3GPP TS 23.040 §9.2.2.1 and TS 23.038 §6."""

import secrets
from collections.abc import Sequence

GSM7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./"
    "0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
CENTRE = "07914889004042F8"


def swapped(digits: str) -> str:
    """Return digits as semi-octets, the last filled with F."""
    even = digits + "F" * (len(digits) % 2)
    return "".join(even[at + 1] + even[at] for at in range(0, len(even), 2))


def packed(codes: Sequence[int], fill: int = 0) -> bytes:
    """Return septets packed after `fill` bits of a header."""
    bits = "0" * fill
    for code in codes:
        bits += f"{code:07b}"[::-1]
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


def address(sender: str) -> str:
    """Return TP-OA: an international number, one of this country, or a name."""
    if sender.startswith("+"):
        return f"{len(sender) - 1:02X}91{swapped(sender[1:])}"
    if sender.isdecimal():
        return f"{len(sender):02X}81{swapped(sender)}"
    letters = packed([GSM7.index(c) for c in sender])
    return f"{-(-len(sender) * 7 // 4):02X}D0{letters.hex().upper()}"


def pdu(
    sender: str,
    text: str,
    *,
    part: tuple[int, int, int] | None = None,
    ucs2: bool | None = None,
    second: int | None = None,
) -> str:
    """Return the PDU of one SMS; `part` is (message, parts, which)."""
    wide = any(c not in GSM7 for c in text) if ucs2 is None else ucs2
    header = bytes((5, 0, 3, *part)) if part else b""
    first = "44" if part else "04"
    seconds = secrets.randbelow(60) if second is None else second
    stamp = swapped(f"261122021345{seconds:02}"[:10] + f"{seconds:02}") + "82"
    if wide:
        data = header + text.encode("utf-16-be")
        length = len(data)
    else:
        codes = [GSM7.index(c) for c in text]
        fill = -len(header) * 8 % 7
        data = header + packed(codes, fill)
        length = (len(header) * 8 + fill) // 7 + len(codes)
    coding = "08" if wide else "00"
    return f"{CENTRE}{first}{address(sender)}00{coding}{stamp}{length:02X}{data.hex().upper()}"
