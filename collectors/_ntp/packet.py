"""The NTP packet (RFC 5905 §7.3): what we ask, and what an answer says."""

import struct
from dataclasses import dataclass

SIZE = 48
_FORM = struct.Struct("!BBbbII4s8s8s8s8s")
_CLIENT = 0x23  # no leap warning, version 4, mode 3
_SERVER = 4
_SHORT = 65536.0  # root delay and dispersion are 16.16 fixed point
_LONG = float(1 << 32)  # timestamps are 32.32 fixed point, in seconds since 1900
_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_ERA = 1 << 64
UNSYNCHRONISED = 3  # leap indicator
LOST = 16  # the first stratum that means "not synchronised"


@dataclass(frozen=True, slots=True)
class Packet:
    """An answer; durations in seconds, instants as 64-bit NTP timestamps."""

    leap: int
    version: int
    stratum: int
    root_delay: float
    root_dispersion: float
    reference_id: bytes
    reference: int
    received: int
    transmitted: int

    @property
    def kiss(self) -> str | None:
        """Return the code of a kiss-o'-death (RATE, DENY, RSTR, …), None if it is none."""
        if self.stratum != 0:
            return None
        code = self.reference_id.rstrip(b"\0")
        return code.decode("ascii") if code.isalnum() else ""

    @property
    def is_synchronised(self) -> bool:
        """Say whether the server trusts its own clock."""
        known = 0 < self.stratum < LOST and self.transmitted != 0
        return known and self.leap != UNSYNCHRONISED

    @property
    def source(self) -> str:
        """Return where the server has its time from, as people write it."""
        if self.stratum <= 1:
            return self.reference_id.rstrip(b"\0").decode("ascii", "replace")
        return ".".join(str(octet) for octet in self.reference_id)


def request(nonce: bytes) -> bytes:
    """Return a request; its transmit timestamp is 8 random octets that the answer must repeat."""
    return _FORM.pack(_CLIENT, 0, 0, 0, 0, 0, bytes(4), bytes(8), bytes(8), bytes(8), nonce)


def read(octets: bytes, nonce: bytes) -> Packet | None:
    """Return the answer to the request with this nonce, None for anything else."""
    if len(octets) < SIZE:
        return None
    first, stratum, _, _, delay, dispersion, source, *stamps = _FORM.unpack_from(octets)
    reference, origin, received, transmitted = stamps
    if first & 7 != _SERVER or origin != nonce:
        return None
    return Packet(
        leap=first >> 6,
        version=first >> 3 & 7,
        stratum=stratum,
        root_delay=delay / _SHORT,
        root_dispersion=dispersion / _SHORT,
        reference_id=source,
        reference=int.from_bytes(reference, "big"),
        received=int.from_bytes(received, "big"),
        transmitted=int.from_bytes(transmitted, "big"),
    )


def stamp(unix_ns: int) -> int:
    """Return the NTP timestamp of ns since 1970, in whatever era it lies."""
    seconds, rest = divmod(unix_ns, 1_000_000_000)
    return ((seconds + _EPOCH << 32) + (rest << 32) // 1_000_000_000) % _ERA


def between(earlier: int, later: int) -> float:
    """Return the seconds from one timestamp to another, the shorter way round the era of 2036."""
    apart = (later - earlier) % _ERA
    return (apart - _ERA if apart >= _ERA // 2 else apart) / _LONG


def offset_and_delay(packet: Packet, sent: int, arrived: int) -> tuple[float, float]:
    """Return how far the server's clock is ahead of ours, and the time on the way, in seconds.

    `sent` and `arrived` are NTP timestamps of our clock.
    """
    there = between(sent, packet.received)
    back = between(arrived, packet.transmitted)
    delay = between(sent, arrived) - between(packet.received, packet.transmitted)
    return (there + back) / 2, max(0.0, delay)
