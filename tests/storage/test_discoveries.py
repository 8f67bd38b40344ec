"""Sweeps are taken up by one at a time, go on where they were, and are forgotten in the end."""

from datetime import timedelta

import pytest

from core.discovery import Discovery, Found
from core.errors import NotFound
from storage.discoveries import KEPT, LEASE
from storage.ledger import Ledger
from tests.storage.test_brain import NOW

SECOND = timedelta(seconds=1)
RANGES = ("10.75.3.0/29",)


def a_row(sweep: Discovery, address: str = "10.75.3.1", **more: object) -> Found:
    fields: dict[str, object] = {
        "discovery": sweep.id, "address": address, "ping": True, "ports": (22, 443), "at": NOW,
    }  # fmt: skip
    return Found.model_validate(fields | more)


async def test_one_alone_takes_up_what_a_page_began(ledger: Ledger) -> None:
    book = ledger.discoveries
    begun = await book.begin(RANGES, "an", NOW, origin="192.0.2.7")
    assert (begun.total, begun.done) == (6, 0)
    first = await book.claim(NOW)
    assert first is not None
    assert await book.claim(NOW + SECOND) is None
    assert await book.claim(NOW + LEASE + SECOND) is not None  # whoever had it is gone
    assert await book.move(first, 3, 12, [], NOW + LEASE + SECOND) is None  # and finds that out
    [row] = await ledger.people.audit_rows(1)
    assert (row.action, row.subject, row.origin) == ("discovery.begin", "10.75.3.0/29", "192.0.2.7")


async def test_what_a_command_began_is_its_own(ledger: Ledger) -> None:
    begun = await ledger.discoveries.begin(RANGES, "cli:an", NOW)
    assert await ledger.discoveries.claim(NOW + LEASE * 2) is None
    taken = await ledger.discoveries.claim(NOW + LEASE * 2, number=begun.id)
    assert taken is not None
    assert taken.id == begun.id


async def test_it_goes_on_where_it_was_and_ends_with_the_last_address(ledger: Ledger) -> None:
    book = ledger.discoveries
    begun = await book.begin(RANGES, "an", NOW)
    half = await book.move(begun, 3, 12, [a_row(begun)], NOW + SECOND)
    assert half is not None
    assert await book.get(begun.id or 0) == half
    again = a_row(begun, name="gw", snmp="snmp-xa")  # asked once more after a kill
    done = await book.move(half, 6, 24, [again, a_row(begun, "10.75.3.5")], NOW + SECOND * 2)
    assert done is not None
    assert (done.ended_at, done.share) == (NOW + SECOND * 2, 1.0)
    found = await book.found(begun.id or 0)
    assert [(one.address, one.name, one.ports) for one in found] == [
        ("10.75.3.1", "gw", (22, 443)),
        ("10.75.3.5", "", (22, 443)),
    ]
    assert await book.claim(NOW + LEASE * 2) is None


async def test_who_stops_it_is_heard_at_the_next_step(ledger: Ledger) -> None:
    book = ledger.discoveries
    begun = await book.begin(RANGES, "an", NOW)
    await book.stop(begun.id or 0, NOW + SECOND)
    assert await book.move(begun, 3, 12, [a_row(begun)], NOW + SECOND * 2) is None
    assert await book.found(begun.id or 0) == []
    with pytest.raises(NotFound):
        await book.get(4711)


async def test_old_ones_are_forgotten(ledger: Ledger) -> None:
    book = ledger.discoveries
    first = await book.begin(RANGES, "an", NOW)
    assert await book.move(first, 6, 24, [a_row(first)], NOW) is not None
    for _ in range(KEPT):
        await book.begin(RANGES, "an", NOW)
    assert len(await book.all()) == KEPT
    assert await book.found(first.id or 0) == []
