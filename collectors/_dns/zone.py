"""Is a zone in order: do its servers agree, are its records there, do its signatures hold?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import dns.exception
import dns.flags
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.message import Message

from collectors._dns import mailpolicy, message, signatures
from collectors._dns.asking import ask
from collectors._dns.zone_params import Params
from collectors._net.names import Place, numeric, places
from collectors._net.trouble import Trouble, failure_of, printable, trouble
from core.collector import Kit, Transcript
from core.reading import Failure, FailureKind
from core.watching import Check

_PAYLOAD = 1232  # bytes; DNS flag day 2020
_MOST_SERVERS = 20
_SERIALS = 1 << 32
_SHARE = 0.4  # of the time that one server has

SERVERS, AGREEMENT, RECORDS, DNSSEC = "servers", "agreement", "records", "dnssec"
SPF, DKIM, DMARC = "spf", "dkim", "dmarc"


@dataclass(slots=True)
class Course:
    """What was found; `aspects` are those that were looked at, and what is wrong with them."""

    lookup: float | None = None  # seconds
    serials: dict[str, int] = field(default_factory=dict)
    aspects: dict[str, list[str]] = field(default_factory=dict)
    kind: FailureKind = FailureKind.PROTOCOL
    signed_until: datetime | None = None
    failure: Failure | None = None

    def find(self, aspect: str, *wrong: str) -> None:
        """Note that an aspect was looked at, and what is wrong with it."""
        self.aspects.setdefault(aspect, []).extend(wrong)


@dataclass(frozen=True, slots=True)
class _Server:
    name: str
    found: Sequence[Place]
    port: int


@dataclass(slots=True)
class Examination:
    """One look at one zone."""

    check: Check
    params: Params
    kit: Kit
    transcript: Transcript
    course: Course
    _zone: dns.name.Name = field(init=False)
    _near: _Server = field(init=False)

    async def run(self) -> None:
        """Fill the course; Trouble where nothing can be found out."""
        self._zone = dns.name.from_text(self.params.zone)
        begun = self.kit.clock.monotonic()
        found = await places(self.check.address)
        if numeric(self.check.address) is None:
            self.course.lookup = self.kit.clock.monotonic() - begun
        self._near = _Server(self.check.address, found, self.params.port)
        servers = await self._servers()
        good = await self._agreement(servers)
        if not good:
            return
        await self._records(good[0])
        if self.params.dnssec:
            await self._dnssec(good[0])
        await self._mail(good[0])

    async def _ask(
        self, server: _Server, name: dns.name.Name, kind: str, *, own: bool = True
    ) -> Message:
        """Ask a server of its own zone, or for what it has to find elsewhere."""
        query = message.question(name.to_text(), kind, recursion=not own, edns=True)
        query.use_edns(0, ednsflags=dns.flags.DO, payload=_PAYLOAD)
        self.transcript.note("%s: %s %s?", server.name, printable(name.to_text()), kind)
        share = self.check.timeout * _SHARE
        try:
            async with asyncio.timeout(share):
                return await ask(
                    self.kit.sockets,
                    server.found,
                    server.port,
                    query,
                    timeout=share,
                    transcript=self.transcript,
                )
        except TimeoutError as error:
            what = f"{printable(server.name)} does not answer within {share:g} s"
            raise trouble(FailureKind.TIMEOUT, what) from error

    async def _servers(self) -> list[_Server]:
        """Return the authoritative servers; those without an address are noted."""
        named = list(self.params.servers)
        if not named:
            reply = await self._ask(self._near, self._zone, "NS", own=False)
            group = signatures.rrset(reply, self._zone, "NS")
            if group is None:
                rcode = message.rcode_name(reply)
                what = f"{rcode}: {self.params.zone} names no servers (NS)"
                raise trouble(FailureKind.PROTOCOL, what)
            named = [record.target.to_text() for record in group]
        servers = []
        for name in sorted(named)[:_MOST_SERVERS]:
            host, port = _split(name, self.params.port)
            try:
                servers.append(_Server(name.rstrip("."), await self._places(host), port))
            except (Trouble, OSError) as error:
                self.course.find(SERVERS, f"{printable(name)} has no address: {error}")
        return servers

    async def _places(self, host: str) -> list[Place]:
        """Return a server's addresses, as the check's address tells them, else our resolver."""
        known = numeric(host)
        if known is not None:
            return [known]
        found = []
        for kind in ("A", "AAAA"):
            reply = await self._ask(self._near, dns.name.from_text(host), kind, own=False)
            found += [numeric(value) for value in message.values(reply, kind)]
        return [place for place in found if place is not None] or await places(host)

    async def _agreement(self, servers: Sequence[_Server]) -> list[_Server]:
        """Ask every server for the zone's beginning; return those that speak for it."""
        told = await asyncio.gather(*(self._serial(server) for server in servers))
        good = []
        for server, serial in zip(servers, told, strict=True):
            if isinstance(serial, Failure):
                self.course.find(SERVERS, f"{printable(server.name)}: {serial.detail}")
                if len(servers) == 1 or all(isinstance(one, Failure) for one in told):
                    self.course.kind = serial.kind
            else:
                self.course.serials[server.name] = serial
                good.append(server)
        self.course.find(SERVERS)
        if len(self.course.serials) > 1:
            lag = _spread(list(self.course.serials.values()))
            self.course.find(AGREEMENT)
            if lag > self.params.max_serial_lag:
                each = ", ".join(f"{printable(n)} {s}" for n, s in self.course.serials.items())
                self.course.find(AGREEMENT, f"the servers do not agree: {each}")
        return good

    async def _serial(self, server: _Server) -> int | Failure:
        try:
            reply = await self._ask(server, self._zone, "SOA")
        except Trouble as refusal:
            return refusal.failure
        except OSError as error:
            return failure_of(error)
        serial = message.serial(reply)
        if message.is_authoritative(reply) and serial is not None:
            return serial
        rcode = message.rcode_name(reply)
        kind = FailureKind.REFUSED if rcode == "REFUSED" else FailureKind.PROTOCOL
        return Failure(kind, f"does not speak for the zone ({rcode})")

    async def _records(self, server: _Server) -> None:
        for line in self.params.records:
            name, kind, value = line.split(None, 2)
            reply = await self._ask(server, self._absolute(name), kind)
            found = message.values(reply, kind)
            lacking = message.missing((value,), found)
            shown = printable(", ".join(found[:5])) or message.rcode_name(reply)
            self.course.find(
                RECORDS, *(f"{name} {kind.upper()} is {shown}, not {one}" for one in lacking)
            )

    async def _dnssec(self, server: _Server) -> None:
        self.course.find(DNSSEC)
        now = self.kit.clock.now()
        try:
            anchors = await self._anchors()
            reply = await self._ask(server, self._zone, "DNSKEY")
            keys = signatures.trusted_keys(self._zone, reply, anchors, now)
            ends = [self._verified(reply, self._zone, "DNSKEY", keys, now)]
            reply = await self._ask(server, self._zone, "SOA")
            ends.append(self._verified(reply, self._zone, "SOA", keys, now))
            for line in self.params.records:
                name, kind, _ = line.split(None, 2)
                reply = await self._ask(server, self._absolute(name), kind)
                if signatures.rrset(reply, self._absolute(name), kind) is not None:
                    ends.append(self._verified(reply, self._absolute(name), kind, keys, now))
        except Trouble as refusal:
            self.course.find(DNSSEC, refusal.failure.detail)
            return
        self.course.signed_until = until = min(ends)
        if until - now < timedelta(days=self.params.min_days):
            self.course.find(DNSSEC, f"DNSSEC: a signature ends at {until:%Y-%m-%d %H:%M} UTC")

    def _verified(
        self, reply: Message, name: dns.name.Name, kind: str, keys: signatures.Keys, now: datetime
    ) -> datetime:
        records = signatures.rrset(reply, name, kind)
        if records is None:
            raise trouble(FailureKind.PROTOCOL, f"DNSSEC: {name} has no {kind}")
        return signatures.verify(records, signatures.signatures(reply, name, kind), keys, now)

    async def _anchors(self) -> list[object]:
        """Return the DS records that are given, or that the zone above publishes."""
        if self.params.anchors:
            return [_delegation(line) for line in self.params.anchors]
        reply = await self._ask(self._near, self._zone, "DS", own=False)
        group = signatures.rrset(reply, self._zone, "DS")
        if group is None:
            what = "DNSSEC: the zone above says nothing of this one's keys (DS)"
            raise trouble(FailureKind.PROTOCOL, what)
        return list(group)

    async def _mail(self, server: _Server) -> None:
        if self.params.spf:
            self._judge(SPF, mailpolicy.spf(await self._texts(server, self._zone)))
        for selector in self.params.dkim:
            name = self._absolute(f"{selector}._domainkey")
            self._judge(DKIM, mailpolicy.dkim(selector, await self._texts(server, name)))
        if self.params.dmarc:
            texts = await self._texts(server, self._absolute("_dmarc"))
            self._judge(DMARC, mailpolicy.dmarc(texts))

    def _judge(self, aspect: str, fault: str | None) -> None:
        self.course.find(aspect, *([fault] if fault else []))

    async def _texts(self, server: _Server, name: dns.name.Name) -> list[str]:
        group = signatures.rrset(await self._ask(server, name, "TXT"), name, "TXT")
        if group is None:
            return []
        return [b"".join(record.strings).decode("utf-8", "replace") for record in group]

    def _absolute(self, name: str) -> dns.name.Name:
        return self._zone if name == "@" else dns.name.from_text(name, self._zone)


def _delegation(line: str) -> object:
    try:
        return dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DS, line)
    except dns.exception.DNSException as error:
        what = f"{line} is no DS record"
        raise trouble(FailureKind.LOCAL, what) from error


def _split(server: str, port: int) -> tuple[str, int]:
    """Return host and port of `host`, `host:port`, `[v6]:port` or a bare IPv6 address."""
    if numeric(server) is not None:
        return server, port
    host, colon, last = server.rpartition(":")
    if colon and last.isdecimal():
        return host.strip("[]"), int(last)
    return server.strip("[]").rstrip("."), port


def _spread(serials: Sequence[int]) -> int:
    """Return how far serial numbers lie apart, which begin anew at 2³² (RFC 1982)."""
    first = serials[0]
    ahead = [((one - first + _SERIALS // 2) % _SERIALS) - _SERIALS // 2 for one in serials]
    return max(ahead) - min(ahead)
