"""Rooms publish how their calls go (RFC 6035): heard here, told by the check `vq_rtcpxr`.

By UDP and TCP on one port, by TLS on another. There is no login in it: whoever speaks is known by
the address that it speaks from, so that the port is to be open to devices alone. A room speaks of
itself; equipment that is watched and no room, such as a SIP proxy, may pass on what rooms say.
"""

import asyncio
import logging
import socket
import ssl
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from collectors import vq_rtcpxr
from collectors._net.channel import enlarge
from collectors._sip.message import HEADERS_LIMIT, Framing
from collectors._sip.request import Request, read, respond, way_back
from collectors._vq.inbox import Inbox
from collectors._vq.publication import Answered, answered
from collectors._vq.report import Report
from core.clock import Clock
from core.errors import Conflict, os_reason
from core.text import Text
from runtime.scheduler import CheckFeed
from runtime.sections.kinds import split_listen
from runtime.settings import Settings

log = logging.getLogger(__name__)

BATCH = 64  # datagrams per wake-up, so that others get their turn
OF_ONE, OF_ALL = 20, 500  # requests of one address, and of all, …
WINDOW = 10.0  # … in so many seconds; what is beyond gets no answer
CONNECTIONS, PER_ADDRESS = 200, 4
HANDSHAKE = 10.0  # seconds for TLS
REST = 0.25  # seconds until the next connection is taken after one that could not be
IDLE = 120.0  # seconds that a connection may take for its next whole request
REPEATS = 32.0  # seconds in which a request is a repeated one (RFC 3261 §17.2.2, timer J)
_REMEMBERED = 2000  # answers

Source = tuple[str, int]


@dataclass(slots=True)
class PublicationStats:
    """What has been heard since the start."""

    heard: int = 0
    taken: int = 0  # reports
    refused: int = 0  # answered with 4xx
    strangers: int = 0  # from addresses that nothing watched has
    held: int = 0  # beyond the rate, or the number of connections
    junk: int = 0  # no request of SIP, no TLS


@dataclass(slots=True)
class Rooms:
    """Which addresses are rooms that may publish, and which others are watched."""

    feed: CheckFeed
    _version: int = -1
    _rooms: dict[str, str] = field(default_factory=dict)  # address → check
    _watched: frozenset[str] = frozenset()

    def follow(self) -> None:
        """Take up a new inventory."""
        if self._version == self.feed.version:
            return
        checks = self.feed.current()
        publishing = vq_rtcpxr.COLLECTOR.name
        self._rooms = {c.address: c.slug for c in checks if c.collector == publishing}
        self._watched = frozenset(check.address for check in checks)
        self._version = self.feed.version

    def watched(self, address: str) -> bool:
        """Say whether something that is watched has the address."""
        return address in self._watched

    def reporter(self, source: str, named: str) -> tuple[str, str] | None:
        """Return address and check of the room that a report is of, None if it is of none."""
        address = source if source in self._rooms else named
        check = self._rooms.get(address)
        return (address, check) if check is not None else None


