"""What may change about a target lives on `*_info` series, so that a rename breaks no history."""

from collections.abc import Iterable, Mapping

from core.labels import Series
from core.reading import Sample
from core.status import Status, TargetState
from core.watching import Estate, Target, TargetKind

_LEVELS = ("province", "district", "commune")


def _labels(target: Target) -> dict[str, str]:
    labels = {
        "name": target.name,
        "role": target.role,
        "unit": target.unit or "",
        "site": target.site or "",
        "carrier": target.carrier or "",
        "circuit": target.circuit or "",
        "vendor": target.vendor or "",
        "model": target.model or "",
        "medium": target.medium or "",
        "member": target.members[0] if target.kind is TargetKind.ROOM else "",
    }
    if target.unit_path:
        labels["province"] = target.unit_path[0]
        labels["district"] = target.unit_path[1] if len(target.unit_path) == len(_LEVELS) else ""
        labels["commune"] = target.unit_path[-1] if len(target.unit_path) > 1 else ""
    return {name: value for name, value in labels.items() if value}


def _identity(target: Target) -> dict[str, str]:
    """Return what names a target on its own series; a service also as its measurements do."""
    names = [] if target.kind is TargetKind.DEVICE else [target.kind.value]
    if target.kind in {TargetKind.DEVICE, TargetKind.SERVICE}:
        names.append("instance")
    return dict.fromkeys(names, target.slug)


def info_samples(estate: Estate) -> list[Sample]:
    """Return one `<kind>_info` sample of value 1 per target: `site_info`, `service_info` …

    A room names its endpoint, or the site that speaks for it, as `member`.
    """
    return [
        (
            Series.of(
                f"{target.kind.value}_info",
                tuple({**_labels(target), **_identity(target)}.items()),
            ),
            1.0,
        )
        for target in estate.targets
    ]


StatusRow = tuple[str, tuple[Series, ...]]  # a target, and its series in the order of `Status`
_VALUES = {present: tuple(float(status is present) for status in Status) for present in Status}


def status_rows(targets: Iterable[Target]) -> list[StatusRow]:
    """Return the series of `<kind>_status{status="…"}` of every target."""
    rows: list[StatusRow] = []
    for target in targets:
        name, base = f"{target.kind.value}_status", tuple(_identity(target).items())
        series = tuple(Series.of(name, base, status=status.value) for status in Status)
        rows.append((target.slug, series))
    return rows


def status_samples(states: Mapping[str, TargetState], rows: Iterable[StatusRow]) -> list[Sample]:
    """Return each row as a state set: 1 for the present status, 0 for the others."""
    samples: list[Sample] = []
    for target, series in rows:
        state = states.get(target)
        samples += zip(series, _VALUES[state.status if state else Status.UNKNOWN], strict=True)
    return samples
