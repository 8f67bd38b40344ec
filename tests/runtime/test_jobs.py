"""A backup script tells a real hub how it ended, by curl; the check that reads it knows at once."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from core.clock import SystemClock
from core.inventory import Changes, Inventory, Measure
from core.status import Status
from runtime.cli import job
from runtime.hub import Hub
from tests.inventory.builders import a_device, a_land
from tests.runtime.test_hub import answered, running, settings

CURL = shutil.which("curl")


def ran(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(
        job.app, [*args, "-c", str(folder / "thongsuot.toml")], env={"THONGSUOT_LANG": "en"}
    )


async def said(*args: str) -> "subprocess.CompletedProcess[str]":
    command = [str(CURL), "-sS", "-o", "/dev/null", "-w", "%{http_code}", *args]
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=60, check=False
    )


async def becomes(hub: Hub, target: str, wanted: Status) -> str:
    """Wait until a target has a status; return why."""
    async with asyncio.timeout(60):
        while True:
            state = hub.brain.states.get(target)
            if state is not None and state.status is wanted:
                return state.reason
            await asyncio.sleep(0.1)


@pytest.mark.skipif(CURL is None, reason="no curl is installed (package curl)")
async def test_a_script_that_ends_well_or_ill_is_heard_and_judged(tmp_path: Path) -> None:
    wanted = settings(tmp_path)
    land = a_land()
    here = a_device("sao-luu", "tt", "server", address="127.0.0.1")
    measure = Measure(
        slug="pd-csdl", target="sao-luu", template="backup-job", params="job=csdl", interval=10
    )
    async with running(wanted) as hub:
        await answered(f"{wanted.web.address}/healthz")
        now = SystemClock().now()
        token = await hub.ledger.jobs.make("csdl", "an", now)
        put = Inventory(
            units=land.units, calendars=land.calendars, contacts=land.contacts,
            organisations=land.organisations, sites=land.sites, devices=(here,),
            measures=(measure,),
        )  # fmt: skip
        await hub.ledger.inventory.apply(Changes(put=put), "an", now)
        url = f"{wanted.web.address}/api/v1/jobs/csdl"
        stranger = await said(
            "-X", "POST", "-H", "Authorization: Bearer tsj_x", f"{url}?ended=well"
        )
        assert stranger.stdout == "403"
        bearer = ("-X", "POST", "-H", f"Authorization: Bearer {token}")
        assert (await said(*bearer, f"{url}?ended=maybe")).stdout == "422"
        assert (await said(*bearer, f"{url}?ended=well&size=1000&duration=7")).stdout == "200"
        await becomes(hub, "sao-luu", Status.UP)
        ill = await said(*bearer, f"{url}?ended=ill&detail=disk%20full")
        assert ill.stdout == "200"
        await becomes(hub, "sao-luu", Status.DEGRADED)
        [known] = await hub.ledger.jobs.known()
        assert (known.good, known.detail, known.size) == (False, "disk full", 1000)
        async with httpx.AsyncClient() as client:
            told = (await client.get(f"{wanted.web.address}/api/v1/jobs")).json()
        assert [(one["name"], one["good"]) for one in told] == [("csdl", False)]
        assert (await said(*bearer, f"{url}?ended=well&size=1100")).stdout == "200"
        await becomes(hub, "sao-luu", Status.UP)


def test_a_token_is_made_listed_and_revoked_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "thongsuot.toml").write_text("[series]\nenabled = false\n")
    made = json.loads(ran(tmp_path, "make", "csdl-ioffice", "--json").output)
    assert made["token"].startswith("tsj_")
    assert made["url"].endswith("/api/v1/jobs/csdl-ioffice")
    listed = ran(tmp_path, "list")
    assert "csdl-ioffice" in listed.output
    assert made["token"] not in listed.output
    assert "curl -fsS -X POST" in ran(tmp_path, "make", "csdl-ioffice").output
    assert "is revoked" in ran(tmp_path, "revoke", "csdl-ioffice").output
    assert ran(tmp_path, "revoke", "csdl-ioffice").exit_code == 1
    strange = ran(tmp_path, "make", "CSDL iOffice")
    assert strange.exit_code == 2
    assert "small letters" in strange.output
