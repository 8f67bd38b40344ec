"""An address that takes a form leads a browser that only asks for it back to the form's page."""

import re

from fastapi.routing import APIRoute

from api.app import ROUTERS
from core.people import Role
from tests.api.test_door import csrf, log_in
from tests.api.world import World

KNOWN = {"incident": "SC-20261122-0009", "slug": "gw-dak-o", "name": "bts"}


def forms() -> set[str]:
    """Return every address of people's that only takes a form, with names filled in."""
    routes = [
        route
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and not route.include_in_schema
    ]
    pages = {route.path for route in routes if "GET" in (route.methods or ())}
    return {
        re.sub(r"{(\w+)}", lambda m: KNOWN.get(m[1], "1"), route.path)
        for route in routes
        if "POST" in (route.methods or ()) and route.path not in pages
    }


async def test_every_address_that_only_takes_a_form_leads_to_a_page(world: World) -> None:
    headers = await world.token(Role.ADMIN)
    addresses = forms()
    assert len(addresses) > 30
    for path in sorted(addresses):
        answer = await world.client.get(path, headers=headers, follow_redirects=True)
        assert answer.status_code == 200, path
        assert "text/html" in answer.headers["content-type"], path


async def test_it_leads_to_the_nearest_page_that_the_asker_may_see(world: World) -> None:
    headers = await world.token(Role.VIEWER)
    for path, place in (("/meetings/import", "/meetings"), ("/rooms/phong-dak-o/key", "/rooms")):
        answer = await world.client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, place)


async def test_what_a_form_was_answered_with_is_not_fetched_anew(world: World) -> None:
    await world.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
    await log_in(world, "ha")
    token = await csrf(world.client, "/meetings")
    answer = await world.client.post("/meetings", data={"csrf": token, "title": ""})
    assert answer.status_code == 422
    assert "data-answer" in answer.text
