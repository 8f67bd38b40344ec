"""A token that is renewed by another one which works once: in a file, one renewer at a time.

The new pair is on the disk before anything uses it (written, synced, renamed), readable by us
alone. Whoever renews holds a lock beside it, so that no two processes, nor two messages of one,
ever spend the same token.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from core.channel import GiveUp, Retry

T = TypeVar("T")

_LOOK_AGAIN = 0.05  # seconds between two looks at a lock that somebody holds


@dataclass(frozen=True, slots=True)
class Pair:
    """What lets us in until `expires_at` (Unix seconds), and what renews it once."""

    access: str
    refresh: str
    expires_at: float
    origin: str  # digest of the consent that it grew from: another consent begins anew


class TokenStore(Protocol):
    """Where a pair is kept."""

    def locked(self, timeout: float) -> AbstractAsyncContextManager[None]:
        """Hold it alone; Retry when that takes too long."""

    def read(self) -> Pair | None:
        """Return the pair; None if there is none yet; GiveUp if it cannot be told."""

    def write(self, pair: Pair) -> None:
        """Keep a pair, whole or not at all; GiveUp if it cannot be kept."""


@dataclass(frozen=True, slots=True)
class TokenFile:
    """A store in a file of its own."""

    path: Path

    @asynccontextmanager
    async def locked(self, timeout: float) -> AsyncIterator[None]:
        """Hold the lock beside the file; it goes with us, however we end."""
        deadline = asyncio.get_running_loop().time() + timeout
        lock = self._open(self.path.with_name(f"{self.path.name}.lock"))
        try:
            while not _taken(lock):
                if asyncio.get_running_loop().time() > deadline:
                    raise Retry("another process has been renewing the token for too long")
                await asyncio.sleep(_LOOK_AGAIN)
            yield
        finally:
            os.close(lock)

    def read(self) -> Pair | None:
        """Return the pair in the file."""
        try:
            return Pair(**json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as fault:
            # the consent's own token was spent long ago, so there is nothing to fall back on
            raise GiveUp(f"{self.path} cannot be read: {fault}", channel_broken=True) from None

    def write(self, pair: Pair) -> None:
        """Put a pair in the place of the one before."""
        new = self.path.with_name(f"{self.path.name}.new")
        file = self._open(new, os.O_TRUNC)
        try:
            os.write(file, json.dumps(asdict(pair)).encode())
            os.fsync(file)
            new.replace(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as fault:
            raise GiveUp(f"{self.path} cannot be written: {fault}", channel_broken=True) from None
        finally:
            os.close(file)

    def _open(self, path: Path, flags: int = 0) -> int:
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | flags, 0o600)
        except OSError as fault:
            raise GiveUp(f"{path} cannot be written: {fault}", channel_broken=True) from None


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def to_its_end(work: Coroutine[None, None, T]) -> T:
    """Return what work yields, and let it end even when we are cancelled meanwhile.

    A renewal that is dropped half way has spent the old token and lost the new one.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as stop:
            cancelled = stop
    if cancelled is not None:
        task.exception()
        raise cancelled
    return task.result()
