"""A storm falls on a simulated province; a real ledger and the real dispatcher tell a person."""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from alerts.telling import TellingPolicy, Way
from core.incident import Message, Purpose
from core.watching import Estate
from runtime.dispatcher import Dispatcher, DispatchOptions
from storage.ledger import Ledger
from tests.alerts.province import AT_ONCE, World, estate, sharing
from tests.runtime.test_dispatcher import Mouth

AS_SHIPPED = TellingPolicy(ways=(Way(name="mail"),), base_url="https://thongsuot.example.vn")
WITHIN = 9.5  # seconds in which all fall, or come back


@dataclass(slots=True)
class Province:
    """A world whose rows go into a ledger, and who tells of them. It is its own clock."""

    world: World
    ledger: Ledger
    mouth: Mouth = field(default_factory=Mouth)
    said_at: list[datetime] = field(default_factory=list)
    dispatcher: Dispatcher = field(init=False)
    written: int = 0

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(
            self.ledger,
            {"mail": self.mouth.outlet()},
            lambda: self.world.estate,
            self,
            told=asyncio.Event(),
            options=DispatchOptions(base_url="https://ts.example.vn", together=2),
            unrest=self.world.brain.unrest,
        )

    def now(self) -> datetime:
        return self.world.now

    def monotonic(self) -> float:
        return self.world.now.timestamp()

    async def run(self, seconds: float, changes: Iterable[tuple[float, str]] = ()) -> None:
        """Let time pass in steps of 0.2 s; `changes` are of what is cut, or mended if it was."""
        begun, coming = self.now(), iter(changes)
        ahead = next(coming, None)
        while self.now() < begun + timedelta(seconds=seconds):
            passed = (self.now() - begun).total_seconds()
            while ahead is not None and ahead[0] <= passed:
                self.world.dead ^= {ahead[1]}
                ahead = next(coming, None)
            self.world.run(0.2)
            for outcome in self.world.outcomes[self.written :]:
                if not outcome.empty:
                    await self.ledger.brain.commit(outcome, self.now())
            self.written = len(self.world.outcomes)
            await self.dispatcher.turn()
            await self.dispatcher.settled()
            self.said_at += [self.now()] * (len(self.mouth.said) - len(self.said_at))
        assert ahead is None, "all of it was changed"


def at_random(slugs: Iterable[str]) -> list[tuple[float, str]]:
    chance = random.Random(3)
    return sorted((chance.uniform(0.0, WITHIN), slug) for slug in slugs)


def shared() -> tuple[Estate, dict[str, list[str]]]:
    """Return 9 hubs and 144 communes whose lines, to hubs and to communes, three carriers share."""
    lines = [f"line{h}" for h in range(1, 10)]
    lines += [f"line-c{h}{k}" for h in range(1, 10) for k in range(1, 17)]
    carriers = {f"carrier:{n}": lines[n::3] for n in range(3)}
    return sharing(estate(hubs=9, communes=16), carriers), carriers


def named(messages: Iterable[Message]) -> list[int]:
    """Return how many incidents each message tells of."""
    return [len((m.data or {}).get("incidents", [m])) for m in messages]  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", [AS_SHIPPED, AT_ONCE], ids=["as shipped", "at once"])
async def test_a_person_hears_of_a_storm_once_and_of_its_end_once(
    sqlite_ledger: Ledger, policy: TellingPolicy
) -> None:
    what, carriers = shared()
    place = Province(World(what, policy), sqlite_ledger)
    await place.run(35)
    lines = [line for lines in carriers.values() for line in lines]
    await place.run(10, at_random(lines))
    last = place.now()
    await place.run(30)
    [told] = place.mouth.said
    assert named([told]) == [3]
    assert place.said_at[0] <= last + timedelta(seconds=10)
    assert sorted(i.root for i in place.world.brain.incidents) == sorted(carriers)
    await place.run(10, at_random(lines))
    await place.run(60)
    assert not place.world.brain.incidents
    assert named(place.mouth.said[1:]) == [3]


async def test_what_waits_for_minutes_is_one_message_too(sqlite_ledger: Ledger) -> None:
    lines = [f"line-c{h}{k}" for h in range(1, 5) for k in range(1, 9)]
    carriers = {f"carrier:{n}": lines[n::3] for n in range(3)}
    place = Province(
        World(sharing(estate(hubs=4, communes=8), carriers), AS_SHIPPED), sqlite_ledger
    )
    await place.run(35)
    await place.run(10, at_random(lines))
    await place.run(150)
    assert not place.mouth.said
    await place.run(60)
    assert named(place.mouth.said) == [3]


@pytest.mark.parametrize(
    "cut", [("line3",), ("core",), ("line3", "line4", "line5")], ids=["a line", "all", "three"]
)
async def test_a_cut_or_a_few_at_once_are_told_as_soon_as_they_are_known(
    sqlite_ledger: Ledger, cut: tuple[str, ...]
) -> None:
    place = Province(World(estate(hubs=9, communes=16), AT_ONCE), sqlite_ledger)
    await place.run(35)
    begun = place.now()
    await place.run(8, [(0.0, slug) for slug in cut])
    assert named(place.mouth.said) == [len(cut)]
    decided = max(i.decided_at for i in place.world.brain.incidents)
    assert place.said_at == [decided]
    assert decided <= begun + timedelta(seconds=5)


async def test_as_many_causes_as_lines_are_told_when_the_last_is_known(
    sqlite_ledger: Ledger,
) -> None:
    place = Province(World(estate(hubs=9, communes=16), AT_ONCE), sqlite_ledger)
    await place.run(35)
    lines = [f"line-c{h}{k}" for h in range(1, 10) for k in range(1, 17)]
    await place.run(10, at_random(lines))
    await place.run(40)
    assert named(place.mouth.said) == [len(lines)]
    assert {i.root for i in place.world.brain.incidents} == set(lines)


async def test_a_single_end_waits_for_no_storm(sqlite_ledger: Ledger) -> None:
    place = Province(World(estate(hubs=9, communes=16), AT_ONCE), sqlite_ledger)
    await place.run(35)
    await place.run(30, [(0.0, "line3")])
    mended = place.now()
    await place.run(15, [(0.0, "line3")])
    assert [m.subject.split()[0] for m in place.mouth.said] == ["SỰ", "KHÔI"]
    assert place.said_at[1] <= mended + timedelta(seconds=8)
    assert not [i for i in place.world.brain.incidents if i.root == "line3"]
    assert Purpose.RECOVERY in {n.purpose for n in place.world.notifications}
