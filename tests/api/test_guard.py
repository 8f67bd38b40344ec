"""What every request meets first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.context import Web
from api.door import csrf_token
from api.guard import host_name
from core.people import Role
from tests.api.world import World, a_world


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1", "thongsuot.test.evil.example"])
async def test_a_rebound_name_is_refused(world: World, host: str) -> None:
    answer = await world.client.get("/healthz", headers={"host": host})
    assert answer.status_code == 421


async def test_the_port_and_the_case_of_a_host_do_not_matter(world: World) -> None:
    answer = await world.client.get("/healthz", headers={"host": "ThongSuot.test:8080"})
    assert answer.status_code == 200
    assert host_name("[::1]:8080") == "[::1]"
    assert host_name("[::1]") == "[::1]"


@pytest.mark.parametrize(
    "path", ["/login", "/healthz", "/api/v1/me", "/nowhere", "/static/live.js"]
)
async def test_every_answer_carries_the_security_headers(world: World, path: str) -> None:
    headers = (await world.client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


async def test_pages_are_not_kept_by_caches(world: World) -> None:
    assert (await world.client.get("/login")).headers["cache-control"] == "no-store"


async def test_no_page_holds_inline_script_or_style(world: World) -> None:
    headers = await world.token(Role.ADMIN)
    for path in ("/", "/wall", "/targets/gw-dak-o", "/inventory", "/admin", "/incidents"):
        text = (await world.client.get(path, headers=headers)).text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert text.count("<script ") == text.count('<script type="module" src="/static/')


async def test_a_body_that_says_it_is_too_large_is_refused(world: World) -> None:
    answer = await world.client.post("/login", content=b"x" * 300_000)
    assert answer.status_code == 413


async def test_a_body_that_grows_too_large_is_refused(world: World) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 10_000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = await world.client.post("/login", content=endless(), headers=kind)
    assert answer.status_code == 413


async def test_a_proxy_is_believed_only_if_it_is_ours(tmp_path: Path) -> None:
    forwarded = {"x-forwarded-for": "203.0.113.9, 10.0.0.1"}
    for proxies, seen in (((), "192.0.2.7"), (("192.0.2.0/24", "10.0.0.1"), "203.0.113.9")):
        folder = tmp_path / seen
        folder.mkdir()
        async with a_world(folder, settings=Web(proxies=proxies)) as world:
            await world.client.get("/login")
            token = world.client.cookies.get("thongsuot-visit") or ""
            form = {"name": "an", "password": "x", "csrf": csrf_token(token)}
            await world.client.post("/login", data=form, headers=forwarded)
            rows = await world.ledger.people.audit_rows(1)
            assert rows[0].origin == seen


async def test_a_fault_of_ours_tells_nothing_of_the_inside(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    await world.ledger.aclose()
    answer = await world.client.get("/api/v1/units", headers=headers)
    assert answer.status_code in {500, 503, 200}
    assert "Traceback" not in answer.text
