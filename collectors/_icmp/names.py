"""The numeric addresses of the sweep's hosts; host names are looked up again and again."""

import asyncio
import ipaddress
import socket

from collectors._icmp.host import Host
from collectors._icmp.wire import V4, V6, Protocol

AGAIN = 300.0  # seconds until a known name is looked up again
RETRY = 10.0  # seconds after a failed look-up


def protocol_of(address: str) -> Protocol:
    """Return the ICMP of a numeric address; ValueError if it is not one."""
    return V4 if isinstance(ipaddress.ip_address(address), ipaddress.IPv4Address) else V6


class Names:
    """Gives hosts their addresses; holds one task per host that goes by a name."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def learn(self, host: Host) -> None:
        """Tell the host its address: now where it is numeric, else as soon as it is known."""
        try:
            numeric = str(ipaddress.ip_address(host.check.address))
            host.stands_at(protocol_of(numeric), numeric)
        except ValueError:
            task = asyncio.create_task(_follow(host), name=f"name of {host.check.slug}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Stop looking up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _follow(host: Host) -> None:
    while not host.gone:
        found = await resolve(host.check.address)
        if found:
            host.stands_at(*found)
        await asyncio.sleep(AGAIN if found else RETRY)


async def resolve(name: str) -> tuple[Protocol, str] | None:
    """Return the first address of a name, or None if it cannot be resolved now."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(name, 0, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return None
    address = str(found[0][4][0])
    return protocol_of(address), address
