"""Both engines on empty folders, and a way to write samples of long ago into them."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from core.labels import Series
from storage.remote_write import Encoder, snappy
from storage.series import SeriesReader
from tests.grafana import engines

BOTH = (engines.PROMETHEUS, engines.VICTORIA)
Points = Iterable[tuple[datetime, float]]
_BATCH = 3000  # instants


@asynccontextmanager
async def an_engine(
    name: str, folder: Path, samples: Mapping[Series, Points]
) -> AsyncIterator[SeriesReader]:
    """Yield what asks an engine that holds these samples."""
    lacking = engines.missing()
    if lacking:
        pytest.skip(f"not installed: {', '.join(lacking)}")
    async with engines.engine(name, folder / name) as base:
        await _write(base, name, samples)
        reader = SeriesReader(base)
        try:
            yield reader
        finally:
            await reader.aclose()


async def _write(base: str, name: str, samples: Mapping[Series, Points]) -> None:
    by_time: dict[datetime, list[tuple[Series, float]]] = {}
    for series, points in samples.items():
        for at, value in points:
            by_time.setdefault(at, []).append((series, value))
    moments = sorted(by_time)
    encoder = Encoder()
    headers = {
        "Content-Encoding": "snappy",
        "Content-Type": "application/x-protobuf",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
    }
    async with aiohttp.ClientSession() as session:
        for first in range(0, len(moments), _BATCH):
            batch = [(at, by_time[at]) for at in moments[first : first + _BATCH]]
            body, _ = encoder.encode(batch)
            url = f"{base}/api/v1/write"
            async with session.post(url, data=snappy(body), headers=headers) as reply:
                assert reply.status in {200, 204}, await reply.text()
        if name == engines.VICTORIA:
            async with session.get(f"{base}/internal/force_flush") as reply:
                assert reply.status == 200
