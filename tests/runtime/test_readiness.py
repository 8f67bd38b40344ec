"""Asked from beside it, a platform says whether it is ready."""

import asyncio
from pathlib import Path

from core.clock import SystemClock
from runtime.hub import open_hub
from runtime.readiness import trouble
from runtime.settings import Settings, build
from tests.ports import free_port


def settings(folder: Path, **web: object) -> Settings:
    listen = {"listen": f"127.0.0.1:{free_port()}", **web}
    return build({"web": listen, "series": {"enabled": False}}, folder)


async def test_a_platform_that_does_not_run_is_not_ready(tmp_path: Path) -> None:
    assert "onnect" in await trouble(settings(tmp_path).web)


async def test_a_running_one_is_ready_soon_also_under_its_public_name(tmp_path: Path) -> None:
    wanted = settings(tmp_path, base_url="https://giamsat.example.gov.vn")
    stop = asyncio.Event()
    async with open_hub(wanted, SystemClock()) as hub:
        running = asyncio.create_task(hub.run(stop))
        async with asyncio.timeout(20):
            while await trouble(wanted.web):
                await asyncio.sleep(0.1)
        stop.set()
        await running
    assert await trouble(wanted.web) != ""
