"""A copy of what the time-series engine of ours keeps, taken while it runs, and put back."""

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from core.errors import Conflict, Unavailable
from core.text import Text
from storage.engine import born

_TIMEOUT = 300.0  # seconds: a snapshot writes what is in memory first
_NOT_DATA = frozenset({"flock.lock", "snapshots", "tmp", "cache"})


@dataclass(frozen=True, slots=True)
class Frozen:
    """A state of the data that does not change while we read it. `base_url`: None at rest."""

    folder: Path
    base_url: str | None

    def files(self) -> Iterator[tuple[Path, str]]:
        """Yield every file and its place below the engine's folder, in a fixed order."""
        yield from _files(self.folder, "")


@asynccontextmanager
async def frozen(folder: Path) -> AsyncIterator[Frozen | None]:
    """Yield a state of the engine whose folder (`EngineOptions.folder`) this is.

    A running engine makes a snapshot: hard links, removed again afterwards. The files of one
    at rest are taken as they are. None where there is nothing. Unavailable if it refuses.
    """
    data = folder / "data"
    if not data.is_dir():
        yield None
        return
    base_url = running_at(folder)
    if base_url is None:
        yield Frozen(data, None)
        return
    name = str((await _asked(f"{base_url}/snapshot/create"))["snapshot"])
    try:
        yield Frozen(data / "snapshots" / name, base_url)
    finally:
        await _asked(f"{base_url}/snapshot/delete?snapshot={name}")


def running_at(folder: Path) -> str | None:
    """Return the address of the engine that runs on a folder, None if none does."""
    try:
        noted = json.loads((folder / "engine.json").read_bytes())
        alive = born(int(noted["pid"])) == noted["born"]
        return f"http://127.0.0.1:{int(noted['port'])}" if alive else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


async def series_count(base_url: str) -> int:
    """Return how many series the engine holds. Unavailable if it does not say."""
    answer = await _asked(f"{base_url}/api/v1/series/count")
    return int(answer["data"][0])


def put_back(copied: Path, folder: Path) -> None:
    """Let a folder's engine begin with copied data; what it had becomes `data.before-restore`.

    Conflict while an engine runs on it.
    """
    if running_at(folder) is not None:
        raise Conflict(
            Text(
                vi=f"Máy chủ chuỗi thời gian đang chạy trên {folder}; dừng Thông Suốt trước",
                en=f"A time-series engine runs on {folder}; stop the platform first",
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    data, before = folder / "data", folder / "data.before-restore"
    if data.exists():
        shutil.rmtree(before, ignore_errors=True)
        data.replace(before)
    copied.replace(data)


def _files(folder: Path, below: str) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.iterdir()):
        place = f"{below}/{path.name}" if below else path.name
        if path.name in _NOT_DATA:
            continue
        if path.is_dir():  # a snapshot's folders are links into the data
            yield from _files(path, place)
        else:
            yield path, place


async def _asked(url: str) -> dict[str, Any]:
    try:
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as reply:
            answer = await reply.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
        raise _refused(str(fault) or "timeout") from fault
    if not isinstance(answer, dict) or answer.get("status") not in {"ok", "success"}:
        raise _refused(str(answer))
    return dict(answer)


def _refused(why: str) -> Unavailable:
    return Unavailable(
        Text(
            vi=f"Máy chủ chuỗi thời gian không cho sao lưu: {why}",
            en=f"The time-series engine gives no copy: {why}",
        )
    )
