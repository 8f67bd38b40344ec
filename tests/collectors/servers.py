"""Real servers on free ports of loopback, each in a folder of its own, ended with the block."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

import pytest

PATIENCE = 10.0  # seconds for a server to come up


def program(name: str) -> str:
    """Return the path of a server's program; skip the test where it is not installed."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def running(*command: str, ready: Callable[[], bool], folder: Path) -> Iterator[None]:
    """Run a server until the block ends; fail with its own words if it does not come up."""
    log = folder / "server.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} did not come up:\n{log.read_text(errors='replace')}")
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def accepts(port: int) -> bool:
    """Say whether something listens on a TCP port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def answers(port: int, request: bytes) -> bool:
    """Say whether something answers a datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        asking.connect(("127.0.0.1", port))
        try:
            asking.send(request)
            return bool(asking.recv(65535))
        except OSError:
            return False


@asynccontextmanager
async def talking(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Serve TCP as the test says; give the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class Echoing(asyncio.DatagramProtocol):
    """Answers each datagram with those that the test says."""

    def __init__(self, reply: Callable[[bytes], list[bytes]]) -> None:
        self.heard: list[bytes] = []
        self.places: list[tuple[str, int]] = []  # whence
        self._reply = reply
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        self.places.append(addr)
        for octets in self._reply(data):
            if self._transport is not None:
                self._transport.sendto(octets, addr)


@asynccontextmanager
async def replying(reply: Callable[[bytes], list[bytes]]) -> AsyncIterator[tuple[int, Echoing]]:
    """Serve UDP as the test says; give the port and what was heard."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: Echoing(reply), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1], protocol
    finally:
        transport.close()
