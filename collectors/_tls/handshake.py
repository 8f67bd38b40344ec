"""A TLS handshake on a connected socket, and the look at a chain that is not trusted."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

_P = TypeVar("_P", bound=asyncio.BaseProtocol)


async def shake(
    connected: socket.socket,
    context: ssl.SSLContext,
    server_name: str,
    protocol: Callable[[], _P],
) -> tuple[asyncio.Transport, _P]:
    """Return the transport and the protocol of a connection that speaks TLS; SSLError, OSError.

    The socket is the transport's from then on, and closed where the handshake fails.
    """
    loop = asyncio.get_running_loop()
    try:
        transport, made = await loop.create_connection(
            protocol, sock=connected, ssl=context, server_hostname=server_name
        )
    except ConnectionAbortedError as error:  # asyncio's word for an end of file in the handshake
        raise ssl.SSLEOFError(*error.args) from error
    return transport, made


def session_of(transport: asyncio.Transport) -> ssl.SSLObject | None:
    """Return the TLS session of a transport, None if it has none."""
    found = transport.get_extra_info("ssl_object")
    # uvloop and asyncio alike hand out the object of the memory BIO.
    return found if isinstance(found, ssl.SSLObject) else None
