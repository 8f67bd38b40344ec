"""From an inventory and a packed history to a report, in three steps.

`plan` says whose history is needed, `draft` counts it, `Draft.report` puts it into words: the
causes of the outages that are listed are asked of the ledger in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from core.errors import NotFound
from core.finding import Finding
from core.history import History, Span
from core.inventory import Inventory
from core.maintenance import Maintenance
from core.status import Status
from core.text import Text
from core.watching import TargetKind
from reports import periods
from reports.capacity import Crowding, Named
from reports.counting import Counting, Rules
from reports.hours import ALWAYS, EXPECTED, Hours
from reports.indicators import Indicator
from reports.lives import Life, Units, lives_of
from reports.notes import notes_of
from reports.outages import Listing, listed
from reports.report import Period, Report, Row, ScopeKind, Works
from reports.request import HERE, ROWS, UptimeRequest
from reports.rows import TargetRows, Tree
from reports.scopes import Found, find
from reports.tally import Counter
from reports.works import Weighed, weigh

Why: TypeAlias = tuple[int, Status, str, str | None]  # since a second: status, reason, root
_LINES = (ScopeKind.NETWORK, ScopeKind.CARRIER)
_SITES = (ScopeKind.UNIT, ScopeKind.ORGANISATION, ScopeKind.TARGET)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a report will count: its scope, and the lives of its targets in both periods."""

    request: UptimeRequest
    inventory: Inventory
    units: Units
    found: Found
    previous: Period
    begin: int
    end: int  # up to which is counted: the period's end, or now
    kind: TargetKind
    lives: tuple[Life, ...]
    links: tuple[Life, ...]
    before: tuple[Life, ...]
    links_before: tuple[Life, ...]

    @property
    def since(self) -> int:
        """Return from which second on history is needed."""
        return seconds(self.previous.begin) if self.request.compare else self.begin

    @property
    def all_lives(self) -> tuple[Life, ...]:
        """Return everything that is counted, in both periods."""
        return (*self.lives, *self.links, *self.before, *self.links_before)

    @property
    def lines(self) -> tuple[Named, ...]:
        """Return the lines that the report speaks of, as they were called last."""
        lives = self.lives if self.kind is TargetKind.LINK else self.links
        last = {life.target: life for life in sorted(lives, key=lambda life: life.end)}
        return tuple(
            Named(slug, life.name, life.carrier, life.circuit)
            for slug, life in sorted(last.items())
        )

    @property
    def targets(self) -> tuple[str, ...]:
        """Return whose history is needed."""
        return tuple(sorted({life.target for life in self.all_lives}))


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known beside the count; `whys` and `incidents` go by the place of an outage."""

    as_known_at: datetime
    whys: Mapping[int, Sequence[Why]] = field(default_factory=dict)
    incidents: Mapping[int, str] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)  # by incident
    unsynchronised: tuple[tuple[datetime, datetime], ...] = ()
    crowding: Crowding | None = None
    crowding_asked: bool = False
    indicators: tuple[Indicator, ...] = ()


def seconds(instant: datetime) -> int:
    """Return the whole second since 1970 that an instant falls in."""
    return int(instant.timestamp() // 1)


def plan(inventory: Inventory, request: UptimeRequest, end: int) -> Plan:
    """Return what a report will count up to a second; NotFound for an unknown scope."""
    begin = seconds(request.period.begin)
    units = Units(inventory.units, begin, end)
    found = find(inventory, units, request.scope, request.key, end)
    kind = found.kind if request.scope is ScopeKind.TARGET else request.kind or found.kind
    found = _seen_from(request.vantage, found)
    previous = periods.before(request.period)
    beside = kind is TargetKind.SITE and request.scope in _SITES

    def counted(units: Units, begin: int, end: int) -> tuple[tuple[Life, ...], tuple[Life, ...]]:
        lives = _within(found, lives_of(inventory, units, kind, begin, end))
        if not beside:
            return lives, ()
        lines = lives_of(inventory, units, TargetKind.LINK, begin, end)
        return lives, _beside(found, lines, request)

    lives, links = counted(units, begin, end)
    before: tuple[Life, ...] = ()
    links_before: tuple[Life, ...] = ()
    if request.compare:
        first = seconds(previous.begin)
        before, links_before = counted(Units(inventory.units, first, begin), first, begin)
    return Plan(
        request=request,
        inventory=inventory,
        units=units,
        found=found,
        previous=previous,
        begin=begin,
        end=end,
        kind=kind,
        lives=lives,
        links=links,
        before=before,
        links_before=links_before,
    )


def _seen_from(vantage: str | None, found: Found) -> Found:
    """Return a scope that holds only what is looked at from a vantage, and says so."""
    if vantage is None:
        return found
    own = None if vantage == HERE else vantage

    def branch(life: Life) -> tuple[str, ...] | None:
        return found.branch(life) if life.vantage == own else None

    name = found.scope.name
    said = Text(
        f"{name.vi} (nhìn từ {'nơi đặt hệ thống này' if own is None else own})",
        f"{name.en} (as seen from {'where this platform stands' if own is None else own})",
    )
    return replace(found, branch=branch, scope=replace(found.scope, name=said))


def _within(found: Found, lives: Iterable[Life]) -> tuple[Life, ...]:
    return tuple(life for life in lives if found.branch(life) is not None)


def _beside(found: Found, lines: Iterable[Life], request: UptimeRequest) -> tuple[Life, ...]:
    """Return the lines of a report on sites: those that end in the unit, or at the site."""
    if request.scope is ScopeKind.TARGET:
        return tuple(life for life in lines if life.site == request.key)
    return _within(found, lines)


@dataclass(frozen=True, slots=True)
class Draft:
    """A counted report that lacks the words of its outages."""

    plan: Plan
    works: Sequence[Weighed]
    hours: Hours
    main: Counting
    links: Counting
    before: Counting | None
    links_before: Counting | None
    listing: Listing

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return the outages that are listed, whose details are wanted."""
        return self.listing.spans

    def report(self, gathered: Gathered) -> Report:
        """Return the whole report."""
        plan, request = self.plan, self.plan.request
        tree = Tree(
            plan.found,
            plan.units,
            successions=plan.inventory.successions,
            main=self.main,
            before=self.before,
            begin=plan.begin,
            end=plan.end,
        )
        targets = TargetRows(self.main, self.before, plan.begin, plan.end)
        return Report(
            scope=plan.found.scope,
            period=request.period,
            previous=plan.previous,
            calendar=_calendar(self.hours, request.calendar),
            as_known_at=gathered.as_known_at,
            rows=self._rows(tree, targets),
            outages=self.listing.outages(
                plan, gathered.whys, gathered.incidents, gathered.findings
            ),
            worst=targets.worst(),
            works=tuple(self._works()),
            goal=request.goal,
            goal_is_ours=request.goal_is_ours,
            unsynchronised=gathered.unsynchronised,
            crowding=gathered.crowding,
            crowding_asked=gathered.crowding_asked,
            indicators=gathered.indicators,
            notes=notes_of(plan, gathered.as_known_at, (self.main, self.links), self.listing.total),
            links=self._lines(targets),
            special_days={
                day.on: Text(vi=day.name, en=day.name)
                for day in sorted(plan.inventory.special_days, key=lambda day: day.on)
                if day.on in set(periods.days(request.period))
            },
        )

    def _rows(self, tree: Tree, targets: TargetRows) -> tuple[Row, ...]:
        scope, known = self.plan.request.scope, self.main.targets
        if scope is ScopeKind.TARGET and known:
            return (targets.row(next(iter(known))),)
        if scope in _LINES and self.plan.kind is TargetKind.LINK:
            return tuple(tree.rows(None))  # its lines stand apart
        each = self.plan.request.targets
        each = len(known) <= ROWS if each is None else each
        return tuple(tree.rows(targets if each else None))

    def _lines(self, targets: TargetRows) -> tuple[Row, ...]:
        """Return the lines of a carrier or class; of a place where they are not too many."""
        if self.plan.request.scope in _LINES and self.plan.kind is TargetKind.LINK:
            return targets.by_name()
        if len(self.links.targets) > ROWS and self.plan.request.targets is not True:
            return ()
        rows = TargetRows(self.links, self.links_before, self.plan.begin, self.plan.end)
        return rows.by_name()

    def _works(self) -> Iterable[Works]:
        for number, weighed in enumerate(self.works):
            within = self.main.worked(number)
            if within is None:
                within = self.links.worked(number)
            if within is not None:
                yield Works(weighed.maintenance, within, weighed.excluded, weighed.why)


