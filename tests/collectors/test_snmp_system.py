"""What the system group becomes."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from collectors.snmp_system import COLLECTOR, look
from core.clock import SystemClock
from core.collector import Kit
from core.reading import FailureKind, Reading, is_stale
from core.watching import Check
from runtime.kit import make_kit
from tests.collectors.snmp_agent import (
    SYSTEM,
    Play,
    PlayedAgent,
    ids,
    number,
    octets,
    snmpd,
    stage,
)
from tests.factories import a_check


class Notes:
    """A transcript that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str, *args: object) -> None:
        self.lines.append(line % args)


class Vault:
    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets

    def reveal(self, name: str) -> str | None:
        return self._secrets.get(name)


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    async with stage() as made:
        yield made


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    made = make_kit(SystemClock(), secrets=Vault({"gw-secret": "công-khai"}))
    yield made
    await made.aclose()


def check_of(port: int, **changes: object) -> Check:
    params = {"port": port, "community": "public", "wait": 0.2, "retries": 1}
    fields = {"address": "127.0.0.1", "params": params, "reach": False, **changes}
    return a_check("gw-1", "snmp_system", **fields)


def shown(reading: Reading) -> dict[str, float]:
    return {str(series): value for series, value in reading.samples}


async def test_the_system_group_becomes_uptime_and_an_info_series(kit: Kit, play: Play) -> None:
    reading = await look(check_of(play(SYSTEM).port), kit, Notes())
    assert reading.ok
    assert shown(reading) == {
        'system_info{instance="gw-1",sysDescr="A played device",sysLocation="Phường An Lộc",'
        'sysName="xa-an-lộc-gw1",sysObjectID="1.3.6.1.4.1.8072.9999.1"}': 1.0,
        'sysUpTime{instance="gw-1"}': 123456.0,
        'snmp_up{instance="gw-1"}': 1.0,
    }


async def test_a_renamed_device_ends_its_old_info_series(kit: Kit, play: Play) -> None:
    agent = play(SYSTEM)
    check = check_of(agent.port)
    before = await look(check, kit, Notes())
    agent.table[ids("1.3.6.1.2.1.1.5.0")] = octets("gw-moi")
    after = await look(check, kit, Notes())
    old = next(series for series, _ in before.samples if series.name == "system_info")
    stale = [series for series, value in after.samples if is_stale(value)]
    assert stale == [old]


async def test_a_silent_agent_is_a_timeout_with_snmp_up_0(kit: Kit, play: Play) -> None:
    notes = Notes()
    silent = play(SYSTEM, spoil=lambda n, request, answer: [])
    reading = await look(check_of(silent.port), kit, notes)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT
    assert shown(reading) == {'snmp_up{instance="gw-1"}': 0.0}
    assert notes.lines == ["timeout: no answer to 2 requests of 0.2 s"]


async def test_the_secret_of_the_device_is_its_community(kit: Kit, play: Play) -> None:
    notes = Notes()
    agent = play(SYSTEM, community="công-khai".encode())
    reading = await look(check_of(agent.port, secret="gw-secret"), kit, notes)
    assert reading.ok
    assert "công-khai" not in "\n".join(notes.lines)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"secret": "lost"}, "the secret lost is not set"),
        ({"params": {}}, "neither a secret nor a community is set for the device"),
    ],
)
async def test_without_a_community_it_is_our_own_fault(
    kit: Kit, changes: dict[str, object], said: str
) -> None:
    reading = await look(check_of(161, **changes), kit, Notes())
    assert reading.failure is not None
    assert (reading.failure.kind, reading.failure.detail) == (FailureKind.LOCAL, said)


async def test_text_of_any_encoding_becomes_one_line(kit: Kit, play: Play) -> None:
    agent: PlayedAgent = play(SYSTEM)
    agent.table[ids("1.3.6.1.2.1.1.1.0")] = octets(b"Cisco IOS\r\n\tr\xe9seau\0")
    agent.table[ids("1.3.6.1.2.1.1.5.0")] = number(7)
    reading = await look(check_of(agent.port), kit, Notes())
    info = next(dict(series.labels) for series, _ in reading.samples if "info" in series.name)
    assert info["sysDescr"] == "Cisco IOS réseau"
    assert info["sysName"] == "7"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Kênh xã Phước Sơn ệ".encode()[:-1], "Kênh xã Phước Sơn"),
        ("Kênh xã Phước Sơn ệ".encode()[:-2], "Kênh xã Phước Sơn"),
        (b"caf\xe9", "café"),  # ends as a cut letter of UTF-8 would, and is none
    ],
)
async def test_a_name_that_an_agent_cut_within_a_letter_keeps_the_others(
    kit: Kit, play: Play, said: bytes, read: str
) -> None:
    agent: PlayedAgent = play(SYSTEM)
    agent.table[ids("1.3.6.1.2.1.1.6.0")] = octets(said)
    reading = await look(check_of(agent.port), kit, Notes())
    info = next(dict(series.labels) for series, _ in reading.samples if "info" in series.name)
    assert info["sysLocation"] == read


async def test_a_real_agent_answers(kit: Kit, tmp_path: Path) -> None:
    with snmpd(tmp_path, "sysName may-chu-1") as port:
        reading = await look(check_of(port), kit, Notes())
    assert reading.ok
    declared = {emit.name for emit in COLLECTOR.emits}
    assert {series.name for series, _ in reading.samples} == declared
