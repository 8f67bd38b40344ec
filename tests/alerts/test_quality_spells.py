"""The times of a meeting that were good or bad: a row per change, the worst figure within."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from alerts.both_ends import RoomQuality, of_ends
from alerts.legs import FRESH, Leg
from alerts.quality import Bands, Figures, of_leg
from alerts.quality_spells import Spell, running
from core.callquality import Grade, QualitySpan, Side
from tests.factories import DAWN

BANDS = Bands()
STEP = timedelta(seconds=15)
GOOD, POOR, BAD = 0.0, 0.02, 0.05


def at(n: float) -> datetime:
    return DAWN + n * STEP


def sounding(loss: float, when: datetime) -> RoomQuality:
    streams = (Figures("video", "rx", loss=loss),)
    verdict = of_leg(streams, BANDS)
    found = of_ends(Leg("d", "", when, streams, verdict, (verdict.grade,)), None, None, BANDS)
    assert found is not None
    return found


class Kept:
    """What the ledger would hold: the last of each span."""

    def __init__(self) -> None:
        self.spell, self.rows, self.writes = Spell(), dict[datetime, QualitySpan](), 0

    def hears(self, loss: float | None, n: float, side: Side = Side.UNKNOWN) -> None:
        quality = sounding(loss, at(n)) if loss is not None else None
        self.keep(self.spell.hear("HN", "r", quality, side, at(n)))

    def keep(self, rows: list[QualitySpan]) -> None:
        self.writes += len(rows)
        self.rows |= {row.begin: row for row in rows}

    @property
    def spans(self) -> list[tuple[Grade, datetime, datetime]]:
        return [(row.grade, row.begin, row.until) for _, row in sorted(self.rows.items())]


def test_a_grade_has_changed_when_two_windows_agree_from_the_first_of_them() -> None:
    kept = Kept()
    for n, loss in enumerate((GOOD, GOOD, BAD, BAD, BAD, GOOD, GOOD)):
        kept.hears(loss, n)
    kept.keep(kept.spell.close())
    assert kept.spans == [
        (Grade.GOOD, at(0), at(2)),
        (Grade.BAD, at(2), at(5)),
        (Grade.GOOD, at(5), at(6)),
    ]


def test_one_bad_window_makes_no_row_and_its_figure_is_kept() -> None:
    kept = Kept()
    for n, loss in enumerate((GOOD, BAD, GOOD, GOOD)):
        kept.hears(loss, n)
    kept.keep(kept.spell.close())
    [row] = kept.rows.values()
    assert (row.grade, row.until) == (Grade.GOOD, at(3))
    assert (row.by, row.value, row.at) == ("loss", BAD, at(1))


def test_the_worst_figure_its_instant_and_the_lowest_rating_are_kept() -> None:
    kept = Kept()
    for n, loss in enumerate((0.031, 0.09, 0.04)):
        kept.hears(loss, n, Side.LINE if n == 1 else Side.UNKNOWN)
    kept.keep(kept.spell.close())
    [row] = kept.rows.values()
    assert (row.value, row.at, row.side) == (0.09, at(1), Side.LINE)
    assert row.rating == sounding(0.09, DAWN).rating


def test_nothing_is_said_of_a_time_in_which_nothing_was_measured() -> None:
    kept = Kept()
    kept.hears(GOOD, 0)
    kept.hears(GOOD, 1)
    gone = FRESH / STEP + 3
    kept.hears(None, 3)
    kept.hears(None, gone)
    kept.hears(GOOD, gone + 10)
    kept.keep(kept.spell.close())
    assert kept.spans == [
        (Grade.GOOD, at(0), at(1)),
        (Grade.GOOD, at(gone + 10), at(gone + 10)),
    ]


def test_two_hours_of_an_even_call_are_one_row_written_once_a_minute() -> None:
    kept = Kept()
    for n in range(480):
        kept.hears(GOOD, n)
        kept.hears(GOOD, n)  # looked at again before there is anything new
    assert len(kept.rows) == 1
    assert kept.writes <= 121


def test_a_restart_goes_on_with_what_was_heard_just_now() -> None:
    kept = Kept()
    for n in range(8):
        kept.hears(GOOD, n)
    rows = list(kept.rows.values())
    assert list(running(rows, at(9))) == rows
    assert list(running(rows, at(8) + FRESH)) == []
    kept.spell = Spell.resumed(rows[0])
    for n in range(9, 16):
        kept.hears(GOOD, n)
    kept.keep(kept.spell.close())
    assert kept.spans == [(Grade.GOOD, at(0), at(15))]


@given(st.lists(st.sampled_from([None, GOOD, POOR, BAD]), max_size=60))
def test_spans_never_overlap_and_never_reach_beyond_what_was_heard(
    heard: list[float | None],
) -> None:
    kept = Kept()
    for n, loss in enumerate(heard):
        kept.hears(loss, n)
    kept.keep(kept.spell.close())
    spans = kept.spans
    assert all(begin <= until <= at(len(heard)) for _, begin, until in spans)
    assert all(one[2] <= other[1] for one, other in pairwise(spans))
    if all(loss is None for loss in heard):
        assert spans == []
