"""From an hour before a meeting to its end: booked, quickened, and one message to one person."""

import asyncio
from datetime import datetime, timedelta

from alerts.telling import TellingPolicy, Way
from core.inventory import (
    Changes,
    Contact,
    Device,
    Inventory,
    Link,
    Site,
    Unit,
    UnitLevel,
)
from core.meeting import Meeting, Wanted
from core.status import Status
from inventory.compiled import LookingDefaults
from runtime.assembly import looking_defaults
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.escalator import Escalator
from runtime.estate_feed import Edition, EstateFeed
from runtime.meeting_letters import MeetingLetters
from runtime.room_requests import RoomRequests
from runtime.sections.looking import Looking
from storage.ledger import Ledger
from tests.alerts.province import CONTACT, World, estate
from tests.alerts.test_endangered import OFFICER, USUAL, a_world
from tests.factories import DAWN, FakeClock
from tests.runtime.test_dispatcher import Mouth, turned

HOUR = timedelta(hours=1)
LAND = Inventory(
    units=(
        Unit(slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"),
    ),
    sites=(
        Site(slug="trung-tam", name="Trung tâm", unit="tinh", role="center"),
        Site(slug="xa", name="UBND xã", unit="tinh", contact="an"),
        Site(slug="xa-khac", name="UBND xã khác", unit="tinh"),
    ),
    devices=tuple(
        Device(slug=slug, name=slug, site=site, kind=kind, address=address)
        for slug, site, kind, address in (
            ("core", "trung-tam", "router", "10.0.0.1"),
            ("xa-gw", "xa", "gateway", "10.0.1.1"),
            ("xa-vc", "xa", "endpoint", "10.0.1.2"),
            ("khac-gw", "xa-khac", "gateway", "10.0.2.1"),
        )
    ),
    links=(
        Link(slug="kenh-xa", name="Kênh xã", near="core", far="xa-gw"),
        Link(slug="kenh-khac", name="Kênh khác", near="core", far="khac-gw"),
    ),
    contacts=(Contact(slug="an", name="An", email="an@donvi.vn"),),
)


def a_wish(begin: datetime) -> Wanted:
    return Wanted(title="Giao ban", begin=begin, end=begin + HOUR, rooms=("xa",), officer="an")


async def test_a_meeting_is_booked_from_an_hour_before_to_its_end(sqlite_ledger: Ledger) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", DAWN)
    clock = FakeClock()
    slow = LookingDefaults(reach_interval=30.0)
    feed = EstateFeed(sqlite_ledger.inventory, slow, clock, sqlite_ledger.meetings)
    told: list[Edition] = []

    async def changed(edition: Edition) -> None:
        told.append(edition)

    def intervals() -> dict[str, float]:
        return {c.target: c.interval for c in feed.current() if c.reach}

    await sqlite_ledger.meetings.add(a_wish(DAWN + 2 * HOUR), "lan", DAWN)
    assert await feed.refresh(changed)
    assert not await feed.refresh(changed)
    usual = intervals()
    assert feed.estate().bookings == ()
    clock.advance(3600)
    version = feed.version
    assert await feed.refresh(changed)
    assert feed.version == version + 1
    [booking] = told[-1].estate.bookings
    assert {"xa", "xa-gw", "xa-vc", "kenh-xa", "core"} == set(booking.path)
    assert intervals() == usual | {"xa-gw": 0.4, "xa-vc": 0.4, "core": 0.4}
    assert feed.edition.phones == {"xa": "an"}
    assert not await feed.refresh(changed)
    clock.advance(7200)
    assert await feed.refresh(changed)
    assert told[-1].estate.bookings == ()
    assert intervals() == usual


def test_what_equipment_needs_between_two_looks_is_known_of_its_collector() -> None:
    pauses = looking_defaults(Looking()).pauses
    assert pauses == {"pexip": 30.0, "poly_videoos": 30.0, "sip_options": 15.0}


async def test_a_meeting_that_is_called_off_is_let_go_at_once(sqlite_ledger: Ledger) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", DAWN)
    clock = FakeClock()
    looking = LookingDefaults()
    feed = EstateFeed(sqlite_ledger.inventory, looking, clock, sqlite_ledger.meetings)
    meeting, _ = await sqlite_ledger.meetings.add(a_wish(DAWN + HOUR / 2), "lan", DAWN)
    await feed.refresh()
    assert len(feed.estate().bookings) == 1
    await sqlite_ledger.meetings.cancel(meeting.id, "lan", DAWN)
    await feed.refresh()
    assert feed.estate().bookings == ()


async def test_at_fourteen_minutes_before_one_of_140_rooms_is_cut_and_one_message_leaves(
    ledger: Ledger,
) -> None:
    """The whole way through a real ledger: brain, outbox, steps, channel."""
    what = estate(hubs=14, communes=10)
    rooms = tuple(t.slug for t in what.targets if (t.kind, t.role) == ("site", "site"))
    begin = DAWN + timedelta(minutes=14)
    meeting = Meeting(
        id="HN-20261122-0001",
        title="Giao ban",
        begin=begin,
        end=begin + 2 * HOUR,
        rooms=rooms,
        officer="binh",
        by="lan",
        recorded_at=DAWN,
    )
    world: World = a_world(meeting, what, DAWN)
    mouth, clock = Mouth(), FakeClock(DAWN)
    edition = Edition(1, DAWN.date(), world.estate, (CONTACT, OFFICER))
    dispatcher = Dispatcher(
        ledger,
        {"mail": mouth.outlet()},
        lambda: world.estate,
        clock,
        told=asyncio.Event(),
        options=DispatchOptions(base_url="https://ts.example.vn"),
        escalation=Escalator(ledger.rota, lambda: edition, USUAL),
    )
    world.run(40)
    world.cut("line-c75")
    cut_at = world.now
    world.run(30, until=lambda: bool(world.notifications))
    decided = world.now
    assert decided - cut_at <= timedelta(seconds=5)
    assert world.status("c75") in {Status.DOWN, Status.UNREACHABLE}
    for outcome in world.outcomes:
        if not outcome.empty:
            await ledger.brain.commit(outcome, decided)
    clock.advance((decided - DAWN).total_seconds())
    for _ in range(3):
        await turned(dispatcher)
    [message] = mouth.said
    assert message.to == "binh@donvi.vn"
    assert "họp 09:14 có 1 điểm cầu" in message.subject
    clock.advance(240)
    await turned(dispatcher)
    assert len(mouth.said) == 1
    clock.advance(70)  # nobody answers for five minutes: the usual people follow
    for _ in range(3):
        await turned(dispatcher)
    assert [one.to for one in mouth.said] == ["binh@donvi.vn", "truc@example.vn"]


async def test_every_room_with_a_contact_is_asked_with_a_link_of_its_own(
    sqlite_ledger: Ledger,
) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", DAWN)
    clock, mouth, told = FakeClock(), Mouth(), asyncio.Event()
    meeting, _ = await sqlite_ledger.meetings.add(a_wish(DAWN + HOUR), "lan", DAWN)
    policy = TellingPolicy(ways=(Way(name="wall", to="fixed", address="u"), Way(name="mail")))
    requests = RoomRequests(sqlite_ledger.outbox, policy, lambda: LAND.contacts, told)
    assert await requests.ask(meeting, {"xa": "an", "xa-khac": "la"}, DAWN) == 1
    assert told.is_set()
    dispatcher = Dispatcher(
        sqlite_ledger,
        {"mail": mouth.outlet()},
        lambda: estate(hubs=1, communes=1),
        clock,
        told=told,
        options=DispatchOptions(base_url="https://ts.example.vn"),
        meetings=MeetingLetters(
            sqlite_ledger.meetings, lambda: LAND.contacts, "https://ts.example.vn"
        ),
    )
    await turned(dispatcher)
    [message] = mouth.said
    assert message.to == "an@donvi.vn"
    token = message.body.rpartition("/m/")[2].strip()
    found = await sqlite_ledger.meetings.behind(token, DAWN)
    assert (found.meeting, found.room) == (meeting.id, "xa")
    claimed = await sqlite_ledger.outbox.claim("w", DAWN + HOUR, 10, 60)
    assert claimed == []
