"""The scripted day: soon, of all kinds, always mended, and the same for the same seed."""

from itertools import islice

import pytest

from core.errors import Conflict
from core.text import Text
from lab import province, script, synthetic
from lab.fabric import Fabric
from lab.script import Step
from lab.world import How, World
from tests.factories import DAWN

PROVINCE = province.inventory()


def day(seed: int = 1, count: int = 200, speed: float = 1.0) -> list[Step]:
    return list(islice(script.day(PROVINCE, seed, speed=speed), count))


def test_the_first_fault_takes_a_hub_within_a_minute_and_is_mended_within_two() -> None:
    for seed in range(20):
        first, *rest = day(seed, 10)
        assert first.op == "cut"
        assert first.at <= 60
        world = World(Fabric(PROVINCE)).cut(first.target, How(first.how), DAWN)
        assert len(world.sites_of(world.silent)) > 2
        mended = next(step for step in rest if step.target == first.target)
        assert mended.op == "restore"
        assert mended.at <= 110


def test_the_same_seed_gives_the_same_day_and_another_seed_another() -> None:
    assert day(7) == day(7)
    assert day(7) != day(8)


def test_steps_come_in_the_order_of_time() -> None:
    times = [step.at for step in day(count=500)]
    assert times == sorted(times)


def test_all_kinds_of_fault_come_within_the_first_eleven() -> None:
    begun = [step for step in day(count=60) if step.op in ("cut", "degrade")][:11]
    assert {step.how for step in begun if step.op == "cut"} == set(How)
    assert any(step.loss for step in begun)
    assert any(step.delay for step in begun)


@pytest.mark.parametrize("seed", range(5))
def test_the_world_agrees_to_every_step_and_everything_is_mended(seed: int) -> None:
    world = World(Fabric(PROVINCE))
    steps = day(seed, 400)
    for step in steps:
        if step.op == "cut":
            world = world.cut(step.target, How(step.how), DAWN)
        elif step.op == "restore":
            world = world.restore(step.target)
        elif step.op == "degrade":
            world = world.degrade(step.target, DAWN, loss=step.loss, delay=step.delay)
        else:
            world = world.clear(step.target)
        assert len(world.cuts) + len(world.impairments) < 12
    assert sum(step.op in ("cut", "degrade") for step in steps) > 190


def test_a_calm_day_brings_nothing() -> None:
    assert list(script.day(PROVINCE, 1, calm=True)) == []


def test_a_faster_day_is_the_same_day_with_shorter_times() -> None:
    for slow, fast in zip(day(3), day(3, speed=60), strict=True):
        assert (slow.op, slow.target) == (fast.op, fast.target)
        assert fast.at == pytest.approx(slow.at / 60)


async def test_a_refusal_of_the_lab_is_told_and_the_day_goes_on() -> None:
    class Stubborn:
        """A lab somebody else is playing with."""

        def cut(self, target: str, how: str) -> None:
            raise Conflict(Text(vi="không", en=f"{target} is cut already"))

        def restore(self, target: str) -> None:
            """Agree."""

        def degrade(self, target: str, *, loss: float, delay: float, jitter: float) -> None:
            """Agree."""

        def clear(self, target: str | None) -> None:
            """Agree."""

    steps = [Step(0, "cut", "x", "far"), Step(0, "restore", "x")]
    said = [refusal async for _, refusal in script.play(steps, Stubborn())]
    assert [one and one.en for one in said] == ["x is cut already", None]


def test_a_province_of_one_line_has_a_day_too() -> None:
    tiny = synthetic.inventory(1, 1)
    assert len(list(islice(script.day(tiny, 1), 50))) == 50
