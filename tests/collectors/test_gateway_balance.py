"""Is what is left at a gateway told, and its key never?"""

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from collectors import gateway_balance
from collectors._net.trouble import Trouble
from core.reading import FailureKind
from tests.collectors.glances import looking, told, why

KEY = 'khoá"bí mật'


@asynccontextmanager
async def gateway(answer: Callable[[web.BaseRequest, str], web.Response]) -> AsyncIterator[str]:
    async def handle(request: web.BaseRequest) -> web.Response:
        return answer(request, await request.text())

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/balance"
    finally:
        await runner.cleanup()


async def test_a_balance_is_told_and_too_little_wants_attention() -> None:
    def answer(request: web.BaseRequest, body: str) -> web.Response:
        known = json.loads(body) == {"ApiKey": KEY}
        return web.json_response({"data": [{"balance": "1500000"}] if known else []})

    async with gateway(answer) as url:
        params = {
            "url": url,
            "method": "POST",
            "body": '{"ApiKey": "{secret}"}',
            "value": "data.0.balance",
        }
        async with looking(gateway_balance.COLLECTOR, params, KEY) as at:
            reading, run = await at.look()
            assert reading.ok, run.lines
            assert told(reading, "probe_gateway_balance", unit="VND") == 1_500_000
        async with looking(gateway_balance.COLLECTOR, {**params, "least": 2e6}, KEY) as at:
            said = why((await at.look())[0])
            assert said == "1.5e+06 VND are left, fewer than 2e+06"


async def test_the_key_is_repeated_nowhere() -> None:
    def answer(request: web.BaseRequest, body: str) -> web.Response:
        return web.Response(status=403, text=f"bad key {request.query.get('key', '')}")

    async with gateway(answer) as url:
        params = {"url": f"{url}?key={{secret}}"}
        async with looking(gateway_balance.COLLECTOR, params, "abcdef") as at:
            reading, run = await at.look()
    assert why(reading) == "HTTP 403 bad key ***"
    assert not any("abcdef" in line for line in run.lines)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.AUTH


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html>", "the answer is not JSON"),
        ('{"code": 7}', "the answer has no balance"),
        ('{"balance": null}', "which is no number"),
        ('{"balance": true}', "which is no number"),
        ('{"balance": "NaN"}', "which is no number"),
    ],
)
async def test_an_answer_without_a_balance_is_told(text: str, words: str) -> None:
    async with (
        gateway(lambda request, body: web.Response(text=text)) as url,
        looking(gateway_balance.COLLECTOR, {"url": url}) as at,
    ):
        assert words in why((await at.look())[0])


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("1,234,567.5", 1234567.5),
        ("1.234.567", 1234567),
        ("12,5", 12.5),
        ("350000", 350000),
        ("500.000", 500000),
        ("-12,000", -12000),
        ("0.125", 0.125),
        ("1234.500", 1234.5),
        ("1 250 000 đ", 1250000),
        ("750.000 VNĐ", 750000),
        ("VND 42,000", 42000),
    ],
)
def test_numbers_are_read_as_gateways_write_them(said: str, value: float) -> None:
    assert gateway_balance._at(json.dumps({"balance": said}), "balance") == value


@given(st.text(max_size=100), st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str, path: str) -> None:
    with contextlib.suppress(Trouble):
        assert isinstance(gateway_balance._at(text, path), float)
