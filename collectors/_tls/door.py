"""A connection on which lines or messages go to and fro: in TLS at once, later, or never."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from collectors._net.identity import Labels
from collectors._net.names import Place, numeric, places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, printable
from collectors._tls import metrics
from collectors._tls.certificates import Certificate
from collectors._tls.handshake import session_of, shake
from collectors._tls.refusal import why
from collectors._tls.starttls import StartTls, ask
from collectors._tls.trust import Terms, trust_of
from core.collector import Kit, Transcript
from core.reading import Sample

Security = Literal["tls", "starttls", "none"]
_LIMIT = 64 * 1024  # bytes of one line


@dataclass(frozen=True, slots=True)
class Entry:
    """Where and how a server is entered."""

    host: str
    port: int
    security: Security
    protocol: StartTls
    terms: Terms
    server_name: str | None = None  # that the certificate must bear; None: the host
    timeout: float = 10.0  # seconds, of which each address has its share


@dataclass(slots=True)
class Passage:
    """What entering took and has shown; seconds by phase."""

    phases: dict[str, float] = field(default_factory=dict)
    chain: tuple[Certificate, ...] = ()
    verified: tuple[Certificate, ...] = ()
    version: str | None = None
    cipher: str | None = None
    greeting: str | None = None  # of a mail server, if it was said before TLS

    def samples(self, labels: Labels, min_days: float | None) -> list[Sample]:
        """Return the series of the certificate and the session."""
        if self.version is None and not self.chain:
            return []
        samples = metrics.chain_samples(labels, self.chain, self.verified)
        samples += metrics.session_samples(labels, self.version, self.cipher)
        return samples + metrics.limit_samples(labels, min_days)


@dataclass(frozen=True, slots=True)
class Streams:
    """Both directions of an open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@asynccontextmanager
async def entered(
    entry: Entry, kit: Kit, transcript: Transcript, passage: Passage
) -> AsyncIterator[Streams]:
    """Open the connection and hang up at the end; Trouble, OSError."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    found = await places(entry.host)
    if numeric(entry.host) is None:
        transcript.note("%s is %s", printable(entry.host), ", ".join(p.address for p in found))
    passage.phases["resolve"] = loop.time() - begun
    name = (entry.server_name or entry.host).rstrip(".")
    try:
        streams = await _open(entry, found, name, kit=kit, passage=passage, transcript=transcript)
    except ssl.SSLError as error:
        if isinstance(error, ssl.SSLCertVerificationError):
            await _look_again(entry, found, name, kit=kit, passage=passage, transcript=transcript)
        raise Trouble(why(error, passage.chain, name, kit.clock.now())) from error
    try:
        yield streams
    finally:
        streams.writer.transport.abort()


async def _look_again(
    entry: Entry,
    found: list[Place],
    name: str,
    *,
    kit: Kit,
    passage: Passage,
    transcript: Transcript,
) -> None:
    """Look at a chain that is not trusted, so that its end and its issuer are told."""
    seen = Passage()
    trustful = Entry(
        entry.host,
        entry.port,
        entry.security,
        entry.protocol,
        entry.terms._replace(verify=False, ca=None),
        entry.server_name,
        entry.timeout,
    )
    try:
        streams = await _open(trustful, found, name, kit=kit, passage=seen, transcript=transcript)
        streams.writer.transport.abort()
    except (OSError, Trouble) as error:
        transcript.note("the chain could not be looked at: %s", error)
    passage.chain = seen.chain


async def _open(
    entry: Entry,
    found: list[Place],
    name: str,
    *,
    kit: Kit,
    passage: Passage,
    transcript: Transcript,
) -> Streams:
    loop, trust = asyncio.get_running_loop(), trust_of(kit)
    context = trust.context(entry.terms) if entry.security != "none" else None
    begun = loop.time()
    made, _ = await connect(kit.sockets, found, entry.port, entry.timeout, transcript)
    passage.phases["connect"] = loop.time() - begun
    reader = asyncio.StreamReader(limit=_LIMIT, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    if context is None:
        transport, _ = await loop.create_connection(lambda: protocol, sock=made)
        return Streams(reader, asyncio.StreamWriter(transport, protocol, reader, loop))
    try:
        if entry.security == "starttls":
            begun = loop.time()
            passage.greeting = await ask(made, entry.protocol, transcript)
            passage.phases["starttls"] = loop.time() - begun
    except BaseException:
        made.close()
        raise
    begun = loop.time()
    transport, _ = await shake(made, context, name, lambda: protocol)
    passage.phases["tls"] = loop.time() - begun
    tls = session_of(transport)
    if tls is not None:
        cipher = tls.cipher()
        passage.chain = trust.chain(tls)
        passage.verified = trust.verified(tls) if entry.terms.verify else ()
        passage.version, passage.cipher = tls.version(), cipher[0] if cipher else None
        transcript.note("%s, %s", passage.version, passage.cipher)
    return Streams(reader, asyncio.StreamWriter(transport, protocol, reader, loop))
