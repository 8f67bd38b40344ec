"""Whatever way of telling is found must keep the promises of a channel."""

import asyncio
import base64
import hashlib
import html
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, get_args, get_origin, get_type_hints
from urllib.parse import unquote_plus

import pytest
from aiohttp import web
from pydantic import BaseModel, SecretStr, ValidationError

from alerts.channels._tokens import Pair, TokenFile
from core.channel import GiveUp, Retry
from core.incident import Message, Short
from core.text import Text
from runtime.registries import channels
from tests.alerts.channels.configured import CONFIGURED, SECRET
from tests.alerts.channels.providers import listening

CHANNELS = {name: channels()[name.partition("/")[0]] for name in CONFIGURED}
BY_NETWORK = sorted(n for n, c in CHANNELS.items() if {"url", "host"} & set(c.params.model_fields))
BY_HTTP = sorted(name for name in BY_NETWORK if "url" in CHANNELS[name].params.model_fields)
BODY_DECIDES = [name for name in BY_HTTP if CONFIGURED[name].taken is not None]
STATUSES = [200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503]
TIMEOUT = 0.3  # of who never answers
PATIENCE = 5.0  # with who does
Serving = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


PLACES: dict[str, dict[str, object]] = {}  # what channels keep on the disk, for this test


@pytest.fixture(autouse=True, scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> None:
    token = TokenFile(tmp_path_factory.mktemp("zns") / "token.json")
    origin = hashlib.sha256(SECRET.encode()).hexdigest()
    token.write(Pair(access=f"truy-cap-{SECRET}", refresh=SECRET, expires_at=9e9, origin=origin))
    PLACES["zalo_zns"] = {"token_file": str(token.path)}


def message(name: str) -> Message:
    return Message(id="SC-1.test.1", to=CONFIGURED[name].to, subject="s", body="b")


def aimed(name: str, port: int, **changes: object) -> BaseModel:
    """Return parameters that lead to a port of this machine."""
    params = {**CONFIGURED[name].params, **PLACES.get(name, {}), **changes}
    kind = CHANNELS[name].params
    where = {"url": f"http://127.0.0.1:{port}/"} if name in BY_HTTP else {"port": port}
    return kind.model_validate(params | where)


async def outcome(
    name: str, port: int, *, timeout: float = TIMEOUT, **changes: object
) -> str | Retry | GiveUp:
    """Send once: a receipt, Retry or GiveUp within the deadline, and not a word of a secret."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    result: str | Retry | GiveUp
    try:
        result = await CHANNELS[name].send(aimed(name, port, **changes), message(name), timeout)
    except (Retry, GiveUp) as refusal:
        result = refusal
        for hidden in (
            refusal.__cause__,
            None if refusal.__suppress_context__ else refusal.__context__,
        ):
            assert SECRET not in str(hidden)
    assert loop.time() - begun < timeout + 1.5
    for form in (SECRET, json.dumps(SECRET)[1:-1], "B%C3%AD-m%E1%BA%ADt%2F42%26x"):
        assert form not in str(result)
    assert len(str(result)) < 1000
    return result


@asynccontextmanager
async def serving(serve: Serving) -> AsyncIterator[int]:
    """Serve TCP by a function on a port of this machine; whatever it holds ends with us."""
    under_way: set[asyncio.Task[None]] = set()

    async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            try:
                await serve(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(held(reader, writer))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await server.wait_closed()


@dataclass
class Canned:
    """What a server answers to all, and where it listens."""

    status: int
    body: str
    headers: dict[str, str] | None = None
    port: int = 0


@asynccontextmanager
async def answering(
    status: int, body: str, headers: dict[str, str] | None = None
) -> AsyncIterator[Canned]:
    canned = Canned(status, body, headers)

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        body = canned.body.encode() or None
        return web.Response(status=canned.status, body=body, headers=canned.headers)

    async with listening(answer) as url:
        canned.port = int(url.rpartition(":")[2])
        yield canned


def test_every_channel_has_an_example() -> None:
    assert {name.partition("/")[0] for name in CONFIGURED} == set(channels())
    assert all(CONFIGURED[name].refused for name in BODY_DECIDES)


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_the_channel_and_each_parameter_are_explained_in_both_languages(name: str) -> None:
    kind = CHANNELS[name].params
    hints = get_type_hints(kind, include_extras=True)
    texts = [CHANNELS[name].help]
    for field in kind.model_fields:
        assert get_origin(hints[field]) is Annotated, field
        found = [extra for extra in get_args(hints[field]) if isinstance(extra, Text)]
        assert len(found) == 1, field
        texts += found
    assert all(text.vi and text.en for text in texts)


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_an_unknown_parameter_is_an_error_and_parameters_do_not_change(name: str) -> None:
    kind = CHANNELS[name].params
    kind.model_validate(CONFIGURED[name].params)
    with pytest.raises(ValidationError):
        kind.model_validate({**CONFIGURED[name].params, "nonsense": 1})
    assert kind.model_config.get("frozen")


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_secrets_are_not_shown(name: str) -> None:
    kind = CHANNELS[name].params
    for field, about in kind.model_fields.items():
        if about.annotation in (SecretStr, SecretStr | None):
            given = {**CONFIGURED[name].params, field: "https://bi-mat.example/"}
            assert "bi-mat" not in repr(kind.model_validate(given))
    assert SECRET not in repr(kind.model_validate(CONFIGURED[name].params))


@pytest.mark.parametrize("name", BY_HTTP)
def test_every_channel_by_http_has_its_own_relay_and_authority(name: str) -> None:
    assert {"proxy", "verify", "ca_file"} <= set(CHANNELS[name].params.model_fields)


@pytest.mark.parametrize("name", sorted(CHANNELS))
async def test_parameters_of_another_channel_are_refused(name: str) -> None:
    class Other(BaseModel):
        pass

    with pytest.raises(TypeError):
        await CHANNELS[name].send(Other(), message(name), 1.0)


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass


@pytest.mark.parametrize("name", BY_NETWORK)
async def test_a_black_hole_is_a_retry_within_the_timeout(name: str) -> None:
    async with serving(mute) as port:
        assert isinstance(await outcome(name, port), Retry)


@pytest.mark.parametrize("name", BY_NETWORK)
async def test_being_cancelled_leaves_no_task_behind(name: str) -> None:
    reached, left = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await mute(reader, writer)
        left.set()

    before = asyncio.all_tasks()
    async with serving(serve) as port:
        sending = asyncio.ensure_future(CHANNELS[name].send(aimed(name, port), message(name), 30.0))
        async with asyncio.timeout(5):
            await reached.wait()
            await asyncio.sleep(0.1)  # it waits for an answer now
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            await left.wait()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("name", BY_NETWORK)
async def test_nobody_listening_is_a_retry(name: str) -> None:
    assert isinstance(await outcome(name, 1), Retry)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", BY_HTTP)
async def test_only_a_success_that_the_body_confirms_is_one(name: str, status: int) -> None:
    taken = CONFIGURED[name].taken
    async with answering(status, taken or "") as server:
        result = await outcome(name, server.port, timeout=PATIENCE)
    has_body = status != 204
    assert isinstance(result, str) == (status in {200, 201, 204} and (has_body or not taken))


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", BODY_DECIDES)
async def test_a_body_that_says_no_is_never_a_success(name: str, status: int) -> None:
    async with answering(status, "") as server:
        for server.body in CONFIGURED[name].refused:
            result = await outcome(name, server.port, timeout=PATIENCE)
            assert isinstance(result, (Retry, GiveUp)), server.body


@pytest.mark.full
@pytest.mark.parametrize("name", BY_HTTP)
async def test_every_status_there_is_ends_in_a_receipt_another_try_or_giving_up(
    name: str, *, full: bool
) -> None:
    known = sorted(status.value for status in HTTPStatus if status.value >= 200)
    async with answering(200, "") as server:
        for server.status in range(200, 600) if full else known:
            result = await outcome(name, server.port, timeout=PATIENCE)
            if server.status >= 300:
                assert isinstance(result, (Retry, GiveUp)), server.status
            if server.status >= 500:
                assert isinstance(result, Retry), server.status


@pytest.mark.parametrize("status", STATUSES[3:])
@pytest.mark.parametrize("name", BY_HTTP)
async def test_a_status_without_words_says_whether_to_try_again(name: str, status: int) -> None:
    async with answering(
        status, "", {"Retry-After": "7", "Location": "http://127.0.0.1:1/"}
    ) as server:
        result = await outcome(name, server.port, timeout=PATIENCE)
    if status in {408, 429} or status >= 500:
        assert isinstance(result, Retry)
        assert result.after == 7
    else:
        assert isinstance(result, GiveUp)
        assert result.channel_broken == (status in {401, 403, 404})


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def slow_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    for byte in HEAD * 100:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def slow_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(HEAD + b"Content-Length: 9999\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"220 mail.example.vn ESMTP\r\n\x00\xff\r\n\r\n")
    await writer.drain()


async def hung_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.transport.abort()


async def long_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(HEAD + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n")
    await writer.drain()


async def redirected_to_itself(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


BAD = [slow_head, slow_body, no_http, hung_up, reset, long_head, redirected_to_itself]


@pytest.mark.parametrize("serve", BAD, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", BY_HTTP)
async def test_a_server_that_breaks_the_rules_is_no_success(name: str, serve: Serving) -> None:
    async with serving(serve) as port:
        assert isinstance(await outcome(name, port), (Retry, GiveUp))


@pytest.mark.parametrize("name", BY_HTTP)
async def test_a_body_that_ends_too_early_is_a_retry(name: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        taken = (CONFIGURED[name].taken or "{}").encode()
        writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(taken) + taken[:-1])
        await writer.drain()

    async with serving(serve) as port:
        assert isinstance(await outcome(name, port), Retry)


NONSENSE = ["", "{", "null", "[]", "[1]", "3", '"ok"', "<a>", "<html>Đã nhận</html>", "\x00\ufffd"]


@pytest.mark.parametrize("name", BODY_DECIDES)
async def test_a_body_that_is_not_the_providers_is_a_retry(name: str) -> None:
    async with answering(200, "") as server:
        for server.body in (*NONSENSE, "[" * 50_000, '{"ok": ' * 9000):
            assert isinstance(await outcome(name, server.port), Retry), server.body[:20]


@pytest.mark.parametrize("name", BODY_DECIDES)
async def test_a_huge_body_is_not_read_to_its_end_and_not_believed(name: str) -> None:
    async with answering(200, (CONFIGURED[name].taken or "") + " " * 5_000_000) as server:
        assert isinstance(await outcome(name, server.port), Retry)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-7", "image/png", "application/json"])
@pytest.mark.parametrize("name", BY_HTTP)
async def test_the_content_type_decides_nothing(name: str, kind: str) -> None:
    configured = CONFIGURED[name]
    async with answering(200, configured.taken or "", {"Content-Type": kind}) as server:
        assert isinstance(await outcome(name, server.port), str)
        for server.body in configured.refused:
            assert isinstance(await outcome(name, server.port), (Retry, GiveUp))


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("name", BY_HTTP)
async def test_a_server_that_repeats_what_it_was_asked_learns_nobody_a_secret(
    name: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.read(65536)
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(asked)) + asked)
        await writer.drain()

    caplog.set_level(logging.DEBUG)
    async with serving(serve) as port:
        await outcome(name, port)
    assert SECRET not in caplog.text


@pytest.mark.parametrize("name", BY_HTTP)
async def test_the_relay_carries_the_message_and_its_password_stays_unsaid(name: str) -> None:
    asked: list[str] = []
    said = (CONFIGURED[name].taken or "").encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n")).decode())
        writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(said) + said)
        await writer.drain()

    async with serving(serve) as port:
        relay = f"http://relay:{SECRET[-2:]}matkhau@127.0.0.1:{port}"
        assert isinstance(await outcome(name, 1, proxy=relay), str)
    assert asked[0].split()[1].startswith("http://127.0.0.1:1/")
    result = await outcome(name, 1, proxy="http://relay:matkhau@127.0.0.1:1")
    assert isinstance(result, Retry)
    assert "matkhau" not in str(result)


SAID = Message(
    id="SC-1.problem.1",
    to="0901234567",
    subject="SỰ CỐ SC-1: Kênh A mất kết nối",
    body="Kênh A mất kết nối từ 02:13.",
    short=Short(
        sms="SU CO: Kenh A mat ket noi luc 02:13. Ma SC-1",
        minimal="Sự cố SC-1, mức khẩn cấp",
        template="test",
        parts=("Kenh A mat ket noi", "02:13", "SC-1"),
        words={"what": "Kenh A", "since": "02:13", "code": "SC-1", "severity": "khẩn cấp"},
    ),
)
FILLED_THERE = {"http_gateway/vnpt"}  # the provider has the text and is given its parts


@pytest.mark.parametrize("name", sorted(set(BY_HTTP) - FILLED_THERE))
async def test_what_the_ledger_keeps_as_said_is_what_the_provider_heard(name: str) -> None:
    heard: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        raw = f"{request.path_qs} {(await request.read()).decode()}"
        heard.append(html.unescape(unquote_plus(raw.encode().decode("unicode_escape"))))
        heard.append(html.unescape(unquote_plus(raw)))
        return web.Response(text=CONFIGURED[name].taken or "")

    async with listening(answer) as url:
        params = aimed(name, int(url.rpartition(":")[2]))
        with suppress(Retry, GiveUp):
            await CHANNELS[name].send(params, SAID, 2.0)
    says = CHANNELS[name].says
    said = SAID.body if says is None else says(params, SAID)
    for line in filter(None, said.splitlines()):
        words = line.partition(": ")[2] if name == "zalo_zns" else line
        packed = base64.b64encode(words.encode()).decode()  # as FPT wants it
        assert any(words in one or packed in one for one in heard), (words, heard)
