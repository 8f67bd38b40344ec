"""Do the rows of an inventory fit each other? Every fault at once, none is mended silently."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from core.errors import Problem
from core.inventory import CalendarSpan, Dated, Device, Inventory, Link, Rule, Unit
from inventory import faults, templating
from inventory.cells import nearest
from inventory.faults import Fault
from inventory.plan import as_of, holds, is_past
from inventory.profiles import PROFILES, profile_of
from inventory.promql import fault_of
from inventory.tables import BY_NAME, TABLES, AnyRow, Identity, identity, named, rows
from inventory.uplinks import loops, ways
from inventory.urls import Way, cut

Where = Callable[[str, AnyRow], int | None]  # (table, row) → line of its file
Broken = Mapping[str, Collection[str]]  # table → slugs whose rows could not be read

# (table, column) → tables in which the slug must stand
REFERENCES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("units", "parent"): ("units",),
    ("successions", "old"): ("units",),
    ("successions", "new"): ("units",),
    ("organisations", "unit"): ("units",),
    ("sites", "unit"): ("units",),
    ("sites", "organisation"): ("organisations",),
    ("sites", "calendar"): ("calendars",),
    ("sites", "contact"): ("contacts",),
    ("devices", "site"): ("sites",),
    ("devices", "uplinks"): ("links", "devices"),
    ("devices", "calendar"): ("calendars",),
    ("links", "near"): ("devices",),
    ("links", "far"): ("devices",),
    ("rooms", "site"): ("sites",),
    ("rooms", "device"): ("devices",),
    ("rooms", "contact"): ("contacts",),
    ("rooms", "calendar"): ("calendars",),
    ("services", "unit"): ("units",),
    ("services", "organisation"): ("organisations",),
    ("services", "site"): ("sites",),
    ("services", "device"): ("devices",),
    ("services", "contact"): ("contacts",),
    ("services", "calendar"): ("calendars",),
    ("services", "depends_on"): ("services", "devices", "sites"),
    ("contacts", "unit"): ("units",),
    ("contacts", "quiet"): ("calendars",),
    ("rotas", "owner"): ("contacts",),
    ("rotas", "calendar"): ("calendars",),
    ("rota_rules", "rota"): ("rotas",),
    ("rota_rules", "people"): ("contacts",),
    ("shifts", "rota"): ("rotas",),
    ("shifts", "contact"): ("contacts",),
    ("escalations", "rota"): ("rotas",),
    ("escalations", "contact"): ("contacts",),
    ("escalations", "unit"): ("units",),
    ("rules", "calendar"): ("calendars",),
    ("rules", "unit"): ("units",),
    ("measures", "target"): ("services", "devices"),
    ("certificates", "unit"): ("units",),
    ("certificates", "organisation"): ("organisations",),
    ("certificates", "contact"): ("contacts",),
}
_ABOVE = {"province": (), "district": ("province",), "commune": ("province", "district")}
_JOINS = ("endpoint", "bridge", "other")  # kinds of device that join meetings
_GUESSES, _MANY = 50, 2_000
_DIGITS = {"province": 2, "district": 3, "commune": 5}


def _nowhere(table: str, row: AnyRow) -> None:
    return None


@dataclass(slots=True)
class _Court:
    """What all rules look at, and the problems they found."""

    inventory: Inventory
    on: date
    where: Where
    broken: Broken
    unread: Collection[str]
    problems: list[Problem] = field(default_factory=list)
    guesses: dict[tuple[str, tuple[str, ...]], str | None] = field(default_factory=dict)

    def guess(self, slug: str, tables: tuple[str, ...]) -> str | None:
        """Return the most similar slug of some tables; only so often, for it is slow."""
        asked = (slug, tables)
        if asked not in self.guesses and len(self.guesses) < _GUESSES:
            known = {named(row) for table in tables for row in rows(self.inventory, table)}
            if len(known) > _MANY:
                known = {name for name in known if name[:2] == slug[:2]}
            self.guesses[asked] = nearest(slug, sorted(known)[:_MANY])
        return self.guesses.get(asked)

    def fail(self, table: str, row: AnyRow, column: str, fault: Fault) -> None:
        line = self.where(table, row)
        name = column if line is not None else f"{named(row)}.{column}"
        self.problems.append(
            Problem(BY_NAME[table].file, fault.what, fault.mend, line=line, key=name)
        )


def problems(
    inventory: Inventory,
    on: date,
    *,
    where: Where = _nowhere,
    broken: Broken | None = None,
    unread: Collection[str] = (),
    known_profiles: Collection[str] | None = None,
    collectors: Collection[str] | None = None,
) -> list[Problem]:
    """Return everything that is wrong among the rows, by file and line.

    `on` is the day on which live rows must fit each other. Slugs in `broken` and tables in
    `unread` are taken on trust: their faults are told elsewhere. `known_profiles` and
    `collectors` are names, or the collectors by name, whose parameters are then checked too; None =
    the built-in profiles, and any collector.
    """
    court = _Court(inventory, on, where, broken or {}, unread)
    _spans(court)
    _slugs_shared(court)
    _references(court)
    _units(court)
    _links(court)
    _profiles(court, PROFILES if known_profiles is None else known_profiles, collectors)
    _rooms(court)
    _services(court, collectors)
    _measures(court, collectors)
    _rows_alone(court)
    _loops(court)
    order = {table.file: place for place, table in enumerate(TABLES)}
    return sorted(court.problems, key=lambda p: (order[p.file], p.line or 0, p.key or ""))


def _spans(court: _Court) -> None:
    """No empty spans, and no two rows of one identity on one day."""
    for table in TABLES:
        spans: defaultdict[Identity, list[Dated]] = defaultdict(list)
        for row in rows(court.inventory, table.name):
            if not isinstance(row, Dated):
                continue
            if row.valid_to is not None and row.valid_to <= row.valid_from:
                fault = faults.ends_before_it_begins(row.valid_from, row.valid_to)
                court.fail(table.name, row, "valid_to", fault)
            else:
                spans[identity(row)].append(row)
        for found in spans.values():
            if len(found) > 1:
                _overlaps(court, table.name, sorted(found, key=lambda r: r.valid_from))


def _overlaps(court: _Court, table: str, spans: list[Dated]) -> None:
    before = spans[0]
    for row in spans[1:]:
        if before.valid_to is None or before.valid_to > row.valid_from:
            fault = faults.overlap(before.slug, before.valid_from, before.valid_to)
            if court.where(table, row) is None and court.where(table, before) is not None:
                fault = faults.overlap(row.slug, row.valid_from, row.valid_to)
                court.fail(table, before, "valid_from", fault)
            else:
                court.fail(table, row, "valid_from", fault)
        if before.valid_to is not None and (row.valid_to is None or row.valid_to > before.valid_to):
            before = row


def _slugs_shared(court: _Court) -> None:
    """Sites, devices, links, rooms and services are targets: one slug, one target."""
    owner: dict[str, str] = {}
    for table in ("sites", "devices", "links", "rooms", "services"):
        told: set[str] = set()
        for row in rows(court.inventory, table):
            slug = named(row)
            other = owner.setdefault(slug, table)
            if other != table and slug not in told:
                told.add(slug)
                court.fail(table, row, "slug", faults.slug_in_use(slug, other))


def _references(court: _Court) -> None:
    spans: dict[str, defaultdict[str, list[Dated]]] = {}
    for table in TABLES:
        known = spans[table.name] = defaultdict(list)
        for row in rows(court.inventory, table.name):
            if isinstance(row, Dated):
                known[row.slug].append(row)
    for (table_name, column), targets in REFERENCES.items():
        if any(target in court.unread for target in targets):
            continue
        trusted = frozenset().union(*(court.broken.get(target, ()) for target in targets))
        for row in rows(court.inventory, table_name):
            for slug in slugs_in(getattr(row, column)):
                if slug not in trusted and (fault := _unfit(court, row, slug, targets, spans)):
                    court.fail(table_name, row, column, fault)


def slugs_in(value: str | tuple[str, ...] | None) -> Iterator[str]:
    """Yield the slugs that a cell names: one, several, or alternatives joined by bars."""
    for item in value if isinstance(value, tuple) else (value,) if value else ():
        yield from item.split("|")


def _unfit(
    court: _Court,
    row: AnyRow,
    slug: str,
    targets: tuple[str, ...],
    spans: Mapping[str, Mapping[str, list[Dated]]],
) -> Fault | None:
    """Return what is wrong with a row's reference to a slug of some tables, or None."""
    target = next((name for name in targets if slug in spans[name]), None)
    if target is None:
        return faults.unknown_reference(slug, targets, court.guess(slug, targets))
    if not isinstance(row, Dated) or is_past(row, court.on):
        return None
    begin = max(row.valid_from, court.on)
    gap = _first_gap(spans[target][slug], begin)
    if gap is None or (row.valid_to is not None and gap >= row.valid_to):
        return None
    later = [span.valid_from for span in spans[target][slug] if span.valid_from > gap]
    if gap == begin and later:
        return faults.early_reference(slug, target, min(later))
    ends = [span.valid_to for span in spans[target][slug] if span.valid_to and span.valid_to <= gap]
    return faults.retired_reference(slug, target, max(ends, default=None))


