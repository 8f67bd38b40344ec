"""Five-minute means and their week, asked of both engines, against what was really sent."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.labels import Series
from reports.capacity import SLOTS, Direction, Verdict, weighed
from storage.line_use import ABOVE, KNOWN, P95, End, means, recorded
from storage.port_quality import of_ports
from tests.storage.series_engines import BOTH, an_engine

END = datetime(2026, 11, 29, 17, tzinfo=UTC)  # a local midnight
BEGIN = END - timedelta(days=7)
MINUTE = timedelta(minutes=1)
CAPACITY = 20e6
FAR = End("gw", "Gi0/0", far=True)
NEAR = End("core", "Gi1/7", far=False)
LABELS = (("job", "thongsuot"), ("site", "s"))


def _rates(seed: int, busy: float) -> list[float]:
    """Return what is sent in each 5 minutes, in octets per second."""
    chance = random.Random(seed)
    full = CAPACITY / 8
    return [
        full * (chance.uniform(0.91, 1) if chance.random() < busy else chance.uniform(0, 0.8))
        for _ in range(SLOTS)
    ]


def _counter(
    rates: list[float], *, silent: range = range(0), reset_at: int = -1
) -> list[tuple[datetime, float]]:
    """Return the polls of a counter, one a minute, without those of some slots."""
    points, count = [(BEGIN, 1e6)], 1e6
    for slot, rate in enumerate(rates):
        for minute in range(1, 6):
            count = rate * 60 if (slot, minute) == (reset_at, 1) else count + rate * 60
            if slot not in silent:
                points.append((BEGIN + MINUTE * (slot * 5 + minute), count))
    return points


def _series(name: str, end: End) -> Series:
    return Series.of(name, LABELS, instance=end.instance, ifName=end.port)


@pytest.mark.parametrize("name", BOTH)
async def test_the_week_of_a_line_is_what_was_sent(name: str, tmp_path: Path) -> None:
    """The oracle knows every rate; the engines only the counters, with a gap and a restart."""
    into, out_of = _rates(1, 0.06), _rates(2, 0.02)
    silent = range(600, 640)
    samples = {
        _series("ifHCInOctets", FAR): _counter(into, silent=silent, reset_at=1500),
        _series("ifHCOutOctets", FAR): _counter(out_of, silent=silent),
    }
    async with an_engine(name, tmp_path, samples) as reader:
        found = await means(reader, [FAR], BEGIN, END)
    for rates, measured in zip((into, out_of), found, strict=True):
        assert len(measured) == SLOTS
        missing = tuple(n for n, value in enumerate(measured) if value is None)
        # VictoriaMetrics lets the last poll before a gap speak for the first slot of it.
        assert missing in {tuple(silent), tuple(silent[1:])}
        for slot, value in enumerate(measured):
            # A restart loses what was sent before it, and the first poll after a gap has no one
            # before it to be held against.
            if value is not None and slot not in {1500, silent.start, silent.stop}:
                assert value == pytest.approx(rates[slot] * 8, rel=1e-3)
        way = weighed(measured, CAPACITY)
        truth = weighed(
            [None if slot in silent else rate * 8 for slot, rate in enumerate(rates)], CAPACITY
        )
        assert way.missing == len(missing)
        assert abs(way.above - truth.above) <= 1
        assert way.p95 == pytest.approx(truth.p95, rel=2e-3)
        assert way.verdict is truth.verdict
    assert weighed(found[0], CAPACITY).verdict is Verdict.EXCEEDED
    assert weighed(found[1], CAPACITY).verdict is Verdict.MET


@pytest.mark.parametrize("name", BOTH)
async def test_the_end_at_the_centre_speaks_while_the_other_is_silent(
    name: str, tmp_path: Path
) -> None:
    into, out_of = _rates(3, 0.0), _rates(4, 0.0)
    dark = range(100, 1000)
    samples = {
        _series("ifHCInOctets", FAR): _counter(into, silent=dark),
        _series("ifHCOutOctets", FAR): _counter(out_of, silent=dark),
        _series("ifHCOutOctets", NEAR): _counter(into),
        _series("ifHCInOctets", NEAR): _counter(out_of),
    }
    async with an_engine(name, tmp_path, samples) as reader:
        got, sent = await means(reader, [NEAR, FAR], BEGIN, END)
        nothing = await means(reader, [], BEGIN, END)
        elsewhere = await means(reader, [End("gw", "other", far=True)], BEGIN, END)
    assert None not in got
    assert None not in sent
    assert got[500] == pytest.approx(into[500] * 8, rel=1e-3)
    assert sent[500] == pytest.approx(out_of[500] * 8, rel=1e-3)
    assert set(nothing[0] + elsewhere[1]) == {None}


@pytest.mark.parametrize("name", BOTH)
async def test_what_was_found_each_day_is_found_again(name: str, tmp_path: Path) -> None:
    def written(
        metric: str, by_day: list[float | None]
    ) -> tuple[Series, list[tuple[datetime, float]]]:
        series = Series.of(metric, (), link="a", direction="in")
        return series, [
            (BEGIN + timedelta(days=day) + timedelta(minutes=10 * n), value)
            for day, value in enumerate(by_day)
            if value is not None
            for n in range(3, 140)
        ]

    samples = dict(
        [
            written(P95, [0.5, 0.91, None, 0.2]),
            written(KNOWN, [2016, 2000, None, 30]),
            written(ABOVE, [0, 120, None, 0]),
        ]
    )
    async with an_engine(name, tmp_path, samples) as reader:
        rows = await recorded(reader, BEGIN, BEGIN + timedelta(days=3))
    assert [
        (row.written_on, row.link, row.direction, row.known, row.above, row.at_least)
        for row in rows
    ] == [
        (BEGIN, "a", Direction.IN, 2016, 0, 0.5),
        (BEGIN + timedelta(days=1), "a", Direction.IN, 2000, 120, 0.91),
        (BEGIN + timedelta(days=3), "a", Direction.IN, 30, 0, 0.2),
    ]


@pytest.mark.parametrize("name", BOTH)
async def test_errors_discards_and_flaps_are_counted_by_port(name: str, tmp_path: Path) -> None:
    def grown(by: float) -> list[tuple[datetime, float]]:
        return [(END - timedelta(days=1) + MINUTE * n, 1000 + by * n) for n in range(1441)]

    def state(values: dict[int, float]) -> list[tuple[datetime, float]]:
        found, now = [], 1.0
        for minute in range(1441):
            now = values.get(minute, now)
            found.append((END - timedelta(days=1) + MINUTE * minute, now))
        return found

    samples = {
        _series("ifInErrors", FAR): grown(1),
        _series("ifHCInUcastPkts", FAR): grown(99),
        _series("ifOutErrors", FAR): grown(0),
        _series("ifHCOutUcastPkts", FAR): grown(0),
        _series("ifInDiscards", FAR): grown(99),
        _series("ifOperStatus", FAR): state({700: 2.0, 701: 1.0}),
        _series("ifLastChange", FAR): state({700: 1e5, 701: 1.1e5, 900: 1.2e5}),
        _series("ifOperStatus", End("gw", "quiet", far=True)): state({})[1400:],  # it is new
    }
    async with an_engine(name, tmp_path, samples) as reader:
        found = await of_ports(reader, "gw", END)
        only = await of_ports(reader, "gw", END, port="quiet")
        nobody = await of_ports(reader, "another", END)
    one = found["Gi0/0"]
    assert one.errors_in == pytest.approx(0.01, rel=1e-3)
    assert one.errors_out == 0.0, "nothing was sent, and nothing went wrong"
    assert one.discards == pytest.approx(0.5, rel=1e-3)
    assert one.flaps == 3, "one change between two polls was told by the device alone"
    assert (only["quiet"].flaps, only["quiet"].errors) == (0, None)
    assert list(only) == ["quiet"]
    assert nobody == {}
