"""Which meeting does an incident endanger, and who answers for that meeting?

Whatever fails on the booked path of a meeting that is near or going on is told to its duty
officer at once, by night too, of several meetings to the officer of each. The usual people follow
when no officer takes it on; where more than the meetings is touched they hear of it as always.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.topology import Topology
from core.incident import Chain, Incident, Step
from core.watching import Booking, Target, TargetKind

PATIENCE = 300.0  # seconds in which the officer may take it on before the usual people are told
OFFICER = "officer"  # whom a step of theirs tells


@dataclass(frozen=True, slots=True)
class Hit:
    """A meeting that an incident touches, and the rooms that it takes from it."""

    booking: Booking
    rooms: tuple[str, ...]


def hit(incident: Incident, topology: Topology, now: datetime) -> Hit | None:
    """Return the meeting that an incident touches most, None if it touches none."""
    return next(iter(hits(incident, topology, now)), None)


def hits(incident: Incident, topology: Topology, now: datetime) -> list[Hit]:
    """Return the meetings that an incident touches, the one that it touches most first."""
    present = frozenset(incident.present)
    found = [
        Hit(booking, tuple(room for room in booking.rooms if room in present))
        for booking in topology.bookings
        if now < booking.end and (incident.root in booking.path or present & set(booking.rooms))
    ]
    return sorted(found, key=lambda one: (-len(one.rooms), one.booking.begin))


def chain_of(
    found: Sequence[Hit],
    incident: Incident,
    usual: Chain | None,
    topology: Topology,
    delay: float,
) -> Chain | None:
    """Return the chain of an incident that touches meetings; the usual if nobody answers for them.

    The officers of all of them hear at once. `delay`: seconds that the usual people would be left
    in peace, were there no meeting.
    """
    served = [one for one in found if one.booking.officer is not None]
    if not served:
        return usual
    wait = delay if touches_others(incident.present, found, topology) else PATIENCE
    rest = usual.steps if usual is not None else (Step(number=1, tell="concerned"),)
    officers = dict.fromkeys(one.booking.officer for one in served)
    steps = [Step(number=n, tell=OFFICER, contact=who) for n, who in enumerate(officers, start=1)]
    steps += [
        step.model_copy(update={"number": number, "after": step.after + wait})
        for number, step in enumerate(rest, start=len(steps) + 1)
    ]
    return _chain(served[0].booking, steps)


def joined_by(found: Sequence[Hit], chain: Chain | None) -> Chain | None:
    """Return the chain of an incident that has come to touch meetings: their officers are added."""
    for one in found:
        chain = _with_officer(one, chain)
    return chain


def _with_officer(found: Hit, chain: Chain | None) -> Chain | None:
    officer = found.booking.officer
    if officer is None:
        return chain
    if chain is None:
        step = Step(number=1, tell=OFFICER, contact=officer)
        return _chain(found.booking, [step])
    if any(step.contact == officer and not step.after for step in chain.steps):
        return chain
    last = max(step.number for step in chain.steps)
    step = Step(number=last + 1, tell=OFFICER, contact=officer)
    return chain.model_copy(update={"steps": (*chain.steps, step)})


def _chain(booking: Booking, steps: Iterable[Step]) -> Chain:
    return Chain(slug=f"meeting-{booking.meeting.lower()}", name=booking.title, steps=tuple(steps))


def touches_others(present: Iterable[str], found: Iterable[Hit], topology: Topology) -> bool:
    """Say whether sites are touched that are no part of the meetings."""
    booked = {
        site.slug for one in found for room in one.booking.rooms if (site := _site(room, topology))
    }
    return any(
        (target := topology.targets.get(slug)) is not None
        and target.kind is TargetKind.SITE
        and slug not in booked
        for slug in present
    )


def _site(room: str, topology: Topology) -> Target | None:
    return topology.site_of(room) if room in topology.targets else None
