"""How much is about to be told, beside what is known."""

from collections.abc import Iterable

import pytest

from alerts.unrest import MANY
from core.incident import Purpose
from tests.alerts.province import World, estate, sharing
from tests.alerts.test_storm import fell


def falling(world: World) -> int:
    return world.brain.unrest(Purpose.PROBLEM, world.now)


def returning(world: World) -> int:
    return world.brain.unrest(Purpose.RECOVERY, world.now)


def after_a_cut_of(slugs: Iterable[str], world: World) -> World:
    """Return a world at the moment when the first cause of a cut is known."""
    world.run(35)
    world.cut(*slugs)
    world.run(10, until=lambda: bool(world.brain.incidents))
    return world


def test_in_calm_nothing_is_about_to_be_told() -> None:
    world = World(estate())
    world.run(35)
    assert (falling(world), returning(world)) == (0, 0)


@pytest.mark.parametrize("cut", ["core", "hub1-gw", "line2", "line-c11", "c12-gw"])
def test_once_its_cause_is_known_a_single_cut_leaves_nothing_to_be_told(cut: str) -> None:
    assert falling(after_a_cut_of([cut], World(estate()))) == 0


def test_the_lines_of_a_carrier_are_explained_together_and_leave_nothing() -> None:
    lines = [f"line-c{h}{k}" for h in range(1, 4) for k in range(1, 5)]
    world = after_a_cut_of(lines, World(sharing(estate(), {"carrier:vnpt": lines})))
    assert falling(world) == 0


def test_what_hangs_on_something_silent_is_no_cause_of_its_own() -> None:
    world = World(estate())
    world.run(35)
    world.cut("hub1-gw")
    seen = set()
    for _ in range(30):
        world.run(0.2)
        seen.add(falling(world))
    assert 1 in seen
    assert max(seen) <= 4 + 1, "the communes behind, while their hub is not yet under suspicion"


def test_lines_that_fall_one_after_the_other_are_so_many_causes() -> None:
    world = World(estate(hubs=6, communes=8))
    world.run(35)
    fell(world, [f"line-c{h}{k}" for h in range(1, 7) for k in range(1, 9)])
    assert falling(world) >= 5
    world.run(15)
    assert falling(world) == 0


def test_a_line_that_loses_packets_is_about_to_be_told_of_by_nobody() -> None:
    world = World(estate())
    world.loss = {f"c{h}{k}-gw": 0.3 for h in range(1, 4) for k in range(1, 5)}
    world.run(120)
    worst = 0
    for _ in range(300):
        world.run(0.2)
        worst = max(worst, falling(world))
    assert worst <= 1
    assert not world.brain.incidents or world.brain.incidents[0].kind != "outage"


def test_after_more_than_a_province_has_fallen_there_may_be_another_blow() -> None:
    world = after_a_cut_of(["core"], World(estate(hubs=13, communes=40)))
    assert [i.root for i in world.brain.incidents] == ["core"]
    assert falling(world) == MANY
    world.run(10)
    assert falling(world) == 0


def test_what_comes_back_with_one_cause_is_one_end() -> None:
    world = after_a_cut_of(["line1"], World(estate()))
    world.mend("line1")
    world.run(6)
    assert returning(world) == 1
    world.run(10)
    assert returning(world) == 0
