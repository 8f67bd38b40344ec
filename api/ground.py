"""What the board is drawn upon: the part of a picture that changes with the inventory alone."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from alerts.topology import Topology
from api.paths import sites_above
from core.inventory import Unit
from core.text import vietnamese_order
from core.watching import Estate, Target, TargetKind


class Ground:
    """Targets by what they are asked for, and the tree of units. Every view is made once."""

    def __init__(self, estate: Estate, units: Mapping[str, Unit]) -> None:
        self.estate = estate
        self.units = units

    @cached_property
    def targets(self) -> dict[str, Target]:
        """Return the targets by slug."""
        return {target.slug: target for target in self.estate.targets}

    @cached_property
    def topology(self) -> Topology:
        """Return who lies behind whom; a country's takes a while, so ask in a thread."""
        return Topology(self.estate)

    @cached_property
    def by_kind(self) -> dict[TargetKind, list[Target]]:
        """Return the targets of each kind."""
        found: dict[TargetKind, list[Target]] = {kind: [] for kind in TargetKind}
        for target in self.estate.targets:
            found[target.kind].append(target)
        return found

    @cached_property
    def by_site(self) -> dict[str, list[Target]]:
        """Return the devices of each site, in the site's own order (gateway first)."""
        sites = self.by_kind[TargetKind.SITE]
        found: dict[str, list[Target]] = {site.slug: [] for site in sites}
        for target in self.by_kind[TargetKind.DEVICE]:
            if target.site in found:
                found[target.site].append(target)
        for site in sites:
            order = {slug: rank for rank, slug in enumerate(site.members)}
            found[site.slug].sort(key=lambda t: order.get(t.slug, len(order)))
        return found

    @cached_property
    def behind(self) -> dict[str, list[Target]]:
        """Return the sites that are reached through each site."""
        found: dict[str, list[Target]] = {}
        for site in self.by_kind[TargetKind.SITE]:
            for above in sites_above(self.targets, site):
                found.setdefault(above, []).append(site)
        return found

    @cached_property
    def site_ranks(self) -> dict[str, int]:
        """Return where each site stands in the order of names."""
        named = {site.slug: site.name for site in self.by_kind[TargetKind.SITE]}
        return _ranks(named)

    @cached_property
    def unit_ranks(self) -> dict[str, int]:
        """Return where each unit of the tree stands in the order of names."""
        return _ranks({slug: self.unit_name(slug) for slug in self.tree_of_units})

    @cached_property
    def tree_of_units(self) -> dict[str, tuple[str, ...]]:
        """Return every unit above or at a site, and the units right below it."""
        children: dict[str, dict[str, None]] = {}
        for site in self.by_kind[TargetKind.SITE]:
            path = path_of(site)
            children.setdefault(path[-1], {})
            for parent, child in pairwise(path):
                children.setdefault(parent, {})[child] = None
        return {slug: tuple(below) for slug, below in children.items()}

    @cached_property
    def tops(self) -> tuple[str, ...]:
        """Return the units with nothing above them."""
        return tuple({path_of(site)[0]: None for site in self.by_kind[TargetKind.SITE]})

    @cached_property
    def sites_of(self) -> dict[str, list[Target]]:
        """Return the sites that lie in each unit itself."""
        found: dict[str, list[Target]] = {}
        for site in self.by_kind[TargetKind.SITE]:
            found.setdefault(path_of(site)[-1], []).append(site)
        return found

    def unit_name(self, slug: str) -> str:
        """Return a unit's name, the slug if its row is missing."""
        unit = self.units.get(slug)
        return unit.name if unit else slug


def path_of(site: Target) -> Sequence[str]:
    """Return the units from the top down to a site; one without a unit has a place of its own."""
    return site.unit_path or (site.unit or "",)


def _ranks(names: Mapping[str, str]) -> dict[str, int]:
    ordered = sorted(names, key=lambda slug: vietnamese_order(names[slug]))
    return {slug: rank for rank, slug in enumerate(ordered)}
