"""Lines to and fro, as mail servers speak them: bounded, and kept for people."""

import asyncio
from collections.abc import Sequence

from collectors._net.trouble import printable, trouble
from collectors._tls.door import Streams
from core.collector import Transcript
from core.reading import FailureKind

_ALL = 4 * 1024 * 1024  # bytes that are heard in one look
_LINES = 20_000
_LOUD = 40  # lines heard that are kept in the transcript


class Talk:
    """A conversation by lines that end with CR LF."""

    def __init__(self, streams: Streams, transcript: Transcript) -> None:
        self._reader, self._writer = streams.reader, streams.writer
        self._transcript = transcript
        self._heard = self._lines = 0

    async def say(self, line: str, shown: str | None = None) -> None:
        """Send a line; `shown` stands for it in the transcript where it holds a secret."""
        self._transcript.note("> %s", printable(shown if shown is not None else line))
        await self.send(line.encode() + b"\r\n")

    async def send(self, octets: bytes) -> None:
        """Send octets as they are."""
        self._writer.write(octets)
        await self._writer.drain()

    async def line(self) -> bytes:
        """Return the next line, without its end; Trouble at the end of the talk."""
        try:
            heard = await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            raise trouble(FailureKind.REFUSED, "the server has hung up") from error
        except asyncio.LimitOverrunError as error:
            raise trouble(FailureKind.PROTOCOL, "the server says a line without an end") from error
        self._count(len(heard))
        heard = heard.rstrip(b"\r\n")
        self._lines += 1
        if self._lines <= _LOUD:
            self._transcript.note("< %s", printable(heard))
        return heard

    async def exactly(self, count: int) -> bytes:
        """Return so many octets; Trouble if there are not as many, or they are too many."""
        self._count(count)
        try:
            return await self._reader.readexactly(count)
        except asyncio.IncompleteReadError as error:
            raise trouble(FailureKind.REFUSED, "the server has hung up") from error

    async def block(self) -> Sequence[bytes]:
        """Return the lines up to a lone dot, dots undoubled (RFC 1939 §3)."""
        found: list[bytes] = []
        while (line := await self.line()) != b".":
            found.append(line[1:] if line.startswith(b".") else line)
        return found

    def _count(self, octets: int) -> None:
        self._heard += octets
        if self._heard > _ALL or self._lines > _LINES:
            raise trouble(FailureKind.PROTOCOL, "the server talks without an end")
