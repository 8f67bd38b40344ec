"""Is a SIP peer asked over TLS as it is over TCP? Debian's Kamailio behind a TLS front."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from collectors import sip_options
from collectors._sip.params import Params
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from lab.certificates import Authority
from runtime.firewall import _doors_of
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import told
from tests.collectors.servers import talking
from tests.collectors.test_sip_options import echoed, registrar
from tests.factories import a_check

NOW = SystemClock().now()
LASTS = timedelta(days=20)
__all__ = ["registrar"]


@asynccontextmanager
async def front(authority: Authority, behind: int) -> AsyncIterator[int]:
    """Speak TLS in front of a plain port."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(4096):
            writer.write(chunk)
            await writer.drain()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far, into = await asyncio.open_connection("127.0.0.1", behind)
        back = asyncio.create_task(pump(far, writer))
        try:
            await pump(reader, into)
        except ConnectionError:
            pass
        finally:
            back.cancel()
            into.close()
            writer.close()

    context = authority.context("127.0.0.1", NOW, LASTS)
    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def looked(port: int, timeout: float = 3.0, **params: object) -> Reading:
    kit = make_kit(SystemClock())
    check = a_check(
        "a",
        "sip_options",
        address="127.0.0.1",
        timeout=timeout,
        params={"port": port, "transport": "tls", **params},
    )
    try:
        _, reading = await look_once(sip_options.COLLECTOR, check, kit)
    finally:
        await kit.aclose()
    return reading


async def test_a_registrar_answers_over_tls_and_its_certificate_is_read(registrar: int) -> None:
    authority = Authority(NOW)
    async with front(authority, registrar) as port:
        reading = await looked(port, ca=authority.pem)
        assert reading.ok, reading.failure
        assert told(reading, "probe_sip_status_code") == 200
        ends = told(reading, "probe_ssl_earliest_cert_expiry")
        assert ends == pytest.approx((NOW + LASTS).timestamp(), abs=2)
        distrusted = await looked(port)
        assert distrusted.failure is not None
        assert "authority is unknown" in distrusted.failure.detail
        assert (await looked(port, verify=False)).ok


async def test_what_speaks_no_tls_is_told(registrar: int) -> None:
    reading = await looked(registrar, timeout=1.0)
    assert reading.failure is not None
    assert reading.failure.kind in {FailureKind.PROTOCOL, FailureKind.TIMEOUT, FailureKind.REFUSED}


async def test_a_peer_that_is_silent_after_the_handshake_ends_within_the_deadline() -> None:
    authority = Authority(NOW)

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with talking(mute) as behind, front(authority, behind) as port:
        begun = asyncio.get_running_loop().time()
        reading = await looked(port, timeout=0.5, ca=authority.pem)
        assert asyncio.get_running_loop().time() - begun < 1.5
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.TIMEOUT


async def test_a_busy_peer_lives() -> None:
    authority = Authority(NOW)

    async def busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        assert b"SIP/2.0/TLS" in asked
        assert b";transport=tls" in asked
        writer.write(echoed(asked, "486 Busy Here"))
        await writer.drain()
        await reader.read()

    async with talking(busy) as behind, front(authority, behind) as port:
        reading = await looked(port, ca=authority.pem)
    assert reading.ok
    assert told(reading, "probe_sip_status_code") == 486


def test_the_usual_port_follows_the_transport() -> None:
    assert Params(transport="tls").port == 5061
    assert Params(transport="tcp").port == 5060
    assert Params(transport="tls", port=5070).port == 5070
    assert _doors_of("sip_options", {"transport": "tls"}) == [("tcp", "5061")]
