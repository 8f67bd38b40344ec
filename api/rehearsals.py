"""Rehearsals under way and done: few, for a while, in memory alone, each for who asked for it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from alerts.rehearsed import Rehearsed
from core.errors import Conflict, DomainError
from core.text import Text

MOST = 6  # that are kept; the oldest that is done goes
_BUSY = Text(
    "Đang có nhiều lần diễn tập chạy dở, vui lòng đợi một lần xong",
    "Several rehearsals are under way, please wait until one is done",
)


@dataclass(slots=True)
class Job:
    """One rehearsal."""

    owner: str
    share: float = 0.0  # done, 0…1
    found: Rehearsed | None = None
    refused: DomainError | None = None
    broken: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    def go_on(self, share: float) -> None:
        """Take note of how much is done."""
        self.share = share

    @property
    def done(self) -> bool:
        """Say whether there is nothing to wait for."""
        return self.found is not None or self.refused is not None or self.broken


Play = Callable[[Callable[[float], None]], Awaitable[Rehearsed]]


class Rehearsals:
    """The shelf. A token opens a rehearsal for its owner alone."""

    def __init__(self) -> None:
        self._held: dict[str, Job] = {}

    def begin(self, owner: str, play: Play) -> str:
        """Begin one and return its token; Conflict while too many are under way."""
        for token in [token for token, job in self._held.items() if job.done]:
            if len(self._held) >= MOST:
                del self._held[token]
        if len(self._held) >= MOST:
            raise Conflict(_BUSY)
        job, token = Job(owner), secrets.token_urlsafe(12)
        self._held[token] = job
        job.task = asyncio.create_task(_played(job, play), name="rehearsal")
        return token

    def of(self, token: str, owner: str) -> Job | None:
        """Return a rehearsal, None if it is not there any more, or somebody else's."""
        job = self._held.get(token)
        return job if job is not None and job.owner == owner else None


async def _played(job: Job, play: Play) -> None:
    try:
        job.found = await play(job.go_on)
    except DomainError as refusal:
        job.refused = refusal
    finally:
        job.broken = job.found is None and job.refused is None
