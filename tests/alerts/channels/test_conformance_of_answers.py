"""Whatever channel leads back must keep the promises of one: it hears, or says why not."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from pydantic import BaseModel

from core.answer import Answer
from core.channel import GiveUp, Heard, NotTheirs, Posted, Retry
from runtime.registries import channels
from tests.alerts.channels.configured import CONFIGURED, SECRET
from tests.alerts.channels.test_conformance import (
    BAD,
    NONSENSE,
    Serving,
    answering,
    mute,
    serving,
)

# What makes a channel take answers, in each of its ways; by its kind.
TAKES: Mapping[str, Sequence[Mapping[str, object]]] = {
    "gsm_modem": [{"answers": True}],
    "zalo_bot": [{"answers": True}, {"webhook_secret": SECRET}],
    "telegram": [{"answers": True}],
    "smpp": [{"answers": True, "sender": "8099"}],
    "voice": [{"answers_url": "https://dmz.example.vn/api/v1/answers/goi"}],
}
WAYS = [(name, takes) for name, ways in TAKES.items() for takes in ways]
BY_HTTP = [name for name in TAKES if "url" in channels()[name].params.model_fields]
LOOKED_AT = [name for name in BY_HTTP if channels()[name].receive is not None]


def aimed(name: str, port: int = 1, takes: Mapping[str, object] | None = None) -> BaseModel:
    by_host = {"port": port} if name == "smpp" else {}
    where = {"url": f"http://127.0.0.1:{port}"} if name in BY_HTTP else by_host
    given = {**CONFIGURED[name].params, **where, **(takes or TAKES[name][0])}
    return channels()[name].params.model_validate(given)


async def looked(name: str, port: int, timeout: float = 2.2) -> list[Answer] | Retry | GiveUp:
    """Look once: what came, Retry or GiveUp within the deadline, and not a word of a secret."""
    loop, came = asyncio.get_running_loop(), list[Answer]()
    begun = loop.time()

    async def take(answer: Answer) -> None:
        came.append(answer)

    receive = channels()[name].receive
    assert receive is not None
    refused: Retry | GiveUp | None = None
    try:
        await receive(aimed(name, port), take, timeout)
    except (Retry, GiveUp) as refusal:
        refused = refusal
    assert loop.time() - begun < timeout + 1.5
    assert SECRET not in str(refused)
    assert len(str(refused)) < 1000
    return refused or came


def test_every_channel_that_leads_back_has_an_example() -> None:
    back = {n for n, c in channels().items() if c.receive is not None or c.hear is not None}
    assert back == set(TAKES)


@pytest.mark.parametrize(("name", "takes"), WAYS)
def test_it_leads_back_only_where_the_settings_say_so(
    name: str, takes: Mapping[str, object]
) -> None:
    channel = channels()[name]
    assert channel.back(channel.params.model_validate(CONFIGURED[name].params)) is None
    way = channel.back(aimed(name, takes=takes))
    assert way is not None
    assert getattr(channel, way) is not None


@pytest.mark.parametrize("name", sorted(TAKES))
async def test_parameters_of_another_channel_are_refused(name: str) -> None:
    class Other(BaseModel):
        pass

    async def take(_answer: Answer) -> None:
        raise AssertionError("nothing came")

    channel = channels()[name]
    assert channel.back(Other()) is None
    if channel.receive is not None:
        with pytest.raises(TypeError):
            await channel.receive(Other(), take, 1.0)
    if channel.hear is not None:
        with pytest.raises(TypeError):
            channel.hear(Other(), Posted(b"{}"))


@pytest.mark.parametrize("name", [*LOOKED_AT, "smpp"])
async def test_nothing_comes_out_of_a_black_hole(name: str) -> None:
    before = asyncio.all_tasks()
    async with serving(mute) as port:
        assert isinstance(await looked(name, port), Retry)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("name", [*LOOKED_AT, "smpp"])
async def test_nobody_listening_is_a_retry(name: str) -> None:
    assert isinstance(await looked(name, 1), Retry)


@pytest.mark.parametrize("serve", BAD, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", [*LOOKED_AT, "smpp"])
async def test_a_server_that_breaks_the_rules_is_not_heard(name: str, serve: Serving) -> None:
    async with serving(serve) as port:
        assert isinstance(await looked(name, port, timeout=2.2), (Retry, GiveUp))


@pytest.mark.parametrize("name", LOOKED_AT)
async def test_nonsense_is_a_retry(name: str) -> None:
    async with answering(200, "") as server:
        for server.body in (*NONSENSE, "[" * 50_000, '{"ok": ' * 9000, '{"ok": true' + " " * 99999):
            assert isinstance(await looked(name, server.port), Retry), server.body[:20]


@pytest.mark.parametrize("name", LOOKED_AT)
async def test_a_flood_ends_with_the_time(name: str) -> None:
    message = (
        '{"update_id": 7, "message": {"text": "ok 0042", "message_id": 7, "from": {"id": 7}, '
        f'"chat": {{"id": "{CONFIGURED[name].params["chat_id"]}"}}}}}}'
    )
    flood = ",".join([message] * 300)
    async with answering(200, f'{{"ok": true, "result": [{flood}]}}') as server:
        came = await looked(name, server.port, timeout=2.2)
    assert isinstance(came, list)
    assert {answer.text for answer in came} == {"ok 0042"}


@pytest.mark.parametrize("name", [n for n in TAKES if channels()[n].hear is not None])
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff" * 50_000, b"[" * 50_000])
def test_a_request_that_proves_nothing_is_refused(name: str, body: bytes) -> None:
    hear = channels()[name].hear
    assert hear is not None
    params = aimed(name, takes=TAKES[name][-1])
    for query in ({}, {"sign": "x" * 64, "until": "x"}, {"until": "9" * 999}):
        with pytest.raises(NotTheirs):
            hear(params, Posted(body, {"x-bot-api-secret-token": "é"}, query))


def test_what_says_nothing_says_an_empty_object() -> None:
    assert Heard().body("x") == b"{}"
