"""The text of a page of metrics, line by line: Prometheus' format 0.0.4 and OpenMetrics.

What stands left of a value is the same from scrape to scrape, so it is read once and kept: a page
of a thousand lines costs a thousand look-ups. Timestamps and exemplars are passed over.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from core.labels import Series

Labels = tuple[tuple[str, str], ...]

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?=[,}])')
_VALUE = re.compile(r"\s*(\S+)")
_ESCAPE = re.compile(r"\\(.)")
_MEANT = {"n": "\n"}
_MOST_LABELS = 60


class Cut(StrEnum):
    """Why a line of the page is no series of ours."""

    NAME = "not allowed"
    LABEL = "label too long"
    COUNT = "too many series"
    LINE = "malformed line"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is kept. `base` are our identity labels, which win over the page's own."""

    base: Labels
    allows: Callable[[str], bool]
    most: int
    longest: int


@dataclass(slots=True)
class Page:
    """What is known of one check's pages, from one scrape to the next."""

    rules: Rules
    known: dict[str, Series | Cut] = field(default_factory=dict)

    def read(self, text: str) -> tuple[dict[Series, float], dict[Cut, int], int]:
        """Return the values by series, how many lines were cut and why, and how many there were."""
        values: dict[Series, float] = {}
        cut = dict.fromkeys(Cut, 0)
        fresh: dict[str, Series | Cut] = {}
        lines = 0
        for line in text.split("\n"):
            if not line or line[0] == "#":
                if line.startswith("# EOF"):
                    break
                continue
            lines += 1
            left, _, said = line.rpartition(" ")
            found = self.known.get(left)
            value = _number(said) if found is not None else None
            if found is None or value is None:
                left, found, value = self._learned(line)
            if isinstance(found, Series) and value is not None:
                fresh[left] = found
                if value != value:  # noqa: PLR0124  (NaN: nothing is known, and it ends a series)
                    continue
                if len(values) >= self.rules.most and found not in values:
                    cut[Cut.COUNT] += 1
                else:
                    values[found] = value
            else:
                reason = found if isinstance(found, Cut) else Cut.LINE
                if reason is not Cut.LINE:
                    fresh[left] = reason
                cut[reason] += 1
        self.known = fresh
        return values, cut, lines

    def _learned(self, line: str) -> tuple[str, Series | Cut, float | None]:
        """Read a line that looks new: what stands left of its value, whose it is, the value."""
        name = _NAME.match(line)
        if name is None:
            return line, Cut.LINE, None
        labels, end = _labels(line, name.end())
        said = _VALUE.match(line, end) if labels is not None else None
        value = _number(said[1]) if said else None
        if labels is None or said is None or value is None:
            return line, Cut.LINE, None
        left = line[: said.start(1) - 1]
        return left, self._judged(name[0], labels), value

    def _judged(self, name: str, labels: dict[str, str]) -> Series | Cut:
        rules = self.rules
        if len(name) > rules.longest:  # before any pattern is tried on it
            return Cut.LABEL
        if not rules.allows(name):
            return Cut.NAME
        longest = max((len(key) + len(value) for key, value in labels.items()), default=0)
        if longest > rules.longest or len(labels) > _MOST_LABELS:
            return Cut.LABEL
        own = {key for key, _ in rules.base}
        told = {f"exported_{key}" if key in own else key: value for key, value in labels.items()}
        return Series(name, tuple(sorted((*told.items(), *rules.base))))


def _labels(line: str, at: int) -> tuple[dict[str, str] | None, int]:
    """Return the labels that begin at a place and where they end; None if they are malformed.

    An empty label is the same as none.
    """
    if at >= len(line) or line[at] != "{":
        return {}, at
    found: dict[str, str] = {}
    at += 1
    while True:
        label = _LABEL.match(line, at)
        if label is None:
            break
        value = label[2]
        if "\\" in value:
            value = _ESCAPE.sub(lambda mark: _MEANT.get(mark[1], mark[1]), value)
        if label[1] in found or label[1].startswith("__"):  # two underscores: not for pages
            return None, at
        if value:
            found[label[1]] = value
        at = label.end()
        if line[at] == ",":
            at += 1
    rest = line[at:].lstrip()
    return (found, len(line) - len(rest) + 1) if rest.startswith("}") else (None, at)


def _number(said: str) -> float | None:
    """Return the value of a sample: 1, 1.5e3, NaN, +Inf; None if it is none."""
    try:
        return float(said)
    except ValueError:
        return None
