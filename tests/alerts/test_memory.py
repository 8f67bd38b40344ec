"""What the brain makes of our own stops, of hours, of a changed estate, and of late facts."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from alerts.brain import Brain
from alerts.telling import TellingPolicy, Way
from core.incident import IncidentState, Purpose
from core.inventory import Contact
from core.outcome import Memory, Outcome
from core.reading import Failure, FailureKind, Reading
from core.status import Status, Streak, Transition, Verdict
from core.watching import Estate, Hours
from tests.alerts.province import AT_ONCE, CONTACT, World, estate
from tests.factories import DAWN

WAIT = AT_ONCE.model_copy(update={"delays": {"link_site": 180.0, "device": 300.0, "site": 180.0}})


def calm(what: Estate | None = None, policy: TellingPolicy = AT_ONCE) -> World:
    world = World(what or estate(), policy)
    world.run(40)
    assert {world.status(t.slug) for t in world.estate.targets} == {Status.UP}
    return world


def remembered(world: World) -> Memory:
    """Return what a ledger would have kept of a world's outcomes."""
    streaks: dict[str, Streak] = {}
    for outcome in world.outcomes:
        streaks.update({s.check: s for s in outcome.streaks})
    open_ones = [i for i in world.incidents.values() if i.state is IncidentState.OPEN]
    return Memory(
        states=dict(world.brain.states),
        streaks=streaks,
        incidents=tuple(open_ones),
        observed_until={"center": world.now},
        incidents_today=len(world.incidents),
    )


def restarted(world: World, after: float) -> World:
    memory = remembered(world)
    return World(
        world.estate,
        AT_ONCE,
        memory=memory,
        now=world.now + timedelta(seconds=after),
        seed=9,
        dead=world.dead,
    )


def transitions(*outcomes: Outcome) -> list[Transition]:
    return [t for o in outcomes for t in o.transitions]


def test_our_own_gap_is_unknown_from_the_last_look_to_the_first() -> None:
    world = calm()
    later = restarted(world, 600)
    later.run(3)
    gap = [t for t in later.transitions if t.reason == "not_observed"]
    assert {t.target for t in gap} == {t.slug for t in world.estate.targets}
    assert {(t.new, t.at) for t in gap} == {(Status.UNKNOWN, world.now)}
    back = [t for t in later.transitions if t.old is Status.UNKNOWN]
    assert {t.new for t in back} == {Status.UP}
    assert min(t.at for t in back) >= world.now + timedelta(seconds=600)


def test_a_short_stop_hides_nothing() -> None:
    later = restarted(calm(), 4)
    later.run(40)
    assert not later.transitions
    assert not later.incidents


def test_an_outage_that_outlives_our_stop_stays_one_incident_and_is_not_told_again() -> None:
    world = calm()
    world.cut("line1")
    world.run(20)
    later = restarted(world, 60)
    later.run(30)
    assert [i.root for i in later.brain.incidents] == ["line1"]
    assert not later.told(Purpose.PROBLEM)
    assert later.status("c11") is Status.UNREACHABLE
    later.mend("line1")
    later.run(30)
    assert later.told(Purpose.RECOVERY) == ["line1"]
    assert {later.status(t.slug) for t in later.estate.targets} == {Status.UP}


def test_an_outage_that_ended_during_our_stop_is_closed_by_the_first_answer() -> None:
    world = calm()
    world.cut("line1")
    world.run(20)
    world.mend("line1")
    later = restarted(world, 60)
    later.run(5)
    assert later.told(Purpose.RECOVERY) == ["line1"]
    [closed] = later.incidents.values()
    assert closed.recovered_at is not None
    assert closed.recovered_at >= world.now + timedelta(seconds=60)


def test_codes_go_on_where_they_were_and_begin_anew_with_the_local_day() -> None:
    world = World(estate(), memory=Memory(incidents_today=7))
    world.run(35)
    world.cut("line1")
    world.run(10)
    assert list(world.incidents) == ["SC-20261122-0008"]
    midnight = datetime(2026, 11, 22, 16, 59, tzinfo=DAWN.tzinfo)
    late = World(estate(), memory=Memory(incidents_today=7), now=midnight)
    late.run(70)
    late.cut("line1")
    late.run(10)
    assert list(late.incidents) == ["SC-20261123-0001"]


def test_what_nobody_looks_at_any_more_turns_unknown_and_its_incident_stays_open() -> None:
    world = calm()
    world.cut("line-c11")
    world.run(10)
    outcomes = [world.brain.tick(world.now + timedelta(seconds=s)) for s in range(0, 400, 5)]
    assert {t.new for t in transitions(*outcomes)} <= {Status.UNKNOWN, Status.UNREACHABLE}
    assert world.brain.states["c21-gw"].status is Status.UNKNOWN
    assert [i.root for i in world.brain.incidents] == ["line-c11"]


