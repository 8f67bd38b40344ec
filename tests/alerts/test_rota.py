"""Who is on duty: the rota against a slow look at every minute, and what people argue about."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rota import ROLES, Flaw, Hole, Roster, Source, Span, gaps, holes, on_duty, turns
from core.clock import LOCAL
from core.inventory import CalendarSpan, RotaRule, Shift, SpecialDay
from core.rota import Swap

MONDAY = date(2026, 12, 7)
MINUTE = timedelta(minutes=1)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LOCAL).astimezone(UTC)


def rule(*people: str, **changes: object) -> RotaRule:
    fields = {"slug": "luan-phien", "name": "Luân phiên", "rota": "cntt", "start": MONDAY}
    return RotaRule.model_validate(fields | {"people": people} | changes)


def shift(contact: str, on: date, **changes: object) -> Shift:
    return Shift.model_validate({"rota": "cntt", "on": on, "contact": contact} | changes)


def swap(contact: str, begin: datetime, end: datetime, **changes: object) -> Swap:
    fields = {"rota": "cntt", "reason": "Đi công tác", "by": "lan", "recorded_at": at(MONDAY)}
    return Swap.model_validate(fields | {"contact": contact, "begin": begin, "end": end} | changes)


def days(count: int) -> list[date]:
    return [MONDAY + timedelta(days=ahead) for ahead in range(count)]


def first_at(roster: Roster, moment: datetime) -> tuple[str, ...]:
    return on_duty(roster, moment).get("primary", ())


# The slow look: one minute, one person after the other, no cleverness.


def slow_special(roster: Roster, rule: RotaRule, day: date) -> bool:
    special = roster.special_days.get(day)
    if rule.holidays == "only":
        off = special is not None and special.kind != "working"
        return off and day.isoweekday() in rule.days
    if special is None or rule.holidays == "any":
        return day.isoweekday() in rule.days
    return special.kind == "working" and special.like in rule.days


def slow_worked(span: CalendarSpan, day: date, special: SpecialDay | None) -> bool:
    if special is None:
        return day.isoweekday() in span.days
    return special.kind == "working" and special.like in span.days


def slow_within(day: date, begin: time, end: time, moment: datetime) -> bool:
    local = moment.astimezone(LOCAL)
    if end > begin:
        return local.date() == day and begin <= local.time() < end
    night = local.date() == day and local.time() >= begin
    return night or (local.date() == day + timedelta(days=1) and local.time() < end)


def slow_rule(roster: Roster, rule: RotaRule, moment: datetime) -> set[str]:
    found = set()
    today = moment.astimezone(LOCAL).date()
    for day in (today - timedelta(days=1), today):
        if day < rule.start or not slow_special(roster, rule, day):
            continue
        if day < rule.valid_from or (rule.valid_to is not None and day >= rule.valid_to):
            continue
        before = [rule.start + timedelta(days=n) for n in range((day - rule.start).days)]
        turn = sum(slow_special(roster, rule, earlier) for earlier in before)
        if rule.turn == "week":
            turn = (day - rule.start).days // 7
        if slow_within(day, rule.begin, rule.end, moment):
            found.add(rule.people[turn % len(rule.people)])
    return found


def slow_on_duty(roster: Roster, role: str, moment: datetime) -> set[str]:
    taken = [
        s
        for s in roster.swaps
        if s.role == role and s.cancelled_at is None and s.begin <= moment < s.end
    ]
    if taken:
        last = max((s.recorded_at, s.id or 0) for s in taken)
        return {s.contact for s in taken if (s.recorded_at, s.id or 0) == last}
    listed = {
        s.contact
        for s in roster.shifts
        if s.role == role and slow_within(s.on, s.begin, s.end, moment)
    }
    if listed:
        return listed
    return set().union(*(slow_rule(roster, r, moment) for r in roster.rules if r.role == role))


times = st.builds(time, st.sampled_from([0, 7, 13, 22]), st.sampled_from([0, 30]))
people = st.sampled_from(["an", "binh", "chi"])
roles = st.sampled_from(["primary", "secondary"])
near = st.sampled_from(days(5))
instants = st.builds(lambda day, minute: at(day) + minute * MINUTE, near, st.integers(0, 1439))
rules = st.builds(
    rule,
    people,
    people,
    role=roles,
    start=st.sampled_from([MONDAY - timedelta(days=back) for back in (40, 9, 1, 0, -1)]),
    turn=st.sampled_from(["day", "week"]),
    days=st.sets(st.integers(1, 7), min_size=1).map(lambda found: tuple(sorted(found))),
    begin=times,
    end=times,
    holidays=st.sampled_from(["any", "skip", "only"]),
    valid_to=st.none() | near,
)
shifts = st.builds(shift, people, near, role=roles, begin=times, end=times)
swaps = st.builds(
    lambda contact, role, begin, length, recorded: swap(
        contact, begin, begin + length * MINUTE, role=role, recorded_at=recorded
    ),
    people,
    roles,
    instants,
    st.integers(1, 2000),
    instants,
)
special = st.builds(
    SpecialDay,
    on=near,
    kind=st.sampled_from(["holiday", "substitute", "working"]),
    name=st.just("Ngày lễ"),
    like=st.integers(1, 7),
)
rosters = st.builds(
    lambda rules, shifts, swaps, special, cover: Roster(
        "cntt",
        tuple(rules),
        tuple(shifts),
        tuple(swaps),
        {day.on: day for day in special},
        tuple(cover),
    ),
    st.lists(rules, max_size=3),
    st.lists(shifts, max_size=5),
    st.lists(swaps, max_size=3),
    st.lists(special, max_size=3),
    st.lists(
        st.builds(
            CalendarSpan,
            slug=st.just("hc"),
            name=st.just("Giờ hành chính"),
            days=st.just((1, 2, 3)),
            begin=st.just(time(7)),
            end=st.sampled_from([time(12), time(17, 30), time(23, 59)]),
            open_on_holidays=st.booleans(),
        ),
        max_size=2,
    ),
)


@settings(max_examples=60, deadline=None)
@given(rosters, instants, st.integers(1, 2200))
def test_every_minute_has_whom_a_slow_look_finds(
    roster: Roster, begin: datetime, minutes: int
) -> None:
    end = begin + minutes * MINUTE
    found = turns(roster, begin, end)
    for minute in range(0, minutes, 7):
        moment = begin + minute * MINUTE
        for role in ("primary", "secondary"):
            mine = [t.people for t in found if t.role == role and t.begin <= moment < t.end]
            expected = tuple(sorted(slow_on_duty(roster, role, moment)))
            assert mine == ([expected] if expected else [])
            assert on_duty(roster, moment).get(role, ()) == expected


@settings(max_examples=60, deadline=None)
@given(rosters, instants, st.integers(1, 2200))
def test_gaps_are_the_minutes_of_the_cover_that_nobody_has(
    roster: Roster, begin: datetime, minutes: int
) -> None:
    end = begin + minutes * MINUTE
    found = gaps(roster, begin, end)
    for minute in range(0, minutes, 7):
        moment = begin + minute * MINUTE
        local = moment.astimezone(LOCAL)
        special = roster.special_days.get(local.date())
        needed = not roster.cover or any(
            slow_worked(span, local.date(), None if span.open_on_holidays else special)
            and span.begin <= local.time()
            and (local.time() < span.end or span.end == time(23, 59))
            for span in roster.cover
        )
        missing = needed and not slow_on_duty(roster, "primary", moment)
        assert any(gap.begin <= moment < gap.end for gap in found) is missing


@given(rosters, instants, instants)
def test_turns_of_a_role_are_in_order_apart_and_within_what_was_asked(
    roster: Roster, one: datetime, other: datetime
) -> None:
    begin, end = min(one, other), max(one, other)
    for role in ("primary", "secondary"):
        mine = [turn for turn in turns(roster, begin, end) if turn.role == role]
        assert all(begin <= turn.begin < turn.end <= end for turn in mine)
        for before, after in itertools.pairwise(mine):
            assert before.end <= after.begin
            touching = before.end == after.begin
            assert not (touching and (before.people, before.source) == (after.people, after.source))


def test_people_take_turns_of_a_day_from_the_hour_of_handing_over() -> None:
    roster = Roster("cntt", (rule("an", "binh", "chi"),))
    assert first_at(roster, at(MONDAY, 7, 29)) == ()
    assert first_at(roster, at(MONDAY, 7, 30)) == ("an",)
    assert first_at(roster, at(MONDAY + timedelta(days=1), 7, 29)) == ("an",)
    assert first_at(roster, at(MONDAY + timedelta(days=1), 7, 30)) == ("binh",)
    assert first_at(roster, at(MONDAY + timedelta(days=3), 12)) == ("an",)


def test_a_turn_of_a_week_is_one_turn() -> None:
    roster = Roster("cntt", (rule("an", "binh", turn="week"),))
    found = turns(roster, at(MONDAY, 7, 30), at(MONDAY + timedelta(days=14), 7, 30))
    assert [(turn.people, turn.end - turn.begin) for turn in found] == [
        (("an",), timedelta(days=7)),
        (("binh",), timedelta(days=7)),
    ]


def test_on_working_days_the_weekend_takes_nobody_s_turn() -> None:
    office = rule("an", "binh", "chi", days=(1, 2, 3, 4, 5), begin=time(7), end=time(17))
    roster = Roster("cntt", (office,))
    at_noon = [first_at(roster, at(day, 12)) for day in days(8)]
    assert at_noon == [("an",), ("binh",), ("chi",), ("an",), ("binh",), (), (), ("chi",)]


def test_a_holiday_has_its_own_people() -> None:
    holiday = SpecialDay(on=days(2)[1], name="Tết")
    makeup = SpecialDay(on=days(6)[5], kind="working", name="Làm bù", like=2)
    usual = rule("an", days=(1, 2, 3, 4, 5), holidays="skip", begin=time(7), end=time(17))
    feast = rule("chi", holidays="only", begin=time(0), end=time(0))
    roster = Roster("cntt", (usual, feast), special_days={d.on: d for d in (holiday, makeup)})
    assert first_at(roster, at(days(1)[0], 12)) == ("an",)
    assert first_at(roster, at(holiday.on, 12)) == ("chi",)
    assert first_at(roster, at(makeup.on, 12)) == ("an",)


def test_a_list_wins_over_rules_and_a_swap_over_the_list() -> None:
    noon = at(MONDAY, 12)
    listed = shift("binh", MONDAY)
    taken = swap("chi", at(MONDAY, 11), at(MONDAY, 13))
    assert first_at(Roster("cntt", (rule("an"),)), noon) == ("an",)
    assert first_at(Roster("cntt", (rule("an"),), (listed,)), noon) == ("binh",)
    roster = Roster("cntt", (rule("an"),), (listed,), (taken,))
    found = turns(roster, at(MONDAY, 10), at(MONDAY, 14))
    assert [(t.people, t.source, t.begin, t.end) for t in found] == [
        (("binh",), Source.SHIFT, at(MONDAY, 10), at(MONDAY, 11)),
        (("chi",), Source.SWAP, at(MONDAY, 11), at(MONDAY, 13)),
        (("binh",), Source.SHIFT, at(MONDAY, 13), at(MONDAY, 14)),
    ]


def test_the_later_of_two_swaps_holds_and_a_cancelled_one_does_not() -> None:
    span = (at(MONDAY, 10), at(MONDAY, 14))
    first = swap("binh", *span, id=1, recorded_at=at(MONDAY, 8))
    later = swap("chi", *span, id=2, recorded_at=at(MONDAY, 9))
    gone = later.model_copy(update={"cancelled_at": at(MONDAY, 9, 30)})
    assert first_at(Roster("cntt", swaps=(later, first)), at(MONDAY, 12)) == ("chi",)
    assert first_at(Roster("cntt", swaps=(gone, first)), at(MONDAY, 12)) == ("binh",)


def test_a_rota_of_office_hours_has_no_gap_at_night() -> None:
    hours = CalendarSpan(
        slug="hc", name="Hành chính", days=(1, 2, 3, 4, 5), begin=time(7, 30), end=time(17)
    )
    roster = Roster("cntt", shifts=(shift("an", MONDAY, end=time(12)),), cover=(hours,))
    assert gaps(roster, at(MONDAY), at(MONDAY + timedelta(days=1))) == [
        Span(at(MONDAY, 12), at(MONDAY, 17))
    ]


def test_two_people_in_one_role_are_an_overlap() -> None:
    roster = Roster(
        "cntt",
        shifts=(shift("an", MONDAY), shift("binh", MONDAY, begin=time(17), end=time(22))),
    )
    both = Hole(Flaw.OVERLAP, at(MONDAY, 17), at(MONDAY, 22), ("an", "binh"), ("primary",))
    assert [h for h in holes(roster, at(MONDAY), at(days(3)[2])) if h.flaw is not Flaw.GAP] == [
        both
    ]


def test_one_person_in_two_roles_is_a_flaw_of_its_own_and_what_touches_is_one() -> None:
    """By rules and by a swap: a chain that falls back to the same telephone."""
    monday, tuesday, wednesday = days(3)
    week = rule("an", slug="du-phong", role="secondary", turn="week")
    roster = Roster("cntt", (rule("an", "binh"), week))
    own = Hole(Flaw.DOUBLE, at(monday, 8), at(tuesday, 7, 30), ("an",), ROLES)
    assert holes(roster, at(monday, 8), at(wednesday, 7, 30)) == [own]
    taken = swap("an", at(tuesday, 7, 30), at(tuesday, 12))
    longer = Hole(Flaw.DOUBLE, at(monday, 8), at(tuesday, 12), ("an",), ROLES)
    swapped = Roster("cntt", roster.rules, (), (taken,))
    assert holes(swapped, at(monday, 8), at(wednesday, 7, 30)) == [longer]


def test_flaws_come_in_order_and_two_people_in_each_role_are_no_double() -> None:
    reserve = rule("chi", slug="du-phong", role="secondary")
    roster = Roster("cntt", (rule("an", "binh"), reserve))
    assert holes(roster, at(MONDAY, 8), at(MONDAY + timedelta(days=14), 7, 30)) == []
    until = rule("an", valid_to=MONDAY + timedelta(days=1))
    both = Roster("cntt", (until, rule("an", slug="du-phong", role="secondary")))
    found = holes(both, at(MONDAY, 8), at(MONDAY + timedelta(days=2), 7, 30))
    assert [hole.flaw for hole in found] == [Flaw.DOUBLE, Flaw.GAP]


@pytest.mark.parametrize("role", ["primary", "secondary"])
def test_nobody_is_on_duty_where_nothing_is_written(role: str) -> None:
    assert on_duty(Roster("cntt"), at(MONDAY)) == {}
    assert [gap.end - gap.begin for gap in gaps(Roster("cntt"), at(MONDAY), at(days(3)[2]))] == [
        timedelta(days=2)
    ]
    roster = Roster("cntt", (rule("an", role=role),))
    assert set(on_duty(roster, at(MONDAY, 12))) == {role}


def test_a_shift_until_23_59_leaves_no_minute_to_nobody() -> None:
    day, night = time(8), time(23, 59)
    evening = [shift("an", on, begin=day, end=night) for on in days(2)]
    early = [shift("binh", on, begin=time(0), end=day) for on in days(3)]
    roster = Roster("cntt", shifts=(*evening, *early))
    assert not gaps(roster, at(MONDAY), at(MONDAY + timedelta(days=2), 8))
    assert first_at(roster, at(MONDAY, 23, 59)) == ("an",)
