"""The account of a robot: who it is, and that it is not locked by us."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from collectors._net.trouble import Trouble, trouble
from collectors._vc.manners import manners_of
from core.collector import Kit
from core.reading import FailureKind


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password; never to be logged."""

    user: str
    password: str


class Refused(Exception):
    """The server does not take the login; the words are its own."""


def login_of(kit: Kit, name: str | None, user: str | None) -> Login | None:
    """Return the login that a secret's name stands for, None without a name; Trouble."""
    if name is None:
        return None
    secret = kit.secrets.reveal(name)
    if secret is None:
        raise trouble(FailureKind.LOCAL, f"no secret {name} is set")
    first = secret.strip().partition("\n")[0].strip()
    if user is not None:
        return Login(user, first)
    found, colon, password = first.partition(":")
    if not colon:
        what = f"the secret {name} is no user:password, and the parameter user names nobody"
        raise trouble(FailureKind.LOCAL, what)
    return Login(found, password)


async def let_in(
    kit: Kit, server: str, login: Login, log_in: Callable[[Login], Awaitable[None]]
) -> float:
    """Log in unless we were refused just now, so that no account is locked; return the seconds."""
    manners, key = manners_of(kit), f"{login.user}:{login.password}"
    resting = manners.rest(server, key)
    if resting is not None:
        raise Trouble(resting)
    begun = asyncio.get_running_loop().time()
    try:
        await log_in(login)
    except Refused as error:
        raise Trouble(manners.refused(server, key, f"the login is refused: {error}")) from error
    manners.welcome(server, key)
    return asyncio.get_running_loop().time() - begun
