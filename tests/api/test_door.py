"""Logging in and out, tokens, roles, forms that come from elsewhere."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api.context import Web
from api.door import FAILURES_BY_ADDRESS, FAILURES_BY_USER, WINDOW, cookie_name
from api.pages.login import inside
from core.people import Role
from tests.api.world import PASSWORD, World, a_world
from tests.factories import FakeClock


async def csrf(client: httpx.AsyncClient, page: str = "/login") -> str:
    """Return the form token of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', (await client.get(page)).text)
    assert found is not None
    return found[1]


async def log_in(world: World, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Send the login form as a browser does."""
    form = {"name": name, "password": password, "csrf": await csrf(world.client), **more}
    return await world.client.post("/login", data=form)


async def test_a_visitor_is_sent_to_log_in_and_comes_back_where_he_wanted(world: World) -> None:
    await world.add_user("an", Role.VIEWER, "Lê An")
    answer = await world.client.get("/incidents")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/incidents")
    answer = await log_in(world, "an", next="/incidents")
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents")
    assert "Lê An" in (await world.client.get("/incidents")).text


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    await world.add_user("an", Role.VIEWER)
    cookie = (await log_in(world, "an")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


async def test_over_https_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    async with a_world(tmp_path, settings=Web(secure_cookies=True)) as world:
        await world.add_user("an", Role.VIEWER)
        world.client.base_url = httpx.URL("https://thongsuot.test")
        cookie = (await log_in(world, "an")).headers["set-cookie"]
        assert cookie.startswith(f"{cookie_name(True)}=")
        assert cookie_name(True).startswith("__Host-")
        assert "Secure" in cookie
        answer = await world.client.get("/")
        assert answer.status_code == 200
        assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(("name", "password"), [("an", "sai"), ("nobody", PASSWORD)])
async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    world: World, name: str, password: str
) -> None:
    await world.add_user("an", Role.VIEWER)
    answer = await log_in(world, name, password)
    assert answer.status_code == 403
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in answer.text
    assert cookie_name(False) not in world.client.cookies


async def test_a_disabled_user_cannot_log_in_and_his_open_session_ends(world: World) -> None:
    await world.add_user("an", Role.VIEWER)
    await log_in(world, "an")
    assert (await world.client.get("/")).status_code == 200
    await world.ledger.people.disable("an")
    assert (await world.client.get("/")).status_code == 303
    assert (await log_in(world, "an")).status_code == 403


async def test_guessing_is_stopped_by_user_and_forgotten_after_a_while(tmp_path: Path) -> None:
    clock = FakeClock()
    async with a_world(tmp_path, clock) as world:
        await world.add_user("an", Role.VIEWER)
        for _ in range(FAILURES_BY_USER):
            assert (await log_in(world, "an", "sai")).status_code == 403
        answer = await log_in(world, "an")
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        clock.advance(WINDOW.total_seconds() + 1)
        assert (await log_in(world, "an")).status_code == 303


async def test_guessing_over_many_names_is_stopped_by_address(world: World) -> None:
    await world.add_user("an", Role.VIEWER)
    now = world.clock.now()
    for _ in range(FAILURES_BY_ADDRESS):
        await world.ledger.people.note_attempt("address:192.0.2.7", ok=False, now=now)
    assert (await log_in(world, "an")).status_code == 429


async def test_logging_out_ends_the_session_on_the_server(world: World) -> None:
    await world.add_user("an", Role.VIEWER)
    await log_in(world, "an")
    kept = world.client.cookies.get(cookie_name(False))
    await world.client.post("/logout", data={"csrf": await csrf(world.client, "/")})
    world.client.cookies.set(cookie_name(False), kept or "")
    assert (await world.client.get("/")).status_code == 303


async def test_sessions_end_by_themselves(tmp_path: Path) -> None:
    clock = FakeClock()
    async with a_world(tmp_path, clock) as world:
        await world.add_user("an", Role.VIEWER)
        await log_in(world, "an")
        clock.advance(world.context.settings.session_lifetime + 1)
        assert (await world.client.get("/")).status_code == 303


async def test_logins_leave_audit_rows_with_the_client_address(world: World) -> None:
    await world.add_user("an", Role.VIEWER)
    await log_in(world, "an", "sai")
    await log_in(world, "an")
    rows = await world.ledger.people.audit_rows(10)
    seen = [(row.actor, row.action, row.origin) for row in rows if row.action.startswith("login")]
    assert seen == [("an", "login", "192.0.2.7"), ("an", "login.failed", "192.0.2.7")]


async def test_a_form_of_another_site_is_refused(world: World) -> None:
    await world.add_user("an", Role.VIEWER)
    form = {"name": "an", "password": PASSWORD, "csrf": await csrf(world.client)}
    foreign = {"origin": "https://evil.example"}
    assert (await world.client.post("/login", data=form, headers=foreign)).status_code == 403
    assert (await world.client.post("/login", data=form | {"csrf": "0"})).status_code == 403
    fetched = {"sec-fetch-site": "cross-site"}
    assert (await world.client.post("/login", data=form, headers=fetched)).status_code == 403


async def test_a_token_of_another_session_does_not_fit(world: World) -> None:
    await world.add_user("an", Role.OPERATOR)
    before = await csrf(world.client)
    await log_in(world, "an")
    answer = await world.client.post(
        "/api/v1/incidents/x/ack", json={}, headers={"x-csrf-token": before}
    )
    assert answer.status_code == 403


async def test_a_program_comes_in_with_its_token_until_it_is_revoked(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    me = (await world.client.get("/api/v1/me", headers=headers)).json()
    assert (me["name"], me["role"], me["by"]) == ("program-viewer", "viewer", "token")
    await world.ledger.people.revoke_token("program-viewer", world.clock.now())
    answer = await world.client.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_without_users_pages_are_open_for_looking_only_and_close_with_the_first(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    async with a_world(tmp_path, clock, Web(open_without_login=True)) as world:
        page = await world.client.get("/")
        assert page.status_code == 200
        assert "thongsuot user add" in page.text
        assert (await world.client.get("/test-message")).status_code == 403
        assert (await world.client.get("/admin")).status_code == 403
        await world.add_user("an", Role.ADMIN)
        clock.advance(10)
        assert (await world.client.get("/")).status_code == 303


@pytest.mark.parametrize(
    "there", ["//evil.example", "https://evil.example/", "/\\evil", "evil", "", "/\t/evil"]
)
def test_after_login_nobody_is_led_away(there: str) -> None:
    assert inside(there) == "/"


def test_after_login_a_path_of_ours_is_kept() -> None:
    assert inside("/incidents?state=open") == "/incidents?state=open"


async def test_the_case_of_a_name_does_not_multiply_the_tries(world: World) -> None:
    """Attempts are kept by name in lower case, so that case does not multiply the tries."""
    await world.add_user("an", Role.VIEWER)
    for name in ("AN", "An", "aN", "an", " an "):
        await log_in(world, name, "sai")
    since = world.clock.now() - timedelta(hours=1)
    assert await world.ledger.people.recent_failures("user:an", since) == 5
