"""Every field of the core has a column of the same name, and comes back as it went in."""

from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table

from core.answer import Received
from core.callquality import QualitySpan
from core.configuration import Configuration
from core.discovery import Discovery, Found
from core.incident import Delivery, Incident, IncidentNote, Member, Notification
from core.inventory import (
    CalendarSpan,
    Certificate,
    Contact,
    Device,
    EscalationStep,
    Inventory,
    Link,
    Measure,
    Organisation,
    Room,
    Rota,
    RotaRule,
    Rule,
    Service,
    Shift,
    Site,
    SpecialDay,
    Succession,
    Unit,
)
from core.job import Job
from core.maintenance import Maintenance
from core.meeting import Attendance, Beat, Meeting, Presence, ReadinessRun, Tick
from core.outcome import Event
from core.people import AuditRow, User
from core.proof import Proof
from core.remark import Remark
from core.rota import HandOver, RotaWarning, Swap
from core.sending import ReportSending
from core.silence import Silence
from core.status import Streak, TargetState, Transition, Watch
from core.ticket import Ticket
from core.timekeeping import ClockSpan
from core.unitfigures import Declared
from storage import tables
from storage.columns import Instant, Items, Words, from_micros, to_micros
from storage.inventory import KINDS

NO_DIALECT: Any = None
# What a row knows beside its model: who may use it, until when, and what is cached.
MORE = {
    "remarks": {"key"},
    "maintenance": {"until"},
    "notifications": {"lease_until"},
    "users": {"password_hash"},
    "jobs": {"hash"},
    "configurations": {"mark", "masked", "key_id", "wrapped", "sealed"},
    "states": {"at"},
    "incident_members": {"incident", "position"},
}
LESS = {
    "incidents": {"members"},  # rows of their own
    "watches": {"points"},  # soon collected again
}

PAIRS: list[tuple[Table, type]] = [
    (tables.remarks, Remark),
    (tables.units, Unit),
    (tables.successions, Succession),
    (tables.organisations, Organisation),
    (tables.sites, Site),
    (tables.devices, Device),
    (tables.links, Link),
    (tables.rooms, Room),
    (tables.services, Service),
    (tables.contacts, Contact),
    (tables.calendars, CalendarSpan),
    (tables.special_days, SpecialDay),
    (tables.rotas, Rota),
    (tables.rota_rules, RotaRule),
    (tables.shifts, Shift),
    (tables.escalations, EscalationStep),
    (tables.rules, Rule),
    (tables.certificates, Certificate),
    (tables.measures, Measure),
    (tables.answers, Received),
    (tables.quality_spans, QualitySpan),
    (tables.proofs, Proof),
    (tables.swaps, Swap),
    (tables.hand_overs, HandOver),
    (tables.rota_warnings, RotaWarning),
    (tables.maintenance, Maintenance),
    (tables.meetings, Meeting),
    (tables.readiness_runs, ReadinessRun),
    (tables.room_ticks, Tick),
    (tables.room_beats, Beat),
    (tables.presences, Presence),
    (tables.attendances, Attendance),
    (tables.silences, Silence),
    (tables.report_sendings, ReportSending),
    (tables.clock_spans, ClockSpan),
    (tables.transitions, Transition),
    (tables.states, TargetState),
    (tables.streaks, Streak),
    (tables.watches, Watch),
    (tables.incidents, Incident),
    (tables.incident_members, Member),
    (tables.incident_notes, IncidentNote),
    (tables.carrier_tickets, Ticket),
    (tables.notifications, Notification),
    (tables.deliveries, Delivery),
    (tables.users, User),
    (tables.audit, AuditRow),
    (tables.events, Event),
    (tables.configurations, Configuration),
    (tables.discoveries, Discovery),
    (tables.discovered, Found),
    (tables.unit_figures, Declared),
    (tables.jobs, Job),
]


def names(model: type) -> set[str]:
    known = getattr(model, "model_fields", None)
    return set(known) if known is not None else {field.name for field in fields(model)}


@pytest.mark.parametrize(("table", "model"), PAIRS, ids=[pair[0].name for pair in PAIRS])
def test_columns_and_fields_have_the_same_names(table: Table, model: type) -> None:
    columns = set(table.columns.keys())
    assert columns == names(model) - LESS.get(table.name, set()) | MORE.get(table.name, set())


def test_every_part_of_the_inventory_is_kept() -> None:
    assert {field for field, *_ in KINDS} == set(Inventory.model_fields)


def test_no_column_holds_a_naive_time() -> None:
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            assert "DATETIME" not in str(column.type).upper(), column
            assert "TIMESTAMP" not in str(column.type).upper(), column


FIRST, LAST = (datetime(y, m, d) for y, m, d in ((1, 1, 2), (9999, 12, 30)))  # noqa: DTZ001


@given(st.datetimes(FIRST, LAST, timezones=st.timezones()))
def test_an_instant_is_exact_to_the_microsecond(at: datetime) -> None:
    assert from_micros(to_micros(at)) == at.astimezone(UTC)


@given(st.datetimes(timezones=st.just(UTC)), st.timedeltas(timedelta(0), timedelta(days=1)))
def test_instants_sort_as_their_numbers(at: datetime, later: timedelta) -> None:
    try:
        after = at + later
    except OverflowError:
        return
    assert to_micros(after) - to_micros(at) == later // timedelta(microseconds=1)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), NO_DIALECT)  # noqa: DTZ001


@given(st.text(st.characters()))
def test_any_text_of_a_device_can_be_written(text: str) -> None:
    kept = Words().process_bind_param(text, NO_DIALECT)
    assert kept is not None
    assert "\x00" not in kept
    kept.encode("utf-8")
    if text.isprintable():
        assert kept == text


def test_vietnamese_text_is_kept_as_it_is() -> None:
    text = "Phường Bình Phước, đường Hùng Vương 𝄞"
    assert Words().process_bind_param(text, NO_DIALECT) == text


@given(st.lists(st.integers(1, 7)).map(tuple) | st.lists(st.text()).map(tuple))
def test_tuples_come_back(items: tuple[object, ...]) -> None:
    column = Items()
    kept = column.process_bind_param(items, NO_DIALECT)
    assert column.process_result_value(kept, NO_DIALECT) == items


def test_dates_and_times_are_plain_values() -> None:
    span = CalendarSpan(slug="office", name="Giờ", days=(1, 5), begin=time(7, 30), end=time(17))
    assert span.valid_from == date(1976, 1, 1)
