"""During a meeting the figures of both ends become spans of the ledger, with whom they blame."""

from datetime import timedelta

from alerts.legs import Legs
from alerts.quality import Bands
from alerts.signals import Signals
from alerts.topology import Topology
from core.callquality import Grade, QualitySpan, Side
from core.labels import Series
from core.meeting import Meeting, Wanted
from core.outcome import Event
from core.reading import Reading, Sample
from core.status import Status
from core.watching import Estate
from inventory.booked import booked
from runtime.estate_feed import Edition
from runtime.meeting_series import MeetingSeries
from runtime.quality_watch import QualityWatch
from storage.ledger import Ledger
from tests.alerts.province import estate, room
from tests.factories import DAWN, FakeClock
from tests.runtime.test_meeting_watch import AN, LAND, Held

HOUR = timedelta(hours=1)


class Office:
    """A ledger with one meeting that goes on, and what follows how it sounds."""

    def __init__(self, ledger: Ledger, meeting: Meeting, land: Estate = LAND) -> None:
        self.ledger, self.meeting = ledger, meeting
        self.clock, self.held = FakeClock(DAWN), Held(topology=Topology(land))
        for target in land.targets:
            self.held.now(target.slug, Status.UP)
        estate = booked(land, [meeting])
        self.edition = Edition(1, DAWN.date(), estate, (AN,), meetings=(meeting,))
        self.events: list[Event] = []
        self.start()

    def start(self) -> None:
        """Begin as a process that has just been started."""
        self.signals = Signals(Legs(Bands()))
        self.watch = QualityWatch(
            self.ledger.meetings,
            self.held,
            lambda: self.edition,
            self.signals,
            self.clock,
            self.events.extend,
        )
        self.signals.legs.attend(self.edition.estate.bookings[0].path)

    def says(self, loss: float, *, line: float = 0.0) -> None:
        """Let the codec at c11, the bridge and the sweep of c11's gateway speak."""
        now = self.clock.now()
        media = {"media": "video", "direction": "rx"}
        heard: list[Sample] = [
            (Series.of("vc_in_call"), 1.0),
            (Series.of("vc_media_loss_ratio", (), **media), loss),
        ]
        leg: list[Sample] = [
            (Series.of("vc_call_info", (), remote="c11-vc", conference="giao-ban"), 1.0),
            (Series.of("vc_media_loss_ratio", (), remote="c11-vc", **media), 0.0),
        ]
        swept: list[Sample] = [
            (Series.of("probe_loss_ratio"), line),
            (Series.of("probe_icmp_rtt_mean_seconds"), 0.03),
        ]
        self.signals.hear(
            [
                Reading("c11-vc/cisco_codec", "center", now, heard),
                Reading("bridge/pexip", "center", now, leg),
                Reading("c11-gw/icmp", "center", now, swept),
            ]
        )

    async def goes_on(self, windows: int, loss: float, *, line: float = 0.0) -> None:
        for _ in range(windows):
            self.clock.advance(15)
            self.says(loss, line=line)
            for _ in range(3):  # looks are more frequent than what is said
                await self.watch.turn()

    async def rows(self) -> list[QualitySpan]:
        return await self.ledger.meetings.qualities(self.meeting.id)


async def an_office(ledger: Ledger) -> Office:
    wanted = Wanted(
        title="Giao ban",
        begin=DAWN,
        end=DAWN + HOUR,
        rooms=("room-c11", "room-c12"),
        officer="an",
        bridge="bridge",
    )
    meeting, _ = await ledger.meetings.add(wanted, "lan", DAWN)
    return Office(ledger, meeting)


async def test_a_line_that_goes_bad_is_a_row_of_its_own_and_blamed(ledger: Ledger) -> None:
    office = await an_office(ledger)
    await office.goes_on(10, 0.0)
    await office.goes_on(16, 0.05, line=0.05)
    await office.goes_on(4, 0.0, line=0.0)
    office.clock.advance(3600)
    await office.watch.turn()
    good, bad, again = await office.rows()
    assert (good.grade, bad.grade, again.grade) == (Grade.GOOD, Grade.BAD, Grade.GOOD)
    assert (good.until, bad.until) == (bad.begin, again.begin)
    assert bad.until - bad.begin == timedelta(seconds=16 * 15)
    assert (bad.by, bad.media, bad.direction, bad.value) == ("loss", "video", "rx", 0.05)
    assert bad.side is Side.LINE
    assert {row.room for row in await office.rows()} == {"room-c11"}
    assert all(event.kind == "meeting" for event in office.events)


