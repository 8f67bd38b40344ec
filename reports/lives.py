"""Where was each target on each day? Rows that hold for days become lives in seconds."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from core.inventory import Dated, Inventory, Service, Unit
from core.text import Text
from core.watching import TargetKind
from reports.periods import second

_D = TypeVar("_D", bound=Dated)
Held = Iterator[tuple[_D, int, int]]  # a row, and [begin, end) within which it holds


@dataclass(frozen=True, slots=True)
class Life:
    """Seconds [begin, end) in which a target was one thing in one place.

    `path` are unit slugs from the top down. `outside` are the seconds of the period in which
    the target was not in the inventory: each stands with the life before it (or the first), so
    that all lives of a target together make up the period.
    """

    target: str
    kind: TargetKind
    name: Text
    begin: int
    end: int
    path: tuple[str, ...] = ()
    site: str | None = None
    organisation: str | None = None
    calendar: str | None = None  # its own
    carrier: str | None = None
    circuit: str | None = None
    network: str | None = None
    vantage: str | None = None  # of a service; None: from where the platform stands
    detail: str = ""
    outside: int = 0

    @property
    def place(self) -> tuple[object, ...]:
        """Return all that decides how and where this life is counted."""
        return (
            self.path,
            self.site,
            self.organisation,
            self.calendar,
            self.carrier,
            self.circuit,
            self.network,
            self.vantage,
        )


class Units:
    """The tree of units over time: it changes on some days, and stands still between them."""

    def __init__(self, units: Iterable[Unit], begin: int, end: int) -> None:
        self.rows = _by_slug(units)
        edges = {begin, end}
        for rows in self.rows.values():
            for row in rows:
                edges |= {edge for edge in _span(row) if begin < edge < end}
        self._seasons = tuple(pairwise(sorted(edges)))
        self._paths: dict[tuple[str, int], tuple[str, ...]] = {}

    def at(self, slug: str, moment: int) -> Unit | None:
        """Return a unit's row at a moment, else the last one before, else its first."""
        rows = self.rows.get(slug, [])
        begun = [row for row in rows if second(row.valid_from) <= moment]
        return begun[-1] if begun else rows[0] if rows else None

    def last(self, slug: str, end: int) -> Unit | None:
        """Return how a unit was last known before a moment."""
        return self.at(slug, end - 1)

    def path(self, slug: str, moment: int) -> tuple[str, ...]:
        """Return the units from the top down to one, as they stood at a moment."""
        key = (slug, moment)
        if key not in self._paths:
            path = [slug]
            row = self.at(slug, moment)
            while row is not None and row.parent is not None and row.parent not in path:
                path.insert(0, row.parent)
                row = self.at(row.parent, moment)
            self._paths[key] = tuple(path)
        return self._paths[key]

    def paths(
        self, slug: str | None, begin: int, end: int
    ) -> Iterator[tuple[tuple[str, ...], int, int]]:
        """Yield the paths of a unit within [begin, end), each with its span."""
        for first, last in self._seasons:
            if max(first, begin) < min(last, end):
                path = () if slug is None else self.path(slug, first)
                yield path, max(first, begin), min(last, end)


def lives_of(
    inventory: Inventory, units: Units, kind: TargetKind, begin: int, end: int
) -> list[Life]:
    """Return the lives of all targets of a kind within the seconds [begin, end), by target."""
    tables = _Tables(inventory)
    compiled: Mapping[TargetKind, Callable[[_Tables, Units, int, int], Iterator[Life]]] = {
        TargetKind.SITE: _sites,
        TargetKind.DEVICE: _devices,
        TargetKind.LINK: _links,
        TargetKind.ROOM: _rooms,
        TargetKind.SERVICE: _services,
    }
    grouped: dict[str, list[Life]] = {}
    for life in compiled[kind](tables, units, begin, end):
        grouped.setdefault(life.target, []).append(life)
    return [
        life
        for target in sorted(grouped)
        for life in _whole(sorted(grouped[target], key=lambda life: life.begin), begin, end)
    ]


class _Tables:
    """The rows by slug, each slug's in the order of their days."""

    def __init__(self, inventory: Inventory) -> None:
        self.organisations = _by_slug(inventory.organisations)
        self.sites = _by_slug(inventory.sites)
        self.devices = _by_slug(inventory.devices)
        self.links = _by_slug(inventory.links)
        self.rooms = _by_slug(inventory.rooms)
        self.services = _by_slug(inventory.services)


def _sites(tables: _Tables, units: Units, begin: int, end: int) -> Iterator[Life]:
    for site, first, last in _all(tables.sites, begin, end):
        name = Text(vi=site.name, en=site.name_en or site.name)
        for path, since, until in units.paths(site.unit, first, last):
            yield Life(
                *(site.slug, TargetKind.SITE, name, since, until, path, site.slug),
                organisation=site.organisation,
                calendar=site.calendar,
                detail=site.address or "",
            )


