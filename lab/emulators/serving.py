"""Where an emulator is heard: HTTP/1.1 with or without TLS, on connections it is handed.

The protocol itself is aiohttp's; this module only turns its requests into questions, lets time
pass, and tells at `/__emulator__` what was guessed.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from multidict import CIMultiDict

from lab.emulators.answering import About, Ask, Emulator, Reply
from lab.emulators.guesses import abouts
from lab.emulators.talks import Talks

ABOUT = "/__emulator__"
OTHERS = f"{ABOUT}/all"  # of those too that speak no HTTP
_FAREWELL = 0.1  # seconds for whoever is being answered
_LARGEST = 64 * 1024  # bytes of a request's body


Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Http:
    """Speaks HTTP on connections that it is handed, for whoever handles requests."""

    def __init__(self, handle: Handle, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._server = web.Server(handle, access_log=None, handler_cancellation=True)
        self._taking = Talks()

    def take(self, taken: socket.socket) -> None:
        """Serve an accepted connection."""
        self._taking.begin(self._take(taken))

    async def _take(self, taken: socket.socket) -> None:
        taken.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(self._server, taken, ssl=self._context)
        except (OSError, ssl.SSLError):
            taken.close()

    async def close(self) -> None:
        """Hang up on everybody."""
        await self._taking.close()
        await self._server.shutdown(_FAREWELL)


class Serving(Http):
    """Speaks HTTP for one emulator."""

    def __init__(self, emulator: Emulator, context: ssl.SSLContext | None = None) -> None:
        super().__init__(self.handle, context)
        self._emulator = emulator

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if request.path == ABOUT:
            return web.json_response(about(self._emulator.about), dumps=_dumps)
        if request.path == OTHERS:
            return web.json_response([about(one) for one in abouts()], dumps=_dumps)
        body = await request.content.read(_LARGEST)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Ask(request.method, request.path, dict(request.query), headers, body)
        reply = self._emulator.answer(asked)
        return await _said(reply)


async def _said(reply: Reply) -> web.StreamResponse:
    if reply.status == 0:
        await asyncio.Event().wait()  # until the peer has enough
    if reply.delay:
        await asyncio.sleep(reply.delay)
    headers = CIMultiDict({"Content-Type": reply.kind})
    headers.extend(reply.headers)
    body = reply.body if reply.status != 204 else None  # noqa: PLR2004
    return web.Response(status=reply.status, body=body, headers=headers)


def about(told: About) -> dict[str, object]:
    """Return what an emulator says of itself."""
    return {
        "family": told.family,
        "source": told.source,
        "guessed": dict(told.guessed),
        "note": "an emulator: tested against documents, not against a real device",
    }


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@asynccontextmanager
async def served(
    emulator: Emulator, context: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[int]:
    """Serve an emulator on a free port; give the port."""
    serving = web.Server(Serving(emulator).handle, access_log=None, handler_cancellation=True)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(serving, address, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await serving.shutdown(_FAREWELL)
