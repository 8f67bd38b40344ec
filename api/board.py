"""The live board as data: counts by status, hubs, and the tree of units, worst first."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from api.paths import sites_above
from api.snapshot import Picture
from core.inventory import Unit
from core.status import Status
from core.text import vietnamese_order
from core.watching import Target, TargetKind

Counts = Mapping[Status, int]
WORST_FIRST = tuple(sorted(Status, key=lambda status: -status.badness))


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site on the board."""

    target: Target
    status: Status
    since: datetime | None
    devices: Counts
    behind: Counts = field(default_factory=dict)  # sites that are reached through this one


@dataclass(frozen=True, slots=True)
class UnitNode:
    """One unit with the counts of its whole subtree."""

    slug: str
    unit: Unit | None
    sites: tuple[SiteRow, ...]
    children: tuple["UnitNode", ...]
    counts: Counts  # of sites
    devices: Counts
    status: Status  # the worst of its sites

    @property
    def name(self) -> str:
        """Return the name, the slug if the unit's row is missing."""
        return self.unit.name if self.unit else self.slug

    @property
    def total(self) -> int:
        """Return how many sites lie within."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board."""

    counts: Mapping[TargetKind, Counts]
    hubs: tuple[SiteRow, ...]  # the centre first, then the hubs, worst first
    tree: tuple[UnitNode, ...]


def counted(picture: Picture, targets: list[Target]) -> Counts:
    """Return how many targets have each status, worst status first, zeros left out."""
    found = Counter(picture.status(target.slug) for target in targets)
    return {status: found[status] for status in WORST_FIRST if found[status]}


def worst(counts: Counts) -> Status:
    """Return the worst status present; unknown if there is nothing."""
    return next((status for status in WORST_FIRST if counts.get(status)), Status.UNKNOWN)


@lru_cache(maxsize=2)  # every open screen asks for the same board
def draw(picture: Picture) -> Board:
    """Return the board of a picture."""
    kinds = {
        kind: counted(picture, [t for t in picture.estate.targets if t.kind is kind])
        for kind in TargetKind
    }
    behind = _behind(picture)
    rows = {site.slug: _row(picture, site, behind) for site in picture.sites}
    hubs = [row for row in rows.values() if row.target.role in {"center", "hub"}]
    hubs.sort(key=lambda row: (row.target.role != "center", *_row_order(row)))
    return Board(kinds, tuple(hubs), _tree(picture, rows))


def _behind(picture: Picture) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for site in picture.sites:
        for above in sites_above(picture.targets, site):
            found.setdefault(above, []).append(site)
    return found


def _row(picture: Picture, site: Target, behind: Mapping[str, list[Target]]) -> SiteRow:
    return SiteRow(
        site,
        picture.status(site.slug),
        picture.since(site.slug),
        counted(picture, picture.by_site.get(site.slug, [])),
        counted(picture, behind.get(site.slug, [])),
    )


def _row_order(row: SiteRow) -> tuple[object, ...]:
    return (-row.status.badness, vietnamese_order(row.target.name))


def _tree(picture: Picture, rows: Mapping[str, SiteRow]) -> tuple[UnitNode, ...]:
    sites: dict[str, list[SiteRow]] = {}
    children: dict[str, set[str]] = {}
    tops: set[str] = set()
    for row in rows.values():
        path = row.target.unit_path or (row.target.unit or "",)
        tops.add(path[0])
        for parent, child in pairwise(path):
            children.setdefault(parent, set()).add(child)
        sites.setdefault(path[-1], []).append(row)

    def node(slug: str) -> UnitNode:
        below = sorted((node(child) for child in children.get(slug, ())), key=_node_order)
        own = sorted(sites.get(slug, ()), key=_row_order)
        counts, devices = Counter(row.status for row in own), Counter[Status]()
        for row in own:
            devices.update(row.devices)
        for child in below:
            counts.update(child.counts)
            devices.update(child.devices)
        ordered = {status: counts[status] for status in WORST_FIRST if counts[status]}
        return UnitNode(
            slug,
            picture.units.get(slug),
            tuple(own),
            tuple(below),
            ordered,
            {status: devices[status] for status in WORST_FIRST if devices[status]},
            worst(ordered),
        )

    return tuple(sorted((node(slug) for slug in tops), key=_node_order))


def _node_order(node: UnitNode) -> tuple[object, ...]:
    return (-node.status.badness, vietnamese_order(node.name))


def find(tree: tuple[UnitNode, ...], slug: str) -> tuple[list[UnitNode], UnitNode] | None:
    """Return the ancestors of a unit, from the top, and the unit itself."""
    for node in tree:
        if node.slug == slug:
            return [], node
        below = find(node.children, slug)
        if below is not None:
            return [node, *below[0]], below[1]
    return None
