"""Which Yealink devices are online, as their management service sees them? YMCS or YDMP, API v2.

A token by client credentials for each look (the secret is `client_id:client_secret`), then the
list of devices page by page. Source: an open adapter and public clients; unconfirmed.
"""

import json
import secrets
from collections.abc import Iterable

from collectors._net.trouble import trouble
from collectors._vc import metrics
from collectors._vc.facts import Bridge, Fault
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.notation import Record, listed, number, parsed, wanted, words
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

_PAGE, _PAGES = 100, 20  # the service refuses larger pages


class Params(VcParams):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the service once."""
    params = Params.model_validate(dict(check.params))
    port = 443 if params.scheme == "https" else 80
    return await looked(check, kit, transcript, params, _visit, port=port)


async def _visit(guest: Guest) -> Bridge:
    if guest.login is None:
        raise trouble(FailureKind.LOCAL, "no secret is named: client_id:client_secret")
    answer = await _asked(guest, "/v2/token", {"grant_type": "client_credentials"})
    token = words(answer, "access_token")
    if not token:
        raise guest.unwelcome("no token for this client")
    devices = await _devices(guest, {"Authorization": f"Bearer {token}"})
    return Bridge(
        product="Yealink YMCS",
        faults=list(_offline(devices)),
        registrations=sum(words(one, "deviceStatus") == "online" for one in devices),
    )


async def _devices(guest: Guest, headers: dict[str, str]) -> list[Record]:
    found: list[Record] = []
    for page in range(_PAGES):
        asked = {"skip": page * _PAGE, "limit": _PAGE, "autoCount": page == 0}
        answer = await _asked(guest, "/v2/dm/listDevices", asked, headers)
        here = listed(answer.get("data"), "the list of devices")
        found += here
        if len(here) < _PAGE or len(found) >= (number(answer, "total") or len(found) + 1):
            break
    return found


def _offline(devices: Iterable[Record]) -> Iterable[Fault]:
    """Yield who is not online: switched off or cut off, which the service cannot tell apart."""
    for one in devices:
        if words(one, "deviceStatus") == "offline":
            yield Fault("info", f"offline: {words(one, 'name') or words(one, 'mac')}")


async def _asked(
    guest: Guest, path: str, body: object, headers: dict[str, str] | None = None
) -> Record:
    stamps = {
        "Content-Type": "application/json",
        "timestamp": str(int(guest.clock.now().timestamp() * 1000)),
        "nonce": secrets.token_hex(8),
    }
    answer = await guest.ask(
        "POST", path, body=json.dumps(body).encode(), headers={**stamps, **(headers or {})}
    )
    return wanted(parsed(answer.octets), path)


COLLECTOR = Collector(
    name="yealink_ymcs",
    help=Text(
        vi="Thiết bị Yealink nào đang trực tuyến, theo máy chủ quản lý YMCS, YDMP? (chưa xác nhận)",
        en="Which Yealink devices are online, by their management service? (unconfirmed)",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=60.0,
    timeout=15.0,
)
