"""Doubtful time is kept, grows, and is told as one."""

from datetime import datetime, timedelta

from core.timekeeping import ClockSpan, ClockTrouble
from storage.ledger import Ledger
from tests.storage.test_brain import NOW


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def span(begin: float, end: float, kind: ClockTrouble = ClockTrouble.UNSYNCHRONISED) -> ClockSpan:
    return ClockSpan(kind=kind, begin=at(begin), end=at(end))


async def test_a_span_grows_and_never_shrinks(ledger: Ledger) -> None:
    await ledger.timekeeping.keep(span(0, 1))
    await ledger.timekeeping.keep(span(0, 5))
    await ledger.timekeeping.keep(span(0, 3))
    assert await ledger.timekeeping.spans(at(-10), at(10)) == [(at(0), at(5))]


async def test_spans_that_touch_are_one_and_are_cut_to_the_asked_time(ledger: Ledger) -> None:
    await ledger.timekeeping.keep(span(0, 5))
    await ledger.timekeeping.keep(span(4, 6, ClockTrouble.STEPPED))
    await ledger.timekeeping.keep(span(6, 7))
    await ledger.timekeeping.keep(span(20, 30))
    assert await ledger.timekeeping.spans(at(1), at(25)) == [(at(1), at(7)), (at(20), at(25))]


async def test_what_lies_outside_is_not_told(ledger: Ledger) -> None:
    await ledger.timekeeping.keep(span(0, 5))
    assert await ledger.timekeeping.spans(at(5), at(9)) == []
    assert await ledger.timekeeping.spans(at(-5), at(0)) == []
    assert await ledger.timekeeping.spans(at(3), at(2)) == []
