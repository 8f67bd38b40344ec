"""What happens in a rehearsal: things break and are mended, rules are crossed, people answer.

Pure. A storm says what is broken when; a world says what no longer answers while it is. What of
that is a cause, and who is told, is not decided here: that is what is rehearsed.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from alerts.judge import is_fast
from alerts.topology import Topology
from core.clock import LOCAL
from core.model import Model
from core.watching import Check, TargetKind

Ready = Literal["uplink", "carrier", "all"]
ALL = "all"
_CERTAIN = timedelta(seconds=1.8)  # from the first lost probe to the end of the burst
_PIECES = 20  # into which a storm that takes a while is cut
_ANSWERED = "timeout: no reply"


@dataclass(frozen=True, slots=True)
class Heard:
    """From `at` on a target is silent, or answers; we are sure of it at `known_at`.

    `port`: it is a line, and its port says so.
    """

    at: datetime
    known_at: datetime
    target: str
    answers: bool
    detail: str = _ANSWERED
    port: bool = False


@dataclass(frozen=True, slots=True)
class Crossed:
    """A rule fires for a target since `at`, or (`over`) no longer does."""

    at: datetime
    known_at: datetime
    target: str
    rule: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody takes on the open incident that a target is part of."""

    known_at: datetime
    target: str
    by: str


Event = Heard | Crossed | Taken


class Step(Model):
    """What happens at one instant of a storm. Names are resolved by `things`."""

    at: datetime
    fails: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    within: float = 0.0  # seconds that it takes until the last of them has
    takes: str | None = None  # a target: the incident that it is part of
    by: str = ""


class Storm(Model):
    """A storm as somebody wrote it down. `until`: when the rehearsal ends."""

    name: str
    steps: tuple[Step, ...]
    until: datetime


def ready(which: Ready, topology: Topology, on: date, name: str | None = None) -> Storm:
    """Return a storm that is always at hand: it begins at 02:13 and is over at 03:40.

    `uplink`: the lines to a hub, by default the one with most behind it; `carrier`: all lines of
    a carrier, by default the one with most; `all`: every site but the centre, within 10 s.
    LookupError if there is nothing of the kind.
    """
    begin = datetime.combine(on, time(2, 13), LOCAL)
    over = datetime.combine(on, time(3, 40), LOCAL)
    within = 0.0
    match which:
        case "uplink":
            fails = tuple(sorted(_lines_to(_hub(topology, name), topology)))
        case "carrier":
            fails = (f"carrier:{name or _carrier(topology)}",)
        case "all":
            fails, within = (ALL,), 10.0
    if not fails:
        raise LookupError(which)
    steps = (
        Step(at=begin, fails=fails, within=within),
        Step(at=over, restored=fails, within=within),
    )
    return Storm(name=which, steps=steps, until=begin + timedelta(hours=10))


def things(name: str, topology: Topology) -> frozenset[str]:
    """Return what breaks when a name does; nothing for a name that means nothing.

    A target's slug (of a site: its devices, of a group: whatever shares it), `unit:` and a slug
    (all devices below), `carrier:` and a name (all its lines), or `all` (all but the centre).
    """
    kind, _, rest = name.partition(":")
    targets = topology.targets
    if name == ALL:
        away = (s for s in topology.sites if targets[s].role != "center")
        return frozenset(m for site in away for m in topology.by_site[site])
    if kind == "unit" and rest:
        return frozenset(
            t.slug for t in targets.values() if t.kind is TargetKind.DEVICE and rest in t.unit_path
        )
    if kind == "carrier" and rest:
        wanted = rest.casefold()
        return frozenset(
            s for s in topology.links if (targets[s].carrier or "").casefold() == wanted
        )
    if name not in targets:
        return frozenset()
    if targets[name].kind in {TargetKind.SITE, TargetKind.GROUP, TargetKind.ROOM}:
        members = (m for m in targets[name].members if m != name)
        return frozenset(thing for member in members for thing in things(member, topology))
    return frozenset({name})


