"""Light that fades is found on both engines; darkness and young sensors make no trend."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.labels import Series
from runtime.optics_watch import OpticsWatch
from storage.optics import FADING, lights
from tests.factories import FakeClock
from tests.storage.series_engines import BOTH, an_engine

NOW = datetime(2026, 11, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sensor(name: str, direction: str = "rx") -> Series:
    labels = {"instance": "gw", "sensor": name, "direction": direction, "ifName": "Gi0/0"}
    return Series.of("device_optical_power_dbm", (), **labels)


def shown(days: int, begin: float, per_month: float) -> list[tuple[datetime, float]]:
    """Return what a sensor shows, three times each hour so that no look-back misses it."""
    third = timedelta(minutes=3)
    return [
        (NOW - timedelta(days=days) + HOUR * hour + third * part, begin + per_month * hour / 720)
        for hour in range(days * 24)
        for part in range(20)
    ]


@pytest.mark.parametrize("name", BOTH)
async def test_the_fastest_fading_light_comes_first(name: str, tmp_path: Path) -> None:
    cut = shown(30, -8.0, 0.0)
    half = len(cut) // 2
    samples = {
        sensor("fading"): shown(30, -8.0, -1.5),
        sensor("steady", "tx"): shown(30, -2.0, 0.0),
        sensor("brighter"): shown(30, -9.0, 0.4),
        sensor("young"): shown(3, -8.0, -9.0),
        sensor("cut"): [*cut[:half], *((at, -40.0) for at, _ in cut[half:])],
    }
    async with an_engine(name, tmp_path, samples) as reader:
        found = await lights(reader, NOW)
        elsewhere = await lights(reader, NOW, 'instance="sw"')
    by_name = {one.sensor: one for one in found}
    assert found[0].sensor == "fading"
    assert by_name["fading"].per_month == pytest.approx(-1.5, abs=0.02)
    assert by_name["fading"].fades
    assert (by_name["fading"].port, by_name["fading"].direction) == ("Gi0/0", "rx")
    assert by_name["steady"].per_month == pytest.approx(0, abs=0.02)
    assert by_name["brighter"].per_month == pytest.approx(0.4, abs=0.02)
    assert by_name["young"].per_month is None, "three days say nothing of a month"
    assert by_name["cut"].dbm == -40
    assert by_name["cut"].per_month == pytest.approx(0, abs=0.02), "darkness is no slope"
    assert [one.sensor for one in found if one.fades] == ["fading"]
    assert FADING < 0
    assert elsewhere == []


async def test_the_watch_tells_the_trends_and_names_those_that_fade(tmp_path: Path) -> None:
    samples = {sensor("fading"): shown(30, -8.0, -1.5), sensor("young"): shown(3, -8.0, -9.0)}
    async with an_engine(BOTH[1], tmp_path, samples) as reader:
        watch = OpticsWatch(reader, FakeClock(NOW))
        assert (watch.fading(), watch.samples()) == (None, [])
        task = asyncio.create_task(watch.run())
        async with asyncio.timeout(10):
            while watch.found is None:
                await asyncio.sleep(0.01)
        task.cancel()
    [fading] = watch.fading() or []
    [(series, value)] = watch.samples()
    assert fading.sensor == "fading"
    assert series.name == "device_optical_trend_decibels"
    assert dict(series.labels)["ifName"] == "Gi0/0"
    assert value == pytest.approx(-1.5, abs=0.02)
