"""One look of a collector on loopback, and what of its reading tests ask about."""

from collections.abc import Mapping

from core.clock import Clock, SystemClock
from core.collector import Collector, Kit
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run


class Purse:
    """Secrets by name."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def reveal(self, name: str) -> str | None:
        return self._known.get(name)


def a_kit(clock: Clock | None = None, /, **secrets: str) -> Kit:
    return make_kit(clock or SystemClock(), secrets=Purse(secrets))


async def looked(collector: Collector, check: Check, **secrets: str) -> tuple[Reading, Run]:
    """Look once with a kit of its own; what is emitted must be declared, and no secret told."""
    kit = a_kit(**secrets)
    try:
        run, reading = await look_once(collector, check, kit)
    finally:
        await kit.aclose()
    assert_declared(collector, reading)
    for word in secrets.values():
        assert not any(word in line for line in run.lines), run.lines
    return reading, run


def assert_declared(collector: Collector, reading: Reading) -> None:
    declared = {emit.name: set(emit.labels) for emit in collector.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} == declared[series.name]


def values(reading: Reading) -> dict[str, float]:
    return {series.name: value for series, value in reading.samples}


def by(reading: Reading, name: str, label: str) -> dict[str, float]:
    """Return the values of a metric by one of its labels."""
    return {
        dict(series.labels)[label]: value
        for series, value in reading.samples
        if series.name == name
    }


def why(reading: Reading) -> str:
    assert reading.failure is not None
    return reading.failure.detail


def kind(reading: Reading) -> FailureKind:
    assert reading.failure is not None
    return reading.failure.kind
