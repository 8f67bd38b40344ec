"""One cut that takes many is told once, by the name of what they share."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from core.incident import IncidentState, Purpose, Severity
from core.status import Status
from core.watching import Estate
from tests.alerts.province import World, device, estate, link, reach_check, sharing, site

HUBS = 4
PLAIN = estate(hubs=HUBS, communes=4)
LINES = [f"line-c{h}{k}" for h in range(1, HUBS + 1) for k in range(1, 5)]
RINGS: Mapping[str, list[str]] = {
    "ring:vnpt:1": ["line-c11", "line-c12", "line-c21", "line-c22"],
    "ring:vnpt:2": ["line-c31", "line-c32", "line-c41", "line-c42"],
    "carrier:vnpt": LINES,
}
SHARED = sharing(PLAIN, RINGS)


def ran(what: Estate = SHARED) -> World:
    world = World(what)
    world.run(35)
    return world


def roots(world: World) -> list[str]:
    return sorted(i.root for i in world.brain.incidents)


def test_a_cut_ring_is_one_incident_told_once_and_recovers_once() -> None:
    world = ran()
    world.cut(*RINGS["ring:vnpt:1"])
    world.run(20)
    assert roots(world) == ["ring:vnpt:1"]
    assert world.told(Purpose.PROBLEM) == ["ring:vnpt:1"]
    (incident,) = world.brain.incidents
    assert {"c11", "c12", "c21", "c22", *RINGS["ring:vnpt:1"]} <= set(incident.present)
    assert incident.severity is Severity.CRITICAL
    assert world.status("ring:vnpt:1") is Status.DOWN
    assert world.status("line-c11") is Status.DOWN
    assert world.status("c11") is Status.UNREACHABLE
    world.mend(*RINGS["ring:vnpt:1"])
    world.run(60)
    assert not world.brain.incidents
    assert world.told(Purpose.RECOVERY) == ["ring:vnpt:1"]
    assert world.status("ring:vnpt:1") is Status.UP


def test_an_outage_of_most_of_a_carrier_lasts_until_its_lines_are_back() -> None:
    world = World(sharing(PLAIN, {"carrier:vnpt": LINES}))
    world.run(35)
    cut = LINES[:-1]  # one line never fell, and says nothing of how long the others were down
    world.cut(*cut)
    world.run(20)
    assert roots(world) == ["carrier:vnpt"]
    world.mend(*cut)
    mended = world.now
    world.run(60)
    assert not world.brain.incidents
    ended = max(world.incidents.values(), key=lambda one: one.version)
    assert ended.root == "carrier:vnpt"
    assert ended.recovered_at is not None
    assert abs(ended.recovered_at - mended) < timedelta(seconds=3)
    back = [t for t in world.transitions if t.target == "carrier:vnpt" and t.new is Status.UP]
    assert abs(back[-1].at - mended) < timedelta(seconds=3)


def test_a_line_cut_beside_a_ring_has_a_message_of_its_own() -> None:
    world = ran()
    world.cut(*RINGS["ring:vnpt:1"], "line-c44")
    world.run(20)
    assert roots(world) == ["line-c44", "ring:vnpt:1"]
    assert sorted(world.told(Purpose.PROBLEM)) == ["line-c44", "ring:vnpt:1"]


def test_all_lines_of_a_carrier_are_the_carriers_trouble() -> None:
    world = ran()
    world.cut(*LINES)
    world.run(20)
    assert roots(world) == ["carrier:vnpt"]
    assert world.told(Purpose.PROBLEM) == ["carrier:vnpt"]


def test_lines_that_come_back_one_by_one_leave_the_incident_without_another_message() -> None:
    world = ran()
    world.cut(*RINGS["ring:vnpt:1"])
    world.run(20)
    for line in RINGS["ring:vnpt:1"]:
        assert roots(world) == ["ring:vnpt:1"]
        world.mend(line)
        world.run(20)
    assert not world.brain.incidents
    assert world.told(Purpose.PROBLEM) == world.told(Purpose.RECOVERY) == ["ring:vnpt:1"]
    left = [m.left_at for i in world.incidents.values() for m in i.members if m.target == "c11"]
    assert left[0] is not None


def test_lines_of_a_ring_cut_minutes_apart_are_troubles_of_their_own() -> None:
    world = ran()
    for line in RINGS["ring:vnpt:1"][:3]:
        world.cut(line)
        world.run(120)
    assert roots(world) == sorted(RINGS["ring:vnpt:1"][:3])


def test_a_ring_that_falls_line_by_line_within_seconds_ends_as_one_incident() -> None:
    world = ran()
    for line in RINGS["ring:vnpt:1"]:
        world.cut(line)
        world.run(6)
    world.run(20)
    assert roots(world) == ["ring:vnpt:1"]
    merged = [i for i in world.incidents.values() if i.state is IncidentState.MERGED]
    (whole,) = world.brain.incidents
    assert merged
    assert {i.merged_into for i in merged} == {whole.id}
    assert whole.began_at == min(i.began_at for i in merged)
    assert world.told(Purpose.RECOVERY) == []


def test_a_ring_behind_a_dead_hub_is_not_blamed() -> None:
    world = ran()
    world.cut("line1", "line2")
    world.run(20)
    assert roots(world) == ["line1", "line2"]


def test_shut_ports_are_no_failure_of_a_ring() -> None:
    world = ran()
    for line in RINGS["ring:vnpt:1"]:
        world.cut(line)
        world.report_port(line, up=False, enabled=False)
    world.run(20)
    assert roots(world) == sorted(RINGS["ring:vnpt:1"])


def test_sites_of_one_feeder_that_fall_together_have_lost_their_mains() -> None:
    what = sharing(PLAIN, {"feeder:473": ["c11", "c23", "c34"]})
    world = ran(what)
    world.cut(*(f"{c}-{d}" for c in ("c11", "c23", "c34") for d in ("gw", "vc")))
    world.run(20)
    (incident,) = world.brain.incidents
    assert (incident.root, incident.cause) == ("feeder:473", "mains_suspected")


def test_a_restart_during_the_trouble_goes_on_with_the_same_incident() -> None:
    world = ran()
    world.cut(*RINGS["ring:vnpt:1"])
    world.run(20)
    (before,) = world.brain.incidents
    from core.outcome import Memory

    memory = Memory(states=world.brain.states, incidents=world.brain.incidents)
    after = World(SHARED, memory=memory, now=world.now, dead=world.dead)
    after.run(40)
    assert [i.id for i in after.brain.incidents] == [before.id]
    assert after.told(Purpose.PROBLEM) == []


def commune(*, addressed: bool) -> Estate:
    """Return a hub and one commune with a gateway, a switch, a codec and a PC."""
    targets = [
        site("center", "center", "core"),
        device("core", "center", "router"),
        site("xa", "site", "gw", "sw", "vc", "pc"),
        link("line", "core", "gw", "xa"),
        device("gw", "xa", "gateway", "line"),
        *(device(slug, "xa", role, "gw") for slug, role in DEVICES.items()),
    ]
    by_slug = {t.slug: t for t in targets}
    checks = [reach_check(t, by_slug) for t in targets if t.slug in {"core", "gw", *DEVICES}]
    if addressed:
        checks.append(reach_check(by_slug["line"], by_slug))
    return Estate(targets=tuple(targets), checks=tuple(checks))


DEVICES = {"sw": "switch", "vc": "endpoint", "pc": "other"}


def test_all_that_needs_the_mains_gone_at_once_is_a_power_cut_at_the_site() -> None:
    world = ran(commune(addressed=False))
    world.cut("sw", "vc", "pc")
    world.run(20)
    (incident,) = world.brain.incidents
    assert (incident.root, incident.cause) == ("xa", "mains_suspected")
    assert set(incident.present) >= {"sw", "vc", "pc"}
    assert world.told(Purpose.PROBLEM) == ["xa"]
    assert world.status("xa") is Status.DEGRADED
    world.mend("sw", "vc", "pc")
    world.run(60)
    assert world.told(Purpose.RECOVERY) == ["xa"]
    assert world.status("xa") is Status.UP


def test_a_power_cut_ends_when_the_last_of_the_site_is_back_though_it_stays_degraded() -> None:
    world = ran(commune(addressed=False))
    world.loss["gw"] = 0.3
    world.run(120)
    assert world.status("xa") is Status.DEGRADED
    world.cut("sw", "vc", "pc")
    world.run(30)
    assert roots(world) == ["xa"]
    mended = world.now
    world.mend("sw", "vc", "pc")
    world.run(60)
    assert world.status("xa") is Status.DEGRADED
    (ended,) = world.incidents.values()
    assert ended.recovered_at is not None
    assert timedelta(0) <= ended.recovered_at - mended <= timedelta(seconds=3)


def test_two_of_three_devices_gone_is_no_power_cut() -> None:
    world = ran(commune(addressed=False))
    world.cut("sw", "vc")
    world.run(20)
    assert roots(world) == ["sw", "vc"]


class Boxed(World):
    """A world in which the carrier's box at the end of a line answers by itself."""

    def answers(self, slug: str) -> bool:
        return self.reachable(slug)


@pytest.mark.parametrize("addressed", [True, False])
def test_a_dark_site_whose_carriers_box_answers_has_lost_its_mains_and_not_its_line(
    addressed: bool,
) -> None:
    world = Boxed(commune(addressed=addressed))
    world.run(35)
    world.cut("gw", "sw", "vc", "pc")
    world.run(20)
    (incident,) = world.brain.incidents
    expected = ("gw", "mains_suspected") if addressed else ("line", "silence")
    assert (incident.root, incident.cause) == expected


def test_loss_on_most_lines_of_a_ring_is_seen_at_the_ring() -> None:
    world = ran()
    for line in RINGS["ring:vnpt:1"][:3]:
        world.loss[line.removeprefix("line-") + "-gw"] = 0.2
    world.run(200)
    assert world.status("ring:vnpt:1") is Status.DEGRADED
    assert world.status("ring:vnpt:2") is Status.UP
    assert not world.brain.incidents
