"""Deciding is not paging: what is told at night, and what waits for the working morning."""

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.incidents import Fold
from alerts.night import Night
from alerts.severity import CLASSES
from alerts.telling import TellingPolicy, Way, notifications, page_due
from alerts.topology import Topology
from core.clock import LOCAL
from core.incident import Due, Incident, Member, Severity
from core.inventory import Contact
from core.watching import DaysOff, Estate
from runtime.sections.kinds import Class
from tests.alerts.province import estate

QUIET = Night(waiting=(Severity.WARNING, Severity.INFO))
NO_DAYS = DaysOff()


def at(day: int, clock: str) -> datetime:
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), LOCAL)


def told(when: datetime, severity: Severity = Severity.WARNING, off: DaysOff = NO_DAYS) -> Due:
    return QUIET.due(Due(when, "delay"), "device", severity, off)


@pytest.mark.parametrize(
    ("when", "morning", "because"),
    [
        (at(26, "21:00"), at(27, "07:30"), "night"),
        (at(26, "23:59"), at(27, "07:30"), "night"),
        (at(27, "00:00"), at(27, "07:30"), "night"),
        (at(27, "07:29"), at(27, "07:30"), "night"),
        (at(27, "21:30"), at(30, "07:30"), "night"),  # a Friday
        (at(28, "10:00"), at(30, "07:30"), "day_off"),  # a Saturday
        (at(29, "23:00"), at(30, "07:30"), "day_off"),
    ],
)
def test_a_warning_waits_for_the_next_working_morning(
    when: datetime, morning: datetime, because: str
) -> None:
    assert told(when) == Due(morning, because)


@pytest.mark.parametrize("when", [at(26, "07:30"), at(26, "20:59"), at(27, "12:00")])
def test_by_day_a_warning_is_told_when_its_delay_is_over(when: datetime) -> None:
    assert told(when) == Due(when, "delay")


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.MAJOR])
def test_what_is_grave_waits_for_no_morning(severity: Severity) -> None:
    assert told(at(28, "03:00"), severity) == Due(at(28, "03:00"), "delay")


def test_holidays_are_days_off_and_make_up_days_are_worked() -> None:
    tet = DaysOff(closed=(date(2026, 11, 27),), worked=(date(2026, 11, 28),))
    assert told(at(27, "10:00"), off=tet) == Due(at(28, "07:30"), "day_off")
    assert told(at(28, "10:00"), off=tet) == Due(at(28, "10:00"), "delay")
    assert told(at(28, "22:00"), off=tet) == Due(at(30, "07:30"), "night")


def test_weekends_may_be_told_as_other_days_are() -> None:
    night = QUIET.model_copy(update={"days_off": False})
    closed = DaysOff(closed=(date(2026, 11, 28),))
    saturday = Due(at(28, "10:00"), "delay")
    assert night.due(saturday, "device", Severity.WARNING, closed) == saturday
    late = Due(at(28, "22:00"), "delay")
    assert night.due(late, "device", Severity.WARNING, closed) == Due(at(29, "07:30"), "night")


def test_a_night_may_begin_at_midnight() -> None:
    night = QUIET.model_copy(update={"begin": time(0)})
    late = Due(at(26, "23:30"), "delay")
    assert night.due(late, "device", Severity.WARNING, NO_DAYS) == late
    early = Due(at(27, "00:30"), "delay")
    assert night.due(early, "device", Severity.WARNING, NO_DAYS).at == at(27, "07:30")


def test_a_class_may_have_a_rule_of_its_own() -> None:
    night = QUIET.model_copy(update={"classes": {"link_site": (Severity.MAJOR,)}})
    due = Due(at(28, "03:00"), "delay")
    assert night.due(due, "link_site", Severity.MAJOR, NO_DAYS).because == "day_off"
    assert night.due(due, "link_site", Severity.WARNING, NO_DAYS) == due
    assert night.due(due, "link_hub", Severity.MAJOR, NO_DAYS) == due


