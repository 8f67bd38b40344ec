"""The few lines in the clear that ask a mail or directory server to go on in TLS."""

import asyncio
import socket
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from collectors._net.trouble import printable, trouble
from core.collector import Transcript
from core.reading import FailureKind

StartTls = Literal["smtp", "imap", "pop3", "ldap"]
_LONGEST = 16 * 1024  # bytes of all that is said in the clear
# ExtendedRequest 1.3.6.1.4.1.1466.20037 (RFC 4511 §4.14.1), message number 1.
_LDAP = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
_LDAP_DONE = bytes.fromhex("0a0100")  # resultCode success


async def ask(connected: socket.socket, how: StartTls, transcript: Transcript) -> str:
    """Bring a fresh connection to the point where the handshake begins; Trouble, OSError.

    Return the greeting of a mail server, which is not said again in TLS; a directory has none.
    """
    clear = _Clear(connected, transcript)
    if how == "ldap":
        await clear.ldap()
        return ""
    return await (clear.smtp() if how == "smtp" else clear.line_by_line(how))


_PLAIN: Mapping[str, tuple[bytes, bytes, bytes]] = MappingProxyType(
    {
        # greeting, request, consent
        "imap": (b"* OK", b"a STARTTLS\r\n", b"a OK"),
        "pop3": (b"+OK", b"STLS\r\n", b"+OK"),
    }
)


class _Clear:
    """The talk before TLS: never reads beyond what belongs to it."""

    def __init__(self, connected: socket.socket, transcript: Transcript) -> None:
        self._socket = connected
        self._transcript = transcript
        self._said = 0

    async def smtp(self) -> str:
        greeting = await self._reply(b"220")
        await self._send(b"EHLO thongsuot\r\n")
        await self._reply(b"250")
        await self._send(b"STARTTLS\r\n")
        await self._reply(b"220")
        return greeting

    async def line_by_line(self, how: str) -> str:
        greeting, request, consent = _PLAIN[how]
        said = await self._line()
        self._expect(said, greeting)
        await self._send(request)
        line = await self._line()
        while how == "imap" and line.startswith(b"* "):  # untagged: told beside the answer
            line = await self._line()
        self._expect(line, consent)
        return printable(said.strip())

    async def ldap(self) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, _LDAP)
        head = await self._exactly(2)
        size = head[1]
        if size & 0x80:
            size = int.from_bytes(await self._exactly(min(size & 0x7F, 4)), "big")
        answer = await self._exactly(min(size, _LONGEST))
        if head[0] != 0x30 or _LDAP_DONE not in answer[:16]:  # noqa: PLR2004  (a SEQUENCE)
            raise trouble(FailureKind.PROTOCOL, "the directory server refuses TLS")

    async def _reply(self, code: bytes) -> str:
        """Read a reply of SMTP, of many lines: `250-…`, `250 …`; return its first line."""
        first = ""
        while True:
            line = await self._line()
            self._expect(line, code)
            first = first or printable(line.strip())
            if line[3:4] != b"-":
                return first

    async def _send(self, line: bytes) -> None:
        self._transcript.note("> %s", printable(line.strip()))
        await asyncio.get_running_loop().sock_sendall(self._socket, line)

    async def _line(self) -> bytes:
        line = bytearray()
        # Byte by byte: what follows the line may be the first octets of TLS.
        while not line.endswith(b"\n"):
            line += await self._exactly(1)
        self._transcript.note("< %s", printable(bytes(line.strip())))
        return bytes(line)

    async def _exactly(self, count: int) -> bytes:
        loop, got = asyncio.get_running_loop(), bytearray()
        while len(got) < count:
            chunk = await loop.sock_recv(self._socket, count - len(got))
            if not chunk:
                raise trouble(FailureKind.REFUSED, "the connection was closed before TLS began")
            got += chunk
            self._said += len(chunk)
            if self._said > _LONGEST:
                raise trouble(FailureKind.PROTOCOL, "endless talk before TLS")
        return bytes(got)

    def _expect(self, line: bytes, beginning: bytes) -> None:
        if not line.upper().startswith(beginning.upper()):
            shown = printable(line.strip(), 80)
            raise trouble(FailureKind.PROTOCOL, f"the server does not offer TLS: {shown}")
