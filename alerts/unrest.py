"""How much is about to be told beside what is known already?

What is silent and not explained yet counts by its causes: what a single cut takes along has one.
Pure.
"""

from collections.abc import Mapping, Set
from datetime import datetime, timedelta

from alerts.facts import Fact
from alerts.topology import Topology
from core.status import Status, TargetState, Verdict

MANY = 1000  # devices at once: more than a province loses by one cut, so there may be others
RECENT = timedelta(seconds=8)  # so far apart may the blows of one storm be
_MISSED = timedelta(seconds=0.5)  # a packet that is lost now and then is answered for by then
_DECIDED = timedelta(seconds=30)  # what is held to be well for so long is not being looked for
_STANDS = frozenset({Status.UP, Status.DEGRADED})


def falling(
    topology: Topology,
    facts: Mapping[str, Fact],
    states: Mapping[str, TargetState],
    now: datetime,
) -> int:
    """Return how many causes are being looked for; `MANY` when as many devices have just fallen."""
    silent = {slug: at for slug, fact in facts.items() if (at := _silent_since(fact, now))}
    if sum(now - at <= RECENT for at in silent.values()) >= MANY:
        return MANY
    undecided = {
        slug
        for slug in silent
        if now - (facts[slug].confirmed_at or silent[slug]) <= _DECIDED
        or now - silent[slug] <= _DECIDED
        if (state := states.get(slug)) is not None and state.status in _STANDS
    }
    return _causes(topology, undecided)


def returning(topology: Topology, facts: Mapping[str, Fact], now: datetime) -> int:
    """Return how many causes have ended just now; `MANY` when as many devices are back."""
    back = {
        slug
        for slug, fact in facts.items()
        if fact.good and fact.alive_since is not None and now - fact.alive_since <= RECENT
    }
    return MANY if len(back) >= MANY else _causes(topology, back)


def _silent_since(fact: Fact, now: datetime) -> datetime | None:
    """Return since when a target says nothing; None of one that only loses a packet."""
    at = fact.failed_at
    if at is None or fact.verdict is Verdict.FAILED:
        return at if fact.verdict is Verdict.FAILED else None
    answered = fact.last_ok is not None and fact.last_ok >= at
    suspect = fact.verdict is Verdict.SUSPECT and not fact.lossy and not answered
    return at if suspect and now - at >= _MISSED else None


def _causes(topology: Topology, changed: Set[str]) -> int:
    """Count what has changed with nothing that stands right above it."""
    return sum(changed.isdisjoint(topology.nearest(slug)) for slug in changed)
