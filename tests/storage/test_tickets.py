"""What a carrier was told is kept step by step, each once, with who wrote it down."""

from datetime import datetime, timedelta

import pytest

from core.clock import LOCAL
from core.errors import Conflict, Invalid, NotFound
from core.ticket import Step
from storage.ledger import Ledger
from storage.tickets import Said
from tests.storage.test_brain import CODE, NOW, an_outcome

MINUTE = timedelta(minutes=1)


async def test_a_ticket_goes_from_step_to_step(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    made, events = await ledger.tickets.report(CODE, "VNPT", Said("an", NOW, NOW - MINUTE))
    assert (made.reported_at, made.reported_by, made.step) == (NOW - MINUTE, "an", Step.REPORTED)
    assert [event.kind for event in events] == ["note"]
    number = made.id or 0
    received = Said("binh", NOW + 5 * MINUTE, number="PA-123")
    row, _ = await ledger.tickets.advance(CODE, number, Step.RECEIVED, received)
    assert (row.received_at, row.number, row.step) == (NOW + 5 * MINUTE, "PA-123", Step.RECEIVED)
    row, _ = await ledger.tickets.advance(CODE, number, Step.FIXED, Said("an", NOW + 9 * MINUTE))
    assert (row.fixed_at, row.number, row.step) == (NOW + 9 * MINUTE, "PA-123", Step.FIXED)
    assert await ledger.tickets.of(CODE) == [row]
    told = [(n.kind, n.actor, n.text) for n in await ledger.incidents.notes(CODE)][1:]
    assert told == [
        ("ticket_reported", "an", "VNPT"),
        ("ticket_received", "binh", "VNPT #PA-123"),
        ("ticket_fixed", "an", "VNPT #PA-123"),
    ]
    audit = await ledger.people.audit_rows()
    assert [one.action for one in audit] == ["ticket.fixed", "ticket.received", "ticket.reported"]


async def test_a_step_is_taken_once(ledger: Ledger) -> None:
    await ledger.brain.commit(an_outcome(), NOW)
    row, _ = await ledger.tickets.report(CODE, "VNPT", Said("an", NOW))
    for step in (Step.FIXED, Step.RECEIVED, Step.REPORTED):
        said = Said("an", NOW + MINUTE)
        if step is not Step.REPORTED:
            await ledger.tickets.advance(CODE, row.id or 0, step, said)
        with pytest.raises(Conflict):
            await ledger.tickets.advance(CODE, row.id or 0, step, said)


async def test_what_cannot_be_is_refused_and_leaves_no_trace(sqlite_ledger: Ledger) -> None:
    book = sqlite_ledger.tickets
    await sqlite_ledger.brain.commit(an_outcome(), NOW)
    with pytest.raises(NotFound):
        await book.report("SC-1", "VNPT", Said("an", NOW))
    for carrier, said in (
        ("", Said("an", NOW)),
        ("x" * 201, Said("an", NOW)),
        ("VNPT", Said("an", NOW, NOW + MINUTE)),
        ("VNPT", Said("an", NOW, datetime(1, 1, 1, tzinfo=LOCAL))),  # no zone can hold it
        ("VNPT", Said("an", NOW, number="x" * 201)),
    ):
        with pytest.raises(Invalid):
            await book.report(CODE, carrier, said)
    assert await book.of(CODE) == []
    row, _ = await book.report(CODE, "VNPT", Said("an", NOW))
    with pytest.raises(Invalid, match="before the carrier was told"):
        await book.advance(CODE, row.id or 0, Step.FIXED, Said("an", NOW, NOW - MINUTE))
    with pytest.raises(NotFound):
        await book.advance(CODE, 4711, Step.FIXED, Said("an", NOW))
    with pytest.raises(NotFound):
        await book.advance("SC-1", row.id or 0, Step.FIXED, Said("an", NOW))
    assert await book.of(CODE) == [row]
