"""A pretend web server: HTTP/1.1 for any client (RFC 9112), one page at every path."""

import asyncio
import email.utils
from collections.abc import Callable

_LONGEST = 16_384  # octets of a request's head
_ENOUGH = 100  # requests of one connection

Page = Callable[[str], tuple[int, str]]  # path → status and HTML

_REASONS = {200: "OK", 400: "Bad Request", 405: "Method Not Allowed", 502: "Bad Gateway"}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, page: Page) -> None:
    """Answer the requests of one connection until its peer has enough, or breaks the rules."""
    for _ in range(_ENOUGH):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        answer, stays = answered(head[:_LONGEST].decode("latin-1"), page)
        writer.write(answer)
        await writer.drain()
        if not stays:
            return


def answered(head: str, page: Page) -> tuple[bytes, bool]:
    """Return the answer to a request's head, and whether the connection stays open."""
    start, *lines = head.rstrip("\r\n").split("\r\n")
    words = start.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004
        return _response(400, "", body=True, stays=False), False
    method, target, version = words
    fields = {n.strip().lower(): v.strip().lower() for n, _, v in (x.partition(":") for x in lines)}
    wanted = fields.get("connection", "")
    stays = "close" not in wanted if version == "HTTP/1.1" else "keep-alive" in wanted
    if version == "HTTP/1.1" and "host" not in fields:
        return _response(400, "", body=True, stays=False), False
    if method not in {"GET", "HEAD"}:
        return _response(405, "", body=True, stays=False), False
    status, text = page(target)
    return _response(status, text, body=method == "GET", stays=stays), stays


def _response(status: int, text: str, *, body: bool, stays: bool) -> bytes:
    content = text.encode()
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}",
        f"Date: {email.utils.formatdate(usegmt=True)}",
        "Server: pretend",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(content)}",
        f"Connection: {'keep-alive' if stays else 'close'}",
        *(("Allow: GET, HEAD",) if status == 405 else ()),  # noqa: PLR2004
        "",
        "",
    )
    return "\r\n".join(head).encode() + (content if body else b"")
