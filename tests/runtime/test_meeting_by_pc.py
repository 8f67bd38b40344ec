"""A room that meets by PC before its meeting: off is no fault, then it is, then its PC speaks."""

from datetime import timedelta

from core.meeting import Beat, Tick
from storage.ledger import Ledger
from tests.runtime.test_meeting_watch import Office

ROOM = "room-c12"  # which has no equipment of its own


async def speaks(office: Office, **said: object) -> None:
    beat = {"room": ROOM, "at": office.clock.now(), "client": True, "by": "pc", **said}
    await office.ledger.meetings.beat(Beat.model_validate(beat))


async def test_a_pc_is_waited_for_until_its_hour_and_then_the_officer_hears(
    sqlite_ledger: Ledger,
) -> None:
    office = Office(sqlite_ledger)
    await speaks(office)
    await office.meets(timedelta(days=1), rooms=(ROOM,))
    assert await office.goes_on() == ["Họp 09:00 ngày 23/11: 1/1 điểm cầu sẵn sàng"]
    assert await office.goes_on(23 * 3600) == [], "T-60: the PC is off, which is no fault"
    [worse] = await office.goes_on(30 * 60)
    assert worse == "Họp 09:00 ngày 23/11: 0/1 điểm cầu sẵn sàng, 1 chưa sẵn sàng"
    assert "máy tính ở điểm cầu không báo về, từ 09:00" in office.mouth.said[-1].body
    office.clock.advance(19 * 60)
    await speaks(office, microphone=False)
    [summary] = await office.goes_on(60)
    assert summary == "Họp 09:00 ngày 23/11: 0/1 điểm cầu sẵn sàng, 1 có nguy cơ"
    assert "máy tính không thấy micrô" in office.mouth.said[-1].body


async def test_what_a_person_ticked_there_counts_beside_the_pc(sqlite_ledger: Ledger) -> None:

    office = Office(sqlite_ledger)
    await speaks(office)
    office.clock.advance(3600)
    meeting = await office.meets(timedelta(minutes=90), rooms=(ROOM,))
    for item in ("screen", "sound", "power"):
        await sqlite_ledger.meetings.tick(
            Tick(
                meeting=meeting.id,
                room=ROOM,
                item=item,
                good=True,
                at=office.clock.now(),
                by="lan",
            )
        )
    [said] = await office.goes_on()
    assert said == "Họp 10:30 ngày 22/11: 0/1 điểm cầu sẵn sàng, 1 có nguy cơ"
    assert "máy tính ở điểm cầu không báo về" in office.mouth.said[-1].body
