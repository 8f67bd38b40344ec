"""Who is on duty, when is nobody, when are two, when is one twice? Pure, from what is written.

Swaps win over shifts, shifts over rules; of two swaps the one that was recorded later. All
spans are half-open and local days are those of Asia/Ho_Chi_Minh.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum

from core.clock import LOCAL
from core.inventory import CalendarSpan, RotaRule, Shift, SpecialDay
from core.rota import DutyRows, Swap

ROLES = ("primary", "secondary")
_DAY = timedelta(days=1)
_WEEK = 7
_MIDNIGHT_FROM = time(23, 59)  # whoever writes 23:59 means the whole evening


class Source(IntEnum):
    """What says that somebody is on duty; the higher wins."""

    RULE = 0
    SHIFT = 1
    SWAP = 2


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything that is written down about one rota.

    `cover` are the spans in which somebody must be on duty; empty: day and night.
    """

    slug: str
    rules: tuple[RotaRule, ...] = ()
    shifts: tuple[Shift, ...] = ()
    swaps: tuple[Swap, ...] = ()
    special_days: Mapping[date, SpecialDay] = field(default_factory=dict)
    cover: tuple[CalendarSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A time without anybody on duty."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is on duty in one role for a while. More than one person: an overlap."""

    role: str
    people: tuple[str, ...]  # contacts
    begin: datetime
    end: datetime
    source: Source


class Flaw(StrEnum):
    """What is wrong with a time of a rota."""

    GAP = "gap"  # nobody is on duty
    OVERLAP = "overlap"  # one role is held by more than one person
    DOUBLE = "double"  # one person holds two roles: the next step calls the same telephone


@dataclass(frozen=True, slots=True)
class Hole:
    """A time that has a flaw; `people` and `roles` are those concerned, none of a gap."""

    flaw: Flaw
    begin: datetime
    end: datetime
    people: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def mark(self) -> tuple[str, date]:
        """Return what it is known by: one that goes on is another one every day.

        Where few people hold all roles by rule, one of a week speaks for the others.
        """
        begin = self.begin.astimezone(LOCAL)
        if self.flaw is Flaw.DOUBLE:
            return self.flaw.value, begin.date() - begin.weekday() * _DAY
        return f"{self.flaw.value} {begin:%H:%M}", begin.date()


@dataclass(frozen=True, slots=True)
class _Claim:
    """One row's word on who is on duty, and how much it weighs."""

    contact: str
    begin: datetime
    end: datetime
    source: Source
    weight: tuple[int, datetime, int]


def rosters(rows: DutyRows, on: date) -> dict[str, Roster]:
    """Return the roster of every rota that there is on a local day, by slug."""
    special_days = {day.on: day for day in rows.special_days}
    found: dict[str, Roster] = {}
    for rota in rows.rotas:
        if rota.valid_from <= on and (rota.valid_to is None or on < rota.valid_to):
            found[rota.slug] = Roster(
                rota.slug,
                tuple(rule for rule in rows.rules if rule.rota == rota.slug),
                tuple(shift for shift in rows.shifts if shift.rota == rota.slug),
                tuple(swap for swap in rows.swaps if swap.rota == rota.slug),
                special_days,
                tuple(span for span in rows.calendars if span.slug == rota.calendar),
            )
    return found


def on_duty(roster: Roster, at: datetime) -> dict[str, tuple[str, ...]]:
    """Return who is on duty at an instant, by role; nobody's role is left out."""
    moment = turns(roster, at, at + timedelta(microseconds=1))
    return {turn.role: turn.people for turn in moment}


def turns(roster: Roster, begin: datetime, end: datetime) -> list[Turn]:
    """Return who is on duty within [begin, end), in order; what touches and agrees is one turn."""
    found: list[Turn] = []
    for role in ROLES:
        found += _swept(role, [c for c in _claims(roster, role, begin, end) if c.begin < c.end])
    return sorted(found, key=lambda turn: (turn.begin, turn.role))


def gaps(roster: Roster, begin: datetime, end: datetime) -> list[Span]:
    """Return the times within [begin, end) at which somebody must be on duty, and nobody is."""
    held = [Span(t.begin, t.end) for t in turns(roster, begin, end) if t.role == ROLES[0]]
    found: list[Span] = []
    for needed in _needed(roster, begin, end):
        at = needed.begin
        for turn in held:
            if turn.end <= at or turn.begin >= needed.end:
                continue
            if turn.begin > at:
                found.append(Span(at, turn.begin))
            at = turn.end
        if at < needed.end:
            found.append(Span(at, needed.end))
    return found


def holes(roster: Roster, begin: datetime, end: datetime) -> list[Hole]:
    """Return every gap, overlap and person with two roles within [begin, end), in order."""
    held = turns(roster, begin, end)
    found = [
        *(Hole(Flaw.GAP, gap.begin, gap.end) for gap in gaps(roster, begin, end)),
        *(
            Hole(Flaw.OVERLAP, turn.begin, turn.end, turn.people, (turn.role,))
            for turn in held
            if len(turn.people) > 1
        ),
        *_doubles(held),
    ]
    return sorted(found, key=lambda hole: (hole.begin, hole.flaw, hole.people))


def _doubles(held: Sequence[Turn]) -> list[Hole]:
    """Return when one person holds both roles; what touches is one hole."""
    first, second = ([turn for turn in held if turn.role == role] for role in ROLES)
    found: dict[str, list[Hole]] = {}
    for one, other in itertools.product(first, second):
        begin, end = max(one.begin, other.begin), min(one.end, other.end)
        for person in set(one.people) & set(other.people) if begin < end else ():
            own = found.setdefault(person, [])
            if own and own[-1].end == begin:
                own[-1] = replace(own[-1], end=end)
            else:
                own.append(Hole(Flaw.DOUBLE, begin, end, (person,), ROLES))
    return [hole for own in found.values() for hole in own]


def is_duty_day(rule: RotaRule, day: date, special: SpecialDay | None) -> bool:
    """Say whether a rule puts anybody on duty on a local day."""
    if rule.holidays == "skip":
        return _is_worked(rule.days, day, special)
    off = special is not None and special.kind != "working"
    return day.isoweekday() in rule.days and (off or rule.holidays == "any")


def _is_worked(days: tuple[int, ...], day: date, special: SpecialDay | None) -> bool:
    """Say whether a day is one of some days of the week, days off and make-up days heeded."""
    if special is None:
        return day.isoweekday() in days
    return special.kind == "working" and special.like in days


def _covered(
    spans: Iterable[CalendarSpan], day: date, special: SpecialDay | None
) -> Iterator[Span]:
    """Yield the spans of a local day in which somebody must be on duty."""
    for span in spans:
        if span.valid_from <= day and (span.valid_to is None or day < span.valid_to):
            heeded = None if span.open_on_holidays else special
            if _is_worked(span.days, day, heeded):
                yield _local(day, span.begin, span.end)


def _claims(roster: Roster, role: str, begin: datetime, end: datetime) -> Iterator[_Claim]:
    first = begin.astimezone(LOCAL).date() - _DAY  # a night that began the day before
    last = end.astimezone(LOCAL).date()
    for rule in roster.rules:
        if rule.role == role:
            for day, contact in _rotation(rule, roster.special_days, first, last):
                yield _clipped(contact, _local(day, rule.begin, rule.end), Source.RULE, begin, end)
    for shift in roster.shifts:
        if shift.role == role and first <= shift.on <= last:
            own = _local(shift.on, shift.begin, shift.end)
            yield _clipped(shift.contact, own, Source.SHIFT, begin, end)
    for swap in roster.swaps:
        if swap.role == role and swap.cancelled_at is None:
            claim = _clipped(swap.contact, Span(swap.begin, swap.end), Source.SWAP, begin, end)
            yield replace(claim, weight=(Source.SWAP, swap.recorded_at, swap.id or 0))


def _rotation(
    rule: RotaRule, special_days: Mapping[date, SpecialDay], first: date, last: date
) -> Iterator[tuple[date, str]]:
    """Yield the duty days of a rule from `first` to `last`, and whose turn each is.

    Turns of a day are counted by duty days: five people on working days meet each day of the
    week as often as the others.
    """
    if not rule.people:
        return
    turn = 0
    for ahead in range(max(0, (last - rule.start).days + 1)):
        day = rule.start + timedelta(days=ahead)
        if not is_duty_day(rule, day, special_days.get(day)):
            continue
        number = ahead // _WEEK if rule.turn == "week" else turn
        turn += 1
        holds = rule.valid_from <= day and (rule.valid_to is None or day < rule.valid_to)
        if day >= first and holds:
            yield day, rule.people[number % len(rule.people)]


def _local(day: date, begin: time, end: time) -> Span:
    """Return a span of local time; an end that is not after the begin lies on the next day."""
    end = time.min if end >= _MIDNIGHT_FROM else end
    last = day if end > begin else day + _DAY
    return Span(datetime.combine(day, begin, LOCAL), datetime.combine(last, end, LOCAL))


def _clipped(contact: str, span: Span, source: Source, begin: datetime, end: datetime) -> _Claim:
    since, until = max(span.begin, begin), min(span.end, end)
    weight = (int(source), datetime.min.replace(tzinfo=UTC), 0)
    return _Claim(contact, since.astimezone(UTC), until.astimezone(UTC), source, weight)


def _swept(role: str, claims: Sequence[_Claim]) -> list[Turn]:
    """Cut time where a claim begins or ends; in each piece the heaviest claims hold."""
    edges = sorted({edge for claim in claims for edge in (claim.begin, claim.end)})
    waiting = sorted(claims, key=lambda claim: claim.begin, reverse=True)
    open_ones: list[_Claim] = []
    found: list[Turn] = []
    for begin, end in itertools.pairwise(edges):
        open_ones = [claim for claim in open_ones if claim.end > begin]
        while waiting and waiting[-1].begin <= begin:
            open_ones.append(waiting.pop())
        if open_ones:
            _append(found, _held(role, open_ones, begin, end))
    return found


def _held(role: str, claims: Iterable[_Claim], begin: datetime, end: datetime) -> Turn:
    claims = tuple(claims)
    heaviest = max(claim.weight for claim in claims)
    holding = [claim for claim in claims if claim.weight == heaviest]
    people = tuple(sorted({claim.contact for claim in holding}))
    return Turn(role, people, begin, end, holding[0].source)


def _append(found: list[Turn], turn: Turn) -> None:
    before = found[-1] if found else None
    if before is not None and before.end == turn.begin:
        same = (before.people, before.source) == (turn.people, turn.source)
        if same:
            found[-1] = replace(before, end=turn.end)
            return
    found.append(turn)


def _needed(roster: Roster, begin: datetime, end: datetime) -> list[Span]:
    """Return when somebody must be on duty, in order and apart."""
    if not roster.cover:
        return [Span(begin.astimezone(UTC), end.astimezone(UTC))] if begin < end else []
    day, last = begin.astimezone(LOCAL).date(), end.astimezone(LOCAL).date()
    found: list[Span] = []
    while day <= last:
        today = _covered(roster.cover, day, roster.special_days.get(day))
        for whole in sorted(today, key=lambda span: span.begin):
            since, until = max(whole.begin, begin), min(whole.end, end)
            span = Span(since.astimezone(UTC), until.astimezone(UTC))
            if span.begin >= span.end:
                continue
            if found and span.begin <= found[-1].end:
                found[-1] = Span(found[-1].begin, max(found[-1].end, span.end))
            else:
                found.append(span)
        day += _DAY
    return found
