"""Doors that stand open at the devices: H.323, SIP, HTTPS, SSH. Connections are taken and closed.

Where packets do not follow the world by themselves (loopback), a silent device's listeners keep
their queues full: the kernel then drops every further SYN, which is what silence looks like.
"""

import asyncio
import contextlib
import socket
from dataclasses import dataclass

from lab.equipment import Truth
from lab.namespaces import inside
from lab.network import Kind, Network, Ports, bind

_BACKLOG = 64
_BY_KIND = {
    "gateway": ("ssh",),
    "router": ("ssh",),
    "switch": ("ssh",),
    "firewall": ("ssh", "https"),
    "server": ("ssh", "http", "https"),
    "bridge": ("h323", "sip", "https"),
    "endpoint": ("h323", "sip", "https"),
    "ups": ("http",),
}


def ports_of(kind: str, ports: Ports) -> tuple[int, ...]:
    """Return the TCP ports on which a device of a kind listens."""
    return tuple(getattr(ports, name) for name in _BY_KIND.get(kind, ()))


@dataclass(slots=True)
class _Listener:
    address: str
    open: socket.socket
    stopper: socket.socket | None = None  # our own connection that fills the queue


class Listeners:
    """The TCP listeners of every device of a world, on a network."""

    def __init__(self, network: Network, truth: Truth) -> None:
        self._network, self._truth = network, truth
        self._enforcing = network.kind is Kind.LOOPBACK
        self._listeners: list[_Listener] = []

    def start(self) -> None:
        """Listen at every device. Conflict where a port is taken."""
        wanted = self._wanted()
        for room in self._network.rooms():
            with inside(room.namespace):
                for address in room.addresses:
                    for port in sorted(wanted.get(address, ())):
                        self._listen(address, port)

    def _wanted(self) -> dict[str, set[int]]:
        """Return the ports of each address.

        Where ICMP is impossible, reach is asked by a connection to the SSH port: there every
        address has one, a line's own too.
        """
        fabric, ports = self._truth().fabric, self._network.ports
        wanted = {d.address: set(ports_of(d.kind, ports)) for d in fabric.devices.values()}
        if self._enforcing:
            lines = {str(link.address) for link in fabric.links.values() if link.address}
            for address in wanted.keys() | lines:
                wanted.setdefault(address, set()).add(ports.ssh)
        return wanted

    def _listen(self, address: str, port: int) -> None:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setblocking(False)
        bind(made, address, port)
        made.listen(_BACKLOG)
        self._listeners.append(_Listener(address, made))
        asyncio.get_running_loop().add_reader(made.fileno(), self._accept, made)

    def _accept(self, made: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                taken, _ = made.accept()
                taken.close()

    def follow(self) -> None:
        """Fall silent or speak again, as the world says. Only needed on loopback."""
        if not self._enforcing:
            return
        silent = self._truth().silent_addresses
        for listener in self._listeners:
            if listener.address in silent and listener.stopper is None:
                self._silence(listener)
            elif listener.address not in silent and listener.stopper is not None:
                self._wake(listener)

    def _silence(self, listener: _Listener) -> None:
        asyncio.get_running_loop().remove_reader(listener.open.fileno())
        self._accept(listener.open)
        listener.open.listen(0)
        stopper = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        stopper.connect(listener.open.getsockname())
        listener.stopper = stopper

    def _wake(self, listener: _Listener) -> None:
        if listener.stopper is not None:
            listener.stopper.close()
            listener.stopper = None
        listener.open.listen(_BACKLOG)
        loop = asyncio.get_running_loop()
        loop.add_reader(listener.open.fileno(), self._accept, listener.open)

    def close(self) -> None:
        """Close every listener."""
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener.open.fileno())
            listener.open.close()
            if listener.stopper is not None:
                listener.stopper.close()
        self._listeners.clear()