def draft(plan: Plan, history: History, maintenance: Iterable[Maintenance]) -> Draft:
    """Count everything; NotFound for an unknown calendar."""
    request = plan.request
    hours = Hours(
        plan.inventory.calendars,
        plan.inventory.special_days,
        _days(plan.previous if request.compare else request.period, request.period),
    )
    if request.calendar not in {ALWAYS, EXPECTED} and request.calendar not in hours:
        raise NotFound(
            Text(
                vi=f"Không có lịch “{request.calendar}” trong danh mục",
                en=f"There is no calendar “{request.calendar}” in the inventory",
            )
        )
    works = weigh(maintenance, plan.inventory.special_days, request.notice, request.as_known_at)
    rules = Rules(hours, request.calendar, works)
    counter = Counter(history)

    def counting(lives: Sequence[Life], kind: TargetKind) -> Counting:
        return Counting(lives, kind, rules, history, counter)

    main = counting(plan.lives, plan.kind)
    links = counting(plan.links, TargetKind.LINK)
    before = counting(plan.before, plan.kind) if request.compare else None
    links_before = counting(plan.links_before, TargetKind.LINK) if request.compare else None
    listing = listed(main, request.listed)
    return Draft(plan, works, hours, main, links, before, links_before, listing)


def _days(first: Period, last: Period) -> Sequence[date]:
    count = (last.end - first.begin) // timedelta(days=1)
    return [first.first + timedelta(days=n) for n in range(count)]


def _calendar(hours: Hours, calendar: str) -> Text:
    if calendar == ALWAYS:
        return Text(vi="24×7", en="24×7")
    if calendar == EXPECTED:
        return Text(vi="theo giờ hoạt động của từng điểm", en="the hours of each target")
    name = hours.name(calendar)
    return Text(vi=name, en=name)
