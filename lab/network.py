"""What must a network of the lab be able to do? And which one can this machine have?"""

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.errors import Conflict
from core.text import Text
from lab.fabric import Fabric
from lab.world import World


class Kind(StrEnum):
    """The networks there are."""

    FLAT = "flat"  # one namespace holds every address; rules drop what is cut
    TREE = "tree"  # one namespace per site, real lines and routing
    LOOPBACK = "loopback"  # addresses 127.x.y.z of this machine; no privilege, no ICMP


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the devices listen; higher where low ports are refused."""

    snmp: int = 161
    ssh: int = 22
    http: int = 80
    https: int = 443
    h323: int = 1720
    sip: int = 5060
    imaps: int = 993
    dns: int = 53
    ntp: int = 123
    cms: int = 445  # where a Cisco Meeting Server is administered
    modbus: int = 502
    smtp: int = 25
    submission: int = 587
    winrm: int = 5986
    sqlserver: int = 1433
    traps: int = 10162  # of the platform, high for whoever may not take a low one
    syslog: int = 10514


@dataclass(frozen=True, slots=True)
class Room:
    """A namespace, None for the process's own, and the addresses that live in it."""

    namespace: int | None
    addresses: tuple[str, ...]


def bind(made: socket.socket, address: str, port: int) -> None:
    """Give a socket its address; Conflict where somebody has it already."""
    try:
        made.bind((address, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        where = f"{address or '*'}:{port}"
        raise Conflict(
            Text(
                vi=f"{where} đã có chương trình giữ, thường là một tỉnh giả lập khác đang chạy "
                "trên máy này. Dừng nó bằng `thongsuot lab stop` hoặc Ctrl-C ở cửa sổ của nó",
                en=f"{where} is taken, as a rule by another pretend province that runs on this "
                "machine. End it by `thongsuot lab stop`, or Ctrl-C in its own window",
            )
        ) from error


class Network(Protocol):
    """Addresses that answer, and a way to make them follow a world."""

    kind: Kind
    ports: Ports
    notes: tuple[Text, ...]  # what this network cannot do, for people

    def start(self, fabric: Fabric) -> None:
        """Build it; OSError or NoNamespaces where this machine refuses."""

    def apply(self, world: World) -> None:
        """Make packets behave as the world says. Returns when they do."""

    def rooms(self) -> Iterator[Room]:
        """Return the places to make sockets in."""

    def stop(self) -> None:
        """Let go of everything that does not end with the process."""
