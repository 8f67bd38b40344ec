"""Is anybody told of this incident now, or is that held back? Pages wait; nothing else does."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.incident import Incident
from core.silence import Holder, Pause, Scope
from core.text import nfc
from core.watching import Target, TargetKind

Targets = Mapping[str, Target]


def paused(
    incident: Incident, targets: Targets, holders: Iterable[Holder], now: datetime
) -> Pause | None:
    """Return what holds an incident's pages back, the one that lasts longest; None if nothing."""
    found = (
        Pause(one.id, one.kind, until, one.owner, one.reason)
        for one in holders
        if (until := one.holds_until(now)) is not None and concerns(one.scope, incident, targets)
    )
    return max(found, key=lambda pause: (pause.until, pause.by), default=None)


def concerns(scope: Scope, incident: Incident, targets: Targets) -> bool:
    """Say whether an incident is meant: by its code, or by its root.

    Units hold back nothing that touches a site outside of them: who asked for quiet in one
    commune has not asked for it in another. An unknown root is meant by nothing but its name.
    """
    if incident.id in scope.incidents or incident.root in scope.targets:
        return True
    root = targets.get(incident.root)
    if root is None:
        return False
    if _named(scope, root):
        return True
    touched = (targets[slug] for slug in incident.present if slug in targets)
    sites = (target for target in touched if target.kind is TargetKind.SITE)
    return _within(scope, root) and all(_within(scope, site) for site in sites)


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


def _within(scope: Scope, target: Target) -> bool:
    return not set(scope.units).isdisjoint(target.unit_path)


def _among(words: str | None, named: tuple[str, ...]) -> bool:
    return bool(named and words) and _folded(words or "") in map(_folded, named)


def _folded(words: str) -> str:
    return nfc(words).casefold()
