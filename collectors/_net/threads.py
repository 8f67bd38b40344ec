"""Threads for drivers that know only blocking calls: few of them, ended with their connection."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from core.collector import Kit

AT_ONCE = 16  # looks that wait in a blocking call
_NAME = "blocking calls"
T = TypeVar("T")


class Threads:
    """An engine of the kit."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look")

    async def over(
        self, connected: socket.socket, timeout: float, work: Callable[[socket.socket], T]
    ) -> T:
        """Return what `work` makes of an open connection, which is its own from then on.

        Whoever is cancelled cuts the connection, so that the thread comes back.
        """
        cut = socket.socket(fileno=os.dup(connected.fileno()))  # TLS takes the first one over
        connected.settimeout(timeout)
        running = asyncio.get_running_loop().run_in_executor(self._pool, work, connected)
        running.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        try:
            return await asyncio.shield(running)
        finally:
            if not running.done() and not running.cancel():
                with contextlib.suppress(OSError):
                    cut.shutdown(socket.SHUT_RDWR)
            if running.cancelled():
                connected.close()
            cut.close()

    async def aclose(self) -> None:
        """Wait until the threads have come back."""
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)


def threads_of(kit: Kit) -> Threads:
    """Return the kit's engine."""
    engine = kit.engine(_NAME, lambda _: Threads())
    if not isinstance(engine, Threads):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    return engine
