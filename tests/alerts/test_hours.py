"""When is anybody expected to be on?"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.hours import expected_since, next_boundary, open_until
from core.clock import LOCAL
from core.watching import Hours

OFFICE = (
    Hours(days=(1, 2, 3, 4, 5), begin=time(7, 30), end=time(11, 30)),
    Hours(days=(1, 2, 3, 4, 5), begin=time(13, 30), end=time(17, 0)),
)
CULTURE = date(2026, 11, 24)  # a Tuesday, Vietnam's Culture Day
MADE_UP = date(2026, 11, 28)  # a Saturday that is worked
HOLIDAYS = tuple(
    span.model_copy(update={"off_on": (CULTURE,), "also_on": (MADE_UP,)}) for span in OFFICE
)
DAYS = st.lists(st.dates(date(2026, 11, 1), date(2026, 12, 31)), max_size=6).map(tuple)
TIMES = st.sampled_from([time(h, m) for h in range(24) for m in (0, 30)])


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of November 2026 in Vietnam; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "begin"),
    [
        (local(23, 7, 29), None),
        (local(23, 7, 30), local(23, 7, 30)),
        (local(23, 11, 29), local(23, 7, 30)),
        (local(23, 11, 30), None),
        (local(23, 16, 59), local(23, 13, 30)),
        (local(22, 9), None),
    ],
)
def test_hours_are_local_and_half_open(at: datetime, begin: datetime | None) -> None:
    assert expected_since(OFFICE, at) == begin


def test_what_has_no_hours_is_always_expected() -> None:
    assert expected_since((), local(22, 3)) is not None


def test_an_evening_until_23_59_means_until_midnight() -> None:
    evening = (Hours(days=(7,), begin=time(18), end=time(23, 59)),)
    assert expected_since(evening, local(22, 23, 59)) == local(22, 18)


def test_the_next_edge_of_any_calendar_is_known() -> None:
    assert next_boundary([OFFICE], local(23, 7, 30)) == local(23, 11, 30)
    assert next_boundary([OFFICE], local(22, 12)) == local(23, 7, 30)
    assert next_boundary([OFFICE], local(27, 18)) == local(30, 7, 30)
    assert next_boundary([], local(22, 12)) is None


def test_nobody_is_expected_on_a_holiday_from_midnight_to_midnight() -> None:
    begin = datetime.combine(CULTURE, time.min, LOCAL)
    for quarter in range(96):
        assert expected_since(HOLIDAYS, begin + timedelta(minutes=15 * quarter)) is None


def test_a_make_up_saturday_is_worked_like_a_monday() -> None:
    assert expected_since(HOLIDAYS, local(28, 8)) == local(28, 7, 30)
    assert expected_since(HOLIDAYS, local(28, 12)) is None
    assert expected_since(HOLIDAYS, local(21, 8)) is None  # the Saturday before


def test_edges_of_a_holiday_are_none_and_those_of_a_make_up_day_are() -> None:
    assert next_boundary([HOLIDAYS], local(23, 17)) == local(25, 7, 30)
    assert next_boundary([HOLIDAYS], local(27, 17)) == local(28, 7, 30)


def test_hours_that_go_on_over_midnight_are_one_span() -> None:
    night = (
        Hours(days=(1, 2, 3, 4, 5, 6, 7), begin=time(20), end=time(23, 59, 59)),
        Hours(days=(1, 2, 3, 4, 5, 6, 7), begin=time(0), end=time(6)),
    )
    assert expected_since(night, local(24, 1)) == local(23, 20)
    assert expected_since(night, local(24, 6)) is None
    assert next_boundary([night], local(23, 21)) == local(24, 0)
    assert next_boundary([night], local(24, 0)) == local(24, 6)


def test_the_last_second_of_an_evening_counts() -> None:
    evening = (Hours(days=(1,), begin=time(18), end=time(23, 59, 59)),)
    last = local(24, 0) - timedelta(milliseconds=1)
    assert expected_since(evening, last) == local(23, 18)
    assert expected_since(evening, local(24, 0)) is None
    assert next_boundary([evening], last) == local(24, 0)


def test_a_calendar_opens_again_after_tet() -> None:
    tet = tuple(date(2027, 2, 4) + timedelta(days=n) for n in range(7))
    hours = (Hours(days=(1, 2, 3, 4, 5), begin=time(7, 30), end=time(17), off_on=tet),)
    eve = datetime(2027, 2, 3, 17, tzinfo=LOCAL)
    assert next_boundary([hours], eve) == datetime(2027, 2, 11, 7, 30, tzinfo=LOCAL)


@st.composite
def spans(draw: st.DrawFn) -> Hours:
    begin, end = sorted(draw(st.lists(TIMES, min_size=2, max_size=2, unique=True)))
    return Hours(
        days=tuple(draw(st.sets(st.integers(1, 7)))),
        begin=begin,
        end=draw(st.sampled_from([end, time(23, 59, 59)])),
        off_on=draw(DAYS),
        also_on=draw(DAYS),
    )


def holds(span: Hours, at: datetime) -> bool:
    here = at.astimezone(LOCAL)
    on = here.date() in span.also_on or (
        here.isoweekday() in span.days and here.date() not in span.off_on
    )
    until_midnight = span.end == time(23, 59, 59)
    return on and span.begin <= here.time() and (until_midnight or here.time() < span.end)


@given(
    hours=st.lists(spans(), min_size=1, max_size=4).map(tuple),
    minutes=st.integers(0, 40 * 24 * 60),
)
def test_hours_agree_with_a_look_at_every_minute(hours: tuple[Hours, ...], minutes: int) -> None:
    at = local(5, 0) + timedelta(minutes=minutes)
    since = expected_since(hours, at)
    assert (since is not None) is any(holds(span, at) for span in hours)
    if since is not None:
        assert any(holds(span, since) for span in hours)
        before = since - timedelta(minutes=1)
        if at - since < timedelta(days=10):
            assert not any(holds(span, before) for span in hours)
    following = next_boundary([hours], at)
    if following is not None:
        on = since is not None
        probe = at
        while probe < min(following, at + timedelta(days=2)):
            assert any(holds(span, probe) for span in hours) is on
            probe += timedelta(minutes=30)


NIGHT = (
    Hours(days=(1, 2, 3, 4, 5, 6, 7), begin=time(21), end=time(23, 59, 59)),
    Hours(days=(1, 2, 3, 4, 5, 6, 7), begin=time(0), end=time(6, 30)),
)


@pytest.mark.parametrize(
    ("hours", "at", "end"),
    [
        (OFFICE, local(23, 7, 29), None),
        (OFFICE, local(23, 7, 30), local(23, 11, 30)),
        (OFFICE, local(23, 11, 30), None),
        (NIGHT, local(23, 20, 59), None),
        (NIGHT, local(23, 21), local(24, 6, 30)),
        (NIGHT, local(24, 3), local(24, 6, 30)),
        ((), local(23, 3), None),
    ],
)
def test_hours_that_hold_end_where_the_last_that_touches_ends(
    hours: tuple[Hours, ...], at: datetime, end: datetime | None
) -> None:
    assert open_until(hours, at) == end


@given(DAYS, st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 30)))  # noqa: DTZ001
def test_hours_hold_until_just_before_their_end(off: tuple[date, ...], at: datetime) -> None:
    now = at.replace(tzinfo=LOCAL).astimezone(UTC)
    hours = tuple(span.model_copy(update={"off_on": off}) for span in OFFICE)
    end = open_until(hours, now)
    assert (end is None) is (expected_since(hours, now) is None)
    if end is not None:
        assert expected_since(hours, end - timedelta(seconds=1)) is not None
        assert expected_since(hours, end) is None
