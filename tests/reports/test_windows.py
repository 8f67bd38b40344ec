"""Windows are sets of seconds, and behave as sets do."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reports.windows import NONE, Windows

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


def seconds(windows: Windows) -> set[int]:
    return {second for begin, end in windows for second in range(begin, end)}


@given(SPANS, SPANS, st.integers(-2, 42), st.integers(-2, 42))
def test_windows_behave_as_sets_of_seconds(
    left: list[tuple[int, int]], right: list[tuple[int, int]], begin: int, end: int
) -> None:
    one, two = Windows(left), Windows(right)
    assert seconds(one) == {s for b, e in left for s in range(b, e)}
    assert seconds(one | two) == seconds(one) | seconds(two)
    assert seconds(one & two) == seconds(one) & seconds(two)
    assert seconds(one - two) == seconds(one) - seconds(two)
    begin, end = sorted((begin, end))
    span = set(range(begin, end))
    assert seconds(one.outside(begin, end)) == span - seconds(one)
    assert one.within(begin, end) == len(span & seconds(one))
    assert one.total == len(seconds(one))


@given(SPANS)
def test_windows_neither_touch_nor_overlap(spans: list[tuple[int, int]]) -> None:
    made = Windows(spans).spans
    assert all(begin < end for begin, end in made)
    assert all(left[1] < right[0] for left, right in pairwise(made))
    assert Windows(reversed(made)) == Windows(spans)
    assert hash(Windows(made)) == hash(Windows(spans))


def test_nothing_is_within_nothing() -> None:
    assert NONE.within(0, 99) == NONE.total == 0
    assert (NONE - Windows([(1, 2)])) == NONE
