"""The demo's rooms without equipment: the shipped program reports for one, a person for one."""

import asyncio
from datetime import timedelta
from pathlib import Path

from core.clock import LOCAL, SystemClock
from core.inventory import Inventory
from core.meeting import CHECKLIST, PRESENT, Beat
from inventory.plan import plan
from lab import province
from runtime import demo_meetings, demo_rooms
from runtime.assembly import open_books
from runtime.hub import Hub
from tests.runtime.test_hub import running, settings

CLOCK = SystemClock()


def test_one_room_has_a_pc_and_one_has_nothing_and_both_are_in_todays_meetings() -> None:
    wanted = demo_rooms.furnished(province.inventory())
    (pc,), (hall,) = demo_rooms.of_pcs(wanted), demo_rooms.by_hand(wanted)
    rooms = {room.slug: room for room in wanted.rooms}
    assert rooms[pc].device is rooms[hall].device is None
    assert rooms[pc].site != rooms[hall].site
    for meeting in demo_meetings.todays(wanted, CLOCK.now()):
        assert {pc, hall} <= set(meeting.rooms)


async def heard(hub: Hub, room: str) -> Beat:
    async with asyncio.timeout(30):
        while True:
            beat = (await hub.ledger.meetings.said(None)).beats.get(room)
            if beat is not None:
                return beat
            await asyncio.sleep(0.1)


async def test_the_pc_of_the_demo_is_heard_and_ends_with_it_and_the_hall_is_ticked(
    tmp_path: Path,
) -> None:
    made = settings(tmp_path)
    wanted = demo_rooms.furnished(province.inventory())
    (pc,), (hall,) = demo_rooms.of_pcs(wanted), demo_rooms.by_hand(wanted)
    ledger = await open_books(made, CLOCK)
    now = CLOCK.now()
    changes = plan(Inventory(), wanted, now.astimezone(LOCAL).date()).changes
    await ledger.inventory.apply(changes, "demo", now)
    await demo_meetings.enter(ledger.meetings, wanted, now)
    key = await ledger.room_keys.make(pc, "demo", now)
    await ledger.aclose()
    async with running(made) as hub:
        async with demo_rooms.reporting(made.web.address, pc, key, tmp_path) as program:
            beat = await heard(hub, pc)
            assert beat.client is True
            assert beat.at - now < timedelta(minutes=1)
            assert program.returncode is None
        assert program.returncode is not None
        coming, going_on = sorted(
            await hub.ledger.meetings.find(now - timedelta(hours=1), now + timedelta(hours=1)),
            key=lambda meeting: meeting.begin,
            reverse=True,
        )
        said = (await hub.ledger.meetings.said(coming.id)).ticks
        assert {item for item, tick in said[hall].items() if tick.good} == set(CHECKLIST)
        assert pc not in said
        for room in (pc, hall):
            assert (await hub.ledger.meetings.said(going_on.id)).ticks[room][PRESENT].good
    kept = (tmp_path / "room-heartbeat.ini").stat().st_mode & 0o777
    assert kept == 0o600
    assert key not in (tmp_path / "room-heartbeat.log").read_text()
