"""Traps and syslog lines are hints: their device is looked at now, not when it is due.

Nothing that they say is believed. Whoever is not watched is not heard, and a storm brings each
check forward once in a while, no more.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from collectors._net.names import numeric
from collectors._snmp import trap
from core.clock import Clock
from core.watching import Check
from runtime.estate_feed import EstateFeed

PAUSE = 10.0  # seconds between two hints to one check
PAUSES = MappingProxyType({"cli_config": 60.0})  # of checks that cost a device a login
MOST = 50  # hints a second, of all devices together
GRAVE = 5  # syslog: notice and worse (RFC 5424, 6.2.1); what is milder wakes nobody

# Beginnings of a trap's kind: the collectors that see what it is about.
ANY = ("snmp_interfaces", "snmp_health")
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


# What syslog lines begin with when somebody has changed the configuration: IOS and NX-OS, Junos,
# Comware.
CONFIGURED = re.compile(r"(?:\b|_)(?:CONFIG_I|UI_COMMIT|CFGMAN_CFGCHANGED)\b")
_HEAD = 80  # characters of a line in which that stands


@dataclass(slots=True)
class HintStats:
    """What has been heard since the start."""

    heard: int = 0
    junk: int = 0  # no trap, no syslog line
    strangers: int = 0  # from an address that nothing watched has
    given: int = 0  # checks brought forward
    held: int = 0  # hints that came too soon after another
    dropped: int = 0  # heard too fast to be read, or too many to be kept
    turned_away: int = 0  # connections: of strangers, too many, or that never spoke
    kept: int = 0  # remarks written, repeated ones once


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who has an address: the device, its site, its checks, the secrets of its SNMP."""

    device: str
    site: str | None
    checks: tuple[Check, ...]
    secrets: tuple[str, ...]  # names
    communities: tuple[str, ...]  # what stands in place of a secret, in labs


@dataclass(slots=True)
class Hints:
    """Which checks a device's word brings forward, and how often it may."""

    feed: EstateFeed
    hint: Callable[[str], None]
    clock: Clock
    stats: HintStats = field(default_factory=HintStats)
    _version: int = -1
    _speakers: dict[str, Speaker] = field(default_factory=dict)  # by address
    _voices: dict[str, tuple[Speaker, ...]] = field(default_factory=dict)  # by target
    _called: dict[str, str] = field(default_factory=dict)  # names, by the address that they have
    _given: dict[str, float] = field(default_factory=dict)
    _second: int = 0
    _this_second: int = 0

    def speaker(self, address: str) -> Speaker | None:
        """Return whom of those that are watched has this address, be it by a name."""
        self._follow()
        name = self._called.get(address, address)
        return self._speakers.get(address) or self._speakers.get(name)

    def names(self) -> list[str]:
        """Return the names by which devices are watched whose address is not written down."""
        self._follow()
        return [address for address in self._speakers if numeric(address) is None]

    def call(self, name: str, addresses: Iterable[str]) -> None:
        """Know the addresses that a name has now."""
        others = {address: one for address, one in self._called.items() if one != name}
        self._called = others | dict.fromkeys(addresses, name)

    def voices(self, target: str) -> tuple[Speaker, ...]:
        """Return who has the addresses at which a target is looked at."""
        self._follow()
        return self._voices.get(target, ())

    def _follow(self) -> None:
        """Take up what the feed says now."""
        if self._version != self.feed.version:
            found: defaultdict[str, list[Check]] = defaultdict(list)
            for check in self.feed.current():
                found[check.address].append(check)
            self._speakers = {address: _speaker(checks) for address, checks in found.items()}
            voices: defaultdict[str, dict[str, Speaker]] = defaultdict(dict)
            for address, checks in found.items():
                for check in checks:
                    voices[check.target][address] = self._speakers[address]
            self._voices = {target: tuple(those.values()) for target, those in voices.items()}
            self._given.clear()
            self._version = self.feed.version

    def give(self, speaker: Speaker, collectors: Sequence[str]) -> None:
        """Bring forward a device's reach check and what these collectors look at."""
        now = self.clock.monotonic()
        for check in speaker.checks:
            if not check.reach and check.collector not in collectors:
                continue
            pause = PAUSES.get(check.collector, PAUSE)
            if now - self._given.get(check.slug, -pause) < pause or not self._room(now):
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


def about(kind: str) -> tuple[str, ...] | None:
    """Return the collectors that see what a trap is about; None: it is no reason to look."""
    for begin, collectors in ABOUT.items():
        if f"{kind}.".startswith(f"{begin}."):
            return collectors or None
    return ANY


def about_line(kind: str, text: str, severity: int) -> tuple[str, ...] | None:
    """Return the collectors that see what a syslog line is about; None: it is no reason to look."""
    if severity > GRAVE:
        return None
    return (*ANY, "cli_config") if CONFIGURED.search(f"{kind} {text[:_HEAD]}") else ANY


def _speaker(checks: Sequence[Check]) -> Speaker:
    """Return who speaks: where services share a server's address, the server."""
    first = min(checks, key=lambda c: (not c.collector.startswith("snmp"), not c.reach))
    asked = [check for check in checks if check.collector.startswith("snmp")]
    communities = (check.params.get("community") for check in asked)
    return Speaker(
        device=first.target,
        site=dict(first.labels).get("site"),
        checks=tuple(checks),
        secrets=tuple({c.secret: None for c in asked if c.secret is not None}),
        communities=tuple({c: None for c in communities if isinstance(c, str)}),
    )
