"""An Oracle is logged into by a driver whose every octet goes our way.

There is no Oracle to be had here: what is shown are refusals, silence and strangers, and the way.
"""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from collectors import sql
from collectors._net.trouble import Trouble
from collectors._sql.bounded import LARGEST, Bounded
from collectors._sql.oracle import enclosed
from collectors._sql.relay import Relay
from core.reading import FailureKind
from lab.emulators.databases import Oracle, listening
from tests.collectors.glances import looking, why
from tests.collectors.servers import talking

QUERIES = {"ton": "SELECT count(*) FROM van_ban WHERE da_gui IS NULL"}


def asking(port: int, service: str = "ORCL") -> dict[str, object]:
    return {"engine": "oracle", "port": port, "database": service, "queries": QUERIES}


def packet(kind: int, content: bytes) -> bytes:
    return struct.pack("!HHBBH", 8 + len(content), 0, kind, 0, 0) + content


async def test_a_service_that_the_listener_does_not_know_is_told() -> None:
    async with (
        listening(Oracle()) as port,
        looking(sql.COLLECTOR, asking(port, "HOSO"), "reader:mat-khau") as here,
    ):
        reading, run = await here.look()
    said = why(reading)
    assert said.startswith("the login failed: ")
    assert "HOSO" in said
    assert not any("mat-khau" in line for line in run.lines)


async def test_a_server_that_hangs_up_after_the_greeting_is_told() -> None:
    async with (
        listening(Oracle()) as port,
        looking(sql.COLLECTOR, asking(port), "reader:mat-khau") as here,
        asyncio.timeout(5),
    ):
        reading, run = await here.look()
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL, run.lines


async def test_nobody_is_followed_to_another_address() -> None:
    called = asyncio.Event()

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()

    async with talking(elsewhere) as other:
        place = f"(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={other}))".encode()

        async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(4096)
            writer.write(packet(5, struct.pack("!H", len(place)) + place))
            await writer.drain()
            await reader.read(4096)

        async with (
            talking(redirect) as port,
            looking(sql.COLLECTOR, asking(port), "reader:mat-khau") as here,
        ):
            reading, _ = await here.look()
    assert why(reading) == "the listener sends us elsewhere"
    assert not called.is_set()


async def test_silence_after_the_greeting_ends_in_time() -> None:
    accept = struct.pack("!HHHHHHHHBB", 312, 0, 2048, 32767, 1, 0, 32, 0, 0, 0) + b"\0" * 4

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(packet(2, accept))
        await writer.drain()
        while await reader.read(4096):
            pass

    async with (
        talking(mute) as port,
        looking(sql.COLLECTOR, asking(port), "reader:x", timeout=1.5) as here,
        asyncio.timeout(3),
    ):
        reading, _ = await here.look()
    assert reading.failure is not None
    assert reading.failure.kind in {FailureKind.TIMEOUT, FailureKind.PROTOCOL}


def test_a_query_is_a_part_of_ours() -> None:
    assert enclosed("SELECT 1 FROM dual;") == "SELECT * FROM (SELECT 1 FROM dual) WHERE ROWNUM <= 2"


# The way from the driver's door to the connection that is ours.


@contextmanager
def a_server(*said: bytes) -> Iterator[tuple[Bounded, list[bytes]]]:
    """Yield an open connection to what says these things, and what it has heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            served, _ = door.accept()
            with served:
                for one in said:
                    heard.append(served.recv(4096))
                    served.sendall(one)
                while data := served.recv(4096):
                    heard.append(data)

        thread = threading.Thread(target=serve)
        thread.start()
        far = Bounded.over(socket.create_connection(door.getsockname(), 5))
        yield far, heard
        far.close()
        thread.join()


def driver(relay: Relay) -> socket.socket:
    return socket.create_connection(("127.0.0.1", relay.port), 5)


def test_every_octet_passes_both_ways_once_the_listener_has_accepted() -> None:
    accepted, data = packet(2, b"\x01\x38"), bytes(range(256)) * 30
    with a_server(packet(11, b""), accepted + data) as (far, heard):
        relay = Relay(far, 5.0)
        with driver(relay) as near:
            near.sendall(b"connect")
            assert near.recv(4096) == packet(11, b"")
            near.sendall(b"connect again")
            got = b""
            while len(got) < len(accepted + data):
                got += near.recv(4096)
            assert got == accepted + data
            near.sendall(b"login")
            deadline = time.monotonic() + 10
            while b"login" not in b"".join(heard) and time.monotonic() < deadline:
                time.sleep(0.01)
        relay.close()
    assert relay.failure is None
    assert b"".join(heard) == b"connectconnect againlogin"


def test_a_second_caller_is_not_let_in() -> None:
    with a_server(b"hello") as (far, _):
        relay = Relay(far, 5.0)
        with driver(relay) as near:
            near.sendall(b"x")
            assert near.recv(5) == b"hello"
            with pytest.raises(ConnectionRefusedError):
                driver(relay)
        relay.close()


def test_too_much_and_silence_end_it() -> None:
    with a_server(packet(2, b"") + b"x" * (LARGEST + 1)) as (far, _):
        relay = Relay(far, 5.0)
        with driver(relay) as near:
            near.sendall(b"connect")
            while near.recv(65536):
                pass
        relay.close()
        assert isinstance(relay.failure, Trouble)
        assert "more than 4 MiB" in relay.failure.failure.detail
    with a_server() as (far, _):
        relay = Relay(far, 0.1)
        with driver(relay) as near:
            assert near.recv(1) == b""
        relay.close()
        assert isinstance(relay.failure, Trouble)
        assert relay.failure.failure.kind is FailureKind.TIMEOUT


def test_a_door_that_nobody_comes_to_is_closed() -> None:
    with a_server() as (far, _):
        relay = Relay(far, 60.0)
        begun = time.monotonic()
        relay.close()
        assert time.monotonic() - begun < 5
        assert relay.failure is None
        with pytest.raises(ConnectionRefusedError):
            driver(relay)
