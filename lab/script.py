"""Which faults does a day in the pretend province bring? A pure script, and one who plays it.

The first fault comes soon and takes a whole hub, so that whoever watches sees one root cause
explain many silent sites. After it come all kinds in shuffled rounds, each mended after a while.
"""

import asyncio
import heapq
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import DomainError
from core.inventory import Inventory, Link
from core.text import Text
from lab.fabric import Fabric
from lab.world import How

FIRST_AFTER = 30.0  # seconds from the start to the first fault
FIRST_LASTS = 60.0
_PAUSES = (40.0, 150.0)  # between the beginnings of two faults
_LASTING = (60.0, 420.0)
_LOSSY, _SLOW = "loss", "delay"
_KINDS = (
    How.BLACKHOLE,
    How.ADMIN,
    How.FAR,
    How.HALFIN,
    How.OFF,
    How.STOP,
    How.BROKEN,
    How.EXPIRING,
    _LOSSY,
    _SLOW,
)


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One thing to do, `at` seconds after the start: cut, restore, degrade or clear a target."""

    at: float
    op: str
    target: str
    how: str = ""
    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0


class Breakable(Protocol):
    """What a script is played on: `lab.client.LabClient`. Each method may raise DomainError."""

    def cut(self, target: str, how: str) -> object:
        """Cut a line, switch a device off, or make a service fail."""

    def restore(self, target: str) -> object:
        """Mend a cut."""

    def degrade(self, target: str, *, loss: float, delay: float, jitter: float) -> object:
        """Make a line carry badly."""

    def clear(self, target: str | None) -> object:
        """Make a line clean again."""


def day(
    inventory: Inventory, seed: int, *, calm: bool = False, speed: float = 1.0
) -> Iterator[Step]:
    """Yield the steps of an endless day in the order of time; none when `calm`.

    The same inventory and seed give the same day. `speed` 60 plays an hour in a minute.
    """
    if calm:
        return
    ahead: list[Step] = []
    broken: set[str] = set()
    for begin, end in _faults(inventory, random.Random(seed), broken):  # noqa: S311
        while ahead and ahead[0].at <= begin.at:
            mended = heapq.heappop(ahead)
            broken.discard(mended.target)
            yield _faster(mended, speed)
        broken.add(begin.target)
        heapq.heappush(ahead, end)
        yield _faster(begin, speed)


def _faster(step: Step, speed: float) -> Step:
    return Step(step.at / speed, step.op, step.target, step.how, step.loss, step.delay, step.jitter)


def _faults(
    inventory: Inventory, chance: random.Random, broken: set[str]
) -> Iterator[tuple[Step, Step]]:
    """Yield (begin, end) of each fault, for ever. `broken` is what is broken at that time."""
    fabric = Fabric(inventory)
    alone = [link for link in inventory.links if len(fabric.above(link.far)) == 1]
    hubs = [link for link in alone if any(other.near == link.far for other in inventory.links)]
    weights = {link.slug: _likelihood(fabric, link) for link in inventory.links}
    first = chance.choice(hubs or alone)
    yield (
        Step(FIRST_AFTER, "cut", first.slug, How.BLACKHOLE),
        Step(FIRST_AFTER + FIRST_LASTS, "restore", first.slug),
    )
    at = FIRST_AFTER + FIRST_LASTS
    while True:
        for kind in chance.sample(_KINDS, len(_KINDS)):
            at += chance.uniform(*_PAUSES)
            lasting = chance.uniform(*_LASTING)
            target = _victim(inventory, weights, kind, chance, broken)
            if target is None:
                continue
            yield _begin(at, kind, target, chance), _end(at + lasting, kind, target)


def _victim(
    inventory: Inventory,
    weights: Mapping[str, float],
    kind: str,
    chance: random.Random,
    broken: set[str],
) -> str | None:
    """Return what breaks next, None if everything of the kind is broken already."""
    if kind == How.OFF:
        boxes = [d.slug for d in inventory.devices if d.kind in ("endpoint", "server", "ups")]
        left = [slug for slug in boxes if slug not in broken]
        return chance.choice(left) if left else None
    if kind in (How.STOP, How.BROKEN, How.EXPIRING):
        running = [service for service in inventory.services if service.slug not in broken]
        if kind == How.EXPIRING:
            running = [s for s in running if s.url.startswith(("https:", "tls:"))]
        return chance.choice(running).slug if running else None
    whole = [slug for slug in weights if slug not in broken]
    return chance.choices(whole, [weights[slug] for slug in whole])[0] if whole else None


def _likelihood(fabric: Fabric, link: Link) -> float:
    """Return how likely a line is to break: hubs more than one of many communes."""
    return 4.0 if len(fabric.behind(link.slug)) > 4 else 1.0  # noqa: PLR2004


def _begin(at: float, kind: str, target: str, chance: random.Random) -> Step:
    if kind == _LOSSY:
        return Step(at, "degrade", target, loss=round(chance.uniform(0.05, 0.25), 2))
    if kind == _SLOW:
        return Step(at, "degrade", target, delay=round(chance.uniform(0.06, 0.25), 3), jitter=0.015)
    return Step(at, "cut", target, kind)


def _end(at: float, kind: str, target: str) -> Step:
    return Step(at, "clear" if kind in (_LOSSY, _SLOW) else "restore", target)


async def play(steps: Iterable[Step], client: Breakable) -> AsyncIterator[tuple[Step, Text | None]]:
    """Do each step when its time has come; yield it with the lab's refusal, None if it agreed.

    A person at another shell may have cut or mended the same line meanwhile: not a fault.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    for step in steps:
        await asyncio.sleep(max(0.0, started + step.at - loop.time()))
        try:
            await asyncio.to_thread(_do, step, client)
        except DomainError as refusal:
            yield step, refusal.text
        else:
            yield step, None


def _do(step: Step, client: Breakable) -> None:
    if step.op == "cut":
        client.cut(step.target, step.how)
    elif step.op == "restore":
        client.restore(step.target)
    elif step.op == "degrade":
        client.degrade(step.target, loss=step.loss, delay=step.delay, jitter=step.jitter)
    else:
        client.clear(step.target)
