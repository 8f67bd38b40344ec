"""The whole platform over a device with a command line: read, kept, judged, and secret."""

import asyncio
from pathlib import Path

from core.clock import SystemClock
from core.inventory import Changes, Device, Inventory, Site, Unit, UnitLevel
from core.status import Status
from lab.emulators.command_line import IOS, CommandLine, served
from runtime.hub import open_hub
from runtime.settings import load
from storage.ledger import open_ledger
from storage.vault import Vault
from tests.collectors.configurations import SECRETS, ios, ios_startup
from tests.databases import migrated
from tests.ports import free_port

LAND = Inventory(
    units=(
        Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"),
    ),
    sites=(Site(slug="s", name="s", unit="tinh"),),
    devices=(
        Device(slug="gw", name="gw", site="s", kind="router", vendor="Cisco", address="127.0.0.1"),
    ),
)


async def test_a_router_that_was_not_saved_is_degraded_and_kept(tmp_path: Path) -> None:
    device = CommandLine(IOS, answers={"show running-config": ios(mtu=9000)})
    device.answers["show startup-config"] = ios_startup()
    async with served(device) as port:
        (tmp_path / "t.toml").write_text(
            f'[web]\nlisten = "127.0.0.1:{free_port()}"\n[ledger]\nurl = "sqlite:///l.db"\n'
            "[series]\nenabled = false\n"
            f'[looking]\ncli_secret = "ssh"\ncli_port = {port}\n'
            'intervals = { cli_config = "2s" }\n'
        )
        settings = load(tmp_path / "t.toml", {})
        migrated(settings.ledger.url)
        vault = Vault.open(settings.secrets.key_file)
        ledger = await open_ledger(settings.ledger.url, vault, SystemClock())
        now = SystemClock().now()
        login = f"{device.user}:{device.password}"
        await ledger.secrets.set_secret("ssh", login, "test", now)
        await ledger.inventory.apply(Changes(put=LAND), "test", now)
        async with open_hub(settings, SystemClock()) as hub:
            stop = asyncio.Event()
            running = asyncio.create_task(hub.run(stop))
            async with asyncio.timeout(60):
                while hub.brain.states.get("gw") is None or (
                    hub.brain.states["gw"].status is not Status.DEGRADED
                ):
                    await asyncio.sleep(0.1)
            stop.set()
            await running
            assert "the running configuration is not saved" in hub.brain.states["gw"].detail
        versions = await ledger.configurations.versions("gw")
        assert sorted((row.kind.value, row.unsaved) for row in versions) == [
            ("running", True),
            ("startup", None),
        ]
        await ledger.aclose()
    assert not [secret for secret in (*SECRETS, device.password) if _lies_in(tmp_path, secret)]


def _lies_in(folder: Path, secret: str) -> bool:
    """Say whether a text stands anywhere in the ledger's files."""
    return any(secret.encode() in file.read_bytes() for file in folder.glob("l.db*"))
