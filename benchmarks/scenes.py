"""What may happen in one branch of the province: troubles that overlap, flap, hide each other.

Pure: (branch, seed) → scene. A scene lies within one hub's branch, so that scenes of several
branches may be played at once and the truth of each is still its own. Who judges what was told of
them (`benchmarks.witness`) knows nothing of how they are made.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from core.inventory import Inventory, Link
from core.risks import risks_of_line
from lab import synthetic
from lab.fabric import Fabric
from lab.world import How

CUTS = (How.ADMIN, How.FAR, How.BLACKHOLE, How.HALFIN)
_RING, _POP = 3, 4  # lines
_CARRIER = 6  # lines, at least: with fewer it could as well be a ring and one more line
_AT_ONCE = 2.5  # seconds; whoever asks once a second cannot tell two troubles so close apart
_NO_MAINS = frozenset({"ups", "gateway", "router"})  # they live on batteries


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble: what fails together, how, and from when until when in seconds.

    `root` names what a message must blame where that is not the target itself. `loss` instead of
    a cut: the line carries, and loses that share.
    """

    targets: tuple[str, ...]
    how: How
    begin: float
    end: float
    root: str | None = None
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens in one branch."""

    kind: str
    branch: str  # the hub's site
    faults: tuple[Fault, ...]

    @property
    def lasts(self) -> float:
        """Return the seconds until all of it is mended."""
        return max(fault.end for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Branch:
    """A hub and what hangs on it."""

    hub: str  # its site
    gateway: str
    line: str
    reserve: str | None
    lines: tuple[str, ...]  # of its communes
    groups: dict[str, tuple[str, ...]]  # ring, POP, carrier: the communes' lines in it
    devices: tuple[str, ...]  # that nothing hangs on
    gateways: tuple[str, ...]  # of its communes
    fed: dict[str, tuple[str, ...]]  # site → what falls silent with its mains, two at least
    names: frozenset[str]  # of everything in it


def province(hubs: int, communes: int) -> Inventory:
    """Return a synthetic province in which no two branches share a carrier, a ring or a POP."""
    plain = synthetic.inventory(hubs, communes)
    places = {device.slug: device.site for device in plain.devices}
    numbers = {place: count() for place in places.values()}
    links = []
    for link in plain.links:
        hub = places[link.near]
        if hub == "trung-tam":
            carrier = f"{link.carrier} {places[link.far]}" + (" dự phòng" if link.order > 1 else "")
            links.append(link.model_copy(update={"carrier": carrier}))
            continue
        number = next(numbers[hub])
        shared: dict[str, object] = {"carrier": f"Nhà mạng {hub}"}
        if number < _RING:
            shared["ring"] = "1"
        elif number < _RING + _POP:
            shared["pop"] = "1"
        links.append(link.model_copy(update=shared))
    return plain.model_copy(update={"links": tuple(links)})


def branches(inventory: Inventory) -> tuple[Branch, ...]:
    """Return the branches of the hubs."""
    fabric = Fabric(inventory)
    return tuple(
        _branch(site.slug, inventory, fabric) for site in inventory.sites if site.role == "hub"
    )


def _branch(hub: str, inventory: Inventory, fabric: Fabric) -> Branch:
    gateway = fabric.gateways[hub]
    ways = [line for line, _ in fabric.above(gateway) if line is not None]
    below = [link for link in inventory.links if link.near == gateway]
    sites = {hub, *(fabric.devices[link.far].site for link in below)}
    leaves = [
        device
        for device in fabric.devices.values()
        if device.site in sites and device.slug not in fabric.gateways.values()
    ]
    fed: dict[str, list[str]] = {}
    for device in leaves:
        if device.kind not in _NO_MAINS:
            fed.setdefault(device.site, []).append(device.slug)
    groups = _groups(below)
    inside = {d.slug for d in fabric.devices.values() if d.site in sites}
    return Branch(
        hub=hub,
        gateway=gateway,
        line=ways[0],
        reserve=ways[1] if len(ways) > 1 else None,
        lines=tuple(link.slug for link in below),
        groups=groups,
        devices=tuple(device.slug for device in leaves),
        gateways=tuple(link.far for link in below),
        fed={site: tuple(found) for site, found in fed.items() if len(found) > 1},
        names=frozenset((*sites, *inside, *ways, *(link.slug for link in below), *groups)),
    )


def _groups(lines: list[Link]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for link in lines:
        for risk in risks_of_line(link):
            found.setdefault(risk.slug, []).append(link.slug)
    return {
        group: tuple(members)
        for group, members in found.items()
        if len(members) >= (_CARRIER if group.startswith("carrier:") else _RING)
    }


def scene(branch: Branch, seed: str) -> Scene:
    """Return the scene of a seed."""
    chance = random.Random(seed)
    kind = chance.choices(list(_KINDS), [weight for weight, _ in _KINDS.values()])[0]
    _, made = _KINDS[kind]
    faults = made(branch, chance)
    begin = chance.uniform(0.0, 4.0)  # branches do not begin in step
    shifted = (
        Fault(f.targets, f.how, f.begin + begin, f.end + begin, f.root, f.loss) for f in faults
    )
    return Scene(kind, branch.hub, tuple(sorted(shifted, key=lambda f: (f.begin, f.targets))))


def _cut(line: str, chance: random.Random, begin: float, end: float) -> Fault:
    return Fault((line,), chance.choice(CUTS), begin, end)


def _single(branch: Branch, chance: random.Random) -> list[Fault]:
    line = chance.choice((branch.line, branch.reserve or branch.line, *branch.lines))
    return [_cut(line, chance, 0.0, chance.uniform(8.0, 26.0))]


def _blink(branch: Branch, chance: random.Random) -> list[Fault]:
    """Cuts that are mended before anybody is sure of them, or just then."""
    line = chance.choice((branch.line, *branch.lines))
    faults, at = [], 0.0
    for _ in range(chance.randint(1, 3)):
        lasts = chance.uniform(0.2, 4.0)
        faults.append(_cut(line, chance, at, at + lasts))
        at += lasts + chance.uniform(4.0, 12.0)
    return faults


def _flap(branch: Branch, chance: random.Random) -> list[Fault]:
    line = chance.choice((branch.line, *branch.lines))
    faults, at = [], 0.0
    for _ in range(chance.randint(3, 6)):
        lasts = chance.uniform(2.0, 9.0)
        faults.append(_cut(line, chance, at, at + lasts))
        at += lasts + chance.uniform(2.0, 9.0)
    return faults


def _half_open(branch: Branch, chance: random.Random) -> list[Fault]:
    line = chance.choice((branch.line, *branch.lines))
    return [Fault((line,), How.HALFIN, 0.0, chance.uniform(8.0, 26.0))]


def _beside(branch: Branch, chance: random.Random) -> list[Fault]:
    """Two lines that share nothing but the carrier, the second cut while the first is."""
    one, other = _apart(branch, chance)
    second = chance.uniform(0.0, 7.0)
    ends = [second + chance.uniform(8.0, 24.0) for _ in range(2)]
    return [_cut(one, chance, 0.0, ends[0]), _cut(other, chance, second, ends[1])]


def _apart(branch: Branch, chance: random.Random) -> tuple[str, str]:
    one, other = chance.sample(branch.lines, 2)
    near = [group for group in branch.groups.values() if len(group) < len(branch.lines)]
    while any(one in group and other in group for group in near):
        one, other = chance.sample(branch.lines, 2)
    return one, other


def _below(branch: Branch, chance: random.Random) -> list[Fault]:
    """A commune's line, and then the hub's above it; whichever is mended first."""
    upper = chance.uniform(0.3, 12.0)
    mended = upper + chance.uniform(9.0, 16.0)
    later = mended + chance.choice((chance.uniform(0.3, 8.0), 28.0))
    lower_end, upper_end = (mended, later) if chance.random() < 0.5 else (later, mended)
    return [
        _cut(chance.choice(branch.lines), chance, 0.0, lower_end),
        *_whole_hub(branch, chance, upper, upper_end),
    ]


def _above(branch: Branch, chance: random.Random) -> list[Fault]:
    """The hub's line, and then, unseen, a commune's below it."""
    lower = chance.uniform(0.3, 10.0)
    mended = lower + chance.uniform(9.0, 16.0)
    later = mended + chance.choice((chance.uniform(0.3, 8.0), 28.0))
    lower_end, upper_end = (mended, later) if chance.random() < 0.3 else (later, mended)
    return [
        *_whole_hub(branch, chance, 0.0, upper_end),
        _cut(chance.choice(branch.lines), chance, lower, lower_end),
    ]


def _whole_hub(branch: Branch, chance: random.Random, begin: float, end: float) -> list[Fault]:
    """Cut a hub off: of one with two lines, its router loses its power."""
    if branch.reserve is None:
        return [_cut(branch.line, chance, begin, end)]
    return [Fault((branch.gateway,), How.OFF, begin, end)]


def _two_ways(branch: Branch, chance: random.Random) -> list[Fault]:
    """The main line, then the reserve, of a hub that has one.

    At the same instant they would be nothing but the death of the hub's router.
    """
    if branch.reserve is None:
        return _single(branch, chance)
    second = chance.uniform(_AT_ONCE, 16.0)
    ends = [second + chance.uniform(9.0, 26.0) for _ in range(2)]
    return [
        _cut(branch.line, chance, 0.0, ends[0]),
        _cut(branch.reserve, chance, second, ends[1]),
    ]


def _dead(branch: Branch, chance: random.Random) -> list[Fault]:
    device = chance.choice((*branch.devices, *branch.gateways, branch.gateway, branch.gateway))
    return [Fault((device,), How.OFF, 0.0, chance.uniform(8.0, 30.0))]


def _outlived(branch: Branch, chance: random.Random) -> list[Fault]:
    """The router of a hub dies, and later one of its lines is lost as well: it is dead still."""
    if branch.reserve is None:
        return _dead(branch, chance)
    line = chance.choice((branch.line, branch.reserve))
    second = chance.uniform(_AT_ONCE, 20.0)
    ends = [second + chance.uniform(9.0, 26.0) for _ in range(2)]
    return [
        Fault((branch.gateway,), How.OFF, 0.0, ends[0]),
        _cut(line, chance, second, ends[1]),
    ]


def _mains(branch: Branch, chance: random.Random) -> list[Fault]:
    """All that needs the mains of a site; its gateway lives on a battery."""
    site = chance.choice(sorted(branch.fed))
    return [Fault(branch.fed[site], How.OFF, 0.0, chance.uniform(10.0, 26.0), root=site)]


def _group(branch: Branch, chance: random.Random) -> list[Fault]:
    group = chance.choice(sorted(branch.groups))
    how = chance.choice((How.BLACKHOLE, How.FAR, How.HALFIN))
    return [Fault(branch.groups[group], how, 0.0, chance.uniform(12.0, 28.0), root=group)]


def _lossy(branch: Branch, chance: random.Random) -> list[Fault]:
    """A line is cut below a hub whose own line loses packets meanwhile."""
    loss = Fault((branch.line,), How.BLACKHOLE, 0.0, 45.0, loss=chance.uniform(0.08, 0.25))
    begin = chance.uniform(2.0, 16.0)
    end = begin + chance.uniform(9.0, 20.0)
    return [loss, _cut(chance.choice(branch.lines), chance, begin, end)]


_KINDS: dict[str, tuple[float, Callable[[Branch, random.Random], list[Fault]]]] = {
    "single": (2, _single),
    "blink": (2, _blink),
    "flap": (2, _flap),
    "half-open": (2, _half_open),
    "beside": (2, _beside),
    "below": (3, _below),
    "above": (3, _above),
    "two ways": (2, _two_ways),
    "dead": (2, _dead),
    "outlived": (2, _outlived),
    "mains": (1, _mains),
    "group": (2, _group),
    "lossy": (2, _lossy),
}
