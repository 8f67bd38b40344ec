"""The sweep's UDP socket of one address family."""

import errno
import socket
import time
from collections.abc import Iterator

from collectors._net import stamps
from collectors._net.channel import Channel, is_full, kind_of
from collectors._net.names import Place
from collectors._sip.message import branch_in
from core.collector import Sockets
from core.reading import Failure, FailureKind

_AT_ONCE = 2000  # datagrams read before requests have their turn


class Wire:
    """Sends requests, and drains responses and the network's refusals; never blocks."""

    def __init__(self, sockets: Sockets, family: socket.AddressFamily) -> None:
        """Open the socket; OSError where that is refused."""
        self._sockets = sockets
        self._channel = Channel(sockets, family)
        stamps.ask_for(self._channel.socket)
        self._channel.socket.bind(("", 0))
        self.port: int = self._channel.socket.getsockname()[1]
        self._lost = self._channel.drops()

    def local(self, place: Place, port: int) -> str:
        """Return our address on the way to a place; OSError if there is no way."""
        with self._sockets.open(place.family, socket.SOCK_DGRAM) as asking:
            asking.connect(place.sockaddr(port))  # sends nothing
            return str(asking.getsockname()[0])

    def send(self, request: bytes, place: Place, port: int) -> int:
        """Send; return when, in ns since 1970; OSError says why it did not leave.

        BlockingIOError: our own queue is full, a moment later it may not be.
        """
        sent = time.time_ns()  # by the clock that the kernel stamps with
        try:
            self._channel.socket.sendto(request, place.sockaddr(port))
        except OSError as error:
            if is_full(error):
                raise BlockingIOError(errno.EAGAIN, "the queue is full") from error
            # The error may be another's, told late: sending has cleared it.
            sent = time.time_ns()
            self._channel.socket.sendto(request, place.sockaddr(port))
        return sent

    def responses(self) -> Iterator[tuple[bytes, int]]:
        """Yield what has come, and when, in ns since 1970."""
        for _ in range(_AT_ONCE):
            try:
                octets, _, received = stamps.receive(self._channel.socket)
            except BlockingIOError:
                return
            except OSError:
                continue  # of a peer, and queued: see `refusals`; reading has cleared it
            yield octets, received

    def refusals(self) -> Iterator[tuple[bytes, Failure]]:
        """Yield the branch of each request that the network gave back, and why."""
        for _, sent, number in self._channel.errors():
            branch = branch_in(sent)
            if branch is not None:
                kind = kind_of(number)
                why = "nothing listens on the port" if kind is FailureKind.REFUSED else None
                yield branch, Failure(kind, why or errno.errorcode.get(number, str(number)))

    def has_overflowed(self) -> bool:
        """Say whether the kernel threw responses away since we last asked."""
        before, self._lost = self._lost, self._channel.drops()
        return self._lost != before

    def close(self) -> None:
        """Close the socket."""
        self._channel.close()
