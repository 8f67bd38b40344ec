"""How bad is it that this target fails, and how long may people sleep on?"""

from collections.abc import Iterable

from alerts.topology import NETWORK_ROLES, Topology
from core.incident import Severity
from core.watching import Target, TargetKind

CLASSES = ("center", "hub", "site", "device", "link_center", "link_hub", "link_site")
_URGENT = ("center", "link_center", "hub", "link_hub", "site", "link_site")
_WIDESPREAD = 3  # sites
_BY_CLASS = {
    "center": Severity.CRITICAL,
    "hub": Severity.CRITICAL,
    "link_center": Severity.CRITICAL,
    "link_hub": Severity.CRITICAL,
    "site": Severity.MAJOR,
    "link_site": Severity.MAJOR,
    "device": Severity.WARNING,
}
_LESS = {Severity.CRITICAL: Severity.MAJOR, Severity.MAJOR: Severity.WARNING}


def class_of(topology: Topology, slug: str) -> str:
    """Return the class of a target: one of `CLASSES`, as in the settings' delays.

    A service waits as a device does, wherever it stands.
    """
    target = topology.targets[slug]
    if target.kind is TargetKind.LINK:
        far = topology.far_site(slug)
        return f"link_{far.role}" if far is not None else "link_site"
    if target.kind is TargetKind.SERVICE:
        return "device"
    if target.kind is TargetKind.GROUP:
        return _class_of_group(topology, target)
    site = topology.site_of(slug)
    role = site.role if site is not None else "site"
    if target.kind is TargetKind.SITE or role == "center":
        return role
    return role if target.role in NETWORK_ROLES | {"bridge"} else "device"


def _class_of_group(topology: Topology, group: Target) -> str:
    """Return the most urgent class of what shares the group."""
    present = {class_of(topology, m) for m in group.members if m in topology.targets}
    return next((klass for klass in _URGENT if klass in present), "link_site")


def of_kind(topology: Topology, members: Iterable[str], kind: TargetKind) -> tuple[str, ...]:
    """Return the targets of a kind among the members of an incident."""
    return tuple(
        m
        for m in members
        if (target := topology.targets.get(m)) is not None and target.kind is kind
    )


def sites_among(topology: Topology, members: Iterable[str]) -> tuple[str, ...]:
    """Return the conference points (sites) among the members of an incident."""
    return of_kind(topology, members, TargetKind.SITE)


def severity(topology: Topology, root: str, members: tuple[str, ...]) -> Severity:
    """Return how bad an incident is: by the root's class, and by how much went with it."""
    sites = sites_among(topology, members)
    if len(sites) >= _WIDESPREAD:
        return Severity.CRITICAL
    level = _BY_CLASS[class_of(topology, root)]
    if topology.is_link(root) and not sites:
        return _LESS.get(level, level)  # a reserve line carries on
    return level
