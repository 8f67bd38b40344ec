"""Doubtful time of our own clock is noticed, remembered and told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from core.errors import Unavailable
from core.text import Text
from core.timekeeping import ClockSpan, ClockTrouble
from runtime.dispatcher import DispatchStats
from runtime.pipeline import PipelineStats
from runtime.scheduler import Stats
from runtime.selfmetrics import SelfMetrics
from runtime.timekeeping import PERIOD, Discipline, Timekeeper, discipline
from storage.ledger import Ledger
from tests.factories import DAWN, FakeClock

T = TypeVar("T")


class Notebook:
    """A book in memory that may refuse."""

    def __init__(self) -> None:
        self.spans: dict[tuple[ClockTrouble, datetime], datetime] = {}
        self.away = False

    async def keep(self, span: ClockSpan) -> None:
        if self.away:
            raise Unavailable(Text("đi vắng", "away"))
        self.spans[span.kind, span.begin] = span.end


class Machine(FakeClock):
    """A clock that can be set, while its monotonic one runs on."""

    def __init__(self) -> None:
        super().__init__()
        self.set_by = timedelta(0)
        self.told = Discipline(synchronised=True, offset=0.001, max_error=0.02)

    def now(self) -> datetime:
        return super().now() + self.set_by


async def watched(keeper: Timekeeper, machine: Machine, seconds: float) -> None:
    for _ in range(int(seconds / PERIOD)):
        machine.advance(PERIOD)
        keeper.look()
        await keeper.write()


def watching() -> tuple[Timekeeper, Machine, Notebook]:
    machine, book = Machine(), Notebook()
    return Timekeeper(machine, book, lambda: machine.told), machine, book


async def test_a_clock_that_is_kept_right_leaves_no_trace() -> None:
    keeper, machine, book = watching()
    await watched(keeper, machine, 3600)
    assert book.spans == {}
    assert keeper.trouble(machine.now()) is None
    assert keeper.stats.synchronised is True
    assert keeper.stats.max_error_s == 0.02


async def test_unsynchronised_time_is_kept_while_it_lasts_and_to_its_end() -> None:
    keeper, machine, book = watching()
    machine.told = Discipline(synchronised=False)
    await watched(keeper, machine, 300)
    ((key, end),) = book.spans.items()
    assert key == (ClockTrouble.UNSYNCHRONISED, DAWN + timedelta(seconds=PERIOD))
    assert machine.now() - end < timedelta(seconds=70)
    machine.told = Discipline(synchronised=True)
    await watched(keeper, machine, PERIOD)
    assert list(book.spans.values()) == [machine.now()]
    await watched(keeper, machine, 300)
    assert len(book.spans) == 1


async def test_a_person_hears_of_it_after_a_quarter_of_an_hour() -> None:
    keeper, machine, _ = watching()
    machine.told = Discipline(synchronised=False)
    await watched(keeper, machine, 14 * 60)
    assert keeper.trouble(machine.now()) is None
    await watched(keeper, machine, 2 * 60)
    said = keeper.trouble(machine.now())
    assert said is not None
    assert "đồng bộ" in said.vi
    machine.told = Discipline(synchronised=True)
    await watched(keeper, machine, PERIOD)
    assert keeper.trouble(machine.now()) is None


async def test_where_nobody_may_ask_nothing_is_claimed() -> None:
    keeper, machine, book = watching()
    machine.told = Discipline(detail="Operation not permitted")
    await watched(keeper, machine, 3600)
    assert book.spans == {}
    assert keeper.trouble(machine.now()) is None
    assert keeper.stats.synchronised is None


async def test_a_clock_that_is_set_back_leaves_the_time_that_came_twice() -> None:
    keeper, machine, book = watching()
    await watched(keeper, machine, 60)
    before = machine.now()
    machine.set_by = timedelta(seconds=-30)
    await watched(keeper, machine, PERIOD)
    assert keeper.stats.steps == 1
    expected = before + timedelta(seconds=PERIOD)
    assert book.spans == {(ClockTrouble.STEPPED, machine.now()): expected}
    await watched(keeper, machine, 600)
    assert keeper.stats.steps == 1


async def test_a_clock_that_is_set_forward_leaves_the_time_that_never_was() -> None:
    keeper, machine, book = watching()
    await watched(keeper, machine, 60)
    before = machine.now()
    machine.set_by = timedelta(hours=2)
    await watched(keeper, machine, PERIOD)
    assert book.spans == {(ClockTrouble.STEPPED, before): machine.now()}


async def test_a_clock_that_is_slewed_is_not_set() -> None:
    keeper, machine, book = watching()
    for _ in range(100):
        machine.set_by += timedelta(milliseconds=500)
        await watched(keeper, machine, PERIOD)
    assert book.spans == {}


async def test_what_cannot_be_written_now_is_written_later() -> None:
    keeper, machine, book = watching()
    book.away = True
    machine.told = Discipline(synchronised=False)
    await watched(keeper, machine, 600)
    machine.told = Discipline(synchronised=True)
    await watched(keeper, machine, 600)
    assert book.spans == {}
    book.away = False
    await watched(keeper, machine, PERIOD)
    ((begin, end),) = [(key[1], end) for key, end in book.spans.items()]
    assert end - begin == timedelta(seconds=600)


def test_this_very_kernel_can_be_asked() -> None:
    told = discipline()
    if told.synchronised is None:
        assert told.detail
    else:
        assert told.max_error is not None
        assert 0 <= told.max_error <= 20_000


async def test_the_clock_is_among_the_self_metrics() -> None:
    keeper, machine, _ = watching()
    await watched(keeper, machine, PERIOD)
    metrics = SelfMetrics(Idle(PipelineStats()), Idle(Stats()), Idle(DispatchStats()), None, keeper)
    told = {series.name: value for series, value in metrics.samples(())}
    assert told["thongsuot_clock_synchronised"] == 1
    assert told["thongsuot_clock_offset_seconds"] == 0.001
    assert told["thongsuot_clock_max_error_seconds"] == 0.02
    machine.told = Discipline(detail="Operation not permitted")
    await watched(keeper, machine, PERIOD)
    told = {series.name: value for series, value in metrics.samples(())}
    assert "thongsuot_clock_synchronised" not in told


@dataclass
class Idle(Generic[T]):
    """A part that does nothing."""

    stats: T


async def test_the_ledger_takes_what_the_keeper_notes(ledger: Ledger) -> None:
    machine = Machine()
    machine.told = Discipline(synchronised=False)
    keeper = Timekeeper(machine, ledger.timekeeping, lambda: machine.told)
    await watched(keeper, machine, 120)
    (span,) = await ledger.timekeeping.spans(DAWN, machine.now())
    assert span[0] == DAWN + timedelta(seconds=PERIOD)
    assert machine.now() - span[1] < timedelta(seconds=70)