def _devices(tables: _Tables, units: Units, begin: int, end: int) -> Iterator[Life]:
    for device, first, last in _all(tables.devices, begin, end):
        name = Text(vi=device.name, en=device.name)
        for site, at, to in _held(tables.sites, device.site, first, last):
            for path, since, until in units.paths(site.unit, at, to):
                yield Life(
                    *(device.slug, TargetKind.DEVICE, name, since, until, path, site.slug),
                    organisation=site.organisation,
                    calendar=device.calendar or site.calendar,
                    detail=device.address,
                )


def _links(tables: _Tables, units: Units, begin: int, end: int) -> Iterator[Life]:
    for link, first, last in _all(tables.links, begin, end):
        name = Text(vi=link.name, en=link.name)
        ends = (
            (far, max(at, since), min(to, until))
            for _, at, to in _held(tables.devices, link.near, first, last)
            for far, since, until in _held(tables.devices, link.far, at, to)
        )
        for far, at, to in ends:
            for site, since, until in _held(tables.sites, far.site, at, to):
                for path, begun, ended in units.paths(site.unit, since, until):
                    yield Life(
                        *(link.slug, TargetKind.LINK, name, begun, ended, path, site.slug),
                        organisation=site.organisation,
                        calendar=far.calendar or site.calendar,
                        carrier=link.carrier,
                        circuit=link.circuit,
                        network=link.network,
                        detail=link.circuit or "",
                    )


def _rooms(tables: _Tables, units: Units, begin: int, end: int) -> Iterator[Life]:
    for room, first, last in _all(tables.rooms, begin, end):
        name = Text(vi=room.name, en=room.name_en or room.name)
        for site, at, to in _held(tables.sites, room.site, first, last):
            equipment = _held(tables.devices, room.device or "", at, to)
            endpoint = next((device.calendar for device, _, _ in equipment), None)
            for path, since, until in units.paths(site.unit, at, to):
                yield Life(
                    *(room.slug, TargetKind.ROOM, name, since, until, path, site.slug),
                    organisation=site.organisation,
                    calendar=room.calendar or endpoint or site.calendar,
                    detail=site.name,
                )


def _services(tables: _Tables, units: Units, begin: int, end: int) -> Iterator[Life]:
    for service, first, last in _all(tables.services, begin, end):
        name = Text(vi=service.name, en=service.name_en or service.name)
        for unit, at, to in _areas(tables, service, first, last):
            for path, since, until in units.paths(unit, at, to):
                yield Life(
                    *(service.slug, TargetKind.SERVICE, name, since, until, path, service.site),
                    organisation=service.organisation,
                    calendar=service.calendar,
                    vantage=service.vantage,
                    detail=f"{service.url} @ {service.vantage}" if service.vantage else service.url,
                )


def _areas(
    tables: _Tables, service: Service, begin: int, end: int
) -> Iterator[tuple[str | None, int, int]]:
    """Yield the unit of a service: its own, else its organisation's, else its site's."""
    if service.unit is None and service.organisation in tables.organisations:
        for office, first, last in _through(tables.organisations[service.organisation], begin, end):
            yield office.unit, first, last
    elif service.unit is None and service.site in tables.sites:
        for site, first, last in _through(tables.sites[service.site], begin, end):
            yield site.unit, first, last
    else:
        yield service.unit, begin, end


def _by_slug(rows: Iterable[_D]) -> dict[str, list[_D]]:
    found: dict[str, list[_D]] = {}
    for row in rows:
        found.setdefault(row.slug, []).append(row)
    for same in found.values():
        same.sort(key=lambda row: row.valid_from)
    return found


def _span(row: Dated) -> tuple[int, ...]:
    """Return the seconds at which a row begins and, if it does, ends."""
    begin = second(row.valid_from)
    return (begin,) if row.valid_to is None else (begin, second(row.valid_to))


def _all(rows: Mapping[str, list[_D]], begin: int, end: int) -> Held[_D]:
    for slug in rows:
        yield from _held(rows, slug, begin, end)


def _held(rows: Mapping[str, list[_D]], slug: str, begin: int, end: int) -> Held[_D]:
    """Yield the rows of a slug that hold within [begin, end), each with its part of it."""
    for row in rows.get(slug, ()):
        first = max(begin, second(row.valid_from))
        last = end if row.valid_to is None else min(end, second(row.valid_to))
        if first < last:
            yield row, first, last


def _through(rows: list[_D], begin: int, end: int) -> Held[_D]:
    """Yield rows that cover [begin, end) whole: each speaks until the next, the first for all."""
    edges = [begin, *(second(row.valid_from) for row in rows[1:]), end]
    for row, (first, last) in zip(rows, pairwise(edges), strict=True):
        if max(first, begin) < min(last, end):
            yield row, max(first, begin), min(last, end)


def _whole(lives: list[Life], begin: int, end: int) -> Iterator[Life]:
    """Yield a target's lives, like neighbours joined, the time between them added as outside."""
    joined: list[Life] = []
    for life in lives:
        if joined and joined[-1].end == life.begin and joined[-1].place == life.place:
            joined[-1] = replace(life, begin=joined[-1].begin)
        else:
            joined.append(life)
    for number, life in enumerate(joined):
        following = joined[number + 1].begin if number + 1 < len(joined) else end
        outside = following - life.end + (life.begin - begin if number == 0 else 0)
        yield replace(life, outside=outside) if outside else life
