"""What a database's listener says before anybody logs in: enough to know that it lives.

PostgreSQL: SSLRequest (manual, "Message Formats"). MySQL and MariaDB: the handshake packet, version
10. SQL Server: PRELOGIN (MS-TDS 2.2.6.5). Oracle: a TNS CONNECT packet with the command that
tnsping sends, or with a service; as packet dissectors and open clients describe it.
"""

import asyncio
import re
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from collectors._net.trouble import printable, trouble
from collectors._sql import tds
from collectors._sql.params import Engine
from core.reading import FailureKind

_LARGEST = 64 * 1024  # octets of one packet

_PG_SSL = struct.pack("!II", 8, 80877103)

_MYSQL_ERROR, _MYSQL_VERSION = 0xFF, 10

_TNS_HEAD = struct.Struct("!HHBBH")
_TNS_CONNECT, _TNS_ACCEPT, _TNS_REFUSE, _TNS_REDIRECT, _TNS_RESEND = 1, 2, 4, 5, 11
_TNS_BODY = struct.Struct("!HHHHHHHHHHIBBIIQQ")  # up to the connect data
_ERROR = re.compile(r"\(ERR(?:OR)?=(\d{1,6})\)", re.IGNORECASE)
_RELEASE = re.compile(r"\(VSNNUM=(\d{1,10})\)", re.IGNORECASE)
_NO_SERVICE = (12505, 12514)


@dataclass(frozen=True, slots=True)
class Greeting:
    """What is known of a server that answered; None where it does not say."""

    version: str | None = None
    tls: bool | None = None  # it can speak it


@dataclass(frozen=True, slots=True)
class _Wire:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    async def some(self) -> bytes:
        """Return what has come, when something has."""
        said = await self.reader.read(60)
        if not said:
            raise trouble(FailureKind.REFUSED, "the connection was closed at once")
        return said

    async def exactly(self, size: int) -> bytes:
        try:
            return await self.reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            if not error.partial:
                raise trouble(FailureKind.REFUSED, "the connection was closed at once") from error
            said = printable(error.partial, 60)
            what = f"what answers is no such database: {said}"
            raise trouble(FailureKind.PROTOCOL, what) from error


async def greeting(
    engine: Engine,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    service: str | None = None,
) -> Greeting:
    """Return what a listener says of itself; Trouble, OSError."""
    return await _GREETINGS[engine](_Wire(reader, writer), service)


async def _postgresql(wire: _Wire, service: str | None) -> Greeting:
    await wire.ask(_PG_SSL)
    # One letter, and nothing more until we go on; "SSH-2.0-…" begins with that letter too.
    said = await wire.some()
    if said not in {b"S", b"N"}:
        raise _none("PostgreSQL", said)
    return Greeting(tls=said == b"S")


async def _mysql(wire: _Wire, service: str | None) -> Greeting:
    head = await wire.exactly(4)
    size = int.from_bytes(head[:3], "little")
    if not 1 < size < _LARGEST:
        raise _none("MySQL", head)
    packet = await wire.exactly(size)
    if packet[0] == _MYSQL_ERROR:
        said = printable(packet[3:].lstrip(b"#"), 160)
        raise trouble(FailureKind.REFUSED, f"the server turns us away: {said}")
    version, end, rest = packet[1:].partition(b"\0")
    if packet[0] != _MYSQL_VERSION or not end:
        raise _none("MySQL", packet)
    # Thread, salt and a zero are 4 + 8 + 1 octets; the lower capabilities follow (CLIENT_SSL).
    capabilities = int.from_bytes(rest[13:15], "little")
    return Greeting(printable(version, 60), bool(capabilities & 0x0800))


async def _sqlserver(wire: _Wire, service: str | None) -> Greeting:
    await wire.ask(tds.prelogin())
    kind, _, size, *_ = tds.HEAD.unpack(await wire.exactly(tds.HEAD.size))
    if kind != tds.RESPONSE or not tds.HEAD.size < size < _LARGEST:
        raise tds.stranger(bytes([kind]))
    return Greeting(*tds.told(await wire.exactly(size - tds.HEAD.size)))


async def _oracle(wire: _Wire, service: str | None) -> Greeting:
    asked = tns_connect(service)
    await wire.ask(asked)
    kind, body = await _tns(wire)
    if kind == _TNS_RESEND:  # the listener has handed the connection on, and has not read it
        await wire.ask(asked)
        kind, body = await _tns(wire)
    if kind in {_TNS_ACCEPT, _TNS_REDIRECT}:
        return Greeting()
    if kind != _TNS_REFUSE:
        raise _none("Oracle", bytes([kind]))
    said = body.decode("ascii", "replace")
    error, release = _ERROR.search(said), _RELEASE.search(said)
    number = int(error[1]) if error else None
    if number in _NO_SERVICE:
        what = f"the listener knows no service {service} (ORA-{number})"
        raise trouble(FailureKind.PROTOCOL, what)
    if service is not None or number not in {0, None}:
        what = f"the listener turns us away: ORA-{number:05}" if number else printable(said, 120)
        raise trouble(FailureKind.REFUSED, what)
    return Greeting(_oracle_release(int(release[1])) if release else None)


def tns_connect(service: str | None) -> bytes:
    """Return a CONNECT packet: for a service, or the ping that listeners refuse politely."""
    ask = f"(SERVICE_NAME={service})(CID=(PROGRAM=thongsuot))" if service else "(COMMAND=ping)"
    data = f"(DESCRIPTION=(CONNECT_DATA={ask}))" if service else f"(CONNECT_DATA={ask})"
    octets = data.encode("ascii", "replace")
    offset = _TNS_HEAD.size + _TNS_BODY.size
    body = _TNS_BODY.pack(
        312,  # version of the protocol, and the least that we understand
        300,
        0,
        2048,  # session data unit
        32767,  # transport data unit
        0x7F08,
        0,
        1,
        len(octets),
        offset,
        512,  # connect data that we can take
        0,
        0,
        0,
        0,
        0,
        0,
    )
    size = offset + len(octets)
    return _TNS_HEAD.pack(size, 0, _TNS_CONNECT, 0, 0) + body + octets


async def _tns(wire: _Wire) -> tuple[int, bytes]:
    size, _, kind, _, _ = _TNS_HEAD.unpack(await wire.exactly(_TNS_HEAD.size))
    if not _TNS_HEAD.size <= size < _LARGEST:
        raise _none("Oracle", struct.pack("!H", size))
    return kind, await wire.exactly(size - _TNS_HEAD.size)


def _oracle_release(number: int) -> str:
    """Return 19.0 of 318767104: eight bits, then four."""
    return f"{number >> 24}.{(number >> 20) & 0xF}"


def _none(product: str, said: bytes) -> Exception:
    return trouble(
        FailureKind.PROTOCOL, f"what answers is no {product}: {printable(said[:60], 60)}"
    )


_Greet = Callable[[_Wire, "str | None"], Awaitable[Greeting]]
_GREETINGS: dict[Engine, _Greet] = {
    "postgresql": _postgresql,
    "mysql": _mysql,
    "sqlserver": _sqlserver,
    "oracle": _oracle,
}
