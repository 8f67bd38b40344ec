"""Is anybody told of this incident now, or is that held back? Pages wait; nothing else does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_

from core.incident import Incident
from core.silence import Holder, Pause, Scope
from core.text import nfc
from core.watching import Target, TargetKind

Targets = Mapping[str, Target]


def paused(
    incident: Incident, targets: Targets, holders: Iterable[Holder], now: datetime
) -> Pause | None:
    """Return what holds an incident's pages back, the one that lasts longest; None if nothing.

    Several may do so only together, each for a part of what is touched: then the one that is over
    first says until when.
    """
    lasting = [(until, one) for one in holders if (until := one.holds_until(now)) is not None]
    lasting.sort(key=lambda pair: (pair[0], pair[1].id), reverse=True)
    for number in range(1, len(lasting) + 1):
        if _cover(lasting[:number], incident, targets):
            first, *others = (
                Pause(one.id, one.kind, until, one.owner, one.reason)
                for until, one in _needed(lasting[:number], incident, targets)
            )
            return replace(first, beside=tuple(others))
    return None


_Lasting = Sequence[tuple[datetime, Holder]]


def _cover(some: _Lasting, incident: Incident, targets: Targets) -> bool:
    return concerns(reduce(or_, (one.scope for _, one in some)), incident, targets)


def _needed(some: _Lasting, incident: Incident, targets: Targets) -> _Lasting:
    """Return those without which an incident is not covered, the one that is over first first."""
    needed = list(reversed(some))
    for one in some[:-1]:
        without = [other for other in needed if other is not one]
        if _cover(without, incident, targets):
            needed = without
    return needed


def concerns(scope: Scope, incident: Incident, targets: Targets) -> bool:
    """Say whether an incident is meant: by its code, or by its root.

    Units hold back nothing that touches a site outside of them: who asked for quiet in one
    commune has not asked for it in another. Who named a device meant its silence too where its
    line is blamed for that. An unknown root is meant by nothing but its name.
    """
    if incident.id in scope.incidents or incident.root in scope.targets:
        return True
    root = targets.get(incident.root)
    if root is None:
        return False
    if _named(scope, root) or _silent_beyond(scope, root, incident):
        return True
    touched = (targets[slug] for slug in incident.present if slug in targets)
    sites = (target for target in touched if target.kind is TargetKind.SITE)
    meant = (_within(scope, site) or _named(scope, site) for site in sites)
    return _within(scope, root) and all(meant)


def covered(scope: Scope, targets: Targets) -> int:
    """Return how many targets are meant; a silence that means none was written in vain."""
    return sum(_named(scope, target) or _within(scope, target) for target in targets.values())


def strangers(scope: Scope, targets: Targets) -> list[str]:
    """Return the names of a scope that mean no target at all; codes of incidents aside."""
    parts = {
        "units": scope.units,
        "carriers": scope.carriers,
        "circuits": scope.circuits,
        "targets": scope.targets,
    }
    return [
        name
        for part, names in parts.items()
        for name in names
        if not covered(Scope(**{part: (name,)}), targets)
    ]


def _named(scope: Scope, target: Target) -> bool:
    """Say whether a target is meant by its name, by its site's (of a line: the far one), or as
    a line of a carrier.
    """
    return (
        target.slug in scope.targets
        or target.site in scope.targets
        or _among(target.carrier, scope.carriers)
        or _among(target.circuit, scope.circuits)
    )


def _silent_beyond(scope: Scope, root: Target, incident: Incident) -> bool:
    """Say whether the device at the far end of a line is meant, which is silent with it."""
    beyond = set(root.members) if root.kind is TargetKind.LINK else set()
    return not beyond.intersection(incident.present).isdisjoint(scope.targets)


def _within(scope: Scope, target: Target) -> bool:
    return not set(scope.units).isdisjoint(target.unit_path)


def _among(words: str | None, named: tuple[str, ...]) -> bool:
    return bool(named and words) and _folded(words or "") in map(_folded, named)


def _folded(words: str) -> str:
    return nfc(words).casefold()
