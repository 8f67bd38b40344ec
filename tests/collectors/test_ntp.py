"""Does the NTP collector read time servers right, and believe only those that answer it?"""

import asyncio
import struct
import time
from collections.abc import Callable, Iterator

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from collectors import ntp
from collectors._ntp import packet
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.collectors.servers import answers, program, replying, running
from tests.factories import a_check
from tests.ports import free_port


def chrony(factory: pytest.TempPathFactory, more: str) -> Iterator[int]:
    folder, port = factory.mktemp("chrony"), free_port()
    (folder / "chrony.conf").write_text(
        f"{more}\nallow all\nport {port}\ncmdport 0\nbindcmdaddress /\npidfile {folder}/pid\n"
    )
    # -x: it leaves this machine's clock alone.
    command = (program("chronyd"), "-d", "-x", "-f", str(folder / "chrony.conf"))
    request = packet.request(b"12345678")
    with running(*command, ready=lambda: answers(port, request), folder=folder):
        yield port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from chrony(tmp_path_factory, "local stratum 3")


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from chrony(tmp_path_factory, "")


def asking(port: int, timeout: float = 2.0, **params: object) -> Check:
    return a_check(
        "a", "ntp", address="127.0.0.1", timeout=timeout, params={"port": port, **params}
    )


async def looked(check: Check) -> tuple[Reading, Run]:
    kit = make_kit(SystemClock())
    run, reading = await look_once(ntp.COLLECTOR, check, kit)
    await kit.aclose()
    return reading, run


def values(reading: Reading) -> dict[str, float]:
    return {series.name: value for series, value in reading.samples}


def why(reading: Reading) -> str:
    assert reading.failure is not None
    return reading.failure.detail


async def test_a_server_that_knows_the_time_is_good(server: int) -> None:
    reading, run = await looked(asking(server))
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_ntp_stratum"] == 3
    assert got["probe_ntp_leap"] == 0
    assert abs(got["probe_ntp_offset_seconds"]) < 0.05
    assert 0 <= got["probe_ntp_delay_seconds"] < 0.1
    declared = {emit.name: set(emit.labels) for emit in ntp.COLLECTOR.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} == declared[series.name]


async def test_a_server_that_does_not_trust_its_clock_is_told(lost: int) -> None:
    reading, _ = await looked(asking(lost))
    assert why(reading) == "the server's clock is not synchronised"
    assert values(reading)["probe_ntp_leap"] == 3
    assert "probe_ntp_offset_seconds" not in values(reading)


async def test_the_event_loop_of_the_platform_finds_the_same(server: int) -> None:
    reading, run = await asyncio.to_thread(lambda: uvloop.run(looked(asking(server))))
    assert reading.ok, run.lines


async def test_a_stratum_too_far_is_told(server: int) -> None:
    reading, _ = await looked(asking(server, max_stratum=2))
    assert why(reading) == "stratum 3 is above the accepted 2"


async def test_nobody_there_is_a_refusal() -> None:
    reading, _ = await looked(asking(free_port()))
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.REFUSED


def telling(
    ahead: float = 0.0, first: int = 0x24, stratum: int = 2, source: bytes = b"\x0a\x4b\x00\x01"
) -> Callable[[bytes], bytes]:
    """Return a server whose clock is `ahead` of ours by that many seconds."""

    def reply(request: bytes) -> bytes:
        now = packet.stamp(time.time_ns() + int(ahead * 1e9)).to_bytes(8, "big")
        head = struct.pack("!BBbbII", first, stratum, 6, -20, 0x100, 0x200)
        return head + source + now + request[40:48] + now + now

    return reply


@pytest.mark.parametrize(
    ("ahead", "words"), [(5.0, "ahead of this machine's"), (-5.0, "behind this machine's")]
)
async def test_a_clock_that_differs_too_much_is_told(ahead: float, words: str) -> None:
    tell = telling(ahead)
    async with replying(lambda request: [tell(request)]) as (port, _):
        reading, _ = await looked(asking(port))
        assert words in why(reading)
        assert values(reading)["probe_ntp_offset_seconds"] == pytest.approx(ahead, abs=0.05)
        reading, _ = await looked(asking(port, max_offset=10))
        assert reading.ok


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (b"RATE", FailureKind.PROTOCOL, "asked too often"),
        (b"DENY", FailureKind.REFUSED, "refuses to serve us (DENY)"),
        (b"RSTR", FailureKind.REFUSED, "refuses to serve us (RSTR)"),
        (b"INIT", FailureKind.PROTOCOL, "not synchronised (INIT)"),
        (b"\xff\x00\x01\x02", FailureKind.PROTOCOL, "not synchronised"),
    ],
)
async def test_a_kiss_of_death_is_understood(code: bytes, kind: FailureKind, words: str) -> None:
    tell = telling(first=0xE4, stratum=0, source=code)
    async with replying(lambda request: [tell(request)]) as (port, _):
        reading, _ = await looked(asking(port))
    assert reading.failure is not None
    assert reading.failure.kind is kind
    assert words in reading.failure.detail


async def test_replies_to_others_are_passed_over() -> None:
    good, bad = telling(), telling(1000.0)

    def forged(request: bytes) -> list[bytes]:
        other = request[:40] + b"\x00" * 8
        return [bad(other), bad(request)[:47], b"", request, b"\xff" * 48, good(request)]

    async with replying(forged) as (port, heard):
        reading, run = await looked(asking(port))
    assert reading.ok, run.lines
    assert len(heard.heard) == 1
    async with replying(lambda request: forged(request)[:-1]) as (port, _):
        reading, _ = await looked(asking(port, timeout=0.3))
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT


def test_the_clock_runs_over_its_era_in_2036() -> None:
    before = packet.stamp(2_085_978_495_500_000_000)
    after = packet.stamp(2_085_978_496_500_000_000)
    assert after < before
    assert packet.between(before, after) == pytest.approx(1.0)
    assert packet.between(after, before) == pytest.approx(-1.0)


@given(st.binary(max_size=100))
def test_no_octets_break_the_reader(octets: bytes) -> None:
    found = packet.read(octets[:24] + b"12345678" + octets[24:], b"12345678")
    if found is not None:
        assert isinstance(found.source, str)
        assert found.kiss is None or found.kiss.isascii()
        packet.offset_and_delay(found, 0, 1)
