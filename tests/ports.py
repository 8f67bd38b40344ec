"""Ports for servers that must be told theirs."""

import random
import socket
from contextlib import closing

_LOWEST, _HIGHEST = 20_000, 30_000  # below what the kernel gives to connections that go out


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free for TCP and for UDP, and that no client is given."""
    while True:
        port = random.randint(_LOWEST, _HIGHEST)
        if all(_is_free(port, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)):
            return port


def _is_free(port: int, kind: int) -> bool:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
