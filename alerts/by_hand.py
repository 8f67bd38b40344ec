"""Which root belongs to which incident, once people have merged and split some? Pure.

Roots that a person joined stay one incident as long as any of them fails; what a person took out
stays out, whatever else is found to have failed above it. Incidents that nobody touched have one
root each, and pass through as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from alerts.rootcause import Root, View
from alerts.topology import Topology
from core.incident import Incident


@dataclass(frozen=True, slots=True)
class Share:
    """What an incident has of a view: its roots as one, led by `root.target`.

    `incident` is the root under which it is known so far; a new one's is its own.
    """

    incident: str
    root: Root
    further: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of a view. `heirs`: which incident (by root) is to speak for which other."""

    shares: tuple[Share, ...]
    heirs: Mapping[str, str] = field(default_factory=dict)


def shares(present: Mapping[str, Incident], view: View, topology: Topology) -> Shares:
    """Return what every incident has of a view, as people have decided."""
    decided = [i for _, i in sorted(present.items()) if i.by_hand]
    if not decided:
        return Shares(tuple(Share(slug, root) for slug, root in view.roots.items()))
    return _Division(present, view, topology, decided).shares()


def part_of(topology: Topology, slugs: Iterable[str]) -> frozenset[str]:
    """Return what goes along when targets become a trouble of their own: what hangs on them."""
    found = {slug for slug in slugs if slug in topology.targets}
    for slug in sorted(found):
        found.update(m for m in topology.by_site.get(slug, ()))
    for slug in sorted(found):
        if slug in topology.uplinks:
            found |= topology.behind(slug)
    found.update(
        site
        for site in topology.sites
        if (heads := topology.heads(site)) and found.issuperset(heads)
    )
    found.update(
        room
        for room in topology.rooms
        if (members := topology.targets[room].members) and found.issuperset(members)
    )
    return frozenset(found)


@dataclass(slots=True)
class _Division:
    present: Mapping[str, Incident]
    view: View
    topology: Topology
    decided: list[Incident]
    whose: dict[str, str] = field(default_factory=dict)  # root → the incident it belongs to
    heirs: dict[str, str] = field(default_factory=dict)
    parts: dict[str, frozenset[str]] = field(default_factory=dict)  # of those set apart

    def shares(self) -> Shares:
        self.whose = {slug: i.root for i in self.present.values() for slug in i.roots}
        self._set_apart()
        self._claim_new_roots()
        self._find_heirs()
        mine: dict[str, list[Root]] = {}
        for root in sorted(self.view.roots.values(), key=lambda r: (r.since, r.target)):
            mine.setdefault(self._speaker(root.target), []).append(root)
        for incident in self.parts:
            mine.setdefault(incident, [])
        apart = frozenset[str]().union(*self.parts.values())
        found = (self._share(slug, roots, apart) for slug, roots in mine.items())
        heirs = {slug: self._speaker(slug) for slug in self.heirs}
        return Shares(tuple(share for share in found if share is not None), heirs)

    def _set_apart(self) -> None:
        """Find what those set apart consist of: the smaller first, of equals the later decision.

        The root of one is never part of another.
        """
        wholes = [
            (incident, part_of(self.topology, incident.roots))
            for incident in self.decided
            if incident.apart_from is not None
        ]
        wholes.sort(key=lambda found: (found[0].decided_at, found[0].id), reverse=True)
        wholes.sort(key=lambda found: len(found[1]))
        taken = set(self.whose)
        for incident, whole in wholes:
            self.parts[incident.root] = (whole - taken) | (whole & set(incident.roots))
            taken |= whole

    def _claim_new_roots(self) -> None:
        """Give roots that are new to the incidents whose trouble they explain."""
        for slug, root in sorted(self.view.roots.items()):
            if slug not in self.whose:
                owner = next((i.root for i in self.decided if self._explains(root, i)), None)
                self.whose[slug] = owner or slug

    def _explains(self, root: Root, incident: Incident) -> bool:
        part = self.parts.get(incident.root)
        if part is not None:  # what explains others beside it is another trouble
            rest = {slug for slug in root.members if slug != root.target}
            return root.target in part or (bool(rest) and rest <= part)
        return any(
            slug in root.members or self._dead_behind(slug, root.target)
            for slug in incident.roots
            if slug not in self.view.roots
        )

    def _dead_behind(self, line: str, far: str) -> bool:
        """Say whether a line was blamed for what its far device is blamed for now."""
        known = line in self.topology.targets and self.topology.is_link(line)
        return known and self.topology.far(line) == far

    def _find_heirs(self) -> None:
        """Let the incident of a root that explains one of several roots speak for all of them."""
        above = {m: r.target for r in self.view.roots.values() for m in r.members if m != r.target}
        for incident in self.decided:
            if incident.apart_from is not None:
                continue
            for slug in incident.roots:
                heir = self._speaker(above[slug]) if slug in above else incident.root
                if heir != incident.root and heir in self.present:
                    self.heirs[incident.root] = heir
                    break

    def _speaker(self, root: str) -> str:
        slug = self.whose.get(root, root)
        while slug in self.heirs:
            slug = self.heirs[slug]
        return slug

    def _share(self, slug: str, roots: list[Root], apart: frozenset[str]) -> Share | None:
        """Return the roots of one incident as one, None if it has none left."""
        incident = self.present.get(slug)
        part = self.parts.get(slug, frozenset())
        hidden = {m for root in self.view.roots.values() for m in root.members} & part
        if not roots and (incident is None or incident.root not in hidden):
            return None
        members = {m for root in roots for m in root.members} - (apart - part) | hidden
        if incident is None:
            lead = roots[0]
            return Share(slug, replace(lead, members=_first(lead.target, members)))
        lead = self._lead(incident, roots, hidden)
        adopted = [
            r for one in self.heirs if self._speaker(one) == slug for r in self.present[one].roots
        ]
        known = (*incident.roots, *adopted, *(root.target for root in roots))
        further = tuple(dict.fromkeys(r for r in known if r != lead.target))
        since = min([root.since for root in roots], default=lead.since)
        root = replace(lead, since=since, members=_first(lead.target, members))
        return Share(slug, root, further)

    def _lead(self, incident: Incident, roots: list[Root], hidden: set[str]) -> Root:
        """Return the root that an incident is named after: its own as long as that fails."""
        for root in roots:
            if root.target == incident.root:
                return root
        if incident.root in hidden or not roots:
            since, cause, detail = incident.began_at, incident.cause, incident.detail
            return Root(incident.root, since, cause, detail, (incident.root,))
        return roots[0]


def _first(lead: str, members: Iterable[str]) -> tuple[str, ...]:
    return (lead, *sorted(set(members) - {lead}))
