"""Sweeps find what answers, slowly; killed in the middle they go on where they were."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import LOCAL, SystemClock
from core.discovery import Discovery, Terms
from core.inventory import Device, Inventory, Site, Unit, UnitLevel
from inventory.proposed import proposed
from lab.emulators.command_line import IOS, CommandLine, served
from runtime import registries
from runtime.kit import make_kit
from runtime.sweeping import Sweeper
from storage.discoveries import LEASE
from storage.ledger import Ledger
from tests.collectors.land import Land, land
from tests.collectors.snmp_agent import snmpd

CISCO = "1.3.6.1.4.1.9.1.2144"
KNOWN = Inventory(
    units=(
        Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"),
    ),
    sites=(Site(slug="an-loc", name="UBND An Lộc", unit="tinh"),),
    devices=(
        Device(slug="gw", name="gw", site="an-loc", kind="gateway", address="10.75.3.1"),
        Device(slug="sw", name="sw", site="an-loc", kind="switch", address="10.75.3.6"),
    ),
)


class Purse:
    """The communities by name."""

    def reveal(self, name: str) -> str | None:
        return {"dung": "public", "sai": "private"}.get(name)


@pytest.fixture
def world() -> Iterator[Land]:
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        pytest.skip("a played network needs root and /dev/net/tun")
    with land() as made:
        yield made


def sweeper(ledger: Ledger, terms: Terms, sockets: Land | None = None) -> Sweeper:
    clock = SystemClock()
    kit = make_kit(clock, sockets, Purse())
    return Sweeper(ledger.discoveries, registries.collectors(), kit, terms, clock)


async def swept(ledger: Ledger, work: Sweeper, *ranges: str) -> Discovery:
    sweep = await ledger.discoveries.begin(ranges, "cli:an", SystemClock().now())
    done = await work.sweep(sweep)
    await work.kit.aclose()
    return done


async def test_it_says_what_answers_and_what_that_is(sqlite_ledger: Ledger, tmp_path: Path) -> None:
    lines = (f"sysObjectID .{CISCO}", "sysDescr Cisco IOS Software, ISR", "sysName gw-an-loc")
    with snmpd(tmp_path, *lines) as snmp:
        async with served(CommandLine(IOS), "127.0.0.3") as ssh:
            terms = Terms(("127.0.0.0/29",), ("sai", "dung"), 200, (ssh,), snmp_port=snmp)
            work = sweeper(sqlite_ledger, terms)
            sweep = await swept(sqlite_ledger, work, "127.0.0.0/29")
    assert (sweep.done, sweep.total) == (6, 6)
    assert sweep.ended_at is not None
    found = {one.address: one for one in await sqlite_ledger.discoveries.found(sweep.id or 0)}
    router = found["127.0.0.1"]
    assert (router.snmp, router.vendor, router.kind) == ("dung", "Cisco", "router")
    assert (router.name, router.family) == ("gw-an-loc", "Cisco IOS, IOS XE, IOS XR")
    assert found["127.0.0.3"].ports == (ssh,)
    assert found["127.0.0.2"].ports == ()


@pytest.mark.lab
async def test_only_what_answers_is_found_and_what_is_silent_is_said(
    sqlite_ledger: Ledger, world: Land
) -> None:
    alive = {"10.75.3.1", "10.75.3.2", "10.75.3.5"}
    world.answer = lambda address, asked: 0.001 if address in alive else None
    terms = Terms(("10.75.0.0/16",), ("dung",), 500, (443,))
    sweep = await swept(sqlite_ledger, sweeper(sqlite_ledger, terms, world), "10.75.3.0/29")
    found = await sqlite_ledger.discoveries.found(sweep.id or 0)
    assert {one.address for one in found} == alive
    today = SystemClock().now().astimezone(LOCAL).date()
    said = proposed(found, sweep.ranges, sweep.done, KNOWN, today)
    assert [one.found.address for one in said.fresh] == ["10.75.3.2", "10.75.3.5"]
    assert [one.device.site for one in said.fresh] == ["an-loc", "an-loc"]
    assert [one.slug for one in said.vanished] == ["sw"]
    assert said.known == 1


@pytest.mark.lab
async def test_it_keeps_to_its_packets_a_second(sqlite_ledger: Ledger, world: Land) -> None:
    world.answer = lambda address, asked: None
    terms = Terms(("10.75.0.0/16",), (), 50, (443,))
    begun = asyncio.get_running_loop().time()
    sweep = await swept(sqlite_ledger, sweeper(sqlite_ledger, terms, world), "10.75.3.0/27")
    took = asyncio.get_running_loop().time() - begun
    assert sweep.packets == 30 * (1 + 3)
    assert sweep.packets / took <= 50 * 1.1
    pings = sorted(at for times in world.at.values() for at in times)
    assert len(pings) == 30
    for first, last in zip(pings, pings[25:], strict=False):
        assert last - first > 0.4  # no 26 within 0.4 s, at 50 a second


@pytest.mark.lab
async def test_what_the_settings_forbid_by_now_is_passed_over(
    sqlite_ledger: Ledger, world: Land
) -> None:
    world.answer = lambda address, asked: 0.001
    terms = Terms(("10.75.3.4/30",), (), 500, (443,))
    sweep = await swept(sqlite_ledger, sweeper(sqlite_ledger, terms, world), "10.75.3.0/29")
    assert sweep.done == 6
    assert set(world.asked) == {"10.75.3.4", "10.75.3.5", "10.75.3.6"}


@pytest.mark.lab
async def test_a_sweep_that_is_stopped_ends_at_its_next_step(
    sqlite_ledger: Ledger, world: Land
) -> None:
    world.answer = lambda address, asked: None
    terms = Terms(("10.75.0.0/16",), (), 20, (443,))
    work = sweeper(sqlite_ledger, terms, world)
    book = sqlite_ledger.discoveries
    sweep = await book.begin(("10.75.0.0/20",), "cli:an", SystemClock().now())
    task = asyncio.create_task(work.sweep(sweep))
    await asyncio.sleep(0.3)
    await book.stop(sweep.id or 0, SystemClock().now())
    async with asyncio.timeout(20):
        ended = await task
    await work.kit.aclose()
    assert ended.ended_at is not None
    assert ended.done < ended.total


def _started(command: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


async def test_killed_in_the_middle_it_goes_on_where_it_was(
    sqlite_ledger: Ledger, tmp_path: Path
) -> None:
    """A real process, killed without a word; nothing is asked for twice but the open step."""
    config = tmp_path / "thongsuot.toml"
    config.write_text(
        f'[ledger]\nurl = "{sqlite_ledger.database.url}"\n'
        f'[secrets]\nkey_file = "{tmp_path}/master.key"\n'
        '[discovery]\nranges = ["127.0.0.0/8"]\npackets_per_second = 40\nports = [9]\n'
    )
    command = [sys.executable, "-c", "from runtime.cli import main; main()", "discover"]
    command += ["--range", "127.9.0.0/24", "--json", "-c", str(config)]
    process = _started(command)
    book = sqlite_ledger.discoveries
    for _ in range(400):
        await asyncio.sleep(0.05)
        sweeps = await book.all()
        if sweeps and sweeps[0].done:
            break
        assert process.poll() is None, process.stderr and process.stderr.read().decode()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    [before] = await book.all()
    assert 0 < before.done < before.total
    assert before.ended_at is None
    now = SystemClock().now()
    assert await book.claim(now, number=before.id) is None  # somebody may still be at it
    again = await book.claim(now + LEASE + timedelta(seconds=1), number=before.id)
    assert again is not None
    seen: list[int] = []
    work = sweeper(sqlite_ledger, Terms(("127.0.0.0/8",), (), 1000, (9,)))
    done = await work.sweep(again, lambda at: seen.append(at.done))
    await work.kit.aclose()
    assert seen[0] > before.done
    assert done.done == done.total == 254
    found = await book.found(before.id or 0)
    assert len({one.address for one in found}) == len(found) == 254


async def test_a_page_begins_and_the_hub_takes_it_up(sqlite_ledger: Ledger) -> None:
    book, now = sqlite_ledger.discoveries, SystemClock().now()
    await book.begin(("127.9.0.0/30",), "cli:an", now)
    assert await book.claim(now) is None
    wanted = await book.begin(("127.9.1.0/30",), "an", now)
    terms = Terms(("127.9.0.0/16",), (), 500, (9,))
    task = asyncio.create_task(sweeper(sqlite_ledger, terms).run())
    for _ in range(200):
        await asyncio.sleep(0.02)
        if (await book.get(wanted.id or 0)).ended_at:
            break
    task.cancel()
    assert (await book.get(wanted.id or 0)).done == 2
