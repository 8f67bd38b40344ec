"""What devices say is kept once however often it is said, and a storm is bounded and declared."""

import asyncio
from datetime import timedelta

import pytest

from core.errors import Unavailable
from core.remark import DROPPED, Remark, Via
from core.text import Text
from runtime.allowance import ALL_BURST, EACH, EACH_BURST, Allowance
from runtime.hints import HintStats, Speaker
from runtime.remarks import OF_ONE, TOGETHER, WAITING, Remarks, Said
from storage.ledger import Ledger
from storage.remarks import RemarkBook, Wanted
from tests.factories import FakeClock

DOWN = Said(3, "1.3.6.1.6.3.1.1.5.3", "linkDown ifIndex=3", "Cổng mất kết nối", "Port down")


def speaker(name: str = "gw-1") -> Speaker:
    return Speaker(name, "site-1", (), (), ())


class Writing:
    """Remarks over a book, and the clock they go by."""

    def __init__(self, book: RemarkBook) -> None:
        self.clock, self.stats, self.book = FakeClock(), HintStats(), book
        self.remarks = Remarks(book, 1000, self.clock, self.stats)

    def say(self, said: Said = DOWN, name: str = "gw-1") -> None:
        self.remarks.say(speaker(name), "10.0.0.1", Via.TRAP_V2C, said)

    async def kept(self) -> list[Remark]:
        return list((await self.book.find(Wanted(), 1000)).items)


@pytest.fixture
def writing(sqlite_ledger: Ledger) -> Writing:
    return Writing(sqlite_ledger.remarks)


async def test_the_same_said_again_within_a_minute_is_one_row_with_a_count(
    writing: Writing,
) -> None:
    for _ in range(5):
        writing.say()
    await writing.remarks.write()
    writing.clock.advance(30)
    writing.say()
    await writing.remarks.write()
    [one] = await writing.kept()
    assert (one.count, one.last_at - one.at) == (6, timedelta(seconds=30))
    assert (one.device, one.site, one.means) == ("gw-1", "site-1", "Cổng mất kết nối")
    writing.clock.advance(TOGETHER.total_seconds())
    writing.say()
    await writing.remarks.write()
    assert [row.count for row in await writing.kept()] == [1, 6]
    assert writing.stats.kept == 2


async def test_one_device_that_says_too_much_is_cut_short_and_that_is_declared(
    writing: Writing,
) -> None:
    for n in range(OF_ONE + 25):
        writing.say(Said(5, "x", f"line {n}"))
    writing.say(Said(5, "x", "còn chỗ"), name="gw-2")
    await writing.remarks.write()
    rows = await writing.kept()
    [dropped] = [row for row in rows if row.kind == DROPPED]
    assert (dropped.device, dropped.count) == ("gw-1", 25)
    assert sum(row.device == "gw-1" for row in rows) == OF_ONE + 1
    assert sum(row.device == "gw-2" for row in rows) == 1
    assert writing.stats.dropped == 25


async def test_all_devices_together_are_cut_short(writing: Writing) -> None:
    for n in range(1000):
        for m in range(3):
            writing.say(Said(5, "x", f"line {m}"), name=f"gw-{n}")
    await writing.remarks.write()
    rows = await writing.kept()
    assert sum(row.kind != DROPPED for row in rows) <= WAITING
    assert len(rows) <= 2 * WAITING
    assert writing.stats.dropped == 3000 - sum(row.kind != DROPPED for row in rows)


async def test_what_a_ledger_that_is_away_missed_is_written_later(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*arguments: object) -> list[Remark]:
        raise Unavailable(Text("x", "x"))

    writing.say()
    with monkeypatch.context() as patch:
        patch.setattr(writing.remarks._book, "write", away, raising=False)
        with pytest.raises(Unavailable):
            await writing.remarks.write()
        writing.say()
    await writing.remarks.write()
    [one] = await writing.kept()
    assert one.count == 2


async def test_what_is_said_while_it_is_written_goes_into_the_same_row(writing: Writing) -> None:
    writing.say()
    task = asyncio.create_task(writing.remarks.write())
    await asyncio.sleep(0)
    writing.say()
    await task
    await writing.remarks.write()
    [one] = await writing.kept()
    assert one.count == 2


def test_a_device_has_an_allowance_that_comes_back() -> None:
    allowance = Allowance(0.0)
    allowed = sum(allowance.allows("10.0.0.1", 0.0) for _ in range(10_000))
    assert allowed == EACH_BURST
    assert allowance.allows("10.0.0.2", 0.0)
    assert sum(allowance.allows("10.0.0.1", 1.0) for _ in range(1000)) == EACH


def test_all_devices_together_have_an_allowance() -> None:
    allowance = Allowance(0.0)
    names = [f"10.0.{n // 250}.{n % 250}" for n in range(10_000)]
    assert sum(allowance.allows(name, 0.0) for name in names) == ALL_BURST
