"""An Internet line dies, and one of the public servers that it is asked by: who is told of what?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.brain import Brain
from collectors import any_of
from core.clock import SystemClock
from core.inventory import Inventory
from core.outcome import Memory
from core.reading import Failure, FailureKind, Reading
from core.status import Status
from core.watching import Check, Confirm, Estate
from inventory.compiled import LookingDefaults, compile_estate
from runtime.kit import make_kit
from runtime.transcripts import Run
from tests.alerts.province import AT_ONCE, CONTACT
from tests.collectors.land import Land, land
from tests.factories import DAWN
from tests.inventory.builders import ON, a_land, a_service

NEAR, FAR = "10.8.8.8", "10.1.1.1"
SILENT = Failure(FailureKind.TIMEOUT, "no answer")


@pytest.fixture
def world() -> Iterator[Land]:
    with land() as made:
        yield made


def once(estate: Estate, *targets: str) -> Estate:
    """Return the reach checks of these targets, a single failure of which counts."""
    kept = tuple(
        check.model_copy(
            update={"verify": None, "interval": 60.0, "confirm": Confirm(failures=1, window=1)}
        )
        for check in estate.checks
        if check.reach and check.target in targets
    )
    named = tuple(target for target in estate.targets if target.slug in targets)
    return estate.model_copy(update={"checks": kept, "targets": named})


async def asked(world: Land, check: Check) -> Reading:
    kit = make_kit(SystemClock(), world)
    quick = check.model_copy(update={"timeout": 0.4})
    reading = await any_of.look(quick, kit, Run(check.slug, DAWN))
    await kit.aclose()
    return reading


class Watch:
    """A brain that hears what the line's references say, and whether the rest answers."""

    def __init__(self, inventory: Inventory, *targets: str) -> None:
        self.estate = once(compile_estate(inventory, ON, LookingDefaults()), *targets)
        self.now = DAWN
        self.brain = Brain(self.estate, Memory(), AT_ONCE, [CONTACT], DAWN)

    async def minute(self, world: Land, *failing: str) -> None:
        self.now += timedelta(seconds=60)
        for check in self.estate.checks:
            reading = Reading(
                check.slug, "center", self.now, failure=SILENT if check.target in failing else None
            )
            if check.collector == "any_of":
                reading = replace(await asked(world, check), at=self.now)
            self.brain.feed([reading], self.now)
        for _ in range(30):
            self.now += timedelta(seconds=1)
            self.brain.tick(self.now)

    def status(self, slug: str) -> Status:
        return self.brain.states[slug].status


async def test_a_service_on_the_internet_falls_with_the_line_and_never_with_one_reference(
    world: Land,
) -> None:
    inventory = a_land(
        services=(
            a_service("internet", f"any:{NEAR},{FAR}", kind="other"),
            a_service("cong", "https://cong.example/", depends_on=("internet",)),
        )
    )
    watch = Watch(inventory, "internet", "cong")
    await watch.minute(world)
    assert (watch.status("internet"), watch.status("cong")) == (Status.UP, Status.UP)

    world.answer = lambda address, asked: None if address == NEAR else 0.0
    await watch.minute(world)
    assert (watch.status("internet"), watch.brain.incidents) == (Status.UP, ())

    world.answer = lambda address, asked: None
    await watch.minute(world, "cong")
    (incident,) = watch.brain.incidents
    assert incident.root == "internet"
    assert set(incident.present) == {"internet", "cong"}
    assert watch.status("cong") is Status.UNREACHABLE

    world.answer = lambda address, asked: 0.0
    await watch.minute(world)
    assert (watch.status("internet"), watch.status("cong")) == (Status.UP, Status.UP)


async def test_a_line_is_the_root_of_what_lies_behind_it_and_no_reference_is(world: Land) -> None:
    inventory = a_land()
    line = next(link for link in inventory.links if link.slug == "k-cum")
    several = line.model_copy(update={"address": f"any:{NEAR},{FAR}?need=2"})
    others = tuple(link for link in inventory.links if link.slug != line.slug)
    behind = several.far
    watch = Watch(inventory.model_copy(update={"links": (*others, several)}), line.slug, behind)
    await watch.minute(world)
    assert watch.status(line.slug) is Status.UP

    world.answer = lambda address, asked: None if address == FAR else 0.0
    await watch.minute(world, behind)  # one of two, where both are needed
    (incident,) = watch.brain.incidents
    assert incident.root == line.slug
    assert watch.status(behind) is Status.UNREACHABLE


async def test_nobody_who_can_ask_is_no_dead_line(world: Land) -> None:
    inventory = a_land(services=(a_service("internet", f"any:{NEAR},{FAR}", kind="other"),))
    watch = Watch(inventory, "internet")
    await watch.minute(world)
    world.raw_allowed = False  # this process may send no pings any more
    for _ in range(5):
        await watch.minute(world)
    assert watch.status("internet") is Status.UNKNOWN
    assert watch.brain.incidents == ()
