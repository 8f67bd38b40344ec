"""A real Prometheus and a real VictoriaMetrics on loopback, filled by remote write."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

import aiohttp

from storage.remote_write import Encoder, snappy
from storage.series import SeriesReader
from tests.grafana.filled import Captured
from tests.ports import free_port

PROMETHEUS, VICTORIA = "prometheus", "victoria-metrics"
_PATIENCE = 30.0


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [name for name in (PROMETHEUS, VICTORIA) if shutil.which(name) is None]


@contextmanager
def _program(arguments: list[str], log: Path) -> Iterator[None]:
    with (
        log.open("wb") as output,
        subprocess.Popen(arguments, stdout=output, stderr=output) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


def _prepared(name: str, folder: Path, port: int) -> list[str]:
    """Make an engine's folder; return its command line."""
    folder.mkdir(parents=True, exist_ok=True)
    if name == VICTORIA:
        return [
            VICTORIA,
            f"-storageDataPath={folder}/data",
            f"-httpListenAddr=127.0.0.1:{port}",
            "-dedup.minScrapeInterval=1ms",
            "-search.latencyOffset=0s",
            "-memory.allowedBytes=256MB",
        ]
    (folder / "prometheus.yml").write_text("global: {}\n")
    return [
        PROMETHEUS,
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
    ]


@asynccontextmanager
async def engine(name: str, folder: Path) -> AsyncIterator[str]:
    """Start one engine on an empty folder; yield its address once it answers."""
    port = free_port()
    arguments = _prepared(name, folder, port)
    base = f"http://127.0.0.1:{port}"
    health = f"{base}/-/ready" if name == PROMETHEUS else f"{base}/health"
    with _program(arguments, folder / "log"):
        await _answers(health)
        yield base


async def _answers(url: str) -> None:
    async with asyncio.timeout(_PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as reply:
                    if reply.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


async def fill(base: str, name: str, samples: Captured, end: datetime) -> None:
    """Write the stretched samples and wait until the last of them are found."""
    encoder = Encoder()
    async with aiohttp.ClientSession() as session:
        for batch in samples.stretched(end):
            body, _ = encoder.encode([batch])
            headers = {
                "Content-Encoding": "snappy",
                "Content-Type": "application/x-protobuf",
                "X-Prometheus-Remote-Write-Version": "0.1.0",
            }
            async with session.post(
                f"{base}/api/v1/write", data=snappy(body), headers=headers
            ) as reply:
                assert reply.status in {200, 204}, (name, await reply.text())
        if name == VICTORIA:
            async with session.get(f"{base}/internal/force_flush") as reply:
                assert reply.status == 200
    reader = SeriesReader(base)
    try:
        async with asyncio.timeout(_PATIENCE):
            while not await reader.query('site_status{status="up"}', end):
                await asyncio.sleep(0.1)
    finally:
        await reader.aclose()
