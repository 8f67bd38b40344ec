"""Meetings are kept, moved, called off; a readiness run and its messages happen once, together."""

from datetime import UTC, datetime, timedelta

import pytest

from core.callquality import Grade, QualitySpan, Side
from core.errors import Conflict, Invalid, NotFound
from core.incident import Notification, Purpose
from core.meeting import (
    Attendance,
    Beat,
    Finding,
    Presence,
    Readiness,
    ReadinessRun,
    Reason,
    Tick,
    Wanted,
)
from storage.ledger import Ledger

NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)  # 08:00 in Vietnam
HOUR = timedelta(hours=1)


def a_wish(**changes: object) -> Wanted:
    fields: dict[str, object] = {
        "title": "Giao ban tháng 11",
        "begin": NOW + HOUR,
        "end": NOW + 3 * HOUR,
        "rooms": ("ph-an-loc", "ph-dak-o"),
        "officer": "an",
    }
    return Wanted.model_validate(fields | changes)


def a_run(stage: int = 60) -> ReadinessRun:
    found = Finding(
        room="ph-dak-o",
        result=Readiness.NOT_READY,
        reasons=(Reason(name="cut_off", about="kt-1", since=NOW),),
        phone="an",
    )
    return ReadinessRun(meeting="HN-20261130-0001", stage=stage, at=NOW, findings=(found,))


def a_message() -> Notification:
    return Notification(
        incident=None,
        meeting="HN-20261130-0001",
        purpose=Purpose.READINESS,
        recipient="an",
        address="an@donvi.vn",
        channel="mail",
        reason="stage_60",
        due_at=NOW,
        because="meeting",
    )


