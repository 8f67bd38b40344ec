"""What becomes part of another trouble: several chains, a real ledger and dispatcher.

Whoever heard of a problem hears its end once, whatever it has become part of meanwhile; and what
people did about it is not lost.
"""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.telling import TellingPolicy, Way
from core.clock import SystemClock
from core.errors import Conflict
from core.finding import CATEGORIES
from core.incident import FLAPPING, Incident, IncidentState, Purpose
from core.inventory import Contact, EscalationStep
from core.silence import Scope
from core.watching import Estate, TargetKind
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.escalator import Escalator
from runtime.estate_feed import Edition
from storage.database import Database
from storage.findings import Stated
from storage.ledger import Ledger
from storage.silences import Wanted
from storage.tickets import Said
from tests.alerts.province import AT_ONCE, World, estate, sharing
from tests.alerts.test_thresholds import SLOW, Story
from tests.runtime.test_dispatcher import Mouth

WAY = (Way(name="mouth"),)
PEOPLE = tuple(
    Contact(slug=name, name=name.title(), email=f"mouth@{name}.vn", unit=unit)
    for name, unit in (
        ("sep", None),
        ("truc", None),
        ("kysu", "unit-hub2"),
        ("h1", "unit-hub1"),
        ("h2", "unit-hub2"),
        ("xa", "unit-c11"),
        ("khach", "unit-elsewhere"),
    )
)


def step(slug: str, contact: str, **fields: object) -> EscalationStep:
    return EscalationStep(slug=slug, name=slug, tell="contact", contact=contact, **fields)  # type: ignore[arg-type]


BY_UNIT = (
    step("tinh", "sep"),
    step("h1", "h1", unit="unit-hub1"),
    step("h2", "h2", unit="unit-hub2"),
    step("xa", "xa", unit="unit-c11"),
)
BY_SEVERITY = (
    step("nang", "truc", severities=("critical", "major")),
    step("nhe", "kysu", severities=("warning", "info")),
)
IN_PART = (step("h1", "khach", unit="unit-hub1"),)  # of the rest everybody concerned is told


