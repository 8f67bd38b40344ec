"""A web application as offices have them: a login with CSRF, a session, news, an API by OAuth."""

import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

USER, PASSWORD = "robot", "mật khẩu của robot"
CLIENT, WORD = "kiem-tra", "bí mật & khác: 1"
# What a visitor cannot know before the page tells it.
FRONT = """<html><head><title>Văn bản</title><meta name="csrf-token" content="meta-{token}">
<script>var d = "01/01/2030";</script></head><body>
<form id="search" action="/search"><input name="q" value=""></form>
<form id="login" action="/login" method="post">
<input type="hidden" name="__VIEWSTATE" value="{state}">
<input type=hidden name="csrf" value="{token}&amp;1">
<input name="user"><input type="password" name="password">
<input type="checkbox" name="remember" checked><input type="checkbox" name="spam">
<select name="unit"><option value="1">A<option value="2" selected>B</select>
<textarea name="note">x
y</textarea><input type="submit" name="go" value="Vào"></form></body></html>"""
ARTICLE = " ".join(f"Tin số {n} về cải cách hành chính của tỉnh Đồng Nai." for n in range(60))


@dataclass
class WebApp:
    """The application and what was asked of it."""

    port: int = 0
    news: str = f"<p>{ARTICLE}</p>"
    issued: int = 0  # tokens of OAuth
    lasts: int | None = 3600  # seconds of a token
    sessions: set[str] = field(default_factory=set)
    csrf: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    posted: list[dict[str, str]] = field(default_factory=list)
    sent: list[object] = field(default_factory=list)  # bodies that came to the API

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def front(self, request: web.Request) -> web.Response:
        session, token = secrets.token_hex(8), secrets.token_hex(8)
        self.csrf[session] = token
        text = FRONT.format(token=token, state="dDw+" * 30)
        response = web.Response(text=text, content_type="text/html", charset="utf-8")
        response.set_cookie("sid", session, path="/")
        return response

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.posted.append(form)
        session = request.cookies.get("sid", "")
        if form.get("csrf") != f"{self.csrf.get(session)}&1" or not form.get("__VIEWSTATE"):
            return web.Response(status=419, text="CSRF")
        if (form.get("user"), form.get("password")) != (USER, PASSWORD):
            return web.Response(status=200, text="<p>Sai tên đăng nhập hoặc mật khẩu</p>")
        self.sessions.add(session)
        raise web.HTTPFound("/home")

    async def home(self, request: web.Request) -> web.Response:
        if request.cookies.get("sid") not in self.sessions:
            raise web.HTTPFound("/")
        return web.Response(
            text="<h1>Văn bản đến: 12</h1><a href='/doc/77?k=a%20b'>Mở</a>",
            content_type="text/html",
        )

    async def document(self, request: web.Request) -> web.Response:
        if request.cookies.get("sid") not in self.sessions:
            return web.Response(status=403)
        return web.json_response(
            {"id": request.match_info["number"], "k": request.query.get("k"), "state": "mới"}
        )

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        coded = "b%C3%AD%20m%E1%BA%ADt%20%26%20kh%C3%A1c%3A%201"  # RFC 6749 §2.3.1
        login = b64encode(f"{CLIENT}:{coded}".encode()).decode()
        by_basic = request.headers.get("Authorization") == f"Basic {login}"
        by_form = (form.get("client_id"), form.get("client_secret")) == (CLIENT, WORD)
        if not (by_basic or by_form) or form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "invalid_client"}, status=401)
        self.issued += 1
        made = secrets.token_hex(8)
        self.tokens.add(made)
        told: dict[str, object] = {"access_token": made, "token_type": "Bearer"}
        if self.lasts is not None:
            told["expires_in"] = self.lasts
        return web.json_response(told)

    async def api(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return web.Response(status=401)
        body = await request.json() if request.can_read_body else None
        self.sent.append(body)
        return web.json_response({"data": [{"state": "xong"}], "sent": body})

    async def tidings(self, request: web.Request) -> web.Response:
        return web.Response(text=self.news, content_type="text/html", charset="utf-8")

    async def away(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(f"http://localhost:{self.port}/login")


@asynccontextmanager
async def serving(**changes: object) -> AsyncIterator[WebApp]:
    """Serve the application on loopback."""
    made = WebApp(**changes)  # type: ignore[arg-type]
    app = web.Application()
    app.router.add_get("/", made.front)
    app.router.add_post("/login", made.log_in)
    app.router.add_get("/home", made.home)
    app.router.add_get("/doc/{number}", made.document)
    app.router.add_post("/token", made.token)
    app.router.add_route("*", "/api", made.api)
    app.router.add_get("/news", made.tidings)
    app.router.add_post("/away", made.away)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()
