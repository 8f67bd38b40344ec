"""Who is on duty by a calendar that somebody keeps (iCalendar, RFC 5545)?

An event is a shift of the person whom its title names; "(dự phòng)" makes it the reserve's.
Repeated events are written out for half a year. What spans days becomes a shift for each.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from core.clock import LOCAL
from core.errors import Invalid, Problem
from core.inventory import HANDOVER, Inventory, Shift
from core.text import Text, fold, nfc
from inventory.dutylist import DutyList, Reading, place
from inventory.faults import Fault
from inventory.plan import as_of
from inventory.registers import Registers
from inventory.repeated import is_endless

AHEAD = timedelta(days=184)
_DAY = timedelta(days=1)
_MOST = 20_000  # shifts of one calendar
_UNFIT = (ValueError, LookupError, TypeError, AttributeError, OverflowError)  # of both libraries
_IN_BRACKETS = re.compile(r"\(([^)]*)\)|\[([^\]]*)\]")
_RESERVE = re.compile(r"\b(?:du phong|truc phu|reserve|secondary|backup)\b")
_LEADING = re.compile(
    r"^\s*(?:tr[ựu]c(?: ch[íi]nh| d[ựu] ph[òo]ng| ph[ụu])?|on duty|on-call)\s*[:–-]\s*",
    re.IGNORECASE,
)


def read(name: str, content: bytes, rota: str, current: Inventory, on: date) -> DutyList:
    """Return the shifts of a calendar from yesterday on; Invalid where it cannot be read."""
    try:
        events = _events(name, Calendar.from_ical(content), on)
    except _UNFIT as fault:
        raise Invalid([Problem(name, _UNREADABLE.what, _UNREADABLE.mend)]) from fault
    reading = Reading(rota, Registers(current, as_of(current, on))["contacts"], new_people=False)
    strangers: set[str] = set()
    for event in sorted(events, key=lambda event: _instant(event.decoded("dtstart"))):
        if event.get("status", "").upper() == "CANCELLED":
            continue
        title = nfc(str(event.get("summary", "")))
        who = _who(title)
        found = reading.person(who, "")
        if isinstance(found, Fault):
            if title not in strangers:  # a repeated event is told once
                strangers.add(title)
                reading.problems.append(Problem(name, found.what, found.mend, None, title[:80]))
            continue
        role = "secondary" if _RESERVE.search(fold(title)) else "primary"
        for shift in _shifts(event, rota, role, found):
            first = reading.shifts.setdefault(place(shift), shift)
            if first != shift:
                twice = _twice(shift)
                reading.problems.append(Problem(name, twice.what, twice.mend, None, title[:80]))
            if len(reading.shifts) > _MOST:
                raise Invalid([Problem(name, _TOO_MANY.what, _TOO_MANY.mend)])
    if not reading.shifts and not reading.problems:
        reading.problems.append(Problem(name, _EMPTY.what, _EMPTY.mend))
    return DutyList(tuple(reading.shifts.values()), (), tuple(reading.problems))


def _events(name: str, calendar: Any, on: date) -> Sequence[Any]:
    """Return the events of a calendar, repeated ones written out; Invalid if they have no end."""
    for event in calendar.walk("VEVENT"):
        if is_endless(event):
            title = nfc(str(event.get("summary", "")))[:80]
            raise Invalid([Problem(name, _TOO_OFTEN.what, _TOO_OFTEN.mend, None, title)])
    found: Sequence[Any] = recurring_ical_events.of(calendar).between(on - _DAY, on + AHEAD)
    return found


def _who(title: str) -> str:
    return nfc(_LEADING.sub("", _IN_BRACKETS.sub(" ", title)))


def _shifts(event: Any, rota: str, role: str, who: str) -> Iterator[Shift]:
    """Yield a shift for every day of an event; a whole day runs from one hand-over to the next."""
    first, last = event.decoded("dtstart"), event.decoded("dtend", None)
    if not isinstance(first, datetime):
        days = max(1, (last - first).days) if last is not None else 1
        for ahead in range(days):
            yield _shift(rota, role, who, first + ahead * _DAY, HANDOVER, HANDOVER)
        return
    begin = _instant(first).astimezone(LOCAL)
    end = _instant(last).astimezone(LOCAL) if last is not None else begin + _DAY
    while begin < end:
        until = min(begin + _DAY, end)
        yield _shift(rota, role, who, begin.date(), _minute(begin), _minute(until))
        begin = until


def _shift(rota: str, role: str, who: str, on: date, begin: time, end: time) -> Shift:  # noqa: PLR0917
    return Shift(rota=rota, role=role, contact=who, on=on, begin=begin, end=end)


def _instant(value: date | datetime) -> datetime:
    """Return an aware instant; a time without its zone is local."""
    if not isinstance(value, datetime):
        return datetime.combine(value, HANDOVER, LOCAL)
    return value if value.tzinfo is not None else value.replace(tzinfo=LOCAL)


def _minute(at: datetime) -> time:
    return at.time().replace(second=0, microsecond=0)


def _fault(vi: str, en: str, mend_vi: str, mend_en: str) -> Fault:
    return Fault(Text(vi=vi, en=en), Text(vi=mend_vi, en=mend_en))


def _twice(shift: Shift) -> Fault:
    at = f"{shift.on:%d/%m/%Y} {shift.begin:%H:%M}"
    return _fault(
        f"ca {at} có hai sự kiện cùng bắt đầu",
        f"two events begin the shift {at}",
        "Bỏ một sự kiện, hoặc ghi (dự phòng) sau tên người dự phòng",
        "Remove one of them, or write (reserve) after the name of the one in reserve",
    )


_UNREADABLE = _fault(
    "không phải là tệp lịch iCalendar",
    "this is no iCalendar file",
    "Xuất lại lịch thành tệp .ics rồi nhập",
    "Export the calendar as .ics again",
)
_EMPTY = _fault(
    "lịch không có ca nào trong nửa năm tới",
    "the calendar has no event in the next half year",
    "Mỗi ca trực là một sự kiện có tên người trực ở tiêu đề",
    "Every shift is an event with the person's name as its title",
)
_TOO_OFTEN = _fault(
    "lặp lại dày hơn mọi ca trực, từ quá lâu, hoặc vào ngày không có",
    "it comes back more often than any duty, since too long ago, or on no day at all",
    "Cho lặp lại hằng ngày, hằng tuần hay hằng tháng, bắt đầu từ năm 1970 trở đi",
    "Let it come back by day, week or month, and begin no sooner than in 1970",
)
_TOO_MANY = _fault(
    "lịch có quá nhiều ca",
    "the calendar has too many events",
    "Bỏ bớt sự kiện lặp lại",
    "Remove repeated events",
)
