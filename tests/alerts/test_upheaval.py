"""What the brain makes of a clock that is set back, and of an estate that loses what has failed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.incident import IncidentState, Purpose
from core.status import Status
from core.watching import Estate
from tests.alerts.province import AT_ONCE, World
from tests.alerts.test_memory import WAIT, calm, remembered

COMMUNE = ("c11", "line-c11", "c11-gw", "c11-vc")


def set_back(world: World, by: timedelta) -> None:
    """Set the clock of a world back: what is on its way is stamped by the new clock."""
    world.now -= by
    world._next_summary -= by
    world._probes = [(at - by, slug, fast) for at, slug, fast in world._probes]
    world._news = [(at - by, n, replace(r, at=r.at - by)) for at, n, r in world._news]
    world._sent = {s: [(at - by, good) for at, good in sent] for s, sent in world._sent.items()}
    world._thinned = {slug: at - by for slug, at in world._thinned.items()}


def without(what: Estate, *gone: str) -> Estate:
    return Estate(
        targets=tuple(t for t in what.targets if t.slug not in gone),
        checks=tuple(c for c in what.checks if c.target not in gone),
    )


@pytest.mark.parametrize("hours", [1, 7])
def test_a_clock_that_is_set_back_hides_neither_a_recovery_nor_the_next_fault(hours: int) -> None:
    world = calm()
    world.cut("line1")
    world.run(20)
    set_back(world, timedelta(hours=hours))
    world.run(5)
    assert [i.root for i in world.brain.incidents] == ["line1"]
    assert [i.began_at < world.now for i in world.incidents.values()] == [True]  # as written
    world.mend("line1")
    world.run(30)
    assert world.told(Purpose.RECOVERY) == ["line1"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}
    world.cut("line2")
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["line1", "line2"]
    [now_due] = [n.due_at for n in world.notifications[-1:]]
    assert now_due <= world.now


def test_a_wait_for_the_page_is_as_long_when_the_clock_is_set_back_meanwhile() -> None:
    world = calm(policy=WAIT)
    world.cut("line-c11")
    world.run(20)
    set_back(world, timedelta(hours=7))
    world.run(200)
    world.mend("line-c11")
    world.run(30)
    [ended] = world.incidents.values()
    assert ended.began_at < ended.decided_at < world.now
    assert ended.recovered_at is not None
    assert timedelta(seconds=200) < ended.recovered_at - ended.began_at < timedelta(seconds=240)
    assert world.told(Purpose.RECOVERY) == ["line-c11"]


def test_a_restart_after_the_clock_was_set_back_goes_on_at_once() -> None:
    world = calm()
    world.cut("line1")
    world.run(20)
    memory = remembered(world)
    now = world.now - timedelta(hours=7)
    later = World(world.estate, AT_ONCE, memory=memory, now=now, seed=9)
    later.run(30)
    assert later.told(Purpose.RECOVERY) == ["line1"]
    assert {later.status(t.slug) for t in later.estate.targets} == {Status.UP}


@pytest.mark.parametrize("after", [2, 60])
def test_what_left_the_inventory_while_we_were_stopped_is_unknown_from_then_on(after: int) -> None:
    world = calm()
    world.cut("c11-gw")
    world.run(20)
    later = World(
        without(world.estate, *COMMUNE),
        AT_ONCE,
        memory=remembered(world),
        now=world.now + timedelta(seconds=after),
    )
    later.run(40)
    assert not set(COMMUNE) & later.brain.states.keys()
    last = {t.target: t.new for t in later.transitions}
    assert {last[slug] for slug in COMMUNE} == {Status.UNKNOWN}
    assert not later.brain.incidents


def test_an_incident_ends_when_nothing_looks_at_its_root_any_more() -> None:
    world = calm()
    world.cut("c11-gw", "c12-vc")
    world.run(30)
    assert {i.root for i in world.brain.incidents} == {"line-c11", "c12-vc"}
    blind = ("c11-gw", "c11-vc", "c12-vc")
    kept = tuple(c for c in world.estate.checks if c.target not in blind and not c.ports)
    changed = Estate(targets=world.estate.targets, checks=kept)
    world.outcomes.append(world.brain.replace(changed, world.contacts, world.now))
    world.run(5)
    assert {world.status(slug) for slug in (*blind, "line-c11")} == {Status.UNKNOWN}
    assert not world.brain.incidents
    ended = {i.root: i.state for i in world.incidents.values()}
    assert ended == dict.fromkeys(("line-c11", "c12-vc"), IncidentState.RECOVERED)
    assert {n.text for o in world.outcomes for n in o.notes if n.kind == "recovered"} == {"retired"}
