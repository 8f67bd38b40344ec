"""What every request meets first: host names, size limits, security headers, counting."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_PORT = re.compile(r":\d+$")


def host_name(header: str) -> str:
    """Return the name in a Host header, without port, brackets kept, in lower case."""
    return _PORT.sub("", header.strip().lower()).rstrip(".")


class HostCheck:
    """Refuses requests whose Host is not ours: a page elsewhere cannot rebind a name to us."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421."""
        if scope["type"] == "http" and self._hosts:
            host = host_name(Headers(scope=scope).get("host", ""))
            if host not in self._hosts:
                response = PlainTextResponse("Misdirected request: unknown host\n", 421)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


class _TooLarge(Exception):
    """The body grew over the limit."""


class BodyLimit:
    """Refuses bodies above a number of bytes, declared or streamed.

    `larger` are the paths that take more.
    """

    def __init__(self, app: ASGIApp, limit: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._usual = limit
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self._usual)
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        taken, begun, over = 0, False, False

        async def counted() -> Message:
            nonlocal taken, over
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                over = True
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            if over and not begun:
                return  # whoever parsed the body takes the cut for a bad form
            begun = True
            await send(message)

        with suppress(_TooLarge):
            await self._app(scope, counted, noted)
        if over and not begun:
            await self._refuse(scope, receive, send, limit)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        response = problem(413, "The request is too large", f"The limit is {limit} bytes.")
        await response(scope, receive, send)


class SafeHeaders:
    """Adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if https:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and dress the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, dressed)


class Counted:
    """Counts requests by route and status, and their time; streams are not timed."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter(
            "thongsuot_http_requests",
            "Requests answered, by route and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "thongsuot_http_request_duration_seconds",
            "Time until the answer began.",
            ("route",),
            buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clock = scope["app"].state.context.clock
        begun = clock.monotonic()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._requests.labels(method, route, str(message["status"])).inc()
                self._seconds.labels(route).observe(clock.monotonic() - begun)
            await send(message)

        await self._app(scope, receive, counted)


def client_address(request: Request, proxies: Collection[str]) -> str:
    """Return who asks: the peer, or what a believed proxy says of it (its last hop first).

    `proxies` are addresses or networks (`10.0.0.0/8`).
    """
    peer = request.client.host if request.client else ""
    if not _is_proxy(peer, proxies):
        return peer
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",")]
    return next((hop for hop in reversed(hops) if hop and not _is_proxy(hop, proxies)), peer)


def _is_proxy(address: str, proxies: Collection[str]) -> bool:
    try:
        host = ip_address(address)
    except ValueError:
        return False
    return any(host in ip_network(proxy, strict=False) for proxy in proxies)
