"""When the kernel took a datagram in: earlier, and truer, than when we came to read it."""

import socket
import struct
import time
from typing import Any

_SO_TIMESTAMPNS = 35  # Linux; Python does not name it
_STAMP = struct.Struct("@qq")
_NOTE = (int(socket.SOL_SOCKET), _SO_TIMESTAMPNS)
_NOTE_SIZE = socket.CMSG_SPACE(_STAMP.size)
_LARGEST = 65535

Sockaddr = tuple[Any, ...]  # (host, port), or (host, port, flow, scope) for IPv6


def ask_for(sock: socket.socket) -> None:
    """Have the kernel note when each datagram comes."""
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def receive(sock: socket.socket) -> tuple[bytes, Sockaddr, int]:
    """Return a datagram, its source, and when it came, in ns since 1970; OSError as recvmsg."""
    octets, notes, _, source = sock.recvmsg(_LARGEST, _NOTE_SIZE)
    for level, kind, data in notes:
        if (level, kind) == _NOTE:
            seconds, nanoseconds = _STAMP.unpack(data[: _STAMP.size])
            return octets, source, seconds * 1_000_000_000 + nanoseconds
    return octets, source, time.time_ns()
