"""Whole stories: a world is broken and mended, and the brain hears of it as the sweep tells."""

from datetime import timedelta

import pytest

from alerts.brain import Brain
from core.incident import IncidentState, Purpose
from core.outcome import Memory
from core.status import Status, Streak, Verdict
from tests.alerts.province import AT_ONCE, World, estate
from tests.factories import DAWN, bad, good


def calm(**options: object) -> World:
    world = World(estate(reserves=(2,)), **options)  # type: ignore[arg-type]
    world.report_port("line2", up=True)
    world.report_port("line2b", up=True)
    world.run(40)
    assert not world.incidents
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}
    return world


@pytest.mark.parametrize("line", ["line1", "line3", "line-c11", "line-c34"])
def test_a_cut_line_is_the_root_at_the_first_message_and_takes_its_subtree_with_it(
    line: str,
) -> None:
    world = calm()
    cut_at = world.now
    world.cut(line)
    world.run(6, until=lambda: bool(world.notifications))
    assert world.now - cut_at <= timedelta(seconds=5)
    assert world.told(Purpose.PROBLEM) == [line]
    first = next(iter(world.incidents.values()))
    lost = {
        t.slug for t in world.estate.targets if t.kind != "site" and not world.reachable(t.slug)
    }
    assert {m for m in first.present if world.by_slug[m].kind != "site"} == lost
    world.run(60)
    assert world.told(Purpose.PROBLEM) == [line]
    world.mend(line)
    world.run(60)
    assert world.told(Purpose.PROBLEM) == world.told(Purpose.RECOVERY) == [line]
    assert [i.state for i in world.incidents.values()] == [IncidentState.RECOVERED]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


@pytest.mark.parametrize("seed", range(20))
def test_thirty_random_cuts_each_give_one_problem_and_one_recovery(seed: int) -> None:
    world = calm(seed=seed)
    lines = sorted(t.slug for t in world.estate.targets if t.kind == "link" and "2" not in t.slug)
    told = []
    for _ in range(3):
        line = world.random.choice(lines)
        world.cut(line)
        told.append(line)
        world.run(20 + world.random.random() * 30)
        world.mend(line)
        world.run(40)
    assert world.told(Purpose.PROBLEM) == world.told(Purpose.RECOVERY) == told


def test_a_dead_endpoint_is_its_own_root_and_only_reduces_its_site() -> None:
    world = calm()
    world.cut("c11-vc")
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["c11-vc"]
    assert world.status("c11-vc") is Status.DOWN
    assert world.status("c11") is Status.DEGRADED


def test_a_hub_with_two_lines_that_falls_silent_is_dead_itself() -> None:
    world = calm()
    world.cut("hub2-gw")
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["hub2-gw"]
    assert world.status("hub2") is Status.DOWN
    assert world.status("c21") is Status.UNREACHABLE


