"""Which meeting does an incident endanger, and who answers for that meeting?

Whatever fails on the booked path of a meeting that is near or going on is told to its duty
officer at once, by night too. The usual people follow when the officer does not take it on; where
more than the meeting is touched they hear of it as always.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.topology import Topology
from core.incident import Chain, Incident, Step
from core.watching import Booking, Target, TargetKind

PATIENCE = 300.0  # seconds in which the officer may take it on before the usual people are told
OFFICER = "officer"  # whom a step of theirs tells
_PREFIX = "meeting-"  # of the chains that are made here


@dataclass(frozen=True, slots=True)
class Hit:
    """A meeting that an incident touches, and the rooms that it takes from it."""

    booking: Booking
    rooms: tuple[str, ...]


def hit(incident: Incident, topology: Topology, now: datetime) -> Hit | None:
    """Return the meeting that an incident touches most, None if it touches none."""
    present = frozenset(incident.present)
    found = [
        Hit(booking, tuple(room for room in booking.rooms if room in present))
        for booking in topology.bookings
        if now < booking.end and (incident.root in booking.path or present & set(booking.rooms))
    ]
    return min(found, key=lambda one: (-len(one.rooms), one.booking.begin), default=None)


def is_of_meeting(chain: Chain | None) -> bool:
    """Say whether a chain begins with the duty officer of a meeting."""
    return chain is not None and chain.slug.startswith(_PREFIX)


def chain_of(
    found: Hit, incident: Incident, usual: Chain | None, topology: Topology, delay: float
) -> Chain | None:
    """Return the chain of an incident that touches a meeting; None if nobody answers for that.

    `delay`: seconds that the usual people would be left in peace, were there no meeting.
    """
    officer = found.booking.officer
    if officer is None:
        return usual
    wait = delay if touches_others(incident.present, found, topology) else PATIENCE
    first = Step(number=1, tell=OFFICER, contact=officer)
    rest = usual.steps if usual is not None else (Step(number=1, tell="concerned"),)
    steps = (
        step.model_copy(update={"number": number, "after": step.after + wait})
        for number, step in enumerate(rest, start=2)
    )
    slug = f"{_PREFIX}{found.booking.meeting.lower()}"
    return Chain(slug=slug, name=found.booking.title, steps=(first, *steps))


def joined_by(found: Hit, chain: Chain | None) -> Chain | None:
    """Return the chain of an incident that has come to touch a meeting: its officer is added."""
    officer = found.booking.officer
    if officer is None or is_of_meeting(chain):
        return chain
    slug = f"{_PREFIX}{found.booking.meeting.lower()}"
    if chain is None:
        step = Step(number=1, tell=OFFICER, contact=officer)
        return Chain(slug=slug, name=found.booking.title, steps=(step,))
    if any(step.contact == officer and not step.after for step in chain.steps):
        return chain
    last = max(step.number for step in chain.steps)
    step = Step(number=last + 1, tell=OFFICER, contact=officer)
    return chain.model_copy(update={"steps": (*chain.steps, step)})


def touches_others(present: Iterable[str], found: Hit, topology: Topology) -> bool:
    """Say whether sites are touched that are no part of the meeting."""
    booked = {site.slug for room in found.booking.rooms if (site := _site(room, topology))}
    return any(
        (target := topology.targets.get(slug)) is not None
        and target.kind is TargetKind.SITE
        and slug not in booked
        for slug in present
    )


def _site(room: str, topology: Topology) -> Target | None:
    return topology.site_of(room) if room in topology.targets else None
