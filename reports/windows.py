"""Sets of seconds: sorted, disjoint, half-open windows, and how much of a span lies within."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate


class Windows:
    """An immutable set of seconds since 1970, kept as windows that neither touch nor overlap."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        """Take any spans [begin, end): they may overlap; empty ones are left out."""
        made: list[tuple[int, int]] = []
        for begin, end in sorted(span for span in spans if span[0] < span[1]):
            if made and begin <= made[-1][1]:
                made[-1] = (made[-1][0], max(made[-1][1], end))
            else:
                made.append((begin, end))
        self.spans = tuple(made)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield the windows in order."""
        return iter(self.spans)

    def __eq__(self, other: object) -> bool:
        """Say whether both hold the same seconds."""
        return isinstance(other, Windows) and self.spans == other.spans

    def __hash__(self) -> int:
        """Return the hash of the windows."""
        return hash(self.spans)

    def __repr__(self) -> str:
        """Return the windows, for people who debug."""
        return f"Windows({list(self.spans)})"

    def __or__(self, other: "Windows") -> "Windows":
        """Return the seconds of either."""
        return Windows((*self.spans, *other.spans))

    def __and__(self, other: "Windows") -> "Windows":
        """Return the seconds of both."""
        made: list[tuple[int, int]] = []
        left, right = list(self.spans), list(other.spans)
        i = j = 0
        while i < len(left) and j < len(right):
            begin = max(left[i][0], right[j][0])
            end = min(left[i][1], right[j][1])
            if begin < end:
                made.append((begin, end))
            if left[i][1] < right[j][1]:
                i += 1
            else:
                j += 1
        return Windows(made)

    def __sub__(self, other: "Windows") -> "Windows":
        """Return the seconds of this one alone."""
        if not self.spans:
            return self
        return self & other.outside(self.spans[0][0], self.spans[-1][1])

    def outside(self, begin: int, end: int) -> "Windows":
        """Return the seconds of [begin, end) that are not of this set."""
        edges = [begin]
        for first, last in self.spans:
            edges += (min(max(first, begin), end), min(max(last, begin), end))
        edges.append(end)
        return Windows(zip(edges[::2], edges[1::2], strict=True))

    @property
    def total(self) -> int:
        """Return how many seconds there are."""
        return self.before[-1]

    @cached_property
    def before(self) -> tuple[int, ...]:
        """Return how many seconds lie before each window, and in all."""
        return tuple(accumulate((end - begin for begin, end in self.spans), initial=0))

    @cached_property
    def _begins(self) -> list[int]:
        return [begin for begin, _ in self.spans]

    def until(self, second: int) -> int:
        """Return how many seconds of the set lie before a second."""
        place = bisect_right(self._begins, second) - 1
        if place < 0:
            return 0
        begin, end = self.spans[place]
        return self.before[place] + min(second, end) - begin

    def within(self, begin: int, end: int) -> int:
        """Return how many seconds of the set lie in [begin, end)."""
        return self.until(end) - self.until(begin)


NONE = Windows()
