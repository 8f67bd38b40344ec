"""Periods are local, whole, and follow one another without a gap."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from reports.periods import before, days, period_of, read
from reports.report import PeriodKind

DAYS = st.dates(date(1980, 1, 1), date(2100, 1, 1))


@given(st.sampled_from(list(PeriodKind)), DAYS)
def test_periods_follow_one_another(kind: PeriodKind, day: date) -> None:
    period = period_of(kind, day)
    assert before(period).end == period.begin
    assert days(period)[0] == period.first
    assert day in days(period)
    assert all(period_of(kind, other) == period for other in (days(period)[0], days(period)[-1]))
    assert period.end - period.begin == timedelta(days=len(days(period)))


@pytest.mark.parametrize(
    ("kind", "written", "first", "count", "name"),
    [
        ("day", "2026-10-05", date(2026, 10, 5), 1, ("Ngày 05/10/2026", "5 October 2026")),
        ("week", "2026-W01", date(2025, 12, 29), 7, ("Tuần 1/2026 (29/12/2025 – 04/01/2026)",
         "Week 1 of 2026 (29/12/2025 – 04/01/2026)")),
        ("month", "2028-02", date(2028, 2, 1), 29, ("Tháng 2/2028", "February 2028")),
        ("quarter", "2026-Q4", date(2026, 10, 1), 92, ("Quý IV/2026", "Quarter 4 of 2026")),
        ("year", "2026", date(2026, 1, 1), 365, ("Năm 2026", "Year 2026")),
    ],
)  # fmt: skip
def test_a_period_is_read_and_named(
    kind: str, written: str, first: date, count: int, name: tuple[str, str]
) -> None:
    period = read(PeriodKind(kind), written)
    assert (period.first, len(days(period))) == (first, count)
    assert (period.name.vi, period.name.en) == name


def test_a_day_begins_at_local_midnight() -> None:
    day = read(PeriodKind.DAY, "2026-10-05")
    assert day.begin == datetime(2026, 10, 4, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("month", "2026-13"), ("month", "10/2026"), ("day", "2026-02-30"), ("week", "2026-W54"),
        ("quarter", "2026-Q5"), ("year", "26"), ("year", "0000"), ("month", ""), ("year", "9999"),
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_an_example(kind: str, written: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(PeriodKind(kind), written)
    assert "2026" in refused.value.problems[0].mend.vi
