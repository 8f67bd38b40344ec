"""What a form fills in is looked at by the running platform, and nothing of a try remains."""

import asyncio
from pathlib import Path

import httpx

from core.clock import SystemClock
from core.inventory import Changes, Inventory, Service, Unit, UnitLevel
from core.people import Role
from runtime.assembly import open_books
from tests.api.measuring import Site
from tests.runtime.test_hub import running, settings

PATIENCE = 60  # seconds


async def test_a_template_is_tried_kept_and_looked_at(tmp_path: Path) -> None:
    wanted, clock, site = settings(tmp_path), SystemClock(), Site()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    ledger = await open_books(wanted, clock)
    unit = Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Tỉnh", province_code="75")
    portal = Service(
        slug="cong",
        name="Cổng",
        kind="portal",
        unit="tinh",
        url=f"http://127.0.0.1:{site.port}/",
    )
    put = Inventory(units=(unit,), services=(portal,))
    await ledger.inventory.apply(Changes(put=put), "test", clock.now())
    token = await ledger.people.create_token("may", Role.ADMIN, "an", clock.now())
    await ledger.aclose()
    wish = {
        "target": "cong",
        "template": "web-portal",
        "params": {"url": site.url, "keyword": "Đồng Nai"},
        "interval": 10,
    }
    address, headers = wanted.web.address, {"authorization": f"Bearer {token}"}
    async with (
        server,
        running(wanted),
        httpx.AsyncClient(base_url=address, headers=headers, timeout=PATIENCE) as client,
    ):
        [seen] = (await client.post("/api/v1/measures/try", json=wish)).json()
        assert seen["ok"], seen
        assert (await client.get("/api/v1/measures")).json() == []
        made = await client.post("/api/v1/measures", json=wish)
        assert (made.status_code, made.json()["status"]) == (201, "unknown")
        path = "/api/v1/measures/cong-web-portal"
        async with asyncio.timeout(PATIENCE):
            while (told := (await client.get(path)).json())["status"] == "unknown":
                await asyncio.sleep(0.5)
        assert told["status"] == "up", told
        assert told["looked_at"] is not None
