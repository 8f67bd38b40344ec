"""What the hub watches of lines: nothing without an engine, and all that is found is written."""

from datetime import UTC, datetime

from core.watching import Estate
from reports.capacity import SLOTS, Direction, LineUse, Way, Week, ended_by
from runtime.lines import Lines
from storage.optics import Light
from storage.series import SeriesReader
from tests.factories import FakeClock

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)


def test_without_an_engine_nothing_is_known_and_nothing_runs() -> None:
    lines = Lines.of(None, Estate, FakeClock(NOW))
    assert lines.parts() == {}
    assert lines.week() is None
    assert lines.fading() is None
    assert lines.qualities() == {}
    assert lines.samples() == []


async def test_use_and_trends_are_written_together() -> None:
    reader = SeriesReader("http://127.0.0.1:9")
    lines = Lines.of(reader, Estate, FakeClock(NOW))
    assert sorted(lines.parts()) == ["line optics", "line quality", "line use"]
    assert lines.use is not None
    assert lines.optics is not None
    ways = dict.fromkeys(Direction, Way(SLOTS, 0, 1e6, 1e6, 1e6))
    lines.use.week = Week(ended_by(NOW), {"kenh": LineUse("kenh", 1e7, ways)})
    lines.optics.found = [
        Light("gw", "Rx", "Gi0/0", "rx", -9.0, -0.8),
        Light("gw", "Tx", "Gi0/0", "tx", -2.0, None),
    ]
    names = [series.name for series, _ in lines.samples()]
    assert names.count("link_use_p95_ratio") == 2
    assert names.count("device_optical_trend_decibels") == 1
    assert [one.sensor for one in lines.fading() or ()] == ["Rx"]
    await reader.aclose()
