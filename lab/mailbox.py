"""Where do messages of the demo and of tests arrive? A mail server and a webhook that keep all.

Both listen on loopback only, on a free port unless told, and can be told to refuse.
"""

import asyncio
import email
import json
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Protocol, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

_LOOPBACK = "127.0.0.1"
_LARGEST = 1 << 20  # bytes of a webhook's body
_PATIENCE = 10.0  # seconds for a client to say what it wants


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The decoded plain text."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook call as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> object:
        """Return the body as JSON."""
        return json.loads(self.body)


class _Arrivals:
    """Lets people wait until so many have arrived."""

    def __init__(self) -> None:
        self._news = asyncio.Condition()

    async def tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, arrived: "_Counted", count: int, patience: float) -> None:
        async with asyncio.timeout(patience), self._news:
            await self._news.wait_for(lambda: len(arrived) >= count)


class _Counted(Protocol):
    def __len__(self) -> int: ...


@dataclass
class Mailbox:
    """An SMTP server that keeps every mail: `async with Mailbox() as box: … box.port`.

    Set `refusal` to an SMTP answer (`451 4.7.1 try later`) to refuse what comes next.
    """

    port: int = 0
    refusal: str | None = None
    letters: list[Letter] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make what cannot be given from outside."""
        self._arrivals = _Arrivals()
        self._server: asyncio.Server | None = None

    async def handle_DATA(  # noqa: N802  (aiosmtpd finds its hooks by name and shape)
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        """Keep a mail, or refuse it."""
        if self.refusal is not None:
            return self.refusal
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 no content"
        message = email.message_from_bytes(content, policy=default)
        self.letters.append(Letter(str(envelope.mail_from), tuple(envelope.rcpt_tos), message))
        await self._arrivals.tell()
        return "250 2.0.0 kept"

    async def wait(self, count: int = 1, patience: float = _PATIENCE) -> list[Letter]:
        """Return the letters once there are `count`; TimeoutError after `patience` seconds."""
        await self._arrivals.until(self.letters, count, patience)
        return self.letters

    async def __aenter__(self) -> Self:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, hostname="lab.example"), _LOOPBACK, self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()


@dataclass
class Webhook:
    """An HTTP server that keeps every call and answers with `status`."""

    port: int = 0
    status: int = 200
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make what cannot be given from outside."""
        self._arrivals = _Arrivals()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where to call."""
        return f"http://{_LOOPBACK}:{self.port}/hook"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                self.calls.append(await _call(reader))
            answer = b'{"id": "%d"}\n' % len(self.calls)
            head = f"HTTP/1.1 {self.status} -\r\nContent-Type: application/json\r\n"
            close = f"Content-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
            writer.write((head + close).encode() + answer)
            await writer.drain()
            await self._arrivals.tell()
        except (TimeoutError, ValueError, OSError, asyncio.IncompleteReadError):
            pass  # what is no call is not kept
        finally:
            writer.close()

    async def wait(self, count: int = 1, patience: float = _PATIENCE) -> list[Call]:
        """Return the calls once there are `count`; TimeoutError after `patience` seconds."""
        await self._arrivals.until(self.calls, count, patience)
        return self.calls

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, _LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()


async def _call(reader: asyncio.StreamReader) -> Call:
    """Read one HTTP request; ValueError where it is none."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    size = int(headers.get("content-length", "0"))
    if size > _LARGEST:
        raise ValueError("too large")
    return Call(method, path, headers, await reader.readexactly(size))
