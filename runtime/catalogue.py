"""Every series the platform writes, by name: its kind, what it says, its labels.

Boards, rules and Prometheus' `metadata` answer are made from it, so that a name that changes
where it is written changes, or breaks, everywhere at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.text import Text
from core.watching import TargetKind
from runtime import (
    duty_series,
    figure_series,
    line_use,
    meeting_series,
    optics_watch,
    registries,
    room_series,
    shelf,
    surroundings,
    tally,
)
from runtime.selfmetrics import descriptions

_IDENTITY = ("instance", "job", "site", "vantage")
_UNITS = ("province", "district", "commune")
_INFO = ("name", "role", "unit", *_UNITS)
_OURS = ("job", "vantage")


@dataclass(frozen=True, slots=True)
class Metric:
    """One name of a series; `kind` is gauge or counter."""

    name: str
    kind: str
    help: Text
    labels: tuple[str, ...]


def catalogue() -> Mapping[str, Metric]:
    """Return what collectors emit and what the platform says of targets and of itself."""
    found: dict[str, Metric] = {}
    for metric in (*_collected(), *_described(), *_of_ourselves()):
        known = found.get(metric.name)
        labels = tuple(dict.fromkeys((*(known.labels if known else ()), *metric.labels)))
        first = known or metric
        found[metric.name] = Metric(metric.name, first.kind, first.help, labels)
    return MappingProxyType(dict(sorted(found.items())))


def metadata() -> dict[str, list[dict[str, str]]]:
    """Return the catalogue as Prometheus' API answers `/api/v1/metadata`."""
    return {
        name: [{"type": metric.kind, "help": metric.help.en, "unit": ""}]
        for name, metric in catalogue().items()
    }


def _collected() -> Iterator[Metric]:
    for collector in registries.collectors().values():
        for emit in collector.emits:
            yield Metric(emit.name, emit.kind, emit.help, (*_IDENTITY, *emit.labels))


def _described() -> Iterator[Metric]:
    for kind in TargetKind:
        # A service bears two names: its measurements know it as an instance.
        own = () if kind is TargetKind.DEVICE else (kind.value,)
        named = (*own, "instance") if kind in {TargetKind.DEVICE, TargetKind.SERVICE} else own
        extra = ("carrier", "circuit", "medium", "vendor", "model", "site")
        member = ("member",) if kind is TargetKind.ROOM else ()
        yield Metric(
            f"{kind.value}_info",
            "gauge",
            Text("Đích là gì, luôn bằng 1", "What the target is, always 1"),
            (*named, *_INFO, *extra, *member),
        )
        yield Metric(
            f"{kind.value}_status",
            "gauge",
            Text(
                "1 ở trạng thái hiện tại, 0 ở trạng thái khác", "1 for the present status, else 0"
            ),
            (*named, "status"),
        )
    for name, words, labels in (
        *_SURROUNDINGS,
        *line_use.SERIES,
        *optics_watch.SERIES,
        *shelf.SERIES,
    ):
        yield Metric(name, "gauge", words, labels)
    for name, words, labels in figure_series.series():
        yield Metric(name, "gauge", words, (*_OURS, *labels))
    for name, words, beside in room_series.SERIES:
        yield Metric(name, "gauge", words, (*_OURS, "room", *beside))


_SURROUNDINGS = (
    (
        surroundings.UNIT,
        Text("Đơn vị hành chính, luôn bằng 1", "An administrative unit, always 1"),
        ("unit", "level", "name", *_UNITS),
    ),
    (
        surroundings.LINK_END,
        Text("Đường truyền nối vào đâu, luôn bằng 1", "Where a line ends, always 1"),
        ("link", "end", "instance", "ifName"),
    ),
    (
        surroundings.LINK_CAPACITY,
        Text("Băng thông thuê, bit mỗi giây", "Rented capacity, bits per second"),
        ("link",),
    ),
    (
        surroundings.INCIDENT,
        Text(
            f"Sự cố đang mở, luôn bằng 1; {surroundings.MOST_INCIDENTS} sự cố nặng nhất",
            f"An open incident, always 1; the worst {surroundings.MOST_INCIDENTS}",
        ),
        ("incident", "severity", "root", "cause", "name", "kind", "site", "unit", *_UNITS),
    ),
    (
        surroundings.INCIDENTS,
        Text("Số sự cố đang mở", "How many incidents are open"),
        ("severity",),
    ),
)


def _of_ourselves() -> Iterator[Metric]:
    for name, kind, words, labels in descriptions():
        yield Metric(name, kind, words, (*_OURS, *labels))
    for name, kind, words, labels in duty_series.SERIES:
        yield Metric(name, kind, words, (*_OURS, *labels))
    for name, words, labels in meeting_series.SERIES:
        yield Metric(name, "gauge", words, (*_OURS, *labels))
    for name, kind, words, labels in (
        (tally.READINGS, "counter", Text("Số lần đo", "Readings"), ()),
        (tally.FAILURES, "counter", Text("Số lần đo hỏng", "Readings that failed"), ("kind",)),
        (tally.SECONDS, "counter", Text("Tổng thời gian đo", "Time spent looking"), ()),
        (tally.CHECKS, "gauge", Text("Số phép kiểm tra", "Checks"), ()),
    ):
        yield Metric(name, kind, words, (*_OURS, "collector", *labels))
