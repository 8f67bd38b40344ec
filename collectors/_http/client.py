"""The HTTP client of a kit: one session for all checks, and one for each that keeps its own."""

from collections import OrderedDict
from dataclasses import dataclass, field

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar

from collectors._http.dialer import Dialer, Session
from collectors._tls.trust import trust_of
from core.collector import Kit

_KEPT = 2000  # checks whose connections are kept; the longest unused goes
_LINE = 16 * 1024  # bytes of one header, or of the status line
_FIELDS = 128  # headers


@dataclass(slots=True)
class Client:
    """A session, and what its kept connections have shown of TLS, by host and port."""

    session: ClientSession
    sessions: dict[tuple[str, int], Session] = field(default_factory=dict)


class Clients:
    """An engine of the kit."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._fresh = _session(kit, keep=False)
        self._kept: OrderedDict[str, Client] = OrderedDict()

    async def of(self, check: str, *, keep: bool) -> Client:
        """Return the client of a check."""
        if not keep:
            return Client(self._fresh)
        client = self._kept.get(check)
        if client is None:
            while len(self._kept) >= _KEPT:
                _, oldest = self._kept.popitem(last=False)
                await oldest.session.close()
            client = self._kept[check] = Client(_session(self._kit, keep=True))
        self._kept.move_to_end(check)
        return client

    async def drop(self, check: str) -> None:
        """Close the connections that a check has kept."""
        client = self._kept.pop(check, None)
        if client is not None:
            await client.session.close()

    async def aclose(self) -> None:
        """Close every connection."""
        while self._kept:
            await self._kept.popitem()[1].session.close()
        await self._fresh.close()


def clients_of(kit: Kit) -> Clients:
    """Return the kit's engine."""
    engine = kit.engine("http", Clients)
    if not isinstance(engine, Clients):
        raise TypeError("another engine bears the name http")
    return engine


def _session(kit: Kit, *, keep: bool) -> ClientSession:
    return ClientSession(
        connector=Dialer(kit, trust_of(kit), keep=keep),
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(total=None),  # the look has its own deadline
        auto_decompress=False,  # we do it, within bounds
        max_line_size=_LINE,
        max_field_size=_LINE,
        max_headers=_FIELDS,
        requote_redirect_url=False,
    )
