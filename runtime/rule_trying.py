"""Trials of rules for the pages: in a process of their own, so that judging waits for no month."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from alerts.rules import Tried
from core.clock import SystemClock
from core.errors import NotFound
from core.text import Text
from core.watching import Estate
from runtime.press import Engine, Worker
from runtime.progress import followed, writer


@dataclass(slots=True)
class RuleTrying:
    """Tries one rule after the other over what the engine holds."""

    ledger: str  # its URL
    engine: Engine  # where series are read
    estate: Callable[[], Estate]
    _worker: Worker = field(default_factory=Worker)

    async def tried(
        self, rule: str, begin: datetime, end: datetime, told: Callable[[float], None]
    ) -> Tried:
        """Return when a rule would have fired; NotFound, Unavailable."""
        estate = self.estate()
        if all(one.slug != rule for one in estate.rules):
            raise NotFound(Text(f"Không có ngưỡng {rule}", f"There is no rule {rule}"))
        async with followed(told) as share:
            return await self._worker.run(
                tried_by, self.ledger, self.engine, estate, rule, (begin, end), share
            )

    async def aclose(self) -> None:
        """End the process; what it is trying is lost."""
        await self._worker.aclose()


def tried_by(  # noqa: PLR0917  (what crosses to another process)
    ledger_url: str,
    engine: Engine,
    estate: Estate,
    slug: str,
    span: tuple[datetime, datetime],
    share: Path,
) -> Tried:
    """Try a rule, in a process without an event loop; say in a file how much is done."""
    write = writer(share)

    async def inside() -> Tried:
        from alerts.topology import Topology  # noqa: PLC0415  (what only this process needs)
        from runtime import registries  # noqa: PLC0415
        from runtime.rule_trial import tried  # noqa: PLC0415
        from storage.ledger import open_ledger  # noqa: PLC0415
        from storage.series import SeriesReader  # noqa: PLC0415

        topology = Topology(estate)
        ledger, reader = await open_ledger(ledger_url, None, SystemClock()), SeriesReader(*engine)
        try:
            return await tried(
                topology.rules[slug],
                *span,
                topology=topology,
                collectors=registries.collectors(),
                reader=reader,
                statuses=ledger.status,
                progress=lambda done, whole: write(done / whole),
            )
        finally:
            await reader.aclose()
            await ledger.aclose()

    return asyncio.run(inside())
