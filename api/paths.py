"""The way from a target up to the centre, as the topology has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.watching import Target, TargetKind


@dataclass(frozen=True, slots=True)
class Step:
    """One target on the way up; `others` are the reserves beside it."""

    target: Target
    others: tuple[Target, ...] = ()


def _uplinks(targets: Mapping[str, Target], target: Target) -> tuple[Target, ...]:
    """Return what a target hangs on; a site on its gateway, a room on its endpoint or site.

    A group hangs on nothing that we know of.
    """
    through = target.kind in {TargetKind.SITE, TargetKind.ROOM}
    slugs = target.members[:1] if through else target.uplinks
    return tuple(targets[slug] for slug in slugs if slug in targets)


def up(targets: Mapping[str, Target], start: Target) -> list[Step]:
    """Return the main path from a target to the centre, the target first; never loops."""
    steps, seen, here = [Step(start)], {start.slug}, start
    while True:
        above = [one for one in _uplinks(targets, here) if one.slug not in seen]
        if not above:
            return steps
        here = above[0]
        seen.add(here.slug)
        steps.append(Step(here, tuple(above[1:])))


def sites_above(targets: Mapping[str, Target], site: Target) -> Iterator[str]:
    """Yield the slugs of the sites that a site's main path goes through, nearest first."""
    seen = {site.slug}
    for step in up(targets, site):
        above = step.target.site
        if step.target.kind is TargetKind.DEVICE and above is not None and above not in seen:
            seen.add(above)
            yield above
