"""One HTTP exchange of a channel: what is kept quiet, how much is read, whom it trusts."""

import asyncio
import gzip
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from pydantic import BaseModel, SecretStr

from alerts.channels._http import (
    MOST,
    Answer,
    Discretion,
    Request,
    ask,
    by_status,
    exchange,
    secrets_of,
)
from core.channel import GiveUp, Retry
from tests.alerts.channels.providers import listening

SECRET = "mật-khẩu/42&<x>"


@dataclass(frozen=True, slots=True)
class Road:
    proxy: SecretStr | None = None
    verify: bool = True
    ca_file: str | None = None


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        "m%E1%BA%ADt-kh%E1%BA%A9u%2F42%26%3Cx%3E",
        "m\\u1eadt-kh\\u1ea9u/42&<x>",
        "mật-khẩu/42&amp;&lt;x&gt;",
    ],
)
def test_a_secret_is_hidden_in_every_form_that_it_travels_in(form: str) -> None:
    assert Discretion([SECRET]).hide(f"sai: {form}.") == "sai: …."


def test_what_is_cut_off_leaves_no_beginning_of_a_secret() -> None:
    for before in range(200, 260):
        assert "mật" not in Discretion([SECRET]).hide("x" * before + SECRET)


def test_password_and_path_of_an_address_are_secrets_too() -> None:
    discretion = Discretion(["https://u:pass-word@hooks.example/T0/geheim?key=k-e-y"])
    words = "no route to /T0/geheim with key=k-e-y as pass-word"
    assert discretion.hide(words) == "no route to … with … as …"


def test_words_that_are_too_short_to_be_secrets_stay() -> None:
    assert Discretion(["", "0", "abc"]).hide("200 abc") == "200 abc"


def test_secrets_are_found_however_deep_they_lie() -> None:
    class Inner(BaseModel):
        key: SecretStr

    class Outer(BaseModel):
        inner: Inner
        more: dict[str, SecretStr]
        plain: str

    outer = Outer.model_validate({"inner": {"key": "a1"}, "more": {"x": "b2"}, "plain": "c3"})
    assert sorted(secrets_of(outer)) == ["a1", "b2"]


async def test_an_answer_is_read_to_a_bound_and_then_known_not_to_be_whole() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text="x" * int(request.path[1:]))

    async with listening(answer) as url:
        whole = await ask(Road(), Request(f"{url}/{MOST}", method="GET"), 5.0)
        more = await ask(Road(), Request(f"{url}/{MOST + 1}", method="GET"), 5.0)
    assert (whole.whole, len(whole.text)) == (True, MOST)
    assert (more.whole, len(more.text)) == (False, MOST)


async def test_a_compressed_answer_is_not_blown_up() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        bomb = gzip.compress(b'{"ok": true}' + b" " * 50_000_000)
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    async with listening(answer) as url:
        got = await ask(Road(), Request(url), 5.0)
    assert got.json() is None


@pytest.mark.parametrize("url", ["http://", "http://[::1/", "x"])
async def test_what_is_no_address_breaks_the_channel(url: str) -> None:
    with pytest.raises(GiveUp) as refusal:
        await ask(Road(), Request(url), 1.0)
    assert refusal.value.channel_broken


async def test_an_authority_of_its_own_is_trusted_and_a_stranger_is_not(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        request = Request(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        assert (await ask(Road(ca_file=str(ca)), request, 5.0)).status == 204
        assert (await ask(Road(verify=False), request, 5.0)).status == 204
        with pytest.raises(Retry, match="certificate"):
            await ask(Road(), request, 5.0)
        with pytest.raises(GiveUp, match="CA file"):
            await ask(Road(ca_file="/nonexistent"), request, 5.0)


@pytest.mark.parametrize(("status", "kind"), [(403, Retry), (503, Retry), (407, GiveUp)])
async def test_a_relay_that_refuses_is_a_retry_unless_it_wants_a_login(
    status: int, kind: type[Exception]
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        relay = SecretStr(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(kind, match=f"proxy answers {status}"):
            await ask(Road(proxy=relay), Request("https://gw.example/"), 5.0)


async def test_the_address_asked_is_not_repeated_for_it_may_hold_a_key() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=500, text=f"cannot find {request.path}")

    async with listening(answer) as url:
        request = Request(f"{url}/balance/the-key")
        with pytest.raises(Retry) as trouble:
            await exchange(Road(), request, 5.0, Discretion([]), judge=by_status)
    assert "the-key" not in str(trouble.value)
    assert trouble.value.__context__ is None or trouble.value.__suppress_context__


@pytest.mark.parametrize("text", ["", "{", "\x00", "[" * 100_000])
def test_a_body_that_is_no_json_is_none(text: str) -> None:
    assert Answer(200, text).json() is None
