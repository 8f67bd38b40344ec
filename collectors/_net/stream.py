"""One TCP connection to the first address of a host that takes us."""

import asyncio
import socket
from collections.abc import Sequence

from collectors._net.names import Place
from core.collector import Sockets, Transcript


async def connect(
    sockets: Sockets, found: Sequence[Place], port: int, timeout: float, transcript: Transcript
) -> tuple[socket.socket, Place]:
    """Return an open connection and where it leads; OSError of the last address if none takes us.

    Each address but the last has its share of `timeout`, so that a dead one leaves some over.
    """
    share = timeout / len(found)
    for place in found[:-1]:
        try:
            async with asyncio.timeout(share):
                return await _open(sockets, place, port, transcript), place
        except OSError as error:  # TimeoutError is one
            transcript.note("%s port %d: %s", place.address, port, error or "no answer")
    return await _open(sockets, found[-1], port, transcript), found[-1]


async def _open(sockets: Sockets, place: Place, port: int, transcript: Transcript) -> socket.socket:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    made = sockets.open(place.family, socket.SOCK_STREAM)
    try:
        await loop.sock_connect(made, place.sockaddr(port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        made.close()
        raise
    took = (loop.time() - begun) * 1000
    transcript.note("connected to %s port %d after %.3f ms", place.address, port, took)
    return made
