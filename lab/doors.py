"""A TCP port of a pretend device that takes connections, falls silent, or is shut.

Where packets do not follow the world by themselves (loopback), a silent door keeps its queue
full: the kernel then drops every further SYN, which is what silence looks like.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from lab.network import bind

_BACKLOG = 64

Taken = Callable[[socket.socket], None]


def hang_up(taken: socket.socket) -> None:
    """Close a connection at once."""
    taken.close()


class Door:
    """One address and port. Made inside the namespace that it is to stand in."""

    def __init__(self, address: str, port: int, taken: Taken = hang_up) -> None:
        """Listen; Conflict where the port is taken."""
        self.address, self.port = address, port
        self._taken = taken
        self._stopper: socket.socket | None = None  # our own connection that fills the queue
        self._open = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._open.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._open.setblocking(False)
        bind(self._open, address, port)
        self._open.listen(_BACKLOG)
        asyncio.get_running_loop().add_reader(self._open.fileno(), self._accept)

    @property
    def is_silent(self) -> bool:
        """Say whether it keeps silent."""
        return self._stopper is not None

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                taken, _ = self._open.accept()
                self._taken(taken)

    def silence(self) -> None:
        """Neither accept nor refuse."""
        if self._stopper is not None:
            return
        asyncio.get_running_loop().remove_reader(self._open.fileno())
        self._accept()
        self._open.listen(0)
        self._stopper = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._stopper.connect(self._open.getsockname())

    def wake(self) -> None:
        """Take connections again."""
        if self._stopper is None:
            return
        self._stopper.close()
        self._stopper = None
        self._open.listen(_BACKLOG)
        asyncio.get_running_loop().add_reader(self._open.fileno(), self._accept)

    def close(self) -> None:
        """Listen no more: connections are refused."""
        asyncio.get_running_loop().remove_reader(self._open.fileno())
        self._open.close()
        if self._stopper is not None:
            self._stopper.close()
            self._stopper = None
