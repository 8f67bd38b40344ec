"""One session of the text interface: one command after the other, each read to its own end."""

import asyncio
import socket
from collections.abc import Callable

from collectors._net.trouble import printable, trouble
from collectors._vc.tape import STRUCK, Tape
from core.collector import Transcript
from core.reading import FailureKind

_CHUNK = 4096
_MOST = 64 * 1024  # octets of one answer
_PROMPT = b"assword:"
_UNASKED = ("notification:", "cs:", "listener:", "active:", "control event:", "vidsourcechanges:")


class Session:
    """A connection that has been let in."""

    def __init__(self, connection: socket.socket, transcript: Transcript, tape: Tape) -> None:
        self._connection, self._transcript, self._tape = connection, transcript, tape
        self._rest = b""

    async def wants_password(self) -> bool:
        """Wait for the greeting, or for the prompt that may come before it."""
        while not self._rest.rstrip().endswith(_PROMPT):
            if b"\n" in self._rest and _greets(self._rest):
                self._rest = b""
                return False
            await self._more()
        return True

    async def enter(self, password: str) -> None:
        """Give the password, this once; Trouble if it is not taken."""
        self._rest = b""
        self._tape.said(STRUCK)
        await self._send(password)
        if await self.wants_password():
            raise trouble(FailureKind.AUTH, "the password is refused")

    async def ask(self, command: str, is_end: Callable[[str], bool]) -> list[str]:
        """Return the lines of an answer, its last one included; notifications are passed over."""
        self._transcript.note("%s", command)
        self._tape.said(command)
        await self._send(command)
        found: list[str] = []
        read = 0
        while True:
            while b"\n" in self._rest:
                line, _, self._rest = self._rest.partition(b"\n")
                read += len(line)
                said = line.decode("utf-8", "replace").strip().removeprefix("-> ").strip()
                if not said or said == command or said.startswith(_UNASKED):
                    continue
                self._transcript.note("  %s", printable(said, 300))
                found.append(said)
                if is_end(said):
                    return found
            if read + len(self._rest) > _MOST:
                raise trouble(FailureKind.PROTOCOL, f"the answer to {command!r} does not end")
            await self._more()

    async def _send(self, line: str) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._connection, f"{line}\r\n".encode())

    async def _more(self) -> None:
        chunk = await asyncio.get_running_loop().sock_recv(self._connection, _CHUNK)
        self._tape.heard(chunk)
        if not chunk:
            what = "the connection was closed: another session may be open"
            raise trouble(FailureKind.REFUSED, what)
        self._rest += chunk
        if len(self._rest) > _MOST:
            raise trouble(FailureKind.PROTOCOL, "what answers does not speak the text interface")


def _greets(said: bytes) -> bool:
    """Say whether the greeting is there: a name, or the prompt of later software."""
    return b"Hi, my name is" in said or said.rstrip().endswith(b"->")
