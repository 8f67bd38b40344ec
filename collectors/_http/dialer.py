"""Connections of the HTTP client: our sockets, our clocks, our words for what goes wrong."""

import asyncio
import functools
import ssl
from contextvars import ContextVar
from dataclasses import dataclass, field

from aiohttp import BaseConnector, ClientRequest, ClientTimeout
from aiohttp.client_proto import ResponseHandler
from aiohttp.tracing import Trace

from collectors._net.names import Place, numeric, places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, failure_of, printable, trouble
from collectors._tls.certificates import Certificate
from collectors._tls.handshake import session_of, shake
from collectors._tls.refusal import why
from collectors._tls.trust import Terms, Trust
from core.collector import Kit, Transcript
from core.reading import FailureKind

KEPT = 3600.0  # seconds that an idle connection is kept, at most


@dataclass(slots=True)
class Session:
    """What a TLS handshake has shown."""

    chain: tuple[Certificate, ...]
    verified: tuple[Certificate, ...] = ()
    version: str | None = None
    cipher: str | None = None


@dataclass(slots=True)
class Way:
    """How one look connects, and what that took; seconds are summed over its connections."""

    terms: Terms
    timeout: float
    transcript: Transcript
    connect_to: tuple[str, int | None] | None = None  # instead of `host`
    host: str = ""  # of the address that was asked for
    sessions: dict[tuple[str, int], Session] = field(default_factory=dict)  # by host and port
    lookup: float | None = None
    connect: float = 0.0
    tls: float = 0.0
    place: Place | None = None
    pin: str | None = None  # SHA-256 fingerprint: the one certificate that is trusted


# The way of the running look; tasks do not see each other's.
WAY: ContextVar[Way] = ContextVar("way")


class _Handler(ResponseHandler):
    """Ends at once: a check has nothing to say after the answer, and waits for no farewell."""

    def close(self) -> None:
        self.abort()


class Dialer(BaseConnector):
    """Connects by the kit's sockets, as the way of the running look says."""

    def __init__(self, kit: Kit, trust: Trust, *, keep: bool) -> None:
        if keep:
            super().__init__(keepalive_timeout=KEPT, limit=0)
        else:
            super().__init__(force_close=True, limit=0)
        self._kit = kit
        self._trust = trust
        self._handler = functools.partial(_Handler, loop=self._loop)

    async def _create_connection(  # aiohttp's place for this
        self,
        req: ClientRequest,
        traces: list[Trace],  # noqa: ARG002
        timeout: ClientTimeout,  # noqa: ARG002
    ) -> ResponseHandler:
        """Return an open connection; Trouble says why there is none."""
        way = WAY.get()
        host, port = req.url.raw_host or "", req.url.port or 0
        at_host, at_port = host, port
        if way.connect_to is not None and host == way.host:
            at_host, at_port = way.connect_to[0], way.connect_to[1] or port
        try:
            found = await self._found(at_host, way)
            return await self._dial(found, at_port, (host, port), req, way)
        except OSError as error:
            raise Trouble(failure_of(error)) from error

    async def _found(self, host: str, way: Way) -> list[Place]:
        begun = self._loop.time()
        found = await places(host)
        if numeric(host) is None:
            way.lookup = (way.lookup or 0.0) + self._loop.time() - begun
            way.transcript.note("%s is %s", printable(host), ", ".join(p.address for p in found))
        return found

    async def _dial(
        self,
        found: list[Place],
        port: int,
        origin: tuple[str, int],
        req: ClientRequest,
        way: Way,
    ) -> ResponseHandler:
        context = self._trust.context(way.terms) if req.is_ssl() else None
        begun = self._loop.time()
        made, way.place = await connect(self._kit.sockets, found, port, way.timeout, way.transcript)
        connected = self._loop.time()
        way.connect += connected - begun
        if context is None:
            _, handler = await self._loop.create_connection(self._handler, sock=made)
            return handler
        name = origin[0].rstrip(".")
        try:
            transport, handler = await shake(made, context, name, self._handler)
        except ssl.SSLError as error:
            way.tls += self._loop.time() - connected
            chain = await self._shown(error, port, name, way)
            if chain:
                way.sessions[origin] = Session(chain)
            raise Trouble(why(error, chain, name, self._kit.clock.now())) from error
        way.tls += self._loop.time() - connected
        tls = session_of(transport)
        if tls is not None:
            cipher = tls.cipher()
            session = Session(
                self._trust.chain(tls),
                self._trust.verified(tls) if way.terms.verify else (),
                tls.version(),
                cipher[0] if cipher else None,
            )
            way.sessions[origin] = session
            _pinned(session, way, transport)
            way.transcript.note("%s, %s", session.version, session.cipher)
            for one in session.chain[:1]:
                until = one.not_after.strftime("%Y-%m-%d %H:%M")
                way.transcript.note("%s until %s UTC, by %s", one.subject, until, one.issuer)
        else:
            _pinned(Session(()), way, transport)
        return handler

    async def _shown(
        self, error: ssl.SSLError, port: int, name: str, way: Way
    ) -> tuple[Certificate, ...]:
        """Look again without verification at a chain that was not trusted."""
        if not isinstance(error, ssl.SSLCertVerificationError) or way.place is None:
            return ()
        context = self._trust.context(way.terms._replace(verify=False, ca=None))
        try:
            made, _ = await connect(
                self._kit.sockets, [way.place], port, way.timeout, way.transcript
            )
            transport, _ = await shake(made, context, name, asyncio.Protocol)
        except OSError as refused:
            way.transcript.note("the chain could not be looked at: %s", refused)
            return ()
        try:
            tls = session_of(transport)
            return self._trust.chain(tls) if tls is not None else ()
        finally:
            transport.abort()


def _pinned(session: Session, way: Way, transport: asyncio.Transport) -> None:
    """Hang up on another certificate than the one that is trusted, before anything is said."""
    shown = session.chain[0].fingerprint if session.chain else "none"
    if way.pin is not None and shown != way.pin:
        transport.abort()
        what = f"the certificate is not the one that is trusted: its fingerprint is {shown}"
        raise trouble(FailureKind.PROTOCOL, what)
