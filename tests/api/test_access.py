"""Every route × every role, from the application's own list of routes."""

import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from core.people import Role
from tests.api.world import World

OPEN = {
    "/login",
    "/logout",
    "/language/{language}",
    "/a/{token}",
    "/m/{token}",
    "/api/v1/answers/{channel}",  # the provider of a channel proves itself
    "/api/v1/rooms/{slug}/heartbeat",  # a room's PC signs
    "/api/v1/jobs/{name}",  # a job has a token of its own
    "/api/v1/hints/{device}/{token}",  # a device knows its own address
    "/healthz",
    "/readyz",
}
OPERATOR = {
    "/api/v1/configurations/difference",
    "/api/v1/configurations/{number}",
    "/api/v1/targets/{slug}/configurations",
    "/targets/{slug}/configurations",
    "/targets/{slug}/configurations/{number}",
    "/api/v1/alertmanager",
    "/contacts/{contact}/confirm",
    "/contacts/{contact}/prove",
    "/rehearsal",
    "/rehearsal/{token}",
    "/rehearsal/{token}/json",
    "/api/v1/incidents/{incident}/ack",
    "/api/v1/incidents/{incident}/comment",
    "/incidents/{incident}/ack",
    "/api/v1/incidents/{incident}/drafts",
    "/api/v1/incidents/{incident}/tickets",
    "/api/v1/incidents/{incident}/tickets/{ticket}",
    "/api/v1/silences/{silence}/end",
    "/api/v1/meetings/{meeting}/cancel",
    "/api/v1/meetings/{meeting}/rooms/{room}/ticks",
    "/api/v1/meetings/{meeting}/rooms/{room}/delegates",
    "/api/v1/rooms/{slug}/beat",
    "/meetings/import",
    "/meetings/{meeting}/ask",
    "/meetings/{meeting}/cancel",
    "/meetings/{meeting}/annex/delegates",
    "/meetings/{meeting}/change",
    "/meetings/{meeting}/until",
    "/meetings/{meeting}/link",
    "/meetings/{meeting}/links",
    "/api/v1/incidents/{incident}/merge",
    "/api/v1/incidents/{incident}/split",
    "/api/v1/channels",
    "/api/v1/channels/tests/{number}",
    "/api/v1/channels/{name}/test",
    "/api/v1/maintenance/{works}/cancel",
    "/api/v1/rules/{slug}/trial",
    "/rules/{slug}/trial",
    "/rules/trials/{token}",
    "/channels",
    "/channels/{name}/test",
    "/incidents/{incident}/cause",
    "/incidents/{incident}/comment",
    "/incidents/{incident}/merge",
    "/incidents/{incident}/silence",
    "/incidents/{incident}/split",
    "/incidents/{incident}/tickets",
    "/incidents/{incident}/tickets/{ticket}",
    "/silences/{silence}/end",
    "/test-message",
    "/figures/{name}/template.xlsx",
}
ADMIN = {
    "/admin",
    "/api/v1/configurations/{number}/whole",
    "/targets/{slug}/configurations/{number}/whole",
    "/api/v1/discoveries",
    "/api/v1/discoveries/{number}",
    "/api/v1/discoveries/{number}/stop",
    "/discovery",
    "/discovery/{number}",
    "/discovery/{number}/rows.{form}",
    "/discovery/{number}/stop",
    "/days/remove",
    "/days/seed",
    "/uplinks/take",
    "/uplinks/refuse",
    "/uplinks/offer",
    "/grafana",
    "/grafana/thongsuot-grafana.zip",
    "/import",
    "/import/template.xlsx",
    "/import/{token}",
    "/import/{token}/apply",
    "/import/{token}/drop",
    "/import/{token}/errors.xlsx",
    "/measures/new",
    "/measures/new/{template}",
    "/measures/{slug}/edit",
    "/measures/{slug}/end",
    "/api/v1/measures/try",
    "/api/v1/measures/{slug}/end",
    "/rooms/{slug}/key",
    "/rooms/{slug}/key/revoke",
}
# What everybody may see and only some may change.
POSTED = {
    "/api/v1/measures": Role.ADMIN,
    "/api/v1/measures/{slug}": Role.ADMIN,  # PUT
    "/api/v1/causes": Role.OPERATOR,
    "/causes": Role.OPERATOR,
    "/days": Role.ADMIN,
    "/maintenance": Role.OPERATOR,
    "/rota/swap": Role.OPERATOR,
    "/rota/cancel": Role.OPERATOR,
    "/rota/hand-over": Role.OPERATOR,
    "/rota/import": Role.ADMIN,
    "/maintenance/{works}/cancel": Role.OPERATOR,
    "/api/v1/figures/{name}": Role.OPERATOR,
    "/figures/{name}": Role.OPERATOR,
    "/api/v1/maintenance": Role.OPERATOR,
    "/api/v1/silences": Role.OPERATOR,
    "/silences": Role.OPERATOR,
    "/meetings": Role.OPERATOR,
    "/api/v1/meetings": Role.OPERATOR,
    "/api/v1/meetings/{meeting}": Role.OPERATOR,  # PUT
}


def routes() -> list[tuple[str, str]]:
    """Return every (method, path) that the application answers."""
    found = [("GET", "/api/v1/openapi.json")]
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            found += [(method, route.path) for method in sorted(route.methods or ())]
    return found


def filled(path: str) -> str:
    """Return a path with something in its places."""
    for name in (
        "incident",
        "slug",
        "name",
        "token",
        "language",
        "works",
        "silence",
        "meeting",
        "room",
    ):
        path = path.replace(f"{{{name}}}", "nothing-of-ours")
    return path.replace("{ticket}", "4711").replace("{form}", "xlsx").replace("{number}", "4711")


def needed_for(method: str, path: str) -> Role:
    """Return the least role that may ask this."""
    if method in {"POST", "PUT"} and path in POSTED:
        return POSTED[path]
    return Role.ADMIN if path in ADMIN else Role.OPERATOR if path in OPERATOR else Role.VIEWER


def test_the_list_of_routes_is_whole() -> None:
    paths = {path for _, path in routes()}
    assert paths >= OPEN | OPERATOR | ADMIN | set(POSTED)
    assert len(paths) > 35


async def test_nobody_comes_in_without_a_login(world: World) -> None:
    for method, path in routes():
        answer = await world.client.request(method, filled(path))
        if path in OPEN:
            assert answer.status_code != 401, path
        else:
            assert answer.status_code in {401, 303}, (method, path)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/login"), path


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_reaches_what_it_may_and_nothing_else(world: World, role: Role) -> None:
    headers = await world.token(role)
    for method, path in routes():
        if path in OPEN or path == "/api/v1/events":
            continue
        needed = needed_for(method, path)
        answer = await world.client.request(method, filled(path), headers=headers)
        refused = answer.status_code in {401, 403}
        assert refused is not role.allows(needed), (method, path, answer.status_code)