@dataclass(slots=True)
class _Rate:
    """How much was asked within the present window."""

    clock: Clock
    _window: int = -1
    _of: dict[str, int] = field(default_factory=dict)
    _all: int = 0

    def allows(self, address: str) -> bool:
        window = int(self.clock.monotonic() // WINDOW)
        if window != self._window:
            self._window, self._all = window, 0
            self._of.clear()
        self._all += 1
        self._of[address] = self._of.get(address, 0) + 1
        return self._all <= OF_ALL and self._of[address] <= OF_ONE


@dataclass(frozen=True, slots=True)
class Places:
    """Where rooms may publish: by UDP and TCP, and by TLS with a context."""

    plain: str = ""
    secure: str = ""
    context: ssl.SSLContext | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Places":
        """Return the places of the settings; Conflict where TLS is wanted without a certificate."""
        hearing, web = settings.hearing, settings.web
        if not hearing.quality_tls:
            return cls(hearing.quality)
        if not web.certificate or not web.key:
            raise Conflict(
                Text(
                    vi="[hearing] quality_tls cần chứng thư: đặt [web] certificate và key",
                    en="[hearing] quality_tls needs a certificate: set [web] certificate and key",
                )
            )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(web.certificate, web.key)
        except (OSError, ssl.SSLError) as error:
            raise Conflict(
                Text(
                    vi=f"Không đọc được chứng thư {web.certificate} hoặc khoá {web.key}: {error}",
                    en=f"Certificate {web.certificate} or key {web.key} cannot be read: {error}",
                )
            ) from error
        return cls(hearing.quality, hearing.quality_tls, context)


class Publications:
    """The doors at which rooms publish."""

    def __init__(
        self,
        places: Places,
        feed: CheckFeed,
        inbox: Inbox,
        hint: Callable[[str], None],
        clock: Clock,
    ) -> None:
        """Open the doors, if there are any; Conflict names the one that cannot be opened."""
        self.stats = PublicationStats()
        self._rooms, self._rate = Rooms(feed), _Rate(clock)
        self._inbox, self._hint, self._clock = inbox, hint, clock
        self._answers: OrderedDict[tuple[Source, bytes, str], tuple[float, bytes | None]] = (
            OrderedDict()
        )
        self._talks: dict[asyncio.Task[None], str] = {}  # → the address of its peer
        self._datagrams: list[socket.socket] = []
        self._streams: list[tuple[socket.socket, ssl.SSLContext | None]] = []
        try:
            if places.plain:
                self._datagrams.append(_bound("quality", places.plain, socket.SOCK_DGRAM))
                self._streams.append((_bound("quality", places.plain, socket.SOCK_STREAM), None))
            if places.secure:
                door = _bound("quality_tls", places.secure, socket.SOCK_STREAM)
                self._streams.append((door, places.context))
        except Conflict:
            self.close()
            raise
        inbox.listening = self.listens

    @property
    def listens(self) -> bool:
        """Say whether there is a door."""
        return bool(self._streams)

    async def run(self) -> None:
        """Listen until cancelled."""
        loop = asyncio.get_running_loop()
        for door in self._datagrams:
            loop.add_reader(door, self._drain, door)
        greeting = [asyncio.create_task(self._greet(*stream)) for stream in self._streams]
        try:
            await asyncio.gather(asyncio.Event().wait(), *greeting)
        finally:
            for door in self._datagrams:
                loop.remove_reader(door)
            ending = [*greeting, *self._talks]
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    def close(self) -> None:
        """Close the doors."""
        self._inbox.listening = False
        for door in (*self._datagrams, *(door for door, _ in self._streams)):
            door.close()
        self._datagrams.clear()
        self._streams.clear()

    # By UDP

    def _drain(self, door: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                octets, peer = door.recvfrom(65535)
            except OSError:  # nothing more, or an ICMP error for an answer of ours
                return
            source = _source(peer)
            request = self._admitted(octets, source)
            answer = self._answer(request, source) if request is not None else None
            if request is not None and answer is not None:
                with suppress(OSError):
                    door.sendto(answer, (peer[0], way_back(request, source)[1], *peer[2:]))

    # By TCP

    async def _greet(self, door: socket.socket, context: ssl.SSLContext | None) -> None:
        """Let in who is watched, as long as there is room; strangers get no handshake."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(door)
            except OSError as error:  # no descriptors left, or the connection has gone already
                log.warning("a connection for publications could not be taken: %s", error)
                await asyncio.sleep(REST)
                continue
            source = _source(peer)
            self._rooms.follow()
            of_one = sum(address == source[0] for address in self._talks.values())
            if not self._rooms.watched(source[0]):
                self.stats.strangers += 1
            elif len(self._talks) < CONNECTIONS and of_one < PER_ADDRESS:
                talk = asyncio.create_task(self._let_in(connection, source, context))
                self._talks[talk] = source[0]
                talk.add_done_callback(self._talks.pop)
                continue
            else:
                self.stats.held += 1
            connection.close()

    async def _let_in(
        self, connection: socket.socket, source: Source, context: ssl.SSLContext | None
    ) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(HEADERS_LIMIT)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                connection,
                ssl=context,
                ssl_handshake_timeout=HANDSHAKE if context is not None else None,
            )
        except OSError:  # ssl.SSLError, and every kind of lost connection
            self.stats.junk += 1
            connection.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        await self._talk(reader, writer, source)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, source: Source
    ) -> None:
        framing, loop = Framing(), asyncio.get_running_loop()
        try:
            async with asyncio.timeout(IDLE) as deadline:
                while chunk := await reader.read(4096):
                    for octets in framing.take(chunk):
                        deadline.reschedule(loop.time() + IDLE)
                        request = self._admitted(octets, source)
                        answer = self._answer(request, source) if request is not None else None
                        if answer is not None:
                            writer.write(answer)
                            await writer.drain()
        except ValueError:
            self.stats.junk += 1
        except OSError:  # it went away, or took too long (TimeoutError is one)
            pass
        finally:
            writer.close()

    # Either way

    def _admitted(self, octets: bytes, source: Source) -> Request | None:
        """Return a request that is worth an answer."""
        if not octets.strip(b"\r\n\0"):  # it keeps a way through a NAT open (RFC 5626 §4.4)
            return None
        self.stats.heard += 1
        self._rooms.follow()
        if not self._rooms.watched(source[0]):
            self.stats.strangers += 1
            return None
        if not self._rate.allows(source[0]):
            self.stats.held += 1
            return None
        request = read(octets)
        if request is None:
            self.stats.junk += 1
        return request

    def _answer(self, request: Request, source: Source) -> bytes | None:
        """Return the response, the same one to a repeated request; keep what was reported."""
        key, now = (source, request.branch, request.method), self._clock.monotonic()
        before = self._answers.get(key)
        if before is not None and request.branch and now - before[0] < REPEATS:
            return before[1]
        found = answered(request, source)
        if found.report is not None:
            found = self._kept(request, source, found, found.report)
        self.stats.refused += found.response is not None and not found.response.startswith(
            b"SIP/2.0 2"
        )
        self._answers[key] = now, found.response
        self._answers.move_to_end(key)
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        return found.response

    def _kept(self, request: Request, source: Source, found: Answered, report: Report) -> Answered:
        room = self._rooms.reporter(source[0], report.address)
        if room is None:
            refusal = respond(request, 403, "Not a room that is watched", source)
            return Answered(refusal)
        address, check = room
        self._inbox.take(address, report)
        self.stats.taken += 1
        self._hint(check)
        return found


def _bound(key: str, listen: str, kind: socket.SocketKind) -> socket.socket:
    """Return a door at an address and port; Conflict says which setting chooses another."""
    host, port = split_listen(listen)
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    door.setblocking(False)
    try:
        if kind == socket.SOCK_DGRAM:
            enlarge(door)
        else:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        if kind == socket.SOCK_STREAM:
            door.listen()
    except OSError as error:
        door.close()
        raise Conflict(
            Text(
                vi=f"Không mở được {listen} để nghe báo cáo chất lượng: {os_reason(error).vi}; "
                f"chọn cổng khác bằng [hearing] {key}",
                en=f"Cannot listen on {listen} for reports of quality: {os_reason(error).en}; "
                f"choose another port by [hearing] {key}",
            )
        ) from error
    return door


def _source(peer: tuple[str, int]) -> Source:
    """Return address and port of a peer; of IPv4 within IPv6 as IPv4."""
    return peer[0].removeprefix("::ffff:"), peer[1]
