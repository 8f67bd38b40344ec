"""Events are numbered in the order in which they become visible."""

from datetime import UTC, datetime

from core.outcome import Outcome
from core.status import Status, Transition
from storage.events import KEPT, write_events
from storage.ledger import Ledger

NOW = datetime(2026, 11, 22, 3, 0, 0, 123456, tzinfo=UTC)


async def test_a_reader_resumes_where_it_stopped(ledger: Ledger) -> None:
    for n in range(3):
        await ledger.brain.commit(
            Outcome(transitions=[Transition(f"t{n}", Status.UNKNOWN, Status.UP, NOW, NOW, "x")]),
            NOW,
        )
    assert await ledger.events.last_event_id() == 3
    seen = await ledger.events.events_after(1)
    assert [(event.id, event.subject) for event in seen] == [(2, "t1"), (3, "t2")]
    assert seen[0].at == NOW
    assert seen[0].data["status"] == "up"
    assert len(await ledger.events.events_after(0, limit=2)) == 2


async def test_only_the_newest_are_kept(ledger: Ledger) -> None:
    async with ledger.database.writing() as connection:
        for _ in range(3):
            await write_events(connection, [("status", "t", {})] * (KEPT // 2), NOW)
    everything = await ledger.events.events_after(0, limit=10 * KEPT)
    assert [everything[0].id, everything[-1].id] == [KEPT // 2 + 1, KEPT // 2 * 3]
    assert len(everything) == KEPT
    assert await ledger.events.last_event_id() == KEPT // 2 * 3
