"""The province on 127.x.y.z of this machine: no privilege needed, no ICMP possible.

The kernel answers pings for every loopback address, so silence can only be kept by the agents
and listeners themselves: SNMP requests are ignored, and the queue of a silent listener is full,
so that a connection is neither accepted nor refused.
"""

import socket
from collections.abc import Iterator
from dataclasses import asdict

from core.inventory import Inventory
from core.text import Text
from lab.fabric import Fabric
from lab.network import Kind, Ports, Room
from lab.places import moved as to_place
from lab.places import place_of
from lab.world import World

_HIGH = Ports(
    snmp=10161,
    ssh=10022,
    http=10080,
    https=10443,
    imaps=10993,
    dns=10053,
    ntp=10123,
    cms=10445,
    modbus=10502,
    smtp=10025,
    submission=10587,
    winrm=15986,
    sqlserver=11433,
)
_NOTES = (
    Text(
        vi="Thiết bị ở các địa chỉ 127.x.y.z của máy này: không kiểm tra được ICMP",
        en="Devices have addresses 127.x.y.z of this machine: ICMP cannot be checked",
    ),
    Text(
        vi="Độ trễ và mất gói chỉ áp dụng cho SNMP",
        en="Delay and loss apply to SNMP only",
    ),
)


def addresses_on_loopback(inventory: Inventory, ports: Ports | None = None) -> Inventory:
    """Return the inventory with every 10.x.y.z as 127.x.y.z, services at the ports there are."""
    ports = ports or Ports()

    def moved(address: str | None) -> str | None:
        return address and f"127.{address.split('.', 1)[1]}"

    return inventory.model_copy(
        update={
            "devices": tuple(
                d.model_copy(update={"address": moved(d.address)}) for d in inventory.devices
            ),
            "links": tuple(
                link.model_copy(update={"address": moved(link.address)}) for link in inventory.links
            ),
            "services": tuple(
                s.model_copy(update={"url": _on_loopback(s.url, ports)}) for s in inventory.services
            ),
        }
    )


def _on_loopback(url: str, ports: Ports) -> str:
    """Return a service's address on loopback."""
    place = place_of(url)
    usual = {value: getattr(ports, name) for name, value in asdict(Ports()).items()}
    host = f"127.{place.host.split('.', 1)[1]}"
    return to_place(url, host, usual.get(place.port, place.port))


class LoopbackNetwork:
    """Addresses that exist anyway."""

    kind = Kind.LOOPBACK
    notes: tuple[Text, ...] = _NOTES

    def __init__(self) -> None:
        self.ports = Ports() if _may_bind_low() else _HIGH
        self._addresses: tuple[str, ...] = ()

    def start(self, fabric: Fabric) -> None:
        """Nothing is to be built."""
        lines = [link.address for link in fabric.links.values() if link.address]
        self._addresses = (*(d.address for d in fabric.devices.values()), *lines)

    def apply(self, world: World) -> None:
        """Agents and listeners follow the world themselves."""

    def rooms(self) -> Iterator[Room]:
        """Return the one room there is."""
        yield Room(None, self._addresses)

    def stop(self) -> None:
        """Nothing is held."""


def _may_bind_low() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", 1))
        except OSError:
            return False
    return True
