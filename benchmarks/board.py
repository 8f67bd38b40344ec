"""How fast is the live board of a country, while the country is being watched?

`python -m benchmarks.board [--requests 300] [--screens 50] [--changes 10]` starts the whole of
`benchmarks.pipeline` in a process of its own and asks for the tree page again and again while
lines fall; then it opens 50 screens that do what `live.js` does (listen, wait a moment, fetch
what is new to them) and cuts gateways. `change` is the time from the first event's writing until
every screen has a page that shows it. Prints one JSON line.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from core.clock import SystemClock

QUIET = 0.15  # seconds, as live.js collects events that come together
TROUBLE = 50  # requests between two changes of the country
PATIENCE = 30.0  # seconds for one change
_MARK = re.compile(r'data-shown="([^"]+)"')
_EVENT = re.compile(r'data-live="(\d+)"')


@dataclass(slots=True)
class Hub:
    """The platform under test, in another process."""

    process: asyncio.subprocess.Process
    address: str = ""

    async def said(self) -> dict[str, str]:
        """Return its next line."""
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        found: dict[str, str] = json.loads(line)
        return found

    async def told(self, word: str) -> dict[str, str]:
        """Tell it something; return what it did."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())
        await self.process.stdin.drain()
        return await self.said()


@dataclass(slots=True)
class Screen:
    """One open board."""

    session: aiohttp.ClientSession
    address: str
    mark: str = ""
    shown: int = 0  # the event that the page shows
    bytes: list[int] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self) -> None:
        """Fetch what is new."""
        headers = {"x-shown": self.mark} if self.mark else {}
        async with self.session.get(self.address, headers=headers) as answer:
            page = await answer.text()
        assert answer.status == 200, page[:300]
        self.mark = _found(_MARK, page)
        self.shown = int(_found(_EVENT, page))
        self.bytes.append(len(page.encode()))

    async def listen(self, heard: dict[int, float]) -> None:
        """Follow the events; note when each was written."""
        url = f"{self.address}/api/v1/events?after={self.shown}"
        timeout = aiohttp.ClientTimeout(total=None)
        async with self.session.get(url, timeout=timeout) as stream:
            number = 0
            async for line in stream.content:
                text = line.decode()
                if text.startswith("id: "):
                    number = int(text[4:])
                elif text.startswith("data: {") and '"at"' in text:
                    at = datetime.fromisoformat(json.loads(text[6:])["at"])
                    heard.setdefault(number, at.timestamp())
                    self.heard.set()

    async def follow(self) -> None:
        """Refresh after every event, as the page does."""
        while True:
            await self.heard.wait()
            await asyncio.sleep(QUIET)
            self.heard.clear()
            await self.fetch()


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    assert match is not None
    return match[1]


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def tree_page(hub: Hub, requests: int) -> dict[str, object]:
    """Ask for the whole page again and again, while lines fall and are mended."""
    took: list[float] = []
    size = 0
    async with aiohttp.ClientSession() as session:
        for number in range(requests):
            if number % TROUBLE == 0:
                await hub.told("mend" if number % (2 * TROUBLE) else "cut")
            begun = time.perf_counter()
            async with session.get(f"{hub.address}/") as answer:
                size = len(await answer.read())
            took.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(0.1)
    return {
        "requests": requests,
        "bytes": size,
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(percentile(took, 0.95), 1),
        "p99_ms": round(percentile(took, 0.99), 1),
        "max_ms": round(max(took), 1),
    }


async def changes(hub: Hub, count: int, changes: int) -> dict[str, object]:
    """Open the screens, change something, see when all have it."""
    clock = SystemClock()
    took: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        screens = [Screen(session, hub.address) for _ in range(count)]
        for screen in screens:
            await screen.fetch()
        written: dict[int, float] = {}
        tasks = [asyncio.create_task(screen.listen(written)) for screen in screens]
        tasks += [asyncio.create_task(screen.follow()) for screen in screens]
        await asyncio.sleep(1)
        for number in range(changes):
            before = max(written, default=0)
            for screen in screens:
                screen.bytes.clear()
            await hub.told("mend" if number % 2 else "cut")
            took.append(await _everywhere(screens, written, before, clock))
            await asyncio.sleep(3)
        sizes = [size for screen in screens for size in screen.bytes]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return {
        "screens": count,
        "changes": changes,
        "median_s": round(statistics.median(took), 2),
        "max_s": round(max(took), 2),
        "each_s": [round(one, 2) for one in took],
        "bytes_per_refresh": round(statistics.mean(sizes)) if sizes else 0,
    }


async def _everywhere(
    screens: list[Screen], written: dict[int, float], before: int, clock: SystemClock
) -> float:
    """Return the seconds from the first new event's writing until every screen shows it."""
    async with asyncio.timeout(PATIENCE):
        while max(written, default=0) <= before:  # noqa: ASYNC110  (as a stop-watch looks)
            await asyncio.sleep(0.005)
        event = min(number for number in written if number > before)
        while any(screen.shown < event for screen in screens):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return clock.now().timestamp() - written[event]


async def work(wish: argparse.Namespace) -> dict[str, object]:
    """Start the country, measure, end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks.pipeline", "--hold", "--sites", str(wish.sites)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    hub = Hub(process)
    try:
        hub.address = (await hub.said())["address"]
        async with aiohttp.ClientSession() as session, session.get(f"{hub.address}/") as first:
            await first.read()  # the first page reads everything
        await asyncio.sleep(5)
        found = {
            "sites": wish.sites,
            "tree_page": await tree_page(hub, wish.requests),
            "change": await changes(hub, wish.screens, wish.changes),
            "load": os.getloadavg(),
        }
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
    return found


def main() -> None:
    """Parse options, measure, print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.board")
    parser.add_argument("--sites", type=int, default=3321)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--screens", type=int, default=50)
    parser.add_argument("--changes", type=int, default=10)
    print(json.dumps(asyncio.run(work(parser.parse_args()))))


if __name__ == "__main__":
    main()
