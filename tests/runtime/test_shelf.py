"""Configurations go to the ledger and nowhere else; how old they are is told."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from core.configuration import Kept, Paper
from core.errors import Unavailable
from core.reading import Reading, Sample
from core.text import Text
from core.watching import Estate
from runtime.shelf import AGE, MOST, STEADY, Shelf
from storage.configurations import ConfigurationBook
from storage.ledger import Ledger
from tests.factories import DAWN, FakeClock, a_check
from tests.storage.test_configurations import a_paper

ESTATE = Estate(checks=(a_check("gw-1", "cli_config"),))


class Sink:
    """Takes what goes on to the judge."""

    def __init__(self) -> None:
        self.got: list[Reading] = []

    def put(self, batch: Sequence[Reading]) -> None:
        self.got += batch


def read(*papers: Paper, target: str = "gw-1") -> Reading:
    return Reading(f"{target}/cli_config", "center", DAWN, papers=papers)


async def test_papers_are_kept_and_the_judge_never_sees_them(sqlite_ledger: Ledger) -> None:
    sink, clock = Sink(), FakeClock()
    told: list[Sample] = []

    async def append(batch: Sequence[tuple[datetime, Sequence[Sample]]]) -> None:
        told.extend(sample for _, samples in batch for sample in samples)

    shelf = Shelf(sink, sqlite_ledger.configurations, append, lambda: ESTATE, clock)
    clock.advance(3600)
    task = asyncio.create_task(shelf.run())
    shelf.put([read(a_paper()), read(a_paper(), target="gw-9")])
    for _ in range(200):
        await asyncio.sleep(0.01)
        if told:
            break
    task.cancel()
    assert [reading.papers for reading in sink.got] == [(), ()]
    assert len(await sqlite_ledger.configurations.newest()) == 2
    ages = {series.name: value for series, value in told}
    assert ages == {AGE: 3600.0, STEADY: 3600.0}  # of what is still watched alone
    assert dict(told[0][0].labels)["instance"] == "gw-1"


async def test_a_ledger_that_is_away_gets_them_later_and_not_without_end() -> None:
    clock, sink = FakeClock(), Sink()

    class Away(ConfigurationBook):
        """Answers nothing."""

        def __init__(self) -> None:
            self.asked = 0

        async def keep(self, target: str, papers: Sequence[Paper], now: datetime) -> list[object]:  # type: ignore[override]
            self.asked += 1
            raise Unavailable(Text("không", "away"))

    book = Away()

    async def nowhere(_: object) -> None: ...

    shelf = Shelf(sink, book, nowhere, lambda: ESTATE, clock)
    for number in range(MOST + 5):
        shelf.put([read(a_paper(f"mtu {number}\n"))])
    assert shelf.dropped == 5
    task = asyncio.create_task(shelf.run())
    await asyncio.sleep(0.05)
    task.cancel()
    assert book.asked == 1  # it waits before it asks again
    assert len(sink.got) == MOST + 5


def test_what_is_secret_is_in_no_repr() -> None:
    paper = Paper(Kept.RUNNING, "frr", "password abc\n", "password ***\n", "password abc\n")
    assert "abc" not in repr(paper)
    assert "abc" not in repr(read(paper))
