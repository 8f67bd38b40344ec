"""What people merge and split stays so, whatever the engine finds out later."""

import random
from collections import Counter
from collections.abc import Iterable

import pytest

from alerts.brain import Brain
from core.errors import Conflict, Invalid, NotFound
from core.incident import Decision, Incident, IncidentState, Purpose
from core.outcome import Memory, TakenIn
from core.status import Status
from tests.alerts.province import AT_ONCE, World
from tests.alerts.test_brain import calm

WHY = Decision("lan", "cùng một sợi cáp")


def open_ones(world: World) -> dict[str, Incident]:
    return {i.root: i for i in world.brain.incidents}


def merge(world: World, stays: str, *others: str) -> Incident:
    """Merge open incidents, named by their roots."""
    known = open_ones(world)
    codes = [known[root].id for root in others]
    world.outcomes.append(world.brain.merge(known[stays].id, codes, WHY, world.now))
    return next(i for i in world.brain.incidents if i.id == known[stays].id)


def split(world: World, root: str, member: str) -> Incident:
    outcome = world.brain.split(open_ones(world)[root].id, member, WHY, world.now)
    world.outcomes.append(outcome)
    [(_, new)] = outcome.split_off
    return next(i for i in world.brain.incidents if i.id == new)


def again(world: World) -> None:
    """Go on as after a restart: with what the ledger holds alone."""
    memory = Memory(
        states=world.brain.states,
        streaks={k.check: k for o in world.outcomes for k in o.streaks},
        incidents=world.brain.incidents,
        observed_until={"center": world.now},
        incidents_today=len(world.incidents),
    )
    world.brain = Brain(world.estate, memory, AT_ONCE, world.contacts, world.now)


def two_lines_down(world: World) -> None:
    world.cut("line1")
    world.run(10)
    world.cut("line3")
    world.run(10)
    assert set(open_ones(world)) == {"line1", "line3"}


def test_two_that_are_one_trouble_recover_together_and_once() -> None:
    world = calm()
    two_lines_down(world)
    gone = open_ones(world)["line3"]
    kept = merge(world, "line1", "line3")
    assert kept.roots == ("line1", "line3")
    assert {"hub1", "c11", "hub3", "c34"} <= set(kept.present)
    assert world.outcomes[-1].taken_in == [TakenIn(gone.id, kept.id, by_hand=True)]
    assert [row.action for row in world.outcomes[-1].audit] == ["incident.merge"]
    ended = world.incidents[gone.id]
    assert (ended.state, ended.merged_into) == (IncidentState.MERGED, kept.id)
    world.mend("line1")
    world.run(60)
    assert world.told(Purpose.RECOVERY) == []
    [one] = world.brain.incidents
    assert (one.id, one.root) == (kept.id, "line3")  # it is named after what still fails
    assert "hub3" in one.present
    assert "hub1" not in one.present
    world.mend("line3")
    world.run(60)
    assert world.told(Purpose.RECOVERY) == ["line3"]
    assert world.incidents[kept.id].state is IncidentState.RECOVERED
    assert not world.brain.incidents


def test_a_root_that_fails_again_meanwhile_is_still_the_same_trouble() -> None:
    world = calm()
    two_lines_down(world)
    kept = merge(world, "line1", "line3")
    world.mend("line3")
    world.run(40)
    world.cut("line3")
    world.run(40)
    assert [i.id for i in world.brain.incidents] == [kept.id]
    assert "hub3" in world.brain.incidents[0].present


def test_a_root_found_above_one_of_them_joins_them() -> None:
    world = calm()
    world.cut("line-c11")
    world.run(10)
    world.cut("line3")
    world.run(10)
    kept = merge(world, "line-c11", "line3")
    world.cut("line1")  # now the commune's line says nothing any more
    world.run(60)
    assert {i.id for i in world.brain.incidents} == {kept.id}
    [one] = world.brain.incidents
    assert set(one.roots) == {"line-c11", "line3", "line1"}
    assert {"c11", "c12", "hub1", "hub3"} <= set(one.present)
    world.mend("line1", "line-c11")
    world.run(60)
    assert world.told(Purpose.RECOVERY) == []
    world.mend("line3")
    world.run(60)
    assert len(world.told(Purpose.RECOVERY)) == 1


def test_an_incident_that_turns_out_to_stand_above_one_speaks_for_all() -> None:
    world = calm()
    world.cut("line-c11")
    world.run(10)
    world.cut("line3")
    world.run(10)
    merge(world, "line-c11", "line3")
    world.cut("hub1-vc")
    world.run(10)
    world.cut("line1")
    world.run(60)
    world.mend("line-c11", "line3", "line1", "hub1-vc")
    world.run(90)
    assert not world.brain.incidents


