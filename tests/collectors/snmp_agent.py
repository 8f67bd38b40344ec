"""An SNMP agent for tests that answers as the test says, and a real one: Debian's snmpd."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from collectors._snmp import ber
from tests.ports import free_port

Ids = tuple[int, ...]
Element = bytes  # tag, length and content of one value

NO_SUCH_INSTANCE = b"\x81\x00"
END_OF_MIB = b"\x82\x00"


def ids(dotted: str) -> Ids:
    return tuple(map(int, dotted.split(".")))


def number(value: int, tag: int = ber.INTEGER) -> Element:
    return ber.integer(value, tag)


def octets(text: str | bytes) -> Element:
    return ber.tlv(ber.STRING, text.encode() if isinstance(text, str) else text)


@dataclass
class Request:
    """What was asked."""

    kind: int
    community: bytes
    request_id: bytes
    non_repeaters: int
    repetitions: int
    names: list[Ids]


def parsed(data: bytes) -> Request:
    begin, end = ber.span(data, 0, len(data), ber.SEQUENCE)
    begin, after = ber.span(data, begin + 3, end, ber.STRING)
    community = data[begin:after]
    kind = data[after]
    begin, end = ber.content_span(data, after, end)
    numbers = []
    at = begin
    for _ in range(3):
        begin, at = ber.span(data, at, end, ber.INTEGER)
        numbers.append(data[begin:at])
    begin, end = ber.span(data, at, end, ber.SEQUENCE)
    names = []
    while begin < end:
        inner, stop = ber.span(data, begin, end, ber.SEQUENCE)
        name, name_end = ber.span(data, inner, stop, ber.OID)
        names.append(ber.subids(data[name:name_end]))
        begin = stop
    return Request(
        kind,
        community,
        numbers[0],
        int.from_bytes(numbers[1], signed=True),
        int.from_bytes(numbers[2], signed=True),
        names,
    )


def response(
    request: Request,
    bindings: list[tuple[Ids, Element]],
    *,
    status: int = 0,
    index: int = 0,
    community: bytes | None = None,
    request_id: bytes | None = None,
    version: int = 1,
) -> bytes:
    inner = b"".join(
        ber.tlv(ber.SEQUENCE, ber.oid(".".join(map(str, name))) + element)
        for name, element in bindings
    )
    pdu = (
        ber.tlv(ber.INTEGER, request_id or request.request_id)
        + ber.integer(status)
        + ber.integer(index)
        + ber.tlv(ber.SEQUENCE, inner)
    )
    whole = (
        ber.integer(version)
        + ber.tlv(ber.STRING, request.community if community is None else community)
        + ber.tlv(0xA2, pdu)
    )
    return ber.tlv(ber.SEQUENCE, whole)


@dataclass
class PlayedAgent:
    """Answers from a table; `spoil` may replace an answer by other datagrams, or none.

    `spoil(n, request, answer)`: n counts requests from 1.
    """

    table: dict[Ids, Element]
    spoil: Callable[[int, Request, bytes], list[bytes]] = lambda n, request, answer: [answer]
    community: bytes = b"public"
    largest: int = 65000
    requests: list[Request] = field(default_factory=list)
    door: socket.socket = field(
        default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    )

    @property
    def port(self) -> int:
        port: int = self.door.getsockname()[1]
        return port

    def serve(self) -> None:
        data, source = self.door.recvfrom(65535)
        request = parsed(data)
        if request.community != self.community:
            return
        self.requests.append(request)
        for datagram in self.spoil(len(self.requests), request, self.answer(request)):
            self.door.sendto(datagram, source)

    def names(self) -> list[Ids]:
        return sorted(self.table)

    def answer(self, request: Request) -> bytes:
        if request.kind == 0xA0:
            found = [(name, self.table.get(name, NO_SUCH_INSTANCE)) for name in request.names]
            reply = response(request, found)
            return reply if len(reply) <= self.largest else response(request, [], status=1)
        names = self.names()
        if request.kind == 0xA1:
            places = [(name, bisect_right(names, name)) for name in request.names]
            after = [
                (names[at], self.table[names[at]]) if at < len(names) else (name, END_OF_MIB)
                for name, at in places
            ]
            return response(request, after)
        rows: list[tuple[Ids, Element]] = []
        name = request.names[0]
        place = bisect_right(names, name)
        for _ in range(request.repetitions):
            if place == len(names):
                rows.append((name, END_OF_MIB))
                break
            name = names[place]
            rows.append((name, self.table[name]))
            if len(response(request, rows)) > min(self.largest, 1400):
                rows.pop()
                break
            place += 1
        return response(request, rows)


class Play(Protocol):
    """Start an agent with this table on a free loopback port."""

    def __call__(self, table: Mapping[Ids, Element], **options: Any) -> PlayedAgent:
        """Return the agent, listening."""


@asynccontextmanager
async def stage(kind: type[PlayedAgent] = PlayedAgent) -> AsyncIterator[Play]:
    """Yield what starts agents; end them all."""
    loop = asyncio.get_running_loop()
    playing: list[PlayedAgent] = []

    def play(table: Mapping[Ids, Element], **options: Any) -> PlayedAgent:
        agent = kind(dict(table), **options)
        playing.append(agent)
        agent.door.bind(("127.0.0.1", 0))
        loop.add_reader(agent.door, agent.serve)
        return agent

    try:
        yield play
    finally:
        for agent in playing:
            loop.remove_reader(agent.door)
            agent.door.close()


SYSTEM: dict[Ids, Element] = {
    ids("1.3.6.1.2.1.1.1.0"): octets("A played device"),
    ids("1.3.6.1.2.1.1.2.0"): ber.oid("1.3.6.1.4.1.8072.9999.1"),
    ids("1.3.6.1.2.1.1.3.0"): number(123456, ber.TIME_TICKS),
    ids("1.3.6.1.2.1.1.5.0"): octets("xa-an-lộc-gw1"),
    ids("1.3.6.1.2.1.1.6.0"): octets("Phường An Lộc"),
}


def interface_table(
    names: Mapping[int, str], *, wide: bool = True, first: int = 1000
) -> dict[Ids, Element]:
    """Return IF-MIB rows: ifIndex → ifName; counters are first, first + 1 … by column."""
    entry, extra = ids("1.3.6.1.2.1.2.2.1"), ids("1.3.6.1.2.1.31.1.1.1")
    table = dict(SYSTEM)
    table[ids("1.3.6.1.2.1.2.1.0")] = number(len(names))
    if wide:
        table[ids("1.3.6.1.2.1.31.1.5.0")] = number(77, ber.TIME_TICKS)
    for i, name in names.items():
        table[(*entry, 2, i)] = octets(f"Port {name}")
        table[(*entry, 3, i)] = number(6)
        table[(*entry, 5, i)] = number(1_000_000_000, ber.GAUGE32)
        table[(*entry, 7, i)] = number(1)
        table[(*entry, 8, i)] = number(1)
        table[(*entry, 9, i)] = number(500, ber.TIME_TICKS)
        for column in (10, 11, 13, 14, 16, 17, 19, 20):
            table[(*entry, column, i)] = number(first + column, ber.COUNTER32)
        if not wide:
            continue
        table[(*extra, 1, i)] = octets(name)
        table[(*extra, 18, i)] = octets(f"to {name}")
        table[(*extra, 15, i)] = number(1000, ber.GAUGE32)
        for column in (6, 7, 10, 11):
            table[(*extra, column, i)] = number((first << 33) + column, ber.COUNTER64)
    return table


@contextmanager
def snmpd(folder: Path, *lines: str) -> Iterator[int]:
    """Run a real agent on a free loopback port (IPv4 and IPv6); yield the port."""
    program = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program is not None
    port = free_port()
    config = folder / "snmpd.conf"
    config.write_text("\n".join(("rocommunity public", "rocommunity6 public", *lines)) + "\n")
    log = folder / "log"
    # Debian ships no IETF MIBs, and an agent that looks for them fills its log.
    world = {
        **os.environ,
        "MIBS": "",
        "MIBDIRS": "/nonexistent",
        "SNMP_PERSISTENT_DIR": str(folder),
    }
    command = [program, "-f", "-Lf", str(log), "-C", "-c", str(config)]
    command += [f"udp:127.0.0.1:{port}", f"udp6:[::1]:{port}"]
    process = subprocess.Popen(command, env=world, cwd=folder)
    try:
        _await_answer(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _await_answer(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    hello = bytes.fromhex(
        "302602010104067075626c6963a019020101020100020100300e300c06082b060102010103000500"
    )
    deadline = time.monotonic() + 20
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(0.2)
        while time.monotonic() < deadline and process.poll() is None:
            try:
                asker.sendto(hello, ("127.0.0.1", port))
                asker.recv(2000)
            except OSError:
                continue
            return
    raise AssertionError(f"snmpd does not answer: {log.read_text() if log.exists() else 'no log'}")
