"""How soon is a message sent once it is due? Woken, not found by the next look."""

import asyncio
import logging
import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from pydantic import BaseModel

from core.clock import SystemClock
from core.incident import Message
from runtime import dispatcher
from storage.ledger import Ledger
from tests.runtime.test_dispatcher import Mouth, a_notice, an_incident, made, running, written

log = logging.getLogger(__name__)

MESSAGES = 30
NEVER = 60.0  # seconds between two looks: whatever goes out before was woken
SOON = 5.0  # seconds, on a machine that does much else; the figures are in docs/performance.md
clock = SystemClock()


@pytest.fixture(autouse=True)
def _nothing_looks_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "POLL", NEVER)


class Stopwatch(Mouth):
    """A channel that notes when it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.called: dict[str, datetime] = {}

    async def send(self, params: BaseModel, message: Message, timeout: float) -> str:
        self.called[message.to] = clock.now()
        return await super().send(params, message, timeout)


async def waits(mouth: Stopwatch, due: Sequence[tuple[str, datetime]]) -> list[float]:
    """Return by how many seconds each message was later than it was due, in order."""
    async with asyncio.timeout(NEVER / 2):
        while len(mouth.called) < len(due):
            await asyncio.sleep(0.02)
    found = sorted((mouth.called[address] - at).total_seconds() for address, at in due)
    log.info("p50 %.0f ms, p99 %.0f ms", 1000 * statistics.median(found), 1000 * found[-1])
    return found


async def test_what_falls_due_later_is_sent_at_its_instant(ledger: Ledger) -> None:
    mouth, begun = Stopwatch(), clock.now() + timedelta(seconds=1)
    due = [(f"r{n}@example.vn", begun + timedelta(seconds=0.137 * n)) for n in range(MESSAGES)]
    rows = [a_notice(recipient=to, address=to, due_at=at) for to, at in due]
    await written(ledger, an_incident(), *rows)
    async with running(made(ledger, mouth)):
        found = await waits(mouth, due)
    assert found[0] >= 0
    assert found[-1] < SOON


async def test_what_is_due_at_once_is_sent_when_its_transaction_is_written(
    ledger: Ledger,
) -> None:
    mouth, due = Stopwatch(), list[tuple[str, datetime]]()
    mailer = made(ledger, mouth)
    async with running(mailer):
        for number in range(1, MESSAGES + 1):
            code, to = f"SC-20261122-{number:04}", f"r{number}@example.vn"
            row = a_notice(code, recipient=to, address=to, due_at=clock.now())
            await written(ledger, an_incident(code), row)
            due.append((to, clock.now()))
            mailer._told.set()
            await asyncio.sleep(0.1)
        found = await waits(mouth, due)
    assert found[-1] < SOON