class Moment(SystemClock):
    """The time of a world."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


class Land:
    """A world whose decisions go into a ledger, and whose messages leave by a channel."""

    def __init__(
        self,
        ledger: Ledger,
        steps: Sequence[EscalationStep],
        what: Estate | None = None,
        policy: TellingPolicy = AT_ONCE,
        seed: int = 1,
    ) -> None:
        self.ledger, self.mouth = ledger, Mouth()
        told_by = policy.model_copy(update={"ways": WAY})
        self.world = World(what or estate(hubs=2, communes=2), told_by, seed=seed)
        self.world.outcomes.append(
            self.world.brain.replace(
                self.world.estate, PEOPLE, self.world.now, escalations=tuple(steps)
            )
        )
        self.clock = Moment(self.world.now)
        edition = Edition(1, self.world.now.date(), self.world.estate, PEOPLE)
        self.dispatcher = Dispatcher(
            ledger,
            {"mouth": self.mouth.outlet()},
            lambda: self.world.estate,
            self.clock,
            told=asyncio.Event(),
            options=DispatchOptions(base_url="https://ts.example.vn"),
            escalation=Escalator(ledger.rota, lambda: edition, told_by),
        )
        self._committed = 0

    async def run(self, seconds: float) -> None:
        """Let time pass; the dispatcher looks once a second."""
        end = self.world.now + timedelta(seconds=seconds)
        while self.world.now < end:
            self.world.run(min(1.0, (end - self.world.now).total_seconds()))
            await self.keep()

    async def keep(self) -> None:
        """Write down what the brain concluded, and let what is due go out."""
        self.clock.at = self.world.now
        for outcome in self.world.outcomes[self._committed :]:
            await self.ledger.brain.commit(outcome, self.world.now)
        self._committed = len(self.world.outcomes)
        await self.dispatcher.turn()
        await self.dispatcher.settled()

    def code(self, root: str) -> str:
        return next(i.id for i in self.world.incidents.values() if i.root == root)

    async def incident(self, root: str) -> Incident:
        return await self.ledger.incidents.get(self.code(root))

    @property
    def heard(self) -> list[tuple[str, str, str]]:
        """Return who heard what of which incident, in order."""
        return [
            (m.to.partition("@")[2].partition(".")[0], m.id.split(".")[1], m.id.split(".")[0])
            for m in self.mouth.said
        ]

    def unheard(self) -> list[str]:
        """Return a sentence for each person who did not hear the end of what was told, once."""
        known, wrong = self.world.incidents, []
        times = Counter(self.heard)
        wrong += [f"{key} {count} times" for key, count in times.items() if count > 1]
        told = {(who, code) for who, purpose, code in times if purpose == Purpose.PROBLEM}
        ends = {(who, code) for who, purpose, code in times if purpose == Purpose.RECOVERY}
        due = set()
        for who, code in told:
            heir = known[code]
            while heir.state is IncidentState.MERGED:
                heir = known[heir.merged_into or ""]
            if heir.state is IncidentState.RECOVERED:
                due.add((who, heir.id))
            elif heir.kind != FLAPPING:
                wrong.append(f"{heir.id} of {who} is open")
        wrong += [f"{who} never heard the end of {code}" for who, code in sorted(due - ends)]
        return wrong + [f"{who} heard the end of {code}" for who, code in sorted(ends - due)]


async def test_who_heard_by_another_chain_hears_the_end_of_what_it_became_part_of(
    ledger: Ledger,
) -> None:
    land = Land(ledger, BY_UNIT)
    await land.run(40)
    land.world.cut("line1")
    await land.run(10)
    land.world.cut("core")
    await land.run(30)
    line, core = land.code("line1"), land.code("core")
    told = [("h1", "problem", line), ("sep", "problem", core)]
    assert land.heard == told
    land.world.mend("core", "line1")
    await land.run(60)
    assert sorted(land.heard[2:]) == [("h1", "recovery", core), ("sep", "recovery", core)]
    assert all(f"Gồm cả các sự cố: {line}" in m.body for m in land.mouth.said[2:])


async def test_so_does_who_heard_by_a_chain_where_the_rest_has_none(ledger: Ledger) -> None:
    land = Land(ledger, IN_PART)
    await land.run(40)
    land.world.cut("line1")
    await land.run(10)
    assert [who for who, _, _ in land.heard] == ["khach"]
    land.world.cut("core")
    await land.run(30)
    land.world.mend("core", "line1")
    await land.run(60)
    assert land.unheard() == []
    assert {who for who, purpose, _ in land.heard if purpose == "recovery"} >= {"khach", "sep"}


async def test_so_does_who_heard_of_a_slow_line_that_broke(sqlite_ledger: Ledger) -> None:
    story = Story(SLOW, chains=BY_SEVERITY)
    story.pass_time(5, story.rtt(0.2))
    story.cut("c11-gw")
    story.pass_time(3)
    story.dead.clear()
    story.pass_time(5, story.rtt(0.05))
    land = Land(sqlite_ledger, BY_SEVERITY)
    land.world.outcomes[:] = []
    for outcome in story.outcomes:
        land.world.outcomes.append(outcome)
        land.world.now = max([land.world.now, *(n.due_at for n in outcome.notifications)])
        for _ in range(3):
            await land.keep()
    slow, broken = sorted(land.world.incidents)
    assert (await sqlite_ledger.incidents.get(slow)).merged_into == broken
    assert land.unheard() == []
    assert ("kysu", "recovery", broken) in land.heard


def regrouped() -> Estate:
    """Return an estate in which an endpoint hangs on the line beside its gateway."""
    what = estate(hubs=2, communes=2)
    targets = tuple(
        t.model_copy(update={"uplinks": ("line-c11",)}) if t.slug == "c11-vc" else t
        for t in what.targets
    )
    return what.model_copy(update={"targets": targets})


async def renamed(ledger: Ledger) -> Land:
    """Return a land whose line was blamed, of which its gateway is about to be found dead."""
    land = Land(ledger, BY_UNIT, regrouped())
    await land.run(40)
    land.world.cut("c11-gw", "c11-vc")
    await land.run(20)
    assert land.code("line-c11")
    return land


async def test_what_people_did_goes_over_to_the_same_trouble_by_a_better_name(
    ledger: Ledger,
) -> None:
    land = await renamed(ledger)
    line, now = land.code("line-c11"), land.world.now
    await ledger.incidents.acknowledge(line, "an", now)
    await ledger.tickets.report(line, "VNPT", Said("an", now))
    await ledger.findings.state([line], Stated("an", now, CATEGORIES["own-cable"]))
    silence, _ = await ledger.silences.add(
        Wanted(now, now + timedelta(hours=2), "Chờ vật tư", Scope(incidents=(line,))), "an", now
    )
    land.world.mend("c11-vc")
    await land.run(30)
    gateway = await land.incident("c11-gw")
    assert (await ledger.incidents.get(line)).merged_into == gateway.id
    assert gateway.acked_by == "an"
    assert [t.carrier for t in await ledger.tickets.of(gateway.id)] == ["VNPT"]
    assert (await ledger.silences.get(silence.id)).incidents == (line, gateway.id)
    assert (await ledger.findings.latest([gateway.id]))[gateway.id].category == "own-cable"
    assert land.heard == [("xa", "problem", line)]  # nobody is called for what An has
    land.world.mend("c11-gw")
    await land.run(60)
    assert land.unheard() == []


async def test_the_link_of_the_first_message_takes_on_what_it_became_part_of(
    ledger: Ledger,
) -> None:
    land = await renamed(ledger)
    link = await ledger.links.ack_link(
        land.code("line-c11"), "xa", land.world.now, timedelta(hours=1)
    )
    land.world.mend("c11-vc")
    await land.run(30)
    await ledger.links.acknowledge(link, land.world.now)
    assert (await land.incident("c11-gw")).acked_by == "xa"
    with pytest.raises(Conflict):
        await ledger.links.acknowledge(link, land.world.now)


async def test_who_looks_after_a_commune_has_not_taken_on_the_hub_above_it(
    ledger: Ledger,
) -> None:
    land = Land(ledger, BY_UNIT)
    await land.run(40)
    land.world.cut("line-c11")
    await land.run(10)
    commune, now = land.code("line-c11"), land.world.now
    await ledger.incidents.acknowledge(commune, "an", now)
    await ledger.tickets.report(commune, "VNPT", Said("an", now))
    await ledger.silences.add(
        Wanted(now, now + timedelta(hours=2), "Chờ vật tư", Scope(incidents=(commune,))), "an", now
    )
    land.world.cut("line1")
    await land.run(20)
    hub = await land.incident("line1")
    assert (await ledger.incidents.get(commune)).merged_into == hub.id
    assert hub.acked_by is None
    assert ("h1", "problem", hub.id) in land.heard
    assert len(await ledger.tickets.of(hub.id)) == 1
    land.world.mend("line1", "line-c11")
    await land.run(60)
    assert land.unheard() == []


GROUPS = {
    "ring:1": ("line-c11", "line-c12", "line-c13"),
    "pop:x": ("line-c21", "line-c22", "line2", "line1b"),
}
SHARED = sharing(estate(hubs=2, communes=3, reserves=(1,), addressed=True), GROUPS)
CUTTABLE = sorted(t.slug for t in SHARED.targets if t.kind in {TargetKind.DEVICE, TargetKind.LINK})
UNHURRIED = AT_ONCE.model_copy(
    update={"delays": {**AT_ONCE.delays, "link_site": 20.0, "site": 20.0, "device": 30.0}}
)


async def scene(ledger: Ledger, seed: int, steps: Sequence[EscalationStep]) -> Land:
    chance = random.Random(seed)
    policy = chance.choice((AT_ONCE, UNHURRIED))
    land = Land(ledger, steps, SHARED, policy, seed=seed)
    await land.run(40)
    for _ in range(chance.randint(2, 6)):
        drawn = chance.random()
        if drawn < 0.25:
            land.world.cut(*chance.choice(list(GROUPS.values())))
        elif drawn < 0.75:
            land.world.cut(*chance.sample(CUTTABLE, chance.randint(1, 2)))
        else:
            land.world.mend(*chance.sample(sorted(land.world.dead), min(2, len(land.world.dead))))
        await land.run(chance.choice([0.4, 1, 2, 3, 5, 10, 30, 70]))
    await land.run(30)
    land.world.mend(*land.world.dead)
    await land.run(250)
    return land


@pytest.mark.full
@pytest.mark.parametrize("name", ["by unit", "by severity", "in part", "none"])
async def test_in_random_scenes_whoever_heard_of_a_problem_hears_its_end_once(
    name: str, sqlite_url: str, tmp_path: Path, *, full: bool
) -> None:
    steps = {"by unit": BY_UNIT, "by severity": BY_SEVERITY, "in part": IN_PART, "none": ()}[name]
    wrong = []
    for seed in range(50 if full else 3):
        file = shutil.copy(sqlite_url.removeprefix("sqlite:///"), tmp_path / f"{seed}.db")
        ledger = Ledger(Database(f"sqlite:///{file}", lasting=False), None, SystemClock())
        land = await scene(ledger, seed, steps)
        wrong += [f"{seed}: {sentence}" for sentence in land.unheard()]
        await ledger.aclose()
    assert not wrong, "\n".join(wrong)
