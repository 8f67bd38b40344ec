"""What lost its power comes back piece by piece: what is still down is no news for a while."""

from datetime import datetime, timedelta

import pytest

from alerts.facts import Fact, Facts
from alerts.rootcause import resolve
from alerts.topology import Topology
from core.incident import Incident, Notification, Purpose
from core.reading import Reading
from core.status import Status, Verdict
from core.watching import Estate, Verify
from inventory.booked import booked, near
from tests.alerts.province import AT_ONCE, World, estate, serving, sharing
from tests.alerts.test_endangered import a_meeting
from tests.factories import DAWN

PORTS = ("line1", "line1b")


def dead_router() -> World:
    """Return a world in which a router with two lines has lost its power, and people know."""
    world = World(estate(hubs=2, communes=2, reserves=[1]))
    world.run(40)
    for line in PORTS:
        world.report_port(line, up=True)
    world.run(10)
    world.cut("hub1-gw")
    world.run(1.0)
    for line in PORTS:
        world.report_port(line, up=False)
    world.run(13)
    assert world.told(Purpose.PROBLEM) == ["hub1-gw"]
    return world


@pytest.mark.parametrize("after", [-0.4, 0.2, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("late", ["line1", "line1b"])
def test_a_port_that_comes_back_later_than_the_other_blames_no_line(
    late: str, after: float
) -> None:
    world = dead_router()
    if after > 0:
        world.mend("hub1-gw")
        world.run(after)
    for line in PORTS:
        world.report_port(line, up=line != late)
    if after < 0:
        world.run(-after)
        world.mend("hub1-gw")
    world.run(20.0)
    world.report_port(late, up=True)
    world.run(60)
    assert world.told(Purpose.PROBLEM) == ["hub1-gw"]
    assert world.told(Purpose.RECOVERY) == ["hub1-gw"]


@pytest.mark.parametrize("late", ["line1", "line1b"])
def test_a_port_that_stays_down_is_told_once_the_router_has_settled(late: str) -> None:
    world = dead_router()
    world.mend("hub1-gw")
    world.run(0.2)
    for _ in range(4):
        for line in PORTS:
            world.report_port(line, up=line != late)
        world.run(20)
    assert world.told(Purpose.PROBLEM) == ["hub1-gw", late]
    assert world.status(late) is Status.DOWN


@pytest.mark.parametrize(("dead", "shut"), [PORTS, PORTS[::-1]])
def test_a_line_that_is_shut_at_a_dead_router_takes_no_other_line_with_it(
    dead: str, shut: str
) -> None:
    world = World(estate(hubs=2, communes=2, reserves=[1], addressed=True))
    world.run(40)
    for line in PORTS:
        world.report_port(line, up=True)
    world.run(10)
    world.cut("hub1-gw")
    world.run(12)
    world.report_port(dead, up=False)  # the core at its other end is asked only later
    world.run(6)
    world.report_port(shut, up=False, enabled=False)
    world.run(20)
    assert world.told(Purpose.PROBLEM) == ["hub1-gw", shut]
    assert world.status("hub1-gw") is Status.DOWN
    assert world.status(dead) is not Status.DOWN
    assert world.told(Purpose.RECOVERY) == []


def test_two_lines_that_are_both_shut_leave_their_router_blameless() -> None:
    world = World(estate(hubs=2, communes=2, reserves=[1], addressed=True))
    world.run(40)
    for line in PORTS:
        world.report_port(line, up=True)
    world.run(10)
    world.cut(*PORTS)
    for line in PORTS:
        world.report_port(line, up=False, enabled=False)
    world.run(20)
    assert sorted(world.told(Purpose.PROBLEM)) == list(PORTS)


def test_a_port_that_was_dead_before_the_line_came_back_says_nothing_of_the_next_cut() -> None:
    world = World(estate(hubs=2, communes=2))
    world.run(40)
    world.report_port("line1", up=True)
    world.run(10)
    world.cut("line1")
    world.run(1)
    world.report_port("line1", up=False)
    world.run(5)
    world.mend("line1")
    world.run(10)
    world.cut("line1")
    began = world.now
    world.run(6)
    incident, page = problem_of(world, "line1")
    assert began < incident.began_at < began + timedelta(seconds=2)
    assert incident.cause == "silence"
    assert page.due_at == incident.decided_at


WHILE = timedelta(seconds=AT_ONCE.coming_back)
UNCOVERED = timedelta(seconds=25)  # by then a second fault that the first one hid must be told


def behind_a_dead_hub(world: World, *lines: str) -> World:
    """Let a hub lose its line, then, unseen, communes theirs; then let the hub come back."""
    world.run(40)
    world.cut("line1")
    world.run(20)
    world.cut(*lines)
    world.run(20)
    assert world.told(Purpose.PROBLEM) == ["line1"]
    world.mend("line1")
    return world


def problem_of(world: World, root: str) -> tuple[Incident, Notification]:
    """Return the latest incident of a root, and the earliest that anybody hears of it."""
    incident = [one for one in world.incidents.values() if one.root == root][-1]
    rows = [n for n in world.notifications if n.incident == incident.id]
    problems = [n for n in rows if n.purpose is Purpose.PROBLEM]
    return incident, min(problems, key=lambda row: row.due_at)


def is_taken_back(world: World, incident: Incident) -> bool:
    return any((incident.id, Purpose.PROBLEM) in o.cancelled for o in world.outcomes)


def test_what_comes_back_soon_after_its_cause_stands_on_the_board_and_wakes_nobody() -> None:
    world = behind_a_dead_hub(World(estate(hubs=2, communes=3)), "c11-gw")
    world.run(10)
    assert world.status("line-c11") is Status.DOWN
    incident, row = problem_of(world, "line-c11")
    assert row.because == "coming_back"
    assert world.now < row.due_at
    world.mend("c11-gw")
    world.run(4)
    assert world.status("c11-gw") is Status.UP
    assert world.now < row.due_at
    assert is_taken_back(world, incident)


def test_a_second_fault_that_the_first_one_hid_is_told_when_it_stays() -> None:
    world = behind_a_dead_hub(World(estate(hubs=2, communes=3)), "line-c11")
    mended = world.now
    world.run(40)
    incident, row = problem_of(world, "line-c11")
    assert row.due_at - incident.decided_at < WHILE
    assert WHILE < row.due_at - mended < UNCOVERED
    assert not is_taken_back(world, incident)
    world.mend("line-c11")
    world.run(40)
    assert world.told(Purpose.RECOVERY) == ["line1", "line-c11"]


def test_what_falls_anew_after_its_cause_was_over_is_told_as_always() -> None:
    world = behind_a_dead_hub(World(estate(hubs=2, communes=3)))
    world.run(8)
    assert world.status("c11-gw") is Status.UP
    world.cut("line-c11")
    world.run(8)
    incident, row = problem_of(world, "line-c11")
    assert (row.because, row.due_at) == ("at_once", incident.decided_at)


def test_a_line_that_somebody_has_shut_does_not_come_back_by_itself() -> None:
    world = behind_a_dead_hub(World(estate(hubs=2, communes=3)), "line-c11")
    world.run(5)
    world.report_port("line-c11", up=False, enabled=False)
    world.run(10)
    incident, row = problem_of(world, "line-c11")
    assert incident.cause == "port_admin_down"
    assert row.due_at == incident.decided_at


def test_who_is_needed_by_a_meeting_is_told_of_at_once() -> None:
    meeting = a_meeting(["c11"], DAWN, bridge=None, officer=None)
    what = booked(estate(hubs=2, communes=3), near([meeting], DAWN, timedelta(hours=1)))
    world = behind_a_dead_hub(World(what), "line-c11")
    world.run(12)
    incident, row = problem_of(world, "line-c11")
    assert (row.because, row.due_at) == ("meeting", incident.decided_at)


def ringed(communes: int) -> tuple[World, list[str]]:
    """Return a world in which communes of one hub, and one of another, share a ring."""
    lines = [*(f"line-c1{n}" for n in range(1, communes)), "line-c21"]
    return World(sharing(estate(hubs=2, communes=communes), {"ring:1": lines})), lines


def test_what_the_leftovers_share_waits_like_them() -> None:
    world, lines = ringed(5)
    behind_a_dead_hub(world, *lines[:-1])
    mended = world.now
    world.run(12)
    assert [one.root for one in world.brain.incidents] == ["ring:1"]
    assert world.heard(Purpose.PROBLEM) == ["line1"]
    _, row = problem_of(world, "ring:1")
    assert row.because == "coming_back"
    assert WHILE < row.due_at - mended < UNCOVERED
    world.mend(*lines)
    world.run(60)
    assert world.heard(Purpose.PROBLEM) == world.heard(Purpose.RECOVERY) == ["line1"]


def test_where_anything_fails_that_was_not_lost_before_nobody_waits() -> None:
    world, lines = ringed(5)
    behind_a_dead_hub(world, *lines[:-1])
    world.run(4)
    world.cut("line-c21")
    world.run(8)
    assert [one.root for one in world.brain.incidents] == ["ring:1"]
    _, row = problem_of(world, "ring:1")
    assert row.because == "at_once"


def test_people_may_do_without_waiting() -> None:
    policy = AT_ONCE.model_copy(update={"coming_back": 0.0})
    world = behind_a_dead_hub(World(estate(hubs=2, communes=3), policy), "line-c11")
    world.run(12)
    incident, row = problem_of(world, "line-c11")
    assert (row.because, row.due_at) == ("at_once", incident.decided_at)


def test_a_line_whose_address_has_said_nothing_since_is_not_waited_for_again_and_again() -> None:
    topology, back = Topology(estate(hubs=1, communes=1, addressed=True)), DAWN
    silent = Fact(
        verdict=Verdict.FAILED,
        failed_at=back - timedelta(seconds=60),
        last_failed=back + timedelta(seconds=1),  # before the round of its far device was over
        confirmed_at=back - timedelta(seconds=57),
        interval=1.0,
        heard_within=2.3,
    )
    answers = Fact(
        verdict=Verdict.OK, last_ok=back, alive_since=back, confirmed_at=back, heard_within=2.3
    )
    facts = dict.fromkeys(topology.reach, answers) | {"line1": silent}
    for after in (0.5, 2.0, 5.0, 12.0, 14.0, 60.0):
        now = back + timedelta(seconds=after)
        view = resolve(topology, Facts(facts), now)
        assert view.waiting_until is None or view.waiting_until > now, after
    assert view.states["line1"].status is Status.DEGRADED


def test_a_service_that_answers_first_blames_no_router_for_its_line() -> None:
    for seed in range(40):
        world = World(serving(estate(hubs=3, communes=4)), seed=seed)
        world.hear(world.now + timedelta(seconds=0.1), _web(world.now))
        world.run(36)
        world.cut("line1")
        world.run(20)
        world.mend("line1")
        soon = world.now + timedelta(seconds=0.02)
        world.hear(soon, _web(soon))
        world.run(30)
        assert {i.root for i in world.incidents.values()} == {"line1"}, seed


def test_an_answer_that_was_on_its_way_at_the_cut_blames_no_router() -> None:
    what = serving(estate(hubs=3, communes=4))
    checks = tuple(
        check.model_copy(update={"verify": Verify(probes=2)})  # a few connections, not a sweep
        if check.slug == "hub1-web/http"
        else check
        for check in what.checks
    )
    for seed in range(40):
        world = World(Estate(targets=what.targets, checks=checks), seed=seed)
        world.hear(world.now + timedelta(seconds=0.1), _web(world.now))
        world.run(36)
        world.cut("line1")
        came = world.now + timedelta(seconds=0.2)  # a probe sent just before that is lost already
        world.hear(came, _web(came))
        world.run(20)
        assert {i.root for i in world.incidents.values()} == {"line1"}, seed


def test_an_answer_that_was_waited_for_since_the_cut_blames_no_router_either() -> None:
    what = serving(estate(hubs=3, communes=4))
    checks = tuple(
        check.model_copy(update={"verify": Verify(probes=2)})  # a few connections, not a sweep
        if check.slug == "hub1-web/http"
        else check
        for check in what.checks
    )
    for seed in range(40):
        world = World(Estate(targets=what.targets, checks=checks), seed=seed)
        world.hear(world.now + timedelta(seconds=0.1), _web(world.now))
        world.run(36)
        world.cut("line1")
        world.run(20)
        begun = world.now - timedelta(seconds=7)  # SYN is sent again after 1, 3, 7 s
        world.mend("line1")
        world.hear(world.now + timedelta(seconds=0.02), _web(begun, took=7.01))
        world.run(30)
        assert {i.root for i in world.incidents.values()} == {"line1"}, seed


@pytest.mark.parametrize("interval", [3.0, 3.5, 5.0, 13.0, 60.0])
def test_a_router_that_really_died_meanwhile_is_named_however_often_it_is_asked_behind_it(
    interval: float,
) -> None:
    what = serving(estate(hubs=3, communes=4))
    checks = tuple(
        check.model_copy(update={"interval": interval}) if check.slug == "hub1-web/http" else check
        for check in what.checks
    )
    world = World(Estate(targets=what.targets, checks=checks))
    world.hear(world.now + timedelta(seconds=0.1), _web(world.now))
    world.run(36)
    world.cut("line1")
    world.run(20)
    world.mend("line1")
    world.mute.add("hub1-gw")
    back = world.now
    while world.now < back + timedelta(seconds=90):
        world.hear(world.now, _web(world.now))
        world.run(interval)
        if any(i.root == "hub1-gw" for i in world.incidents.values()):
            break
    assert {i.root for i in world.incidents.values()} >= {"hub1-gw"}
    assert world.now - back < timedelta(seconds=max(20.0, interval + 1))


def _web(at: datetime, took: float | None = None) -> Reading:
    return Reading("hub1-web/http", "center", at, duration=took)
