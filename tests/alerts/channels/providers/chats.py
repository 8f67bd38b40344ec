"""Zalo Bot, Telegram, Slack, Mattermost, Teams, Stringee and Alertmanager by their documents."""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any

from aiohttp import web


class Bot:
    """The form that Telegram and Zalo Bot share; `longest` is the text each takes.

    `getUpdates` of Telegram gives a list, and keeps it until it is asked for later ones by
    `offset`; that of Zalo (`one_by_one`) gives one message, never again, and error 408 for none.
    """

    def __init__(self, token: str, chat: str, longest: int, *, one_by_one: bool = False) -> None:
        self.token, self.chat, self.longest = token, chat, longest
        self.one_by_one = one_by_one
        self.waiting: list[dict[str, Any]] = []  # updates
        self.arrived = 0
        self.answer: tuple[int, dict[str, Any]] | None = None  # instead of judging
        self.said: list[dict[str, Any]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        if self.answer is not None:
            status, body = self.answer
            return web.json_response(body, status=status)
        if request.path == f"/bot{self.token}/getUpdates":
            return self._updates(await request.json())
        if request.path != f"/bot{self.token}/sendMessage":
            return self._no(401, "Unauthorized")
        asked = await request.json()
        if asked["chat_id"] != self.chat:
            return self._no(400, "Bad Request: chat not found")
        if not 0 < len(asked["text"]) <= self.longest:
            return self._no(400, "Bad Request: message is too long")
        self.said.append(asked)
        return web.json_response({"ok": True, "result": {"message_id": f"m{len(self.said)}"}})

    def arrive(self, sender: str, text: str, chat: str | None = None) -> None:
        """Let somebody write to the bot."""
        self.arrived += 1
        zalo = self.one_by_one
        message = {
            "from": {"id": sender if zalo else int(sender), "is_bot": False},
            "chat": {"id": (chat or self.chat) if zalo else int(chat or self.chat)},
            "text": text,
            "message_id": f"z{self.arrived}" if zalo else self.arrived,
            "date": 1764547200000,
        }
        named = {"event_name": "message.text.received"} if zalo else {"update_id": self.arrived}
        self.waiting.append({**named, "message": message})

    def _updates(self, asked: dict[str, Any]) -> web.Response:
        if self.one_by_one:
            assert isinstance(asked["timeout"], str)
            if not self.waiting:
                return self._no(408, "Request timeout")
            return web.json_response({"ok": True, "result": self.waiting.pop(0)})
        self.waiting = [u for u in self.waiting if u["update_id"] >= asked.get("offset", 0)]
        return web.json_response({"ok": True, "result": self.waiting[: asked.get("limit", 100)]})

    def _no(self, code: int, words: str) -> web.Response:
        body = {"ok": False, "error_code": code, "description": words}
        return web.json_response(body, status=code)


class Room:
    """An incoming webhook at /hook; `service` says whose."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.said: list[str] = []

    async def __call__(self, request: web.Request) -> web.Response:
        if request.path != "/hook":
            return web.Response(status=404, text="no_service")
        asked = await request.json()
        if self.service != "teams":
            self.said.append(asked["text"])
            return web.Response(text="ok")
        assert asked["type"] == "message"
        (card,) = asked["attachments"]
        assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
        assert card["content"]["type"] == "AdaptiveCard"
        (block,) = card["content"]["body"]
        self.said.append(block["text"])
        return web.Response(status=202)


class Stringee:
    """Calls out when the token is signed by the key's secret and still good."""

    def __init__(self, sid: str, secret: str, now: datetime) -> None:
        self.sid, self.secret, self.now = sid, secret, now
        self.calls: list[dict[str, Any]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        assert request.path == "/v1/call2/callout"
        if not self._known(request.headers["X-STRINGEE-AUTH"]):
            return web.json_response({"r": 401, "message": "Unauthorized"}, status=401)
        asked = await request.json()
        if not re.fullmatch(r"84\d{9}", asked["to"][0]["number"]):
            return web.json_response({"r": 5, "message": "TO_NUMBER_INVALID"})
        self.calls.append(asked)
        return web.json_response({"r": 0, "message": "SUCCESS", "call_id": "call-vn-1-8ZQ"})

    def _known(self, token: str) -> bool:
        signed, _, signature = token.rpartition(".")
        digest = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != signature:
            return False
        header, claims = (
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            for part in signed.split(".")
        )
        right = header == {"typ": "JWT", "alg": "HS256", "cty": "stringee-api;v=1"}
        good = claims["iss"] == self.sid and claims["rest_api"] is True and claims["jti"]
        return bool(right and good and claims["exp"] > self.now.timestamp())


class Alertmanager:
    """API v2: an alert is known by its labels, and over when its end has passed."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.ends: dict[tuple[tuple[str, str], ...], datetime] = {}
        self.logins: list[str | None] = []

    async def __call__(self, request: web.Request) -> web.Response:
        assert (request.method, request.path) == ("POST", "/api/v2/alerts")
        assert request.content_type == "application/json"
        self.logins.append(request.headers.get("Authorization"))
        for alert in await request.json():
            assert set(alert) <= {"labels", "annotations", "startsAt", "endsAt", "generatorURL"}
            labels = alert["labels"]
            if not all(re.fullmatch(r"[a-zA-Z_]\w*", n) and v for n, v in labels.items()):
                return web.json_response("invalid label set", status=400)
            starts, ends = (datetime.fromisoformat(alert[key]) for key in ("startsAt", "endsAt"))
            if starts > ends:
                return web.json_response("start time must be before end time", status=400)
            self.ends[tuple(sorted(labels.items()))] = ends
        return web.Response(status=200)

    @property
    def firing(self) -> list[dict[str, str]]:
        """Return the labels of what is not over."""
        return [dict(labels) for labels, ends in self.ends.items() if ends > self.now]
