"""One look that nobody keeps: what a check would see, before it is saved."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from api.context import Glimpse
from core.collector import Collector, Kit, Secrets
from core.watching import Check
from runtime.scheduler import look_once

AT_ONCE = 4  # looks; whoever asks for more waits


@dataclass(frozen=True, slots=True)
class Glance:
    """Looks with sockets of its own, so that the checks of the platform notice nothing."""

    collectors: Mapping[str, Collector]
    make_kit: Callable[[Secrets], Kit]
    secrets: Secrets
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def look(self, check: Check, secret: str | None = None) -> Glimpse:
        """Run a check once; `secret` is what its credential says, None: what is kept says it."""
        typed = {check.secret: secret} if check.secret and secret else {}
        async with self.turn:
            kit = self.make_kit(_Typed(self.secrets, typed))
            try:
                run, reading = await look_once(self.collectors[check.collector], check, kit)
            finally:
                await kit.aclose()
        return Glimpse(check, reading, tuple(run.lines))


@dataclass(frozen=True, slots=True)
class _Typed:
    """Credentials as somebody has just typed them, before those that are kept."""

    kept: Secrets
    typed: Mapping[str, str] = field(repr=False)

    def reveal(self, name: str) -> str | None:
        return self.typed.get(name) or self.kept.reveal(name)
