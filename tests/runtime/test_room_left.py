"""The disk: measured, forecast, and what gives way when it is full."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from core.clock import SystemClock
from core.labels import Series
from core.reading import Reading
from runtime.housekeeping import Housekeeping
from runtime.room_left import RoomLeft, days_left
from runtime.sections.keeping import Retention
from runtime.series import SeriesSide
from runtime.settings import Settings, build
from runtime.transcripts import Run, Transcripts
from storage.ledger import Ledger
from storage.spool import Spool

NOW = datetime(2026, 11, 2, tzinfo=UTC)
GB = 10**9
SERIES = Series("probe_success", ())


def falling(days: float, per_day: int, *, start: int = 100 * GB) -> list[tuple[datetime, int]]:
    """Return hourly notes of a disk that loses so much a day."""
    hours = int(days * 24)
    return [(NOW - timedelta(hours=hours - n), start - n * per_day // 24) for n in range(hours + 1)]


def test_a_disk_that_fills_up_evenly_is_foretold_to_the_day() -> None:
    notes = falling(10, 2 * GB)  # 80 GB left
    found = days_left(notes, floor=20 * GB)
    assert found == pytest.approx(30, abs=0.01)


def test_only_the_last_two_weeks_count() -> None:
    calm = [(NOW - timedelta(days=30, hours=-n), 100 * GB) for n in range(24 * 10)]
    assert days_left(calm + falling(14, GB), floor=0) == pytest.approx(86, abs=0.01)


@pytest.mark.parametrize(
    "notes",
    [[], falling(0.9, GB), falling(5, 0), falling(5, -GB)],
    ids=["none", "short", "still", "freed"],
)
def test_without_a_trend_nothing_is_foretold(notes: list[tuple[datetime, int]]) -> None:
    assert days_left(notes, floor=0) is None


def test_below_the_floor_no_day_is_left() -> None:
    assert days_left(falling(5, GB), floor=200 * GB) == 0.0


def settings(folder: Path, **disk: object) -> Settings:
    return build({"disk": disk}, folder)


def test_what_was_noted_outlives_a_restart(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/thongsuot.db").write_bytes(b"x" * 4096)
    first = RoomLeft(settings(tmp_path), SystemClock())
    for hour in range(30):
        first.note(NOW + timedelta(hours=hour))
    again = RoomLeft(settings(tmp_path), SystemClock())
    assert len(again._notes) == 30
    first.note(NOW + timedelta(days=60))
    assert len(RoomLeft(settings(tmp_path), SystemClock())._notes) == 1  # old ones go
    (tmp_path / "var/room.json").write_text("[[nonsense")
    assert RoomLeft(settings(tmp_path), SystemClock())._notes == []


def test_a_disk_that_will_be_full_soon_is_said_and_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    room = RoomLeft(settings(tmp_path, floor="1GB"), SystemClock())
    left = iter(value for _, value in falling(2, GB, start=8 * GB) for _ in range(3))
    monkeypatch.setattr("runtime.room_left.free_bytes", lambda _path: next(left))
    for hour in range(49):
        room.note(NOW + timedelta(hours=hour))
    monkeypatch.setattr("runtime.room_left.free_bytes", lambda _path: 6 * GB)
    assert room.left() == {"ledger": pytest.approx(5, abs=0.1)}
    [trouble] = room.troubles()
    assert trouble.vi == "Theo đà hiện nay, ổ chứa sổ cái còn 5 ngày nữa là đầy"
    registry = CollectorRegistry()
    registry.register(room)
    page = generate_latest(registry).decode()
    assert 'thongsuot_disk_free_bytes{place="ledger"} 6e+09' in page
    assert 'thongsuot_disk_days_left{place="ledger"}' in page
    assert "thongsuot_samples_declined_total 0.0" in page


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        not shutil.which("mount")
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "none", place],
            check=False,
            capture_output=True,
        ).returncode
    ):
        pytest.skip("may not mount")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


async def test_on_a_disk_below_the_floor_samples_give_way_and_come_back(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    room = RoomLeft(settings(small_disk, floor="2MB"), SystemClock())
    spool = Spool(small_disk / "var/spool.db", 1 << 20, SystemClock())
    side = SeriesSide(spool=spool, room=room)
    batch = [(NOW, [(SERIES, 1.0), (SERIES, 2.0)])]
    await side.append(batch)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(3 << 20))
    room._looked = float("-inf")  # a second has passed
    await side.append(batch)
    assert room.declined == 2
    assert "samples are dropped" in room.troubles()[0].en
    ballast.unlink()
    room._looked = float("-inf")
    await side.append(batch)
    assert (await spool.stats()).waiting_samples == 4
    assert room.troubles() == []
    assert "2 samples were dropped" in caplog.text
    await spool.aclose()


async def test_transcripts_go_after_their_time(sqlite_ledger: Ledger) -> None:
    transcripts, now = Transcripts(), SystemClock().now()
    for age in (9, 8, 1):
        run = Run("a/icmp", now - timedelta(days=age))
        run.settle(Reading(check="a/icmp", vantage="center", at=now))
        transcripts.keep(run)
    transcripts.keep(Run("b/icmp", now - timedelta(days=9)))
    house = Housekeeping(sqlite_ledger.pruning, transcripts, Retention(), SystemClock())
    assert await house.round() == 0
    assert [run.began_at for run in transcripts.of("a/icmp")] == [now - timedelta(days=1)]
    assert transcripts.of("b/icmp") == ()
    await asyncio.sleep(0)
