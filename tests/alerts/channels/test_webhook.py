"""A webhook talks to a real HTTP server that answers anything that HTTP allows."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web
from pydantic import ValidationError

from alerts.channels.webhook import CHANNEL, WebhookParams, signature
from core.channel import GiveUp, Retry
from core.incident import Message

MESSAGE = Message(
    id="SC-20261122-0001.problem.7",
    to="truc",
    subject="SỰ CỐ",
    body="Kênh VNPT mất kết nối",
    data={"root": "line1"},
)


@asynccontextmanager
async def receiver(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/hook"
    finally:
        await runner.cleanup()


async def answered(status: int, headers: dict[str, str] | None = None) -> str:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers)

    async with receiver(answer) as url:
        return await CHANNEL.send(WebhookParams(url=url), MESSAGE, 5.0)


async def test_the_post_is_signed_json_with_the_id_that_a_retry_keeps() -> None:
    heard: list[tuple[bytes, dict[str, str]]] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append((await request.read(), dict(request.headers)))
        return web.Response(text="taken as 42")

    async with receiver(answer) as url:
        params = WebhookParams.model_validate(
            {"url": url, "secret": "khoá", "headers": {"X-Tenant": "dong-nai"}}
        )
        receipts = [await CHANNEL.send(params, MESSAGE, 5.0) for _ in range(2)]
    assert receipts == ["200 taken as 42"] * 2
    body, headers = heard[0]
    assert json.loads(body)["text"] == "Kênh VNPT mất kết nối"
    assert json.loads(body)["data"] == {"root": "line1"}
    at = int(headers["X-Thongsuot-Signature"].partition(",")[0].removeprefix("t="))
    assert headers["X-Thongsuot-Signature"] == signature("khoá", body, at)
    assert {h["X-Thongsuot-Id"] for _, h in heard} == {MESSAGE.id}
    assert headers["X-Tenant"] == "dong-nai"


@pytest.mark.parametrize("status", [*range(200, 209), 226])
async def test_every_success_is_a_receipt(status: int) -> None:
    assert (await answered(status)).startswith(str(status))


@pytest.mark.parametrize(
    "status", [408, 425, 429, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511, 599]
)
async def test_trouble_that_passes_is_a_retry(status: int) -> None:
    with pytest.raises(Retry, match=str(status)):
        await answered(status)


@pytest.mark.parametrize("status", sorted({*range(300, 309), *range(400, 452)} - {408, 425, 429}))
async def test_a_redirect_or_a_refusal_is_given_up(status: int) -> None:
    with pytest.raises(GiveUp, match=str(status)) as refusal:
        await answered(status, {"Location": "http://127.0.0.1:1/elsewhere"})
    assert refusal.value.channel_broken == (status in {401, 403, 404, 407, 410})


@pytest.mark.parametrize(
    ("said", "after"), [("120", 120.0), ("999999", 3600.0), ("Wed, 21 Oct 2026", None), ("", None)]
)
async def test_retry_after_is_heeded_within_bounds(said: str, after: float | None) -> None:
    with pytest.raises(Retry) as trouble:
        await answered(429, {"Retry-After": said})
    assert trouble.value.after == after


async def test_a_receiver_that_never_answers_costs_the_timeout_and_a_retry() -> None:
    gone = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await gone.wait()
        return web.Response()

    async with receiver(answer) as url:
        with pytest.raises(Retry, match="Timeout"):
            await CHANNEL.send(WebhookParams(url=url), MESSAGE, 0.3)
        gone.set()


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65536)
        return response

    async with receiver(answer) as url:
        receipt = await CHANNEL.send(WebhookParams(url=url), MESSAGE, 5.0)
    assert len(receipt) < 300


async def test_nobody_listening_is_a_retry() -> None:
    with pytest.raises(Retry):
        await CHANNEL.send(WebhookParams(url="http://127.0.0.1:1/"), MESSAGE, 2.0)


def test_only_web_addresses_are_taken() -> None:
    with pytest.raises(ValidationError):
        WebhookParams(url="file:///etc/passwd")
