"""Who is asking, and may they? Sessions, API tokens, CSRF tokens, rate-limited passwords."""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Literal
from urllib.parse import urlsplit

from annotated_types import Interval
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Depends, Request
from starlette.responses import Response

from api.context import Context
from api.errors import Refused
from api.guard import client_address
from core.people import AuditRow, Role, User
from core.text import Text

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
FAILURES_BY_USER = 5  # within the window
FAILURES_BY_ADDRESS = 20
WINDOW = timedelta(minutes=15)
Keys = tuple[tuple[str, int], ...]  # what is counted, and how often it may fail
_OPEN_CACHE = 5.0  # seconds for which "no user exists" is believed


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a user by session, a program by token, or anybody while no user exists."""

    name: str
    role: Role
    by: Literal["session", "token", "open"]
    seed: str = ""  # what the CSRF token is bound to
    user: User | None = None

    @property
    def shown(self) -> str:
        """Return the name for people."""
        return self.user.full_name if self.user else self.name


def context_of(request: Request) -> Context:
    """Return what create_app was given."""
    context: Context = request.app.state.context
    return context


async def _context(request: Request) -> Context:
    # a plain function would be called in a thread, and wait for one, at every request
    return context_of(request)


Ctx = Annotated[Context, Depends(_context)]
RowNumber = Annotated[int, Interval(ge=1, le=2**63 - 1)]  # none larger is in any ledger


def cookie_name(secure: bool) -> str:
    """Return the session cookie's name; the __Host- prefix ties it to this host and path /."""
    return "__Host-thongsuot" if secure else "thongsuot"


def visit_cookie(secure: bool) -> str:
    """Return the name of the cookie that binds forms before a login."""
    return "__Host-thongsuot-visit" if secure else "thongsuot-visit"


def csrf_token(seed: str) -> str:
    """Return the form token that belongs to a session; knowing it does not reveal the session."""
    return hashlib.sha256(b"csrf:" + seed.encode()).hexdigest()


def visit_seed(request: Request, secure: bool) -> str:
    """Return the seed of a visitor without a session, a new one if there is none."""
    return request.cookies.get(visit_cookie(secure)) or secrets.token_urlsafe(24)


def set_cookie(response: Response, name: str, value: str, *, secure: bool, age: int | None) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send with a form."""
    response.set_cookie(
        name, value, max_age=age, path="/", httponly=True, samesite="lax", secure=secure
    )


def same_origin(request: Request) -> bool:
    """Say whether the browser declares that one of our own pages sends this.

    `Origin` counts where it is sent, then `Sec-Fetch-Site`; a client that sends neither is no
    browser, and has to know the CSRF token anyway.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        ours = {request.headers.get("host", "").lower()}
        ours.add(urlsplit(context_of(request).settings.base_url).netloc.lower())
        return urlsplit(origin).netloc.lower() in ours  # a proxy may have changed the Host
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


async def check_form(request: Request, seed: str) -> None:
    """Refuse a state-changing request that does not come from a page of this session."""
    if not same_origin(request):
        raise Refused(403, Text("Yêu cầu đến từ trang khác", "The request comes from another site"))
    sent = request.headers.get(CSRF_HEADER)
    if sent is None:
        field = (await request.form()).get(CSRF_FIELD)
        sent = field if isinstance(field, str) else ""
    if not seed or not hmac.compare_digest(sent.encode(), csrf_token(seed).encode()):
        raise Refused(
            403,
            Text(
                "Trang đã hết hiệu lực, vui lòng tải lại rồi thử lại",
                "The page has expired, please reload it and try again",
            ),
        )


async def is_open(request: Request, context: Context) -> bool:
    """Say whether pages are open: allowed by the settings, and no user exists yet."""
    if not context.settings.open_without_login:
        return False
    checked, empty = request.app.state.users_empty
    now = context.clock.monotonic()
    if checked is None or now - checked > _OPEN_CACHE:
        empty = not await context.ledger.people.users()
        request.app.state.users_empty = (now, empty)
    return bool(empty)


