"""Which conferences are on the TrueConf server, and who is in them? Its API v4.

A token by client credentials for each look (the secret is `client_id:client_secret`), then running
conferences and their participants: their number, and the accounts, which rooms are known by. Shown
names and guests, who are people, are left out. Source: public clients.
"""

import json
from collections.abc import Iterator

from collectors._net.trouble import trouble
from collectors._vc import metrics
from collectors._vc.facts import Bridge, Call
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.notation import Json, Record, listed, parsed, wanted, words
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

_ROOT = "/api/v4"
_PAGE, _PAGES = 100, 20
_GUEST = "#guest:"  # what the ids of guests begin with
_BAD_REQUEST, _NOT_FOUND = 400, 404  # of a conference that ended between list and question


class Params(VcParams):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the server once."""
    params = Params.model_validate(dict(check.params))
    port = 443 if params.scheme == "https" else 80
    return await looked(check, kit, transcript, params, _visit, port=port)


async def _visit(guest: Guest) -> Bridge:
    headers = {"Authorization": f"Bearer {await _token(guest)}"}
    inside: dict[str, int] = {}
    calls: list[Call] = []
    for conference in await _running(guest, headers):
        target = f"{_ROOT}/conferences/{words(conference, 'id')}/participants?is_in_conf=true"
        answer = await guest.get(target, headers=headers, also=(_NOT_FOUND,))
        if answer.status != _NOT_FOUND:
            name = words(conference, "topic") or words(conference, "id")
            there = [
                words(one, "id")
                for one in _unwrapped(parsed(answer.octets), "list", "participants")
            ]
            inside[name] = inside.get(name, 0) + len(there)
            calls += [
                Call(key=f"{name} {account}", remote=account, conference=name)
                for account in there
                if account and not account.startswith(_GUEST)
            ]
    legs = sum(inside.values())
    return Bridge(product="TrueConf Server", conferences=inside, legs=legs, calls=calls)


async def _token(guest: Guest) -> str:
    if guest.login is None:
        raise trouble(FailureKind.LOCAL, "no secret is named: client_id:client_secret")
    asked = {
        "grant_type": "client_credentials",
        "client_id": guest.login.user,
        "client_secret": guest.login.password,
    }
    answer = await guest.ask(
        "POST",
        f"{_ROOT}/oauth2/token",
        body=json.dumps(asked).encode(),
        headers={"Content-Type": "application/json"},
        also=(_BAD_REQUEST,),
        basic=False,
    )
    said = wanted(parsed(answer.octets), "the answer to the login")
    token = words(said, "access_token")
    if not token:  # RFC 6749, 5.2: a client that is not known is told with 400
        raise guest.unwelcome(f"no token for this client: {words(said, 'error')[:80] or 'refused'}")
    return token


async def _running(guest: Guest, headers: dict[str, str]) -> list[Record]:
    """Return the running conferences, page by page."""
    found: list[Record] = []
    for page in range(1, _PAGES + 1):
        target = f"{_ROOT}/conferences?state=running&page={page}&page_size={_PAGE}"
        answer = await guest.get(target, headers=headers)
        here = list(_unwrapped(parsed(answer.octets), "conferences", "list"))
        found += here
        if len(here) < _PAGE:
            break
    return found


def _unwrapped(value: Json, *names: str) -> Iterator[Record]:
    """Yield the objects of a list that may be wrapped in an object."""
    if isinstance(value, dict):
        value = next((value[name] for name in names if name in value), None)
    yield from listed(value, names[0])


COLLECTOR = Collector(
    name="trueconf",
    help=Text(
        vi="Máy chủ TrueConf đang có cuộc họp nào, tài khoản nào trong đó?",
        en="Which conferences are on the TrueConf server, and which accounts are in them?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=30.0,
    timeout=10.0,
)
