"""After a kill -9 nothing accepted is lost, and the time nobody looked is unknown."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.scenario import free_port, prepare, purpose, told
from core.clock import SystemClock
from core.incident import Incident, IncidentState
from core.status import Status
from lab import synthetic
from lab.lab import Lab
from lab.mailbox import Webhook
from lab.network import Kind
from runtime import settings as settings_file
from storage.ledger import Ledger, open_ledger

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SETTINGS = """
[web]
listen = "127.0.0.1:{port}"
[ledger]
url = "{ledger}"
[series]
min_free_space = "100MB"
[looking]
sockets = "{door}"
snmp_community = "public"
[telling.delays]
link_hub = "0s"
[channels.hook]
kind = "webhook"
url = "{hook}"
"""
RUN = "import sys; from runtime.cli import main; sys.argv[1:] = ['run', '-c', {!r}]; main()"


@asynccontextmanager
async def running(file: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", RUN.format(str(file)))
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def the_incident(ledger: Ledger, state: IncidentState) -> Incident:
    async with asyncio.timeout(60):
        while True:
            found = (await ledger.incidents.find(state=state)).items
            if found:
                return found[0]
            await asyncio.sleep(0.05)


async def everything_up(ledger: Ledger, count: int) -> None:
    async with asyncio.timeout(90):
        while True:
            states = await ledger.status.states()
            reached = [s for s in states.values() if s.status is Status.UP]
            if len(reached) >= count:
                return
            await asyncio.sleep(0.2)


async def test_a_killed_platform_goes_on_where_it_was_and_owns_up_to_the_gap(
    tmp_path: Path, ledger_url: str
) -> None:
    clock = SystemClock()
    inventory = synthetic.inventory(2, 4)
    line = next(
        link for link in inventory.links if any(o.near == link.far for o in inventory.links)
    )
    async with (
        Lab(inventory, network=Kind.FLAT, socket=tmp_path / "lab.sock") as lab,
        Webhook() as hook,
    ):
        file = tmp_path / "thongsuot.toml"
        file.write_text(
            SETTINGS.format(port=free_port(), ledger=ledger_url, door=lab.socket, hook=hook.url),
            encoding="utf-8",
        )
        settings = settings_file.load(file, {})
        await prepare(settings, lab.inventory, clock)
        ledger = await open_ledger(settings.ledger.url, None, clock)
        try:
            async with running(file) as first:
                await everything_up(ledger, 20)
                lab.client.cut(line.slug)
                before = await the_incident(ledger, IncidentState.OPEN)
                os.kill(first.pid, signal.SIGKILL)
                await first.wait()
            killed_at = clock.now()
            await asyncio.sleep(8)
            async with running(file):
                await everything_up(ledger, 10)
                after = await the_incident(ledger, IncidentState.OPEN)
                assert (after.id, after.root, after.began_at) == (
                    before.id,
                    line.slug,
                    before.began_at,
                )
                await hook.wait(1, 30)
                lab.client.restore(line.slug)
                await the_incident(ledger, IncidentState.RECOVERED)
                await _recovery(hook)
            messages = told(hook, 0)
            problems = {str(m["id"]) for m in messages if purpose(m) == "problem"}
            assert len(problems) == 1
            assert sum(purpose(m) == "recovery" for m in messages) == 1
            gap = await ledger.status.intervals(
                [line.slug], killed_at + timedelta(seconds=1), killed_at + timedelta(seconds=7)
            )
            assert {interval.status for interval in gap} == {Status.UNKNOWN}
        finally:
            await ledger.aclose()


async def _recovery(hook: Webhook) -> None:
    async with asyncio.timeout(30):
        while not any(purpose(m) == "recovery" for m in told(hook, 0)):
            await asyncio.sleep(0.1)


async def test_sigterm_ends_it_cleanly_and_at_once(tmp_path: Path) -> None:
    file = tmp_path / "thongsuot.toml"
    file.write_text(f'[web]\nlisten = "127.0.0.1:{free_port()}"\n', encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RUN.format(str(file)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        assert (await process.stdout.readline()).startswith(b"http://127.0.0.1:")
        process.terminate()
        _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert b"Traceback" not in errors, errors.decode()
