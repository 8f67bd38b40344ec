"""Can last night's backup be used? Restored into a scratch place and compared, figure by figure."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import SystemClock
from core.text import Text
from runtime import backup
from runtime.figures import Figures, figures, last_month
from runtime.restore import restore, scratch
from storage import copies
from storage.engine import Engine, EngineOptions
from storage.ledger import open_ledger
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison: what the backup says of itself, and what came out of it.

    `right` is None where there is nothing to compare.
    """

    what: Text
    said: str
    found: str
    right: bool | None


async def drill(
    file: Path, near: Path, now: datetime, told: backup.Told, *, passphrase: str | None
) -> list[Finding]:
    """Restore a backup into a scratch folder below `near`, compare, and clear it away.

    Conflict if it cannot be restored at all.
    """
    with tempfile.TemporaryDirectory(prefix=".drill-", dir=near) as name:
        places = scratch(Path(name))
        manifest = await restore(file, places, told, passphrase=passphrase, force=False)
        findings = _rows(manifest["rows"], await copies.counts(places.ledger))
        findings += await _ledger(places.ledger, places.key, manifest)
        findings += await _series(places.series, manifest["series"])
        return findings


def _rows(said: Mapping[str, int], found: Mapping[str, int]) -> list[Finding]:
    """Compare the tables that the backup has; those that a newer version added are empty."""
    return [
        Finding(
            Text(vi=f"số dòng bảng {table}", en=f"rows of {table}"),
            str(rows),
            str(found.get(table)),
            found.get(table) == rows,
        )
        for table, rows in sorted(said.items())
    ]


async def _ledger(url: str, key: Path, manifest: Mapping[str, Any]) -> list[Finding]:
    """Open the ledger as the platform would: last month's figures, and every secret."""
    vault = _vault(key)
    ledger = await open_ledger(url, vault, SystemClock())
    try:
        findings = []
        if manifest["figures"] is not None:
            said = Figures.read(manifest["figures"])
            findings += _figures(said, await figures(ledger, said.made_at))
        names = await ledger.secrets.names()
        if names and vault is not None:
            opened = await ledger.secrets.keyring()
            right = all(opened.reveal(name) is not None for name in names)
            findings.append(
                Finding(
                    Text(vi="bí mật mở được bằng khoá chủ", en="secrets the master key opens"),
                    str(len(names)),
                    str(sum(opened.reveal(name) is not None for name in names)),
                    right,
                )
            )
        return findings
    finally:
        await ledger.aclose()


def _vault(key: Path) -> Vault | None:
    return Vault.open(key) if key.exists() else None


def _figures(said: Figures, found: Figures) -> list[Finding]:
    month = f"{last_month(said.made_at)[0]:%m/%Y}"
    return [
        _alike(
            Text(
                vi=f"thời gian từng trạng thái của từng đối tượng, tháng {month}",
                en=f"time in every status of every target in {month}",
            ),
            said.targets,
            found.targets,
        ),
        _alike(
            Text(
                vi=f"báo cáo độ khả dụng từng đơn vị, tháng {month}",
                en=f"uptime report of every unit in {month}",
            ),
            said.units,
            found.units,
        ),
    ]


def _alike(what: Text, said: Mapping[str, object], found: Mapping[str, object]) -> Finding:
    differing = [key for key in sorted({*said, *found}) if said.get(key) != found.get(key)]
    shown = ", ".join(differing[:5]) if differing else str(len(found))
    return Finding(what, str(len(said)), shown, not differing)


_NO_SERIES = Text(
    vi="chuỗi thời gian: không có trong bản sao lưu", en="time series: not in the backup"
)
_STOOD_STILL = Text(
    vi="chuỗi thời gian: có, nhưng sao lưu lúc hệ thống dừng nên không có số để so",
    en="time series: there, but saved while the platform stood still, without figures to compare",
)


async def _series(folder: Path | None, said: Mapping[str, Any] | None) -> list[Finding]:
    """Compare the series; an engine that stood still during the backup could not be asked."""
    if said is None or folder is None:
        return [Finding(_NO_SERIES, "", "", None)]
    if not said:
        return [Finding(_STOOD_STILL, "", "", None)]
    at = datetime.fromisoformat(said["at"])
    async with _engine(folder) as base_url:
        found = await backup.answers_at(base_url, at)
    return [
        # Samples that came in between the question and the snapshot may be in it as well.
        Finding(
            Text(vi="số chuỗi thời gian", en="time series"),
            str(said["count"]),
            str(found["count"]),
            found["count"] >= said["count"],
        ),
        Finding(
            Text(vi=f"mẫu đo trong một giờ ({backup.PROBE})", en="samples of an hour"),
            str(said["samples"]),
            str(found["samples"]),
            found["samples"] >= said["samples"],
        ),
    ]


@asynccontextmanager
async def _engine(folder: Path) -> AsyncIterator[str]:
    engine = Engine(EngineOptions(folder=folder, min_free_bytes=1), SystemClock())
    await engine.start()
    try:
        yield engine.base_url
    finally:
        await engine.stop()
