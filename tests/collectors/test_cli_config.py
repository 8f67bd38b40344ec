"""Does the collector read configurations like a guest: all of them, whole, and nothing else?"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from collectors import cli_config
from collectors._cli.desk import AT_ONCE, desk_of
from collectors._cli.paper import paper
from collectors._cli.platform import FORTIOS as FORTIOS_ROW
from collectors._cli.platform import MIKROTIK
from core.collector import Kit
from core.configuration import Kept
from core.reading import FailureKind, Reading
from lab.emulators.command_line import (
    COMWARE,
    FORTIOS,
    IOS,
    JUNOS,
    ROUTEROS,
    VRP,
    CommandLine,
    Dialect,
    served,
)
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.collectors.configurations import (
    SECRETS,
    comware,
    fortios,
    ios,
    ios_startup,
    junos,
    routeros,
    vrp,
)
from tests.collectors.families import told
from tests.collectors.servers import talking
from tests.factories import FakeClock, a_check

ALLOWED = {
    "enable",
    "exit",
    "quit",
    "show running-config",
    "show startup-config",
    "display current-configuration",
    "display saved-configuration",
    "terminal length 0",
    "terminal width 511",
    "screen-length 0 temporary",
}


@dataclass
class Purse:
    text: str

    def reveal(self, name: str) -> str | None:
        return self.text


@dataclass
class Stand:
    device: CommandLine
    kit: Kit
    purse: Purse
    clock: FakeClock
    port: int
    platform: str
    runs: list[Run] = field(default_factory=list)

    async def look(self, timeout: float = 20.0, target: str = "gw-1") -> Reading:
        check = a_check(
            target,
            "cli_config",
            address="127.0.0.1",
            timeout=timeout,
            secret="ssh",
            params={"platform": self.platform, "port": self.port},
        )
        run, reading = await look_once(cli_config.COLLECTOR, check, self.kit)
        self.runs.append(run)
        return reading


@asynccontextmanager
async def stand(device: CommandLine, platform: str, more: str = "") -> AsyncIterator[Stand]:
    purse, clock = Purse(f"{device.user}:{device.password}{more}"), FakeClock()
    async with served(device) as port:
        kit = make_kit(clock, secrets=purse)
        yield Stand(device, kit, purse, clock, port, platform)
        await kit.aclose()


def router(**changes: object) -> CommandLine:
    device = CommandLine(
        IOS, answers={"show running-config": ios(), "show startup-config": ios_startup()}
    )
    for name, value in changes.items():
        setattr(device, name, value)
    return device


async def test_it_reads_both_configurations_and_changes_nothing() -> None:
    async with stand(router(), "cisco_ios") as at:
        reading = await at.look()
        assert reading.ok, (reading.failure, at.runs[-1].lines)
        running, startup = reading.papers
        assert (running.kind, startup.kind) == (Kept.RUNNING, Kept.STARTUP)
        assert running.text.splitlines() == [line.rstrip() for line in ios().splitlines()]
        assert (running.changed_by, running.changed_at) == ("hanh", "09:12:33 ICT Mon Nov 30 2026")
        assert told(reading, "device_config_unsaved_state") == 0
        assert set(at.device.asked) <= ALLOWED
        await asyncio.sleep(0.05)
        assert at.device.present == 0
        assert at.device.left == at.device.sessions == 1


async def test_no_secret_is_in_what_people_see() -> None:
    async with stand(router(), "cisco_ios") as at:
        reading = await at.look()
        for secret in (*SECRETS, at.device.password):
            for one in reading.papers:
                assert secret not in one.masked
            assert all(secret not in line for line in at.runs[-1].lines), secret
            assert secret not in repr(reading)
        assert SECRETS[0] in reading.papers[0].text


async def test_what_was_not_saved_is_said() -> None:
    device = router()
    device.answers["show running-config"] = ios(mtu=9000)
    async with stand(device, "cisco_ios") as at:
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.detail == (
            "the running configuration is not saved: 2 lines differ from the startup one"
        )
        assert told(reading, "device_config_unsaved_state") == 1
        assert len(reading.papers) == 2  # it is kept all the same


async def test_times_counters_and_certificates_are_no_change() -> None:
    device = router()
    async with stand(device, "cisco_ios") as at:
        before = (await at.look()).papers[0]
        device.answers["show running-config"] = ios(
            at="10:00:00 ICT Tue Dec 1 2026", by="ai", clock=1
        )
        after = (await at.look()).papers[0]
        assert before.compared == after.compared
        assert before.text != after.text


@pytest.mark.parametrize("banner", ["", "#### CAM VAO ####\n# R1# > #\n"])
@pytest.mark.parametrize("slow", [0.0, 0.002])
async def test_it_climbs_to_the_privileged_mode_past_banners_and_slow_lines(
    banner: str, slow: float
) -> None:
    device = router(enable="len-cao", banner=banner, slow=slow)
    async with stand(device, "cisco_ios", "\nenable:len-cao") as at:
        reading = await at.look()
        assert reading.ok, (reading.failure, at.runs[-1].lines)
        assert len(reading.papers[0].text) == len(ios())
        assert all("len-cao" not in line for line in at.runs[-1].lines)


async def test_without_the_privilege_it_is_said_what_is_missing() -> None:
    async with stand(router(enable="len-cao"), "cisco_ios") as at:
        reading = await at.look()
        assert reading.failure is not None
        assert "refuses “show running-config” to this account" in reading.failure.detail
        assert reading.papers == ()


async def test_a_pager_that_nobody_can_turn_off_is_read_through() -> None:
    device = CommandLine(VRP, answers={"display current-configuration": vrp()})
    device.answers["display saved-configuration"] = vrp()
    device.dialect = replace(device.dialect, unpaged="(?!)")
    async with stand(device, "huawei_vrp") as at:
        reading = await at.look()
        assert reading.ok, (reading.failure, at.runs[-1].lines)
        assert reading.papers[0].text == vrp()
        assert reading.papers[0].changed_by == "minh"
        assert "bi-mat" not in reading.papers[0].masked


async def test_the_pager_of_ios_leaves_no_trace_and_no_blank_is_lost() -> None:
    device = router()
    device.dialect = replace(device.dialect, unpaged="(?!)")
    async with stand(device, "cisco_ios") as at:
        reading = await at.look()
        assert reading.ok, (reading.failure, at.runs[-1].lines)
        assert reading.papers[0].text.splitlines() == [line.rstrip() for line in ios().splitlines()]


async def test_vrp_is_read_with_paging_off() -> None:
    device = CommandLine(VRP, answers={"display current-configuration": vrp(9000)})
    device.answers["display saved-configuration"] = vrp()
    async with stand(device, "huawei_vrp") as at:
        reading = await at.look()
        assert reading.failure is not None
        assert "2 lines differ" in reading.failure.detail
        assert set(at.device.asked) <= ALLOWED
        assert "screen-length 0 temporary" in at.device.asked


@pytest.mark.parametrize(
    ("platform", "dialect", "command", "text", "whose"),
    [
        ("h3c_comware", COMWARE, "display current-configuration", comware(), None),
        ("juniper_junos", JUNOS, "show configuration", junos(), "minh"),
        ("mikrotik_routeros", ROUTEROS, "/export", routeros(), None),
        ("mikrotik_routeros", ROUTEROS, "/export show-sensitive", routeros(), None),
        ("fortinet", FORTIOS, "show", fortios(), None),
    ],
)
async def test_other_command_lines_are_read_whole_and_hidden(
    platform: str, dialect: Dialect, command: str, text: str, whose: str | None
) -> None:
    async with stand(CommandLine(dialect, answers={command: text}), platform) as at:
        reading = await at.look()
        assert reading.ok, (reading.failure, at.runs[-1].lines)
        [one] = reading.papers
        assert one.text == text
        assert "bi-mat" in one.text
        assert "bi-mat" not in one.masked, one.masked
        assert one.changed_by == whose
        session = {command, "display saved-configuration", "exit", "quit", "/quit"}
        session |= {"/export show-sensitive"} if command == "/export" else set()
        session |= {"screen-length disable", "set cli screen-length 0", "set cli screen-width 511"}
        assert set(at.device.asked) <= session | {"set cli complete-on-space off"}
        await asyncio.sleep(0.05)
        assert at.device.left == 1


async def test_what_a_device_writes_anew_each_time_is_no_change() -> None:
    for platform, first, second in (
        (FORTIOS_ROW, fortios("AAAA"), fortios("BBBBB")),
        (MIKROTIK, routeros(), routeros("2026-12-01 10:00:00")),
    ):
        before, after = (paper(platform, Kept.RUNNING, text) for text in (first, second))
        assert before.compared == after.compared, platform.name


async def test_a_refused_login_is_tried_once_and_then_left_alone() -> None:
    async with stand(router(), "cisco_ios") as at:
        good, at.purse.text = at.purse.text, "sao-luu:sai"
        for _ in range(5):
            reading = await at.look()
            assert reading.failure is not None
            assert reading.failure.kind is FailureKind.AUTH
            at.clock.advance(60)
        assert at.device.logins == 1
        at.purse.text = good
        assert (await at.look()).ok


async def test_a_session_that_breaks_off_brings_no_half_configuration() -> None:
    async with stand(router(cut_after=700), "cisco_ios") as at:
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.PROTOCOL
        assert "broke off" in reading.failure.detail
        assert reading.papers == ()


async def test_a_configuration_without_its_last_line_is_none() -> None:
    device = router()
    device.answers["show running-config"] = ios().removesuffix("end\n")
    async with stand(device, "cisco_ios") as at:
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.detail == "the configuration ends in the middle"


async def test_output_without_end_is_given_up() -> None:
    async with stand(router(endless=True), "cisco_ios") as at:
        reading = await at.look(timeout=20.0)
        assert reading.failure is not None
        assert "prints without end" in reading.failure.detail
        assert reading.papers == ()


async def test_another_host_key_than_before_is_shown_no_password() -> None:
    device = router()
    async with stand(device, "cisco_ios") as at:
        assert (await at.look()).ok
        async with served(device) as other:
            first, at.port = at.port, other
            place, key = next(iter(_keys(at).items()))
            _keys(at)[place.replace(str(first), str(other))] = key
            logins = device.logins
            reading = await at.look()
            assert reading.failure is not None
            assert reading.failure.kind is FailureKind.AUTH
            assert "shows the host key SHA256:" in reading.failure.detail
            assert device.logins == logins


def _keys(at: Stand) -> dict[str, str]:
    return desk_of(at.kit).host_keys


# The emulator's library warns of what its old key exchange needs; ours does not use that.
@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
async def test_old_equipment_is_reached_by_the_algorithms_it_has() -> None:
    device = router()
    async with stand(device, "cisco_ios") as at, served(device, old=True) as port:
        at.port = port
        reading = await at.look()
        assert reading.ok, (reading.failure, at.runs[-1].lines)


async def test_one_session_per_device_at_a_time() -> None:
    async with stand(router(slow=0.001), "cisco_ios") as at:
        readings = await asyncio.gather(*(at.look(target=f"gw-{n}") for n in range(3)))
        assert all(reading.ok for reading in readings)
        assert at.device.sessions == 3
        assert at.device.most == 1


async def test_all_devices_together_have_a_few_sessions_at_a_time() -> None:
    device = router(slow=0.001)
    async with stand(device, "cisco_ios") as at, AsyncExitStack() as devices:
        ports = [await devices.enter_async_context(served(device)) for _ in range(AT_ONCE + 4)]

        async def look(port: int) -> Reading:
            check = a_check(
                f"gw-{port}",
                "cli_config",
                address="127.0.0.1",
                timeout=60.0,
                secret="ssh",
                params={"platform": at.platform, "port": port},
            )
            return (await look_once(cli_config.COLLECTOR, check, at.kit))[1]

        readings = await asyncio.gather(*map(look, ports))
    assert all(reading.ok for reading in readings)
    assert device.sessions == AT_ONCE + 4
    assert 1 < device.most <= AT_ONCE


@pytest.mark.parametrize(
    "said", [b"", b"\x00\xff" * 5000, b"SSH-2.0-x\r\n", b"HTTP/1.1 400 Bad\r\n\r\n"]
)
async def test_what_is_no_ssh_server_is_told_within_the_deadline(said: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read(65536)
        await asyncio.sleep(20)

    async with stand(router(), "cisco_ios") as at, talking(talk) as port:
        at.port = port
        begun = time.monotonic()
        reading = await at.look(timeout=2.0)
        assert reading.failure is not None
        assert reading.failure.kind in {FailureKind.TIMEOUT, FailureKind.PROTOCOL}
        assert time.monotonic() - begun < 15.0
        begun = time.monotonic()
        await at.kit.aclose()
        assert time.monotonic() - begun < 15.0


async def test_cancelling_cuts_the_session() -> None:
    async with stand(router(slow=0.05), "cisco_ios") as at:
        task = asyncio.create_task(at.look())
        while not at.device.asked:
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        begun = time.monotonic()
        await at.kit.aclose()
        assert time.monotonic() - begun < 15.0
        await asyncio.sleep(0.1)
        assert at.device.present == 0