@pytest.mark.parametrize("addresses", [True, False])
@pytest.mark.parametrize("lost", ["core", "line2"])
def test_a_dead_hub_stays_the_root_when_one_of_its_ways_is_lost_later(
    lost: str, *, addresses: bool
) -> None:
    world = addressed() if addresses else calm()
    world.cut("hub2-gw")
    world.run(20)
    for line in ("line2", "line2b"):  # they end at the carrier's box
        world.report_port(line, up=True)
    world.run(40)
    world.cut(lost)
    if lost == "line2":
        world.report_port("line2", up=False)
    world.run(60)
    assert world.told(Purpose.PROBLEM) == ["hub2-gw", lost]
    assert world.status("hub2-gw") is Status.DOWN
    assert world.status("line2b") in {Status.UP, Status.UNKNOWN}  # it was silent with its hub
    begun = {i.root: i.began_at - world.begun for i in world.brain.incidents}
    assert begun[lost] - begun["hub2-gw"] > timedelta(seconds=59)
    for mended in (lost, "hub2-gw"):
        world.mend(mended)
        world.run(10)
        for line in ("line2", "line2b"):
            world.report_port(line, up=True)
        world.run(50)
    assert world.told(Purpose.PROBLEM) == ["hub2-gw", lost]
    assert world.told(Purpose.RECOVERY) == [lost, "hub2-gw"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


def test_a_line_that_is_shut_after_its_hub_has_died_is_a_trouble_of_its_own_and_no_other() -> None:
    world = calm()
    world.cut("hub2-gw")
    world.run(0.4)
    for line in ("line2", "line2b"):
        world.report_port(line, up=False)
    world.run(60)
    world.report_port("line2", up=False, enabled=False)
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["hub2-gw", "line2"]
    [shut] = [i for i in world.brain.incidents if i.root == "line2"]
    assert shut.cause == "port_admin_down"
    assert shut.began_at - world.begun > timedelta(seconds=90)


def test_a_line_of_whose_port_nobody_tells_does_not_stay_down_for_ever() -> None:
    world = World(estate(hubs=1, communes=1, reserves=(1,)))
    world.run(35)
    world.cut("core")
    world.run(30)
    world.cut("line1b")
    world.run(30)
    assert world.told(Purpose.PROBLEM) == ["core", "line1b"]
    world.mend("core", "line1b")
    world.run(30)
    assert world.status("line1b") is Status.DOWN  # its port may be told of at any moment
    world.run(240)
    assert {world.status(line) for line in ("line1", "line1b")} == {Status.UNKNOWN}
    assert world.told(Purpose.RECOVERY) == ["core", "line1b"]
    assert not world.brain.incidents
    [ended] = [i for i in world.incidents.values() if i.root == "line1b"]
    assert ended.recovered_at == world.brain.states["hub1-gw"].since  # when what it took was back


def test_a_line_that_was_down_is_held_so_after_a_restart_until_its_port_is_told_of() -> None:
    world = World(estate(hubs=1, communes=1, reserves=(1,)))
    world.run(35)
    world.cut("line1")
    world.report_port("line1", up=False)
    world.run(300)
    memory = Memory(
        states=world.brain.states,
        streaks={k.check: k for o in world.outcomes for k in o.streaks},
        incidents=world.brain.incidents,
        observed_until={"center": world.now},
    )
    again = World(world.estate, memory=memory, now=world.now, dead=["line1"])
    again.run(60)
    assert again.status("line1") is Status.DOWN
    again.report_port("line1", up=False)
    again.run(300)
    assert [i.root for i in again.brain.incidents] == ["line1"]
    assert not again.notifications


def test_a_broken_line_beside_a_working_one_is_an_incident_of_its_own() -> None:
    world = calm()
    world.cut("line2")
    world.report_port("line2", up=False)
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["line2"]
    assert world.status("line2") is Status.DOWN
    assert world.status("hub2-gw") is Status.UP
    assert world.status("hub2") is Status.DEGRADED
    assert world.status("c21") is Status.UP
    world.run(120)
    world.cut("line2b")
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["line2", "line2b"]
    assert world.status("c21") is Status.UNREACHABLE
    assert world.brain.states["c21"].cause == "line2b"


def test_what_is_still_dead_after_the_roots_recovery_becomes_an_incident_of_its_own() -> None:
    world = calm()
    world.cut("line1")
    world.run(20)
    world.cut("c11-gw")
    world.run(60)
    assert world.told(Purpose.PROBLEM) == ["line1"]
    world.mend("line1")
    world.run(30)
    assert world.told(Purpose.RECOVERY) == ["line1"]
    assert world.told(Purpose.PROBLEM) == ["line1", "line-c11"]
    assert world.status("c12") is Status.UP


@pytest.mark.parametrize("seed", [3, 9])
def test_what_comes_back_later_than_its_line_is_awaited_though_the_line_loses_packets(
    seed: int,
) -> None:
    world = calm(seed=seed)
    world.cut("line-c11")
    world.run(15)
    world.cut("c11-vc")
    world.loss["c11-gw"] = 0.3
    world.mend("line-c11")
    world.run(2)
    world.mend("c11-vc")
    world.run(60)
    assert world.told(Purpose.PROBLEM) == world.told(Purpose.RECOVERY) == ["line-c11"]


def test_loss_that_begins_this_minute_wakes_nobody_and_degrades_in_time() -> None:
    world = calm()
    for slug in world.by_slug:
        if slug.startswith(("hub1", "c1")):
            world.loss[slug] = 0.36
    world.run(600)
    assert not world.incidents
    assert world.status("hub1-gw") is Status.DEGRADED
    assert not [t for t in world.transitions if t.new in {Status.DOWN, Status.UNREACHABLE}]


def test_a_line_behind_a_lossy_hub_stays_up_while_the_hub_hesitates() -> None:
    land = estate(hubs=1, communes=1)
    lossy = {
        f"{slug}/icmp": Streak(
            f"{slug}/icmp",
            Verdict.LOSSY if slug != "core" else Verdict.OK,
            since=DAWN,
            good_at=DAWN,
            last_ok=DAWN,
            last_at=DAWN,
            loss=0.2 if slug != "core" else 0.0,
        )
        for slug in ("core", "hub1-gw", "c11-gw")
    }
    brain = Brain(land, Memory(streaks=lossy), AT_ONCE, (), DAWN)
    brain.feed([good("hub1-gw/icmp", DAWN), good("c11-gw/icmp", DAWN)], DAWN)
    assert brain.states["line1"].status is Status.DEGRADED
    assert brain.states["line-c11"].status is Status.UP
    later = DAWN + timedelta(seconds=5)
    brain.feed([bad("hub1-gw/icmp", later), good("c11-vc/icmp", later)], later)
    assert brain.states["c11-vc"].status is Status.UP
    assert brain.states["line-c11"].status is Status.UP


def addressed() -> World:
    world = World(estate(reserves=(2,), addressed=True))
    world.report_port("line2", up=True)
    world.report_port("line2b", up=True)
    world.run(40)
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}
    return world