async def test_a_meeting_is_added_changed_called_off_and_audited(ledger: Ledger) -> None:
    meeting, events = await ledger.meetings.add(a_wish(), "lan", NOW)
    assert (meeting.id, meeting.by, meeting.source) == ("HN-20261130-0001", "lan", "page")
    assert [(e.kind, e.subject) for e in events] == [("meeting", meeting.id)]
    second, _ = await ledger.meetings.add(a_wish(title="Thứ hai"), "lan", NOW)
    assert second.id == "HN-20261130-0002"
    later, _ = await ledger.meetings.change(meeting.id, a_wish(begin=NOW + 2 * HOUR), "minh", NOW)
    assert await ledger.meetings.get(meeting.id) == later
    gone, _ = await ledger.meetings.cancel(meeting.id, "lan", NOW)
    assert gone.cancelled_at == NOW
    with pytest.raises(Conflict):
        await ledger.meetings.cancel(meeting.id, "lan", NOW)
    with pytest.raises(Conflict):
        await ledger.meetings.change(meeting.id, a_wish(), "lan", NOW)
    with pytest.raises(NotFound):
        await ledger.meetings.get("HN-20200101-0001")
    assert await ledger.meetings.find(NOW, NOW + 2 * HOUR) == [second]
    everything = await ledger.meetings.find(NOW, NOW + 9 * HOUR, called_off=True)
    assert {one.id for one in everything} == {second.id, meeting.id}
    actions = [row.action for row in await ledger.people.audit_rows()]
    assert {"meeting.add", "meeting.change", "meeting.cancel"} <= set(actions)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"end": NOW}, "end"),
        ({"end": NOW + timedelta(days=9)}, "end"),
        ({"rooms": ()}, "rooms"),
        ({"title": ""}, "title"),
        ({"begin": NOW.replace(year=1999)}, "begin"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    sqlite_ledger: Ledger, wrong: dict[str, object], key: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await sqlite_ledger.meetings.add(a_wish(**wrong), "lan", NOW)
    assert key in {problem.key for problem in refusal.value.problems}


async def test_a_run_happens_once_with_its_messages_or_not_at_all(ledger: Ledger) -> None:
    await ledger.meetings.add(a_wish(), "lan", NOW)
    events = await ledger.meetings.ran(a_run(), [a_message()], NOW)
    assert events is not None
    assert await ledger.meetings.ran(a_run(), [a_message()], NOW) is None
    assert await ledger.meetings.runs("HN-20261130-0001") == [a_run()]
    claimed = await ledger.outbox.claim("w", NOW, 10, 60)
    assert [(row.meeting, row.purpose) for row in claimed] == [
        ("HN-20261130-0001", Purpose.READINESS)
    ]


async def test_a_meeting_that_is_moved_is_looked_at_anew(sqlite_ledger: Ledger) -> None:
    book = sqlite_ledger.meetings
    meeting, _ = await book.add(a_wish(), "lan", NOW)
    await book.ran(a_run(), [], NOW)
    await book.change(meeting.id, a_wish(title="Tên khác"), "lan", NOW)
    assert len(await book.runs(meeting.id)) == 1
    await book.change(meeting.id, a_wish(end=NOW + 9 * HOUR, begin=NOW + 5 * HOUR), "lan", NOW)
    assert await book.runs(meeting.id) == []


async def test_what_people_and_clients_say_is_kept_by_its_last_word(ledger: Ledger) -> None:
    book = ledger.meetings
    meeting, _ = await book.add(a_wish(), "lan", NOW)

    async def says(good: bool, room: str = "ph-dak-o") -> None:
        await book.tick(
            Tick(meeting=meeting.id, room=room, item="sound", good=good, at=NOW, by="link")
        )

    await says(False)
    await says(True)
    with pytest.raises(NotFound):
        await says(True, room="ph-khac")
    beat = Beat(room="ph-dak-o", at=NOW, in_call=True, by="pc-1")
    assert await book.beat(beat)
    assert not await book.beat(beat.model_copy(update={"at": NOW + HOUR}))
    assert await book.beat(beat.model_copy(update={"in_call": False}))
    said = await book.said(meeting.id)
    assert said.ticks["ph-dak-o"]["sound"].good
    assert said.beats["ph-dak-o"].in_call is False


async def test_a_link_of_a_room_is_good_until_the_meeting_is_over(ledger: Ledger) -> None:
    book = ledger.meetings
    meeting, _ = await book.add(a_wish(), "lan", NOW)
    token = await book.room_link(meeting.id, "ph-dak-o", NOW)
    for _ in range(2):  # it is used again and again
        found = await book.behind(token, meeting.end - timedelta(seconds=1))
        assert (found.meeting, found.room) == (meeting.id, "ph-dak-o")
    with pytest.raises(NotFound):
        await book.behind(token, meeting.end)
    with pytest.raises(NotFound):
        await book.behind("x" * 43, NOW)
    with pytest.raises(NotFound):
        await book.room_link(meeting.id, "ph-khac", NOW)
    await book.change(meeting.id, a_wish(end=NOW + 5 * HOUR), "lan", NOW)
    assert await book.behind(token, NOW + 4 * HOUR)


async def test_who_came_and_left_and_how_many_took_part(ledger: Ledger) -> None:
    book = ledger.meetings
    meeting, _ = await book.add(a_wish(), "lan", NOW)
    came = Presence(meeting=meeting.id, room="ph-dak-o", at=NOW, present=True, source="call")
    left = came.model_copy(update={"at": NOW + HOUR, "present": False, "incident": "SC-1"})
    await book.present([came, left], NOW + HOUR)
    assert [(row.at, row.present, row.incident) for row in await book.presences(meeting.id)] == [
        (NOW, True, None),
        (NOW + HOUR, False, "SC-1"),
    ]
    row = Attendance(meeting=meeting.id, room="ph-dak-o", delegates=12, at=NOW, by="lan")
    await book.attended(row)
    await book.attended(row.model_copy(update={"delegates": 14}))
    assert (await book.attendances(meeting.id))["ph-dak-o"].delegates == 14


async def test_a_source_speaks_for_its_own_meetings(ledger: Ledger) -> None:
    book = ledger.meetings
    own, _ = await book.add(a_wish(title="Của ta"), "lan", NOW)
    listed = [a_wish(title=f"Họp {n}", mark=f"m{n}") for n in (1, 2)]
    first = await book.gather(listed, "feed", "feed", NOW, until=NOW + 48 * HOUR)
    assert [one.title for one in first.added] == ["Họp 1", "Họp 2"]
    again = await book.gather(listed, "feed", "feed", NOW, until=NOW + 48 * HOUR)
    assert (again.added, again.changed, again.cancelled, again.events) == ((), (), (), [])
    moved = listed[0].model_copy(update={"begin": NOW + 2 * HOUR})
    second = await book.gather([moved], "feed", "feed", NOW, until=NOW + 48 * HOUR)
    assert [one.id for one in second.changed] == [first.added[0].id]
    assert [one.id for one in second.cancelled] == [first.added[1].id]
    third = await book.gather(listed, "feed", "feed", NOW, until=NOW + 48 * HOUR)
    assert third.added == ()  # what the feed has again is the meeting that it was
    left = await book.find(NOW, NOW + 48 * HOUR)
    assert {one.title for one in left} == {"Của ta", "Họp 1", "Họp 2"}
    await book.cancel(first.added[1].id, "lan", NOW)
    fourth = await book.gather(listed, "feed", "feed", NOW, until=NOW + 48 * HOUR)
    assert fourth.changed == ()  # what people called off stays called off
    assert own in left


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(ledger: Ledger) -> None:
    book = ledger.meetings
    listed = [a_wish(title=f"Họp {n}", mark=f"m{n}") for n in (1, 2)]
    await book.gather(listed, "feed", "feed", NOW)
    before = await book.find(NOW, NOW + 48 * HOUR)
    trail = len(await ledger.people.audit_rows())
    wanted = [listed[0].model_copy(update={"title": "Khác"}), a_wish(title="Mới", mark="m3")]
    tried = await book.gather(wanted, "feed", "feed", NOW, called_off=["m2"], dry_run=True)
    assert [len(rows) for rows in tried] == [1, 1, 1, 0]
    assert await book.find(NOW, NOW + 48 * HOUR) == before
    assert len(await ledger.people.audit_rows()) == trail
    done = await book.gather(wanted, "feed", "feed", NOW, called_off=["m2"])
    assert done[:3] == tried[:3]
    clashing = await book.clashing([*tried.added, *tried.changed, *tried.cancelled], NOW, _itself)
    assert [(one.meeting.title, one.other.title) for one in clashing] == [("Mới", "Khác")]


def _itself(room: str) -> tuple[str]:
    return (room,)


async def test_a_span_of_quality_is_one_row_however_often_it_is_written(ledger: Ledger) -> None:
    await ledger.meetings.add(a_wish(), "lan", NOW)
    first = QualitySpan(
        meeting="HN-20261130-0001",
        room="ph-dak-o",
        begin=NOW,
        until=NOW + HOUR / 4,
        grade=Grade.BAD,
        by="loss",
        media="video",
        direction="rx",
        value=0.05,
        at=NOW,
        rating=71.5,
        side=Side.LINE,
    )
    longer = first.model_copy(update={"until": NOW + HOUR / 2, "value": 0.07})
    other = first.model_copy(update={"begin": NOW + HOUR / 2, "until": NOW + HOUR, "rating": None})
    [event] = await ledger.meetings.sounded([first], NOW)
    assert (event.kind, event.subject) == ("meeting", "HN-20261130-0001")
    assert len(await ledger.meetings.sounded([longer, other], NOW)) == 1
    assert await ledger.meetings.sounded([], NOW) == []
    assert await ledger.meetings.qualities("HN-20261130-0001") == [longer, other]
    assert await ledger.meetings.qualities("HN-20261130-0002") == []
