"""Rules that are PromQL, asked of both engines: they fire, they end, and silence says nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts import rules
from alerts.brain import Brain
from core.clock import SystemClock
from core.incident import THRESHOLD, IncidentState
from core.inventory import Rule
from core.labels import Series
from core.outcome import Memory, Outcome
from core.reading import Reading
from core.watching import Estate
from runtime.rule_asking import RuleAsking
from storage.series import SeriesReader
from tests.alerts.province import AT_ONCE, CONTACT, estate
from tests.factories import FakeClock
from tests.grafana.engines import PROMETHEUS, VICTORIA, engine, missing
from tests.runtime.test_rules_command import write

NOW = SystemClock().now().replace(microsecond=0)
LOSS = [
    Series.of("probe_loss_ratio", instance=f"{site}-gw", job="thongsuot", site=site)
    for site in ("c11", "c12")
]
LOSSY = Rule(
    slug="mat-goi",
    name="Điểm cầu mất gói",
    metric="max by (site) (avg_over_time(probe_loss_ratio[2m]))",
    value="expression",
    threshold=0.05,
    recovery=0.02,
    duration=1,
    enabled=True,
)


class Land:
    """A brain with one rule, and what asks it; time stands still until moved."""

    def __init__(self, reader: SeriesReader, what: Estate, at: datetime) -> None:
        self.clock = FakeClock(at)
        self.brain = Brain(what, Memory(), AT_ONCE, [CONTACT], at)
        self.asking = RuleAsking(reader, self.brain, self.apply, self.clock)
        self.outcomes: list[Outcome] = []

    async def apply(self, change: Callable[[datetime], Outcome]) -> None:
        self.outcomes.append(change(self.clock.now()))

    async def until(self, end: datetime) -> None:
        """Ask every half minute, while every device answers."""
        while self.clock.now() < end:
            now = self.clock.advance(rules.EVERY.total_seconds())
            checks = self.brain.topology.checks.values()
            good = [Reading(c.slug, "center", now, loss=0.0) for c in checks if c.reach]
            self.outcomes.append(self.brain.feed(good, now))
            await self.asking.turn()
            self.outcomes.append(self.brain.tick(now))

    def open_ones(self) -> list[tuple[str, str]]:
        return [(i.cause, i.root) for i in self.brain.incidents if i.kind == THRESHOLD]


@asynccontextmanager
async def land(name: str, folder: Path) -> AsyncIterator[Land]:
    """Yield a land beside an engine that knows of eight minutes, in the middle lossy at c11."""
    begin = NOW - timedelta(minutes=20)
    batches = []
    for step in range(24):
        bad = 4 <= step < 16
        at = begin + step * rules.EVERY
        batches.append((at, [(LOSS[0], 0.2 if bad else 0.0), (LOSS[1], 0.0)]))
    (folder / "engine").mkdir()
    async with engine(name, folder / "engine") as base:
        await write(base, name, batches)
        reader = SeriesReader(base)
        what = estate(hubs=1, communes=2).model_copy(update={"rules": (LOSSY,)})
        try:
            yield Land(reader, what, begin)
        finally:
            await reader.aclose()


@pytest.mark.skipif(bool(missing()), reason="the engines are not installed")
@pytest.mark.parametrize("name", [VICTORIA, PROMETHEUS])
async def test_an_expression_fires_for_the_target_that_it_names_and_ends(
    name: str, tmp_path: Path
) -> None:
    async with land(name, tmp_path) as stage:
        begin = stage.clock.now()
        await stage.until(begin + timedelta(minutes=6))
        assert stage.open_ones() == [("mat-goi", "c11")]
        await stage.until(begin + timedelta(minutes=11.5))
        assert stage.open_ones() == []
        over = [i for o in stage.outcomes for i in o.incidents if i.state is not IncidentState.OPEN]
        assert [i.root for i in over] == ["c11"]


async def test_an_engine_that_is_away_neither_fires_nor_clears(tmp_path: Path) -> None:
    reader = SeriesReader("http://127.0.0.1:9")
    what = estate(hubs=1, communes=2).model_copy(update={"rules": (LOSSY,)})
    stage = Land(reader, what, NOW)
    try:
        await stage.until(NOW + timedelta(minutes=2))
        for _ in range(4):
            at = stage.clock.advance(30)
            stage.brain.evaluated("mat-goi", [({"site": "c11"}, 0.3)], at, at)
        assert stage.open_ones() == [("mat-goi", "c11")]
        await stage.until(stage.clock.now() + timedelta(minutes=10))
        assert stage.open_ones() == [("mat-goi", "c11")]
        at = stage.clock.advance(30)
        stage.brain.evaluated(
            "mat-goi", [({"site": "nobody"}, 0.0), ({"site": "c11"}, 0.0)], at, at
        )
        assert stage.open_ones() == []
    finally:
        await reader.aclose()


async def test_a_series_that_vanishes_is_no_recovery() -> None:
    what = estate(hubs=1, communes=2).model_copy(update={"rules": (LOSSY,)})
    brain = Brain(what, Memory(), AT_ONCE, [CONTACT], NOW)
    at = NOW
    for _ in range(4):
        at += rules.EVERY
        brain.evaluated("mat-goi", [({"site": "c11"}, 0.3)], at, at)
    for _ in range(10):
        at += rules.EVERY
        brain.evaluated("mat-goi", [], at, at)
        brain.tick(at)
    assert [i.root for i in brain.incidents] == ["c11"]
