"""Zalo's notification service and its tokens: a refresh token works once (DOMAIN §5.3)."""

import asyncio
import hashlib
import hmac
import re
from typing import Any

from aiohttp import web


class Zns:
    """`/token` renews, `/message/template` sends; what was spent stays spent."""

    def __init__(self, refresh: str = "consent") -> None:
        self.refresh = refresh
        self.access = ""
        self.renewals = 0
        self.proof: str | None = None  # the application's secret, once proofs are demanded
        self.answer: tuple[int, object] | None = None  # of the token's endpoint, instead of judging
        self.thinking: float = 0.0  # seconds between spending a token and giving the next
        self.renewing = asyncio.Event()
        self.sent: list[dict[str, Any]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        if request.path == "/token":
            return await self._token(request)
        assert request.path == "/message/template"
        access = request.headers.get("access_token", "")
        if not access or access != self.access:
            return self._no(-124, "Access token invalid")
        if self.proof is not None:
            right = hmac.new(self.proof.encode(), access.encode(), hashlib.sha256).hexdigest()
            if request.headers.get("appsecret_proof") != right:
                return self._no(-1241, "appsecret_proof invalid")
        asked = await request.json()
        code, words = self._judged(asked)
        if code != 0:
            return self._no(code, words)
        self.sent.append(asked)
        data = {"msg_id": f"z{len(self.sent)}", "sent_time": "1671096660739"}
        return web.json_response({"error": 0, "message": words, "data": data})

    def _judged(self, asked: dict[str, Any]) -> tuple[int, str]:
        if not re.fullmatch(r"84\d{9}", asked["phone"]):
            return -108, "Phone number invalid"
        if asked["template_id"] not in {"11", "14"}:
            return -109, "Template ID invalid"
        if not asked["template_data"] or len(asked["tracking_id"]) > 48:
            return -112, "Template data invalid"
        return 0, "Success"

    async def _token(self, request: web.Request) -> web.Response:
        if self.answer is not None:
            return web.json_response(self.answer[1], status=self.answer[0])
        assert request.content_type == "application/x-www-form-urlencoded"
        asked = await request.post()
        assert asked["grant_type"] == "refresh_token"
        right = (request.headers["secret_key"], asked["app_id"]) == ("app-secret", "42")
        if not right or asked["refresh_token"] != self.refresh:
            words = {"error": -14014, "error_name": "Invalid refresh token"}
            return web.json_response({**words, "error_description": asked["refresh_token"]})
        self.renewals += 1
        self.refresh, self.access = f"refresh-{self.renewals}", f"access-{self.renewals}"
        self.renewing.set()
        await asyncio.sleep(self.thinking)
        token = {"access_token": self.access, "refresh_token": self.refresh}
        return web.json_response({**token, "expires_in": "90000"})

    def _no(self, code: int, words: str) -> web.Response:
        return web.json_response({"error": code, "message": words})
