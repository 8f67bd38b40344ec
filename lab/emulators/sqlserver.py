"""A pretend SQL Server: PRELOGIN, TLS inside TDS, one login, and answers to queries it knows.

From MS-TDS: 2.2.6.5 (PRELOGIN), 2.2.6.4 (LOGIN7), 2.2.6.7 (SQLBatch), 2.2.7 (tokens).
"""

import asyncio
import re
import ssl
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from lab.emulators.answering import About

_HEAD = struct.Struct("!BBHHBB")
_OPTION = struct.Struct("!BHH")
_BATCH, _RESPONSE, _ATTENTION, _LOGIN7, _PRELOGIN = 0x01, 0x04, 0x06, 0x10, 0x12
_NOT_SUPPORTED = 2
_LARGEST = 32 * 1024
_ASKED = re.compile(r"SELECT TOP \(2\) value FROM \((.*)\) AS asked\(value\)", re.DOTALL)
_ERROR, _COUNTED, _STOPPED = 0x02, 0x10, 0x20  # in the status of DONE
_FAILED, _UNKNOWN = 18456, 208  # numbers of errors: login, object


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that a query ends in."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A query that the server is not done with before it is told to stop."""


Answer = list[object] | Fault | Silence


@dataclass(slots=True)
class SqlServer:
    """A SQL Server. `encryption`: 0 off, 1 on, 2 not supported, 3 required.

    Without a `context` it speaks no further than PRELOGIN. `answers`: rows by query, each a list
    of values of the one column, or what gives it when it is asked for; a value may be int, float,
    Decimal, datetime, text or None.
    """

    about: ClassVar[About] = About(
        family="sqlserver",
        source="MS-TDS 2.2.6.4, 2.2.6.5, 2.2.6.7, 2.2.7",
        guessed={
            "options": "the answer bears VERSION and ENCRYPTION, INSTOPT and THREADID empty",
            "errors": "those of a failed login and of an unknown object, as people quote them",
        },
    )
    version: tuple[int, int, int] = (15, 0, 4375)
    encryption: int = 0
    context: ssl.SSLContext | None = None
    login: tuple[str, str] = ("reader", "")
    answers: Mapping[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    elsewhere: bool = False  # it sends whoever logs in to another server
    heard: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stopped: int = 0  # queries that it was told to stop

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client until it goes."""
        head = await reader.readexactly(_HEAD.size)
        kind, _, size, *_ = _HEAD.unpack(head)
        self.heard.append(head + await reader.readexactly(min(size, _LARGEST) - _HEAD.size))
        if kind != _PRELOGIN:
            return
        writer.write(_packet(_RESPONSE, self._prelogin()))
        await writer.drain()
        if self.context is not None and self.encryption != _NOT_SUPPORTED:
            await self._served(await _Seal.shaken(reader, writer, self.context))

    def _prelogin(self) -> bytes:
        major, minor, build = self.version
        values = (
            struct.pack("!BBHH", major, minor, build, 0),
            bytes([self.encryption]),
            b"\0",
            b"",
        )
        at = _OPTION.size * len(values) + 1
        table = b""
        for token, value in enumerate(values):
            table += _OPTION.pack(token, at, len(value))
            at += len(value)
        return table + b"\xff" + b"".join(values)

    async def _served(self, seal: "_Seal") -> None:
        while True:
            kind, said = await seal.message()
            if kind == _LOGIN7:
                await seal.answer(self._logged_in(said))
            elif kind == _ATTENTION:
                self.stopped += 1
                await seal.answer(_done(_STOPPED))
            elif kind != _BATCH:
                return
            elif (answer := self._batch(said)) is not None:
                await seal.answer(answer)

    def _logged_in(self, said: bytes) -> bytes:
        user = _field(said, 40).decode("utf-16-le")
        password = bytes(_swapped(octet ^ 0xA5) for octet in _field(said, 44)).decode("utf-16-le")
        if (user, password) != self.login:
            return _error(_FAILED, f"Login failed for user '{user}'.", 14) + _done(_ERROR)
        name = "Microsoft SQL Server"
        ack = (
            b"\x01"
            + struct.pack("!I", 0x74000004)
            + _short(name)
            + bytes((*self.version[:2], 0, 0))
        )
        told = b"\xad" + struct.pack("<H", len(ack)) + ack
        if self.elsewhere:
            place = "10.9.9.9"
            route = struct.pack("<BHH", 0, 1433, len(place)) + place.encode("utf-16-le")
            change = b"\x14" + struct.pack("<H", len(route)) + route + b"\0\0"
            told += b"\xe3" + struct.pack("<H", len(change)) + change
        database = _field(said, 68).decode("utf-16-le")
        if database:
            change = b"\x01" + _short(database) + _short("master")
            told += b"\xe3" + struct.pack("<H", len(change)) + change
        return told + _done()

    def _batch(self, said: bytes) -> bytes | None:
        (headers,) = struct.unpack_from("<I", said)
        text = said[headers:].decode("utf-16-le")
        self.asked.append(text)
        found = _ASKED.fullmatch(text)
        if found is None:
            return _done()
        answer = self.answers.get(found[1], Fault(_UNKNOWN, "Invalid object name."))
        if callable(answer):
            answer = answer()
        if isinstance(answer, Silence):
            return None
        if isinstance(answer, Fault):
            return _error(answer.number, answer.text, 16) + _done(_ERROR)
        kind = next((type(one) for one in answer if one is not None), int)
        form, written = _TYPES[kind]
        column = struct.pack("<IH", 0, 9) + form + _short("value")
        rows = b"".join(
            b"\xd1" + (written(one) if one is not None else _null(kind)) for one in answer
        )
        return b"\x81" + struct.pack("<H", 1) + column + rows + _done(_COUNTED, len(answer))


class _Seal:
    """The server's side of TLS inside TDS."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
    ) -> None:
        self._reader, self._writer = reader, writer
        self._into, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._into, self._out, server_side=True)
        self._held = b""

    @classmethod
    async def shaken(
        cls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
    ) -> "_Seal":
        seal = cls(reader, writer, context)
        while True:
            try:
                seal._tls.do_handshake()
            except ssl.SSLWantReadError:
                await seal._hand()
                _, _, size, *_ = _HEAD.unpack(await reader.readexactly(_HEAD.size))
                seal._into.write(await reader.readexactly(size - _HEAD.size))
            except ssl.SSLError:  # the client does not like our certificate
                await seal._hand()
                raise ConnectionError("no handshake") from None
            else:
                await seal._hand()
                return seal

    async def _hand(self) -> None:
        if said := self._out.read():
            self._writer.write(_packet(_PRELOGIN, said))
            await self._writer.drain()

    async def message(self) -> tuple[int, bytes]:
        """Return the kind and content of the next message, of all its packets."""
        content = b""
        while True:
            kind, status, size, *_ = _HEAD.unpack(await self._exactly(_HEAD.size))
            content += await self._exactly(size - _HEAD.size)
            if status & 1:
                return kind, content

    async def _exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            try:
                self._held += self._tls.read(_LARGEST)
            except ssl.SSLWantReadError:
                came = await self._reader.read(_LARGEST)
                if not came:
                    raise ConnectionError("the client has gone") from None
                self._into.write(came)
        given, self._held = self._held[:size], self._held[size:]
        return given

    async def answer(self, said: bytes) -> None:
        self._tls.write(_packet(_RESPONSE, said))
        self._writer.write(self._out.read())
        await self._writer.drain()