def test_a_problem_that_ends_before_its_page_is_told_to_nobody() -> None:
    world = calm(policy=WAIT)
    world.cut("line-c11")
    world.run(30)
    [notice] = world.notifications
    assert notice.due_at == world.incidents[notice.incident or ""].decided_at + timedelta(
        seconds=180
    )
    world.mend("line-c11")
    world.run(30)
    [ending] = [o for o in world.outcomes if o.cancelled]
    assert ending.cancelled == [(notice.incident, "problem")]
    # in one batch: the ledger tells no recovery of a problem that it cancels
    assert world.notifications[1:] == ending.notifications
    assert {n.purpose for n in ending.notifications} == {Purpose.RECOVERY}


def test_a_childs_waiting_page_is_taken_back_when_its_parent_turns_out_dead() -> None:
    world = calm(policy=WAIT)
    world.cut("line-c11")
    world.run(20)
    world.cut("line1")
    world.run(20)
    merged = [i for i in world.incidents.values() if i.state is IncidentState.MERGED]
    assert [i.root for i in merged] == ["line-c11"]
    assert merged[0].merged_into == world.brain.incidents[0].id
    assert (merged[0].id, "problem") in [c for o in world.outcomes for c in o.cancelled]
    notes = [n for o in world.outcomes for n in o.notes if n.kind == "merged"]
    assert {(n.incident, n.text) for n in notes} == {
        (merged[0].id, merged[0].merged_into),
        (merged[0].merged_into, merged[0].id),
    }
    world.mend("line1")
    world.run(30)
    assert world.told(Purpose.PROBLEM) == ["line-c11", "line1", "line-c11"]
    assert world.told(Purpose.RECOVERY) == ["line1"]


def test_who_was_told_of_a_line_hears_that_it_was_the_device_and_of_its_end() -> None:
    world = calm(policy=WAIT)
    world.cut("c11-gw")
    world.run(200)
    assert world.told(Purpose.PROBLEM) == ["line-c11"]
    beside = world.by_slug["c11-vc"].model_copy(update={"uplinks": ("line-c11",)})
    world.by_slug["c11-vc"] = beside  # it answers after all: the line is well
    world.run(20)
    [present] = world.brain.incidents
    assert present.root == "c11-gw"
    [notice] = [n for n in world.notifications if n.incident == present.id]
    assert notice.due_at <= world.now
    world.mend("c11-gw")
    world.run(30)
    assert world.told(Purpose.RECOVERY) == ["c11-gw"]


def test_a_device_dead_since_yesterday_stays_its_own_trouble_when_its_line_fails() -> None:
    world = calm()
    world.cut("c11-vc")
    world.run(600)
    world.cut("line1")
    world.run(20)
    assert world.status("c11-vc") is Status.DOWN
    assert [i.root for i in world.brain.incidents] == ["c11-vc", "line1"]
    world.mend("line1")
    world.run(40)
    assert world.told(Purpose.PROBLEM) == ["c11-vc", "line1"]
    assert world.told(Purpose.RECOVERY) == ["line1"]


OFFICE = (
    Hours(days=(1, 2, 3, 4, 5, 6, 7), begin=time(7, 30), end=time(9, 2)),
)  # till DAWN + 2 min


def in_office_hours(*slugs: str) -> Estate:
    what = estate()
    return what.model_copy(
        update={
            "targets": tuple(
                t.model_copy(update={"expected": OFFICE}) if t.slug in slugs else t
                for t in what.targets
            )
        }
    )


def test_what_is_switched_off_after_hours_is_no_fault() -> None:
    world = calm(in_office_hours("c11-vc", "c11-gw"))
    world.run(100)
    world.cut("c11-gw")
    world.run(30)
    assert not world.incidents
    for slug in ("c11-gw", "c11-vc", "c11", "line-c11"):
        assert world.status(slug) is Status.UNKNOWN, slug
        assert world.brain.states[slug].reason == "off_hours"
    world.mend("c11-gw")
    world.run(30)
    assert world.status("c11") is Status.UP


def test_what_is_dead_in_its_hours_is_a_fault_and_rests_when_they_end() -> None:
    world = calm(in_office_hours("c11-vc"))
    world.cut("c11-vc")
    world.run(10)
    assert world.told(Purpose.PROBLEM) == ["c11-vc"]
    world.run(100)
    assert world.status("c11-vc") is Status.UNKNOWN
    assert [i.root for i in world.brain.incidents] == ["c11-vc"]


