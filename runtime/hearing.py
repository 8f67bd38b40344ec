"""The doors at which devices knock: traps and informs by UDP, syslog by UDP, TCP and TLS.

Every door is bounded: strangers are not read, a device has an allowance that is asked before a
byte is decoded, lines and connections have limits. Whatever comes, the looks go on.
"""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import cast

from collectors._cli.paper import discreet
from collectors._net.channel import enlarge
from collectors._net.names import places
from collectors._net.trouble import Trouble
from collectors._snmp import trap, trap_names
from collectors._snmp.authority import Authority
from collectors._snmp.ber import Junk
from collectors._snmp.secured import is_third_version
from collectors._snmp.usm import NoLogin, User, is_login, user_of
from core.clock import Clock
from core.collector import Secrets, Sockets
from core.errors import Conflict, os_reason
from core.remark import Via
from core.text import Text
from runtime import syslog
from runtime.allowance import Allowance
from runtime.framing import Frames
from runtime.hints import Hints, Speaker, about, about_line
from runtime.kit import DirectSockets
from runtime.remarks import Remarks, Said
from runtime.sections.kinds import split_listen
from runtime.sections.looking import Hearing
from storage.remarks import RemarkBook

log = logging.getLogger(__name__)

BATCH = 256  # datagrams per wake-up, so that others get their turn
LARGEST = 8192  # octets of a datagram that is worth reading
CONNECTIONS, OF_ONE = 256, 4  # open at a time: of all devices, of one
HANDSHAKE = 10.0  # seconds for TLS
SILENCE = 24 * 3600.0  # seconds after which a connection that says nothing is closed
NAMES, GLANCE = 300.0, 5.0  # seconds between two look-ups of a name, and for a new one to be seen
REST = 0.25  # seconds for which a connection that says too much is not read
_VIA = {
    ("v1", False): Via.TRAP_V1,
    ("v2c", False): Via.TRAP_V2C,
    ("v2c", True): Via.INFORM_V2C,
    ("v3", False): Via.TRAP_V3,
    ("v3", True): Via.INFORM_V3,
}


@dataclass(slots=True)
class Ear:
    """What is made of a message, whichever door it came by."""

    hints: Hints
    secrets: Secrets
    remarks: Remarks | None = None  # None: nothing is kept
    authority: Authority | None = None  # None: version 3 is not understood
    allowance: Allowance = field(init=False)

    def __post_init__(self) -> None:
        self.allowance = Allowance(self.hints.clock.monotonic())

    def speaker(self, address: str, via: Via) -> Speaker | None:
        """Return who speaks, None if that is not to be read: a stranger, or too much at once."""
        stats = self.hints.stats
        stats.heard += 1
        speaker = self.hints.speaker(address)
        if speaker is None:
            stats.strangers += 1
            return None
        if self.allowance.allows(address, self.hints.clock.monotonic()):
            return speaker
        self._drop(speaker, address, via, 1)
        return None

    def let_fall(self, address: str, via: Via, count: int) -> None:
        """Count lines that came at once with one that there was no room for."""
        self.hints.stats.heard += count
        speaker = self.hints.speaker(address)
        if speaker is None:
            self.hints.stats.strangers += count
        elif count:
            self._drop(speaker, address, via, count)

    def _drop(self, speaker: Speaker, address: str, via: Via, count: int) -> None:
        self.hints.stats.dropped += count
        if self.remarks is not None:
            self.remarks.drop(speaker, address, via, count)

    def take_trap(self, data: bytes, address: str) -> bytes | None:
        """Take a datagram of the door for traps; return what is to be answered."""
        speaker = self.speaker(address, Via.TRAP_V2C)
        if speaker is None:
            return None
        try:
            said, answer = self._opened(data, speaker)
        except Junk:
            self.hints.stats.junk += 1
            return None
        if said is None:
            return answer
        self._keep(speaker, address, _VIA[said.version, said.answer is not None], _told(said))
        collectors = about(said.kind)
        if collectors is not None:
            self.hints.give(speaker, collectors)
        return answer

    def take_line(self, data: bytes, address: str, via: Via) -> bool:
        """Take a line of syslog; say whether there was room for it."""
        speaker = self.speaker(address, via)
        if speaker is None:
            return False
        try:
            said = syslog.read(data)
        except syslog.NotSyslog:
            self.hints.stats.junk += 1
            return True
        self._keep(speaker, address, via, Said(said.severity, said.kind, discreet(said.text)))
        collectors = about_line(said.kind, said.text, said.severity)
        if collectors is not None:
            self.hints.give(speaker, collectors)
        return True

    def _keep(self, speaker: Speaker, address: str, via: Via, said: Said) -> None:
        if self.remarks is not None:
            self.remarks.say(speaker, address, via, said)

    def _opened(self, data: bytes, speaker: Speaker) -> tuple[trap.Trap | None, bytes | None]:
        if self.authority is None or not is_third_version(data):
            said = trap.opened(data)
            return said, said.answer
        now = self.hints.clock.monotonic()
        found = self.authority.opened(data, self._users(speaker), now)
        return found.trap, found.answer

    def _users(self, speaker: Speaker) -> list[User]:
        """Return the users of version 3 that a device's secrets name."""
        plain = [self.secrets.reveal(name) for name in speaker.secrets]
        return [
            user
            for secret in (*plain, *speaker.communities)
            if secret is not None and (user := _user(secret)) is not None
        ]


