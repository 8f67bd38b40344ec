"""What comes back does so on the local clock, and ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import LOCAL
from core.recurrence import MOST, BadRule, Span, normal, over_at, span_at, spans

SATURDAY = datetime(2026, 11, 28, 22, 0, tzinfo=LOCAL)
LONG = timedelta(hours=4)


def the_spans(rule: str | None) -> list[Span]:
    return list(spans(SATURDAY, SATURDAY + LONG, rule))


def test_without_a_rule_it_is_so_once() -> None:
    assert the_spans(None) == [Span(SATURDAY, SATURDAY + LONG)]
    assert over_at(SATURDAY, SATURDAY + LONG, None) == SATURDAY + LONG


def test_every_week_it_begins_at_the_same_local_hour() -> None:
    found = the_spans("FREQ=WEEKLY;COUNT=3")
    assert [span.begin for span in found] == [SATURDAY + timedelta(weeks=n) for n in range(3)]
    assert {span.end - span.begin for span in found} == {LONG}
    assert {span.begin.tzinfo for span in found} == {UTC}


@pytest.mark.parametrize(
    "until", ["20261212", "20261212T220000", "20261212T150000Z", "20261218T235959"]
)
def test_a_rule_holds_until_its_last_day_in_whatever_form_it_is_given(until: str) -> None:
    assert len(the_spans(f"FREQ=WEEKLY;UNTIL={until}")) == 3


def test_the_last_saturday_of_a_month_is_found() -> None:
    found = the_spans("FREQ=MONTHLY;BYDAY=-1SA;COUNT=2")
    days = [span.begin.astimezone(LOCAL).date().isoformat() for span in found]
    assert days == ["2026-11-28", "2026-12-26"]


@pytest.mark.parametrize(
    ("after", "going_on"),
    [(-1, False), (0, True), (4 * 3600 - 1, True), (4 * 3600, False), (7 * 86400, True)],
)
def test_it_is_so_from_begin_until_just_before_the_end(after: int, going_on: bool) -> None:
    now = SATURDAY + timedelta(seconds=after)
    found = span_at(SATURDAY, SATURDAY + LONG, "FREQ=WEEKLY;COUNT=2", now)
    assert (found is not None) is going_on


def test_of_times_that_overlap_the_one_that_ends_last_counts() -> None:
    found = span_at(
        SATURDAY, SATURDAY + 3 * timedelta(days=1), "FREQ=DAILY;COUNT=3", SATURDAY + 2 * LONG * 6
    )
    assert found is not None
    assert found.end == SATURDAY + timedelta(days=5)


def test_a_rule_is_kept_in_one_form() -> None:
    kept = normal(" rrule:freq=weekly; byday=sa ;count=3", SATURDAY)
    assert kept == "FREQ=WEEKLY;BYDAY=SA;COUNT=3"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=WEEKLY", "exactly one of UNTIL and COUNT"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20271231", "exactly one of UNTIL and COUNT"),
        ("FREQ=HOURLY;COUNT=2", "FREQ must be DAILY"),
        ("every Saturday", "“EVERY SATURDAY” cannot be read"),
        ("FREQ=DAILY;BYHOUR=3;COUNT=2", "BYHOUR cannot be used with FREQ=DAILY"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=2", "INTERVAL must be from 1 to 366"),
        ("FREQ=DAILY;INTERVAL=²;COUNT=2", "INTERVAL must be from 1 to 366"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "is none of the rule's"),
        ("FREQ=DAILY;COUNT=1001", f"more than {MOST} times"),
        ("FREQ=DAILY;UNTIL=20991231", f"more than {MOST} times"),
        ("FREQ=DAILY;UNTIL=20200101", "never comes true"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=2", "is not understood"),
        ("FREQ=WEEKLY;UNTIL=tomorrow", "is not understood"),
        ("FREQ=WEEKLY;COUNT=2;COUNT=3", "“COUNT=3” cannot be read"),
    ],
)
def test_a_rule_that_is_not_taken_says_why(rule: str, said: str) -> None:
    with pytest.raises(BadRule, match=said):
        normal(rule, SATURDAY)


@given(
    frequency=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    count=st.integers(1, 40),
    minutes=st.integers(1, 3000),
)
def test_nothing_is_going_on_once_the_last_time_is_over(
    frequency: str, count: int, minutes: int
) -> None:
    end, rule = SATURDAY + timedelta(minutes=minutes), f"FREQ={frequency};COUNT={count}"
    over = over_at(SATURDAY, end, rule)
    assert span_at(SATURDAY, end, rule, over) is None
    assert span_at(SATURDAY, end, rule, over - timedelta(seconds=1)) is not None
