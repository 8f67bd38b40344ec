"""The numeric addresses of a host."""

import asyncio
import ipaddress
import socket
from typing import NamedTuple

from collectors._net.trouble import trouble
from core.reading import FailureKind

_GONE = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


class Place(NamedTuple):
    """One numeric address of a host."""

    family: socket.AddressFamily
    address: str

    def sockaddr(self, port: int) -> tuple[str, int]:
        """Return what sockets are told."""
        return self.address, port


def numeric(host: str) -> Place | None:
    """Return the place of an IP address, None if it is a name."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    return Place(socket.AF_INET if found.version == 4 else socket.AF_INET6, host)  # noqa: PLR2004


async def places(host: str, kind: int = socket.SOCK_STREAM) -> list[Place]:
    """Return every place of a host, in the resolver's order; Trouble if there is none.

    A name that does not exist is the host's own fault; a resolver that does not answer is ours.
    """
    known = numeric(host)
    if known is not None:
        return [known]
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, 0, type=kind)
    except socket.gaierror as error:
        if error.errno in _GONE:
            raise trouble(FailureKind.UNREACHABLE, f"the name {host} does not exist") from error
        why = f"the name {host} cannot be resolved: {error.strerror}"
        raise trouble(FailureKind.LOCAL, why) from error
    except (OSError, UnicodeError) as error:
        raise trouble(FailureKind.LOCAL, f"the name {host} cannot be resolved: {error}") from error
    return list(dict.fromkeys(Place(family, str(at[0])) for family, _, _, _, at in found))