class World:
    """What answers while some things are broken: nothing of which every way is broken does."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        self._broken: set[str] = set()
        self._answers = self._walked()

    def change(self, broken: Iterable[str], mended: Iterable[str]) -> list[tuple[str, bool]]:
        """Break and mend things; return who that is looked at answers now or no longer."""
        self._broken |= set(broken)
        self._broken -= set(mended)
        before, self._answers = self._answers, self._walked()
        return [
            (slug, answers)
            for slug, answers in self._answers.items()
            if answers is not before[slug] and slug in self._topology.reach
        ]

    def _walked(self) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for slug in self._topology.order:
            ups = self._topology.uplinks[slug]
            found[slug] = slug not in self._broken and (not ups or any(found[u] for u in ups))
        return found


def events(storm: Storm, topology: Topology) -> list[Event]:
    """Return what a storm lets be heard, by when it is known."""
    world, found = World(topology), list[Event]()
    for step in storm.steps:
        if step.takes is not None:
            found.append(Taken(step.at, step.takes, step.by))
        broken = _all_of(step.fails, topology)
        mended = _all_of(step.restored, topology)
        for delay, some, others in _pieces(broken, mended, step.within):
            at = step.at + delay
            for slug, answers in world.change(some, others):
                found.append(_heard(slug, topology.reach[slug], at, answers=answers))
    return sorted(found, key=lambda event: event.known_at)


def _all_of(names: Iterable[str], topology: Topology) -> list[str]:
    return sorted({thing for name in names for thing in things(name, topology)})


def _pieces(
    broken: Sequence[str], mended: Sequence[str], within: float
) -> Iterator[tuple[timedelta, Sequence[str], Sequence[str]]]:
    """Yield what happens after which delay, all of it by `within` seconds."""
    count = min(_PIECES, max(len(broken), len(mended))) if within else 1
    edges = [n / count for n in range(count + 1)]
    for number, (low, high) in enumerate(pairwise(edges)):
        delay = timedelta(seconds=within * number / max(1, count - 1))
        yield (
            delay,
            broken[int(low * len(broken)) : int(high * len(broken))],
            mended[int(low * len(mended)) : int(high * len(mended))],
        )


def _heard(slug: str, checks: Sequence[Check], at: datetime, *, answers: bool) -> Heard:
    """Return when a change is seen by the next look, and when that is certain."""
    check = min(checks, key=lambda c: c.interval)
    phase = zlib.crc32(slug.encode()) / 2**32
    seen = at + timedelta(seconds=phase * check.interval)
    if is_fast(check):
        return Heard(seen, seen + _CERTAIN, slug, answers)
    spacing = check.verify.spacing if check.verify is not None else check.interval
    runs = 0 if answers else check.confirm.failures - 1
    return Heard(seen, seen + timedelta(seconds=runs * spacing), slug, answers)


def _hub(topology: Topology, name: str | None) -> str | None:
    if name is not None:
        return name if name in topology.by_site else None
    hubs = [s for s in topology.sites if topology.targets[s].role == "hub"]
    behind = {hub: len(_lost_with(hub, topology)) for hub in hubs}
    return max(sorted(hubs), key=behind.__getitem__, default=None)


def _lost_with(site: str, topology: Topology) -> frozenset[str]:
    return frozenset(lost for head in topology.heads(site) for lost in topology.behind(head))


def _lines_to(site: str | None, topology: Topology) -> set[str]:
    if site is None:
        return set()
    ups = {up for head in topology.heads(site) for up in topology.uplinks[head]}
    return {up for up in ups if topology.is_link(up)}


def _carrier(topology: Topology) -> str:
    lines: dict[str, int] = {}
    for slug in topology.links:
        if carrier := topology.targets[slug].carrier:
            lines[carrier] = lines.get(carrier, 0) + 1
    if not lines:
        raise LookupError("carrier")
    return max(sorted(lines), key=lines.__getitem__)