def _first_gap(spans: Iterable[Dated], begin: date) -> date | None:
    """Return the first day from `begin` on which none of the spans holds; None: for ever held."""
    day = begin
    for span in sorted(spans, key=lambda s: s.valid_from):
        if holds(span, day):
            if span.valid_to is None:
                return None
            day = span.valid_to
    return day


def _units(court: _Court) -> None:
    spans: defaultdict[str, list[Unit]] = defaultdict(list)
    codes: defaultdict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in court.inventory.units:
        spans[unit.slug].append(unit)
        if len(unit.code) != _DIGITS[unit.level]:
            fault = faults.code_of_level(unit.code, unit.level, _DIGITS[unit.level])
            court.fail("units", unit, "code", fault)
        codes[unit.level, unit.code].append(unit)
    for found in codes.values():
        if len(found) > 1:
            _codes(court, sorted(found, key=lambda u: (u.valid_from, court.where("units", u) or 0)))
    for unit in court.inventory.units:
        if unit.level == "province" and unit.province_code != unit.code:
            fault = faults.other_province(unit.province_code, unit.code)
            court.fail("units", unit, "province_code", fault)
        if unit.parent is not None:
            _parent(court, unit, spans.get(unit.parent, []))


def _codes(court: _Court, units: list[Unit]) -> None:
    """`units` share level and code, by first day: no two of them on one day."""
    before = units[0]
    for unit in units[1:]:
        if before.valid_to is None or before.valid_to > unit.valid_from:
            if unit.slug != before.slug:
                court.fail("units", unit, "code", faults.code_in_use(unit.code, before.slug))
        else:
            before = unit


