"""Which meetings does a calendar name that somebody keeps (iCalendar, RFC 5545)?

An event is a meeting. Its rooms are the rooms among its attendees, the names in its location, and
those of a line "Điểm cầu: …" of its description; a line "Trực: …" names the duty officer,
"Chủ trì: …" the chair. Repeated events are written out, exceptions and moved ones included; each
is known by its UID and the instant at which it would have begun. A time without a zone is local;
zones are taken as the calendar defines them, Windows' names too.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.inventory import Inventory
from core.meeting import Wanted
from core.text import Text, fold, nfc
from inventory.faults import Fault
from inventory.meetinglist import USUAL, Meetings, Names

AHEAD = timedelta(days=62)
_DAY = timedelta(days=1)
_MOST = 5_000  # meetings of one calendar
_LINES = {
    "rooms": re.compile(r"(?:cac )?diem cau|thanh phan|rooms"),
    "officer": re.compile(r"truc(?: ky thuat)?|can bo truc|officer"),
    "chair": re.compile(r"chu tri|diem cau chu tri|chair"),
    "bridge": re.compile(r"cau noi|mcu|bridge"),
}
_HIGH = 4  # PRIORITY 1…4 is high (RFC 5545 §3.8.1.9)


def read(name: str, content: bytes, current: Inventory, now: datetime) -> Meetings:
    """Return the meetings that are not over, two months ahead; Invalid where it is no calendar.

    An event that names no room of ours is passed over and told; one that names some that nobody
    knows is told too, and taken with those that are known.
    """
    begin, end = now - _DAY, now + AHEAD
    try:
        calendar = Calendar.from_ical(content)
        events = recurring_ical_events.of(calendar).between(begin, end)
    except (ValueError, KeyError, IndexError, TypeError) as fault:
        raise Invalid([Problem(name, _UNREADABLE.what, _UNREADABLE.mend)]) from fault
    if len(events) > _MOST:
        raise Invalid([Problem(name, _TOO_MANY.what, _TOO_MANY.mend)])
    found = Meetings()
    series = _series(calendar)
    names = Names(current, now.astimezone(LOCAL).date())
    told: set[tuple[str, str]] = set()
    for event in sorted(events, key=lambda event: _instant(event.decoded("dtstart"))):
        wanted, notices = _meeting(event, names, series)
        if wanted is not None and wanted.end > now:
            found.wanted.append(wanted)
        title = nfc(str(event.get("summary", "")))[:80]
        for notice in notices:
            if (title, notice.what.vi) not in told:  # a repeated event is told once
                told.add((title, notice.what.vi))
                found.notices.append(Problem(name, notice.what, notice.mend, None, title))
    return found


def _series(calendar: Any) -> frozenset[str]:
    """Return the UIDs of events that come back."""
    comes_back = ("rrule", "rdate", "recurrence-id")
    return frozenset(
        str(event.get("uid", ""))
        for event in calendar.walk("VEVENT")
        if any(name in event for name in comes_back)
    )


def _meeting(event: Any, names: Names, series: frozenset[str]) -> tuple[Wanted | None, list[Fault]]:
    first = event.decoded("dtstart")
    if str(event.get("status", "")).upper() == "CANCELLED":
        return None, []
    if not isinstance(first, datetime):
        return None, [_WHOLE_DAY]
    begin = _instant(first)
    said = _said(event)
    rooms: list[str] = []
    notices: list[Fault] = []
    for text in said["rooms"]:
        known, strangers = names.rooms(text)
        rooms += known
        notices += strangers
    for text in said["perhaps"]:  # an attendee, a place: whoever is no room is a person
        if (room := names.room(text)) is not None:
            rooms.append(room)
    if not rooms:
        return None, notices or [_NO_ROOM]
    chair = next(iter(said["chair"]), "")
    return Wanted(
        title=nfc(str(event.get("summary", "")))[:200] or "?",
        begin=begin,
        end=_end(event, begin),
        rooms=tuple(dict.fromkeys(rooms)),
        chair=(names.room(chair) or chair[:200]) if chair else None,
        officer=_known(said["officer"], names.person, notices),
        bridge=_known(said["bridge"], names.bridge, notices),
        importance="high" if 1 <= _priority(event) <= _HIGH else "normal",
        mark=_mark(event, begin, series),
    ), notices


def _known(texts: list[str], find: Any, notices: list[Fault]) -> str | None:
    for text in texts:
        found = find(text)
        if not isinstance(found, Fault):
            return str(found)
        notices.append(found)
    return None


def _said(event: Any) -> dict[str, list[str]]:
    """Return what an event says by the lines of its description, its place and its attendees."""
    said: dict[str, list[str]] = {name: [] for name in (*_LINES, "perhaps")}
    for line in str(event.get("description", "")).splitlines():
        head, colon, rest = line.partition(":")
        for name, words in _LINES.items():
            if colon and rest.strip() and words.fullmatch(fold(head).strip()):
                said[name].append(nfc(rest))
    place = str(event.get("location", ""))
    said["perhaps"] += [part for part in map(nfc, re.split(r"[;\n]", place)) if part]
    said["perhaps"] += list(_attendees(event))
    return said


def _attendees(event: Any) -> Iterator[str]:
    found = event.get("attendee", [])
    for one in found if isinstance(found, list) else [found]:
        parameters = getattr(one, "params", {})
        if name := nfc(str(parameters.get("CN", ""))):
            yield name


def _end(event: Any, begin: datetime) -> datetime:
    last = event.decoded("dtend", None)
    end = _instant(last) if isinstance(last, datetime) else begin + USUAL
    return end if end > begin else begin + USUAL


def _priority(event: Any) -> int:
    try:
        return int(event.get("priority", 0))
    except (TypeError, ValueError):
        return 0


def _mark(event: Any, begin: datetime, series: frozenset[str]) -> str:
    """Return what an event is known by, moved or not; one of a series by RECURRENCE-ID too."""
    uid = str(event.get("uid", ""))
    if uid and uid not in series:
        return uid[:400]
    asked = event.decoded("recurrence-id", None)
    at = _instant(asked) if isinstance(asked, datetime) else begin
    return f"{uid[:400]} {at.astimezone(LOCAL):%Y%m%dT%H%M}"


def _instant(value: date | datetime) -> datetime:
    """Return an aware instant; a time without its zone is local."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=LOCAL)
    return value if value.tzinfo is not None else value.replace(tzinfo=LOCAL)


def _fault(vi: str, en: str, mend_vi: str, mend_en: str) -> Fault:
    return Fault(Text(vi=vi, en=en), Text(vi=mend_vi, en=mend_en))


_UNREADABLE = _fault(
    "không phải là tệp lịch iCalendar",
    "this is no iCalendar file",
    "Xuất lại lịch thành tệp .ics rồi nhập",
    "Export the calendar as .ics again",
)
_TOO_MANY = _fault(
    "lịch có quá nhiều cuộc họp",
    "the calendar has too many meetings",
    "Bỏ bớt sự kiện lặp lại",
    "Remove repeated events",
)
_NO_ROOM = _fault(
    "không có điểm cầu nào trong danh mục nên bỏ qua",
    "it names no room of the inventory and is passed over",
    'Ghi dòng "Điểm cầu: …" trong phần mô tả, hoặc ghi tên phòng vào địa điểm',
    'Write a line "Điểm cầu: …" into the description, or the room into the location',
)
_WHOLE_DAY = _fault(
    "sự kiện cả ngày, không phải cuộc họp, nên bỏ qua",
    "it lasts the whole day, which is no meeting, and is passed over",
    "Ghi giờ bắt đầu và kết thúc",
    "Give it a begin and an end",
)
