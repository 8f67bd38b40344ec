"""Sockets that speak from one of our own addresses, so that routing by source chooses the way."""

import socket
from dataclasses import dataclass

from core.collector import Sockets


@dataclass(frozen=True, slots=True)
class From:
    """Sockets bound to an address of this machine."""

    sockets: Sockets
    address: str

    def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
        """Return a bound socket; OSError where the address is none of ours."""
        made = self.sockets.open(family, kind, proto)
        try:
            made.bind((self.address, 0))
        except BaseException:
            made.close()
            raise
        return made
