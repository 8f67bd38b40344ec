"""The in-process fan-out of events to the pages that are open."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from core.outcome import Event

QUEUE = 1000  # events a slow client may lag behind before it must resume from the ledger


class TooMany(Exception):
    """The limit of open streams is reached."""


class Subscription:
    """What one client has yet to hear. `lost` turns true when it lagged too far behind."""

    def __init__(self) -> None:
        self.lost = False
        self._waiting: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE)

    def put(self, event: Event | None) -> None:
        """Queue one event; beyond the limit drop everything and mark the client as lost."""
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.lost = True
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put_nowait(None)

    async def get(self, timeout: float) -> Event | None:
        """Return the next event, or None when the stream ends; TimeoutError after `timeout` s."""
        async with asyncio.timeout(timeout):
            return await self._waiting.get()


class Live:
    """Publishes to every subscriber; never blocks the publisher."""

    def __init__(self, limit: int = 200) -> None:
        self._limit = limit
        self._open: set[Subscription] = set()
        self._closed = False
        self._preparation: Callable[[], Awaitable[None]] | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._again = False

    @property
    def clients(self) -> int:
        """Return how many streams are open."""
        return len(self._open)

    @property
    def full(self) -> bool:
        """Say whether another stream would be refused."""
        return self._closed or len(self._open) >= self._limit

    def publish(self, events: Iterable[Event]) -> None:
        """Hand events to every open stream, from within the event loop."""
        listeners, told = tuple(self._open), tuple(events)
        for event in told:
            for listener in listeners:
                listener.put(event)
        if listeners and told:
            self._prepare()

    def prepare_by(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this whenever events were handed to somebody, once at a time; it must not raise.

        Screens wait a moment for more events before they ask: what they will ask for can be
        made meanwhile.
        """
        self._preparation = work

    def _prepare(self) -> None:
        self._again = True
        if self._preparation is not None and self._preparing is None:
            self._preparing = asyncio.create_task(self._prepared(self._preparation))

    async def _prepared(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            while self._again and self._open and not self._closed:
                self._again = False
                await work()
        finally:
            self._preparing = None

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for listener in tuple(self._open):
            listener.put(None)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[Subscription]:
        """Open a stream; TooMany beyond the limit."""
        if self.full:
            raise TooMany
        subscription = Subscription()
        self._open.add(subscription)
        try:
            yield subscription
        finally:
            self._open.discard(subscription)
            if not self._open and self._preparing is not None:
                await asyncio.wait(
                    [self._preparing]
                )  # it reads the ledger, which may be closed next
