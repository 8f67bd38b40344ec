"""What people merge and split: real ledger and dispatcher; nobody is told twice, nor forgotten."""

from collections import Counter
from datetime import timedelta

import pytest

from core.errors import Conflict
from core.finding import CATEGORIES
from core.incident import Decision, NotificationState, Purpose
from core.inventory import Contact
from core.ticket import Step
from runtime.by_hand import ByHand
from runtime.pipeline import Outlets, Pipeline
from storage.findings import Stated
from storage.ledger import Ledger
from storage.tickets import Said
from tests.alerts.province import World, estate
from tests.runtime.test_dispatcher import LaterClock, Mouth, made, turned

WHY = Decision("lan", "cùng một sợi cáp", "192.0.2.9")
AN, BINH, TRUC = (
    Contact(slug="an", name="An", email="mouth@an.vn", unit="unit-hub1"),
    Contact(slug="binh", name="Bình", email="mouth@binh.vn", unit="unit-hub3"),
    Contact(slug="truc", name="Trực", email="mouth@truc.vn"),
)


class Land:
    """A world whose decisions go into a ledger, and whose messages leave by a channel."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.world = World(estate())
        policy = self.world.brain._policy.model_copy(
            update={
                "ways": (self.world.brain._policy.ways[0].model_copy(update={"name": "mouth"}),)
            }
        )
        self.world.brain._policy = policy
        self.world.brain._contacts = (AN, BINH, TRUC)
        self.mouth = Mouth()
        self.dispatcher = made(ledger, self.mouth, LaterClock())
        self.committed = 0

    async def run(self, seconds: float, *, tell: bool = True) -> None:
        self.world.run(seconds)
        for outcome in self.world.outcomes[self.committed :]:
            await self.ledger.brain.commit(outcome, self.world.now)
        self.committed = len(self.world.outcomes)
        if tell:
            await turned(self.dispatcher)

    async def decide(self, stays: str, gone: str) -> str:
        """Merge two open incidents, named by their roots; return the code that stays."""
        codes = {root: i.id for i in self.world.brain.incidents for root in i.roots}
        outcome = self.world.brain.merge(codes[stays], [codes[gone]], WHY, self.world.now)
        await self.ledger.brain.commit(outcome, self.world.now)
        return codes[stays]

    @property
    def heard(self) -> Counter[tuple[str, str]]:
        """Return who heard what how often."""
        return Counter((m.to.partition("@")[2], m.id.split(".")[1]) for m in self.mouth.said)


@pytest.fixture
async def land(ledger: Ledger) -> Land:
    made_up = Land(ledger)
    await made_up.run(40)
    made_up.world.cut("line1")
    await made_up.run(10, tell=False)
    return made_up


async def test_after_merging_nobody_hears_of_it_again_and_of_the_end_once(land: Land) -> None:
    land.world.cut("line3")
    await land.run(10)
    told = {("an.vn", "problem"): 1, ("binh.vn", "problem"): 1, ("truc.vn", "problem"): 2}
    assert land.heard == told
    await land.decide("line1", "line3")
    await land.run(30)
    assert land.heard == told
    land.world.mend("line3")
    await land.run(60)
    assert land.heard == told
    land.world.mend("line1")
    await land.run(60)
    ended = {(who, "recovery"): 1 for who in ("an.vn", "binh.vn", "truc.vn")}
    assert land.heard == told | ended
    assert any("Gồm cả các sự cố: SC-20261122-0002" in m.body for m in land.mouth.said)


async def test_who_was_to_be_told_of_the_other_is_told_of_the_one_that_stays(land: Land) -> None:
    await turned(land.dispatcher)
    land.world.cut("line3")
    await land.run(10, tell=False)  # their messages wait in the outbox
    stays = await land.decide("line1", "line3")
    await land.run(10)
    assert land.heard == {
        ("an.vn", "problem"): 1,
        ("binh.vn", "problem"): 1,
        ("truc.vn", "problem"): 1,
    }
    assert {m.id.split(".")[0] for m in land.mouth.said} == {stays}
    assert {n.recipient for n, _ in await land.ledger.outbox.for_incident(stays)} == {
        "an",
        "binh",
        "truc",
    }


async def test_links_tickets_and_who_has_it_go_over(land: Land) -> None:
    land.world.cut("line3")
    await land.run(10)
    ledger, now = land.ledger, land.world.now
    gone = next(i.id for i in land.world.brain.incidents if i.root == "line3")
    await ledger.tickets.report(gone, "VNPT", Said("lan", now))
    link = await ledger.links.ack_link(gone, "an", now, timedelta(hours=1))
    stays = await land.decide("line1", "line3")
    assert [t.step for t in await ledger.tickets.of(stays)] == [Step.REPORTED]
    await ledger.links.acknowledge(link, now, "", "")
    assert (await ledger.incidents.get(stays)).acked_by == "an"
    kinds = [note.kind for note in await ledger.incidents.notes(stays)]
    assert kinds.count("opened") == 2
    assert {"taken_in", "ticket_reported", "ack"} <= set(kinds)
    assert "taken_in_by" not in kinds  # a merge is told once, from the side that went on
    [row] = [r for r in await ledger.people.audit_rows() if r.action == "incident.merge"]
    assert (row.actor, row.subject, row.origin) == ("lan", stays, "192.0.2.9")
    assert row.detail == f"{gone}: cùng một sợi cáp"


async def test_a_cause_that_was_stated_before_merging_stands_for_the_one_that_stays(
    land: Land,
) -> None:
    land.world.cut("line3")
    await land.run(10)
    gone = next(i.id for i in land.world.brain.incidents if i.root == "line3")
    category = next(iter(CATEGORIES.values()))
    stated = Stated("lan", land.world.now, category, text="máy xúc làm đứt cáp")
    await land.ledger.findings.state([gone], stated)
    stays = await land.decide("line1", "line3")
    found = (await land.ledger.findings.latest([stays]))[stays]
    assert (found.category, found.text) == (category.slug, "máy xúc làm đứt cáp")


async def test_whoever_has_the_other_has_the_one_that_stays(land: Land) -> None:
    land.world.cut("line3")
    await land.run(10)
    gone = next(i.id for i in land.world.brain.incidents if i.root == "line3")
    await land.ledger.incidents.acknowledge(gone, "binh", land.world.now)
    stays = await land.decide("line1", "line3")
    assert (await land.ledger.incidents.get(stays)).acked_by == "binh"


async def test_a_message_that_is_claimed_meanwhile_goes_out_about_the_one_that_stays(
    land: Land,
) -> None:
    await turned(land.dispatcher)
    land.world.cut("line3")
    await land.run(10, tell=False)
    claimed = await land.ledger.outbox.claim("hub", LaterClock().now(), 10)
    stays = await land.decide("line1", "line3")
    for one in claimed:
        await land.dispatcher._carry([one])
    await land.run(10)
    assert land.heard[("binh.vn", "problem")] == 1
    assert land.heard[("truc.vn", "problem")] == 1
    assert {m.id.split(".")[0] for m in land.mouth.said} == {stays}


async def test_of_what_is_split_off_only_the_end_is_told_again(land: Land) -> None:
    await turned(land.dispatcher)
    land.world.cut("c11-gw")
    await land.run(20)
    told = {("an.vn", "problem"): 1, ("truc.vn", "problem"): 1}
    assert land.heard == told
    [one] = land.world.brain.incidents
    outcome = land.world.brain.split(one.id, "c11", WHY, land.world.now)
    await land.ledger.brain.commit(outcome, land.world.now)
    await land.run(30)
    assert land.heard == told
    land.world.mend("line1")
    await land.run(60)
    ended = {("an.vn", "recovery"): 1, ("truc.vn", "recovery"): 1}
    assert land.heard == told | ended
    land.world.mend("c11-gw")
    await land.run(60)
    # An looks after the hub alone, and heard of the commune's end as it was part of the hub's
    assert land.heard == told | {("an.vn", "recovery"): 1, ("truc.vn", "recovery"): 2}
    apart = await land.ledger.incidents.get(outcome.split_off[0][1])
    assert apart.recovered_at is not None
    rows = await land.ledger.outbox.for_incident(apart.id)
    assert NotificationState.FAILED not in {n.state for n, _ in rows}
    assert {n.purpose for n, _ in rows} >= {Purpose.PROBLEM, Purpose.RECOVERY}


async def test_decisions_reach_the_brain_between_batches_and_refusals_come_back(
    sqlite_ledger: Ledger,
) -> None:
    world = World(estate())
    world.run(40)
    world.cut("line1")
    world.run(10)
    for outcome in world.outcomes:
        await sqlite_ledger.brain.commit(outcome, world.now)
    heard: list[str] = []

    async def samples(_: object) -> None: ...

    outlets = Outlets(
        samples, lambda _: None, lambda events: heard.extend(e.kind for e in events), lambda: None
    )
    pipeline = Pipeline(world.brain, sqlite_ledger.brain, outlets, LaterClock(), "center")
    hand = ByHand(world.brain, pipeline)
    [one] = world.brain.incidents
    with pytest.raises(Conflict):
        await hand.merge(one.id, ["SC-1"], WHY)
    code = await hand.split(one.id, "c11", WHY)
    assert (await sqlite_ledger.incidents.get(code)).apart_from == one.id
    assert "incident" in heard
    await hand.merge(one.id, [code], WHY)
    assert (await sqlite_ledger.incidents.get(code)).merged_into == one.id
