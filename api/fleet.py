"""The newest samples of the whole fleet as a Prometheus page, rendered from cached prefixes.

prometheus_client costs about 6 µs a sample. Here the layout of a check (its series, grouped by
metric) is turned once into one format string per metric, and a reading only fills values in.
Nothing is rendered before somebody asks, and a block whose values did not change keeps its text.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from math import isnan
from operator import itemgetter
from threading import Lock

from core.collector import Emit
from core.labels import Series
from core.reading import Failure, Reading, Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MAX_AGE = timedelta(minutes=5)  # Prometheus' own look-back: older is not "now" any more


@dataclass(frozen=True, slots=True)
class _Span:
    """The values of one metric within a block: where they stand and how they are written."""

    metric: str
    begin: int
    end: int
    whole: bytes  # format for integers, which are written twice as fast
    exact: bytes


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the samples of one check are written."""

    series: tuple[Series, ...]
    grouped: Callable[[tuple[float, ...]], tuple[float, ...]] | None  # None: they come grouped
    spans: tuple[_Span, ...]


def _layout(series: tuple[Series, ...]) -> _Layout:
    by_metric: dict[str, list[int]] = {}
    for index, one in enumerate(series):
        by_metric.setdefault(one.name, []).append(index)
    order = tuple(index for indices in by_metric.values() for index in indices)
    spans, begin = [], 0
    for metric, indices in by_metric.items():
        prefixes = [str(series[i]).replace("%", "%%") for i in indices]
        whole = "".join(f"{prefix} %d\n" for prefix in prefixes).encode()
        exact = "".join(f"{prefix} %r\n" for prefix in prefixes).encode()
        spans.append(_Span(metric, begin, begin + len(indices), whole, exact))
        begin += len(indices)
    straight = order == tuple(range(len(order)))
    return _Layout(series, None if straight else itemgetter(*order), tuple(spans))


# Series and their values, replaced together. A country has 800,000 of them, and this is a tenth of
# what as many pairs would take.
_Newest = tuple[tuple[Series, ...], "array[float]"]


@dataclass(slots=True)
class _Block:
    """The newest samples of one check, and their text by span once they were rendered."""

    at: datetime
    newest: _Newest
    fresh: bool = True
    layout: _Layout = field(default_factory=lambda: _layout(()))
    parts: list[tuple[float, ...]] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)

    def take(self, at: datetime, series: tuple[Series, ...], values: Iterable[float]) -> None:
        """Take newer samples; the series are the same nearly every time, and are kept once."""
        same = series == self.newest[0]
        self.newest = (self.newest[0] if same else series, array("d", values))
        self.at, self.fresh = at, True

    def render(self) -> None:
        """Write the samples that are not written yet."""
        self.fresh = False  # first: what arrives meanwhile is rendered next time
        series, newest = self.newest
        values = self._values(series, tuple(newest))
        if self.layout.grouped is not None:
            values = self.layout.grouped(values)
        for number, span in enumerate(self.layout.spans):
            part = values[span.begin : span.end]
            if part != self.parts[number]:
                self.parts[number] = part
                if all(map(float.is_integer, part)):
                    self.texts[number] = span.whole % tuple(map(int, part))
                else:
                    self.texts[number] = span.exact % part

    def _values(self, series: tuple[Series, ...], values: tuple[float, ...]) -> tuple[float, ...]:
        """Return the values and bring the layout up to date with their series."""
        if isnan(sum(values)):  # rare: a series ended, or infinities met
            kept = [pair for pair in zip(series, values, strict=True) if not isnan(pair[1])]
            series, values = zip(*kept, strict=True) if kept else ((), ())
        if series != self.layout.series:
            self.layout = _layout(series)
            self.parts = [()] * len(self.layout.spans)
            self.texts = [b""] * len(self.layout.spans)
        return tuple(values)


@dataclass(frozen=True, slots=True)
class Look:
    """When a check looked last, and why it brought nothing; None: it succeeded."""

    at: datetime
    failure: Failure | None


class FleetPage:
    """Holds the newest samples of every check and renders them on demand."""

    def __init__(self, emits: Iterable[Emit] = ()) -> None:
        self._heads = {
            emit.name: (
                f"# HELP {emit.name} {emit.help.en}\n# TYPE {emit.name} {emit.kind}\n".encode()
            )
            for emit in emits
        }
        self._blocks: dict[str, _Block] = {}
        self._looks: dict[str, Look] = {}
        self._rendering = Lock()

    def update(self, readings: Iterable[Reading]) -> None:
        """Take in what was just read; readings without samples change nothing on the page.

        The samples of a check that brings none for five minutes leave the page.
        """
        for reading in readings:
            look = self._looks.get(reading.check)
            if look is None or reading.at >= look.at:
                self._looks[reading.check] = Look(reading.at, reading.failure)
            if not reading.samples:
                continue
            block = self._blocks.get(reading.check)
            series, values = zip(*reading.samples, strict=True)
            if block is None:
                self._blocks[reading.check] = _Block(reading.at, (series, array("d", values)))
            elif reading.at >= block.at:
                block.take(reading.at, series, values)

    def newest(self, check: str) -> tuple[datetime, Sequence[Sample]] | None:
        """Return the newest samples of a check and their time."""
        block = self._blocks.get(check)
        if block is None:
            return None
        return block.at, list(zip(*block.newest, strict=True))

    def look(self, check: str) -> Look | None:
        """Return how the last look of a check ended; None if there was none yet."""
        return self._looks.get(check)

    def render(self) -> bytes:
        """Return the page in the Prometheus text format, grouped by metric.

        May run in a thread of its own while readings arrive.
        """
        with self._rendering:
            return self._page()

    def _page(self) -> bytes:
        self._forget()
        page: dict[str, list[bytes]] = {}
        for block in list(self._blocks.values()):
            if block.fresh:
                block.render()
            for span, text in zip(block.layout.spans, block.texts, strict=True):
                lines = page.get(span.metric)
                if lines is None:
                    lines = page[span.metric] = [
                        self._heads.get(span.metric, f"# TYPE {span.metric} untyped\n".encode())
                    ]
                lines.append(text)
        return b"".join(chain.from_iterable(page.values()))

    def _forget(self) -> None:
        if not self._blocks:
            return
        blocks = list(self._blocks.items())
        oldest = max(block.at for _, block in blocks) - MAX_AGE
        for check, block in blocks:
            if block.at < oldest:
                self._blocks.pop(check, None)
