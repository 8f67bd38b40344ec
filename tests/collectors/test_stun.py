"""Does the STUN collector find what Debian's coturn is, and ignore what answers nothing?"""

import asyncio
import ipaddress
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import stun
from collectors._stun import message
from collectors._stun.message import ALLOCATE, BINDING, COOKIE, REFRESH, read, request
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import told
from tests.collectors.servers import answers, program, replying, running
from tests.factories import a_check
from tests.ports import free_port

TRANSACTION = bytes(range(12))


def server(port: int, timeout: float = 3.0, **params: object) -> Check:
    return a_check(
        "a", "stun", address="127.0.0.1", timeout=timeout, params={"port": port, **params}
    )


async def looked(check: Check) -> Reading:
    kit = make_kit(SystemClock())
    try:
        _, reading = await look_once(stun.COLLECTOR, check, kit)
    finally:
        await kit.aclose()
    return reading


async def test_coturn_answers_sees_us_as_we_are_and_wants_a_login_for_turn(tmp_path: Path) -> None:
    port = free_port()
    command = [program("turnserver"), "-n", "--listening-ip=127.0.0.1", "--user=u:p"]
    command += [f"--listening-port={port}", "--realm=lab", "--lt-cred-mech", "--no-tls"]
    command += ["--no-dtls", "--no-cli", f"--pidfile={tmp_path / 'pid'}", "--log-file=stdout"]
    hello = request(BINDING, TRANSACTION)
    with running(*command, ready=lambda: answers(port, hello), folder=tmp_path):
        reading = await looked(server(port, turn=True))
    assert reading.ok, reading.failure
    assert told(reading, "probe_stun_mapped") == 0
    trip = told(reading, "probe_stun_round_trip_seconds")
    assert trip is not None
    assert 0 < trip < 1


def test_a_masked_address_is_read_as_the_standards_example_has_it() -> None:
    """RFC 5769, 2.2 and 2.3: the sample responses over IPv4 and IPv6."""
    transaction = bytes.fromhex("b7e7a701bc34d686fa87dfae")
    for body, address in (
        ("0020000800 01a147e112a643", "192.0.2.1"),
        (
            "00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9",
            "2001:db8:1234:5678:11:2233:4455:6677",
        ),
    ):
        octets = bytes.fromhex(body.replace(" ", ""))
        head = struct.pack("!HHI", 0x0101, len(octets), COOKIE) + transaction
        found = read(head + octets, BINDING, transaction)
        assert found is not None
        assert found.mapped == (str(ipaddress.ip_address(address)), 32853)


def success(asked: bytes, attributes: bytes = b"", kind: int = 0x0101) -> bytes:
    return struct.pack("!HH", kind, len(attributes)) + asked[4:20] + attributes


def plain_address(port: int) -> bytes:
    return struct.pack("!HHBBH4B", 1, 8, 0, 1, port, 10, 9, 8, 7)


async def test_a_nat_between_is_seen() -> None:
    async with replying(lambda asked: [success(asked, plain_address(4000))]) as (port, _):
        reading = await looked(server(port))
    assert reading.ok
    assert told(reading, "probe_stun_mapped") == 1


async def test_what_answers_nothing_we_asked_is_passed_over() -> None:
    def reply(asked: bytes) -> list[bytes]:
        good = success(asked, plain_address(4000))
        other = good[:8] + bytes(12) + good[20:]
        return [b"", b"\x00" * 20, other, asked, good[:-1], good]

    async with replying(reply) as (port, heard):
        reading = await looked(server(port))
        assert len(heard.heard) == 1
    assert reading.ok


@pytest.mark.parametrize(
    ("attributes", "kind", "turn", "said"),
    [
        (b"", 0x0101, False, "names no address"),
        (struct.pack("!HHHBB", 9, 4, 0, 4, 0), 0x0111, False, "refused with 400"),
        (plain_address(1), 0x0101, True, "without a login"),
    ],
)
async def test_a_server_that_answers_otherwise_says_why(
    attributes: bytes, kind: int, turn: bool, said: str
) -> None:
    def reply(asked: bytes) -> list[bytes]:
        asks_turn = asked[:2] == struct.pack("!H", ALLOCATE)
        return [success(asked, attributes, 0x0103 if asks_turn else kind)]

    async with replying(reply) as (port, _):
        reading = await looked(server(port, turn=turn))
    assert reading.failure is not None
    assert said in reading.failure.detail


async def test_a_relay_that_was_given_to_us_is_given_back_at_once() -> None:
    def reply(asked: bytes) -> list[bytes]:
        kind = int.from_bytes(asked[:2])
        return [success(asked, plain_address(1), kind | 0x0100)]

    async with replying(reply) as (port, heard):
        assert not (await looked(server(port, turn=True))).ok
        await asyncio.sleep(0.05)
    binding, allocate, refresh = heard.heard
    assert [int.from_bytes(one[:2]) for one in (binding, allocate)] == [BINDING, ALLOCATE]
    assert int.from_bytes(refresh[:2]) == REFRESH
    assert refresh[20:] == struct.pack("!HHI", 0x000D, 4, 0)  # a lifetime of no seconds
    assert heard.places[1] == heard.places[2]  # an allocation belongs to where it was asked from


async def test_coturn_has_no_allocation_left_after_a_look(tmp_path: Path) -> None:
    port = free_port()
    command = [program("turnserver"), "-n", "--listening-ip=127.0.0.1", "--no-auth", "--verbose"]
    command += [f"--listening-port={port}", "--realm=lab", "--no-tls", "--no-dtls", "--no-cli"]
    log = tmp_path / "log"
    command += [f"--pidfile={tmp_path / 'pid'}", f"--log-file={log}", "--simple-log"]
    hello = request(BINDING, TRANSACTION)
    with running(*command, ready=lambda: answers(port, hello), folder=tmp_path):
        reading = await looked(server(port, turn=True))
        assert reading.failure is not None
        assert "without a login" in reading.failure.detail
        await asyncio.sleep(0.2)
    assert "lifetime=0" in log.read_text()


async def test_silence_is_asked_again_and_then_told() -> None:
    async with replying(lambda asked: []) as (port, heard):
        reading = await looked(server(port, timeout=0.8))
        assert len(heard.heard) == 2
        assert heard.heard[0] == heard.heard[1]
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT


async def test_a_closed_port_is_refused() -> None:
    reading = await looked(server(free_port()))
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.REFUSED


@given(octets=st.binary(max_size=200))
def test_junk_is_no_answer(octets: bytes) -> None:
    head = struct.pack("!HH", 0x0101, len(octets) // 4 * 4) + request(BINDING, TRANSACTION)[4:20]
    found = message.read(head + octets, BINDING, TRANSACTION)
    assert found is None or found.mapped is None or 0 <= found.mapped[1] < 65536
