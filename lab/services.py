"""What runs on the pretend servers: web pages, mail, names, time, a registrar; and how it breaks.

Each service answers at the host and port of its own address, on real sockets, until it is
stopped (refuses), broken (answers wrongly) or given a certificate that is about to end.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape

from core.clock import LOCAL, Clock
from core.inventory import Service
from lab import answers, web
from lab.certificates import Authority
from lab.doors import Door
from lab.emulators.mail import MailServer, imap
from lab.equipment import Truth
from lab.namespaces import inside
from lab.network import Kind, Network, bind
from lab.places import Place, place_of
from lab.world import How

_LASTS, _ENDS_SOON = timedelta(days=397, hours=1), timedelta(days=5, hours=1)
_PATIENCE = 30.0  # seconds with one peer
_LARGEST = 4096

Answer = Callable[[bytes, tuple[str, int]], bytes | None]


class Responder:
    """A UDP port that answers datagram by datagram. Made inside its namespace."""

    def __init__(self, address: str, port: int, answer: Answer) -> None:
        """Bind; Conflict where the port is taken."""
        self._answer = answer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        bind(self._socket, address, port)
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                request, source = self._socket.recvfrom(_LARGEST)
                said = self._answer(request, source)
                if said is not None:
                    self._socket.sendto(said, source)

    def close(self) -> None:
        """Answer no more."""
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()


@dataclass(slots=True)
class _Stand:
    """One service where it runs."""

    service: Service
    place: Place
    namespace: int | None
    door: Door | Responder | None = None
    contexts: dict[timedelta, ssl.SSLContext] = field(default_factory=dict)


class Services:
    """The services of a world, on a network."""

    def __init__(self, network: Network, truth: Truth, clock: Clock) -> None:
        self._truth, self._clock = truth, clock
        self._enforcing = network.kind is Kind.LOOPBACK
        self.authority = Authority(clock.now())
        self.mail = MailServer(clock)
        rooms = {a: room.namespace for room in network.rooms() for a in room.addresses}
        self._stands = [
            _Stand(service, place, rooms[place.host])
            for service in truth().fabric.services.values()
            if (place := place_of(service.url)).host in rooms
        ]
        self._zone: dict[tuple[str, int], bytes] = {}
        for stand in self._stands:
            if stand.place.scheme == "dns":
                self._zone |= answers.zone_of(stand.place.name, stand.place.host)
        self._talks: set[asyncio.Task[None]] = set()

    @property
    def reserved(self) -> frozenset[tuple[str, int]]:
        """The TCP addresses and ports that services own."""
        return frozenset(
            (s.place.host, s.place.port) for s in self._stands if not s.place.is_datagram
        )

    def follow(self) -> None:
        """Open, shut and silence what the world says. Conflict where a port is taken."""
        world = self._truth()
        for stand in self._stands:
            cut_by = world.cuts.get(stand.service.slug)
            stopped = cut_by is not None and cut_by.how is How.STOP
            if stopped and stand.door is not None:
                stand.door.close()
                stand.door = None
            elif not stopped and stand.door is None:
                with inside(stand.namespace):
                    stand.door = self._opened(stand)
            if self._enforcing and isinstance(stand.door, Door):
                silent = stand.place.host in world.silent_addresses
                (stand.door.silence if silent else stand.door.wake)()

    def _opened(self, stand: _Stand) -> Door | Responder:
        if stand.place.is_datagram:
            return Responder(
                stand.place.host, stand.place.port, lambda *asked: self._said(stand, *asked)
            )
        return Door(stand.place.host, stand.place.port, lambda taken: self._receive(stand, taken))

    def _how(self, stand: _Stand) -> How | None:
        found = self._truth().cuts.get(stand.service.slug)
        return found.how if found is not None else None

    def _said(self, stand: _Stand, request: bytes, source: tuple[str, int]) -> bytes | None:
        if self._enforcing and stand.place.host in self._truth().silent_addresses:
            return None
        broken = self._how(stand) is How.BROKEN
        if stand.place.scheme == "dns":
            return answers.dns(request, self._zone, broken=broken)
        if stand.place.scheme == "ntp":
            return answers.ntp(request, self._clock.now(), broken=broken)
        return answers.sip(request, source, broken=broken)

    def _receive(self, stand: _Stand, taken: socket.socket) -> None:
        talk = asyncio.create_task(self._talk(stand, taken))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, stand: _Stand, taken: socket.socket) -> None:
        taken.setblocking(False)
        source = taken.getpeername()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        loop = asyncio.get_running_loop()
        if stand.place.scheme == "tls" and self._how(stand) is How.BROKEN:
            taken.close()
            return
        context = self._context(stand) if stand.place.is_tls else None
        with contextlib.suppress(OSError, TimeoutError, ssl.SSLError):
            async with asyncio.timeout(_PATIENCE):
                transport, _ = await loop.connect_accepted_socket(
                    lambda: protocol, taken, ssl=context
                )
                writer = asyncio.StreamWriter(transport, protocol, reader, loop)
                try:
                    await self._converse(stand, reader, writer, source)
                finally:
                    writer.close()

    async def _converse(
        self,
        stand: _Stand,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        source: tuple[str, int],
    ) -> None:
        broken = self._how(stand) is How.BROKEN
        if stand.place.scheme in {"http", "https"}:
            await web.serve(reader, writer, lambda _path: self._page(stand))
        elif stand.place.scheme == "sip":
            request = await reader.readuntil(b"\r\n\r\n")
            writer.write(answers.sip(request, source, broken=broken) or b"")
            await writer.drain()
        else:
            await imap(reader, writer, self.mail)

    def _page(self, stand: _Stand) -> tuple[int, str]:
        service = stand.service
        if self._how(stand) is How.BROKEN:
            return 502, "<h1>502 Bad Gateway</h1>"
        words = escape(f"{service.name}. {service.keyword or ''}".strip())
        title = f"<title>{escape(service.name)}</title>"
        posted = f"Đăng ngày {self._clock.now().astimezone(LOCAL):%d/%m/%Y}"
        return 200, (
            f'<!doctype html><html lang="vi"><meta charset="utf-8">{title}<p>{words}</p>'
            f"<p>{posted}</p>"
        )

    def _context(self, stand: _Stand) -> ssl.SSLContext:
        lasts = _ENDS_SOON if self._how(stand) is How.EXPIRING else _LASTS
        if lasts not in stand.contexts:
            made = self.authority.context(stand.place.host, self._clock.now(), lasts)
            stand.contexts[lasts] = made
        return stand.contexts[lasts]

    def close(self) -> None:
        """Close every port and hang up on everybody."""
        for stand in self._stands:
            if stand.door is not None:
                stand.door.close()
                stand.door = None
        for talk in tuple(self._talks):
            talk.cancel()