async def test_a_clean_line_leaves_the_room_to_blame(sqlite_ledger: Ledger) -> None:
    office = await an_office(sqlite_ledger)
    await office.goes_on(12, 0.05)
    [row] = await office.rows()
    assert (row.grade, row.side) == (Grade.BAD, Side.ROOM)


async def test_rooms_that_share_a_line_blame_it_though_its_sweeps_are_clean(
    sqlite_ledger: Ledger,
) -> None:
    shape = estate(hubs=2, communes=3)
    near, far = (tuple(f"c{hub}{n}" for n in (1, 2, 3)) for hub in (1, 2))
    rooms = tuple(room(f"room-{one}", one, f"{one}-vc") for one in (*near, *far[:2]))
    land = Estate(targets=(*shape.targets, *rooms), checks=shape.checks)
    wanted = Wanted(
        title="Giao ban",
        begin=DAWN,
        end=DAWN + HOUR,
        rooms=tuple(one.slug for one in rooms),
        officer="an",
        bridge="bridge",
    )
    meeting, _ = await sqlite_ledger.meetings.add(wanted, "lan", DAWN)
    office = Office(sqlite_ledger, meeting, land)
    video = {"media": "video", "direction": "rx"}
    for _ in range(10):
        office.clock.advance(15)
        now = office.clock.now()
        for one in (*near, *far[:2]):
            lost = 0.05 if one in near else 0.0
            said = [
                (Series.of("vc_in_call"), 1.0),
                (Series.of("vc_media_loss_ratio", (), **video), lost),
            ]
            swept = [(Series.of("probe_loss_ratio"), 0.0)]
            office.signals.hear(
                [
                    Reading(f"{one}-vc/cisco_codec", "center", now, said),
                    Reading(f"{one}-gw/icmp", "center", now, swept),
                ]
            )
        await office.watch.turn()
    found = {row.room: (row.grade, row.side) for row in await office.rows()}
    assert found == {
        **{f"room-{one}": (Grade.BAD, Side.LINE) for one in near},
        **{f"room-{one}": (Grade.GOOD, Side.UNKNOWN) for one in far[:2]},
    }


async def test_a_restart_goes_on_with_the_row_that_was_written(sqlite_ledger: Ledger) -> None:
    office = await an_office(sqlite_ledger)
    await office.goes_on(10, 0.0)
    office.start()
    await office.goes_on(10, 0.0)
    [row] = await office.rows()
    assert row.until - row.begin >= timedelta(seconds=19 * 15 - 60)


async def test_how_a_meeting_stands_is_told_as_series(sqlite_ledger: Ledger) -> None:
    office = await an_office(sqlite_ledger)
    await office.goes_on(6, 0.05)
    series = MeetingSeries(
        sqlite_ledger.meetings, office.held, lambda: office.edition, office.signals, office.clock
    )
    await series.refresh()
    found = {str(one): value for one, value in series.samples(())}
    it = f'meeting="{office.meeting.id}"'
    counts = {
        state: found[f'meeting_rooms{{{it},state="{state}"}}']
        for state in ("invited", "joined", "measured", "good")
    }
    assert counts == {"invited": 2.0, "joined": 1.0, "measured": 1.0, "good": 0.0}
    assert found[f"meeting_quality_grade{{{it}}}"] == 3.0
    assert found[f"meeting_going_on{{{it}}}"] == 1.0
    assert found[f'meeting_room_joined{{{it},room="room-c11"}}'] == 1.0
    assert found[f'meeting_room_quality_grade{{{it},room="room-c11"}}'] == 3.0
    mos = found[f'meeting_room_estimated_mos{{{it},room="room-c11"}}']
    assert 1 <= mos < 4
    assert not [one for one in found if "quality_grade" in one and "room-c12" in one]
    assert {family.name for family in series.collect()} >= {"meeting_info", "meeting_rooms"}


async def test_a_room_that_has_left_is_no_good_room_of_the_series(sqlite_ledger: Ledger) -> None:
    """The bridge's last word of its call is still fresh when its equipment says that it is out."""
    office = await an_office(sqlite_ledger)
    await office.goes_on(6, 0.0)
    out: list[Sample] = [(Series.of("vc_in_call"), 0.0)]
    office.signals.hear([Reading("c11-vc/cisco_codec", "center", office.clock.now(), out)])
    series = MeetingSeries(
        sqlite_ledger.meetings, office.held, lambda: office.edition, office.signals, office.clock
    )
    await series.refresh()
    found = {str(one): value for one, value in series.samples(())}
    it = f'meeting="{office.meeting.id}"'
    assert {
        state: found[f'meeting_rooms{{{it},state="{state}"}}'] for state in ("joined", "good")
    } == {
        "joined": 0.0,
        "good": 0.0,
    }
