"""Logging in and out, and the choice of language."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from api.door import (
    Asker,
    Ctx,
    asker_or_none,
    check_form,
    cookie_name,
    log_in,
    record,
    set_cookie,
    visit_cookie,
)
from api.errors import Refused
from api.translations import COOKIE

router = APIRouter(include_in_schema=False)
_YEAR = 365 * 86400
Anybody = Annotated[Asker | None, Depends(asker_or_none)]


def inside(there: str) -> str:
    """Return a path of ours to go on to, `/` for anything that could lead away."""
    try:
        parts = urlsplit(there)
    except ValueError:  # an address of IPv6 that does not end
        return "/"
    if parts.scheme or parts.netloc or not there.startswith("/") or there[1:2] in {"/", "\\"}:
        return "/"
    return "/" if any(ord(char) < ord(" ") for char in there) else there


@router.get("/login")
async def form(
    request: Request, asker: Anybody, there: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """Show the form."""
    if asker is not None and asker.by == "session":
        return RedirectResponse(inside(there), 303)
    page: Response = request.app.state.pages.render(
        request, "login.html", None, there=inside(there), refusal=None, name=""
    )
    return page


@router.post("/login")
async def login(
    request: Request,
    context: Ctx,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    there: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:
    """Check name and password; open a session."""
    secure = context.settings.secure_cookies
    await check_form(request, request.cookies.get(visit_cookie(secure), ""))
    try:
        token = await log_in(request, context, name.strip().lower(), password)
    except Refused as refusal:
        page: Response = request.app.state.pages.render(
            request,
            "login.html",
            None,
            status=refusal.status,
            there=inside(there),
            refusal=refusal.text,
            name=name,
        )
        for header, value in (refusal.headers or {}).items():
            page.headers[header] = value
        return page
    response = RedirectResponse(inside(there), 303)
    age = int(context.settings.session_lifetime)
    set_cookie(response, cookie_name(secure), token, secure=secure, age=age)
    response.delete_cookie(visit_cookie(secure), path="/", secure=secure, httponly=True)
    return response


@router.post("/logout")
async def logout(request: Request, context: Ctx, asker: Anybody) -> Response:
    """End the session."""
    secure = context.settings.secure_cookies
    if asker is not None and asker.by == "session":
        await check_form(request, asker.seed)
        await context.ledger.people.close_session(asker.seed)
        await record(context, request, asker.name, "logout")
    response = RedirectResponse("/login", 303)
    response.delete_cookie(cookie_name(secure), path="/", secure=secure, httponly=True)
    return response


@router.get("/language/{language}")
async def choose(language: str, there: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Remember the reader's language and go back."""
    response = RedirectResponse(inside(there), 303)
    if language in {"vi", "en"}:
        response.set_cookie(COOKIE, language, max_age=_YEAR, path="/", samesite="lax")
    return response
