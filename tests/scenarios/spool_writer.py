"""A process of its own that appends to a spool and sends from it, to be killed at any moment.

`python -m tests.scenarios.spool_writer SPOOL WRITE_URL METRICS_URL SEED BATCHES BEGIN FROM`
appends the batches of a plan from position FROM on, and prints a position when its batch is kept.
"""

import asyncio
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

from core.clock import SystemClock, from_epoch
from core.labels import Series
from core.reading import Sample
from storage.sender import Sender
from storage.spool import Spool

SERIES = 20
STEP = timedelta(seconds=1)
NAMES = [Series.of("torture", n=str(n)) for n in range(SERIES)]


def a_batch(begin: datetime, number: int) -> tuple[datetime, list[Sample]]:
    """Return a batch; its values follow from its number."""
    samples = [(name, float(number * SERIES + n)) for n, name in enumerate(NAMES)]
    return begin + number * STEP, samples


def plan(seed: int, batches: int, *, late: int = 60) -> list[int]:
    """Return the numbers of batches in the order of their appending: some late, some twice."""
    chance = random.Random(seed)
    places: list[tuple[float, int]] = []
    for number in range(batches):
        held_back = chance.uniform(1, late) if late and chance.random() < 0.1 else 0.0
        places.append((number + held_back, number))
        if chance.random() < 0.1:
            places.append((number + chance.uniform(0, late), number))
    return [number for _, number in sorted(places)]


async def main(arguments: list[str]) -> None:
    """Append and send until killed."""
    path, write_url, metrics_url, seed, batches, begin, position = arguments
    spool = Spool(Path(path), 1 << 30, SystemClock())
    sender = Sender(spool, write_url, {}, SystemClock(), metrics_url=metrics_url)
    sending = asyncio.create_task(sender.run())
    numbers = plan(int(seed), int(batches))
    start = from_epoch(float(begin))
    chance = random.Random()
    for place in range(int(position), len(numbers)):
        await spool.append([a_batch(start, numbers[place])])
        print(place, flush=True)  # noqa: T201  (what the test reads)
        if chance.random() < 0.1:
            await asyncio.sleep(chance.uniform(0, 0.05))
    await sending


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
