"""What devices say of each other, as their agents told it: neighbours, addresses, ways out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A neighbour that a device sees on a port, by LLDP or CDP; the names are its own."""

    instance: str
    protocol: str
    port: str
    name: str
    name_port: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address of a device, and the port that bears it."""

    instance: str
    address: str
    port: str = ""


@dataclass(frozen=True, slots=True)
class WayOut:
    """The next hop of a device's default route."""

    instance: str
    next_hop: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """Everything at one instant; `names` is what each device calls itself (sysName)."""

    neighbours: tuple[Neighbour, ...] = ()
    addresses: tuple[Address, ...] = ()
    ways_out: tuple[WayOut, ...] = ()
    names: tuple[tuple[str, str], ...] = ()  # (instance, sysName)
