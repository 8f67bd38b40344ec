"""Do the facts of devices without SNMP come as the ecosystem's series, from five command lines?"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from collectors import cli_facts
from collectors._cli.platform import PLATFORMS
from collectors._cli.questions import QUESTIONS
from collectors._cli.reading import octets, seconds
from core.reading import FailureKind, Reading
from inventory.command_lines import PLATFORMS as BY_VENDOR
from lab.emulators.command_line import (
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
from tests.collectors.families import told
from tests.factories import FakeClock, a_check

CISCO = {
    "show version": (
        "Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.7(3)M4, "
        "RELEASE SOFTWARE (fc3)\n"
        "Copyright (c) 1986-2019 by Cisco Systems, Inc.\n\n"
        "R1 uptime is 1 year, 2 weeks, 3 days, 4 hours, 5 minutes\n"
        'System image file is "flash0:c2900-universalk9-mz.SPA.157-3.M4.bin"\n\n'
        "Cisco CISCO2911/K9 (revision 1.0) with 483328K/40960K bytes of memory.\n"
        "Processor board ID FGL1234ABCD\n"
        "Configuration register is 0x2102\n"
    ),
    "show interfaces": (
        "GigabitEthernet0/0 is up, line protocol is up \n"
        "  Hardware is CN Gigabit Ethernet, address is 0011.2233.4455 (bia 0011.2233.4455)\n"
        "  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec, \n"
        "     7 input errors, 2 CRC, 0 frame, 0 overrun, 0 ignored\n"
        "     3 output errors, 0 collisions, 1 interface resets\n"
        "GigabitEthernet0/1 is administratively down, line protocol is down \n"
        "  Hardware is CN Gigabit Ethernet, address is 0011.2233.4456 (bia 0011.2233.4456)\n"
        "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored\n"
        "     0 output errors, 0 collisions, 1 interface resets\n"
    ),
    "show processes cpu": (
        "CPU utilization for five seconds: 9%/1%; one minute: 12%; five minutes: 8%\n"
        " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n"
        "   1          44        5432          8  0.00%  0.00%  0.00%   0 Chunk Manager    \n"
    ),
    "show processes memory sorted": (
        "Processor Pool Total:  400000000 Used:  100000000 Free:  300000000\n\n"
        " PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n"
        "   1   0      12345          0      12345          0          0 Chunk Manager   \n"
    ),
}
HUAWEI = {
    "display version": (
        "Huawei Versatile Routing Platform Software\n"
        "VRP (R) software, Version 5.170 (AR2200 V200R010C10SPC700)\n"
        "Copyright (C) 2011-2020 HUAWEI TECH CO., LTD\n"
        "Huawei AR2220E Router uptime is 0 week, 3 days, 4 hours, 5 minutes\n"
    ),
    "display interface brief": (
        "PHY: Physical\n*down: administratively down\n"
        "InUti/OutUti: input utility/output utility\n"
        "Interface                   PHY   Protocol  InUti OutUti   inErrors  outErrors\n"
        "GigabitEthernet0/0/0        up    up        0.01%  0.02%          7          3\n"
        "GigabitEthernet0/0/1        *down down         0%     0%          0          0\n"
    ),
    "display cpu-usage": (
        "CPU Usage Stat. Cycle: 60 (Second)\nCPU Usage            : 12% Max: 80%\n"
    ),
    "display memory-usage": (
        " Memory utilization statistics at 2026-11-30 09:00:00+07:00\n"
        " System Total Memory Is: 400000000 bytes\n"
        " Total Memory Used Is: 100000000 bytes\n Memory Using Percentage Is: 25%\n"
    ),
    "display esn": "ESN of device: 2102114567ABCD\n",
}
JUNIPER = {
    "show version": "Hostname: R1\nModel: srx345\nJunos: 21.4R3-S4.9\n",
    "show interfaces": (
        "Physical interface: ge-0/0/0, Enabled, Physical link is Up\n"
        "Physical interface: ge-0/0/1, Administratively down, Physical link is Down\n"
    ),
    "show system uptime": (
        "Current time: 2026-11-30 09:00:00 +07\n"
        "System booted: 2026-11-27 04:55:00 +07 (3d 04:05 ago)\n"
    ),
    "show chassis hardware": (
        "Hardware inventory:\n"
        "Item             Version  Part number  Serial number     Description\n"
        "Chassis                                CZ1234AB5678      SRX345\n"
    ),
    "show chassis routing-engine": (
        "Routing Engine status:\n    CPU utilization:\n      User 5 percent\n"
        "      Idle                      88 percent\n"
    ),
}
MIKROTIK = {
    "system resource print": (
        "                   uptime: 3d4h5m\n                  version: 7.16.1 (stable)\n"
        "              free-memory: 300.0MiB\n             total-memory: 400.0MiB\n"
        "                      cpu: ARM64\n                cpu-count: 4\n"
        "                 cpu-load: 12%\n        architecture-name: arm64\n"
        "               board-name: RB5009UG+S+\n                 platform: MikroTik\n"
    ),
    "system routerboard print": (
        "       routerboard: yes\n             model: RB5009UG+S+\n"
        "     serial-number: HC108ABCDEF\n     firmware-type: 70x0\n"
    ),
    "interface print detail": (
        "Flags: D - dynamic; X - disabled, R - running; S - slave \n"
        ' 0   R  name="ether1" default-name="ether1" type="ether" mtu=1500 actual-mtu=1500 '
        "l2mtu=1514 mac-address=48:A9:8A:00:00:01\n\n"
        ' 1  X   name="ether2" default-name="ether2" type="ether" mtu=1500 '
        "mac-address=48:A9:8A:00:00:02\n\n"
    ),
}
FORTINET = {
    "get system status": (
        "Version: FortiGate-60F v7.2.8,build1639,240313 (GA.M)\n"
        "Serial-Number: FGT60FTK20012345\nHostname: R1\nOperation Mode: NAT\n"
        "System time: Mon Nov 30 09:00:00 2026\n"
    ),
    "get system interface physical": (
        "== [onboard]\n\t==[internal1]\n\t\tmode: static\n\t\tip: 10.75.0.1 255.255.255.0\n"
        "\t\tipv6: ::/0\n\t\tstatus: up\n\t\tspeed: 1000Mbps (Duplex: full)\n"
        "\t==[internal2]\n\t\tmode: static\n\t\tip: 0.0.0.0 0.0.0.0\n\t\tipv6: ::/0\n"
        "\t\tstatus: down\n\t\tspeed: n/a\n"
    ),
    "get system performance status": (
        "CPU states: 4% user 8% system 0% nice 88% idle 0% iowait 0% irq 0% softirq\n"
        "Memory: 400000k total, 100000k used (25.0%), 300000k free (75.0%), 1000k freeable\n"
        "Uptime: 3 days,  4 hours,  5 minutes\n"
    ),
}
SHORT = 3 * 86400 + 4 * 3600 + 5 * 60


@dataclass(frozen=True)
class Expected:
    """What one device says of itself in its own words."""

    dialect: Dialect
    answers: Mapping[str, str]
    model: str
    serial: str
    software: str
    up: str
    down: str
    uptime: float = SHORT
    memory: bool = True
    errors: bool = False

    def device(self) -> CommandLine:
        return CommandLine(self.dialect, answers=dict(self.answers))


DEVICES = {
    "cisco_ios": Expected(
        IOS, CISCO, "CISCO2911/K9", "FGL1234ABCD", "15.7(3)M4",
        "GigabitEthernet0/0", "GigabitEthernet0/1",
        uptime=(365 + 14) * 86400 + SHORT, errors=True,
    ),
    "huawei_vrp": Expected(
        VRP, HUAWEI, "AR2220E", "2102114567ABCD", "AR2200 V200R010C10SPC700",
        "GigabitEthernet0/0/0", "GigabitEthernet0/0/1", errors=True,
    ),
    "juniper_junos": Expected(
        JUNOS, JUNIPER, "srx345", "CZ1234AB5678", "21.4R3-S4.9",
        "ge-0/0/0", "ge-0/0/1", memory=False,
    ),
    "mikrotik_routeros": Expected(
        ROUTEROS, MIKROTIK, "RB5009UG+S+", "HC108ABCDEF", "7.16.1 (stable)", "ether1", "ether2"
    ),
    "fortinet": Expected(
        FORTIOS, FORTINET, "FortiGate-60F v7.2.8,build1639,240313 (GA.M)", "FGT60FTK20012345",
        "FortiGate-60F v7.2.8,build1639,240313 (GA.M)", "internal1", "internal2",
    ),
}  # fmt: skip


class Purse:
    """The login of every pretend device."""

    def reveal(self, name: str) -> str | None:
        return "sao-luu:thong-suot-2026"


async def asked(platform: str, device: CommandLine) -> tuple[Reading, list[str]]:
    async with served(device) as port:
        kit = make_kit(FakeClock(), secrets=Purse())
        params = {"platform": platform, "port": port}
        check = a_check(
            "gw-1", "cli_facts", address="127.0.0.1", timeout=30.0, secret="ssh", params=params
        )
        run, reading = await look_once(cli_facts.COLLECTOR, check, kit)
        await kit.aclose()
    return reading, list(run.lines)


@pytest.mark.parametrize("platform", DEVICES)
async def test_a_command_line_tells_what_snmp_would(platform: str) -> None:
    wanted = DEVICES[platform]
    reading, lines = await asked(platform, wanted.device())
    assert reading.ok, (reading.failure, lines)
    info = {"model": wanted.model, "serial": wanted.serial, "software": wanted.software}
    assert told(reading, "device_hardware_info", **info) == 1, reading.samples
    assert told(reading, "sysUpTime") == wanted.uptime * 100
    assert told(reading, "device_cpu_ratio", cpu="device") == pytest.approx(0.12)
    assert told(reading, "ifOperStatus", ifName=wanted.up) == 1
    assert told(reading, "ifOperStatus", ifName=wanted.down) == 2
    if wanted.memory:
        assert told(reading, "device_memory_used_ratio", memory="device") == pytest.approx(0.25)
    if wanted.errors:
        assert told(reading, "ifInErrors", ifName=wanted.up) == 7
        assert told(reading, "ifOutErrors", ifName=wanted.up) == 3
        assert told(reading, "ifAdminStatus", ifName=wanted.down) == 2


async def test_an_answer_of_another_form_is_said_and_spoils_nothing_else() -> None:
    device = DEVICES["huawei_vrp"].device()
    device.answers["display interface brief"] = "Mot bang khac hoan toan\nvoi dong la\n"
    reading, _ = await asked("huawei_vrp", device)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL
    assert reading.failure.detail == ("the answer to “display interface brief” is not understood")
    assert told(reading, "device_hardware_info", model="AR2220E") == 1


async def test_a_command_that_may_be_missing_is_no_trouble() -> None:
    device = DEVICES["cisco_ios"].device()
    del device.answers["show processes memory sorted"]
    reading, lines = await asked("cisco_ios", device)
    assert reading.ok, (reading.failure, lines)
    assert told(reading, "device_memory_used_ratio", memory="device") is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1 year, 2 weeks, 3 days, 4 hours, 5 minutes", (365 + 14) * 86400 + SHORT),
        ("3d4h5m", SHORT),
        ("3d 04:05", SHORT),
        ("4w1d 01:12:03", 29 * 86400 + 4323),
        ("0 minutes", 0),
        ("mot tuan", None),
    ],
)
def test_lengths_of_time_are_read_as_they_are_written(said: str, meant: float | None) -> None:
    assert seconds(said) == meant


def test_sizes_are_read_with_their_unit() -> None:
    assert octets("400.0MiB", 1.0) == 400 * 1024**2
    assert octets("4000", 1024.0) == 4000 * 1024
    assert octets(None, 1.0) is None


def test_every_platform_that_the_inventory_names_is_there() -> None:
    assert set(BY_VENDOR.values()) <= set(PLATFORMS)
    assert set(QUESTIONS) <= set(PLATFORMS)
