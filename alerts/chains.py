"""Which chain of people is an incident told by? Chosen when it opens, and frozen into it.

A later edit of the chain changes no page in flight. Only an incident that became worse than its
chain is for gets another: somebody must not sleep through an outage that began as a warning.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from alerts.endangered import OFFICER, chain_of, hits, joined_by
from alerts.incidents import Fold
from alerts.reasons import ESCALATED, GROWN, TOGETHER
from alerts.reasons import OFFICER as OF_MEETING
from alerts.topology import Topology
from core.incident import Chain, Due, Incident, Notification, Purpose, Severity, Step
from core.inventory import EscalationStep

WHOEVER_WAS_TOLD = 0  # the step of a recovery
_GROWING = ("site", "concerned")  # what is told more people when more is touched
_MINUTE = 60.0
Delay = Callable[[Incident], float]


def freeze(
    fold: Fold, rows: Sequence[EscalationStep], topology: Topology, delay: Delay, now: datetime
) -> None:
    """Give every new incident its chain, and one that has outgrown its own another.

    One that touches a meeting begins with the meeting's duty officer. `delay`: how many seconds
    the usual people are left in peace.
    """
    if not rows and not topology.bookings:
        return
    fold.opened = [_with(fold, i, _first(i, rows, topology, delay, now)) for i in fold.opened]
    fold.changed = [_with(fold, i, _later(i, rows, topology, now)) for i in fold.changed]


def _first(
    incident: Incident,
    rows: Sequence[EscalationStep],
    topology: Topology,
    delay: Delay,
    now: datetime,
) -> Chain | None:
    usual = chosen(incident, rows, topology)
    touched = hits(incident, topology, now)
    if not touched:
        return usual
    return chain_of(touched, incident, usual, topology, delay(incident))


def _later(
    incident: Incident, rows: Sequence[EscalationStep], topology: Topology, now: datetime
) -> Chain | None:
    if _outgrown(incident):
        return chosen(incident, rows, topology)
    touched = hits(incident, topology, now)
    if not touched or all(m.joined_at != now for m in incident.members):
        return incident.chain
    return joined_by(touched, incident.chain)


def chosen(incident: Incident, rows: Iterable[EscalationStep], topology: Topology) -> Chain | None:
    """Return the chain for an incident: that of the smallest unit, then one for its severity."""
    path = _path(incident, topology)
    by_slug: dict[str, list[EscalationStep]] = {}
    for row in sorted(rows, key=lambda row: (row.slug, row.step)):
        by_slug.setdefault(row.slug, []).append(row)
    fitting = [
        (path.index(first.unit) if first.unit else -1, bool(first.severities), steps)
        for steps in by_slug.values()
        if (first := steps[0]).unit is None or first.unit in path
        if not first.severities or incident.severity in first.severities
    ]
    if not fitting:
        return None
    return _chain(max(fitting, key=lambda found: found[:2])[2])


def promised(
    incident: Incident,
    chain: Chain,
    purpose: Purpose,
    reason: str,
    due: Due,
    *,
    since: datetime | None = None,
) -> list[Notification]:
    """Return the steps of a chain as promises; a promise that was given before is kept once.

    When more is touched, the steps that depend on what is touched are promised anew: for their
    own time, counted from `since`, or at once where that has passed.
    """
    if purpose is Purpose.RECOVERY:
        return [_promise(incident, chain, purpose, reason, WHOEVER_WAS_TOLD, due)]
    rows = []
    for step in chain.steps:
        why = _why(step, chain.steps[0], reason)
        waits = "unacknowledged" if why == ESCALATED else "delay"
        later = Due(due.at + timedelta(seconds=step.after), waits) if step.after else due
        rows.append(_promise(incident, chain, purpose, why, step.number, later))
        if reason == GROWN and step.tell in _GROWING:
            more = f"+{len(incident.members)}"
            own = max(due.at, (since or due.at) + timedelta(seconds=step.after))
            when = Due(own, "delay") if own > due.at else due
            rows.append(_promise(incident, chain, purpose, reason, step.number, when, more))
    return rows


def _why(step: Step, first: Step, reason: str) -> str:
    """Return why a step's people are told: who is told with the first has not been passed over."""
    if step.tell == OFFICER:
        return OF_MEETING
    if step is first:
        return reason
    return ESCALATED if step.after > first.after else TOGETHER


def _path(incident: Incident, topology: Topology) -> tuple[str, ...]:
    """Return the units that hold the root; of what belongs to none, those of all its members."""
    root = topology.targets.get(incident.root)
    if root is not None and root.unit_path:
        return root.unit_path
    paths = [
        target.unit_path
        for member in incident.members
        if (target := topology.targets.get(member.target)) is not None and target.unit_path
    ]
    shared = zip(*paths, strict=False)
    return tuple(level[0] for level in takewhile(lambda level: len(set(level)) == 1, shared))


def _outgrown(incident: Incident) -> bool:
    chain = incident.chain
    return (
        chain is not None and bool(chain.severities) and incident.severity not in (chain.severities)
    )


def _with(fold: Fold, incident: Incident, chain: Chain | None) -> Incident:
    if chain == incident.chain:
        return incident
    frozen = incident.model_copy(update={"chain": chain})
    fold.present[incident.root] = frozen
    return frozen


def _chain(rows: Sequence[EscalationStep]) -> Chain:
    first = rows[0]
    return Chain(
        slug=first.slug,
        name=first.name,
        severities=tuple(Severity(word) for word in first.severities),
        steps=tuple(
            Step(
                number=row.step,
                after=row.after * _MINUTE,
                tell=row.tell,
                rota=row.rota,
                contact=row.contact,
                channels=row.channels,
            )
            for row in rows
        ),
    )


def _promise(  # noqa: PLR0917
    incident: Incident,
    chain: Chain,
    purpose: Purpose,
    reason: str,
    step: int,
    due: Due,
    more: str = "",
) -> Notification:
    return Notification(
        incident=incident.id,
        purpose=purpose,
        recipient=f"{chain.slug}/{step}{more}",
        address="",
        channel="",
        reason=reason,
        step=step,
        due_at=due.at,
        because=due.because,
    )
