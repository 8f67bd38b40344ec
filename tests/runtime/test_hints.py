"""A trap or a syslog line brings its device's checks forward; a storm of them does no harm."""

import asyncio
import logging
import logging.handlers
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors._snmp import ber, trap
from collectors._snmp.ber import Junk
from core.errors import Conflict
from core.watching import Check
from runtime.hearing import Ear, Listener
from runtime.hints import MOST, PAUSE, Hints, about_line
from runtime.sections.looking import Hearing
from tests.factories import FakeClock, a_check
from tests.ports import free_port


class Feed:
    """A feed with checks of two devices."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.version = 1
        self.checks = [
            a_check("gw-1", "icmp", address=address, reach=True),
            *(
                a_check("gw-1", f"snmp_{name}", address=address, reach=False)
                for name in ("system", "interfaces", "health", "neighbours", "inventory")
            ),
            a_check("gw-2", "icmp", address="127.0.0.2", reach=True),
        ]

    def current(self) -> list[Check]:
        return self.checks


class NoSecrets:
    """Nothing is set."""

    def reveal(self, name: str) -> str | None:
        return None


class Ears:
    """What was hinted, and the listener that heard it."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.given: list[str] = []
        self.clock = FakeClock()
        self.feed = Feed(address)
        self.hints = Hints(self.feed, self.given.append, self.clock)  # type: ignore[arg-type]
        self.traps, self.syslog = free_port(), free_port()
        hearing = Hearing(traps=f"127.0.0.1:{self.traps}", syslog=f"127.0.0.1:{self.syslog}")
        self.listener = Listener(hearing, Ear(self.hints, NoSecrets()))

    def send(self, data: bytes, *, syslog: bool = False) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.sendto(data, ("127.0.0.1", self.syslog if syslog else self.traps))

    async def heard(self, count: int) -> None:
        async with asyncio.timeout(10):
            while self.hints.stats.heard < count:
                await asyncio.sleep(0.01)


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    made = Ears()
    running = asyncio.create_task(made.listener.run())
    await asyncio.sleep(0)
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    made.listener.close()


def v2_trap(kind: str, *, tag: int = trap.V2_TRAP, request: int = 7) -> bytes:
    bindings = ber.tlv(
        ber.SEQUENCE, ber.oid("1.3.6.1.2.1.1.3.0") + ber.integer(5, ber.TIME_TICKS)
    ) + ber.tlv(ber.SEQUENCE, ber.oid("1.3.6.1.6.3.1.1.4.1.0") + ber.oid(kind))
    body = ber.integer(request) + ber.integer(0) * 2 + ber.tlv(ber.SEQUENCE, bindings)
    return ber.tlv(
        ber.SEQUENCE, ber.integer(1) + ber.tlv(ber.STRING, b"public") + ber.tlv(tag, body)
    )


LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
Snmptrap = Callable[..., Awaitable[None]]


@pytest.fixture
def snmptrap(ears: Ears) -> Snmptrap:
    """Send a trap by the real program."""
    program = shutil.which("snmptrap")
    assert program is not None

    async def send(*words: str) -> None:
        ends = ["-c", "public", f"127.0.0.1:{ears.traps}"]
        version, *rest = words
        command = [program, "-m", "", version, *ends, *rest]
        await asyncio.to_thread(subprocess.run, command, check=True, timeout=10)

    return send


async def test_a_link_that_goes_down_lets_the_ports_and_the_reach_be_looked_at(
    ears: Ears, snmptrap: Snmptrap
) -> None:
    await snmptrap("-v2c", "", LINK_DOWN)
    await ears.heard(1)
    assert ears.given == ["gw-1/icmp", "gw-1/snmp_interfaces"]


async def test_a_trap_of_version_1_is_heard_alike(ears: Ears, snmptrap: Snmptrap) -> None:
    await snmptrap("-v1", "1.3.6.1.4.1.9.1.1", "127.0.0.1", "2", "0", "")
    await ears.heard(1)
    assert ears.given == ["gw-1/icmp", "gw-1/snmp_interfaces"]


async def test_a_makers_own_trap_lets_ports_and_health_be_looked_at(
    ears: Ears, snmptrap: Snmptrap
) -> None:
    await snmptrap("-v1", "1.3.6.1.4.1.9.9.13.3", "127.0.0.1", "6", "5", "")
    await ears.heard(1)
    assert ears.given == ["gw-1/icmp", "gw-1/snmp_interfaces", "gw-1/snmp_health"]


async def test_an_inform_is_answered(ears: Ears) -> None:
    program = shutil.which("snmpinform") or shutil.which("snmptrap")
    assert program is not None
    command = [program, "-m", "", "-v2c", "-Ci", "-c", "public", "-t", "3", "-r", "0"]
    command += [f"127.0.0.1:{ears.traps}", "", LINK_DOWN]
    await asyncio.to_thread(subprocess.run, command, check=True, timeout=10)  # 1 if unanswered
    assert ears.hints.stats.given == 2


async def test_a_wrong_community_that_a_device_tells_of_is_no_reason_to_look(ears: Ears) -> None:
    ears.send(v2_trap("1.3.6.1.6.3.1.1.5.5"))
    await ears.heard(1)
    assert ears.given == []