def test_by_default_nothing_waits() -> None:
    due = Due(at(28, "03:00"), "at_once")
    assert Night().due(due, "device", Severity.INFO, NO_DAYS) == due


def test_where_no_day_is_worked_a_problem_is_rather_told_at_once() -> None:
    days = tuple(date(2026, 11, 1) + timedelta(days=n) for n in range(90))
    due = Due(at(28, "03:00"), "delay")
    assert told(due.at, off=DaysOff(closed=days)) == due


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_problem_is_never_told_earlier_than_its_delay_nor_in_a_night(when: datetime) -> None:
    due = told(when)
    assert due.at >= when
    local = due.at.astimezone(LOCAL)
    assert local.isoweekday() <= 5
    assert time(7, 30) <= local.time() < time(21)


def test_the_settings_know_every_class() -> None:
    assert get_args(Class) == CLASSES


def trouble(root: str, severity: Severity, decided: datetime) -> Incident:
    return Incident(
        id="SC-20261126-0001",
        root=root,
        severity=severity,
        began_at=decided,
        decided_at=decided,
    )


@pytest.mark.parametrize(
    ("root", "severity", "wait", "because"),
    [
        ("line1", Severity.CRITICAL, timedelta(0), "at_once"),
        ("line-c11", Severity.MAJOR, timedelta(minutes=3), "delay"),
        ("c11-vc", Severity.WARNING, timedelta(hours=9, minutes=30), "night"),
        ("gone", Severity.WARNING, timedelta(0), "at_once"),
    ],
)
def test_a_page_is_due_by_class_severity_and_hour(
    root: str, severity: Severity, wait: timedelta, because: str
) -> None:
    decided = at(26, "22:00")
    policy = TellingPolicy(night=QUIET)
    due = page_due(trouble(root, severity, decided), Topology(estate()), policy, decided)
    assert due == Due(decided + wait, because)


def test_the_special_days_of_the_estate_count() -> None:
    what = Estate(targets=estate().targets, days_off=DaysOff(closed=(date(2026, 11, 27),)))
    decided = at(26, "22:00")
    due = page_due(
        trouble("c11-vc", Severity.WARNING, decided),
        Topology(what),
        TellingPolicy(night=QUIET),
        decided,
    )
    assert due == Due(at(30, "07:30"), "night")


WAY = Way(name="mail")
LAN = Contact(slug="lan", name="Lan", email="lan@example.vn")


def test_a_trouble_of_the_night_that_grows_is_told_at_once() -> None:
    decided, grown = at(26, "22:00"), at(26, "23:00")
    policy = TellingPolicy(night=QUIET, ways=(WAY,))
    topology = Topology(estate())
    small = trouble("c11-vc", Severity.WARNING, decided).model_copy(
        update={"members": (Member(target="c11-vc", joined_at=decided),)}
    )
    [waits] = notifications(Fold(opened=[small]), topology, policy, (LAN,), decided).notifications
    assert (waits.due_at, waits.because) == (at(27, "07:30"), "night")
    large = small.model_copy(
        update={
            "severity": Severity.CRITICAL,
            "members": (*small.members, Member(target="c11", joined_at=grown)),
        }
    )
    [now] = notifications(Fold(changed=[large]), topology, policy, (LAN,), grown).notifications
    assert (now.due_at, now.because, now.reason) == (grown, "at_once", "touches_your_unit")


def test_recoveries_and_news_for_who_was_told_wait_for_no_morning() -> None:
    late = at(26, "23:00")
    policy = TellingPolicy(night=QUIET, ways=(WAY,))
    ended = trouble("c11-vc", Severity.WARNING, late)
    told = notifications(Fold(recovered=[ended]), Topology(estate()), policy, (LAN,), late)
    [row] = told.notifications
    assert row.due_at == late + timedelta(seconds=policy.settling)
