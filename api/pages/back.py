"""The way back from an address that only takes forms, to the page on which its form stands.

What a form is answered with stays under the address it was sent to. A browser asks for that address
again by itself: at a reload, a bookmark, a step back, the choice of language, after a login.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from api.door import Viewer
from api.forms import above, page_at


def ways_back(routers: Sequence[APIRouter]) -> APIRouter:
    """Return a way back for each address of people's that takes forms and has no page of its own.

    It has to be asked before the others: `/meetings/import` is no meeting.
    """
    router = APIRouter(include_in_schema=False)
    routes = [
        one
        for each in routers
        for one in each.routes
        if isinstance(one, APIRoute) and not one.include_in_schema
    ]
    pages = {one.path for one in routes if "GET" in (one.methods or ())}
    for path in dict.fromkeys(one.path for one in routes if "POST" in (one.methods or ())):
        if path not in pages:
            router.add_api_route(path, back, methods=["GET"])
    return router


async def back(request: Request, asker: Viewer) -> RedirectResponse:
    """Lead to the nearest page above that the asker may see now."""
    _, *others = above(request.url.path)
    for path in others:
        if await page_at(request, path) is not None:
            return RedirectResponse(path, 303)
    return RedirectResponse("/", 303)
