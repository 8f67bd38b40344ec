"""Traps and syslog lines are hints: their device is looked at now, not when it is due.

Nothing that they say is believed, and nothing of them is kept. Whoever is not watched is not
heard, and a storm brings each check forward once in a while, no more.
"""

import asyncio
import logging
import re
import socket
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from collectors._net.channel import enlarge
from collectors._snmp import trap
from collectors._snmp.ber import Junk
from core.clock import Clock
from core.errors import Conflict
from core.text import Text
from core.watching import Check
from runtime.estate_feed import EstateFeed
from runtime.settings import Hearing, split_listen

log = logging.getLogger(__name__)

PAUSE = 10.0  # seconds between two hints to one check
MOST = 50  # hints a second, of all devices together
BATCH = 256  # datagrams per wake-up, so that others get their turn
LARGEST = 8192  # octets of a datagram that is worth reading
GRAVE = 5  # syslog: notice and worse (RFC 5424, 6.2.1); what is milder wakes nobody

# Beginnings of a trap's kind: the collectors that see what it is about.
_ANY = ("snmp_interfaces", "snmp_health")
ABOUT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        f"{trap.STANDARD}.1": ("snmp_system",),  # coldStart
        f"{trap.STANDARD}.2": ("snmp_system",),  # warmStart
        f"{trap.STANDARD}.3": ("snmp_interfaces",),  # linkDown
        f"{trap.STANDARD}.4": ("snmp_interfaces",),  # linkUp
        f"{trap.STANDARD}.5": (),  # authenticationFailure: of a stranger, not of the device
        "1.3.6.1.2.1.15": ("snmp_neighbours",),  # BGP4-MIB
        "1.3.6.1.2.1.14": ("snmp_neighbours",),  # OSPF-TRAP-MIB
        "1.3.6.1.2.1.17": ("snmp_neighbours",),  # BRIDGE-MIB
        "1.0.8802.1.1.2": ("snmp_neighbours",),  # LLDP-MIB
        "1.3.6.1.2.1.33": ("snmp_health",),  # UPS-MIB
        "1.3.6.1.2.1.47": ("snmp_health", "snmp_inventory"),  # ENTITY-MIB
    }
)
_PRIORITY = re.compile(rb"<(\d{1,3})>")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a datagram is a reason for: collectors to look (None: no reason), and an answer."""

    collectors: Sequence[str] | None
    answer: bytes | None = None


Reader = Callable[[bytes], Heard]


@dataclass(slots=True)
class HintStats:
    """What has been heard since the start."""

    heard: int = 0
    junk: int = 0  # no trap, no syslog line
    strangers: int = 0  # from an address that nothing watched has
    given: int = 0  # checks brought forward
    held: int = 0  # hints that came too soon after another


@dataclass(slots=True)
class Hints:
    """Which checks a device's word brings forward, and how often it may."""

    feed: EstateFeed
    hint: Callable[[str], None]
    clock: Clock
    stats: HintStats = field(default_factory=HintStats)
    _version: int = -1
    _checks: dict[str, tuple[Check, ...]] = field(default_factory=dict)
    _addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by target
    _given: dict[str, float] = field(default_factory=dict)
    _second: int = 0
    _this_second: int = 0

    def watched(self, address: str) -> bool:
        """Say whether something that is watched has this address."""
        self._follow()
        return address in self._checks

    def addresses(self, target: str) -> tuple[str, ...]:
        """Return the addresses at which a target is looked at."""
        self._follow()
        return self._addresses.get(target, ())

    def _follow(self) -> None:
        """Take up what the feed says now."""
        if self._version != self.feed.version:
            found: defaultdict[str, list[Check]] = defaultdict(list)
            for check in self.feed.current():
                found[check.address].append(check)
            self._checks = {address: tuple(checks) for address, checks in found.items()}
            places: defaultdict[str, dict[str, None]] = defaultdict(dict)
            for address, checks in found.items():
                for check in checks:
                    places[check.target][address] = None
            self._addresses = {target: tuple(places[target]) for target in places}
            self._given.clear()
            self._version = self.feed.version

    def give(self, address: str, collectors: Sequence[str]) -> None:
        """Bring forward a device's reach check and what these collectors look at."""
        now = self.clock.monotonic()
        for check in self._checks.get(address, ()):
            if not check.reach and check.collector not in collectors:
                continue
            if now - self._given.get(check.slug, -PAUSE) < PAUSE or not self._room(now):
                self.stats.held += 1
                continue
            self._given[check.slug] = now
            self.stats.given += 1
            self.hint(check.slug)

    def _room(self, now: float) -> bool:
        if int(now) != self._second:
            self._second, self._this_second = int(now), 0
        self._this_second += 1
        return self._this_second <= MOST


