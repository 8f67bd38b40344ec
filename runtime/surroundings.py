"""What charts need to know beside measurements: units by name, the ends of lines, incidents."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from core.incident import Incident, Severity
from core.inventory import Unit
from core.labels import Series
from core.reading import STALE, Sample
from core.watching import Estate, Target, TargetKind

UNIT = "unit_info"
LINK_END = "link_end_info"
LINK_CAPACITY = "link_capacity_bits_per_second"
INCIDENT = "incident_open"
INCIDENTS = "incidents_open"
MOST_INCIDENTS = 50  # series; more than a chart can show, and a storm must not make thousands
_LEVELS = ("province", "district", "commune")
_WORST_FIRST = (Severity.CRITICAL, Severity.MAJOR, Severity.WARNING, Severity.INFO)


def unit_samples(estate: Estate, units: Iterable[Unit]) -> list[Sample]:
    """Return one `unit_info{unit,level,name,…}` of value 1 for every unit that holds a target."""
    named = {unit.slug: unit for unit in units}
    paths: dict[str, tuple[str, ...]] = {}
    for target in estate.targets:
        for depth, slug in enumerate(target.unit_path, 1):
            paths.setdefault(slug, target.unit_path[:depth])
    return [
        (Series.of(UNIT, tuple(_of_unit(named[slug], path, named).items())), 1.0)
        for slug, path in sorted(paths.items())
        if slug in named
    ]


def _of_unit(unit: Unit, path: Sequence[str], named: Mapping[str, Unit]) -> dict[str, str]:
    levels = {named[slug].level.value: slug for slug in path if slug in named}
    return {"unit": unit.slug, "level": unit.level.value, "name": unit.name, **levels}


def line_samples(estate: Estate) -> list[Sample]:
    """Return where every line ends (device, and port where it is known), and what it can carry.

    `link_end_info{link,end="near|far",instance[,ifName]}`; the near end is the centre's.
    """
    ports = {
        (fact.link, check.target): fact.port for check in estate.checks for fact in check.ports
    }
    samples: list[Sample] = []
    for link in estate.targets:
        if link.kind is not TargetKind.LINK:
            continue
        for end, devices in (("near", link.uplinks), ("far", link.members)):
            for device in devices[:1]:
                port = ports.get((link.slug, device))
                labels = {"link": link.slug, "end": end, "instance": device}
                known = {"ifName": port} if port else {}
                samples.append((Series.of(LINK_END, (), **labels, **known), 1.0))
        if link.capacity_mbps is not None:
            samples.append((Series.of(LINK_CAPACITY, (), link=link.slug), link.capacity_mbps * 1e6))
    return samples


def incident_samples(incidents: Sequence[Incident], estate: Estate) -> list[Sample]:
    """Return the open incidents, the worst `MOST_INCIDENTS` one by one, all of them counted."""
    targets = {target.slug: target for target in estate.targets}
    worst = sorted(incidents, key=lambda i: (_WORST_FIRST.index(i.severity), i.began_at, i.id))
    samples: list[Sample] = [
        (Series.of(INCIDENT, tuple(_of_incident(one, targets.get(one.root)).items())), 1.0)
        for one in worst[:MOST_INCIDENTS]
    ]
    counted = Counter(one.severity for one in incidents)
    samples += [
        (Series.of(INCIDENTS, (), severity=severity.value), float(counted[severity]))
        for severity in Severity
    ]
    return samples


def _of_incident(incident: Incident, root: Target | None) -> dict[str, str]:
    labels = {
        "incident": incident.id,
        "severity": incident.severity.value,
        "root": incident.root,
        "cause": incident.cause,
        "name": root.name if root else incident.root,
        "kind": root.kind.value if root else "",
        "site": (root.site or "") if root else "",
        "unit": (root.unit or "") if root else "",
        **_units_above(root),
    }
    return {name: value for name, value in labels.items() if value}


def _units_above(target: Target | None) -> dict[str, str]:
    """Return the labels by which boards choose a unit, as on `*_info`."""
    path = target.unit_path if target else ()
    if not path:
        return {}
    above = {"province": path[0]}
    if len(path) > 1:
        above["commune"] = path[-1]
    if len(path) == len(_LEVELS):
        above["district"] = path[1]
    return above


class Lapse:
    """Ends series that are no longer written, so that no chart goes on with them."""

    def __init__(self) -> None:
        self._before: frozenset[Series] = frozenset()

    def ended(self, samples: Sequence[Sample]) -> list[Sample]:
        """Return a staleness marker for every series of the last time that is not among these."""
        present = frozenset(series for series, _ in samples)
        gone, self._before = self._before - present, present
        return [(series, STALE) for series in sorted(gone, key=str)]
