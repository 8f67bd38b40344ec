"""Where samples go: a spool, and from there an engine of our own or of the agency."""

import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.clock import Clock, SystemClock
from core.errors import Unavailable
from core.reading import Sample
from core.text import Text
from runtime.room_left import RoomLeft
from runtime.sections.keeping import Series
from runtime.sections.telling import revealed
from storage.engine import Engine, EngineOptions
from storage.sender import Sender
from storage.series import SeriesReader
from storage.spool import Spool

log = logging.getLogger(__name__)

Part = Callable[[], Coroutine[Any, Any, None]]
Batch = Sequence[tuple[datetime, Sequence[Sample]]]


@dataclass(slots=True)
class SeriesSide:
    """What there is of time series; nothing else in the house depends on how much that is."""

    spool: Spool | None = None
    reader: SeriesReader | None = None
    reading: tuple[str, dict[str, str]] | None = None  # where the reader asks: address, headers
    sender: Sender | None = None
    engine: Engine | None = None  # where it is a child of ours
    room: RoomLeft | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)

    async def append(self, samples: Batch) -> None:
        """Keep samples for the engine, or let them go: none are wanted, or the disk is full."""
        if self.spool is None:
            return
        if self.room is not None and self.room.low():
            self.room.decline(sum(len(some) for _, some in samples))
            return
        await self.spool.append(samples)


async def open_series(
    wanted: Series, reveal: Callable[[str], str | None], clock: Clock, stack: AsyncExitStack
) -> SeriesSide:
    """Open what the settings ask for; what cannot be had is said in `notes`."""
    side = SeriesSide()
    if not wanted.enabled:
        return side
    side.spool = Spool(wanted.spool, wanted.spool_size, clock)
    stack.push_async_callback(side.spool.aclose)
    headers = {name: str(revealed(value, reveal)) for name, value in wanted.headers.items()}
    write_url, read_url, metrics_url = wanted.write_url, wanted.read_url, None
    if write_url is None or read_url is None:
        engine = Engine(_options(wanted), clock)
        try:
            await engine.start()
        except Unavailable as missing:
            log.warning("no charts for now: %s", missing)
            side.notes.append(missing.text)
            return side
        stack.push_async_callback(engine.stop)
        side.engine = engine
        side.parts["engine"] = engine.run
        write_url, read_url, metrics_url = engine.write_url, engine.base_url, engine.metrics_url
    side.reading = (read_url, headers)
    side.reader = SeriesReader(read_url, headers)
    stack.push_async_callback(side.reader.aclose)
    side.sender = Sender(side.spool, write_url, headers, clock, metrics_url=metrics_url)
    side.parts["sender"] = side.sender.run
    return side


def reading_side(wanted: Series, reveal: Callable[[str], str | None]) -> SeriesReader:
    """Return what asks the engine of the settings: the agency's, or ours where it runs."""
    headers = {name: str(revealed(value, reveal)) for name, value in wanted.headers.items()}
    own = Engine(_options(wanted), SystemClock()).running() or f"http://127.0.0.1:{wanted.port}"
    return SeriesReader(wanted.read_url if wanted.write_url and wanted.read_url else own, headers)


def _options(wanted: Series) -> EngineOptions:
    return EngineOptions(
        folder=wanted.directory,
        port=wanted.port,
        retention_months=wanted.retention,
        memory_bytes=wanted.memory,
        min_free_bytes=wanted.min_free_space,
    )
