"""Agreed hours follow the calendar of the day, and the special days."""

from datetime import date, time, timedelta

from core.inventory import CalendarSpan, SpecialDay
from reports.hours import Hours, working
from reports.periods import second

MONDAY = date(2026, 10, 5)
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]
OFF = SpecialDay(on=MONDAY, kind="holiday", name="x")
SWAPPED = SpecialDay(on=date(2026, 10, 6), kind="substitute", name="x")
MADE_UP = SpecialDay(on=date(2026, 10, 10), kind="working", name="x", like=5)


def span(*days: int, begin: int = 8, end: time = time(17), **more: object) -> CalendarSpan:
    fields = {"slug": "hc", "name": "Giờ hành chính", "days": days, "begin": time(begin)}
    return CalendarSpan.model_validate(fields | {"end": end} | more)


def hours_by_day(hours: Hours, calendar: str = "hc") -> list[float]:
    windows = hours.agreed(calendar)
    return [windows.within(second(d), second(d) + 86400) / 3600 for d in WEEK]


def test_a_week_has_its_working_hours() -> None:
    hours = Hours([span(1, 2, 3, 4, 5), span(5, begin=19, end=time(21))], [], WEEK)
    assert hours_by_day(hours) == [9, 9, 9, 9, 11, 0, 0]


def test_special_days_are_off_or_worked_like_another_day() -> None:
    hours = Hours([span(1, 2, 3, 4), span(5, end=time(12))], [OFF, SWAPPED, MADE_UP], WEEK)
    assert hours_by_day(hours) == [0, 0, 9, 9, 4, 4, 0]


def test_what_is_open_on_holidays_knows_no_special_days() -> None:
    always = span(1, 2, 3, 4, 5, open_on_holidays=True)
    assert hours_by_day(Hours([always], [OFF, SWAPPED, MADE_UP], WEEK)) == [9, 9, 9, 9, 9, 0, 0]


def test_a_second_before_midnight_is_midnight() -> None:
    hours = Hours([span(*range(1, 8), begin=0, end=time(23, 59, 59))], [], WEEK)
    assert hours.agreed("hc") == hours.always


def test_a_calendar_changes_on_its_day() -> None:
    thursday = date(2026, 10, 8)
    rows = [span(*range(1, 8), valid_to=thursday),
            span(*range(1, 8), begin=7, valid_from=thursday, name="Giờ mùa đông")]  # fmt: skip
    hours = Hours(rows, [], WEEK)
    assert hours_by_day(hours) == [9, 9, 9, 10, 10, 10, 10]
    assert hours.name("hc") == "Giờ mùa đông"


def test_days_without_a_row_are_not_agreed_but_expected_on() -> None:
    hours = Hours([span(*range(1, 8), valid_from=date(2026, 10, 11))], [], WEEK)
    assert hours_by_day(hours) == [0, 0, 0, 0, 0, 0, 9]
    assert hours.expected("hc").total == (6 * 24 + 9) * 3600
    assert hours.expected(None) == hours.expected("không-có") == hours.always


def test_offices_work_from_monday_to_friday_but_for_the_special_days() -> None:
    special = {day.on: day for day in (OFF, SWAPPED, MADE_UP)}
    assert [working(day, special) for day in WEEK] == [False, False, True, True, True, True, False]
