"""A look by a collector, as the scheduler makes it, and what it brought."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from core.clock import Clock, SystemClock
from core.collector import Collector, Kit
from core.reading import Reading, is_stale
from core.watching import Check
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.factories import a_check


@dataclass
class Purse:
    """Secrets by name."""

    secrets: Mapping[str, str] = field(default_factory=dict)

    def reveal(self, name: str) -> str | None:
        return self.secrets.get(name)


@dataclass
class Looking:
    """A kit that lives over several looks of one check."""

    collector: Collector
    check: Check
    kit: Kit

    async def look(self) -> tuple[Reading, Run]:
        run, reading = await look_once(self.collector, self.check, self.kit)
        declared = {emit.name for emit in self.collector.emits}
        if self.collector.name != "prometheus":
            assert {series.name for series, _ in reading.samples} <= declared
        return reading, run


@asynccontextmanager
async def looking(
    collector: Collector,
    params: Mapping[str, object],
    secret: str | None = None,
    *,
    address: str = "127.0.0.1",
    timeout: float = 5.0,
    others: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Looking]:
    """Give what looks at an address with a secret."""
    purse = Purse({**(others or {}), **({"login": secret} if secret is not None else {})})
    kit = make_kit(clock or SystemClock(), secrets=purse)
    check = a_check(
        "a",
        collector.name,
        address=address,
        timeout=timeout,
        params=dict(params),
        secret="login" if secret is not None else None,
    )
    try:
        yield Looking(collector, check, kit)
    finally:
        await kit.aclose()


def told(reading: Reading, metric: str, /, **labels: str) -> float | None:
    """Return the value of the one series of a name with these labels, None if there is none."""
    found = [
        value
        for series, value in reading.samples
        if series.name == metric and labels.items() <= dict(series.labels).items()
        if not is_stale(value)
    ]
    assert len(found) < 2, f"{metric} {labels} is there {len(found)} times"
    return found[0] if found else None


def why(reading: Reading) -> str:
    """Return why a look failed."""
    assert reading.failure is not None
    return reading.failure.detail
