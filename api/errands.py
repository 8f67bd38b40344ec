"""Long work that somebody waits for: under way and done, few, for a while, in memory alone."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.errors import Conflict, DomainError
from core.text import Text

MOST = 6  # that are kept; the oldest that is done goes
T = TypeVar("T")


@dataclass(slots=True)
class Errand(Generic[T]):
    """One piece of work, for who asked for it alone."""

    owner: str
    share: float = 0.0  # done, 0…1
    found: T | None = None
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


class Errands(Generic[T]):
    """The shelf of one kind of work. A token opens an errand for its owner alone."""

    def __init__(self, busy: Text) -> None:
        """`busy` is said while too many are under way."""
        self._busy = busy
        self._held: dict[str, Errand[T]] = {}

    def begin(self, owner: str, work: Callable[[Callable[[float], None]], Awaitable[T]]) -> str:
        """Begin one and return its token; Conflict while too many are under way."""
        for token in [token for token, errand in self._held.items() if errand.done]:
            if len(self._held) >= MOST:
                del self._held[token]
        if len(self._held) >= MOST:
            raise Conflict(self._busy)
        errand: Errand[T] = Errand(owner)
        token = secrets.token_urlsafe(12)
        self._held[token] = errand
        errand.task = asyncio.create_task(_run(errand, work), name="errand")
        return token

    def of(self, token: str, owner: str) -> Errand[T] | None:
        """Return an errand, None if it is not there any more, or somebody else's."""
        errand = self._held.get(token)
        return errand if errand is not None and errand.owner == owner else None


async def _run(errand: Errand[T], work: Callable[[Callable[[float], None]], Awaitable[T]]) -> None:
    try:
        errand.found = await work(errand.go_on)
    except DomainError as refusal:
        errand.refused = refusal
    finally:
        errand.broken = errand.found is None and errand.refused is None
