"""What fails on the booked path of a meeting is told at once, and to its duty officer alone."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from alerts.endangered import PATIENCE, hit
from alerts.telling import TellingPolicy, Way
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.incident import Incident, Notification, Purpose, Severity
from core.inventory import Contact
from core.meeting import Meeting
from core.status import Status
from core.watching import Estate
from inventory.booked import BY_CONNECTION, OTHERS, booked, near, quickened
from tests.alerts.province import CONTACT, World, estate
from tests.factories import DAWN, a_check

NIGHT = datetime(2026, 11, 22, 16, 46, tzinfo=DAWN.tzinfo)  # 23:46 in Vietnam
OFFICER = Contact(slug="binh", name="Trần Thị Bình", email="binh@donvi.vn", unit="van-phong")
USUAL = TellingPolicy(ways=(Way(name="mail"),), base_url="https://ts.example.vn")


def a_meeting(rooms: Iterable[str], begin: datetime, **changes: object) -> Meeting:
    fields: dict[str, object] = {
        "id": "HN-20261123-0001",
        "title": "Giao ban trực tuyến",
        "begin": begin,
        "end": begin + timedelta(hours=2),
        "rooms": tuple(rooms),
        "officer": "binh",
        "bridge": "bridge",
        "by": "an",
        "recorded_at": DAWN,
    }
    return Meeting.model_validate(fields | changes)


def a_world(meeting: Meeting, what: Estate, now: datetime) -> World:
    world = World(booked(what, near([meeting], now, timedelta(hours=1))), USUAL, now=now)
    world.contacts.append(OFFICER)
    world.brain.replace(world.estate, [CONTACT, OFFICER], now)
    return world


def promises(world: World) -> list[tuple[str, timedelta]]:
    """Return the steps that are promised of problems: whose, and how long after the decision."""
    incidents = world.incidents
    return [
        (row.recipient, row.due_at - incidents[row.incident or ""].decided_at)
        for row in world.notifications
        if row.purpose is Purpose.PROBLEM
    ]


def first_person(world: World, incident: Incident, row: Notification) -> str | None:
    assert incident.chain is not None
    return next(s.contact for s in incident.chain.steps if s.number == row.step)


def test_one_of_140_rooms_is_cut_a_quarter_of_an_hour_before_and_one_message_goes_out() -> None:
    """At T-14 min, by night: red within 30 s, one message, due at once, for the duty officer."""
    what = estate(hubs=14, communes=10)
    rooms = [t.slug for t in what.targets if (t.kind, t.role) == ("site", "site")]
    assert len(rooms) == 140
    world = a_world(a_meeting(rooms, NIGHT + timedelta(minutes=14)), what, NIGHT)
    world.run(40)
    cut_at = world.now
    world.cut("line-c75")
    world.run(30, until=lambda: world.status("c75") in {Status.DOWN, Status.UNREACHABLE})
    assert world.now - cut_at <= timedelta(seconds=30)
    world.run(30)
    [incident] = world.incidents.values()
    assert incident.root == "line-c75"
    assert incident.chain is not None
    assert incident.chain.steps[0].contact == OFFICER.slug
    rows = [row for row in world.notifications if row.purpose is Purpose.PROBLEM]
    at_once = [row for row in rows if row.due_at == incident.decided_at]
    [told] = at_once
    assert (told.because, first_person(world, incident, told)) == ("meeting", "binh")
    later = [row for row in rows if row is not told]
    assert [row.due_at - incident.decided_at for row in later] == [timedelta(seconds=PATIENCE)]


def test_a_room_that_is_not_booked_pages_as_always() -> None:
    what = estate(hubs=2, communes=2)
    world = a_world(a_meeting(["c11"], NIGHT + timedelta(minutes=14)), what, NIGHT)
    world.run(40)
    world.cut("line-c22")
    world.run(20)
    [incident] = world.incidents.values()
    assert incident.chain is None
    [row] = [n for n in world.notifications if n.purpose is Purpose.PROBLEM]
    waited = row.due_at - incident.decided_at
    assert (row.recipient, row.because, waited) == ("truc", "delay", timedelta(minutes=3))


@pytest.mark.parametrize(
    ("ahead", "lasts", "cut", "because", "waited"),  # None: until the meeting is over
    [
        (14, 2, "line-c22", "others_meet", None),
        (-30, 2, "line-c22", "others_meet", None),
        (14, 9, "line-c22", "others_meet", timedelta(hours=4)),  # nothing waits longer
        (20, 2, "line-c22", "delay", timedelta(minutes=3)),  # the meeting is not yet at hand
        (14, 2, "line2", "at_once", timedelta()),  # a hub is told of at once, come what may
    ],
)
def test_what_is_not_booked_may_wait_until_the_meeting_is_over(
    ahead: int, lasts: int, cut: str, because: str, waited: timedelta | None
) -> None:
    begin = DAWN + timedelta(minutes=ahead)
    meeting = a_meeting(["c11"], begin, end=begin + timedelta(hours=lasts), bridge=None)
    what = booked(estate(hubs=2, communes=2), near([meeting], DAWN, timedelta(hours=1)))
    world = World(what, USUAL.model_copy(update={"unbooked": "wait"}))
    world.run(40)
    world.cut(cut)
    world.run(20)
    [incident] = world.incidents.values()
    [row] = [n for n in world.notifications if n.purpose is Purpose.PROBLEM]
    assert row.because == because
    due = meeting.end if waited is None else incident.decided_at + waited
    assert row.due_at == due


def test_where_more_than_the_meeting_is_touched_the_usual_people_hear_of_it_at_once_too() -> None:
    what = estate(hubs=2, communes=2)
    world = a_world(a_meeting(["c11"], DAWN + timedelta(minutes=14)), what, DAWN)
    world.run(40)
    world.cut("line1")
    world.run(20)
    [(officer, first), (others, second)] = promises(world)
    assert officer.endswith("/1")
    assert others.endswith("/2")
    assert first == second == timedelta()
    reasons = [row.reason for row in world.notifications if row.purpose is Purpose.PROBLEM]
    assert reasons == ["your_meeting", "together"]


def test_the_path_ends_with_the_meeting() -> None:
    what = estate(hubs=1, communes=1)
    meeting = a_meeting(["c11"], DAWN)
    estate_then = booked(what, [meeting])
    incident = Incident(
        id="SC-20261122-0001",
        root="core",
        severity=Severity.CRITICAL,
        began_at=DAWN,
        decided_at=DAWN,
    )
    drawn = Topology(estate_then)
    assert hit(incident, drawn, meeting.end - timedelta(seconds=1)) is not None
    assert hit(incident, drawn, meeting.end) is None
    assert near([meeting], meeting.end, timedelta(hours=1)) == ()
    assert near([meeting], DAWN - timedelta(hours=1), timedelta(hours=1)) == (meeting,)


def test_the_message_tells_which_meeting_is_hit_and_how_many_rooms() -> None:
    what = estate(hubs=2, communes=3)
    world = a_world(a_meeting(["c11", "c12", "c21"], DAWN + timedelta(minutes=14)), what, DAWN)
    world.run(40)
    world.cut("line1")
    world.run(20)
    [incident] = world.incidents.values()
    telling = Telling(Purpose.PROBLEM, incident, world.now, "https://ts.example.vn")
    said = render(telling, world.brain.topology, "vi", message_id="1", to="x")
    assert said.subject.endswith("– họp 09:14 có 2 điểm cầu")
    assert "Cuộc họp bị ảnh hưởng: Giao ban trực tuyến, họp 09:14 có 2 điểm cầu." in said.body
    assert said.short is not None
    assert "hop 09:14 co 2 diem cau" in said.short.sms
    assert len(said.short.sms) <= 160
    english = render(telling, world.brain.topology, "en", message_id="1", to="x")
    assert (
        "Meeting affected: Giao ban trực tuyến, the 09:14 meeting has 2 rooms here." in english.body
    )


def test_what_is_on_the_path_is_looked_at_more_often_and_nothing_more_seldom() -> None:
    plain = a_check(collector="tcp", interval=10.0)
    quick = quickened(plain)
    assert (quick.interval, quick.confirm.failures) == (BY_CONNECTION, 2)
    assert quickened(quick) is quick
    table = a_check(collector="snmp_interfaces", interval=60.0, reach=False)
    assert quickened(table).interval == OTHERS
    assert quickened(a_check(interval=0.25)).interval == 0.25


def test_a_path_holds_rooms_lines_and_bridge_but_not_what_stands_beside() -> None:
    what = estate(hubs=2, communes=2, reserves=(1,))
    [booking] = booked(what, [a_meeting(["c11"], DAWN)]).bookings
    assert {"c11", "c11-gw", "c11-vc", "line-c11", "hub1-gw", "line1", "line1b"} <= booking.path
    assert {"core", "core2", "bridge"} <= booking.path
    assert booking.path.isdisjoint({"hub1-vc", "c12", "c12-gw", "hub2-gw", "line2"})


def test_without_a_duty_officer_the_usual_people_are_told_at_once() -> None:
    what = estate(hubs=2, communes=2)
    meeting = a_meeting(["c11"], NIGHT + timedelta(minutes=14), officer=None)
    world = a_world(meeting, what, NIGHT)
    world.run(40)
    world.cut("line-c11")
    world.run(20)
    [incident] = world.incidents.values()
    [row] = [n for n in world.notifications if n.purpose is Purpose.PROBLEM]
    assert (row.recipient, row.due_at, row.because) == ("truc", incident.decided_at, "meeting")


@pytest.mark.parametrize("other", [None, "chi"])
def test_of_two_meetings_at_once_each_officer_hears_whichever_is_larger(other: str | None) -> None:
    what = estate(hubs=2, communes=2)
    soon = NIGHT + timedelta(minutes=14)
    small = a_meeting(["c11"], soon)
    large = a_meeting(
        ["c11", "c12", "c21"], soon, id="HN-20261123-0000", title="Tập huấn", officer=other
    )
    world = World(booked(what, near([small, large], NIGHT, timedelta(hours=1))), USUAL, now=NIGHT)
    world.brain.replace(world.estate, [CONTACT, OFFICER], NIGHT)
    world.run(40)
    world.cut("line-c11")
    world.run(20)
    [incident] = world.incidents.values()
    assert incident.chain is not None
    at_once = [step.contact for step in incident.chain.steps if not step.after]
    assert at_once == (["binh"] if other is None else ["chi", "binh"])
