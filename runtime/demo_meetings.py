"""The meetings of a demo's day: one goes on, one begins soon with a room that is not ready."""

from datetime import datetime, timedelta

from core.inventory import Inventory
from core.meeting import CHECKLIST, PRESENT, Tick, Wanted
from runtime import demo_rooms
from storage.meetings import MeetingBook

BEGUN, SOON = timedelta(minutes=25), timedelta(minutes=20)
_LASTS = timedelta(hours=2)
_MOST = 12  # rooms of each


def todays(inventory: Inventory, now: datetime) -> tuple[Wanted, Wanted]:
    """Return the meeting that goes on and the one that is to come, to the minute."""
    minute = now.replace(second=0, microsecond=0)
    hubs = [site.slug for site in inventory.sites if site.role == "hub"]
    others = [site.slug for site in inventory.sites if site.role == "site"]
    officer = inventory.contacts[0].slug if inventory.contacts else None
    bridge = next((d.slug for d in inventory.devices if d.kind == "bridge"), None)
    without = (*demo_rooms.of_pcs(inventory), *demo_rooms.by_hand(inventory))
    center = next(site.slug for site in inventory.sites if site.role == "center")
    going_on = Wanted(
        title="Giao ban trực tuyến của Ủy ban nhân dân tỉnh",
        begin=minute - BEGUN,
        end=minute - BEGUN + _LASTS,
        rooms=(*without, *(hubs + others)[:_MOST]),
        chair=center,
        officer=officer,
        bridge=bridge,
        importance="high",
    )
    to_come = Wanted(
        title="Hội nghị báo cáo viên tháng này",
        begin=minute + SOON,
        end=minute + SOON + _LASTS,
        rooms=(*others[-_MOST:], *without),
        chair="Ban Tuyên giáo Trung ương",
        officer=officer,
        bridge=bridge,
        above=("MCU của Cục Bưu điện Trung ương",),
    )
    return going_on, to_come


async def enter(book: MeetingBook, inventory: Inventory, now: datetime) -> None:
    """Enter both meetings, and what the people in the rooms have said so far.

    Where the one goes on all but the last room have joined; in one room of the other there is no
    sound, and the rooms that only a person speaks for are ready.
    """
    going_on, to_come = todays(inventory, now)
    first, _ = await book.add(going_on, "demo", now)
    for room in first.rooms[:-1]:
        await book.tick(_tick(first.id, room, PRESENT, now, good=True))
    second, _ = await book.add(to_come, "demo", now)
    quiet = second.rooms[0]
    for item in ("screen", "power"):
        await book.tick(_tick(second.id, quiet, item, now, good=True))
    await book.tick(_tick(second.id, quiet, "sound", now, good=False))
    for room in demo_rooms.by_hand(inventory):
        for item in CHECKLIST:
            await book.tick(_tick(second.id, room, item, now, good=True))


def _tick(meeting: str, room: str, item: str, now: datetime, *, good: bool) -> Tick:
    return Tick(meeting=meeting, room=room, item=item, good=good, at=now, by="demo")
