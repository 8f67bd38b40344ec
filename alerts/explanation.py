"""Which failures that began together have one cause, in something that they share?

Pure: (failures, groups) → root by group. The cheapest explanation wins, in the spirit of minimum
description length (Rissanen 1978): every failure that stands alone costs `ALONE`, a failed group
costs by its kind, and a little more for each member that works all the same. A group must take
three of its members, or all where it has only two; the mains of a site always take all.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

TOGETHER = timedelta(seconds=30)  # between the begins of two failures of one cause, at the most
ALONE = 3.0
KINDS = ("site", "ring", "pop", "feeder", "carrier")  # of equals the nearest
_FAILED, _SPARED = 3.0, 0.3  # what a failed group costs, and each of its members that works
_CARRIER_FAILED, _CARRIER_SPARED = 6.0, 0.1  # seldom, and then seldom whole
_LEAST = 3  # members, of a group that has as many


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that failed by itself, as far as is known.

    `groups`: what it shares with others → the member of that group which it counts as.
    """

    root: str
    since: datetime
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sharing:
    """One group: its kind (of `KINDS`), and how many members could have failed with it."""

    kind: str
    members: int

    @property
    def least(self) -> int:
        """Return how many must fail together."""
        return self.members if self.kind == "site" else min(_LEAST, self.members)

    def cost(self, failed: int) -> float:
        """Return what it costs to believe that it failed when so many of its members did."""
        spared = max(0, self.members - failed)
        if self.kind == "carrier":
            return _CARRIER_FAILED + _CARRIER_SPARED * spared
        return _FAILED + _SPARED * spared


@dataclass(frozen=True, slots=True)
class _Claim:
    """A group that may explain some failures, and what believing it saves."""

    group: str
    kind: str
    failures: tuple[Failure, ...]
    saving: float

    @property
    def rank(self) -> tuple[float, int, str, datetime]:
        """Return a key: the greatest saving first, then the nearest kind."""
        return (-self.saving, KINDS.index(self.kind), self.group, self.failures[0].since)


def explained(
    failures: Iterable[Failure],
    groups: Mapping[str, Sharing],
    held: Mapping[str, str],
) -> dict[str, str]:
    """Return root → group, of the failures that a group explains.

    `held` is what explained the roots that were down before, root → group. What was once
    explained stays so while its members come back one by one, unless something greater, that
    explains failures which its group does not, turns up.
    """
    known = sorted(failures, key=lambda f: (f.since, f.root))
    found: dict[str, str] = {}
    for claim in _cheapest(known, groups):
        before = {held.get(f.root, f.root) for f in claim.failures}
        known_as = before.pop() if len(before) == 1 else claim.group
        stays = all(known_as in f.groups for f in claim.failures)
        found.update((f.root, known_as if stays else claim.group) for f in claim.failures)
    for failure in known:
        group = held.get(failure.root)
        if group is not None and group in failure.groups:
            found.setdefault(failure.root, group)
    return found


def _cheapest(failures: list[Failure], groups: Mapping[str, Sharing]) -> list[_Claim]:
    """Return the claims that together explain the failures best, greedily, without overlap.

    A group is passed over where smaller ones inside it explain the same failures for less: two
    broken rings of a carrier are two troubles, five of five are the carrier's.
    """
    left, barred = list(failures), set[str]()
    claims: list[_Claim] = []
    while True:
        best = min(_claims(left, groups, barred), key=lambda c: c.rank, default=None)
        if best is None:
            return claims
        inside = _cheapest(list(best.failures), _without(groups, barred | {best.group}))
        if sum(claim.saving for claim in inside) > best.saving:
            barred.add(best.group)
            continue
        claims.append(best)
        gone = {f.root for f in best.failures}
        left = [f for f in left if f.root not in gone]


def _without(groups: Mapping[str, Sharing], barred: Collection[str]) -> dict[str, Sharing]:
    return {slug: group for slug, group in groups.items() if slug not in barred}


def _claims(
    failures: list[Failure], groups: Mapping[str, Sharing], barred: Collection[str]
) -> Iterable[_Claim]:
    by_group: dict[str, list[Failure]] = {}
    for failure in failures:
        for slug in failure.groups:
            if slug in groups and slug not in barred:
                by_group.setdefault(slug, []).append(failure)
    for slug, hit in by_group.items():
        group = groups[slug]
        failed = len({f.groups[slug] for f in hit})
        for cluster in _clusters(hit):
            size = len({f.groups[slug] for f in cluster})
            saving = ALONE * size - group.cost(failed)
            if size >= max(2, group.least) and saving > 0:
                yield _Claim(slug, group.kind, tuple(cluster), saving)


def _clusters(failures: list[Failure]) -> Iterable[list[Failure]]:
    """Yield the failures, by begin, cut where more than `TOGETHER` lies between two of them."""
    cluster: list[Failure] = []
    for failure in failures:
        if cluster and failure.since - cluster[-1].since > TOGETHER:
            yield cluster
            cluster = []
        cluster.append(failure)
    if cluster:
        yield cluster
