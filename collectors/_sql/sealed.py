"""TLS inside TDS: SQL Server shakes hands in packets of its own, and only then speaks TLS.

MS-TDS 2.2.6.5 and 3.2.5.1: a PRELOGIN from either side, the handshake in packets of type PRELOGIN,
and from then on everything by TLS. The driver knows TLS by another library alone, on terms of its
own; so it is told that there is none, and what it says goes through here.
"""

import ssl
from typing import Any

from collectors._net.trouble import trouble
from collectors._sql import tds
from collectors._sql.bounded import Bounded
from core.reading import FailureKind

_CHUNK = 16 * 1024
_CONTENT = 4096 - tds.HEAD.size  # of one packet; larger ones are agreed upon by a login alone


class Sealed:
    """A connection by TLS to a SQL Server, as its driver wants one."""

    def __init__(self, connected: Bounded, context: ssl.SSLContext, host: str) -> None:
        """Shake hands; Trouble, OSError (ssl.SSLError is one)."""
        self._plain = connected
        self._into, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._into, self._out, server_hostname=host)
        self._held = b""  # for the driver: what it shall believe of the server
        self._asked: bytearray | None = bytearray()  # of the driver's own PRELOGIN; None: said
        self._plain.sendall(tds.prelogin(encryption=tds.ON))
        self.version, speaks_tls = tds.told(self._packet())
        if not speaks_tls:
            raise trouble(FailureKind.PROTOCOL, "the server speaks no TLS")
        self._shake()

    # What the driver asks of a socket.

    def settimeout(self, seconds: float | None) -> None:
        """Set how long one step may take; the driver would wait for ever at times."""
        if seconds is not None:
            self._plain.settimeout(seconds)

    def gettimeout(self) -> float | None:
        """Return how long one step may take."""
        return self._plain.gettimeout()

    def sendall(self, data: Any) -> None:
        """Send by TLS; the driver's own PRELOGIN goes nowhere, for ours has been answered."""
        if self._asked is None:
            self._tls.write(bytes(data))
            self._flush()
            return
        self._asked += data
        if len(self._asked) >= tds.HEAD.size:
            _, _, size, *_ = tds.HEAD.unpack_from(self._asked)
            if len(self._asked) >= size:
                self._held = tds.prelogin(tds.RESPONSE, tds.NOT_SUPPORTED)
                self._asked = None

    def recv_into(self, buffer: Any, nbytes: int = 0) -> int:
        """Read what came by TLS; 0 at the end."""
        data = self.recv(min(nbytes or len(buffer), len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def recv(self, size: int) -> bytes:
        """Read what came by TLS; nothing at the end."""
        if self._held:
            given, self._held = self._held[:size], self._held[size:]
            return given
        while True:
            try:
                return self._tls.read(size)
            except ssl.SSLWantReadError:
                self._flush()
                came = self._some(_CHUNK)
                if not came:
                    return b""
                self._into.write(came)
            except ssl.SSLZeroReturnError:
                return b""

    def close(self) -> None:
        """Close the connection."""
        self._plain.close()

    # What lies below.

    def _shake(self) -> None:
        done = False
        while not done:
            try:
                self._tls.do_handshake()
                done = True
            except ssl.SSLWantReadError:
                pass
            while said := self._out.read(_CONTENT):
                self._plain.sendall(tds.packet(tds.PRELOGIN, said, last=not self._out.pending))
            if not done:
                self._into.write(self._packet())

    def _packet(self) -> bytes:
        """Return the content of one packet; Trouble if it is none of a server before a login."""
        head = self._exactly(tds.HEAD.size)
        kind, _, size, *_ = tds.HEAD.unpack(head)
        if kind not in {tds.PRELOGIN, tds.RESPONSE} or size <= tds.HEAD.size:
            raise tds.stranger(head)
        return self._exactly(size - tds.HEAD.size)

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            came = self._some(size - len(got))
            if not came:
                raise ConnectionError("the connection was broken off")
            got += came
        return got

    def _some(self, size: int) -> bytes:
        room = bytearray(size)
        return bytes(room[: self._plain.recv_into(room)])  # the one way that counts what comes

    def _flush(self) -> None:
        if said := self._out.read():
            self._plain.sendall(said)
