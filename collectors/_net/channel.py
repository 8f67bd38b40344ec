"""An unconnected UDP socket that serves a fleet, and what the kernel says about it."""

import errno
import logging
import socket
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.reading import FailureKind

if TYPE_CHECKING:
    from core.collector import Sockets

log = logging.getLogger(__name__)

Sockaddr = tuple[Any, ...]  # (host, port), or (host, port, flow, scope) for IPv6

WANTED_BUFFER = 16 * 1024 * 1024
# One reply of a full frame takes 2,304 bytes of the receive buffer (payload and overhead);
# 212,992 bytes, the usual default, held 100 such replies and lost the 101st.
BYTES_PER_REQUEST = 2304
LARGEST = 65535

# Linux values that the socket module does not name.
_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
_MEMINFO = struct.Struct("=9I")
_MEMINFO_DROPS = 8
_IP_RECVERR, _IPV6_RECVERR = 11, 25
_EXTENDED_ERROR = struct.Struct("=IBBBBII")
_FULL = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


class Channel:
    """A non-blocking socket with a large receive buffer and a view on its losses."""

    def __init__(self, sockets: "Sockets", family: socket.AddressFamily) -> None:
        """Open the socket; OSError where that is refused."""
        self.socket = sockets.open(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.buffer = enlarge(self.socket)
        self.window = max(1, self.buffer // BYTES_PER_REQUEST)
        if self.buffer < WANTED_BUFFER:
            log.warning(
                "receive buffer of %d bytes granted, %d wanted: at most %d requests in flight",
                self.buffer,
                WANTED_BUFFER,
                self.window,
            )
        self._level = socket.IPPROTO_IP
        option = _IP_RECVERR
        if family == socket.AF_INET6:
            self._level, option = socket.IPPROTO_IPV6, _IPV6_RECVERR
        self.socket.setsockopt(self._level, option, 1)
        self._option = option

    def receive(self) -> tuple[bytes, Sockaddr]:
        """Return one datagram and its source; OSError as the socket has it."""
        return self.socket.recvfrom(LARGEST)

    def drops(self) -> int:
        """Return how many datagrams the kernel has dropped because this socket was full."""
        try:
            told = self.socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        except OSError:
            return 0
        return int(_MEMINFO.unpack(told)[_MEMINFO_DROPS]) if len(told) == _MEMINFO.size else 0

    def errors(self) -> Iterator[tuple[Sockaddr, bytes, int]]:
        """Yield (asked address, our datagram's beginning, errno) of every ICMP error queued."""
        while True:
            try:
                sent, extra, _, asked = self.socket.recvmsg(512, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            for level, kind, octets in extra:
                ours = (level, kind) == (self._level, self._option)
                if ours and len(octets) >= _EXTENDED_ERROR.size:
                    yield asked, sent, _EXTENDED_ERROR.unpack_from(octets)[0]

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


def is_full(error: OSError) -> bool:
    """Say whether a send failed only because the socket's own queue is full."""
    return error.errno in _FULL


def kind_of(number: int) -> FailureKind:
    """Return what an errno of the network means for the device asked."""
    if number == errno.ECONNREFUSED:
        return FailureKind.REFUSED
    if number in _NO_WAY:
        return FailureKind.UNREACHABLE
    return FailureKind.LOCAL


def enlarge(sock: socket.socket) -> int:
    """Ask for a large receive buffer; return what was granted."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, WANTED_BUFFER)
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WANTED_BUFFER)
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
