"""Rules that are PromQL: asked of the engine every half minute, judged like all others.

An engine that does not answer says nothing: what was not yet long enough begins anew, what fires
stays open. Neither does it hold up judging: it is waited for outside of the pipeline.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from alerts import rules
from alerts.topology import Topology
from core.clock import Clock
from core.errors import DomainError, Unavailable
from core.inventory import Rule
from core.outcome import Outcome
from runtime.rule_trial import MOST_SERIES, too_many
from storage.series import Point

log = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds for the answer to one expression


class Asks(Protocol):
    """What answers expressions."""

    async def query(self, promql: str, at: datetime) -> list[Point]:
        """Return the value of every series at an instant."""


class Judges(Protocol):
    """The part of the brain that is told what came of one."""

    @property
    def topology(self) -> Topology:
        """The estate that is judged, with its rules."""

    def evaluated(
        self,
        rule: str,
        found: list[tuple[dict[str, str], float]],
        at: datetime,
        now: datetime,
    ) -> Outcome:
        """Judge what an expression amounts to."""


Apply = Callable[[Callable[[datetime], Outcome]], Awaitable[None]]


class RuleAsking:
    """Asks the expressions of all enabled rules, one after the other, until cancelled."""

    def __init__(self, engine: Asks, judge: Judges, apply: Apply, clock: Clock) -> None:
        self._engine = engine
        self._judge = judge
        self._apply = apply
        self._clock = clock
        self._said: dict[str, str] = {}  # of which rule what trouble was told

    async def run(self) -> None:
        """Ask every half minute."""
        while True:
            await asyncio.sleep(rules.EVERY.total_seconds())
            await self.turn()

    async def turn(self) -> None:
        """Ask once."""
        for rule in list(self._judge.topology.rules.values()):
            if not rule.enabled or rule.value != rules.EXPRESSION:
                continue
            try:
                await self._ask(rule)
            except (TimeoutError, DomainError, OSError) as trouble:
                self._complain(rule, str(trouble) or "no answer in time")
            else:
                if self._said.pop(rule.slug, None) is not None:
                    log.warning("the rule %s can be judged again", rule.slug)

    async def _ask(self, rule: Rule) -> None:
        at = self._clock.now()
        async with asyncio.timeout(TIMEOUT):
            found = await self._engine.query(rule.metric, at)
        if len(found) > MOST_SERIES:
            raise Unavailable(too_many(rule, len(found)))
        values = [(dict(point.labels), point.value) for point in found]
        await self._apply(lambda now: self._judge.evaluated(rule.slug, values, at, now))

    def _complain(self, rule: Rule, why: str) -> None:
        """Say once what keeps a rule from being judged."""
        if self._said.get(rule.slug) != why:
            self._said[rule.slug] = why
            log.error("the rule %s cannot be judged: %s", rule.slug, why)
