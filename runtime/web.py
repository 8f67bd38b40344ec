"""The web server inside our own process: no signal handlers of its own, a socket bound early."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

import api.context
from core.errors import Conflict, os_reason
from core.text import Text
from runtime.sections.kinds import is_loopback, split_listen
from runtime.sections.web import Web

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (compared with, not bound to)


class Server(uvicorn.Server):
    """A uvicorn server whose stopping is decided by the hub."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield


def bind(web: Web) -> socket.socket:
    """Return the listening socket; Conflict names a port that is in use and the way out."""
    host, port = split_listen(web.listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Conflict(
            Text(
                vi=f"Không mở được {web.listen}: {os_reason(error).vi}; "
                "chọn cổng khác bằng [web] listen hoặc --listen",
                en=f"Cannot listen on {web.listen}: {os_reason(error).en}; "
                "choose another port by [web] listen or --listen",
            )
        ) from error
    listening.listen(128)
    listening.setblocking(False)
    return listening


def web_settings(settings: Web, *, open_without_login: bool) -> api.context.Web:
    """Return the settings as the web faces want them."""
    host, _ = split_listen(settings.listen)
    named = settings.address.split("://", 1)[1].split("/")[0].rsplit(":", 1)[0]
    hosts = {host, named, *settings.names}
    if is_loopback(settings.listen):
        hosts |= {"127.0.0.1", "localhost", "[::1]"}
    return api.context.Web(
        grafana=settings.grafana,
        base_url=settings.address,
        language=settings.language,
        secure_cookies=settings.address.startswith("https://"),
        open_without_login=open_without_login,
        hosts=() if host in _EVERYWHERE and settings.base_url is None else tuple(sorted(hosts)),
        proxies=settings.proxies,
        public_metrics=settings.metrics_open,
    )


async def serve(server: Server, listening: socket.socket, ending: Callable[[], None]) -> None:
    """Serve until cancelled, then end open streams (`ending`) and shut down in order."""
    try:
        await server.serve(sockets=[listening])
    except asyncio.CancelledError:
        ending()
        server.should_exit = True
        await server.shutdown(sockets=[listening])
        raise


def make_server(app: FastAPI, web: Web) -> Server:
    """Return a server for the app, with HTTPS where a certificate is set."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,  # the app itself believes only the proxies of its settings
        server_header=False,
        timeout_graceful_shutdown=3,
        limit_concurrency=1000,
        h11_max_incomplete_event_size=64 * 1024,
    )
    if web.certificate and web.key:
        config.ssl_certfile = str(web.certificate)
        config.ssl_keyfile = str(web.key)
        config.ssl_version = ssl.PROTOCOL_TLS_SERVER
    return Server(config)
