"""Does the TCP collector say what happened, and close what it opened?"""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from collectors import tcp
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.transcripts import Run
from tests.collectors.land import Land
from tests.factories import DAWN, a_check


def connecting(address: str, port: int, **params: object) -> Check:
    return a_check("a", "tcp", address=address, timeout=0.5, params={"port": port, **params})


async def looked(check: Check, world: Land | None = None) -> tuple[Reading, Run]:
    run = Run(check.slug, DAWN)
    return await tcp.look(check, make_kit(SystemClock(), world), run), run


@pytest.fixture
async def open_port() -> AsyncIterator[int]:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


async def test_an_open_port_answers(open_port: int) -> None:
    reading, run = await looked(connecting("127.0.0.1", open_port))
    assert reading.ok
    values = {series.name: value for series, value in reading.samples}
    assert values["probe_success"] == 1.0
    assert 0 < values["probe_tcp_connect_duration_seconds"] <= values["probe_duration_seconds"]
    assert "probe_dns_lookup_time_seconds" not in values
    assert dict(reading.samples[0][0].labels)["port"] == str(open_port)
    assert run.lines


async def test_a_name_is_looked_up_and_that_is_timed(open_port: int) -> None:
    reading, _ = await looked(connecting("localhost", open_port))
    assert reading.ok
    assert any(s.name == "probe_dns_lookup_time_seconds" for s, _ in reading.samples)


async def test_a_name_with_several_addresses_is_reached_by_the_one_that_answers(
    open_port: int,
) -> None:
    async def two(*_: object, **__: object) -> list[tuple[object, ...]]:
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("127.0.0.2", open_port)), (*stream, ("127.0.0.1", open_port))]

    asyncio.get_running_loop().getaddrinfo = two  # type: ignore[method-assign,assignment]
    reading, said = await looked(connecting("two.example", open_port))
    assert reading.ok
    assert any("127.0.0.2" in line and "refused" in line for line in said.lines)


async def test_a_closed_port_is_a_refusal(closed_port: int) -> None:
    reading, _ = await looked(connecting("127.0.0.1", closed_port))
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.REFUSED
    assert reading.samples[0][1] == 0.0


async def test_a_refusal_proves_life_where_that_is_asked(closed_port: int) -> None:
    reading, _ = await looked(connecting("127.0.0.1", closed_port, refusal_answers=True))
    assert reading.ok


@pytest.mark.lab
async def test_silence_is_a_timeout_and_leaves_no_socket(world: Land) -> None:
    reading, _ = await looked(connecting("10.0.0.5", 80), world)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT
    assert [made.fileno() for made in world.opened] == [-1]


@pytest.mark.lab
async def test_no_route_is_unreachable(world: Land) -> None:
    reading, _ = await looked(connecting("192.0.2.1", 80), world)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.UNREACHABLE


async def test_a_name_without_address_is_our_fault() -> None:
    reading, _ = await looked(connecting("no.such.name.invalid", 80))
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.LOCAL