async def test_a_syslog_line_that_matters_is_a_hint_and_a_chatty_one_is_not(ears: Ears) -> None:
    handler = logging.handlers.SysLogHandler(("127.0.0.1", ears.syslog))
    tell = logging.getLogger("a-device")
    tell.setLevel(logging.INFO)
    tell.addHandler(handler)
    tell.info("login of admin")
    await ears.heard(1)
    assert ears.given == []
    tell.error("%%LINK-3-UPDOWN: Interface Gi0/1, changed state to down")
    await ears.heard(2)
    handler.close()
    assert ears.given == ["gw-1/icmp", "gw-1/snmp_interfaces", "gw-1/snmp_health"]


@pytest.mark.parametrize(
    ("kind", "text", "severity", "reads"),
    [
        ("SYS-5-CONFIG_I", "%SYS-5-CONFIG_I: Configured from console by lan", 5, True),
        ("VSHD-5-VSHD_SYSLOG_CONFIG_I", "%VSHD-5-VSHD_SYSLOG_CONFIG_I: Configured", 5, True),
        ("mgd", "UI_COMMIT: User 'minh' requested 'commit' operation", 5, True),
        ("CFGMAN/5/CFGMAN_CFGCHANGED", "-EventIndex=1", 5, True),
        ("SYS-6-CONFIG_I", "%SYS-6-CONFIG_I: x", 6, False),
        ("LINK-3-UPDOWN", "%LINK-3-UPDOWN: Interface Gi0/1", 3, False),
    ],
)
def test_which_lines_tell_of_a_changed_configuration(
    kind: str, text: str, severity: int, reads: bool
) -> None:
    assert ("cli_config" in (about_line(kind, text, severity) or ())) is reads


async def test_a_line_of_a_changed_configuration_lets_it_be_read_once_a_minute(
    ears: Ears,
) -> None:
    check = a_check("gw-1", "cli_config", address="127.0.0.1", reach=False)
    ears.feed.checks.append(check)
    ears.feed.version += 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        for said in ("SYS-5-CONFIG_I: Configured", "SYS-5-RESTART: x", "SYS-5-CONFIG_I: Again"):
            line = f"<189>1: Nov 30 09:00:00: %{said} from console by lan on vty0"
            door.sendto(line.encode(), ("127.0.0.1", ears.syslog))
            await asyncio.sleep(0.1)
            ears.clock.advance(PAUSE + 1)
    assert ears.given.count("gw-1/cli_config") == 1
    assert ears.given.count("gw-1/icmp") == 3


async def test_whoever_is_not_watched_is_not_heard() -> None:
    made = Ears(address="10.0.0.9")
    running = asyncio.create_task(made.listener.run())
    await asyncio.sleep(0)
    made.send(v2_trap(LINK_DOWN))
    await made.heard(1)
    running.cancel()
    made.listener.close()
    assert (made.given, made.hints.stats.strangers) == ([], 1)


async def test_a_storm_brings_a_check_forward_once_in_a_while(ears: Ears) -> None:
    for _ in range(2000):
        ears.send(v2_trap(LINK_DOWN))
    await ears.heard(1000)  # the kernel may drop some, which is as well
    assert ears.given == ["gw-1/icmp", "gw-1/snmp_interfaces"]
    assert ears.hints.stats.held + ears.hints.stats.dropped > 1000
    ears.clock.advance(PAUSE)
    heard = ears.hints.stats.heard
    ears.send(v2_trap(LINK_DOWN))
    await ears.heard(heard + 1)
    assert len(ears.given) == 4


async def test_many_devices_together_are_held_to_a_rate() -> None:
    feed = Feed()
    feed.checks = [
        a_check(f"d-{n}", "icmp", address=f"10.0.{n // 250}.{n % 250}", reach=True)
        for n in range(500)
    ]
    given: list[str] = []
    hints = Hints(feed, given.append, FakeClock())  # type: ignore[arg-type]
    for check in feed.checks:
        speaker = hints.speaker(check.address)
        assert speaker is not None
        hints.give(speaker, ())
    assert len(given) == MOST
    assert hints.stats.held == 500 - MOST


async def test_junk_is_counted_and_survived(ears: Ears) -> None:
    whole = v2_trap(LINK_DOWN)
    for bad in (b"", b"\x30", whole[:-3], whole[:20] + b"\xff" * 40, b"hello", b"<999>x"):
        ears.send(bad)
        ears.send(bad, syslog=True)
    await ears.heard(12)
    assert ears.hints.stats.junk == 12
    ears.send(whole)
    await ears.heard(13)
    assert ears.hints.stats.given == 2


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Conflict) as conflict:
            Listener(Hearing(traps=listen), an_ear())
    assert "[hearing] traps" in conflict.value.text.en


def test_nothing_is_heard_unless_it_is_asked_for() -> None:
    assert Listener(Hearing(), an_ear()).ports == ()


def an_ear() -> Ear:
    return Ear(Hints(Feed(), print, FakeClock()), NoSecrets())  # type: ignore[arg-type]


WHOLE = [
    v2_trap(LINK_DOWN),
    v2_trap("1.3.6.1.4.1.9.9.43.2.0.1", tag=trap.INFORM),
]


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_no_bytes_do_more_to_the_decoder_than_be_junk(data: bytes) -> None:
    with suppress(Junk):
        trap.opened(data)


@settings(max_examples=500)
@given(st.sampled_from(WHOLE), st.data())
def test_a_trap_with_a_byte_changed_is_a_trap_or_junk(whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes((data.draw(st.integers(0, 255)),)) + whole[at + 1 :]
    with suppress(Junk):
        assert trap.opened(changed).kind
