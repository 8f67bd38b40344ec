"""Who speaks for many that are beyond the same threshold? The segment that all of them share.

Pure: (topology, who fires) → speaker by target. Only of what is measured over the whole path: a
line behind a slow line is slow for no fault of its own, and so are all lines of a congested ring.
Whoever does not agree, because nothing above it fires too, speaks for itself.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from alerts.topology import Topology
from core.inventory import Rule

_OF_THE_PATH = ("probe_loss_ratio", "probe_duration_seconds", "probe_icmp_")
_LEAST = 3  # lines of a group, and
_SHARE, _STILL = 0.5, 1 / 3  # of those that are watched: to begin with, and to go on


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
