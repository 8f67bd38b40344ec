"""One question to one name server: by UDP, and by TCP where the answer does not fit."""

import asyncio
import socket
from collections.abc import Sequence

from dns.message import Message

from collectors._dns import message
from collectors._net.datagram import Question, exchange
from collectors._net.names import Place
from collectors._net.stream import connect
from collectors._net.trouble import trouble
from core.collector import Sockets, Transcript
from core.reading import FailureKind


async def ask(
    sockets: Sockets,
    found: Sequence[Place],
    port: int,
    query: Message,
    *,
    timeout: float,
    transcript: Transcript,
) -> Message:
    """Return the reply; Trouble, OSError. Waits until it is cancelled."""
    question = Question(port, query.to_wire(), lambda octets: message.read(octets, query))
    reply = (await exchange(sockets, found, question, timeout, transcript)).what
    if not message.is_cut(reply):
        return reply
    transcript.note("the answer is cut, asking again by TCP")
    connected, _ = await connect(sockets, found, port, timeout, transcript)
    with connected:
        return await over_stream(connected, query, transcript)


async def over_stream(connected: socket.socket, query: Message, transcript: Transcript) -> Message:
    """Return the reply that comes by a TCP connection; what answers nothing is passed over."""
    wire = query.to_wire()
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connected, len(wire).to_bytes(2, "big") + wire)
    while True:
        size = int.from_bytes(await _exactly(connected, 2), "big")
        reply = message.read(await _exactly(connected, size), query)
        if reply is not None and not message.is_cut(reply):
            return reply
        transcript.note("%d bytes that answer nothing we asked", size)


async def _exactly(connected: socket.socket, count: int) -> bytes:
    loop, got = asyncio.get_running_loop(), bytearray()
    while len(got) < count:
        chunk = await loop.sock_recv(connected, count - len(got))
        if not chunk:
            raise trouble(FailureKind.REFUSED, "the connection was closed without an answer")
        got += chunk
    return bytes(got)
