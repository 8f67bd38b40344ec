"""Which devices answer in a range of addresses, and what are they? Slowly, and in steps.

A sweep is a row of the ledger; what it does is what checks do: a ping, an SNMP question, a TCP
connection, by the collectors themselves. After every few addresses it is written how far it came,
so that it goes on from there in its next life, or another's.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from collectors._snmp.families import recognised
from core.clock import Clock
from core.collector import Collector, Kit
from core.discovery import Discovery, Found, Terms, addresses, within
from core.errors import Unavailable
from core.reading import FailureKind, Reading
from core.watching import Check
from inventory.proposed import kind_of
from runtime.scheduler import look_once
from runtime.settings import Settings
from storage.discoveries import DiscoveryBook

STEP = 64  # addresses between two writings, at most
_GLANCE = 2.0  # seconds between two looks for work
_PATIENCE = 1.0  # seconds for an answer
# What a question may send at the most: a connection is a SYN, an ACK and a FIN.
_PING, _SNMP, _TCP = 1, 1, 3
_LONGEST = 300  # characters of what a stranger says of itself

Told = Callable[[Discovery], None]


def terms_of(settings: Settings) -> Terms:
    """Return what sweeps may do by the settings."""
    wanted = settings.discovery
    return Terms(
        ranges=wanted.ranges,
        secrets=wanted.secrets or (settings.looking.snmp_secret,),
        packets_per_second=wanted.packets_per_second,
        ports=wanted.ports,
        addresses=wanted.addresses,
        snmp_port=settings.looking.snmp_port,
        vantage=settings.looking.vantage,
    )


class Pace:
    """Lets so many packets a second go, evenly: whoever wants to send waits for a turn."""

    def __init__(self, per_second: int) -> None:
        self._gap = 1.0 / per_second
        self._next = 0.0
        self.sent = 0

    async def go(self, packets: int) -> None:
        """Wait until these may be sent."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        turn = max(self._next, now)
        self._next = turn + packets * self._gap
        self.sent += packets
        if turn > now:
            await asyncio.sleep(turn - now)


@dataclass(slots=True)
class Sweeper:
    """Works on sweeps with the collectors of the house."""

    book: DiscoveryBook
    collectors: Mapping[str, Collector]
    kit: Kit
    terms: Terms
    clock: Clock

    async def run(self) -> None:
        """Take up what was begun on a page, one sweep at a time, until cancelled."""
        while True:
            try:
                sweep = await self.book.claim(self.clock.now())
                if sweep is not None:
                    await self.sweep(sweep)
            except Unavailable:
                pass
            await asyncio.sleep(_GLANCE)

    async def sweep(self, sweep: Discovery, told: Told = lambda _: None) -> Discovery:
        """Go on with a sweep to its end, or until it is stopped; return how far it came."""
        pace = Pace(self.terms.packets_per_second)
        step = max(1, min(STEP, self.terms.packets_per_second))
        before = sweep.packets
        rest = addresses(sweep.ranges, sweep.done)
        while sweep.ended_at is None:
            some = list(islice(rest, step))
            # The settings may have changed since it was begun: what they forbid is passed over.
            asked = [self._of(sweep, one, pace) for one in some if within(one, self.terms.ranges)]
            found = [one for one in await asyncio.gather(*asked) if one is not None]
            moved = await self.book.move(
                sweep, sweep.done + len(some), before + pace.sent, found, self.clock.now()
            )
            if moved is None:
                return await self.book.get(sweep.id or 0)
            sweep = moved
            told(sweep)
        return sweep

    async def _of(self, sweep: Discovery, address: str, pace: Pace) -> Found | None:
        """Return what an address is, None if nothing answers there.

        One that does not answer a ping is asked by SNMP with one secret and on one port only.
        """
        await pace.go(_PING)
        ping = await self._look("icmp", address, {"count": 1})
        alive = ping.ok
        secrets = self.terms.secrets if alive else self.terms.secrets[:1]
        named, system = await self._system(address, secrets, pace)
        alive = alive or named is not None
        ports: list[int] = []
        for port in self.terms.ports if alive else self.terms.ports[:1]:
            answered, took = await self._port(address, port, pace)
            alive = alive or answered
            if took:
                ports.append(port)
        if not alive:
            return None
        return _found(
            sweep.id or 0,
            address,
            self.clock,
            ping=ping.ok,
            ports=ports,
            secret=named,
            system=system,
        )

    async def _system(
        self, address: str, secrets: Sequence[str], pace: Pace
    ) -> tuple[str | None, Mapping[str, str]]:
        for name in secrets:
            if self.kit.secrets.reveal(name) is None:
                continue
            await pace.go(_SNMP)
            params = {"port": self.terms.snmp_port, "retries": 0, "wait": _PATIENCE}
            reading = await self._look("snmp_system", address, params, name)
            if reading.ok:
                return name, _described(reading)
        return None, {}

    async def _port(self, address: str, port: int, pace: Pace) -> tuple[bool, bool]:
        """Return whether somebody answers there, and whether it takes connections."""
        await pace.go(_TCP)
        reading = await self._look("tcp", address, {"port": port})
        refused = reading.failure is not None and reading.failure.kind is FailureKind.REFUSED
        return reading.ok or refused, reading.ok

    async def _look(
        self, name: str, address: str, params: Mapping[str, object], secret: str | None = None
    ) -> Reading:
        check = Check(
            slug=f"{address}/{name}",
            target="discovery",
            collector=name,
            address=address,
            params=params,
            vantage=self.terms.vantage,
            timeout=_PATIENCE + (1.0 if name == "snmp_system" else 0.0),
            secret=secret,
        )
        _, reading = await look_once(self.collectors[name], check, self.kit)
        return reading


def _described(reading: Reading) -> Mapping[str, str]:
    for series, _ in reading.samples:
        if series.name == "system_info":
            return dict(series.labels)
    return {}


def _found(
    discovery: int,
    address: str,
    clock: Clock,
    *,
    ping: bool,
    ports: Sequence[int],
    secret: str | None,
    system: Mapping[str, str],
) -> Found:
    object_id = system.get("sysObjectID", "")
    description = system.get("sysDescr", "")[:_LONGEST]
    sure = [
        one
        for one in (recognised(object_id, description) if object_id else ())
        if one.objects and any(f"{object_id}.".startswith(f"{begin}.") for begin in one.objects)
    ]
    family, vendor = (sure[0].name, sure[0].vendor) if sure else ("", "")
    return Found(
        discovery=discovery,
        address=address,
        ping=ping,
        ports=tuple(ports),
        snmp=secret,
        object_id=object_id[:_LONGEST],
        description=description,
        name=system.get("sysName", "")[:_LONGEST],
        location=system.get("sysLocation", "")[:_LONGEST],
        family=family,
        vendor=vendor,
        kind=kind_of(family, description, tuple(ports)),
        at=clock.now(),
    )
