"""One cut, one true message, one recovery: on real lines, in each of the four ways to break."""

from itertools import cycle

import pytest

from benchmarks.scenario import KINDS, Stage, cuts, one_cut, scenes, settled, soak, staged
from core.inventory import Link

pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]


async def test_each_kind_of_cut_gives_one_true_message_and_one_recovery() -> None:
    async with staged(hubs=2, communes=4) as stage:
        inventory = stage.lab.inventory
        hub_line = _line_to_a_hub(stage)
        commune_line = next(line for line in inventory.links if line.near == hub_line.far)
        for how, line in zip(KINDS, cycle((hub_line, commune_line)), strict=False):
            cut = await one_cut(stage, line, how, inventory)
            assert cut.right, cut
            assert (cut.problems, cut.recoveries) == (1, 1), cut
            await settled(stage)


@pytest.mark.full
async def test_loss_that_begins_at_once_on_every_hub_line_takes_nobody_down(*, full: bool) -> None:
    hubs, communes, seconds = (11, 111, 3600.0) if full else (2, 4, 40.0)
    async with staged(hubs, communes) as stage:
        outcome = await soak(stage, stage.lab.inventory, seconds, 0.2)
        assert outcome["down"] == 0, outcome
        assert outcome["messages"] == 0, outcome


@pytest.mark.full
async def test_every_random_cut_is_told_truly_once_and_in_time(*, full: bool) -> None:
    hubs, communes, count = (11, 111, 30) if full else (3, 6, 2)
    async with staged(hubs, communes) as stage:
        outcome = await cuts(stage, stage.lab.inventory, count, seed=2026)
        assert outcome["root_right"] == count, outcome
        assert outcome["one_problem"] == outcome["one_recovery"] == count, outcome


@pytest.mark.full
async def test_what_is_told_of_random_scenes_is_true(*, full: bool) -> None:
    hubs, communes, count, seed = (11, 88, 200, 7) if full else (2, 8, 2, 30)
    async with staged(hubs, communes) as stage:
        outcome = await scenes(stage, stage.lab.inventory, count, seed)
        assert outcome["messages_right"] == outcome["messages"], outcome
        assert outcome["told_of"] == outcome["first_right"], outcome
        # A machine busy with other tests may be late; it must not say anything false for that.
        wrong = [said for said in sentences(outcome) if full or "nobody was told" not in said]
        assert not wrong, outcome


def sentences(outcome: dict[str, object]) -> list[str]:
    found = outcome["wrong"]
    assert isinstance(found, list)
    return [said for scene in found for said in scene["what"]]


def _line_to_a_hub(stage: Stage) -> Link:
    nears = {line.near for line in stage.lab.inventory.links}
    return next(line for line in stage.lab.inventory.links if line.far in nears)
