"""Is the gatekeeper asked as H.225.0 has it, and its answer read?"""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import h323_gatekeeper
from collectors.h323_gatekeeper import accepted, request
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import told
from tests.collectors.servers import replying
from tests.factories import a_check

# As an independent encoder of H.225.0 wrote it, for 127.0.0.1 port 57095 and the alias "vcmon".
WRITTEN = bytes.fromhex("00200000060008914a0004007f000001df07020001400400760063006d006f006e")


def gatekeeper(port: int, timeout: float = 2.0) -> Check:
    return a_check(
        "a", "h323_gatekeeper", address="127.0.0.1", timeout=timeout, params={"port": port}
    )


async def looked(check: Check) -> Reading:
    kit = make_kit(SystemClock())
    try:
        _, reading = await look_once(h323_gatekeeper.COLLECTOR, check, kit)
    finally:
        await kit.aclose()
    return reading


def test_a_request_is_written_as_another_encoder_writes_it() -> None:
    assert request(1, "127.0.0.1", 57095, "vcmon") == WRITTEN


@given(number=st.integers(1, 65535), port=st.integers(0, 65535))
def test_only_number_address_and_port_change(number: int, port: int) -> None:
    octets = request(number, "10.1.2.3", port)
    assert struct.unpack_from("!H", octets, 2)[0] == number - 1
    assert bytes((10, 1, 2, 3)) + struct.pack("!H", port) in octets


def answer(asked: bytes, choice: int) -> bytes:
    return bytes((choice << 2, 0)) + asked[2:4] + asked[4:17]


@pytest.mark.parametrize(("choice", "value"), [(1, 1), (2, 0)])
async def test_confirmed_or_rejected_a_gatekeeper_lives(choice: int, value: int) -> None:
    async with replying(lambda asked: [answer(asked, choice)]) as (port, _):
        reading = await looked(gatekeeper(port))
    assert reading.ok
    assert told(reading, "probe_ras_accepted") == value


async def test_other_messages_and_other_numbers_are_passed_over() -> None:
    def reply(asked: bytes) -> list[bytes]:
        other = answer(asked, 1)
        other = other[:2] + bytes((other[2] ^ 1, other[3])) + other[4:]
        return [b"", b"\x04", other, answer(asked, 3), asked, answer(asked, 1)]

    async with replying(reply) as (port, _):
        reading = await looked(gatekeeper(port))
    assert reading.ok


async def test_silence_is_asked_twice_and_then_told() -> None:
    async with replying(lambda asked: []) as (port, heard):
        reading = await looked(gatekeeper(port, timeout=1.3))
        assert len(heard.heard) == 2
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT


@given(octets=st.binary(max_size=64))
def test_junk_is_no_answer_or_a_plain_one(octets: bytes) -> None:
    assert accepted(octets, 7) in (None, True, False)
