"""Who speaks for many that are beyond the same threshold? The segment that all of them share.

Pure: (topology, who fires) → speaker by target. Only of what is measured over the whole path: a
line behind a slow line is slow for no fault of its own, and so are all lines of a congested ring.
Whoever does not agree, because nothing above it fires too, speaks for itself.

Of a line that is measured its own figure is the word. Calls are measured at their ends alone: a
segment speaks for them where those that lead over it agree, and nowhere else.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from alerts.topology import Topology
from core.inventory import Rule
from core.watching import TargetKind

_OF_THE_PATH = ("probe_loss_ratio", "probe_duration_seconds", "probe_icmp_")
_LEAST = 3  # lines of a group, or places whose calls lead over a segment
_SHARE, _STILL = 0.5, 1 / 3  # of a group's lines that are watched: to begin with, and to go on
# Of a segment's branches: every call passes it, so a good one says more than a good line of a ring.
_BRANCHES = 2 / 3


def is_of_the_path(rule: Rule) -> bool:
    """Say whether what a rule compares grows with every line on the way to what is looked at.

    The share of its capacity that a line carries is also carried by what it shares with others.
    """
    return rule.value == "of_capacity" or rule.metric.startswith(_OF_THE_PATH)


def speakers(
    topology: Topology,
    firing: Collection[str],
    watched: Collection[str],
    speaking: Collection[str],
) -> Mapping[str, str]:
    """Return for whom each of the targets that fire lets speak, itself perhaps.

    `watched` are all targets that the rule looks at, `speaking` those that speak already.
    """
    found = {target: _topmost(topology, target, firing) for target in firing}
    for group in sorted(topology.groups, key=lambda g: (len(topology.targets[g].members), g)):
        lines = topology.targets[group].members
        hit = {line for line in lines if _ends(topology, line) & set(found.values())}
        seen = sum(bool(_ends(topology, line) & set(watched)) for line in lines)
        least = max(_LEAST, (_STILL if group in speaking else _SHARE) * seen)
        if len(hit) >= least:
            ends = set[str]().union(*(_ends(topology, line) for line in hit))
            found.update((t, group) for t, speaker in found.items() if speaker in ends)
    return found


def may_be_spoken_for(topology: Topology, target: str, watched: Collection[str]) -> bool:
    """Say whether a segment that a target shares with others may fire, too."""
    way = (target, *_way(topology, target))
    if any(at in watched for at in way[1:]):
        return True
    groups = {group for at in way if at in topology.targets for group in topology.shared(at)}
    return any(
        sum(bool(_ends(topology, line) & set(watched)) for line in topology.targets[group].members)
        >= _LEAST
        for group in groups
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """A segment in which bad calls go wrong, as the rooms over it agree.

    `at_bridge`: it is the bridge that they hang on. `bad` of `measured` ends are bad.
    """

    segment: str
    at_bridge: bool
    bad: int
    measured: int


def agreements(
    topology: Topology,
    bad: Collection[str],
    calls: Mapping[str, str],
) -> Mapping[str, Agreement]:
    """Return by end of a bad call the topmost segment over which the rooms agree, if any.

    `calls` are all ends that are measured now, with the bridge that each hangs on ("": unknown).

    A segment is as its branches are: most of them must be bad, each by its own branches, and bad
    calls of three places at least lead over it. What the same calls lead over cannot be told
    apart: the line nearest to the rooms is named, without a line the bridge. So where the rooms
    come over different lines to the one bridge, it is the bridge.
    """
    behind: dict[str, set[str]] = {}
    roads = {end: road(topology, end, bridge) for end, bridge in sorted(calls.items())}
    for end, way in roads.items():
        for segment in way:
            behind.setdefault(segment, set()).add(end)
    alike: dict[frozenset[str], list[str]] = {}
    for segment in dict.fromkeys(segment for way in roads.values() for segment in way):
        alike.setdefault(frozenset(behind[segment]), []).append(segment)
    inmost = {end: frozenset({end}) for end in calls}
    agrees = {inmost[end]: end in bad for end in calls}
    found: dict[str, Agreement] = {}
    for ends in sorted(alike, key=lambda one: (len(one), sorted(one))):
        if len(ends) == 1:
            continue
        chain = alike[ends]
        branches = {one if (one := inmost[end]) < ends else frozenset({end}) for end in ends}
        agrees[ends] = sum(agrees[one] for one in branches) >= _BRANCHES * len(branches)
        inmost.update(dict.fromkeys(ends, ends))
        hit = ends.intersection(bad)
        if agrees[ends] and len({_place(topology, end) for end in hit}) >= _LEAST:
            segment = next(filter(topology.is_link, chain), chain[-1])
            at_bridge = segment in {calls[end] for end in ends}
            said = Agreement(segment, at_bridge, len(hit), len(ends))
            found.update(dict.fromkeys(hit, said))
    return found


def road(topology: Topology, end: str, bridge: str) -> tuple[str, ...]:
    """Return what a call leads over from one end to its bridge, the nearest first.

    Of a bridge that is not known, without what stands beside the vantage: everything passes that,
    and the calls may never have come so far.
    """
    way = tuple(_from(topology, end))
    if bridge not in topology.targets:
        return tuple(segment for segment in way if segment not in topology.starts)
    down = (bridge, *_way(topology, bridge))
    meet = next((segment for segment in way if segment in down), None)
    if meet is None:  # a way forks: what lies between nobody knows
        return (*way, *reversed(down))
    return (*way[: way.index(meet) + 1], *reversed(down[: down.index(meet)]))


def _from(topology: Topology, end: str) -> Iterator[str]:
    """Yield what stands above an end: of a room above its equipment, of a site from its gateway."""
    target = topology.targets.get(end)
    if target is None:
        return
    if target.kind is TargetKind.ROOM:
        above = next((one for one in target.members if one in topology.targets), None)
        yield from _from(topology, above) if above is not None else ()
    elif target.kind is TargetKind.SITE:
        heads = topology.heads(end)
        if len(heads) == 1:
            yield from (heads[0],) if topology.targets[heads[0]].role != "endpoint" else ()
            yield from _way(topology, heads[0])
    else:
        yield from _way(topology, end)


def _place(topology: Topology, end: str) -> str:
    """Return where an end stands: rooms of one place are one witness of what lies beyond it."""
    site = topology.site_of(end)
    return site.slug if site is not None else end


def _topmost(topology: Topology, target: str, firing: Collection[str]) -> str:
    """Return the topmost that fires on the one way to a target."""
    fires = [at for at in _way(topology, target) if at in firing]
    return fires[-1] if fires else target


def _way(topology: Topology, target: str) -> Iterator[str]:
    """Yield what stands above a target, from the nearest on, until there are alternatives."""
    at, seen = target, {target}
    while len(ups := topology.uplinks.get(at, ())) == 1 and ups[0] not in seen:
        at = ups[0]
        seen.add(at)
        yield at


def _ends(topology: Topology, line: str) -> set[str]:
    users: Iterable[str] = topology.users.get(line, ())
    return {line, *users}
