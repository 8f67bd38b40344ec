"""A process that had no turn for a while knows that it has not been looking."""

import random
from datetime import timedelta

import pytest

from benchmarks.scenes import scene
from core.incident import Purpose
from core.status import Status
from tests.alerts.province import World, estate
from tests.alerts.test_scenes import PARTS, Play

# scenes of which a brain that does not know of the lapses names a wrong root first
MISLEADING = (11, 36, 51, 108, 141)

# a dead router, one of whose lines alone was asked just before a lapse
ASKED_IN_PART = (167, 276, 359)
# a carrier whose lines come back as a lapse ends, some heard of before the others
COMING_BACK = (9, 224)


class Starved(Play):
    """A scene during which the platform gets no turn for seconds, again and again."""

    def __init__(self, seed: int, *, known: bool) -> None:
        branch = PARTS[seed % len(PARTS)]
        super().__init__(branch, scene(branch, f"stalled/{seed}"))
        self._chance = random.Random(seed)
        self._known = known
        self._next = 45 + self._chance.uniform(0, 8)

    def _run(self, until: float) -> None:
        while self._next < until:
            super()._run(self._next)
            self.world.stall(self._chance.uniform(1, 10), known=self._known)
            self._clock = (self.world.now - self.world.begun).total_seconds()
            self._next = self._clock + self._chance.uniform(3, 15)
        super()._run(until)


@pytest.mark.full
def test_the_first_root_is_right_though_the_platform_had_no_turn(*, full: bool) -> None:
    seeds = range(600) if full else (*MISLEADING, *range(20, 32))
    wrong = [seed for seed in seeds if Starved(seed, known=True).play().first_right is False]
    assert len(wrong) <= len(seeds) // 100, wrong


@pytest.mark.parametrize("seed", ASKED_IN_PART)
def test_a_line_that_was_asked_last_before_a_lapse_did_not_fall_first(seed: int) -> None:
    assert Starved(seed, known=True).play().first_right


@pytest.mark.parametrize("seed", COMING_BACK)
def test_nobody_is_blamed_whose_answers_have_just_begun(seed: int) -> None:
    assert Starved(seed, known=True).play().first_right is not False


def test_who_does_not_know_of_a_lapse_blames_the_wrong_one() -> None:
    for seed in MISLEADING:
        assert Starved(seed, known=False).play().first_right is False, seed


def test_a_cut_during_a_lapse_is_told_once_and_truly() -> None:
    for seed in range(20):
        world = World(estate(hubs=3, communes=4), seed=seed)
        world.run(35)
        world.cut("line1")
        world.run(world.random.uniform(0.2, 2.0))
        for _ in range(world.random.randint(1, 3)):
            world.stall(world.random.uniform(1.0, 12.0))
            world.run(world.random.uniform(0.2, 1.0))
        world.run(40)
        assert world.told(Purpose.PROBLEM) == ["line1"], seed
        assert world.status("line1") is Status.DOWN


@pytest.mark.parametrize("stalls", [40, 80])
def test_a_process_that_is_starved_all_the_time_speaks_nevertheless(stalls: int) -> None:
    world = World(estate(hubs=2, communes=2), seed=stalls)
    world.run(35)
    world.cut("line1")
    begun = world.now
    for _ in range(stalls):
        world.stall(0.8)
        world.run(0.4)
        if world.told(Purpose.PROBLEM):
            break
    assert world.now - begun < timedelta(seconds=40)
    assert world.told(Purpose.PROBLEM)
