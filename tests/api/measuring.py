"""A province with a real website to measure, and the application that may look at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.clock import LOCAL, SystemClock
from core.inventory import Changes, Inventory, Service
from core.watching import Estate
from inventory.compiled import LookingDefaults, compile_estate
from runtime import registries
from runtime.glance import Glance
from runtime.kit import DirectSockets, NoSecrets, make_kit
from storage.vault import Vault
from tests.api.world import PROVINCE, World, a_world

PORTAL = "cong"
SECRET = "robot:mật khẩu rất dài"


@dataclass
class Site:
    """A web server on loopback: what it serves, and what it was asked."""

    port: int = 0
    text: str = "<html><body><h1>Cổng thông tin điện tử Đồng Nai</h1></body></html>"
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/tin-tuc"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.partition("\r\n")[0])
        body = self.text.encode()
        kind = "Content-Type: text/html; charset=utf-8"
        begin = f"HTTP/1.1 200 OK\r\n{kind}\r\nContent-Length: {len(body)}\r\nConnection: close"
        writer.write(f"{begin}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


@dataclass
class Watched:
    """The estate as it was compiled last."""

    estate: Estate = field(default_factory=Estate)

    async def compile(self, world: World) -> None:
        """Compile it anew, as the hub does when the inventory has changed."""
        today = world.clock.now().astimezone(LOCAL).date()
        inventory = await world.ledger.inventory.load(today)
        self.estate = compile_estate(inventory, today, LookingDefaults())
        world.app.state.pictures._newest = None


@asynccontextmanager
async def measuring(folder: Path) -> AsyncIterator[tuple[World, Watched, Site]]:
    """Yield a world with a portal that may be looked at."""
    site, watched = Site(), Watched()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    collectors = registries.collectors()
    glance = Glance(
        collectors, lambda secrets: make_kit(SystemClock(), DirectSockets(), secrets), NoSecrets()
    )
    vault = Vault.open(folder / "key")
    made = a_world(
        folder,
        vault=vault,
        estate=lambda: watched.estate,
        collectors=collectors,
        glance=glance.look,
    )
    async with server, made as world:
        portal = Service(
            slug=PORTAL,
            name="Cổng thông tin tỉnh",
            kind="portal",
            unit=PROVINCE,
            url=f"http://127.0.0.1:{site.port}/",
        )
        rows = Changes(put=Inventory(services=(portal,)))
        await world.ledger.inventory.apply(rows, "test", world.clock.now())
        await watched.compile(world)
        yield world, watched, site