def _parent(court: _Court, unit: Unit, parents: list[Unit]) -> None:
    day = unit.valid_from if is_past(unit, court.on) else max(unit.valid_from, court.on)
    parent = next((p for p in parents if holds(p, day)), None)
    if parent is None:
        return
    if parent.level not in _ABOVE[unit.level]:
        fault = faults.parent_level(unit.level, parent.slug, parent.level)
        court.fail("units", unit, "parent", fault)
    elif unit.province_code != parent.province_code:
        fault = faults.other_province(unit.province_code, parent.province_code)
        court.fail("units", unit, "province_code", fault)


def _links(court: _Court) -> None:
    ranks: dict[tuple[str, int], Link] = {}
    central = _central(court)
    for link in court.inventory.links:
        if link.near == link.far:
            court.fail("links", link, "far", faults.link_to_itself(link.far))
        if holds(link, court.on):
            if link.far in central and link.near not in central:
                court.fail("links", link, "far", faults.link_backwards(link.near, link.far))
            first = ranks.setdefault((link.far, link.order), link)
            if first is not link:
                fault = faults.order_in_use(link.far, link.order, first.slug)
                court.fail("links", link, "order", fault)


def _central(court: _Court) -> set[str]:
    """Return the devices that stand at a centre now."""
    centers = {s.slug for s in court.inventory.sites if s.role == "center" and holds(s, court.on)}
    return {
        device.slug
        for device in court.inventory.devices
        if device.site in centers and holds(device, court.on)
    }


def _profiles(court: _Court, known: Collection[str], collectors: Collection[str] | None) -> None:
    for device in court.inventory.devices:
        if is_past(device, court.on):
            continue
        if device.profile is not None and device.profile not in known:
            names = sorted(known)
            fault = faults.unknown_profile(device.profile, names, nearest(device.profile, names))
            court.fail("devices", device, "profile", fault)
        elif collectors is not None:
            _collectors(court, device, collectors)


def _collectors(court: _Court, device: Device, collectors: Collection[str]) -> None:
    for check in profile_of(device.kind, device.vendor, device.profile).checks:
        unasked = check.needs_secret and device.secret is None
        if check.collector not in collectors and not unasked:
            fault = faults.nothing_to_look_with(check.collector)
            court.fail("devices", device, "profile", fault)


def _rooms(court: _Court) -> None:
    """A room's endpoint can join meetings, and stands where the room is."""
    devices = _live_devices(court)
    for room in court.inventory.rooms:
        device = devices.get(room.device or "")
        if device is None or not holds(room, court.on):
            continue
        if device.kind not in _JOINS:
            court.fail("rooms", room, "device", faults.no_endpoint(device.slug, device.kind))
        elif device.site != room.site:
            fault = faults.stands_elsewhere(device.slug, room.site, device.site)
            court.fail("rooms", room, "device", fault)


