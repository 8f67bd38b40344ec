"""Charts hide nothing that matters."""

import re
from datetime import timedelta
from fractions import Fraction

import pytest

from core.text import Text
from reports.render import charts
from reports.report import Bucket, Period, PeriodKind, Stretch
from tests.reports.builders import BEGIN, END, OCTOBER, at, stretches

RANK = {bucket: charts._RANK.index(bucket) for bucket in Bucket}


def test_one_second_of_outage_is_a_whole_column() -> None:
    begin = at(12, 3)
    line = stretches([(begin, begin + timedelta(seconds=1), Bucket.DOWN)])
    ranks = charts.worst_by_column(line, OCTOBER)
    assert len(ranks) == 31 * 12
    assert [place for place, rank in enumerate(ranks) if rank == RANK[Bucket.DOWN]] == [11 * 12 + 1]


def test_a_stretch_that_ends_on_an_edge_does_not_touch_the_next_column() -> None:
    line = [Stretch(at(1), at(1, 2), Bucket.DOWN), Stretch(at(1, 2), END, Bucket.UP)]
    ranks = charts.worst_by_column(line, OCTOBER)
    assert ranks[0] == RANK[Bucket.DOWN]
    assert ranks[1] == RANK[Bucket.UP]


def test_what_has_not_been_yet_stays_empty() -> None:
    ranks = charts.worst_by_column([Stretch(BEGIN, at(10), Bucket.UP)], OCTOBER)
    assert ranks[9 * 12 - 1] == RANK[Bucket.UP]
    assert set(ranks[9 * 12 :]) == {None}


def test_no_data_is_never_drawn_as_up() -> None:
    line = stretches([(at(3, 1), at(3, 1, 5), Bucket.UNKNOWN)])
    assert charts.worst_by_column(line, OCTOBER)[24] == RANK[Bucket.UNKNOWN]


@pytest.mark.parametrize("kind", list(PeriodKind))
def test_every_kind_of_period_has_an_axis(kind: PeriodKind) -> None:
    days = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 365}[kind.value]
    period = Period(kind, OCTOBER.first, BEGIN, BEGIN + timedelta(days=days), Text("kỳ", "period"))
    assert "<text" in charts.axis(period, "vi")
    assert 200 <= charts.columns(period) <= 400
    assert charts.column_length(period).vi


def test_a_chart_is_made_of_vectors_and_of_no_style_that_a_policy_forbids() -> None:
    line = stretches([(at(2), at(2, 1), Bucket.DEGRADED)])
    for drawn in (
        charts.timeline(line, OCTOBER),
        charts.axis(OCTOBER, "en"),
        charts.bars(Fraction(1, 3), None, Fraction(1, 2)),
        charts.bars(None, Fraction(0), Fraction(0)),
    ):
        assert drawn.startswith("<svg")
        assert not re.search(r"style=|<style|<image|href", drawn)
