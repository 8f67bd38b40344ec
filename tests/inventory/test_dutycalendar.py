"""Calendars that people keep become shifts, repeated events written out."""

from datetime import date, time

import pytest

from core.errors import Invalid
from inventory.dutycalendar import read
from inventory.dutylist import DutyList
from tests.inventory.test_dutylist import KNOWN, ON

# Rules of a few letters that would be stepped through for seconds, hours or for ever.
ENDLESS = (
    "FREQ=MINUTELY",
    "FREQ=DAILY;INTERVAL=0",
    "00010101 FREQ=DAILY",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=WEEKLY;BYMONTH=4,6;BYMONTHDAY=-31",
    "FREQ=DAILY;BYMONTH=13",
    "FREQ=DAILY;BYSETPOS=2",
    "FREQ=DAILY;BYYEARDAY=366;BYMONTH=1",
)


def a_calendar(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\n{event}END:VEVENT\r\n" for n, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


def an_event(title: str, begin: str, end: str, *more: str) -> str:
    lines = [f"SUMMARY:{title}", f"DTSTART{begin}", f"DTEND{end}", *more]
    return "".join(f"{line}\r\n" for line in lines)


def of(*events: str) -> DutyList:
    return read("truc.ics", a_calendar(*events), "cntt", KNOWN, ON)


def test_a_night_of_a_calendar_is_a_shift_in_local_time() -> None:
    night = an_event("Nguyễn Văn An", ":20261207T100000Z", ":20261208T003000Z")
    [shift] = of(night).shifts
    assert (shift.on, shift.begin, shift.end) == (date(2026, 12, 7), time(17), time(7, 30))
    assert (shift.contact, shift.role) == ("an", "primary")


def test_the_title_says_who_is_in_reserve() -> None:
    floating = an_event("Trực: Lê Chi (dự phòng)", ":20261207T073000", ":20261207T170000")
    [shift] = of(floating).shifts
    assert (shift.contact, shift.role, shift.begin) == ("chi", "secondary", time(7, 30))


def test_whole_days_run_from_hand_over_to_hand_over() -> None:
    week = an_event("Lê Chi", ";VALUE=DATE:20261207", ";VALUE=DATE:20261210")
    found = of(week).shifts
    assert [shift.on.day for shift in found] == [7, 8, 9]
    assert {(shift.begin, shift.end) for shift in found} == {(time(7, 30), time(7, 30))}


def test_a_cancelled_event_puts_nobody_on_duty() -> None:
    off = an_event("Lê Chi", ":20261207T073000", ":20261207T170000", "STATUS:CANCELLED")
    instead = an_event("Nguyễn Văn An", ":20261207T073000", ":20261207T170000")
    found = of(off, instead)
    assert [shift.contact for shift in found.shifts] == ["an"]
    assert not found.problems


def test_two_people_in_one_shift_are_told_and_not_chosen_between() -> None:
    one = an_event("Lê Chi", ":20261207T073000", ":20261207T170000")
    other = an_event("Nguyễn Văn An", ":20261207T073000", ":20261207T170000")
    [problem] = of(one, other).problems
    assert "07/12/2026 07:30" in problem.what.vi
    assert "(dự phòng)" in problem.mend.vi


def test_the_word_for_duty_may_stand_without_marks() -> None:
    [shift] = of(an_event("Truc chinh: Lê Chi", ":20261207T073000", ":20261207T170000")).shifts
    assert shift.contact == "chi"


def test_a_repeated_event_is_written_out_and_its_exceptions_heeded() -> None:
    weekly = an_event(
        "Lê Chi",
        ":20261207T003000Z",
        ":20261207T100000Z",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE:20261214T003000Z",
    )
    assert [shift.on.day for shift in of(weekly).shifts] == [7, 21, 28]


def test_who_is_not_known_is_told_once_with_who_may_be_meant() -> None:
    stranger = an_event(
        "Nguyễn Văn Anh", ":20261207T003000Z", ":20261207T100000Z", "RRULE:FREQ=DAILY;COUNT=3"
    )
    [problem] = of(stranger).problems
    assert problem.said("en").startswith(
        'truc.ics: Nguyễn Văn Anh: no contact is called "Nguyễn Văn Anh". Did you mean '
        "Nguyễn Văn An (an)?"
    )


def test_what_is_no_calendar_is_refused() -> None:
    with pytest.raises(Invalid, match="iCalendar"):
        read("truc.ics", b"PK\x03\x04", "cntt", KNOWN, ON)
    assert [p.what.en for p in of().problems] == ["the calendar has no event in the next half year"]


@pytest.mark.parametrize("rule", ENDLESS)
def test_a_rule_that_nobody_could_write_out_is_refused(rule: str) -> None:
    begin, _, rule = rule.rpartition(" ")
    day = begin or "20261207"
    with pytest.raises(Invalid) as refused:
        of(an_event("Nguyễn Văn An", f":{day}T080000", f":{day}T170000", f"RRULE:{rule}"))
    [problem] = refused.value.problems
    assert "vào ngày không có" in problem.said("vi")
    assert problem.key == "Nguyễn Văn An"


@pytest.mark.parametrize(
    "rule", ["FREQ=MONTHLY;BYMONTHDAY=-1,31", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"]
)
def test_a_rule_of_rare_days_is_written_out(rule: str) -> None:
    event = an_event("Nguyễn Văn An", ":20261207T080000", ":20261207T170000", f"RRULE:{rule}")
    assert not of(event).problems


def test_a_duty_of_centuries_is_no_duty() -> None:
    with pytest.raises(Invalid, match="too many"):
        of(an_event("Nguyễn Văn An", ";VALUE=DATE:20261207", ";VALUE=DATE:23991231"))
