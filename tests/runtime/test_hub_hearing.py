"""A running hub hears a device: its words are kept, its checks come forward, metrics tell."""

import asyncio
import shutil
import socket
import subprocess
from pathlib import Path

from core.clock import SystemClock
from core.inventory import Changes, Device, Inventory, Site, Unit, UnitLevel
from core.remark import Via
from runtime.assembly import open_books
from runtime.hub import open_hub
from runtime.settings import build
from storage.remarks import Wanted
from tests.ports import free_port

LOGIN = "v3 user=gs auth=sha512:mot-mat-khau priv=aes256:hai-mat-khau"
WORDS: tuple[str, ...] = (
    *("-v3", "-u", "gs", "-l", "authPriv"),
    *("-a", "SHA-512", "-A", "mot-mat-khau", "-x", "AES-256", "-X", "hai-mat-khau"),
)


async def test_a_hub_hears_by_the_secrets_that_it_polls_with(tmp_path: Path) -> None:
    traps, syslog = free_port(), free_port()
    wanted = build(
        {
            "web": {"listen": f"127.0.0.1:{free_port()}"},
            "series": {"enabled": False},
            "hearing": {"traps": f"127.0.0.1:{traps}", "syslog": f"127.0.0.1:{syslog}"},
        },
        tmp_path,
    )
    ledger = await open_books(wanted, SystemClock())
    now = SystemClock().now()
    unit = Unit(
        slug="dong-nai", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"
    )
    put = Inventory(
        units=(unit,),
        sites=(Site(slug="tt", name="Trung tâm", unit="dong-nai", role="center"),),
        devices=(Device(slug="gw", name="Lõi", site="tt", kind="gateway", address="127.0.0.1"),),
    )
    await ledger.inventory.apply(Changes(put=put), "test", now)
    await ledger.secrets.set_secret("snmp-default", LOGIN, "test", now)
    await ledger.aclose()
    program = shutil.which("snmptrap")
    assert program is not None
    command = [program, "-m", "", "-Ci", "-r", "2", "-t", "2", *WORDS, f"127.0.0.1:{traps}", ""]
    async with open_hub(wanted, SystemClock()) as hub:
        stop = asyncio.Event()
        running = asyncio.create_task(hub.run(stop))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(
            subprocess.run,
            [*command, "1.3.6.1.6.3.1.1.5.3"],
            check=True,
            timeout=20,
            env={"SNMP_PERSISTENT_DIR": str(tmp_path / "kept"), "PATH": "/usr/bin"},
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.sendto("<11>snmpd: quạt hỏng".encode(), ("127.0.0.1", syslog))
        async with asyncio.timeout(10):
            while len(found := (await hub.ledger.remarks.find(Wanted())).items) < 2:
                await asyncio.sleep(0.1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.sendto(b"<11>snmpd: the last word", ("127.0.0.1", syslog))
        await asyncio.sleep(0.1)
        stop.set()
        await running
        last = (await hub.ledger.remarks.find(Wanted(), 1)).items
    assert [one.text for one in last] == ["the last word"]
    assert {(one.via, one.device, one.site) for one in found} == {
        (Via.INFORM_V3, "gw", "tt"),
        (Via.SYSLOG_UDP, "gw", "tt"),
    }