def _packet(kind: int, payload: bytes) -> bytes:
    return _HEAD.pack(kind, 1, _HEAD.size + len(payload), 0, 1, 0) + payload


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def _field(login: bytes, at: int) -> bytes:
    begin, characters = struct.unpack_from("<HH", login, at)
    return login[begin : begin + 2 * characters]


def _swapped(octet: int) -> int:
    return (octet << 4 | octet >> 4) & 0xFF


def _done(status: int = 0, rows: int = 0) -> bytes:
    return b"\xfd" + struct.pack("<HHQ", status, 0xC1, rows)


def _error(number: int, text: str, severity: int) -> bytes:
    said = struct.pack("<IBBH", number, 1, severity, len(text)) + text.encode("utf-16-le")
    said += _short("SQL") + _short("") + struct.pack("<I", 1)
    return b"\xaa" + struct.pack("<H", len(said)) + said


def _integer(value: object) -> bytes:
    return b"\x08" + struct.pack("<q", value)


def _float(value: object) -> bytes:
    return b"\x08" + struct.pack("<d", value)


def _decimal(value: object) -> bytes:
    scaled = int(Decimal(str(value)).scaleb(2))
    return b"\x09" + bytes([scaled >= 0]) + abs(scaled).to_bytes(8, "little")


def _moment(value: object) -> bytes:
    assert isinstance(value, datetime)  # noqa: S101
    days = (value - datetime(1900, 1, 1)).days  # noqa: DTZ001  (a DATETIME has no zone)
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return b"\x08" + struct.pack("<iI", days, seconds * 300)


def _text(value: object) -> bytes:
    said = str(value).encode("utf-16-le")
    return struct.pack("<H", len(said)) + said


def _null(kind: type) -> bytes:
    return b"\xff\xff" if kind is str else b"\0"


_TYPES = {
    int: (b"\x26\x08", _integer),
    float: (b"\x6d\x08", _float),
    Decimal: (b"\x6a\x09\x12\x02", _decimal),
    datetime: (b"\x6f\x08", _moment),
    str: (b"\xe7" + struct.pack("<H", 8000) + b"\x09\x04\xd0\x00\x34", _text),
}