async def asker_or_none(request: Request, context: Ctx) -> Asker | None:
    """Return who asks, None if nobody known."""
    scheme, _, plain = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = await context.ledger.people.token(plain.strip())
        return Asker(found[0], found[1], "token") if found else None
    cookie = request.cookies.get(cookie_name(context.settings.secure_cookies))
    if cookie:
        user = await context.ledger.people.session(cookie, context.clock.now())
        if user is not None and not user.disabled:
            return Asker(user.name, user.role, "session", cookie, user)
    if await is_open(request, context):
        seed = request.cookies.get(visit_cookie(context.settings.secure_cookies), "")
        return Asker("", Role.VIEWER, "open", seed)
    return None


async def viewer(asker: Annotated[Asker | None, Depends(asker_or_none)]) -> Asker:
    """Demand that somebody known asks."""
    if asker is None:
        raise Refused(401, headers={"www-authenticate": "Bearer"})
    return asker


async def operator(request: Request, asker: Annotated[Asker, Depends(viewer)]) -> Asker:
    """Demand an operator, and a form of ours if a browser asks."""
    return await _at_least(request, asker, Role.OPERATOR)


async def admin(request: Request, asker: Annotated[Asker, Depends(viewer)]) -> Asker:
    """Demand an administrator, and a form of ours if a browser asks."""
    return await _at_least(request, asker, Role.ADMIN)


async def _at_least(request: Request, asker: Asker, role: Role) -> Asker:
    if not asker.role.allows(role):
        raise Refused(403)
    if request.method not in {"GET", "HEAD"} and asker.by != "token":
        await check_form(request, asker.seed)
    return asker


Viewer = Annotated[Asker, Depends(viewer)]
Operator = Annotated[Asker, Depends(operator)]
Admin = Annotated[Asker, Depends(admin)]


@cache
def hasher() -> PasswordHasher:
    """Return the hasher with the library's present parameters (RFC 9106, low memory)."""
    return PasswordHasher()


@cache
def _nobody() -> str:
    return hasher().hash("nobody has this password")


def _fits(stored: str | None, password: str) -> bool:
    """Say whether a password fits; where there is none to fit, take as long to say no."""
    try:
        return hasher().verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def hash_password(password: str) -> str:
    """Return the argon2id hash to store; takes some 50 ms of CPU."""
    return hasher().hash(password)


async def _barred(context: Context, keys: Keys, now: datetime) -> bool:
    people = context.ledger.people
    for key, limit in keys:
        if await people.recent_failures(key, now - WINDOW) >= limit:
            return True
    return False


async def log_in(request: Request, context: Context, name: str, password: str) -> str:
    """Check a name and password and return a new session's token; Refused otherwise.

    An unknown name costs the same time as a known one and gets the same answer. Passwords are
    checked one at a time, so that many tries at once do not slip past the limits.
    """
    now = context.clock.now()
    address = client_address(request, context.settings.proxies)
    keys = (
        (f"user:{name[:63]}", FAILURES_BY_USER),
        (f"address:{address}", FAILURES_BY_ADDRESS),
    )
    if await _barred(context, keys, now):  # cheap, before waiting for a turn
        raise _too_often()
    async with request.app.state.login_turn:
        if await _barred(context, keys, now):
            raise _too_often()
        good = await _right(context, name, password)
        for key, _ in keys:
            await context.ledger.people.note_attempt(key, ok=good, now=now)
    if not good:
        await record(context, request, name[:63] or "-", "login.failed")
        raise Refused(
            403, Text("Tên đăng nhập hoặc mật khẩu không đúng.", "Wrong name or password.")
        )
    await record(context, request, name, "login")
    lifetime = timedelta(seconds=context.settings.session_lifetime)
    return await context.ledger.people.open_session(name, now, lifetime)


async def _right(context: Context, name: str, password: str) -> bool:
    stored = await context.ledger.people.password_hash(name)
    if not await asyncio.to_thread(_fits, stored, password):
        return False
    user = await context.ledger.people.user(name)
    return user is not None and not user.disabled


def _too_often() -> Refused:
    return Refused(
        429,
        Text(
            "Sai quá nhiều lần. Vui lòng đợi 15 phút rồi thử lại.",
            "Too many failed attempts. Please wait 15 minutes and try again.",
        ),
        {"retry-after": str(int(WINDOW.total_seconds()))},
    )


async def record(
    context: Context, request: Request, actor: str, action: str, *, subject: str = ""
) -> None:
    """Write an audit row."""
    await context.ledger.people.audit(
        AuditRow(
            at=context.clock.now(),
            actor=actor,
            action=action,
            subject=subject,
            origin=client_address(request, context.settings.proxies),
        )
    )
