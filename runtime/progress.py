"""How far work in another process has come: a file between the two, looked at every second."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_LOOK = 1.0  # seconds between two looks
_STEP = 0.01  # of the whole, that is worth telling


@asynccontextmanager
async def followed(progress: Callable[[float], None]) -> AsyncIterator[Path]:
    """Yield the file to hand to the other process; what it writes there is told on.

    The file lies in a folder of its own, which is removed at the end with all that is in it.
    """
    with tempfile.TemporaryDirectory(prefix="thongsuot-work-") as folder:
        share = Path(folder) / "share"
        watching = asyncio.create_task(_watch(share, progress))
        try:
            yield share
        finally:
            watching.cancel()


def writer(share: Path) -> Callable[[float], None]:
    """Return what says there how much of the whole is done, 0…1."""
    told = -1.0

    def write(done: float) -> None:
        nonlocal told
        if done - told >= _STEP:
            told = done
            share.write_text(f"{done:.3f}", encoding="ascii")

    return write


async def _watch(share: Path, progress: Callable[[float], None]) -> None:
    while True:
        await asyncio.sleep(_LOOK)
        with suppress(OSError, ValueError):  # not begun, or just being written
            progress(float(await asyncio.to_thread(share.read_text, "ascii")))
