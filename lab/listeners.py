"""Doors that stand open at the devices: H.323, SIP, HTTPS, SSH. Connections are taken and closed.

Where a service stands behind a port (`lab.services`), that port is its own.
"""

from collections.abc import Collection

from lab.doors import Door
from lab.equipment import Truth
from lab.namespaces import inside
from lab.network import Kind, Network, Ports

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


class Listeners:
    """The TCP listeners of every device of a world, on a network.

    `reserved` are the addresses and ports that belong to somebody else.
    """

    def __init__(
        self, network: Network, truth: Truth, reserved: Collection[tuple[str, int]] = ()
    ) -> None:
        self._network, self._truth, self._reserved = network, truth, reserved
        self._enforcing = network.kind is Kind.LOOPBACK
        self._doors: list[Door] = []

    def start(self) -> None:
        """Listen at every device. Conflict where a port is taken."""
        wanted = self._wanted()
        for room in self._network.rooms():
            with inside(room.namespace):
                for address in room.addresses:
                    for port in sorted(wanted.get(address, ())):
                        if (address, port) not in self._reserved:
                            self._doors.append(Door(address, port))

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

    def follow(self) -> None:
        """Fall silent or speak again, as the world says. Only needed on loopback."""
        if not self._enforcing:
            return
        silent = self._truth().silent_addresses
        for door in self._doors:
            if door.address in silent:
                door.silence()
            else:
                door.wake()

    def close(self) -> None:
        """Close every listener."""
        for door in self._doors:
            door.close()
        self._doors.clear()
