"""Codec and bridge tell of one call, over emulators of one world: their legs are joined."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from alerts.both_ends import End, of_ends
from alerts.legs import Legs
from alerts.topology import Topology
from core.callquality import Grade
from core.collector import Kit
from core.inventory import EPOCH
from core.watching import Check, TargetKind
from inventory.compiled import LookingDefaults, compile_estate
from lab import serving, synthetic
from lab.calls import Calls
from lab.emulators.answering import Stage
from lab.emulators.serving import served
from lab.world import World
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import BRIDGE, CONFERENCE, FABRIC, FAMILIES, ROOM, Family, Purse
from tests.factories import DAWN, FakeClock, a_check

CODECS = [one for one in FAMILIES if one.name in {"cisco_codec roomos11", "poly_videoos"}]
BRIDGES = [one for one in FAMILIES if one.is_bridge and one.media]
FURNISHED = synthetic.inventory(3, 9)
LAND = Topology(
    compile_estate(
        FURNISHED.model_copy(update={"rooms": serving.rooms(FURNISHED, EPOCH)}),
        DAWN.date(),
        LookingDefaults(),
    )
)
PLACE = next(
    t.slug for t in LAND.targets.values() if t.kind is TargetKind.ROOM and ROOM in t.members
)


@dataclass
class Two:
    """A codec and a bridge in one world, each asked by its own collector."""

    clock: FakeClock
    world: World
    calls: Calls
    kit: Kit
    asked: list[tuple[Family, Check]]
    legs: Legs

    async def look(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for family, check in self.asked:
            _, reading = await look_once(family.collector, check, self.kit)
            assert reading.ok, reading.failure
            self.legs.hear([reading])

    def degrade(self, loss: float) -> None:
        self.calls.settle()
        self.world = self.world.degrade(FABRIC.line(FABRIC.devices[ROOM].site), DAWN, loss=loss)


@asynccontextmanager
async def two(codec: Family, bridge: Family) -> AsyncIterator[Two]:
    clock, worlds = FakeClock(), [World(FABRIC)]
    made: list[Two] = []
    calls = Calls(lambda: made[0].world if made else worlds[0], clock)
    kit = make_kit(clock, secrets=Purse(codec.secret))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(kit.aclose)
        asked = []
        for family, device in ((codec, ROOM), (bridge, BRIDGE)):
            port = await stack.enter_async_context(
                served(family.emulator(Stage(calls, clock, device)))
            )
            params = {"port": port, "scheme": "http", **family.params}
            check = a_check(
                device,
                family.collector.name,
                address="127.0.0.1",
                timeout=5.0,
                secret="login",
                params=params,
            )
            asked.append((family, check))
        made.append(Two(clock, worlds[0], calls, kit, asked, Legs()))
        yield made[0]


@pytest.mark.parametrize("bridge", BRIDGES, ids=str)
@pytest.mark.parametrize("codec", CODECS, ids=str)
async def test_the_two_ends_of_a_call_are_joined_and_agree_with_the_truth(
    codec: Family, bridge: Family
) -> None:
    async with two(codec, bridge) as at:
        at.calls.join(ROOM, CONFERENCE)
        await at.look(15)
        at.degrade(0.06)
        for _ in range(3):
            await at.look(15)
        now = at.clock.now()
        near = at.legs.of_room(ROOM, now)
        far = at.legs.of_bridge(PLACE, TargetKind.ROOM, LAND.callers, now, BRIDGE)
        assert near is not None
        assert far is not None
        for leg in (near, far):
            for stream in leg.streams:
                if stream.loss is not None:
                    assert stream.loss == pytest.approx(0.06, abs=0.005)
        assert {one.direction for one in near.streams} == {"rx", "tx"}
        found = of_ends(near, far, None, at.legs.bands)
        assert found is not None
        assert (found.verdict.grade, set(found.ends)) == (Grade.BAD, {End.ROOM, End.BRIDGE})
        assert found.lasts
        at.calls.leave(ROOM)
        await at.look(15)
        now = at.clock.now()
        assert at.legs.of_room(ROOM, now) is None
        assert at.legs.of_bridge(PLACE, TargetKind.ROOM, LAND.callers, now, BRIDGE) is None
        assert at.legs.has_left(PLACE, TargetKind.ROOM, LAND.callers, now)