async def open_ear(
    hearing: Hearing, hints: Hints, secrets: Secrets, book: RemarkBook, clock: Clock
) -> Ear:
    """Return the ear of a hub, which keeps what it hears."""
    remarks = Remarks(book, hearing.kept, clock, hints.stats)
    authority = None
    if hearing.traps:
        engine_id = bytes.fromhex(hearing.engine_id)
        authority = Authority(engine_id, await book.boots(), clock.monotonic())
    return Ear(hints, secrets, remarks, authority)


@lru_cache(maxsize=1024)
def _user(secret: str) -> User | None:
    if not is_login(secret):
        return None
    try:
        return user_of(secret)
    except NoLogin:
        return None  # the checks that look with it say so


def _told(said: trap.Trap) -> Said:
    known, told = trap_names.meaning(said.kind), trap_names.told(said.bindings)
    if known is None:
        return Said(trap_names.NOTICE, said.kind, told)
    text = f"{known.name} {told}".rstrip()
    return Said(known.severity, said.kind, text, known.says.vi, known.says.en)


class Stream(asyncio.Protocol):
    """One connection of a device that sends syslog."""

    def __init__(self, listener: "Listener", address: str, via: Via) -> None:
        self._listener = listener
        self.address = address
        self.gone = False
        self._via = via
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._silence: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self._listener.streams.add(self)
        self._await_words()

    def data_received(self, data: bytes) -> None:
        """Take what came, and no more for a while if that was too much."""
        self._await_words()
        lines = self._frames.feed(data)
        ear = self._listener.ear
        room = True
        for number, line in enumerate(lines, 1):
            room = ear.take_line(line, self.address, self._via)
            if not room:
                ear.let_fall(self.address, self._via, len(lines) - number)
                break
        if self._frames.broken:
            ear.hints.stats.junk += 1
            self.close()
        elif not room and self._transport is not None and not self._transport.is_closing():
            # By TCP the sender can be made to wait, which loses less than letting lines fall.
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(REST, self._resume)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, after the line that ended with it."""
        last, ear = self._frames.last(), self._listener.ear
        if last and exc is None:
            ear.take_line(last, self.address, self._via)
        elif last or self._frames.half or isinstance(exc, ssl.SSLError):
            ear.hints.stats.junk += 1
        if self._silence is not None:
            self._silence.cancel()
        self._listener.left(self)

    def close(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _await_words(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(SILENCE, self.close)


class Listener:
    """Every door that is set, open."""

    def __init__(self, hearing: Hearing, ear: Ear, sockets: Sockets | None = None) -> None:
        """Open the doors; Conflict names the one that cannot be opened, or the certificate.

        `sockets`: where they come from; None: this process. A lab's devices knock in its network.
        """
        self.ear = ear
        self._sockets = sockets or DirectSockets()
        self.streams: set[Stream] = set()
        self._of_one: Counter[str] = Counter()
        self._greeting: set[asyncio.Task[None]] = set()
        self._datagrams: list[tuple[socket.socket, Callable[[bytes, str], bytes | None]]] = []
        self._connections: list[tuple[socket.socket, Via, ssl.SSLContext | None]] = []
        try:
            self._open(hearing)
        except BaseException:
            self.close()
            raise

    def _open(self, hearing: Hearing) -> None:
        if hearing.traps:
            self._datagrams.append((self._opened("traps", hearing.traps), self.ear.take_trap))
        if hearing.syslog:
            self._datagrams.append((self._opened("syslog", hearing.syslog), self._by_udp))
        if hearing.syslog_tcp:
            door = self._opened("syslog_tcp", hearing.syslog_tcp, socket.SOCK_STREAM)
            self._connections.append((door, Via.SYSLOG_TCP, None))
        if hearing.syslog_tls:
            context = _context(hearing.certificate, hearing.key, hearing.clients)
            door = self._opened("syslog_tls", hearing.syslog_tls, socket.SOCK_STREAM)
            self._connections.append((door, Via.SYSLOG_TLS, context))

    def _opened(self, name: str, listen: str, kind: int = socket.SOCK_DGRAM) -> socket.socket:
        host, port = split_listen(listen)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        door = self._sockets.open(family, kind)
        try:
            if kind == socket.SOCK_STREAM:
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                door.bind((host, port))
                door.listen(CONNECTIONS)
            else:
                enlarge(door)  # a storm waits in the kernel for some seconds
                door.bind((host, port))
        except OSError as error:
            door.close()
            raise Conflict(
                Text(
                    vi=f"Không mở được {listen} để nghe {name}: {os_reason(error).vi}; "
                    f"chọn cổng khác bằng [hearing] {name}, hoặc cho phép dùng cổng dưới 1024",
                    en=f"Cannot listen on {listen} for {name}: {os_reason(error).en}; "
                    f"choose another port by [hearing] {name}, or allow ports below 1024",
                )
            ) from error
        return door

    @property
    def ports(self) -> tuple[int, ...]:
        """Return the ports of the open doors."""
        return tuple(door.getsockname()[1] for door in self._doors())

    def _doors(self) -> list[socket.socket]:
        return [one[0] for one in self._datagrams] + [one[0] for one in self._connections]

    async def run(self) -> None:
        """Listen, and write what was heard, until cancelled."""
        loop = asyncio.get_running_loop()
        for door, take in self._datagrams:
            loop.add_reader(door, partial(self._drain, door, take))
        working = [asyncio.create_task(self._greet(*one)) for one in self._connections]
        working.append(asyncio.create_task(self._know_names()))
        if self.ear.remarks is not None:
            working.append(asyncio.create_task(self.ear.remarks.run()))
        try:
            await asyncio.gather(asyncio.Event().wait(), *working)
        finally:
            for door, _ in self._datagrams:
                loop.remove_reader(door)
            ending = [*working, *self._greeting]
            for task in ending:
                task.cancel()
            for stream in tuple(self.streams):
                stream.close()
            if ending:
                await asyncio.wait(ending)
            if self.ear.remarks is not None:
                await self.ear.remarks.farewell()

    def close(self) -> None:
        """Close the doors."""
        for door in self._doors():
            door.close()
        self._datagrams.clear()
        self._connections.clear()

    def left(self, stream: Stream) -> None:
        """Forget a connection that has ended, or never began."""
        if stream.gone:
            return
        stream.gone = True
        self.streams.discard(stream)
        self._of_one[stream.address] -= 1
        if self._of_one[stream.address] <= 0:
            del self._of_one[stream.address]

    async def _know_names(self) -> None:
        """Look up who is watched by name, one after the other, for who speaks has an address."""
        hints, clock = self.ear.hints, self.ear.hints.clock
        due: dict[str, float] = {}
        while True:
            names = hints.names()
            due = {name: due.get(name, 0.0) for name in names}
            for name in names:
                if due[name] > clock.monotonic():
                    continue
                due[name] = clock.monotonic() + NAMES
                with suppress(Trouble):  # what is known of it stays
                    hints.call(name, [place.address for place in await places(name)])
            await asyncio.sleep(GLANCE)

    def _by_udp(self, data: bytes, address: str) -> None:
        self.ear.take_line(data, address, Via.SYSLOG_UDP)

    def _drain(self, door: socket.socket, take: Callable[[bytes, str], bytes | None]) -> None:
        for _ in range(BATCH):
            try:
                data, source = door.recvfrom(LARGEST)
            except OSError:  # nothing more, or an ICMP error for an answer of ours
                return
            answer = take(data, _plain(source))
            if answer is not None:
                with suppress(OSError):
                    door.sendto(answer, source)

    async def _greet(self, door: socket.socket, via: Via, context: ssl.SSLContext | None) -> None:
        """Let in who is watched, as long as there is room."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, source = await loop.sock_accept(door)
            except OSError as error:  # no descriptors left, or the connection has gone already
                log.warning("a connection for syslog could not be taken: %s", error)
                await asyncio.sleep(REST)
                continue
            address = _plain(source)
            full = self._of_one.total() >= CONNECTIONS or self._of_one[address] >= OF_ONE
            if full or self.ear.hints.speaker(address) is None:
                self.ear.hints.stats.turned_away += 1
                connection.close()
                continue
            self._of_one[address] += 1
            task = asyncio.create_task(self._let_in(connection, address, via, context))
            self._greeting.add(task)
            task.add_done_callback(self._greeting.discard)

    async def _let_in(
        self, connection: socket.socket, address: str, via: Via, context: ssl.SSLContext | None
    ) -> None:
        stream = Stream(self, address, via)
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: stream,
                connection,
                ssl=context,
                ssl_handshake_timeout=HANDSHAKE if context is not None else None,
            )
        except (OSError, TimeoutError):  # ssl.SSLError and every kind of lost connection
            self.ear.hints.stats.turned_away += 1
            connection.close()
            self.left(stream)


def _plain(source: Sequence[object]) -> str:
    return str(source[0]).removeprefix("::ffff:")


def _context(certificate: Path | None, key: Path | None, clients: Path | None) -> ssl.SSLContext:
    """Return how TLS is spoken; with `clients`, only to whom these authorities vouch for."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    assert certificate is not None  # noqa: S101  (the settings see to it)
    try:
        context.load_cert_chain(certificate, key)
        if clients is not None:
            context.load_verify_locations(clients)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise Conflict(
            Text(
                vi=f"Không dùng được chứng thư để nghe syslog qua TLS ({error}); xem lại "
                "[hearing] certificate, key, clients",
                en=f"The certificate for syslog by TLS cannot be used ({error}); see "
                "[hearing] certificate, key, clients",
            )
        ) from error
    return context
