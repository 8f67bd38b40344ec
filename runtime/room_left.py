"""How long will the disk last, and what gives way when it does not?

Free space and sizes are noted every hour in a small file, so that a restart forgets nothing.
"""

import asyncio
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from core.clock import Clock, from_epoch
from core.quantity import number
from core.text import Text
from runtime.settings import Settings

log = logging.getLogger(__name__)

PERIOD = 3600.0  # seconds between two notes
KEPT = timedelta(days=30)
_TREND = timedelta(days=14)  # of the notes that a forecast looks at
_ENOUGH = timedelta(days=1)  # of notes before there is a forecast
_LOOK = 1.0  # seconds for which an answer about the floor holds
_GB = 1e9
_NAMES = {
    "ledger": Text(vi="ổ chứa sổ cái", en="the disk of the ledger"),
    "series": Text(vi="ổ chứa chuỗi thời gian", en="the disk of the time series"),
    "spool": Text(vi="ổ chứa tệp đệm", en="the disk of the spool"),
}


@dataclass(frozen=True, slots=True)
class Note:
    """Bytes free on the disk of each place, at an instant."""

    at: datetime
    free: Mapping[str, int]


def days_left(notes: Sequence[tuple[datetime, int]], floor: int) -> float | None:
    """Return after how many days of the latest trend only `floor` bytes are free.

    None while there is too little to go by, or nothing is lost. A straight line through the
    notes of the last two weeks (least squares).
    """
    if not notes:
        return None
    last, free = notes[-1]
    recent = [(at, value) for at, value in notes if at >= last - _TREND]
    if last - recent[0][0] < _ENOUGH:
        return None
    days = [(at - last) / timedelta(days=1) for at, _ in recent]
    mean_x = sum(days) / len(days)
    mean_y = sum(value for _, value in recent) / len(recent)
    spread = sum((x - mean_x) ** 2 for x in days)
    slope = (
        sum((x - mean_x) * (y - mean_y) for x, (_, y) in zip(days, recent, strict=True)) / spread
    )
    if slope >= 0:
        return None
    return max(0.0, (free - floor) / -slope)


