"""A pretend Yealink management service (YMCS, YDMP): its API v2 of devices.

Written from an open adapter and public clients: the token's request, pages of `listDevices`.
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import ClassVar

from lab.emulators.answering import UNAUTHORISED, About, Ask, Reply, Stage, shown_login

_LASTS = 7200.0  # seconds of a token
_MOST = 100  # devices of a page; more are refused
_ABOUT = About(
    family="yealink_ymcs",
    source="an open adapter of the YMCS API v2; public clients of it",
    guessed={
        "a refused client": "401",
        "a nonce that is not 16 hexadecimal digits": "400",
        "devices": "one for each room, online while its call or its equipment is awake",
    },
)


@dataclass(slots=True)
class YealinkYmcs:
    """One service; the stage's user and password are the client's id and secret."""

    about: ClassVar[About] = _ABOUT
    stage: Stage
    devices: tuple[str, ...] = ("vc-1", "vc-2", "vc-3")
    _tokens: dict[str, float] = field(default_factory=dict)  # token → when it ends

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ask.method != "POST":
            return Reply(405)
        nonce = ask.headers.get("nonce", "")
        if not ask.headers.get("timestamp", "").isdecimal() or len(nonce) != 16:  # noqa: PLR2004
            return Reply(400, b'{"message":"timestamp or nonce is missing"}', "application/json")
        if ask.path == "/v2/token":
            return self._token(ask)
        token = ask.headers.get("authorization", "").removeprefix("Bearer ")
        if self.stage.clock.monotonic() >= self._tokens.get(token, 0.0):
            return UNAUTHORISED
        return self._listed(ask) if ask.path == "/v2/dm/listDevices" else Reply(404)

    def _token(self, ask: Ask) -> Reply:
        if shown_login(ask) != (self.stage.user, self.stage.password):
            return UNAUTHORISED
        if _fields(ask).get("grant_type") != "client_credentials":
            return Reply(400)
        made = secrets.token_hex(20)
        self._tokens[made] = self.stage.clock.monotonic() + _LASTS
        return _json({"access_token": made, "token_type": "Bearer", "expires_in": int(_LASTS)})

    def _listed(self, ask: Ask) -> Reply:
        self.stage.calls.settle()
        asked = _fields(ask)
        skip, limit = int(str(asked.get("skip", 0))), int(str(asked.get("limit", _MOST)))
        if limit > _MOST:
            return Reply(400)
        rows = [self._device(number, name) for number, name in enumerate(self.devices)]
        answer = {"skip": skip, "limit": limit, "data": rows[skip : skip + limit]}
        return _json(answer | ({"total": len(rows)} if asked.get("autoCount") else {}))

    def _device(self, number: int, name: str) -> object:
        online = self.stage.calls.condition(name).awake
        return {
            "id": f"d{number}",
            "mac": f"001565bb{number:04x}",
            "sn": f"80300{number:08}",
            "name": name,
            "modelName": "MeetingEye 600",
            "programVersion": "120.43.0.45",
            "deviceStatus": "online" if online else "offline",
        }


def _fields(ask: Ask) -> dict[str, object]:
    try:
        found = json.loads(ask.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")
