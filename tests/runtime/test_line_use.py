"""The legal rule in the hub: measured once a day, told at most once a day, read back by reports."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.brain import Brain
from core.incident import THRESHOLD
from core.inventory import Rule
from core.labels import Series
from core.outcome import Memory
from core.reading import Reading
from core.text import Text
from core.watching import Check, Estate, PortFact, Target, TargetKind
from inventory.template import BEGINNING
from reports.capacity import SLOTS, SPARED, Direction, LineUse, Named, Verdict, Way, Week, ended_by
from reports.periods import read
from reports.report import PeriodKind
from runtime.line_quality import qualities
from runtime.line_use import LineUseWatch, crowded, measured, use_samples
from storage.line_use import KNOWN, P95
from storage.series import SeriesReader
from tests.alerts.province import AT_ONCE, CONTACT, estate
from tests.factories import FakeClock
from tests.grafana.engines import VICTORIA
from tests.storage.series_engines import BOTH, an_engine

MIDNIGHT = datetime(2026, 11, 29, 17, tzinfo=UTC)
RULE = next(rule for rule in BEGINNING.rules if rule.slug == "bang-thong-p95")
LINE = "line1"


def a_line() -> Estate:
    """Return a line of 10 Mbit/s whose far end has a declared port."""
    line = Target(
        slug=LINE,
        kind=TargetKind.LINK,
        name="Kênh thử",
        role="link",
        uplinks=("core",),
        members=("gw",),
        capacity_mbps=10.0,
    )
    bare = line.model_copy(update={"slug": "bare", "capacity_mbps": None})
    check = Check(
        slug="gw/snmp_interfaces",
        target="gw",
        collector="snmp_interfaces",
        address="192.0.2.1",
        ports=(PortFact(port="Gi0/0", link=LINE),),
    )
    return Estate(targets=(line, bare), checks=(check,))


def counters(begin: datetime, days: int) -> dict[Series, list[tuple[datetime, float]]]:
    """Return eight busy days of one direction, and nothing in the other."""
    chance, count, points = random.Random(5), 0.0, []
    for minute in range(days * 1440 + 1):
        points.append((begin + timedelta(minutes=minute), count))
        count += 60 * 10e6 / 8 * chance.uniform(0.92, 0.99)
    idle = [(at, 5.0) for at, _ in points]
    port = {"instance": "gw", "ifName": "Gi0/0", "job": "thongsuot"}
    return {
        Series.of("ifHCInOctets", (), **port): points,
        Series.of("ifHCOutOctets", (), **port): idle,
        Series.of("ifInErrors", (), **port): idle,
        Series.of("ifHCInUcastPkts", (), **port): points,
    }


async def test_a_week_is_measured_once_and_stands_until_the_next_midnight(tmp_path: Path) -> None:
    clock = FakeClock(MIDNIGHT + timedelta(hours=3))
    begin = MIDNIGHT - timedelta(days=7)
    async with an_engine(VICTORIA, tmp_path, counters(begin, 8)) as reader:
        watch = LineUseWatch(reader, a_line, clock)
        assert (watch.newest(), watch.samples()) == (None, [])
        assert await watch.turn()
        assert not await watch.turn()
        week = watch.newest()
        assert week is not None
        assert (week.end, week.lines[LINE].verdict) == (MIDNIGHT, Verdict.EXCEEDED)
        assert week.lines[LINE].way(Direction.OUT).p95 == 0.0
        assert not week.lines["bare"].counted
        said = {(s.name, dict(s.labels)["direction"]): value for s, value in watch.samples()}
        assert said[P95, "in"] == pytest.approx(0.98, abs=0.01)
        assert said[KNOWN, "out"] == SLOTS
        clock.advance(21 * 3600)
        assert watch.samples() == [], "after midnight nothing is written until it is measured"
        assert await watch.turn()
        assert watch.week is not None
        assert watch.week.end == MIDNIGHT + timedelta(days=1)
        quality = await qualities(reader, a_line(), MIDNIGHT)
        assert quality[LINE].errors == 0.0


async def test_changed_lines_are_measured_at_once(tmp_path: Path) -> None:
    clock = FakeClock(MIDNIGHT + timedelta(hours=3))
    now = [a_line()]
    begin = MIDNIGHT - timedelta(days=7)
    async with an_engine(VICTORIA, tmp_path, counters(begin, 7)) as reader:
        watch = LineUseWatch(reader, lambda: now[0], clock)
        await watch.turn()
        line = now[0].targets[0].model_copy(update={"capacity_mbps": 100.0})
        now[0] = now[0].model_copy(update={"targets": (line,)})
        assert await watch.turn()
        assert watch.week is not None
        assert watch.week.lines[LINE].verdict is Verdict.MET


def weeks(shares: Iterable[float | None]) -> Iterable[Week]:
    """Return one week a day; None: nothing is known of it."""
    for day, share in enumerate(shares):
        ways = dict.fromkeys(Direction, Way(0))
        if share is not None:
            above = SPARED + 1 if share > 0.9 else 0
            ways[Direction.IN] = Way(SLOTS, above, share * 1e7, share * 1e7, share * 1e7)
        yield Week(MIDNIGHT + timedelta(days=day), {LINE: LineUse(LINE, 1e7, ways)})


def test_a_line_beyond_the_rule_is_told_once_and_at_most_once_a_day() -> None:
    rule: Rule = RULE
    assert (rule.severity, rule.source, rule.enabled) == ("info", "law", True)
    what = estate(hubs=1, communes=2).model_copy(update={"rules": (rule,)})
    brain = Brain(what, Memory(), AT_ONCE, [CONTACT], MIDNIGHT)
    opened: list[tuple[datetime, str]] = []
    clock = FakeClock(MIDNIGHT)
    for week in weeks([0.95, 0.95, 0.5, 0.95, None, 0.95, 0.5]):
        for _ in range(48):
            now = clock.advance(1800)
            checks = brain.topology.checks.values()
            outcomes = [brain.feed([Reading(c.slug, "center", now, loss=0.0) for c in checks], now)]
            worst: dict[str, float] = {}
            for series, value in use_samples(week):
                if series.name == P95:
                    link = dict(series.labels)["link"]
                    worst[link] = max(value * 100, worst.get(link, 0.0))
            found = [({"link": link}, value) for link, value in worst.items()]
            outcomes.append(brain.evaluated(rule.slug, found, now, now))
            outcomes.append(brain.tick(now))
            opened += [
                (now, i.id)
                for o in outcomes
                for i in o.incidents
                if i.kind == THRESHOLD and i.version == 1
            ]
    days = [at.date() for at, _ in opened]
    assert len(opened) == 3
    assert len(set(days)) == 3, "never twice on one day"


@pytest.mark.parametrize("name", BOTH)
async def test_a_month_is_read_back_from_what_was_written_each_day(
    name: str, tmp_path: Path
) -> None:
    november = read(PeriodKind.MONTH, "2026-11")
    shares = [0.95, 0.95, 0.5, None, 0.93] + [0.4] * 25
    written: dict[Series, list[tuple[datetime, float]]] = {}
    for number, share in enumerate(shares):
        on = november.begin + timedelta(days=number + 1)
        if share is None:
            continue  # the hub did not run
        [week] = weeks([share])
        for series, value in use_samples(week):
            points = written.setdefault(series, [])
            points += [(on + timedelta(minutes=5 * n), value) for n in range(1, 288)]
    named = [Named(LINE, Text("Kênh thử", "A line")), Named("dark", Text("Tối", "Dark"))]
    now = november.end + timedelta(hours=2)
    async with an_engine(name, tmp_path, written) as reader:
        found = await crowded(reader, named, november, now)
    [one] = found.lines
    assert (one.link, one.direction, one.days) == (LINE, Direction.IN, 3)
    assert (one.first.isoformat(), one.last.isoformat()) == ("2026-11-01", "2026-11-05")
    assert one.judged == 29, "on one day the hub did not run"
    assert one.highest == pytest.approx(0.95)
    assert (found.watched, found.unknown) == (2, 1)


async def test_an_engine_that_is_away_measures_nothing() -> None:
    from core.errors import Unavailable

    reader = SeriesReader("http://127.0.0.1:9")
    try:
        with pytest.raises(Unavailable):
            await measured(reader, a_line(), ended_by(MIDNIGHT))
    finally:
        await reader.aclose()
