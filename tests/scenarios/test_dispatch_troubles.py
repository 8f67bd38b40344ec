"""The ledger, the provider or the clock fails under a dispatcher: all is said, and said once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest
from pydantic import BaseModel

from alerts.channels.webhook import CHANNEL as WEBHOOK
from core.channel import Channel
from core.errors import Unavailable
from core.incident import Delivery, Message, Notification, NotificationState
from core.text import Text
from lab.mailbox import Webhook
from runtime.dispatcher import LATE, Dispatcher, DispatchOptions
from runtime.outlet import Outlet
from runtime.receipts import Receipts
from storage.ledger import Ledger
from tests.databases import PostgresServer
from tests.runtime.test_dispatcher import (
    ESTATE,
    LaterClock,
    Mouth,
    Nothing,
    a_notice,
    an_incident,
    made,
    outbox,
    running,
    turned,
    written,
)

SENT = {NotificationState.SENT}


class Interrupted(Mouth):
    """A channel during whose sending something happens."""

    def __init__(self, happens: Callable[[int], Awaitable[None]]) -> None:
        super().__init__()
        self._happens = happens

    async def send(self, params: BaseModel, message: Message, timeout: float) -> str:
        receipt = await super().send(params, message, timeout)
        await self._happens(len(self.said))
        return receipt


@contextmanager
def patience(dispatcher: Dispatcher) -> Iterator[None]:
    """Let a turn fail as the running dispatcher would."""
    try:
        yield
    except (OSError, Unavailable):
        dispatcher._told.set()


async def said_in_the_end(ledger: Ledger, dispatcher: Dispatcher, mouth: Mouth, count: int) -> None:
    """Run until everything is settled, and see that each message was said once."""
    async with running(dispatcher), asyncio.timeout(40):
        while {n.state for n, _ in await outbox(ledger)} != SENT:
            await asyncio.sleep(0.05)
    assert len({m.id for m in mouth.said}) == len(mouth.said) == count
    assert all(len(attempts) == 1 for _, attempts in await outbox(ledger))


async def pragma(ledger: Ledger, words: str) -> int | None:
    """Set something of the one connection that writes, outside any transaction."""
    async with ledger.database._writer.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        answer = await driver.execute_fetchall(f"PRAGMA {words}")
    return next((row[0] for row in answer), None)


async def read_only(ledger: Ledger, postgres: PostgresServer | None, *, on: bool) -> None:
    """Let nothing be written any more, or again."""
    word = "on" if on else "off"
    if postgres is not None:
        postgres.let_nothing_be_written(ledger.database.url, on=on)
        return
    await pragma(ledger, f"query_only={word}")


async def full_disk(ledger: Ledger, postgres: PostgresServer | None, *, on: bool) -> None:
    """Let the ledger grow no more, or again."""
    if postgres is not None:
        await asyncio.to_thread(postgres.let_the_disk_be_full, ledger.database.url, on=on)
        return
    pages = await pragma(ledger, "page_count") if on else 1_000_000
    await pragma(ledger, f"max_page_count={pages}")


@pytest.fixture
def server(request: pytest.FixtureRequest, ledger: Ledger) -> PostgresServer | None:
    """The server of the ledger, if it has one."""
    if ledger.database.dialect != "postgresql":
        return None
    found: PostgresServer = request.getfixturevalue("postgres")
    return found


async def test_what_went_out_before_the_ledger_was_read_only_does_not_go_out_again(
    ledger: Ledger, server: PostgresServer | None
) -> None:
    async def closed(said: int) -> None:
        if said == 1:
            await read_only(ledger, server, on=True)

    clock, mouth = LaterClock(), Interrupted(closed)
    await written(ledger, an_incident(), *(a_notice(recipient=f"r{n}") for n in range(20)))
    dispatcher = made(ledger, mouth, clock)
    await turned(dispatcher)
    assert mouth.said
    clock.ahead += timedelta(minutes=2)  # the leases of all are over
    for _ in range(3):
        with patience(dispatcher):
            await turned(dispatcher)
    await read_only(ledger, server, on=False)
    await said_in_the_end(ledger, dispatcher, mouth, 20)


async def test_a_full_disk_costs_no_message_and_doubles_none(
    ledger: Ledger, server: PostgresServer | None
) -> None:
    async def full(said: int) -> None:
        if said == 5:
            await full_disk(ledger, server, on=True)

    clock, mouth = LaterClock(), Interrupted(full)
    await written(ledger, an_incident(), *(a_notice(recipient=f"r{n}") for n in range(60)))
    dispatcher = made(ledger, mouth, clock)
    for _ in range(10):
        with patience(dispatcher):
            await turned(dispatcher)
    states = {n.state for n, _ in await outbox(ledger)}
    assert NotificationState.CLAIMED in states
    assert 5 <= len(mouth.said) < 60
    await full_disk(ledger, server, on=False)
    clock.ahead += timedelta(minutes=2)
    await said_in_the_end(ledger, dispatcher, mouth, 60)


async def test_who_dies_over_a_ledger_that_takes_nothing_leaves_word_of_what_went_out(
    ledger: Ledger, server: PostgresServer | None, tmp_path: Path
) -> None:
    async def closed(said: int) -> None:
        if said == 3:
            await read_only(ledger, server, on=True)

    clock, mouth = LaterClock(), Interrupted(closed)
    await written(ledger, an_incident(), *(a_notice(recipient=f"r{n}") for n in range(20)))
    first = made(ledger, mouth, clock)
    first._receipts = Receipts(tmp_path / "receipts")
    with patience(first):
        await turned(first)
    assert 3 <= len(mouth.said) < 20
    clock.ahead += timedelta(minutes=2)
    await read_only(ledger, server, on=False)
    second = made(ledger, mouth, clock)  # the first is gone, and its memory with it
    second._receipts = Receipts(tmp_path / "receipts")
    await said_in_the_end(ledger, second, mouth, 20)


@pytest.mark.postgres
async def test_a_database_that_restarts_again_and_again_costs_no_message(
    ledger: Ledger, server: PostgresServer | None
) -> None:
    if server is None:
        pytest.skip("SQLite has no server that could restart")

    async def gone(said: int) -> None:
        if said == 20:
            server.restart()  # of this thread: it dies with whatever started it
        elif said % 15 == 1:
            with suppress(CalledProcessError):  # the restart may have dropped psql's own
                await asyncio.to_thread(server.drop_connections)

    clock, mouth = LaterClock(), Interrupted(gone)
    await written(ledger, an_incident(), *(a_notice(recipient=f"r{n}") for n in range(60)))
    dispatcher = made(ledger, mouth, clock)
    async with running(dispatcher), asyncio.timeout(40):
        while {n.state for n, _ in await _patiently(ledger)} != SENT:
            clock.ahead += timedelta(seconds=5)  # leases end sooner than a test likes to wait
            await asyncio.sleep(0.1)
    assert len({m.id for m in mouth.said}) == len(mouth.said) == 60


async def _patiently(ledger: Ledger) -> list[tuple[Notification, list[Delivery]]]:
    while True:
        try:
            return await outbox(ledger)
        except Unavailable:
            await asyncio.sleep(0.1)


async def test_a_provider_that_answers_500_for_an_hour_gets_the_message_then(
    ledger: Ledger,
) -> None:
    clock = LaterClock()
    async with Webhook(status=500) as hook:
        outlet = Outlet(WEBHOOK, lambda: WEBHOOK.params.model_validate({"url": hook.url}))
        dispatcher = Dispatcher(
            ledger,
            {"mouth": outlet},
            lambda: ESTATE,
            clock,
            told=asyncio.Event(),
            options=DispatchOptions(timeout=5.0),
        )
        begun = clock.now()
        await written(ledger, an_incident(), a_notice(due_at=begun))
        while clock.now() < begun + timedelta(hours=1):
            await turned(dispatcher)
            clock.ahead += timedelta(seconds=15)
        assert 10 < len(hook.calls) < 25
        assert len(await ledger.outbox.undelivered(clock.now() - LATE)) == 1
        hook.status = 200
        while clock.now() < begun + timedelta(hours=1, minutes=7):
            await turned(dispatcher)
            clock.ahead += timedelta(seconds=15)
    [(notice, attempts)] = await outbox(ledger)
    assert notice.state is NotificationState.SENT
    assert [one.ok for one in attempts] == [False] * (len(attempts) - 1) + [True]
    assert len({str(call.json()["id"]) for call in hook.calls}) == 1  # type: ignore[index]


@pytest.mark.parametrize("minutes", [10, -10])
async def test_a_clock_that_is_set_while_messages_are_under_way_doubles_and_delays_none(
    ledger: Ledger, minutes: int
) -> None:
    held, clock = asyncio.Event(), LaterClock()
    said: list[str] = []

    async def slowly(params: BaseModel, message: Message, timeout: float) -> str:
        await held.wait()
        said.append(message.id)
        return "taken"

    slow = Channel("mouth", Text("chậm", "slow"), Nothing, slowly)
    dispatcher = Dispatcher(
        ledger,
        {"mouth": Outlet(slow, Nothing)},
        lambda: ESTATE,
        clock,
        told=asyncio.Event(),
    )
    now = clock.now()
    rows = [a_notice(recipient=f"r{n}", due_at=now) for n in range(6)]
    ahead = a_notice(recipient="later", due_at=now + timedelta(seconds=1))
    await written(ledger, an_incident(), *rows, ahead)
    await dispatcher.turn()
    clock.ahead = timedelta(minutes=minutes)
    await dispatcher.turn()
    held.set()
    await dispatcher.settled()
    await asyncio.sleep(1.1)
    await turned(dispatcher)
    assert len(set(said)) == len(said) == 7
    assert {n.state for n, _ in await outbox(ledger)} == SENT
