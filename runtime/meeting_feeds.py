"""Which meetings does a calendar elsewhere name now? Read again and again, by its address."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import aiohttp

from core.clock import LOCAL, Clock
from core.errors import DomainError, Unavailable
from core.inventory import Inventory
from core.meeting import Wanted
from core.outcome import Event
from inventory import meetingcalendar
from runtime.sections.meetings import Feed
from storage.meetings import Gathered

log = logging.getLogger(__name__)

LOOK = 5.0  # seconds between two looks at the clock
TIMEOUT = 30.0  # seconds for one reading
LIMIT = 8 * 1024 * 1024  # bytes of a calendar
_OK = 200


class Book(Protocol):
    """The part of the ledger that knows meetings."""

    async def gather(
        self,
        found: Sequence[Wanted],
        source: str,
        actor: str,
        now: datetime,
        *,
        until: datetime | None = None,
        called_off: Collection[str] = (),
    ) -> Gathered:
        """Bring the meetings of a source up to what it says now."""


@dataclass(slots=True)
class MeetingFeeds:
    """Reads the calendars of the settings, until cancelled.

    One that cannot be read leaves what was read before as it is; so does one without any meeting,
    or with an event that cannot be read: these are more likely broken than changed. They call off
    what they name as called off, and nothing by being silent of it.
    """

    feeds: Mapping[str, Feed]
    book: Book
    inventory: Callable[[date], Awaitable[Inventory]]  # of a local day
    reveal: Callable[[str], str]
    clock: Clock
    publish: Callable[[Sequence[Event]], None]
    _due: dict[str, float] = field(default_factory=dict)
    _troubled: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Look at the clock again and again."""
        while True:
            await self.turn()
            await asyncio.sleep(LOOK)

    async def turn(self) -> None:
        """Read every calendar that is due."""
        for name, feed in self.feeds.items():
            if self.clock.monotonic() >= self._due.get(name, float("-inf")):
                self._due[name] = self.clock.monotonic() + feed.every
                await self._attempt(name, feed)

    async def _attempt(self, name: str, feed: Feed) -> None:
        try:
            await self._read(name, feed)
        except (OSError, TimeoutError, aiohttp.ClientError, LookupError, Unavailable) as trouble:
            self._say(name, f"{type(trouble).__name__}: {trouble}")
        except DomainError as refusal:
            self._say(name, str(refusal))
        else:
            self._troubled.discard(name)

    def _say(self, name: str, why: str) -> None:
        """Say once that a calendar cannot be read, until it can."""
        if name not in self._troubled:
            self._troubled.add(name)
            log.warning("the calendar of meetings %s is not read, trying again: %s", name, why)

    async def _read(self, name: str, feed: Feed) -> None:
        content = await self._fetched(feed)
        now = self.clock.now()
        inventory = await self.inventory(now.astimezone(LOCAL).date())
        found = await asyncio.to_thread(meetingcalendar.read, name, content, inventory, now)
        for notice in found.notices:
            log.info("%s", notice.said("en"))
        whole = found.wanted and not found.unread
        until = now + meetingcalendar.AHEAD if whole else None
        done = await self.book.gather(
            found.wanted, f"feed:{name}", name, now, until=until, called_off=found.called_off
        )
        self.publish(done.events)
        if done.added or done.changed or done.cancelled:
            log.info(
                "the calendar of meetings %s: %d new, %d changed, %d called off",
                name,
                len(done.added),
                len(done.changed),
                len(done.cancelled),
            )

    async def _fetched(self, feed: Feed) -> bytes:
        """Return the calendar; OSError if it is none that we take."""
        url = self.reveal(feed.url)
        trusted = ssl.create_default_context(cafile=str(feed.ca_file)) if feed.ca_file else True
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, ssl=trusted) as reply,
        ):
            if reply.status != _OK:
                raise OSError(f"HTTP {reply.status}")
            content = await reply.content.read(LIMIT + 1)
            while len(content) <= LIMIT and (more := await reply.content.read(LIMIT)):
                content += more
            if len(content) > LIMIT:
                raise OSError(f"more than {LIMIT} bytes")
            return content
