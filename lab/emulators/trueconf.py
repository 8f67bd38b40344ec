"""A pretend TrueConf Server: its API v4 with OAuth 2 client credentials.

Written from a public client of the API and a tool on PyPI.
"""

import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from lab.emulators.answering import About, Ask, Reply, Stage

_ROOT = "/api/v4/"
_LASTS = 3600.0  # seconds of a token
_PAGE = 10
_ABOUT = About(
    family="trueconf",
    source="public clients of the TrueConf Server API v4",
    guessed={
        "a refused client": "400 with invalid_client, as OAuth 2 has it (RFC 6749, 5.2)",
        "page numbers": "from 1",
        "lists": "wrapped in an object that bears their name",
    },
)


@dataclass(slots=True)
class TrueConf:
    """One server; the stage's user and password are the client's id and secret."""

    about: ClassVar[About] = _ABOUT
    stage: Stage
    _tokens: dict[str, float] = field(default_factory=dict)  # token → when it ends

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if not ask.path.startswith(_ROOT):
            return Reply(404)
        path = ask.path.removeprefix(_ROOT).strip("/")
        if path == "oauth2/token" and ask.method == "POST":
            return self._token(ask)
        token = ask.headers.get("authorization", "").removeprefix("Bearer ")
        if self.stage.clock.monotonic() >= self._tokens.get(token, 0.0):
            return Reply(401, b'{"error":"unauthorized"}', "application/json")
        if ask.method != "GET":
            return Reply(405)
        self.stage.calls.settle()
        kind, _, rest = path.partition("/")
        if kind != "conferences":
            return Reply(404)
        return self._participants(rest) if rest else self._conferences(ask)

    def _token(self, ask: Ask) -> Reply:
        try:
            shown = json.loads(ask.body)
            pair = shown["client_id"], shown["client_secret"]
        except (ValueError, KeyError, TypeError):
            return Reply(400, b'{"error":"invalid_request"}', "application/json")
        if pair != (self.stage.user, self.stage.password):
            return Reply(400, b'{"error":"invalid_client"}', "application/json")
        made = secrets.token_hex(20)
        self._tokens[made] = self.stage.clock.monotonic() + _LASTS
        return _json({"access_token": made, "token_type": "Bearer", "expires_in": int(_LASTS)})

    def _conferences(self, ask: Ask) -> Reply:
        page, size = int(ask.query.get("page") or 1), int(ask.query.get("page_size") or _PAGE)
        found: Sequence[object] = [
            {"id": _id_of(name), "topic": name, "owner": "admin", "state": "running"}
            for name in self.stage.calls.conferences()
        ]
        return _json({"conferences": found[(page - 1) * size : page * size]})

    def _participants(self, rest: str) -> Reply:
        identity, _, below = rest.partition("/")
        found = {_id_of(name): legs for name, legs in self.stage.calls.conferences().items()}
        if identity not in found or below != "participants":
            return Reply(404)
        listed = [{"id": leg.device, "display_name": leg.device} for leg in found[identity]]
        return _json({"list": listed})


def _id_of(conference: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, conference).int % 10**10)


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")
