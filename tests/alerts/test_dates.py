"""When did it begin to be so, and when did it end? To the observation, since reports count it."""

from datetime import datetime, timedelta

from alerts.brain import Brain
from core.outcome import Memory, Outcome
from core.reading import Failure, FailureKind, Reading
from core.status import Status
from core.watching import Check, Estate
from tests.alerts.province import AT_ONCE, CONTACT, World, device, estate, reach_check, site
from tests.factories import DAWN

WRONG = Failure(FailureKind.PROTOCOL, "no such name")


def lasted(outcomes: list[Outcome], target: str, status: Status, until: datetime) -> list[float]:
    """Return the seconds of every stretch in which a target had a status."""
    rows = [t for o in outcomes for t in o.transitions if t.target == target]
    ends = [row.at for row in rows[1:]] + [until]
    return [
        (end - row.at).total_seconds()
        for row, end in zip(rows, ends, strict=True)
        if row.new is status
    ]


def test_a_site_is_degraded_as_long_as_its_endpoint_was_dead() -> None:
    world = World(estate(hubs=1, communes=1))
    world.run(60)
    world.cut("c11-vc")
    world.run(600)
    world.mend("c11-vc")
    world.run(60)
    (degraded,) = lasted(world.outcomes, "c11", Status.DEGRADED, world.now)
    assert 598 <= degraded <= 605


def looked_at() -> Estate:
    """Return a router that is pinged and asked by SNMP once a minute."""
    targets = (site("center", "center", "core"), device("core", "center", "router"))
    by_slug = {t.slug: t for t in targets}
    snmp = Check(
        slug="core/snmp_system", target="core", collector="snmp_system", address="192.0.2.1"
    )
    return Estate(targets=targets, checks=(reach_check(by_slug["core"], by_slug), snmp))


def test_a_check_that_fails_degrades_its_target_from_its_first_failure_to_its_first_success() -> (
    None
):
    brain = Brain(looked_at(), Memory(), AT_ONCE, [CONTACT], DAWN)
    outcomes = []
    for minute in range(120):
        now = DAWN + timedelta(minutes=minute)
        failure = WRONG if 60 <= minute < 90 else None
        batch = [
            Reading("core/icmp", "center", now, loss=0.0),
            Reading("core/snmp_system", "center", now, failure=failure),
        ]
        outcomes.append(brain.feed(batch, now + timedelta(seconds=1)))
    ended = DAWN + timedelta(minutes=120)
    for target in ("core", "center"):
        (degraded,) = lasted(outcomes, target, Status.DEGRADED, ended)
        assert degraded == 30 * 60, target
    begun = [t.at for o in outcomes for t in o.transitions if t.new is Status.DEGRADED]
    assert begun == [DAWN + timedelta(minutes=60)] * 2
