"""A conversation with a directory: bind, search, leave."""

import asyncio
from collections.abc import AsyncIterator

from collectors._ldap import message
from collectors._ldap.message import Entry, Malformed, Message, Result
from collectors._net.trouble import printable, trouble
from collectors._tls.door import Streams
from core.collector import Transcript
from core.reading import FailureKind

_ALL = 8 * 1024 * 1024  # bytes that are heard in one look
_STRANGE = 100  # messages that answer nothing we asked
_SUCCESS, _LIMIT = 0, 4


class Session:
    """A connection on which LDAP is spoken."""

    def __init__(self, streams: Streams, transcript: Transcript, *, first: int = 1) -> None:
        self._streams = streams
        self._transcript = transcript
        self._number = first - 1
        self._heard = 0

    async def bind(self, user: str, password: str) -> Result:
        """Bind; return what the server says of it."""
        self._transcript.note("bind %s", printable(user) or "anonymously")
        number = self._next()
        await self._send(message.bind(number, user, password))
        async for answer in self._answers(number):
            if answer.kind == message.BIND_DONE:
                return self._ended(answer)
        raise trouble(FailureKind.PROTOCOL, "the bind is not answered")

    async def search(
        self,
        base: str,
        scope: str,
        wanted: tuple[str, str],
        attributes: tuple[str, ...],
        *,
        limit: int,
        seconds: float,
    ) -> list[Entry]:
        """Return the entries that are found, at most `limit`; Trouble if the search fails."""
        shown = printable(base) or "the root"
        self._transcript.note("search %s, %s, (%s=%s)", shown, scope, *map(printable, wanted))
        number = self._next()
        asked = message.search(
            number, base, scope, wanted, attributes, limit=limit, seconds=max(1, int(seconds))
        )
        await self._send(asked)
        found: list[Entry] = []
        async for answer in self._answers(number):
            if answer.kind == message.ENTRY and len(found) < limit:
                found.append(self._entry(answer))
            elif answer.kind == message.SEARCH_DONE:
                ended = self._ended(answer)
                if ended.code not in (_SUCCESS, _LIMIT):
                    said = printable(f"{ended.name} {ended.said}".strip(), 120)
                    raise trouble(FailureKind.PROTOCOL, f"the search of {shown} fails: {said}")
                return found
        raise trouble(FailureKind.PROTOCOL, "the search is not answered")

    async def leave(self) -> None:
        """Say goodbye."""
        await self._send(message.unbind(self._next()))

    def _next(self) -> int:
        self._number += 1
        return self._number

    async def _send(self, octets: bytes) -> None:
        self._streams.writer.write(octets)
        await self._streams.writer.drain()

    async def _answers(self, number: int) -> AsyncIterator[Message]:
        strange = 0
        while strange < _STRANGE:
            answer = await self._hear()
            if answer.number == number:
                yield answer
                continue
            strange += 1
            self._transcript.note("a message that answers nothing we asked")
            if answer.number == 0:  # notice of disconnection (RFC 4511 §4.4.1)
                raise trouble(FailureKind.REFUSED, "the directory hangs up")

    async def _hear(self) -> Message:
        head, reader = b"", self._streams.reader
        try:
            while (sizes := message.size_of(head)) is None:
                head += await reader.readexactly(1)
            self._heard += sizes[1]
            if self._heard > _ALL:
                raise trouble(FailureKind.PROTOCOL, "the directory talks without an end")
            return message.read(await reader.readexactly(sizes[1]))
        except asyncio.IncompleteReadError as error:
            raise trouble(FailureKind.REFUSED, "the directory has hung up") from error
        except Malformed as error:
            what = f"what answers does not speak LDAP: {error}"
            raise trouble(FailureKind.PROTOCOL, what) from error

    def _ended(self, answer: Message) -> Result:
        try:
            ended = message.result(answer)
        except Malformed as error:
            what = f"what answers does not speak LDAP: {error}"
            raise trouble(FailureKind.PROTOCOL, what) from error
        self._transcript.note(
            "%s %s", ended.name if ended.code else "success", printable(ended.said)
        )
        return ended

    @staticmethod
    def _entry(answer: Message) -> Entry:
        try:
            return message.entry(answer)
        except Malformed as error:
            what = f"what answers does not speak LDAP: {error}"
            raise trouble(FailureKind.PROTOCOL, what) from error
