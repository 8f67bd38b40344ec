"""Pretend databases on free ports, and Oracle's listener as far as it speaks before any login.

Oracle publishes nothing of TNS: what open clients and
packet dissectors agree upon, with the listener's answers to tnsping and to an unknown service.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from lab.emulators.answering import About
from lab.emulators.sqlserver import SqlServer
from lab.emulators.talks import Talks

_TNS_HEAD = struct.Struct("!HHBBH")
_LARGEST = 4096


@dataclass(slots=True)
class Oracle:
    """A listener of Oracle that knows some services. `resends`: it asks to hear it once more."""

    about: ClassVar[About] = About(
        family="oracle",
        source="TNS as open clients and dissectors describe it; no document of the maker",
        guessed={
            "ping": "is refused with (ERR=0) and VSNNUM, as tnsping shows it",
            "unknown service": "is refused with (ERR=12514)",
            "known service": "is accepted; the listener may ask for the packet once more first",
        },
    )
    services: tuple[str, ...] = ("ORCL",)
    resends: bool = False
    heard: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer CONNECT packets."""
        asked = await self._asked(reader)
        if self.resends and "COMMAND=ping" not in asked:
            writer.write(_TNS_HEAD.pack(_TNS_HEAD.size, 0, 11, 0, 0))
            await writer.drain()
            asked = await self._asked(reader)
        self.heard.append(asked)
        if "(COMMAND=ping)" in asked:
            said = "(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0)(ALIAS=LISTENER))"
            writer.write(_refusal(said))
        elif any(f"(SERVICE_NAME={name})" in asked for name in self.services):
            body = struct.pack("!HHHHHHHHBB", 312, 0, 2048, 32767, 1, 0, 32, 0, 0, 0) + b"\0" * 4
            writer.write(_TNS_HEAD.pack(_TNS_HEAD.size + len(body), 0, 2, 0, 0) + body)
        else:
            said = "(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=12514))"
            writer.write(_refusal(said))
        await writer.drain()

    async def _asked(self, reader: asyncio.StreamReader) -> str:
        size, _, kind, _, _ = _TNS_HEAD.unpack(await reader.readexactly(_TNS_HEAD.size))
        packet = await reader.readexactly(min(size, _LARGEST) - _TNS_HEAD.size)
        if kind != 1:
            return ""
        length, offset = struct.unpack_from("!HH", packet, 16)
        start = offset - _TNS_HEAD.size
        return packet[start : start + length].decode("ascii", "replace")


def _refusal(said: str) -> bytes:
    octets = said.encode("ascii")
    body = struct.pack("!BBH", 34, 0, len(octets)) + octets
    return _TNS_HEAD.pack(_TNS_HEAD.size + len(body), 0, 4, 0, 0) + body


class Database:
    """Speaks for a database on connections that it is handed."""

    def __init__(self, listener: SqlServer | Oracle) -> None:
        self._listener = listener
        self._talks = Talks()

    def take(self, taken: socket.socket) -> None:
        """Serve an accepted connection."""
        self._talks.begin(self._talk(taken))

    async def _talk(self, taken: socket.socket) -> None:
        taken.setblocking(False)
        await self.serve(*await asyncio.open_connection(sock=taken))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client until it goes."""
        try:
            await self._listener.serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, struct.error):
            pass
        finally:
            writer.close()

    async def close(self) -> None:
        """Hang up on everybody."""
        await self._talks.close()


@asynccontextmanager
async def listening(listener: SqlServer | Oracle, address: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serve a listener on a free port; give the port."""
    server = await asyncio.start_server(Database(listener).serve, address, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
