"""Rehearsals for the pages: in a process of their own, so that nobody waits for a month."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from alerts.rehearsed import Rehearsed
from core.clock import Clock, SystemClock
from core.errors import Invalid, Problem
from core.text import Text
from runtime.press import Worker
from runtime.progress import followed, writer
from runtime.settings import Settings


@dataclass(slots=True)
class Rehearsing:
    """Plays one rehearsal after the other."""

    settings: Settings
    clock: Clock
    _worker: Worker = field(default_factory=Worker)

    async def rehearse(
        self,
        month: str,
        storm: str | None,
        script: str | None,
        on: str,
        progress: Callable[[float], None],
    ) -> Rehearsed:
        """Return what comes of a month (empty: the last), a storm or a script."""
        now, day = self.clock.now(), _day(on)
        async with followed(progress) as share:
            return await self._worker.run(
                played, self.settings, (month, script, storm, day), now, share
            )

    async def aclose(self) -> None:
        """End the process; what it is playing is lost."""
        await self._worker.aclose()


def played(
    settings: Settings,
    wanted: tuple[str, str | None, str | None, date | None],
    now: datetime,
    share: Path,
) -> Rehearsed:
    """Play, in a process without an event loop; say in a file how much is done."""
    tempfile.tempdir = str(share.parent)  # whoever ends this process removes what it leaves

    async def inside() -> Rehearsed:
        from runtime.rehearsal import asked, rehearsed_as  # noqa: PLC0415  (only here)
        from storage.ledger import open_ledger  # noqa: PLC0415
        from storage.vault import Vault  # noqa: PLC0415

        month, script, storm, day = wanted
        meant = asked(month, script, "script", storm, day, now)
        vault = Vault.open(settings.secrets.key_file)
        ledger = await open_ledger(settings.ledger.url, vault, SystemClock())
        try:
            return await rehearsed_as(meant, ledger, settings, now, writer(share))
        finally:
            await ledger.aclose()

    return asyncio.run(inside())


def _day(on: str) -> date | None:
    try:
        return date.fromisoformat(on) if on else None
    except ValueError as fault:
        raise Invalid(
            [
                Problem(
                    file="rehearsal",
                    key="on",
                    what=Text(f'"{on}" không phải ngày', f'"{on}" is no day'),
                    mend=Text("Ghi dạng 2026-12-01", "Write it like 2026-12-01"),
                )
            ]
        ) from fault