def test_what_was_split_off_stays_apart_while_the_other_lasts_and_after_it() -> None:
    world = calm()
    world.cut("line1")
    world.run(20)
    world.cut("c11-gw")
    world.run(20)
    apart = split(world, "line1", "c11")
    assert apart.apart_from == open_ones(world)["line1"].id
    assert {"c11", "c11-gw", "c11-vc"} == set(apart.present)
    assert not set(apart.present) & set(open_ones(world)["line1"].present)
    assert world.outcomes[-1].split_off == [(apart.apart_from, apart.id)]
    again(world)
    world.run(120)
    assert {i.id for i in world.brain.incidents} == {apart.id, apart.apart_from}
    world.mend("line1")
    world.run(60)
    assert world.told(Purpose.RECOVERY) == ["line1"]
    [one] = world.brain.incidents
    assert one.id == apart.id
    assert world.told(Purpose.PROBLEM) == ["line1", one.root]
    world.mend("c11-gw")
    world.run(60)
    assert world.incidents[apart.id].state is IncidentState.RECOVERED
    assert len(world.told(Purpose.RECOVERY)) == 2
    assert not world.brain.incidents


def test_it_stays_apart_when_something_above_both_fails() -> None:
    world = calm()
    world.cut("line-c11", "line-c12", "line-c13")
    world.run(20)
    world.cut("line1")
    world.run(60)
    above = next(i for i in world.brain.incidents if "hub1" in i.present)
    apart = split(world, above.root, "c14")
    world.cut("core")
    world.run(90)
    held = next(i for i in world.brain.incidents if i.id == apart.id)
    assert "c14" in held.present
    assert all("c14" not in i.present for i in world.brain.incidents if i.id != apart.id)
    world.mend(*world.dead)
    world.run(120)
    assert not world.brain.incidents


def test_a_split_undoes_a_merge_and_a_merge_a_split() -> None:
    world = calm()
    two_lines_down(world)
    kept = merge(world, "line1", "line3")
    apart = split(world, "line1", "line3")
    world.run(30)
    assert {i.root for i in world.brain.incidents} == {"line1", "line3"}
    back = merge(world, "line1", "line3")
    world.run(30)
    assert back.id == kept.id
    assert world.incidents[apart.id].merged_into == kept.id
    assert [i.id for i in world.brain.incidents] == [kept.id]


def test_what_cannot_be_is_refused_and_changes_nothing() -> None:
    world = calm()
    two_lines_down(world)
    before = world.brain.incidents
    first, second = (i.id for i in before)
    brain, now = world.brain, world.now
    with pytest.raises(Conflict):
        brain.merge(first, [first], WHY, now)
    with pytest.raises(Conflict):
        brain.merge(first, [], WHY, now)
    with pytest.raises(Conflict, match="SC-1"):
        brain.merge(first, ["SC-1"], WHY, now)
    with pytest.raises(Invalid, match="reason"):
        brain.merge(first, [second], Decision("lan", "  "), now)
    with pytest.raises(NotFound):
        brain.split(first, "hub3", WHY, now)
    with pytest.raises(Conflict, match="root"):
        brain.split(first, "line1", WHY, now)
    with pytest.raises(Conflict):
        brain.split("SC-1", "hub1", WHY, now)
    assert world.brain.incidents == before


@pytest.mark.full
def test_whatever_falls_and_comes_back_decisions_hold_and_all_ends_once(*, full: bool) -> None:
    for seed in range(200 if full else 8):
        decisions_hold(seed)


def decisions_hold(seed: int) -> None:
    world = calm(seed=seed)
    choice = random.Random(seed)
    things = sorted(t.slug for t in world.estate.targets if t.kind in {"link", "device"})
    things = [slug for slug in things if slug not in {"core", "core2", "bridge"}]
    together: list[frozenset[str]] = []  # roots that were merged, as long as they are open
    for _ in range(14):
        match choice.random():
            case x if x < 0.45:
                world.cut(choice.choice(things))
            case x if x < 0.6 and world.dead:
                world.mend(choice.choice(sorted(world.dead)))
            case x if x < 0.8 and len(world.brain.incidents) > 1:
                stays, other = choice.sample([i.root for i in world.brain.incidents], 2)
                together.append(frozenset(merge(world, stays, other).roots))
            case _ if world.brain.incidents:
                one = choice.choice(world.brain.incidents)
                others = [m for m in one.present if m != one.root]
                if others:
                    split(world, one.root, choice.choice(others))
                    together.clear()  # it may have undone one of them
        if choice.random() < 0.3:
            again(world)
        world.run(5 + 30 * choice.random())
        stand_apart(world.brain.incidents)
        for roots in together:
            hold_together(world, roots)
    world.mend(*world.dead)
    world.run(150)
    assert not world.brain.incidents
    # the ports of a doubled line are not told again after a restart
    seen = {t.slug: world.status(t.slug) for t in world.estate.targets if "line2" not in t.slug}
    assert set(seen.values()) == {Status.UP}
    kinds = Counter(i.state for i in world.incidents.values())
    assert kinds[IncidentState.OPEN] == 0
    recovered = Counter(
        (n.incident, n.recipient) for n in world.notifications if n.purpose is Purpose.RECOVERY
    )
    assert all(count == 1 for count in recovered.values())
    assert len(recovered) == kinds[IncidentState.RECOVERED]


def stand_apart(incidents: Iterable[Incident]) -> None:
    """Say that nothing belongs to two incidents at once."""
    found = Counter(m for i in incidents for m in i.present)
    assert [m for m, n in found.items() if n > 1] == []


def hold_together(world: World, roots: frozenset[str]) -> None:
    """Say that no two incidents have roots that people have said to be one trouble."""
    having = [i.id for i in world.brain.incidents if roots & set(i.roots)]
    assert len(having) <= 1, (sorted(roots), having)
