"""Readiness runs find their hour, their officer hears of them once, and who is in is followed."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.room_stack import RoomFacts, Standing
from alerts.signals import Signal, Signals
from alerts.telling import TellingPolicy, Way
from alerts.topology import Topology
from core.incident import Incident
from core.inventory import Contact
from core.labels import Series
from core.meeting import Beat, Meeting, Tick, Wanted
from core.outcome import Event
from core.reading import Reading
from core.status import Status, TargetState
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.estate_feed import Edition
from runtime.meeting_letters import MeetingLetters
from runtime.meeting_watch import MeetingWatch, officers, present
from storage.ledger import Ledger
from tests.alerts.province import estate, serving
from tests.factories import DAWN, FakeClock
from tests.runtime.test_dispatcher import Mouth, turned

LAND = serving(estate(hubs=1, communes=2))
AN = Contact(slug="an", name="Nguyễn Văn An", email="an@donvi.vn", phone="0912345678")
BINH = Contact(slug="binh", name="Trần Thị Bình", email="binh@donvi.vn", language="en")
DAY = timedelta(days=1)


@dataclass
class Held:
    """How everything stands, as the brain would hold it."""

    states: dict[str, TargetState] = field(default_factory=dict)
    topology: Topology = field(default_factory=lambda: Topology(LAND))
    incidents: tuple[Incident, ...] = ()
    at: datetime = DAWN

    def now(self, slug: str, status: Status, cause: str | None = None) -> None:
        self.states[slug] = TargetState(slug, status, self.at, "x", cause)


class Office:
    """A ledger with one meeting, what watches over it and what speaks."""

    settling = 0.0

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.clock = FakeClock(DAWN)
        self.held, self.signals, self.mouth = Held(), Signals(), Mouth()
        for target in LAND.targets:
            self.held.now(target.slug, Status.UP)
        self.edition = Edition(1, DAWN.date(), LAND, (AN, BINH), phones={"c11": "an"})
        self.events: list[Event] = []
        self.watch = self.another()
        self.dispatcher = Dispatcher(
            ledger,
            {"mail": self.mouth.outlet()},
            lambda: LAND,
            self.clock,
            told=asyncio.Event(),
            options=DispatchOptions(base_url="https://ts.example.vn"),
            meetings=MeetingLetters(ledger.meetings, lambda: (AN, BINH), "https://ts.example.vn"),
        )

    def another(self) -> MeetingWatch:
        """Return what watches, as a process that starts anew has it."""
        return MeetingWatch(
            self.ledger.meetings,
            self.held,
            lambda: self.edition,
            self.signals,
            TellingPolicy(ways=(Way(name="mail"), Way(name="room", to="fixed", address="u"))),
            self.clock,
            self.events.extend,
            lambda: None,
            settling=self.settling,
        )

    async def meets(self, ahead: timedelta, **changes: object) -> Meeting:
        fields: dict[str, object] = {
            "title": "Giao ban",
            "begin": DAWN + ahead,
            "end": DAWN + ahead + timedelta(hours=2),
            "rooms": ("room-c11", "room-c12"),
            "officer": "an",
            "bridge": "bridge",
        }
        wanted = Wanted.model_validate(fields | changes)
        return (await self.ledger.meetings.add(wanted, "lan", DAWN))[0]

    async def goes_on(self, seconds: float = 0) -> list[str]:
        """Let time pass, look, speak; return the subjects that were said meanwhile."""
        before = len(self.mouth.said)
        self.clock.advance(seconds)
        await self.watch.turn()
        await turned(self.dispatcher)
        return [message.subject for message in self.mouth.said[before:]]

    def says(self, **values: float) -> None:
        samples = [(Series.of(name), value) for name, value in values.items()]
        self.signals.hear([Reading("c11-vc/codec", "center", self.clock.now(), samples)])


async def test_the_officer_hears_first_then_at_the_end_and_between_only_of_worse(
    ledger: Ledger,
) -> None:
    office = Office(ledger)
    await office.meets(DAY)
    assert await office.goes_on() == ["Họp 09:00 ngày 23/11: 2/2 điểm cầu sẵn sàng"]
    assert office.mouth.said[0].to == "an@donvi.vn"
    assert await office.goes_on(60) == []
    assert await office.goes_on(23 * 3600) == []  # T-60: nothing is worse
    office.held.now("c11", Status.UNREACHABLE, "line-c11")
    office.held.now("c11-vc", Status.UNREACHABLE, "line-c11")
    [worse] = await office.goes_on(30 * 60)
    assert worse == (
        "Họp 09:00 ngày 23/11: 0/2 điểm cầu sẵn sàng, 1 chưa sẵn sàng, 1 chưa kiểm tra được"
    )
    assert "Kênh VNPT đi c11" in office.mouth.said[-1].body
    assert "gọi Nguyễn Văn An 0912345678" in office.mouth.said[-1].body
    [summary] = await office.goes_on(20 * 60)
    assert summary == worse
    assert await office.goes_on(60) == []


async def test_a_run_survives_a_restart_and_is_not_told_twice(sqlite_ledger: Ledger) -> None:
    office = Office(sqlite_ledger)
    await office.meets(timedelta(minutes=9))
    assert len(await office.goes_on()) == 1
    office.watch = office.another()
    assert await office.goes_on(1) == []
    runs = await sqlite_ledger.meetings.runs("HN-20261122-0001")
    assert [run.stage for run in runs] == [10]


async def test_nothing_is_found_before_everything_could_be_observed(
    sqlite_ledger: Ledger,
) -> None:
    office = Office(sqlite_ledger)
    office.settling = 60.0
    office.watch = office.another()
    await office.meets(timedelta(minutes=9))
    assert await office.goes_on() == []
    assert await office.goes_on(59) == []
    assert len(await office.goes_on(1)) == 1
    soon = await office.meets(timedelta(minutes=2, seconds=1))
    office.watch = office.another()
    assert len(await office.goes_on(30)) == 1  # it begins in half a minute
    assert [run.stage for run in await sqlite_ledger.meetings.runs(soon.id)] == [10]


async def test_a_meeting_that_is_called_off_is_told_of_no_more(sqlite_ledger: Ledger) -> None:
    office = Office(sqlite_ledger)
    meeting = await office.meets(timedelta(minutes=9))
    await office.watch.turn()
    await sqlite_ledger.meetings.cancel(meeting.id, "lan", DAWN)
    await turned(office.dispatcher)
    assert office.mouth.said == []


async def test_what_was_found_of_a_meeting_that_has_moved_since_is_told_no_more(
    sqlite_ledger: Ledger,
) -> None:
    office = Office(sqlite_ledger)
    meeting = await office.meets(timedelta(minutes=9))
    await office.watch.turn()
    later = {"begin": meeting.begin + DAY, "end": meeting.end + DAY}
    wanted = Wanted(**meeting.model_dump(include=set(Wanted.model_fields)) | later)
    await sqlite_ledger.meetings.change(meeting.id, wanted, "lan", DAWN)
    await turned(office.dispatcher)
    assert (office.mouth.said, office.dispatcher.stats.bugs.count) == ([], 0)
    assert office.dispatcher.stats.cancelled == 1


async def test_who_is_in_is_followed_with_what_took_a_room_away(ledger: Ledger) -> None:
    office = Office(ledger)
    meeting = await office.meets(timedelta(seconds=-60))
    office.says(vc_in_call=1.0)
    await office.goes_on()
    tick = Tick(meeting=meeting.id, room="room-c12", item="present", good=True, at=DAWN, by="an")
    await ledger.meetings.tick(tick)
    await office.goes_on(5)
    await office.goes_on(5)
    office.held.at = office.clock.now()
    office.held.now("c11", Status.UNREACHABLE, "line-c11")
    office.held.now("c11-vc", Status.UNREACHABLE, "line-c11")
    await office.goes_on(5)
    rows = await ledger.meetings.presences(meeting.id)
    assert [(row.room, row.present, row.source) for row in rows] == [
        ("room-c11", True, "call"),
        ("room-c12", True, "person"),
        ("room-c11", False, "reach"),
    ]
    office.watch = office.another()
    await office.goes_on(5)
    assert len(await ledger.meetings.presences(meeting.id)) == len(rows)


def test_without_an_officer_whoever_is_told_of_everything_answers() -> None:
    commune = Contact(slug="xa", name="Xã", email="xa@donvi.vn", unit="xa")
    meeting = Meeting(
        id="HN", title="x", begin=DAWN, end=DAWN + DAY, rooms=("r",), by="a", recorded_at=DAWN
    )
    assert officers(meeting, (AN, commune)) == [AN]
    named = meeting.model_copy(update={"officer": "xa"})
    assert officers(named, (AN, commune)) == [commune]


def test_what_equipment_said_before_it_was_lost_brings_no_room_back() -> None:
    back = DAWN + timedelta(seconds=60)
    standing = Standing("c11-vc", Status.UP, since=back)
    site = Standing("c11", Status.UP, since=back)

    def said(at: datetime, *, in_call: bool) -> tuple[bool, str] | None:
        signal = Signal(at, registered=True, in_call=in_call)
        return present(RoomFacts("room-c11", site, standing, signal=signal))

    assert said(back - timedelta(seconds=30), in_call=True) is None
    assert said(back + timedelta(seconds=5), in_call=False) == (False, "call")
    assert said(back + timedelta(seconds=5), in_call=True) == (True, "call")


async def test_a_call_counts_in_one_of_two_meetings_at_once(ledger: Ledger) -> None:
    """The room goes on where it was, though another meeting begins, until it hangs up."""
    office = Office(ledger)
    long = await office.meets(timedelta(seconds=-60), bridge=None)
    office.says(vc_in_call=1.0)
    await office.goes_on()
    short = await office.meets(timedelta(seconds=30), bridge=None, title="Họp gấp")
    office.says(vc_in_call=1.0)
    await office.goes_on(60)

    async def moves(meeting: Meeting) -> list[tuple[bool, str]]:
        rows = await ledger.meetings.presences(meeting.id)
        return [(row.present, row.source) for row in rows]

    assert (await moves(long), await moves(short)) == ([(True, "call")], [])
    office.clock.advance(30)
    office.says(vc_in_call=0.0)
    await office.goes_on()
    office.clock.advance(5)
    office.says(vc_in_call=1.0)
    await office.goes_on()
    assert await moves(long) == [(True, "call"), (False, "call")]
    assert await moves(short) == [(True, "call")]


async def test_a_site_and_its_room_are_one_where_both_mean_the_same_equipment(
    sqlite_ledger: Ledger,
) -> None:
    office = Office(sqlite_ledger)
    as_site = await office.meets(timedelta(seconds=-60), bridge=None, rooms=("c11",))
    office.says(vc_in_call=1.0)
    await office.goes_on()
    as_room = await office.meets(timedelta(seconds=-30), bridge=None, title="Họp gấp")
    office.says(vc_in_call=1.0)
    await office.goes_on(5)
    assert len(await sqlite_ledger.meetings.presences(as_site.id)) == 1
    assert await sqlite_ledger.meetings.presences(as_room.id) == []


async def test_a_room_that_a_bridge_hears_in_another_meeting_has_moved_there(
    ledger: Ledger,
) -> None:
    office = Office(ledger)
    first = await office.meets(timedelta(seconds=-60), bridge=None)
    office.says(vc_in_call=1.0)
    await office.goes_on()
    second = await office.meets(timedelta(seconds=-30), title="Họp gấp")
    leg = Series.of("vc_call_info", (), remote="room-c11", conference="7000")
    office.signals.hear([Reading("bridge/pexip", "center", office.clock.now(), [(leg, 1.0)])])
    await office.goes_on(5)
    [came, left] = await ledger.meetings.presences(first.id)
    assert (came.present, left.present, left.source, left.dropped) == (
        True,
        False,
        "elsewhere",
        False,
    )
    [there] = await ledger.meetings.presences(second.id)
    assert (there.present, there.at) == (True, left.at)


def test_a_pc_that_meets_over_another_line_has_not_dropped_with_its_sites() -> None:
    cut = Standing("c11", Status.UNREACHABLE, since=DAWN + timedelta(seconds=60))

    def said(after: float) -> tuple[bool, str] | None:
        at = DAWN + timedelta(seconds=after)
        beat = Beat(room="room-c11", at=at, in_call=True, by="pc")
        return present(RoomFacts("room-c11", cut, client=beat, beat=beat))

    assert said(59) == (False, "reach")  # over the line that is lost
    assert said(75) == (True, "client")