def _services(court: _Court, collectors: Collection[str] | None) -> None:
    """A service can be looked at, and its server stands where it does."""
    devices = _live_devices(court)
    for service in court.inventory.services:
        if is_past(service, court.on):
            continue
        way = cut(service.url)
        if not isinstance(way, Way):
            court.fail("services", service, "url", way)
        elif collectors is not None and way.collector not in collectors:
            court.fail("services", service, "url", faults.no_way_to_look(way.collector))
        device = devices.get(service.device or "")
        if device is not None and service.site is not None and device.site != service.site:
            fault = faults.stands_elsewhere(device.slug, service.site, device.site)
            court.fail("services", service, "device", fault)


def _measures(court: _Court, collectors: Collection[str] | None) -> None:
    """A template is there, and filled in so that its collectors take it."""
    for measure in court.inventory.measures:
        if is_past(measure, court.on):
            continue
        found = templating.fault_of(measure)
        if found is None and isinstance(collectors, Mapping):
            found = templating.refused(measure, collectors)
        if found is not None:
            court.fail("measures", measure, *found)


def _live_devices(court: _Court) -> dict[str, Device]:
    return {d.slug: d for d in court.inventory.devices if holds(d, court.on)}


def _rows_alone(court: _Court) -> None:
    for span in court.inventory.calendars:
        if span.begin >= span.end:
            court.fail("calendars", span, "end", _backwards(span))
    for contact in court.inventory.contacts:
        if contact.email is None and contact.phone is None:
            court.fail("contacts", contact, "email", faults.unreachable_contact())
    for step in court.inventory.escalations:
        column = {"primary": "rota", "secondary": "rota", "contact": "contact"}.get(step.tell)
        if column is not None and getattr(step, column) is None:
            fault = faults.step_without_whom(step.tell, column)
            court.fail("escalations", step, column, fault)
    for rule in court.inventory.rules:
        _rule(court, rule)


def _expression(court: _Court, rule: Rule) -> None:
    """Refuse what cannot be asked, and what an expression says by itself."""
    if (fault := fault_of(rule.metric)) is not None:
        court.fail("rules", rule, "metric", fault)
    for column in ("window", "labels"):
        if getattr(rule, column):
            court.fail("rules", rule, column, faults.said_by_the_expression(column))


def _rule(court: _Court, rule: Rule) -> None:
    if rule.value == "expression":
        _expression(court, rule)
    elif rule.value != "last" and not rule.window:
        court.fail("rules", rule, "window", faults.rule_without_window(rule.value))
    if rule.value == "of_capacity" and rule.kind not in {None, "link"}:
        court.fail("rules", rule, "kind", faults.capacity_of_links_alone(rule.kind or ""))
    if rule.recovery is None:
        return
    bad = rule.recovery - rule.threshold
    if (bad if rule.comparison == "above" else -bad) > 0:
        said = faults.recovers_beyond(f"{rule.recovery:g}", f"{rule.threshold:g}")
        court.fail("rules", rule, "recovery", said)


def _backwards(span: CalendarSpan) -> Fault:
    return faults.hours_backwards(f"{span.begin:%H:%M}", f"{span.end:%H:%M}")


def _loops(court: _Court) -> None:
    """No target above itself, nor one that needs itself, today or when later rows begin."""
    told: set[frozenset[str]] = set()
    for day in _days(court):
        today = as_of(court.inventory, day)
        found = ways(today.sites, today.devices, today.links)
        live: dict[str, tuple[str, AnyRow]] = {d.slug: ("devices", d) for d in today.devices}
        live |= {link.slug: ("links", link) for link in today.links if link.near != link.far}
        uplinks = {slug: above for slug, above in found.uplinks.items() if slug in live}
        for way in loops(uplinks):
            if frozenset(way) not in told:
                told.add(frozenset(way))
                table, row = _guilty(court, way, live)
                column = "uplinks" if table == "devices" else "near"
                court.fail(table, row, column, faults.loop(way))
        services: dict[str, tuple[str, AnyRow]] = {s.slug: ("services", s) for s in today.services}
        needed = {
            s.slug: tuple(one for need in s.needs for one in need if one in services)
            for s in today.services
        }
        for way in loops(needed):
            if frozenset(way) not in told:
                told.add(frozenset(way))
                table, row = _guilty(court, way, services)
                court.fail(table, row, "depends_on", faults.needs_itself(way))


def _days(court: _Court) -> list[date]:
    begun = {
        row.valid_from
        for row in (
            *court.inventory.devices,
            *court.inventory.links,
            *(service for service in court.inventory.services if service.depends_on),
        )
        if row.valid_from > court.on
    }
    return [court.on, *sorted(begun)[:20]]


def _guilty(
    court: _Court, way: Iterable[str], live: Mapping[str, tuple[str, AnyRow]]
) -> tuple[str, AnyRow]:
    """Return the row of a loop to show: of this import rather than of the ledger."""
    found = [live[slug] for slug in way]
    return next((one for one in found if court.where(*one) is not None), found[0])
