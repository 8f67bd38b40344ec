"""The conversations that an emulator holds at the same time."""

import asyncio
from collections.abc import Coroutine


class Talks:
    """Tasks that are kept until they end: the loop itself holds them but weakly."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[None]] = set()

    def begin(self, talk: Coroutine[None, None, None]) -> None:
        """Hold one more."""
        task = asyncio.create_task(talk)
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def close(self) -> None:
        """Break off all of them."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
