"""Mail servers as they are opened: entered, greeted, logged in to, and left politely."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass

from collectors._mail.box import Box
from collectors._mail.imap import Imap
from collectors._mail.login import Login, let_in
from collectors._mail.params import MailProtocol
from collectors._mail.pop3 import Pop3
from collectors._mail.smtp import Smtp
from collectors._mail.talk import Talk
from collectors._net.trouble import Trouble
from collectors._tls.door import Entry, Passage, entered
from core.collector import Kit, Transcript

_FAREWELL = 1.0  # seconds that a goodbye may take


@dataclass(frozen=True, slots=True)
class Way:
    """What every opening of a look shares."""

    kit: Kit
    transcript: Transcript
    passage: Passage


@asynccontextmanager
async def smtp(
    entry: Entry, way: Way, login: Login | None, hello: str
) -> AsyncIterator[tuple[Smtp, str]]:
    """Open a conversation by SMTP; give it and the greeting. Trouble, OSError."""
    loop, phases = asyncio.get_running_loop(), way.passage.phases
    async with entered(entry, way.kit, way.transcript, way.passage) as streams:
        smtp = Smtp(Talk(streams, way.transcript))
        begun = loop.time()
        greeting = way.passage.greeting or await smtp.greeting()
        await smtp.hello(hello)
        phases["greeting"] = loop.time() - begun
        if login is not None:
            server = f"smtp {entry.host}:{entry.port}"
            phases["login"] = await let_in(way.kit, server, login, smtp.log_in)
        yield smtp, greeting
        await _politely(smtp.leave(), way.transcript)


@asynccontextmanager
async def box(entry: Entry, protocol: MailProtocol, way: Way, login: Login) -> AsyncIterator[Box]:
    """Open a mailbox. Trouble, OSError."""
    loop, phases = asyncio.get_running_loop(), way.passage.phases
    async with entered(entry, way.kit, way.transcript, way.passage) as streams:
        talk = Talk(streams, way.transcript)
        opened: Box = Imap(talk) if protocol == "imap" else Pop3(talk)
        begun = loop.time()
        await opened.greeting(way.passage.greeting)
        phases["greeting"] = loop.time() - begun
        server = f"{protocol} {entry.host}:{entry.port}"
        phases["login"] = await let_in(way.kit, server, login, opened.log_in)
        yield opened
        await _politely(opened.leave(), way.transcript)


async def _politely(farewell: Coroutine[object, object, None], transcript: Transcript) -> None:
    try:
        async with asyncio.timeout(_FAREWELL):
            await farewell
    except (TimeoutError, Trouble, OSError) as error:
        transcript.note("the goodbye was not answered: %s", error or "silence")
