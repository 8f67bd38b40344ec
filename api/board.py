"""The live board as data: counts by status, hubs, and the tree of units, worst first."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import chain

from api.ground import Ground
from api.snapshot import Picture
from core.inventory import Unit
from core.status import Status
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


def counted(picture: Picture, targets: Iterable[Target]) -> Counts:
    """Return how many targets have each status, worst status first, zeros left out."""
    states = [picture.states.get(target.slug) for target in targets]
    amiss = [state for state in states if state is None or state.status is not Status.UP]
    found = Counter(state.status if state else Status.UNKNOWN for state in amiss)
    if len(amiss) < len(states):  # nearly all are up, and an enum is slow to hash
        found[Status.UP] = len(states) - len(amiss)
    return _ordered(found) if amiss else found


def worst(counts: Counts) -> Status:
    """Return the worst status present; unknown if there is nothing."""
    return next((status for status in WORST_FIRST if counts.get(status)), Status.UNKNOWN)


@lru_cache(maxsize=2)  # every open screen asks for the same board
def draw(picture: Picture) -> Board:
    """Return the board of a picture."""
    ground = picture.ground
    kinds = {kind: counted(picture, targets) for kind, targets in ground.by_kind.items()}
    rows = {site.slug: _row(picture, site) for site in picture.sites}
    hubs = [row for row in rows.values() if row.target.role in {"center", "hub"}]
    order = _row_order(ground)
    hubs.sort(key=lambda row: (row.target.role != "center", *order(row)))
    return Board(kinds, tuple(hubs), _tree(ground, rows))


def _row(picture: Picture, site: Target) -> SiteRow:
    state = picture.states.get(site.slug)
    behind = picture.ground.behind.get(site.slug)
    return SiteRow(
        site,
        state.status if state else Status.UNKNOWN,
        state.since if state else None,
        counted(picture, picture.by_site.get(site.slug, ())),
        counted(picture, behind) if behind else {},
    )


def _row_order(ground: Ground) -> Callable[[SiteRow], tuple[int, int]]:
    ranks = ground.site_ranks
    return lambda row: (-row.status.badness, ranks[row.target.slug])


def _tree(ground: Ground, rows: Mapping[str, SiteRow]) -> tuple[UnitNode, ...]:
    row_order, ranks = _row_order(ground), ground.unit_ranks

    def node_order(node: UnitNode) -> tuple[int, int]:
        return (-node.status.badness, ranks[node.slug])

    def node(slug: str) -> UnitNode:
        below = sorted((node(child) for child in ground.tree_of_units[slug]), key=node_order)
        own = sorted((rows[s.slug] for s in ground.sites_of.get(slug, ())), key=row_order)
        counts = _sum([{row.status: 1} for row in own], [child.counts for child in below])
        devices = _sum([row.devices for row in own], [child.devices for child in below])
        unit = ground.units.get(slug)
        return UnitNode(slug, unit, tuple(own), tuple(below), counts, devices, worst(counts))

    return tuple(sorted((node(slug) for slug in ground.tops), key=node_order))


def _sum(*many: Iterable[Counts]) -> Counts:
    found: dict[Status, int] = {}
    for counts in chain(*many):
        for status, count in counts.items():
            found[status] = found.get(status, 0) + count
    return _ordered(found)


def _ordered(found: Counts) -> Counts:
    return {status: found[status] for status in WORST_FIRST if found.get(status)}


def find(tree: tuple[UnitNode, ...], slug: str) -> tuple[list[UnitNode], UnitNode] | None:
    """Return the ancestors of a unit, from the top, and the unit itself."""
    for node in tree:
        if node.slug == slug:
            return [], node
        below = find(node.children, slug)
        if below is not None:
            return [node, *below[0]], below[1]
    return None