class Listener:
    """The doors at which devices knock."""

    def __init__(self, hearing: Hearing, hints: Hints) -> None:
        """Open the doors that are set; Conflict names the one that cannot be opened."""
        self.hints = hints
        self._doors: list[tuple[socket.socket, Reader]] = []
        for name, reader in (("traps", _trap), ("syslog", _line)):
            listen = getattr(hearing, name)
            if listen:
                self._doors.append((_opened(name, listen), reader))

    @property
    def ports(self) -> tuple[int, ...]:
        """Return the ports of the open doors."""
        return tuple(door.getsockname()[1] for door, _ in self._doors)

    async def run(self) -> None:
        """Listen until cancelled."""
        loop = asyncio.get_running_loop()
        for door, reader in self._doors:
            loop.add_reader(door, partial(self._drain, door, reader))
        try:
            await asyncio.Event().wait()
        finally:
            for door, _ in self._doors:
                loop.remove_reader(door)

    def close(self) -> None:
        """Close the doors."""
        for door, _ in self._doors:
            door.close()
        self._doors.clear()

    def _drain(self, door: socket.socket, reader: Reader) -> None:
        hints = self.hints
        for _ in range(BATCH):
            try:
                data, source = door.recvfrom(LARGEST)
            except OSError:  # nothing more, or an ICMP error for an answer of ours
                return
            hints.stats.heard += 1
            address = source[0].removeprefix("::ffff:")
            if not hints.watched(address):
                hints.stats.strangers += 1
                continue
            try:
                heard = reader(data)
            except Junk:
                hints.stats.junk += 1
                continue
            if heard.answer is not None:
                with suppress(OSError):
                    door.sendto(heard.answer, source)
            if heard.collectors is not None:
                hints.give(address, heard.collectors)


def _trap(data: bytes) -> Heard:
    said = trap.opened(data)
    for begin, collectors in ABOUT.items():
        if f"{said.kind}.".startswith(f"{begin}."):
            return Heard(collectors or None, said.answer)
    return Heard(_ANY, said.answer)


def _line(data: bytes) -> Heard:
    """Read the priority of a syslog line (RFC 3164, RFC 5424); Junk where there is none."""
    found = _PRIORITY.match(data)
    if found is None or int(found[1]) > 191:  # noqa: PLR2004  (23 facilities, 8 severities)
        raise Junk("no syslog line")
    return Heard(_ANY if int(found[1]) % 8 <= GRAVE else None)


def _opened(name: str, listen: str) -> socket.socket:
    host, port = split_listen(listen)
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    door.setblocking(False)
    enlarge(door)  # a storm waits in the kernel for some seconds
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise Conflict(
            Text(
                vi=f"Không mở được {listen} để nghe {name}: {error.strerror}; "
                f"chọn cổng khác bằng [hearing] {name}, hoặc cho phép dùng cổng dưới 1024",
                en=f"Cannot listen on {listen} for {name}: {error.strerror}; "
                f"choose another port by [hearing] {name}, or allow ports below 1024",
            )
        ) from error
    return door
