"""One ICMP socket: raw where we may, an ICMP datagram socket where raw is refused."""

import ctypes
import errno
import secrets
import socket
import struct
import time
import typing
from collections.abc import Sequence
from dataclasses import dataclass

from collectors._icmp import packet
from core.collector import Sockets
from core.reading import Failure, FailureKind

BUFFER = 16 * 1024 * 1024  # bytes asked for; what was granted is read back
# Linux numbers that Python's socket module does not name.
SO_ATTACH_FILTER = 26
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
SO_MEMINFO = 55
_MEMINFO = struct.Struct("@9I")
_STAMP = struct.Struct("@qq")
_ANCILLARY = socket.CMSG_SPACE(_STAMP.size)
_REPLY_LIMIT = 2048  # bytes; our replies are 44 with the IP header
_COUNTER = struct.Struct("!I")

_ROUTES = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EHOSTDOWN}

Place = tuple[str, int]  # a numeric address, and the port that ICMP has not
Reply = tuple[int, str, int]  # counter, sender's address, kernel's receive time in ns since 1970


@dataclass(frozen=True, slots=True)
class Protocol:
    """The numbers of ICMP in one address family."""

    family: socket.AddressFamily
    proto: int
    request: int
    reply: int


V4 = Protocol(socket.AF_INET, socket.IPPROTO_ICMP, packet.ECHO_REQUEST_V4, packet.ECHO_REPLY_V4)
V6 = Protocol(socket.AF_INET6, socket.IPPROTO_ICMPV6, packet.ECHO_REQUEST_V6, packet.ECHO_REPLY_V6)


class Medium(typing.Protocol):
    """What probes leave by and replies come in from: a `Wire`, or the air of a simulation."""

    raw: bool
    buffer: int  # bytes of replies that it can hold

    def send(self, counter: int, place: Place) -> int:
        """Send one request; return when, in ns since 1970; OSError says why it did not leave."""

    def drain(self) -> list[Reply]:
        """Return all replies that have come in."""

    def drops(self) -> int:
        """Return how many replies were lost because our buffer was full."""

    def close(self) -> None:
        """Give up what it holds."""


class Wire:
    """Sends echo requests and drains their replies; never blocks, never judges."""

    def __init__(self, sockets: Sockets, protocol: Protocol) -> None:
        """Open the socket; raise PermissionError where neither kind of socket is allowed."""
        self._socket, self.raw = _opened(sockets, protocol)
        identifier, nonce = secrets.randbits(16), secrets.randbits(32)
        self._ip_header = self.raw and protocol is V4
        self._program = _filter(
            packet.reply_filter(
                protocol.reply, identifier if self.raw else None, nonce, ip_header=self._ip_header
            )
        )
        fprog = struct.pack("@HP", len(self._program) // 8, ctypes.addressof(self._program))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, fprog)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.buffer = _buffer(self._socket)
        self._into = bytearray(_REPLY_LIMIT)
        self._patched = packet.Echo(protocol.request, identifier, nonce).patched
        self._sendto = self._socket.sendto
        self._receive = self._socket.recvmsg_into

    def send(self, counter: int, place: Place) -> int:
        """Send one request; return when, in ns since 1970; OSError says why it did not leave."""
        request = self._patched(counter)
        # The kernel stamps replies by this very clock, so a difference of the two is an RTT.
        sent = time.time_ns()
        self._sendto(request, place)
        return sent

    def drain(self) -> list[Reply]:
        """Return all replies that have come in; what is too short to be one is skipped."""
        replies: list[Reply] = []
        into = self._into
        buffers = [into]
        receive = self._receive
        at = packet.COUNTER_AT
        while True:
            try:
                size, notes, _, sender = receive(buffers, _ANCILLARY)
            except OSError:
                # Nothing more, or an error pending on the socket: reading clears it, and the
                # next drain goes on.
                return replies
            start = (into[0] & 15) * 4 if self._ip_header else 0
            if size < start + packet.SIZE or not notes:
                continue
            seconds, nanoseconds = _STAMP.unpack(notes[0][2])
            (counter,) = _COUNTER.unpack_from(into, start + at)
            replies.append((counter, sender[0], seconds * 1_000_000_000 + nanoseconds))

    def drops(self) -> int:
        """Return how many packets the kernel has dropped because our buffer was full."""
        info = self._socket.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, _MEMINFO.size)
        return int(_MEMINFO.unpack(info)[8])

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def failure_of(error: OSError) -> Failure:
    """Return what it means that a probe could not be sent: no way there, or our own fault."""
    kind = FailureKind.UNREACHABLE if error.errno in _ROUTES else FailureKind.LOCAL
    return Failure(kind, error.strerror or str(error))


def _opened(sockets: Sockets, protocol: Protocol) -> tuple[socket.socket, bool]:
    try:
        return sockets.open(protocol.family, socket.SOCK_RAW, protocol.proto), True
    except PermissionError:
        pass
    try:
        return sockets.open(protocol.family, socket.SOCK_DGRAM, protocol.proto), False
    except PermissionError as error:
        raise PermissionError(
            error.errno,
            "no ICMP socket: this process lacks CAP_NET_RAW, and its group is not in "
            "net.ipv4.ping_group_range",
        ) from error


def _filter(program: Sequence[tuple[int, int, int, int]]) -> "ctypes.Array[ctypes.c_char]":
    lines = b"".join(struct.pack("@HBBI", *line) for line in program)
    return ctypes.create_string_buffer(lines, len(lines))


def _buffer(sock: socket.socket) -> int:
    """Ask for a large receive buffer; return the bytes granted (the kernel doubles, we halve)."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2
