"""What people decide about incidents reaches the brain between two batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.brain import Brain
from core.incident import Decision
from core.outcome import Outcome
from runtime.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class ByHand:
    """Merges and splits open incidents; refusals are sentences (DomainError)."""

    brain: Brain
    pipeline: Pipeline

    async def merge(self, stays: str, others: Sequence[str], why: Decision) -> None:
        """Let one incident stay for several, all named by their codes."""
        await self.pipeline.apply(lambda now: self.brain.merge(stays, others, why, now))

    async def split(self, incident: str, member: str, why: Decision) -> str:
        """Make a member an incident of its own; return its code."""
        made: list[str] = []

        def change(now: datetime) -> Outcome:
            outcome = self.brain.split(incident, member, why, now)
            made.extend(new for _, new in outcome.split_off)
            return outcome

        await self.pipeline.apply(change)
        return made[0]