class RoomLeft(Collector):
    """Watches the disks that we write to."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Read the notes of earlier runs. A ledger on PostgreSQL is another machine's matter."""
        self.declined = 0  # samples let go because of the floor
        self._clock = clock
        self._floor = settings.disk.floor
        self._warn = timedelta(seconds=settings.disk.warn_before)
        self._places = _places(settings)
        self._file = settings.series.spool.with_name("room.json")
        self._spool = settings.series.spool
        self._notes = _read(self._file)
        self._sizes: dict[str, int] = {}
        self._looked = float("-inf")
        self._low = False

    def low(self) -> bool:
        """Say whether the spool's disk has less than the floor; asks it once a second at most."""
        now = self._clock.monotonic()
        if now - self._looked < _LOOK:
            return self._low
        self._looked = now
        free = free_bytes(self._spool)
        low = free is not None and free < self._floor
        if low and not self._low:
            log.error("the disk has less room than [disk] floor: samples are dropped from now on")
        elif self._low and not low:
            log.warning("the disk has room again; %d samples were dropped", self.declined)
        self._low = low
        return low

    def decline(self, samples: int) -> None:
        """Count samples that were let go."""
        self.declined += samples

    async def run(self) -> None:
        """Note how things stand, every hour until cancelled."""
        while True:
            await asyncio.to_thread(self.note, self._clock.now())
            await asyncio.sleep(PERIOD)

    def note(self, now: datetime) -> None:
        """Measure, and remember beside what was measured before."""
        self._sizes = {place: size_of(path) for place, path in self._places.items()}
        free = {place: left for place, path in self._places.items() if (left := free_bytes(path))}
        self._notes = [note for note in self._notes if note.at > now - KEPT]
        self._notes.append(Note(now, free))
        draft = self._file.with_suffix(".new")
        with suppress(OSError):  # a full disk is just what this is about
            draft.write_text(json.dumps([[n.at.timestamp(), dict(n.free)] for n in self._notes]))
            draft.replace(self._file)

    def left(self) -> dict[str, float]:
        """Return the days left of every disk that fills up, by the first place on it."""
        found = {}
        for place in self._one_of_each_disk():
            history = [(note.at, note.free[place]) for note in self._notes if place in note.free]
            days = days_left(history, self._floor)
            if days is not None:
                found[place] = days
        return found

    def troubles(self) -> list[Text]:
        """Say which disk is full, or soon will be."""
        said = []
        if self.low():
            gb = self._floor / _GB
            said.append(
                Text(
                    vi=f"Đĩa còn dưới {gb:g} GB: mẫu đo đang bị bỏ "
                    f"({number(self.declined, 'vi', 0)} mẫu), trạng "
                    "thái và cảnh báo vẫn chạy; hãy giải phóng chỗ trống",
                    en=f"The disk has less than {gb:g} GB: samples are dropped "
                    f"({self.declined:,}), statuses and alerts go on; make room",
                )
            )
        for place, days in self.left().items():
            if timedelta(days=days) < self._warn:
                name = _NAMES[place]
                said.append(
                    Text(
                        vi=f"Theo đà hiện nay, {name.vi} còn {days:.0f} ngày nữa là đầy",
                        en=f"As it fills up now, {name.en} is full in {days:.0f} days",
                    )
                )
        return said

    def collect(self) -> Iterator[Metric]:
        """Yield free space, the forecast, our own sizes and what was let go."""
        free = GaugeMetricFamily(
            "thongsuot_disk_free_bytes", "Free space where it is kept.", labels=["place"]
        )
        size = GaugeMetricFamily(
            "thongsuot_disk_used_bytes", "What we keep there, hourly.", labels=["place"]
        )
        for place, path in self._places.items():
            room = free_bytes(path)
            if room is not None:
                free.add_metric([place], room)
            if place in self._sizes:
                size.add_metric([place], self._sizes[place])
        days = GaugeMetricFamily(
            "thongsuot_disk_days_left",
            "Days until only the floor is free, by the trend of two weeks.",
            labels=["place"],
        )
        for place, value in self.left().items():
            days.add_metric([place], value)
        yield from (free, size, days)
        yield CounterMetricFamily(
            "thongsuot_samples_declined",
            "Samples let go because the disk was full.",
            value=self.declined,
        )

    def _one_of_each_disk(self) -> Iterator[str]:
        seen = set()
        for place, path in self._places.items():
            with suppress(OSError):
                disk = _standing(path).stat().st_dev
                if disk not in seen:
                    seen.add(disk)
                    yield place


def _places(settings: Settings) -> dict[str, Path]:
    places = {}
    scheme, _, path = settings.ledger.url.partition(":///")
    if scheme == "sqlite":
        places["ledger"] = Path(path)
    if settings.series.child:
        places["series"] = settings.series.directory
    if settings.series.enabled:
        places["spool"] = settings.series.spool
    return places


def _standing(path: Path) -> Path:
    """Return the path, or the nearest folder above it that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def free_bytes(path: Path) -> int | None:
    """Return what is free on the disk of a path that need not exist; None if that is unknown."""
    try:
        found = os.statvfs(_standing(path))
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def size_of(path: Path) -> int:
    """Return the bytes of a file with what SQLite keeps beside it, or of a folder."""
    if path.is_dir():
        total = 0
        for folder, _, names in os.walk(path):
            for name in names:
                with suppress(OSError):
                    total += Path(folder, name).lstat().st_size
        return total
    return sum(
        Path(f"{path}{side}").stat().st_size
        for side in ("", "-wal")
        if Path(f"{path}{side}").exists()
    )


def _read(file: Path) -> list[Note]:
    try:
        rows = json.loads(file.read_bytes())
        return [
            Note(from_epoch(at), {str(k): int(v) for k, v in free.items()}) for at, free in rows
        ]
    except (OSError, ValueError, TypeError, AttributeError):
        return []
