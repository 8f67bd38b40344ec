"""Is a Windows server asked by WS-Management with a real NTLM login, and judged?"""

import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import winrm
from collectors._net.trouble import Trouble
from collectors._winrm.soap import rows_of
from core.clock import SystemClock
from core.reading import FailureKind
from lab.certificates import Authority
from lab.emulators.winrm import WinRm, served
from tests.collectors.glances import Looking, looking, told, why

LOGIN = "monitor:thong-suot-2026"
CLOCK = SystemClock()
AUTHORITY = Authority(CLOCK.now())


@pytest.fixture(autouse=True)
def _users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "users"
    file.write_text(":monitor:thong-suot-2026\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def context() -> ssl.SSLContext:
    return AUTHORITY.context("127.0.0.1", CLOCK.now(), timedelta(days=30))


@asynccontextmanager
async def windows(
    server: WinRm, secret: str = LOGIN, timeout: float = 5.0, **params: object
) -> AsyncIterator[Looking]:
    async with served(server, context()) as port:
        said = {"port": port, "ca": AUTHORITY.pem, **params}
        async with looking(winrm.COLLECTOR, said, secret, timeout=timeout) as at:
            yield at


@pytest.mark.parametrize("fragments", [False, True])
@pytest.mark.parametrize("auth", ["ntlm", "basic"])
async def test_a_server_in_good_health_is_read(auth: str, fragments: bool) -> None:
    server = WinRm(fragments=fragments)
    async with windows(server, auth=auth, services="W32Time, MSSQLSERVER") as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "device_cpu_ratio") == 0.12
    assert told(reading, "device_memory_used_ratio") == 0.5
    assert told(reading, "device_storage_used_ratio", storage="C:") == 0.5
    assert told(reading, "windows_service_state", name="w32time", state="running") == 1
    assert told(reading, "windows_system_boot_time_timestamp_seconds") == 1795131000
    assert told(reading, "windows_os_info", version="10.0.17763") == 1
    assert told(reading, "device_event_errors", log="System") == 0
    assert server.logins == (auth == "ntlm"), "one login for all questions"
    assert not any("thong-suot-2026" in line for line in run.lines)


async def test_what_is_not_well_is_named() -> None:
    server = WinRm()
    server.tables["Win32_LogicalDisk"][0]["FreeSpace"] = "1073741824"
    server.tables["Win32_PerfFormattedData_PerfOS_Processor"][0]["PercentProcessorTime"] = "99"
    async with windows(server, services="Spooler, NTDS") as at:
        reading, _ = await at.look()
    assert why(reading) == (
        "disk C: is 99% full; service Spooler does not run; service NTDS is not there; "
        "the processors are 99% busy"
    )
    assert told(reading, "windows_service_state", name="spooler", state="running") == 0


async def test_error_events_are_counted_over_many_answers() -> None:
    server, now = WinRm(), CLOCK.now()
    server.tables["Win32_NTLogEvent"] = [
        {
            "RecordNumber": str(number),
            "Logfile": "System",
            "EventType": "1",
            "TimeGenerated": (now - age).strftime("%Y%m%d%H%M%S.000000+000"),
        }
        for number, age in enumerate([timedelta(minutes=n) for n in range(0, 100, 10)])
    ]
    async with windows(server, event_minutes=55) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "device_event_errors", log="System") == 6
    assert server.open == {}, "no enumeration is left behind"


async def test_names_with_quotes_stay_names() -> None:
    server = WinRm()
    async with windows(server, services="O'Neill' OR Name='W32Time") as at:
        reading, _ = await at.look()
    assert "is not there" in why(reading)
    assert told(reading, "windows_service_state", name="w32time") is None


@pytest.mark.parametrize("auth", ["ntlm", "basic"])
async def test_a_refused_login_is_not_tried_again_soon(auth: str) -> None:
    server = WinRm()
    async with windows(server, "monitor:wrong", auth=auth) as at:
        first, _ = await at.look()
        assert first.failure is not None
        assert first.failure.kind is FailureKind.AUTH
        second, _ = await at.look()
        assert "not tried again before" in why(second)
        assert server.queries == []


async def test_a_query_that_windows_refuses_is_told_in_its_words() -> None:
    server = WinRm()
    del server.tables["Win32_LogicalDisk"]
    async with windows(server) as at:
        reading, _ = await at.look()
    assert why(reading).startswith("the server refuses: The WS-Management service cannot process")
    assert told(reading, "windows_os_info") == 1


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_octets_break_the_reader(octets: bytes) -> None:
    for said in (octets, b"<Envelope><Body>" + octets + b"</Body></Envelope>"):
        with contextlib.suppress(Trouble):
            assert isinstance(rows_of(said).rows, list)


def test_an_answer_that_declares_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><Envelope><Body>&b;</Body></Envelope>'
    with pytest.raises(Trouble, match="declares entities"):
        rows_of(bomb)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-11-30T07:15:00+07:00", 1795997700),
        ("2026-11-30T00:15:00Z", 1795997700),
        ("20261130071500.500000+420", 1795997700),
        ("gestern", None),
        ("", None),
    ],
)
def test_both_ways_of_writing_dates_are_read(said: str, at: float | None) -> None:
    assert winrm._instant(said) == at
