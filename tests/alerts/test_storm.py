"""A whole country falls within ten seconds: as many incidents as causes, and nobody is flooded."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from alerts.telling import TellingPolicy, Way
from core.incident import Incident, Purpose
from core.status import Status
from core.watching import Estate
from tests.alerts.province import World, estate, sharing

POLICY = TellingPolicy(ways=(Way(name="mail"),), base_url="https://thongsuot.example.vn")
WITHIN = 10.0  # seconds in which all fall


def country(full: bool) -> tuple[Estate, dict[str, list[str]]]:
    """Return hubs and communes whose lines belong to three carriers; 3,321 sites at full length."""
    hubs, communes = (41, 80) if full else (9, 16)
    lines = [f"line-c{h}{k}" for h in range(1, hubs + 1) for k in range(1, communes + 1)]
    carriers = {f"carrier:{n}": lines[n::3] for n in range(3)}
    return sharing(estate(hubs=hubs, communes=communes), carriers), carriers


def fell(world: World, slugs: list[str]) -> None:
    """Cut lines one after the other, all within ten seconds."""
    chance = random.Random(3)
    times = sorted((chance.uniform(0, WITHIN), slug) for slug in slugs)
    begun = world.now
    for after, slug in times:
        world.run(max(0.0, (begun + timedelta(seconds=after) - world.now).total_seconds()))
        world.cut(slug)


def found(world: World) -> list[Incident]:
    return list(world.brain.incidents)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_what_falls_with_the_core_is_one_incident_decided_at_once(full: bool) -> None:
    what, _ = country(full)
    world = World(what, POLICY)
    world.run(35)
    world.cut("core")
    cut = world.now
    world.run(10, until=lambda: bool(world.brain.incidents))
    (incident,) = found(world)
    assert incident.root == "core"
    assert incident.decided_at - cut <= timedelta(seconds=5)
    world.run(30)
    assert [i.root for i in found(world)] == ["core"]
    assert due(world) == {CONTACT: 1}
    world.mend("core")
    world.run(120)
    assert not found(world)
    assert world.told(Purpose.RECOVERY) == ["core"]
    assert {world.status(t.slug) for t in what.targets} == {Status.UP}


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_lines_of_three_carriers_are_three_incidents_soon_after_the_last_fell(full: bool) -> None:
    what, carriers = country(full)
    world = World(what, POLICY)
    world.run(35)
    fell(world, [line for lines in carriers.values() for line in lines])
    last = world.now
    world.run(10)
    assert sorted(i.root for i in found(world)) == sorted(carriers)
    assert max(i.decided_at for i in found(world)) <= last + timedelta(seconds=10)
    lost = {m for i in found(world) for m in i.present}
    assert lost >= {line for lines in carriers.values() for line in lines}
    assert due(world) == {}  # a commune's line waits for three minutes
    world.run(200)
    assert due(world) == {CONTACT: 3}  # one message: tests/runtime/test_one_storm.py
    world.mend(*world.dead)
    world.run(200)
    assert not found(world)
    assert sorted(world.told(Purpose.RECOVERY)) == sorted(carriers)
    assert {world.status(t.slug) for t in what.targets} == {Status.UP}


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_while_the_lines_of_hubs_fall_too_nothing_but_their_carriers_is_ever_blamed(
    full: bool,
) -> None:
    hubs, communes = (41, 80) if full else (18, 25)
    below = [f"line-c{h}{k}" for h in range(1, hubs + 1) for k in range(1, communes + 1)]
    above = [f"line{h}" for h in range(1, hubs + 1)]
    carriers = {f"carrier:{n}": below[n::3] + above[n::3] for n in range(3)}
    world = World(sharing(estate(hubs=hubs, communes=communes), carriers), POLICY)
    world.run(35)
    fell(world, below + above)
    last = world.now
    world.run(15)
    assert {i.root for i in world.incidents.values()} == set(carriers)
    assert max(i.decided_at for i in found(world)) <= last + timedelta(seconds=10)
    world.mend(*world.dead)
    world.run(200)
    assert not found(world)
    assert sorted(world.heard(Purpose.RECOVERY)) == sorted(carriers)
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


CONTACT = "truc"


def due(world: World) -> Counter[str]:
    """Return of how many open problems each person is to be told by now."""
    open_now = {i.id for i in world.brain.incidents}
    told = {
        (n.recipient, n.incident)
        for n in world.notifications
        if n.purpose is Purpose.PROBLEM and n.due_at <= world.now and n.incident in open_now
    }
    return Counter(recipient for recipient, _ in told)
