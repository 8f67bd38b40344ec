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


def status_samples(states: Mapping[str, TargetState], targets: Iterable[Target]) -> list[Sample]:
    """Return `<kind>_status{status="…"}` as a state set: 1 for the present status, 0 for others."""
    samples: list[Sample] = []
    for target in targets:
        state = states.get(target.slug)
        present = state.status if state else Status.UNKNOWN
        base = tuple(_identity(target).items())
        samples += [
            (
                Series.of(f"{target.kind.value}_status", base, status=status.value),
                float(status is present),
            )
            for status in Status
        ]
    return samples
