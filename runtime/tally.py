"""How does each way of looking fare? Counted on the way from the scheduler to the judge."""

from collections import Counter
from collections.abc import Iterable, Sequence

from core.labels import Series
from core.reading import Reading, Sample
from core.watching import Check
from runtime.scheduler import ReadingSink

READINGS = "thongsuot_collector_readings_total"
FAILURES = "thongsuot_collector_failures_total"
SECONDS = "thongsuot_collector_look_seconds_total"
CHECKS = "thongsuot_collector_checks"


class Tally:
    """A sink that counts by collector and hands every reading on."""

    def __init__(self, sink: ReadingSink) -> None:
        self._sink = sink
        self._readings: Counter[str] = Counter()
        self._seconds: Counter[str] = Counter()
        self._failures: Counter[tuple[str, str]] = Counter()

    def put(self, batch: Sequence[Reading]) -> None:
        """Count and pass on; never blocks."""
        for reading in batch:
            collector = reading.check.rpartition("/")[2]
            self._readings[collector] += 1
            if reading.failure is not None:
                self._failures[collector, reading.failure.kind.value] += 1
            if reading.duration is not None:
                # Counter's own type says int; a sum of seconds is as good.
                self._seconds[collector] += reading.duration  # type: ignore[assignment]
        self._sink.put(batch)

    def samples(self, checks: Iterable[Check], base: tuple[tuple[str, str], ...]) -> list[Sample]:
        """Return the counts of every collector that has checks; `base` are the series' labels."""
        present = Counter(check.collector for check in checks)
        samples: list[Sample] = []
        for collector in sorted(present.keys() | self._readings.keys()):
            labels = (*base, ("collector", collector))
            samples += [
                (Series.of(CHECKS, labels), float(present[collector])),
                (Series.of(READINGS, labels), float(self._readings[collector])),
                (Series.of(SECONDS, labels), float(self._seconds[collector])),
            ]
            kinds = {"timeout"} | {kind for name, kind in self._failures if name == collector}
            samples += [
                (
                    Series.of(FAILURES, labels, kind=kind),
                    float(self._failures[collector, kind]),
                )
                for kind in sorted(kinds)
            ]
        return samples
