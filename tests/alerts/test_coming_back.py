"""What lost its power comes back piece by piece: a port that is still down is no news by itself."""

import pytest

from core.incident import Purpose
from core.status import Status
from tests.alerts.province import World, estate

PORTS = ("line1", "line1b")


def dead_router() -> World:
    """Return a world in which a router with two lines has lost its power, and people know."""
    world = World(estate(hubs=2, communes=2, reserves=[1]))
    world.run(40)
    for line in PORTS:
        world.report_port(line, up=True)
    world.run(10)
    world.cut("hub1-gw")
    world.run(1.0)
    for line in PORTS:
        world.report_port(line, up=False)
    world.run(13)
    assert world.told(Purpose.PROBLEM) == ["hub1-gw"]
    return world


@pytest.mark.parametrize("after", [-0.4, 0.2, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("late", ["line1", "line1b"])
def test_a_port_that_comes_back_later_than_the_other_blames_no_line(
    late: str, after: float
) -> None:
    world = dead_router()
    if after > 0:
        world.mend("hub1-gw")
        world.run(after)
    for line in PORTS:
        world.report_port(line, up=line != late)
    if after < 0:
        world.run(-after)
        world.mend("hub1-gw")
    world.run(20.0)
    world.report_port(late, up=True)
    world.run(60)
    assert world.told(Purpose.PROBLEM) == ["hub1-gw"]
    assert world.told(Purpose.RECOVERY) == ["hub1-gw"]


@pytest.mark.parametrize("late", ["line1", "line1b"])
def test_a_port_that_stays_down_is_told_once_the_router_has_settled(late: str) -> None:
    world = dead_router()
    world.mend("hub1-gw")
    world.run(0.2)
    for _ in range(4):
        for line in PORTS:
            world.report_port(line, up=line != late)
        world.run(20)
    assert world.told(Purpose.PROBLEM) == ["hub1-gw", late]
    assert world.status(late) is Status.DOWN
