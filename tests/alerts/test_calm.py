"""A walk that leaves out what is calm finds what a walk over everything finds."""

from collections.abc import Mapping
from datetime import datetime
from unittest.mock import patch

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from alerts.facts import Facts
from alerts.places import Place
from alerts.rootcause import View, resolve
from alerts.topology import Topology
from core.incident import Purpose
from core.status import Status
from core.watching import Estate
from tests.alerts.province import World, estate, sharing
from tests.alerts.test_chaos import deeds, done
from tests.alerts.test_shared import commune, ran

WORLDS = {
    "reserves": estate(hubs=2, communes=2, reserves=(2,), addressed=True),
    "groups": sharing(
        estate(hubs=2, communes=2, reserves=(2,), addressed=True),
        {
            "ring:1": ("line-c11", "line-c12", "line-c21"),
            "carrier:v": ("line1", "line2", "line-c11", "line-c12", "line-c21", "line-c22"),
        },
    ),
}


def differing(some: Mapping[str, object], others: Mapping[str, object]) -> dict[str, object]:
    return {
        slug: (some.get(slug), others.get(slug))
        for slug in some.keys() | others.keys()
        if some.get(slug) != others.get(slug)
    }


def compared(
    topology: Topology,
    facts: Facts,
    now: datetime,
    calm: Mapping[str, Place] | None = None,
) -> View:
    """Resolve both ways."""
    short, long = resolve(topology, facts, now, calm), resolve(topology, facts, now)
    assert differing(short.states, long.states) == {}
    assert differing(short.roots, long.roots) == {}
    assert short.waiting_until == long.waiting_until
    assert short.waiting_until is None or short.waiting_until > now, "it waits for the past"
    return short


@pytest.mark.parametrize("name", WORLDS)
@settings(
    max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)  # shrinking takes minutes
@given(story=deeds, seed=st.integers(0, 1000))
def test_it_finds_the_same_whatever_happens(
    name: str, story: list[tuple[str, str, float]], seed: int
) -> None:
    what: Estate = WORLDS[name]
    with patch("alerts.brain.resolve", compared):
        world = World(what, seed=seed)
        world.run(35)
        for deed, slug, pause in story:
            done(world, deed, slug, what)
            world.run(pause)


@pytest.mark.parametrize("gone", [("sw", "vc", "pc"), ("gw", "sw", "vc", "pc"), ("vc", "pc")])
def test_it_finds_the_same_when_a_site_loses_its_mains(gone: tuple[str, ...]) -> None:
    with patch("alerts.brain.resolve", compared):
        world = ran(commune(addressed=True))
        for slug in gone:
            world.cut(slug)
            world.run(0.4)
        world.run(20)
        for slug in gone:
            world.mend(slug)
            world.run(3)
        world.run(40)
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


def test_where_one_thing_fails_the_rest_is_left_out() -> None:
    world = World(WORLDS["groups"])
    world.run(35)
    world.cut("c11-vc")
    world.run(5)
    world.cut("c12-vc")
    world.run(5)
    assert world.told(Purpose.PROBLEM) == ["c11-vc", "c12-vc"]
    stirred = {"c11-vc", "c11", "c12-vc", "c12"}
    assert world.brain._calm.keys() >= world.by_slug.keys() - stirred
