"""The engine that goes on from fact to fact, against an oracle that knows nothing but the facts.

In random worlds with alternatives, addresses on lines, risk groups, and ports that are told of
truthfully (as of the line alone, or of whatever the port sees), or not at all. What is held of
every device, and every root with its begin, is compared whenever a world has come to rest. Not
covered: what is said before that, rooms, sites and services, hours, and whether roots that share a
group are its.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from alerts.places import HIDING
from core.incident import FLAPPING
from core.status import Status
from core.watching import Estate, TargetKind
from tests.alerts.oracle import ONE_EVENT, Oracle
from tests.alerts.province import World, estate, sharing

PORTS = ("of the line", "of what it sees", "untold")
GROUPS = {
    "ring:1": ("line-c11", "line-c12", "line-c13"),
    "pop:x": ("line-c13", "line-c21", "line-c22", "line1b"),
    "carrier:v": (*(f"line-c{h}{k}" for h in (1, 2) for k in (1, 2, 3)), "line1", "line2"),
}
POLL = timedelta(seconds=5)  # sooner than the next thing happens


class Polled(World):
    """A world whose ports are polled, each at a phase of its own, while their device answers."""

    def __init__(self, what: Estate, ports: str, seed: int) -> None:
        super().__init__(what, seed=seed)
        self._ports = ports
        lines = sorted(t.slug for t in what.targets if t.kind is TargetKind.LINK)
        self._due = {line: self.now + self._phase() for line in lines}

    def _phase(self) -> timedelta:
        return timedelta(seconds=self.random.uniform(0.0, POLL.total_seconds()))

    def rest(self, seconds: float) -> None:
        """Let time pass, and ports be told of."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.run(min(1.0, (end - self.now).total_seconds()))
            for line, due in self._due.items():
                if due <= self.now:
                    self._due[line] = due + POLL
                    self._tell(line)

    def _tell(self, line: str) -> None:
        target = self.by_slug[line]
        if self._ports == "untold" or not self.reachable(target.uplinks[0]):
            return
        seen = {line, *(target.members if self._ports == "of what it sees" else ())}
        self.report_port(line, up=self.dead.isdisjoint(seen))


def held(world: World) -> dict[str, str | None]:
    """Return who is held to be lost, and for what."""
    return {
        slug: state.cause
        for slug, state in world.brain.states.items()
        if state.status in HIDING and world.by_slug[slug].kind is TargetKind.DEVICE
    }


def same(world: World, cause: str | None, root: str) -> bool:
    """Say whether a cause is a root, or a group that it shares."""
    if cause == root or cause not in world.brain.topology.groups:
        return cause == root
    shared = {root, *world.by_slug[root].uplinks, world.by_slug[root].site}
    return not shared.isdisjoint(world.by_slug[cause].members)


def differences(world: World, oracle: Oracle) -> list[str]:
    """Return a sentence for all that the engine holds otherwise than the oracle."""
    wrong, engine = [], held(world)
    for slug in oracle.devices:
        blame, cause = oracle.blame(slug), engine.get(slug)
        if (blame is None) is not (slug not in engine):
            wrong.append(f"{slug}: held {cause}, by the facts {blame}")
        elif blame is not None and not same(world, cause, blame[0]):
            wrong.append(f"{slug}: lost with {cause}, by the facts with {blame[0]}")
    return [*wrong, *untrue(world, oracle.roots())]


def untrue(world: World, roots: dict[str, datetime]) -> Iterator[str]:
    """Yield a sentence for each root that is not told as it is, or told and none."""
    found = {i.root: i.began_at for i in world.brain.incidents if i.kind != FLAPPING}
    flapping = {i.root for i in world.brain.incidents if i.kind == FLAPPING}
    for root, since in roots.items():
        # a port is told of up to a poll later than what was silent with it, and may answer again
        if root in found and not -POLL <= found[root] - since <= ONE_EVENT:
            yield f"{root} began at {found[root]:%T}, by the facts at {since:%T}"
        elif root not in flapping and not any(same(world, one, root) for one in found):
            yield f"{root} is a root by the facts, and is not told"
    for told in found:
        if not any(same(world, told, root) for root in roots):
            yield f"{told} is told, and is no root by the facts"


def act(world: Polled, chance: random.Random) -> list[str]:
    """Break and mend a few things within a minute, none of them at once with another."""
    cuttable = sorted(
        t.slug for t in world.estate.targets if t.kind in {TargetKind.DEVICE, TargetKind.LINK}
    )
    done = []
    for _ in range(chance.randint(1, 3)):
        drawn = chance.random()
        if drawn < 0.25 and world.dead:
            what = chance.choice(sorted(world.dead))
            world.mend(what)
            done.append(f"{world.now:%T} mend {what}")
        else:
            near = ["hub1-gw", "line1", "line1b", "core", "core2"]  # where there is a choice
            what = chance.choice(near if drawn < 0.6 else cuttable)
            world.cut(what)
            done.append(f"{world.now:%T} cut {what}")
        world.rest(chance.choice([8.0, 15.0]))
    return done


def scene(seed: int) -> tuple[Polled, list[str], list[str]]:
    """Play one scene; return its world, what was done, and what was held wrongly."""
    chance = random.Random(seed)
    what = estate(hubs=2, communes=3, reserves=(1,), addressed=chance.random() < 0.5)
    if chance.random() < 0.5:
        what = sharing(what, GROUPS)
    world = Polled(what, chance.choice(PORTS), seed)
    world.rest(60)
    done, wrong = [world._ports], []
    for _ in range(2):
        done += act(world, chance)
        world.rest(60)
        wrong += differences(world, asked(world))
        world.rest(240)
    world.mend(*world.dead)
    world.rest(300)
    lines = {s for s in world.by_slug if world.brain.topology.is_link(s)}
    wrong += [
        f"{slug} stays {state.status}"
        for slug, state in world.brain.states.items()
        if state.status not in {Status.UP, *({Status.UNKNOWN} if slug in lines else ())}
        and (slug, state.reason) not in {(s, "reserve_line") for s in ("hub1",)}
    ]
    return world, done, wrong


def asked(world: World) -> Oracle:
    return Oracle(world.estate, world.brain._facts, world.brain._ports)


@pytest.mark.full
def test_the_engine_holds_what_follows_from_the_facts_alone(*, full: bool) -> None:
    told = []
    for seed in range(600 if full else 12):
        _, done, wrong = scene(seed)
        if wrong:
            told.append("\n  ".join([f"{seed}: {', '.join(done)}", *wrong]))
    assert not told, "\n".join(told)


def test_the_oracle_sees_what_the_engine_must_not_say() -> None:
    world = Polled(estate(hubs=2, communes=2, reserves=(1,)), "of the line", 1)
    world.rest(60)
    world.cut("hub1-gw")
    world.rest(60)
    assert list(asked(world).roots()) == ["hub1-gw"]
    world.cut("core")
    world.rest(60)
    assert sorted(asked(world).roots()) == ["core", "hub1-gw"]
    assert differences(world, asked(world)) == []
    state = world.brain.states["hub1-gw"]
    world.brain._states["hub1-gw"] = type(state)(
        "hub1-gw", Status.UNREACHABLE, state.since, "parent_failed", "line1b"
    )
    assert differences(world, asked(world)) == [
        "hub1-gw: lost with line1b, by the facts with hub1-gw"
    ]
