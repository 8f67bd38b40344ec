"""Which meetings does a calendar name that somebody keeps (iCalendar, RFC 5545)?

An event is a meeting. Its rooms are the rooms among its attendees, the names in its location, and
those of a line "Điểm cầu: …" of its description; a line "Trực: …" names the duty officer,
"Chủ trì: …" the chair, "Cầu nối: …" and "Cầu nối cấp trên: …" the bridges. Repeated events are
written out, exceptions and moved ones included; each is known by its UID and the instant at which
it would have begun. A time without a zone is local; zones are taken as the calendar defines them,
Windows' names too. An event that cannot be read is told and spoils no other.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.inventory import Inventory
from core.meeting import LONGEST, MOST_LEVELS, Wanted
from core.text import Text, fold, nfc
from inventory.faults import Fault
from inventory.meetinglist import TOO_HIGH, USUAL, Meetings, Names
from inventory.repeated import is_endless

AHEAD = timedelta(days=62)
_DAY = timedelta(days=1)
_MOST = 5_000  # meetings of one calendar
_LINES = {
    "rooms": re.compile(r"(?:cac )?diem cau|thanh phan|rooms"),
    "officer": re.compile(r"truc(?: ky thuat)?|can bo truc|officer"),
    "chair": re.compile(r"chu tri|diem cau chu tri|chair"),
    "bridge": re.compile(r"cau noi|mcu|bridge"),
    "above": re.compile(r"(?:cau noi|mcu) cap tren|bridges? above"),
}
_HIGH = 4  # PRIORITY 1…4 is high (RFC 5545 §3.8.1.9)
_UNFIT = (ValueError, LookupError, TypeError, AttributeError, OverflowError)  # of both libraries
_BROKEN_LINE = re.compile(r"<\s*(?:br|/?(?:p|div|li|ul|ol))\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)


def read(name: str, content: bytes, current: Inventory, now: datetime) -> Meetings:
    """Return the meetings that are not over, two months ahead; Invalid where it is no calendar.

    An event that names no room of ours is passed over and told; one that names some that nobody
    knows is told too, and taken with those that are known.
    """
    try:
        calendar = Calendar.from_ical(content)
    except _UNFIT as fault:
        raise Invalid([Problem(name, _UNREADABLE.what, _UNREADABLE.mend)]) from fault
    found = Meetings()
    names = Names(current, now.astimezone(LOCAL).date())
    told: set[tuple[str, str]] = set()
    for series in _series(calendar):
        title = _line(series.walk("VEVENT")[0], "summary")[:80]
        try:
            notices = _taken(series, names, now, found)
        except _UNFIT:
            found.unread = True
            notices = [_BROKEN]
        for notice in notices:
            if (title, notice.what.vi) not in told:  # a repeated event is told once
                told.add((title, notice.what.vi))
                found.notices.append(Problem(name, notice.what, notice.mend, None, title))
        if len(found.wanted) > _MOST:
            raise Invalid([Problem(name, _TOO_MANY.what, _TOO_MANY.mend)])
    by_mark = {wanted.mark: wanted for wanted in found.wanted}  # the same twice is one
    found.wanted = sorted(by_mark.values(), key=lambda wanted: (wanted.begin, wanted.mark or ""))
    return found


def _series(calendar: Any) -> Iterator[Any]:
    """Yield a calendar of its own for every event, with what was moved of it."""
    together: dict[str, Any] = {}
    for place, event in enumerate(calendar.walk("VEVENT")):
        uid = _line(event, "uid")
        own = together.setdefault(uid or f"\n{place}", Calendar(calendar))
        own.add_component(event)
    yield from together.values()


def _taken(series: Any, names: Names, now: datetime, found: Meetings) -> list[Fault]:
    """Add the meetings of one series to what was found; return what is to be told of it."""
    parts = series.walk("VEVENT")
    if any(map(is_endless, parts)):
        return [_TOO_OFTEN]
    comes_back = any(name in part for part in parts for name in ("rrule", "rdate", "recurrence-id"))
    shifts = {_instant(at): shift for at, shift in _shifts(parts)}
    called_off = _line(series, "method").upper() == "CANCEL"
    notices: list[Fault] = []
    wanted: list[Wanted] = []
    gone: list[str] = []
    for event in recurring_ical_events.of(series).between(now - _DAY, now + AHEAD):
        first = event.decoded("dtstart")
        if not isinstance(first, datetime):
            notices.append(_WHOLE_DAY)
            continue
        begin = _instant(first)
        mark = _mark(event, begin, shifts, comes_back=comes_back)
        if called_off or _line(event, "status").upper() == "CANCELLED":
            gone.append(mark)
            continue
        one, faults = _meeting(event, begin, mark, names)
        notices += faults
        if one is not None and one.end > now:
            wanted.append(one)
    found.wanted += wanted
    found.called_off += gone
    return notices


def _shifts(parts: Sequence[Any]) -> Iterator[tuple[date, timedelta]]:
    """Yield by how much a series is moved from one of its events on (RANGE=THISANDFUTURE)."""
    for part in parts:
        if _ranged(part):
            at = part.decoded("recurrence-id")
            yield at, _instant(part.decoded("dtstart")) - _instant(at)


def _ranged(event: Any) -> bool:
    return "RANGE" in getattr(event.get("recurrence-id"), "params", {})


def _meeting(
    event: Any, begin: datetime, mark: str, names: Names
) -> tuple[Wanted | None, list[Fault]]:
    end = _end(event, begin)
    if end - begin > LONGEST:
        return None, [_TOO_LONG]
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
    above = [part for text in said["above"] for part in map(nfc, text.split(";")) if part]
    if len(above) > MOST_LEVELS:
        notices.append(TOO_HIGH)
    return Wanted(
        title=_line(event, "summary")[:200] or "?",
        begin=begin,
        end=end,
        rooms=tuple(dict.fromkeys(rooms)),
        chair=(names.room(chair) or chair[:200]) if chair else None,
        officer=_known(said["officer"], names.person, notices),
        bridge=_known(said["bridge"], names.bridge, notices),
        above=tuple(above[:MOST_LEVELS]),
        importance="high" if 1 <= _priority(event) <= _HIGH else "normal",
        mark=mark,
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
    under = ""  # a line that says nothing behind its colon: what it means stands below it
    for line in _plain("\n".join(map(str, _several(event, "description")))).splitlines():
        head, colon, rest = line.partition(":")
        meant = fold(head).strip(" -•*") if colon else ""
        name = next((name for name, words in _LINES.items() if words.fullmatch(meant)), "")
        if name and rest.strip():
            said[name].append(nfc(rest))
        elif under and line.strip() and not colon:
            said[under].append(nfc(line))
            continue
        under = name if not rest.strip() else ""
    place = "\n".join(map(str, _several(event, "location")))
    said["perhaps"] += [part for part in map(nfc, re.split(r"[;\n]", place)) if part]
    said["perhaps"] += list(_attendees(event))
    return said


def _attendees(event: Any) -> Iterator[str]:
    for one in _several(event, "attendee"):
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


def _mark(
    event: Any, begin: datetime, shifts: Mapping[datetime, timedelta], *, comes_back: bool
) -> str:
    """Return what an event is known by, moved or not; one of a series by its first begin too."""
    uid = _line(event, "uid")[:400]
    if uid and not comes_back:
        return uid
    asked = event.decoded("recurrence-id", None)
    at = _instant(asked) if isinstance(asked, datetime) else begin
    if _ranged(event):
        at = begin - shifts.get(at, timedelta())
    return f"{uid or _line(event, 'summary')[:400]} {at.astimezone(LOCAL):%Y%m%dT%H%M}"


def _several(part: Any, name: str) -> list[Any]:
    """Return the values of what a part may say once, many times or never."""
    found = part.get(name, [])
    return found if isinstance(found, list) else [found]


def _line(part: Any, name: str) -> str:
    return nfc(str(next(iter(_several(part, name)), "")))


def _plain(text: str) -> str:
    """Return a description as text: Google and Outlook write some of theirs in HTML."""
    if not _TAG.search(text):
        return text
    return html.unescape(_TAG.sub("", _BROKEN_LINE.sub("\n", text)))


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
_BROKEN = _fault(
    "không đọc được sự kiện này nên bỏ qua",
    "this event cannot be read and is passed over",
    "Xem lại ngày giờ và cách lặp lại của nó trong lịch",
    "Look at its day, its hours and how it repeats, in the calendar",
)
_TOO_OFTEN = _fault(
    "lặp lại dày hơn mọi cuộc họp, từ quá lâu, hoặc vào ngày không có, nên bỏ qua",
    "it comes back more often than any meeting, since too long ago, or on no day at all, "
    "and is passed over",
    "Cho lặp lại hằng ngày, hằng tuần hay hằng tháng, bắt đầu từ năm 1970 trở đi",
    "Let it come back by day, week or month, and begin no sooner than in 1970",
)
_TOO_LONG = _fault(
    "dài hơn 7 ngày, không phải cuộc họp, nên bỏ qua",
    "it lasts longer than 7 days, which is no meeting, and is passed over",
    "Ghi đúng giờ kết thúc",
    "Give it its true end",
)
_WHOLE_DAY = _fault(
    "sự kiện cả ngày, không phải cuộc họp, nên bỏ qua",
    "it lasts the whole day, which is no meeting, and is passed over",
    "Ghi giờ bắt đầu và kết thúc",
    "Give it a begin and an end",
)
