"""How alerts of others reach the brain: between two batches, and written before we say thanks."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.brain import Brain
from core.alert import Alert, Heard
from core.outcome import Outcome
from runtime.pipeline import Pipeline

log = logging.getLogger(__name__)


@dataclass(slots=True)
class AlertStats:
    """Counted since the start, for the self metrics."""

    heard: int = 0
    refused: int = 0  # too many were open
    truncated: int = 0  # never sent to us


@dataclass(frozen=True, slots=True)
class Reports:
    """Takes what others report."""

    brain: Brain
    pipeline: Pipeline
    stats: AlertStats = field(default_factory=AlertStats)

    async def take(self, alerts: Sequence[Alert], truncated: int = 0) -> Heard:
        """Return what came of alerts, once it is written; `truncated` were left out of them."""
        heard = Heard()

        def reported(now: datetime) -> Outcome:
            nonlocal heard
            outcome, heard = self.brain.report(alerts, now)
            return outcome

        await self.pipeline.apply(reported)
        self.stats.heard += len(alerts)
        self.stats.refused += heard.refused
        self.stats.truncated += truncated
        if truncated or heard.refused:
            log.error("%d alerts were left out by their sender, %d by us", truncated, heard.refused)
        return heard
