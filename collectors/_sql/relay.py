"""A door on loopback for a driver that opens its own sockets: what it says goes our way.

One caller is let in. The connection behind is ours, with its bound and its end; a listener that
sends us to another address (a TNS REDIRECT) is not followed there.
"""

import contextlib
import selectors
import socket
import struct
import threading

from collectors._net.trouble import Trouble, failure_of, trouble
from collectors._sql.bounded import Bounded
from core.reading import FailureKind

_HEAD = struct.Struct("!HHB")  # of a TNS packet: size, checksum, kind
_HEAD_SIZE = 8
_ACCEPT, _REDIRECT = 2, 5
_CHUNK = 16 * 1024


class Relay:
    """Passes octets between a driver and an open connection, until either goes."""

    def __init__(self, far: Bounded, seconds: float) -> None:
        """Open the door; `seconds` of silence end it."""
        self.failure: Trouble | None = None  # why it ended, where that was not the driver's wish
        self._far, self._seconds = far, seconds
        self._door = socket.create_server(("127.0.0.1", 0), backlog=1)
        self._door.settimeout(seconds)
        self.port: int = self._door.getsockname()[1]
        self._seen: bytearray | None = bytearray()  # of the answer to CONNECT; None: accepted
        self._passing = threading.Thread(target=self._serve, name="look by relay", daemon=True)
        self._passing.start()

    def close(self) -> None:
        """End both sides and wait for the thread."""
        for one in (self._far, self._door):  # closing alone would not wake who waits at them
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._passing.join()

    def _serve(self) -> None:
        try:
            near, _ = self._door.accept()
        except OSError:
            return
        finally:
            self._door.close()
        with near:
            try:
                self._pass(near)
            except Trouble as found:
                self.failure = found
            except OSError as error:
                self.failure = Trouble(failure_of(error))

    def _pass(self, near: socket.socket) -> None:
        other = {near: self._far, self._far: near}
        room = bytearray(_CHUNK)
        with selectors.DefaultSelector() as ears:
            for one in other:
                ears.register(one, selectors.EVENT_READ)
            while True:
                heard = ears.select(self._seconds)
                if not heard:
                    raise TimeoutError
                for key, _ in heard:
                    source = near if key.fileobj is near else self._far
                    size = source.recv_into(room)
                    if not size:
                        return
                    if source is self._far:
                        self._look(room[:size])
                    other[source].sendall(room[:size])

    def _look(self, data: bytes | bytearray) -> None:
        """See what the listener answers, until it has accepted."""
        if self._seen is None:
            return
        self._seen += data
        while len(self._seen) >= _HEAD_SIZE:
            size, _, kind = _HEAD.unpack_from(self._seen)
            if kind == _REDIRECT:
                raise trouble(FailureKind.PROTOCOL, "the listener sends us elsewhere")
            if kind == _ACCEPT:
                self._seen = None
                return
            if size < _HEAD_SIZE or len(self._seen) < size:
                return
            del self._seen[:size]
