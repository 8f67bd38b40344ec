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
    }
    if target.unit_path:
        labels["province"] = target.unit_path[0]
        labels["district"] = target.unit_path[1] if len(target.unit_path) == len(_LEVELS) else ""
        labels["commune"] = target.unit_path[-1] if len(target.unit_path) > 1 else ""
    return {name: value for name, value in labels.items() if value}


def _identity(target: Target) -> str:
    return "instance" if target.kind is TargetKind.DEVICE else target.kind.value


def info_samples(estate: Estate) -> list[Sample]:
    """Return one `site_info`, `link_info` or `device_info` sample of value 1 per target."""
    return [
        (
            Series.of(
                f"{target.kind.value}_info",
                tuple({**_labels(target), _identity(target): target.slug}.items()),
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
        base = ((_identity(target), target.slug),)
        samples += [
            (
                Series.of(f"{target.kind.value}_status", base, status=status.value),
                float(status is present),
            )
            for status in Status
        ]
    return samples
