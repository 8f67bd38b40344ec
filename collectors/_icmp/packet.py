"""Echo requests, packed once and patched per probe, and the kernel filter for their replies.

The payload is 16 bytes: a nonce of this socket, a 32-bit counter, zeros. The counter names the
probe, so that a late reply is never taken for the answer to a younger probe when the 16-bit
sequence number of RFC 792 has wrapped; the nonce keeps replies to other programs' pings out.
"""

import struct
from collections.abc import Sequence

ECHO_REQUEST_V4, ECHO_REPLY_V4 = 8, 0
ECHO_REQUEST_V6, ECHO_REPLY_V6 = 128, 129  # RFC 4443 §4
HEADER = 8  # type, code, checksum, identifier, sequence
SIZE = HEADER + 16

_ECHO = struct.Struct("!BBHHHII8x")
_VARYING = struct.Struct("!HHHII")  # from the checksum on
COUNTER_AT = HEADER + 4


class Echo:
    """The echo request of one socket; `patched` turns it into the request of one probe."""

    def __init__(self, kind: int, identifier: int, nonce: int) -> None:
        self._identifier = identifier
        self._nonce = nonce
        self._packet = bytearray(_ECHO.pack(kind, 0, 0, identifier, 0, nonce, 0))
        self._base = sum(struct.unpack(f"!{SIZE // 2}H", self._packet))

    def patched(self, counter: int) -> bytearray:
        """Return the request with this 32-bit counter. The next call reuses the buffer.

        The sum of the constant part is known; only sequence and counter are added (RFC 1624).
        """
        low = counter & 0xFFFF
        total = self._base + low + low + (counter >> 16)
        total = (total & 0xFFFF) + (total >> 16)
        total = (total & 0xFFFF) + (total >> 16)
        _VARYING.pack_into(
            self._packet, 2, total ^ 0xFFFF, self._identifier, low, self._nonce, counter
        )
        return self._packet


def checksum(packet: bytes | bytearray) -> int:
    """Return the Internet checksum (RFC 1071) of a packet of even length."""
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


# Classic BPF (Linux, filter.rst): load half word / byte / word at X + k, jump if equal, return.
_LOAD_HEADER_LENGTH = 0xB1  # X = 4 * (packet[k] & 15)
_SET_X = 0x01
_LOAD_BYTE, _LOAD_HALF, _LOAD_WORD = 0x50, 0x48, 0x40
_JUMP_EQUAL = 0x15
_RETURN = 0x06


def reply_filter(
    reply: int, identifier: int | None, nonce: int, *, ip_header: bool
) -> Sequence[tuple[int, int, int, int]]:
    """Return the BPF program that lets only replies to this socket's requests through.

    `identifier` None leaves it to the kernel (datagram sockets); `ip_header` says whether
    the packet begins with the IPv4 header (raw sockets).
    """
    wanted = [(_LOAD_BYTE, 0, reply), (_LOAD_WORD, HEADER, nonce)]
    if identifier is not None:
        wanted.insert(1, (_LOAD_HALF, 4, identifier))
    program = [(_LOAD_HEADER_LENGTH, 0, 0, 0) if ip_header else (_SET_X, 0, 0, 0)]
    for index, (load, offset, value) in enumerate(wanted):
        to_refusal = 2 * (len(wanted) - index) - 1
        program += [(load, 0, 0, offset), (_JUMP_EQUAL, 0, to_refusal, value)]
    return [*program, (_RETURN, 0, 0, 0xFFFF), (_RETURN, 0, 0, 0)]
