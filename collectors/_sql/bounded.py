"""A connection that brings only so much: drivers believe whatever length a server names.

By TLS the driver wraps it and the bound is gone; but then the server has shown who it is.
"""

import socket
from typing import Any

LARGEST = 4 * 1024 * 1024  # octets; a greeting, a login and twenty numbers are a few thousand


class Bounded(socket.socket):
    """A connected socket that ends after LARGEST octets."""

    left: int = LARGEST

    @classmethod
    def over(cls, connected: socket.socket) -> "Bounded":
        """Return the connection, taken over with its timeout."""
        timeout = connected.gettimeout()
        made = cls(connected.family, connected.type, connected.proto, fileno=connected.detach())
        made.settimeout(timeout)
        return made

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Read as sockets do; ConnectionError once there was too much."""
        came = super().recv_into(buffer, nbytes, flags)
        self.left -= came
        if self.left < 0:
            raise ConnectionError(f"the server sends more than {LARGEST // 1024 // 1024} MiB")
        return came
