"""A rule is tried by the running platform, in another process, over what a real engine holds."""

import asyncio
import os
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from core.clock import SystemClock
from core.errors import Unavailable
from core.people import Role
from inventory.compiled import LookingDefaults, compile_estate
from runtime.assembly import open_books
from runtime.rule_trying import RuleTrying
from runtime.settings import build
from tests.grafana.engines import VICTORIA, engine, missing
from tests.ports import free_port
from tests.runtime.test_hub import running
from tests.runtime.test_rules_command import HOUR, LAND, NOW, fill, past, write

PATIENCE = 60  # seconds
HERE = LAND.model_copy(
    update={"devices": tuple(d.model_copy(update={"address": "127.0.0.1"}) for d in LAND.devices)}
)
needs_engine = pytest.mark.skipif(bool(missing()), reason="the engines are not installed")


@needs_engine
async def test_the_platform_tries_a_rule_and_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    async with engine(VICTORIA, tmp_path / "engine") as base:
        await write(base, VICTORIA, past())
        wanted = build(
            {
                "web": {"listen": f"127.0.0.1:{free_port()}"},
                "series": {"write_url": f"{base}/api/v1/write", "read_url": base},
            },
            tmp_path,
        )
        await fill(wanted.ledger.url, HERE)
        ledger = await open_books(wanted, SystemClock())
        token = await ledger.people.create_token("may", Role.OPERATOR, "an", SystemClock().now())
        await ledger.aclose()
        headers = {"authorization": f"Bearer {token}"}
        async with (
            running(wanted),
            httpx.AsyncClient(
                base_url=wanted.web.address, headers=headers, timeout=PATIENCE
            ) as client,
        ):
            answer = await client.post("/api/v1/rules/do-tre/trial?days=1")
            assert answer.status_code == 200, answer.text
            found = answer.json()
            assert found["count"] >= 1
            assert {one["target"] for one in found["firings"]} == {"gw"}
            told = [datetime.fromisoformat(one["fired_at"]) for one in found["firings"]]
            assert all(at.minute == 2 for at in told)
            assert found["hidden"] >= 1
            opened = (await client.get("/api/v1/incidents")).json()["items"]
            assert [one for one in opened if one["kind"] == "threshold"] == []
            page = await client.post("/rules/do-tre/trial")
            assert page.status_code == 303
            async with asyncio.timeout(PATIENCE):
                while "Sẽ báo" not in (shown := (await client.get(page.headers["location"])).text):
                    assert 'http-equiv="refresh"' in shown
                    await asyncio.sleep(0.2)


@needs_engine
async def test_how_far_it_has_come_is_told_from_another_process(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    await fill(url)
    estate = compile_estate(LAND, NOW.date(), LookingDefaults())
    async with engine(VICTORIA, tmp_path / "engine") as base:
        await write(base, VICTORIA, past())
        trying = RuleTrying(url, (base, {}), lambda: estate)
        shares: list[float] = []
        try:
            assert await trying._worker.run(os.getpid) != os.getpid()
            found = await trying.tried("do-tre-diem", NOW - 24 * 90 * HOUR, NOW, shares.append)
        finally:
            await trying.aclose()
    assert found.firings
    assert shares == sorted(shares)


async def test_an_engine_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    await fill(url)
    estate = compile_estate(LAND, NOW.date(), LookingDefaults())
    trying = RuleTrying(url, (f"http://127.0.0.1:{free_port()}", {}), lambda: estate)
    try:
        with pytest.raises(Unavailable, match="engine does not answer"):
            await trying.tried("do-tre", NOW - HOUR, NOW, lambda _: None)
    finally:
        await trying.aclose()
