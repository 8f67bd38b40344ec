"""A backup: ledger, master key, settings and series of one instant in one sealed file."""

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.clock import LOCAL, SystemClock
from core.errors import Conflict, os_reason
from core.text import Text
from runtime.figures import figures
from runtime.room_left import free_bytes, size_of
from runtime.settings import Settings
from storage import archive, copies, engine_copy, locked
from storage.archive import Archive
from storage.ledger import open_ledger
from storage.series import SeriesReader

PROBE = "sum(count_over_time(probe_success[1h]))"
LEDGER, SERIES, SETTINGS, KEY, LOCKED_KEY = "ledger", "series", "settings.toml", "key", "key.locked"
_NAME = re.compile(r"thongsuot-\d{8}-\d{6}\.tar")
_SHRUNK = 4  # a ledger's rows take a tenth of its file; twice that for a while, and to be safe
_SETTLED = timedelta(minutes=1)  # samples of then have reached the engine

Told = Callable[[Text, int], None]  # the step, and rows or bytes since the last time
STEPS = {
    "figures": Text(vi="Số liệu tháng trước", en="Last month's figures"),
    "ledger": Text(vi="Sổ cái (dòng)", en="Ledger (rows)"),
    "file": Text(vi="Ghi tệp (byte)", en="File (bytes)"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes into a backup. `passphrase` locks the master key."""

    settings: Settings
    config: Path | None
    series: bool = True
    passphrase: str | None = None


def usual_name(now: datetime) -> str:
    """Return the name under which a backup of an instant is kept and later rotated."""
    return f"thongsuot-{now.astimezone(LOCAL):%Y%m%d-%H%M%S}.tar"


def kept(folder: Path) -> list[Path]:
    """Return the backups of a folder that bear the usual name, oldest first."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if _NAME.fullmatch(path.name))


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups of a folder; return those that went."""
    gone = kept(folder)[:-keep]
    for path in gone:
        path.unlink()
    return gone


async def make(wanted: Wanted, output: Path, now: datetime, told: Told) -> dict[str, Any]:
    """Write a backup while the platform runs; return its manifest.

    Where the disk has no room for the series they are left out, and `series_left_out` is
    true. Conflict (no room for the rest either), Unavailable: nothing is left behind.
    """
    settings = wanted.settings
    takes_series = _takes_series(wanted, output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=output.parent) as scratch:
        rows = Path(scratch)
        facts = await _facts(settings, now, told)
        copied = await copies.dump(
            settings.ledger.url, rows, lambda _table, count: told(STEPS["ledger"], count)
        )
        facts |= {"revision": copied.revision, "rows": dict(copied.rows)}
        with archive.written(output, lambda count: told(STEPS["file"], count)) as into:
            for table in sorted(copied.rows):
                into.add(rows / f"{table}.jsonl.gz", f"{LEDGER}/{table}.jsonl.gz")
            if wanted.config is not None:
                into.add(wanted.config, SETTINGS)
            facts["key"] = _put_key(into, settings.secrets.key_file, wanted.passphrase)
            facts["series"] = await _put_series(into, settings, now) if takes_series else None
            facts["series_left_out"] = wanted.series and settings.series.child and not takes_series
            into.seal(facts)
    return facts


async def _facts(settings: Settings, now: datetime, told: Told) -> dict[str, Any]:
    told(STEPS["figures"], 0)
    ledger = await open_ledger(settings.ledger.url, None, SystemClock())
    try:
        found = await figures(ledger, now)
    finally:
        await ledger.aclose()
    told(STEPS["figures"], len(found.targets) + len(found.units))
    return {
        "version": version("thongsuot"),
        "made_at": now.isoformat(),
        "ledger": settings.ledger.url.partition(":")[0],
        "figures": found.plain(),
    }


def _put_key(into: Archive, file: Path, passphrase: str | None) -> str:
    """Put the master key in; return how it lies there."""
    if not file.exists():
        return "none"
    try:
        key = file.read_bytes()
    except OSError as fault:
        raise Conflict(
            Text(
                vi=f"Không đọc được khoá chủ {file}: {os_reason(fault).vi}",
                en=f"The master key {file} cannot be read: {os_reason(fault).en}",
            )
        ) from fault
    if passphrase:
        into.add_bytes(locked.lock(key, passphrase), LOCKED_KEY)
        return "locked"
    into.add_bytes(key, KEY)
    return "open"


def _takes_series(wanted: Wanted, output: Path) -> bool:
    """Say whether the series go in: wanted, our own, and the disk keeps its floor with them."""
    settings = wanted.settings
    spare = (free_bytes(output.parent) or 0) - settings.disk.floor
    scheme, _, path = settings.ledger.url.partition(":///")
    rows = size_of(Path(path)) // _SHRUNK if scheme == "sqlite" else 0
    if spare < rows:
        folder = output.parent
        raise Conflict(
            Text(
                vi=f"Đĩa của {folder} không đủ chỗ cho bản sao lưu mà vẫn giữ được mức trống "
                "[disk] floor",
                en=f"The disk of {folder} has no room for a backup above [disk] floor",
            )
        )
    if not (wanted.series and settings.series.child):
        return False
    return spare >= rows + size_of(settings.series.directory)


async def _put_series(into: Archive, settings: Settings, now: datetime) -> dict[str, Any] | None:
    """Put a snapshot of our engine in; return what a restored one must answer."""
    series = settings.series
    base_url = engine_copy.running_at(series.directory)
    asked = {} if base_url is None else await answers_at(base_url, now - _SETTLED)
    async with engine_copy.frozen(series.directory) as frozen:
        if frozen is None:
            return None
        for path, place in frozen.files():
            into.add(path, f"{SERIES}/{place}")
    return asked


async def answers_at(base_url: str, at: datetime) -> dict[str, Any]:
    """Return how many series an engine has, and how many samples an hour held of the probes."""
    at = at.replace(microsecond=0)
    reader = SeriesReader(base_url)
    try:
        points = await reader.query(PROBE, at)
    finally:
        await reader.aclose()
    return {
        "count": await engine_copy.series_count(base_url),
        "at": at.isoformat(),
        "samples": points[0].value if points else 0.0,
    }
