"""The part of the tree that an incident took down, roots first, for a narrow screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.incident import Incident
from core.text import vietnamese_order
from core.watching import Target, TargetKind

SHOWN = 12  # branches below one node; the rest is counted
_KINDS = tuple(TargetKind)


@dataclass(frozen=True, slots=True)
class Node:
    """One member and what hangs on it. `more` counts by kind what is not drawn."""

    target: Target
    is_root: bool
    back: bool  # it has left: it is well again
    below: tuple["Node", ...]
    more: Mapping[TargetKind, int]
    parts: Mapping[TargetKind, int]  # what stands inside a site


def fallen(incident: Incident, targets: Mapping[str, Target]) -> tuple[Node, ...]:
    """Return the members as trees; a site stands for what is inside it, unless that is a root."""
    return _Forest(incident, targets).trees()


class _Forest:
    def __init__(self, incident: Incident, targets: Mapping[str, Target]) -> None:
        self._targets = targets
        self._roots = incident.roots
        self._back = {m.target for m in incident.members if m.left_at is not None}
        self._members = {m.target: None for m in incident.members if m.target in targets}
        self._inside: dict[str, list[str]] = {}  # site → what stands for nothing but itself there
        self._below: dict[str | None, list[str]] = {}
        for slug in self._members:
            parent = self._parent(slug)
            self._below.setdefault(parent, []).append(slug)

    def trees(self) -> tuple[Node, ...]:
        order = {slug: n for n, slug in enumerate(self._roots)}
        tops = sorted(self._below.get(None, ()), key=lambda s: (order.get(s, len(order)), s))
        return tuple(self._node(slug, frozenset()) for slug in tops)

    def _node(self, slug: str, above: frozenset[str]) -> Node:
        drawn: list[str] = []
        parts: list[str] = []
        for child in self._below.get(slug, ()):
            if child in above or child == slug:
                continue
            inside = self._targets[slug].kind is TargetKind.SITE and self._is_part(child)
            (parts if inside else drawn).append(child)
        drawn.sort(key=self._rank)
        seen = above | {slug}
        return Node(
            target=self._targets[slug],
            is_root=slug in self._roots,
            back=slug in self._back,
            below=tuple(self._node(child, seen) for child in drawn[:SHOWN]),
            more=self._counted(drawn[SHOWN:]),
            parts=self._counted(parts),
        )

    def _rank(self, slug: str) -> tuple[object, ...]:
        """Return where a branch stands: what is still lost first, sites before the rest."""
        target = self._targets[slug]
        site = target.kind is TargetKind.SITE
        return slug in self._back, not site, vietnamese_order(target.name)

    def _is_part(self, slug: str) -> bool:
        """Say whether nothing is lost to the eye if it is only counted."""
        return slug not in self._roots and not self._below.get(slug)

    def _counted(self, slugs: Iterable[str]) -> dict[TargetKind, int]:
        found: dict[TargetKind, int] = {}
        for slug in slugs:
            kind = self._targets[slug].kind
            found[kind] = found.get(kind, 0) + 1
        return {kind: found[kind] for kind in _KINDS if kind in found}

    def _parent(self, slug: str) -> str | None:
        """Return the member that another hangs on; a site on the line to it, the rest on sites."""
        target = self._targets[slug]
        if target.kind is TargetKind.SITE:
            heads = target.members[:1]  # the gateway stands first
            ways = [head for head in heads if head in self._roots]
            ways += [up for head in heads for up in self._ups(head)]
            return self._first(target, ways, known=slug)
        if target.kind in {TargetKind.DEVICE, TargetKind.ROOM}:
            return self._first(target, [*self._at(target), *target.members, *target.uplinks])
        if target.kind is TargetKind.SERVICE:
            return self._first(target, [*target.uplinks, *self._at(target)])
        return self._first(target, [place for up in target.uplinks for place in self._places(up)])

    def _first(self, target: Target, ways: Iterable[str], known: str = "") -> str | None:
        """Return the first way that is a member; else what it shares with others, if that is."""
        for slug in (*ways, *target.risks):
            if slug in self._members and slug not in {target.slug, known}:
                return slug
        return None

    def _ups(self, slug: str) -> tuple[str, ...]:
        target = self._targets.get(slug)
        return target.uplinks if target is not None else ()

    def _at(self, target: Target) -> tuple[str, ...]:
        """Return the site of a target, unless what failed inside it is what took the site down."""
        return (target.site,) if target.site and target.slug not in self._roots else ()

    def _places(self, slug: str) -> tuple[str, ...]:
        """Return the site that a device stands at, then the device itself."""
        target = self._targets.get(slug)
        site = target.site if target is not None else None
        return (site, slug) if site and slug not in self._roots else (slug,)
