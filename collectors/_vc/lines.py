"""A conversation in lines over TCP, as equipment's text and telnet interfaces hold it.

Prompts end without a line break; telnet's negotiations are refused (RFC 854). What comes is
bounded, and a line that says nothing is passed over.
"""

import asyncio
import socket

from collectors._net.trouble import printable, trouble
from collectors._vc.tape import NEGOTIATION, STRUCK, Tape
from core.collector import Transcript
from core.reading import FailureKind

_CHUNK = 4096
_MOST = 64 * 1024  # octets of a whole conversation
_LONGEST = 4096  # octets of a line
_WILL, _DO = 0xFB, 0xFD
_ANSWERS = {_WILL: 0xFE, _DO: 0xFC}  # DONT, WONT


class Lines:
    """A connection that speaks in lines. `prompts` are what it may end with instead of a break."""

    def __init__(
        self,
        connection: socket.socket,
        transcript: Transcript,
        tape: Tape,
        prompts: tuple[str, ...] = (),
    ) -> None:
        self._connection, self._transcript = connection, transcript
        self._tape, self._prompts = tape, prompts
        self._rest = b""
        self._read = 0

    async def say(self, line: str, *, secret: bool = False) -> None:
        """Send a line; one that is secret stands nowhere as it is."""
        shown = STRUCK if secret else line
        self._transcript.note("> %s", shown)
        self._tape.said(shown)
        await asyncio.get_running_loop().sock_sendall(self._connection, f"{line}\r\n".encode())

    async def line(self) -> str:
        """Return the next line that says something, or a prompt as it was named."""
        while True:
            found = self._taken()
            if found:
                self._transcript.note("  %s", printable(found, 300))
                return found
            await self._more()

    async def line_within(self, seconds: float) -> str:
        """Return the next line, empty if none comes in that time."""
        try:
            async with asyncio.timeout(seconds):
                return await self.line()
        except TimeoutError:
            return ""

    def _taken(self) -> str:
        while b"\n" in self._rest:
            line, _, self._rest = self._rest.partition(b"\n")
            said = line.decode("utf-8", "replace").strip()
            if said:
                return said
        tail = self._rest.decode("utf-8", "replace").strip().lower()
        for prompt in self._prompts:
            if tail.endswith(prompt):
                self._rest = b""
                return prompt
        return ""

    async def _more(self) -> None:
        loop = asyncio.get_running_loop()
        chunk = await loop.sock_recv(self._connection, _CHUNK)
        self._tape.heard(chunk)
        if not chunk:
            what = "the connection was closed: another session may be open"
            raise trouble(FailureKind.REFUSED, what)
        self._read += len(chunk)
        self._rest += chunk
        for wish in NEGOTIATION.finditer(self._rest):
            refusal = _ANSWERS.get(wish[1][0])
            if refusal is not None:
                await loop.sock_sendall(self._connection, bytes((0xFF, refusal)) + wish[2])
        self._rest = NEGOTIATION.sub(b"", self._rest)
        if self._read > _MOST or len(self._rest) > _LONGEST + _CHUNK:
            raise trouble(FailureKind.PROTOCOL, "what answers does not end, or is no text")