def test_what_is_still_off_when_its_hours_begin_fails_from_then_on() -> None:
    morning = DAWN - timedelta(hours=1, minutes=32)  # 07:28
    world = World(in_office_hours("c11-vc"), now=morning)
    world.cut("c11-vc")
    world.run(60)
    assert not world.incidents
    world.run(65)
    [incident] = world.incidents.values()
    assert incident.began_at == DAWN - timedelta(hours=1, minutes=30)


def test_a_changed_estate_goes_on_with_what_is_known() -> None:
    world = calm()
    world.cut("line-c11", "c12-vc")
    world.run(20)
    gone = {"c12-vc"}
    smaller = Estate(
        targets=tuple(t for t in world.estate.targets if t.slug not in gone),
        checks=tuple(c for c in world.estate.checks if c.target not in gone),
    )
    outcome = world.brain.replace(smaller, [CONTACT], world.now)
    assert [(t.target, t.new, t.reason) for t in outcome.transitions][:1] == [
        ("c12-vc", Status.UNKNOWN, "retired")
    ]
    assert [i.root for i in outcome.incidents if i.state is IncidentState.RECOVERED] == ["c12-vc"]
    assert [i.root for i in world.brain.incidents] == ["line-c11"]
    assert "c12-vc" not in world.brain.states
    world.outcomes.append(outcome)
    world.mend("line-c11")
    world.run(30)
    assert world.told(Purpose.RECOVERY) == ["c12-vc", "line-c11"]


def test_readings_of_checks_that_are_gone_are_ignored() -> None:
    brain = Brain(estate(), Memory(), AT_ONCE, [], DAWN)
    assert brain.feed([Reading("nobody/icmp", "center", DAWN)], DAWN).empty


def test_a_check_that_fails_beside_an_answer_degrades_and_tells_nobody() -> None:
    world = calm()
    slug = "core/snmp_interfaces"
    for minute in range(1, 4):
        at = world.now + timedelta(minutes=minute)
        failure = Failure(FailureKind.AUTH, "no such community")
        reading = Reading(slug, "center", at, failure=failure)
        answer = Reading("core/icmp", "center", at, loss=0.0)
        world.outcomes.append(world.brain.feed([reading, answer], at))
    assert world.status("core") is Status.DEGRADED
    assert world.brain.states["core"].detail == "snmp_interfaces: auth: no such community"
    assert not world.incidents
    at += timedelta(minutes=1)
    world.brain.feed([Reading(slug, "center", at)], at)
    assert world.status("core") is Status.UP


def test_failures_from_before_the_recovery_do_not_degrade_what_came_back() -> None:
    world = calm()
    world.cut("line1")
    world.run(10)
    failure = Failure(FailureKind.TIMEOUT, "no reply")
    for minute in range(3):
        at = world.now + timedelta(minutes=minute - 3)
        world.brain.feed([Reading("hub1-gw/snmp_interfaces", "center", at, failure=failure)], at)
    world.mend("line1")
    world.run(20)
    assert world.status("hub1-gw") is Status.UP


def test_contacts_hear_of_their_own_units_and_webhooks_of_all() -> None:
    policy = AT_ONCE.model_copy(
        update={
            "ways": (
                Way(name="mail"),
                Way(name="sms", to="phone"),
                Way(name="hook", to="fixed", address="https://x.example.vn/hook"),
            )
        }
    )
    world = calm(policy=policy)
    here = Contact(slug="lan", name="Lan", email="lan@example.vn", unit="unit-c11")
    away = Contact(slug="minh", name="Minh", email="m@example.vn", unit="unit-c21")
    phone = Contact(slug="an", name="An", phone="+84901234567", language="en")
    world.outcomes.append(world.brain.replace(world.estate, [here, away, phone], world.now))
    world.cut("line1")
    world.run(10)
    assert {(n.recipient, n.channel, n.address, n.language) for n in world.notifications} == {
        ("lan", "mail", "lan@example.vn", "vi"),
        ("an", "sms", "+84901234567", "en"),
        ("hook", "hook", "https://x.example.vn/hook", "vi"),
    }


def test_streaks_are_written_when_the_verdict_changes_and_otherwise_now_and_then() -> None:
    brain = Brain(estate(), Memory(), AT_ONCE, [], DAWN)
    written = []
    for second in range(120):
        at = DAWN + timedelta(seconds=second)
        written += brain.feed([Reading("core/icmp", "center", at)], at).streaks
    assert [(s.verdict, s.check) for s in written] == [(Verdict.OK, "core/icmp")] * 4


def test_the_first_change_after_a_restart_needs_no_old_streaks() -> None:
    world = calm()
    memory = replace(remembered(world), streaks={})
    later = World(world.estate, memory=memory, now=world.now + timedelta(seconds=2))
    later.run(40)
    assert not [t for t in later.transitions if t.new is not Status.UP]
