"""Does the TLS collector tell a good certificate from a bad one, and say why?"""

import asyncio
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from collectors import tls
from collectors._tls.certificates import read
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.collectors.certificates import NOW, Front, front
from tests.collectors.servers import talking
from tests.factories import a_check
from tests.ports import free_port


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("nginx")) as running:
        yield running


def shaking(port: int, timeout: float = 3.0, address: str = "localhost", **params: object) -> Check:
    return a_check("a", "tls", address=address, timeout=timeout, params={"port": port, **params})


async def looked(check: Check) -> tuple[Reading, Run]:
    kit = make_kit(SystemClock())
    try:
        run, reading = await look_once(tls.COLLECTOR, check, kit)
    finally:
        await kit.aclose()
    return reading, run


def values(reading: Reading) -> dict[str, float]:
    return {series.name: value for series, value in reading.samples}


def why(reading: Reading) -> str:
    assert reading.failure is not None
    return reading.failure.detail


async def test_a_good_chain_is_told_certificate_by_certificate(web: Front) -> None:
    reading, run = await looked(shaking(web.tls["chain"], ca=str(web.ca), min_days=14))
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_ssl_earliest_cert_expiry"] > NOW.timestamp()
    assert got["probe_ssl_last_chain_expiry_timestamp_seconds"] > NOW.timestamp()
    assert got["probe_ssl_remaining_seconds_limit"] == 14 * 86400
    assert sum("issued by" in line for line in run.lines) == 2
    info = next(s for s, _ in reading.samples if s.name == "probe_ssl_last_chain_info")
    assert "localhost" in dict(info.labels)["subjectalternative"]
    declared = {emit.name: set(emit.labels) for emit in tls.COLLECTOR.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} == declared[series.name]


async def test_a_file_of_authorities_that_was_changed_is_read_again(
    web: Front, tmp_path: Path
) -> None:
    ca, kit = tmp_path / "ca.pem", make_kit(SystemClock())
    trustme.CA().cert_pem.write_to_path(str(ca))
    check = shaking(web.tls["good"], ca=str(ca))
    _, reading = await look_once(tls.COLLECTOR, check, kit)
    assert "authority is unknown" in why(reading)
    ca.write_bytes(web.ca.read_bytes())
    os.utime(ca, ns=(1, 1))
    run, reading = await look_once(tls.COLLECTOR, check, kit)
    await kit.aclose()
    assert reading.ok, run.lines


async def test_the_authority_may_be_given_as_text(web: Front) -> None:
    reading, run = await looked(shaking(web.tls["good"], ca=web.ca.read_text()))
    assert reading.ok, run.lines


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("expired", "the certificate expired 3 days ago"),
        ("early", "the certificate is not valid yet"),
        ("other", "is not for localhost: it names other.dongnai.test"),
        ("stranger", "authority is unknown: issued by"),
        ("self", "self-signed"),
        ("nameless", "is not for localhost: it names no host"),
        ("alone", "does the server leave out a certificate in between?"),
    ],
)
async def test_what_is_not_trusted_is_named_and_its_end_told(
    web: Front, which: str, words: str
) -> None:
    reading, run = await looked(shaking(web.tls[which], ca=str(web.ca)))
    assert words in why(reading), run.lines
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL
    assert "probe_ssl_earliest_cert_expiry" in values(reading)
    assert values(reading)["probe_success"] == 0
    reading, _ = await looked(shaking(web.tls[which], verify=False))
    assert reading.ok


async def test_another_name_may_be_asked_for(web: Front) -> None:
    check = shaking(
        web.tls["other"], address="127.0.0.1", server_name="other.dongnai.test", ca=str(web.ca)
    )
    reading, run = await looked(check)
    assert reading.ok, run.lines


async def test_the_oldest_accepted_version_is_kept(web: Front) -> None:
    reading, _ = await looked(shaking(web.tls["tls12"], ca=str(web.ca), min_tls="1.3"))
    assert why(reading) == "the server speaks no TLS version that we accept"
    reading, _ = await looked(shaking(web.tls["tls11"], ca=str(web.ca), min_tls="1.1"))
    assert reading.ok, reading.failure


async def test_a_port_without_tls_is_told(web: Front) -> None:
    reading, _ = await looked(shaking(web.plain))
    assert why(reading) == "what answers does not speak TLS"
    reading, _ = await looked(shaking(free_port()))
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.REFUSED


async def test_a_server_that_hangs_up_or_says_nothing_is_told() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    async with talking(hang_up) as port:
        reading, _ = await looked(shaking(port))
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.REFUSED
    async with talking(silence) as port:
        reading, _ = await looked(shaking(port, timeout=0.3))
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.TIMEOUT


# Mail and directory servers


CLEAR = {
    "smtp": (
        b"220-mail.dongnai.test\r\n220 ESMTP\r\n",
        [
            (b"EHLO", b"250-mail.dongnai.test\r\n250-STARTTLS\r\n250 SIZE 1\r\n"),
            (b"STARTTLS", b"220 go ahead\r\n"),
        ],
    ),
    "imap": (b"* OK ready\r\n", [(b"a STARTTLS", b"* NOTE beside\r\na OK begin\r\n")]),
    "pop3": (b"+OK ready\r\n", [(b"STLS", b"+OK begin\r\n")]),
}


@pytest.mark.parametrize("how", sorted(CLEAR))
async def test_mail_servers_are_asked_to_go_on_in_tls(how: str) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    greeting, talk = CLEAR[how]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        for wanted, said in talk:
            assert (await reader.readline()).startswith(wanted)
            writer.write(said)
        await writer.drain()
        await writer.start_tls(context)
        await reader.read(-1)

    async with talking(serve) as port:
        ca = authority.cert_pem.bytes().decode()
        reading, run = await looked(shaking(port, starttls=how, ca=ca))
    assert reading.ok, run.lines
    assert "probe_ssl_earliest_cert_expiry" in values(reading)


@pytest.mark.parametrize("how", [*sorted(CLEAR), "ldap"])
@pytest.mark.parametrize("junk", [b"421 no\r\n", b"\x00" * 100 + b"\n", b"* " + b"x" * 40_000])
async def test_a_server_that_offers_no_tls_is_told(how: str, junk: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(junk)
        await writer.drain()
        writer.write_eof()
        await reader.read(-1)

    async with talking(serve) as port:
        reading, run = await looked(shaking(port, starttls=how, timeout=2.0))
    assert reading.failure is not None, run.lines
    assert reading.failure.kind in {FailureKind.PROTOCOL, FailureKind.REFUSED}


@given(st.binary(max_size=300))
def test_no_octets_break_the_reading_of_a_certificate(octets: bytes) -> None:
    assert read(octets) is None


@given(st.data())
def test_no_damaged_certificate_breaks_the_reading(data: st.DataObject) -> None:
    der = bytearray(DER)
    for _ in range(data.draw(st.integers(1, 5))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(der))


DER = ssl.PEM_cert_to_DER_cert(trustme.CA().cert_pem.bytes().decode())