def test_a_line_with_an_address_of_its_own_is_found_broken_while_the_other_carries() -> None:
    world = addressed()
    world.cut("line2")
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["line2"]
    assert world.status("hub2-gw") is Status.UP
    assert world.status("hub2") is Status.DEGRADED
    assert world.status("line2b") is Status.UP
    world.mend("line2")
    world.run(30)
    assert world.told(Purpose.RECOVERY) == ["line2"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


def test_the_silence_of_both_lines_and_of_their_hub_at_once_is_the_hub() -> None:
    world = addressed()
    world.cut("hub2-gw")
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["hub2-gw"]
    assert {world.status(s) for s in ("line2", "line2b")} == {Status.UNKNOWN}
    world.mend("hub2-gw")
    world.run(40)
    assert world.told(Purpose.PROBLEM) == world.told(Purpose.RECOVERY) == ["hub2-gw"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


@pytest.mark.parametrize("addresses", [True, False])
@pytest.mark.parametrize("first", [0.1, 1.0, 6.0])
def test_the_ports_of_both_lines_that_die_with_their_hub_are_no_troubles_of_their_own(
    first: float, *, addresses: bool
) -> None:
    world = addressed() if addresses else calm()
    world.cut("hub2-gw")
    world.run(first)
    world.report_port("line2", up=False)
    world.run(0.4)
    world.report_port("line2b", up=False)
    world.run(30)
    assert world.told(Purpose.PROBLEM) == ["hub2-gw"]
    world.mend("hub2-gw")
    world.report_port("line2", up=True)
    world.report_port("line2b", up=True)
    world.run(40)
    assert world.told(Purpose.PROBLEM) == world.told(Purpose.RECOVERY) == ["hub2-gw"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


def test_the_second_line_to_break_takes_the_hub_with_it_and_is_named() -> None:
    world = addressed()
    world.cut("line2")
    world.run(60)
    world.cut("line2b")
    world.run(20)
    assert world.told(Purpose.PROBLEM) == ["line2", "line2b"]
    assert world.brain.states["c21"].cause == "line2b"
    world.mend("line2")
    world.run(40)
    assert world.status("c21") is Status.UP
    assert world.told(Purpose.RECOVERY) == ["line2"]
    assert [i.root for i in world.brain.incidents] == ["line2b"]
    world.mend("line2b")
    world.run(40)
    assert world.told(Purpose.PROBLEM) == ["line2", "line2b"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


def test_a_dead_port_with_nothing_silent_behind_it_is_not_believed() -> None:
    world = addressed()
    world.report_port("line-c11", up=False)
    world.run(20)
    assert not world.incidents


def test_a_dead_port_names_the_cause_and_hastens_the_root() -> None:
    world = addressed()
    world.cut("line-c11")
    world.run(2.5)
    world.report_port("line-c11", up=False, enabled=False)
    world.run(10)
    [incident] = world.incidents.values()
    assert (incident.root, incident.cause) == ("line-c11", "port_admin_down")


def test_what_a_port_said_before_its_device_was_cut_off_is_not_believed_after_it() -> None:
    world = calm()
    world.cut("line-c11")
    world.report_port("line-c11", up=False)
    world.run(6)
    world.cut("line1")
    world.run(12)
    world.mend("line-c11")
    world.run(5)
    world.mend("line1")
    world.run(40)
    assert world.told(Purpose.PROBLEM) == ["line-c11", "line1"]
    assert world.told(Purpose.RECOVERY) == ["line1"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


def test_a_port_that_stays_up_is_told_of_when_it_is_seen() -> None:
    world = addressed()
    world.cut("line-c11")
    world.run(10)
    world.report_port("line-c11", up=True)
    world.run(5)
    [incident] = world.brain.incidents
    assert incident.cause == "port_up_silent"
    assert world.told(Purpose.PROBLEM) == ["line-c11"]


def test_an_endpoint_that_still_answers_clears_the_line_and_blames_the_gateway() -> None:
    what = estate()
    targets = tuple(
        t.model_copy(update={"uplinks": ("line-c11",)}) if t.slug == "c11-vc" else t
        for t in what.targets
    )
    world = World(what.model_copy(update={"targets": targets}))
    world.run(40)
    world.cut("c11-gw")
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["c11-gw"]
    assert world.status("line-c11") is Status.UP
    assert world.status("c11-vc") is Status.UP


def test_overlapping_cuts_are_told_apart() -> None:
    world = addressed()
    world.cut("line1")
    world.run(1.3)
    world.cut("line-c31")
    world.run(0.8)
    world.cut("c32-vc")
    world.run(20)
    assert sorted(world.told(Purpose.PROBLEM)) == ["c32-vc", "line-c31", "line1"]
    world.mend("line1", "line-c31", "c32-vc")
    world.run(40)
    assert sorted(world.told(Purpose.RECOVERY)) == ["c32-vc", "line-c31", "line1"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


def test_the_first_core_takes_everything_that_has_no_other_way() -> None:
    world = addressed()
    world.cut("core")
    world.run(15)
    assert world.told(Purpose.PROBLEM) == ["core"]
    assert world.status("hub2-gw") is Status.UP
    assert world.status("c11") is Status.UNREACHABLE
    assert world.status("line2") is Status.UNREACHABLE


def test_the_silence_of_everything_at_once_is_one_trouble() -> None:
    world = addressed()
    world.cut("core", "core2")
    world.run(15)
    assert world.told(Purpose.PROBLEM) == ["core"]
    assert {world.status(s) for s in ("core2", "hub2-gw", "c21", "bridge")} == {Status.UNREACHABLE}
    world.mend("core", "core2")
    world.run(40)
    assert world.told(Purpose.PROBLEM) == world.told(Purpose.RECOVERY) == ["core"]
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}


def test_a_far_router_that_hesitates_delays_the_news_of_its_broken_line_by_little() -> None:
    world = addressed()
    cut_at = world.now
    world.cut("line2")
    world.loss["hub2-gw"] = 1.0  # until its routes have changed over
    world.run(2.2)
    del world.loss["hub2-gw"]
    world.run(5, until=lambda: bool(world.notifications))
    assert world.told(Purpose.PROBLEM) == ["line2"]
    assert world.now - cut_at <= timedelta(seconds=5)


@pytest.mark.parametrize("line", ["line2", "line2b"])
def test_an_outage_of_one_of_two_lines_lasts_from_its_cut_to_its_mending(line: str) -> None:
    world = addressed()
    cut_at = world.now
    world.cut(line)
    world.run(90)
    mended_at = world.now
    world.mend(line)
    world.run(30)
    turns = [t for t in world.transitions if t.target == line][-2:]
    assert [t.new for t in turns] == [Status.DOWN, Status.UP]
    assert cut_at <= turns[0].at <= cut_at + timedelta(seconds=2)
    assert mended_at <= turns[1].at <= mended_at + timedelta(seconds=2)


def test_a_line_known_by_its_port_is_back_when_the_port_is() -> None:
    world = calm()
    world.report_port("line2b", up=False)
    world.run(60)
    mended_at = world.now
    world.report_port("line2b", up=True)
    world.run(10)
    turns = [t for t in world.transitions if t.target == "line2b"][-2:]
    assert [t.new for t in turns] == [Status.DOWN, Status.UP]
    assert turns[1].at == mended_at


def test_a_site_with_one_line_is_never_said_to_run_on_a_reserve() -> None:
    world = calm()
    world.cut("line1")
    world.run(60)
    world.mend("line1")
    world.run(60)
    assert world.status("c11") is Status.UP
    said = {t.target for t in world.transitions if t.reason == "reserve_line"}
    assert said.isdisjoint({"hub1", "c11", "c12"})
