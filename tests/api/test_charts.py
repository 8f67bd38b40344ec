"""Charts that distinguish nothing from zero."""

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.charts import Curve, Frame, ceiling, line_chart, runs, status_bar, ticks
from core.status import Interval, Status
from tests.factories import DAWN

BEGIN = DAWN - timedelta(hours=24)


def frame(step: float = 300.0) -> Frame:
    """Return a day that ends at dawn."""
    return Frame(BEGIN, DAWN, step, lambda value: f"{value:g} <u>")


def points(*minutes: float, value: float = 1.0) -> list[tuple[object, float]]:
    """Return points at minutes after the beginning."""
    return [(BEGIN + timedelta(minutes=minute), value) for minute in minutes]


@given(st.floats(min_value=1e-9, max_value=1e15))
def test_the_scale_is_round_and_just_above(highest: float) -> None:
    top = ceiling(highest)
    assert highest * 0.999 <= top <= highest * 2.6


def test_a_hole_breaks_the_line_instead_of_being_drawn_through() -> None:
    found = runs(points(0, 5, 10, 40, 45), 300)  # type: ignore[arg-type]
    assert [len(run) for run in found] == [3, 2]


def test_zero_is_drawn_on_the_base_line_and_absence_is_not_drawn() -> None:
    zero = Curve("in", "a", points(0, 5, 10, value=0.0))  # type: ignore[arg-type]
    nothing = Curve("out", "b", [])
    svg = str(line_chart([zero, nothing], frame(), "Lưu lượng"))
    lines = re.findall(r'<polyline class="line (.)" points="([^"]+)"', svg)
    assert [css for css, _ in lines] == ["a"]
    assert {spot.split(",")[1] for spot in lines[0][1].split()} == {"174.0"}


def test_a_lone_point_can_be_seen() -> None:
    lone = Curve("in", "a", points(7))  # type: ignore[arg-type]
    assert re.search(r'points="\S+ \S+"', str(line_chart([lone], frame(), "x")))


def test_charts_are_well_formed_and_escape_their_texts() -> None:
    curve = Curve("<b>", "a", points(0, 5))  # type: ignore[arg-type]
    svg = str(line_chart([curve], frame(), 'Đứt "cáp" & <nguồn>'))
    ET.fromstring(svg)
    assert "<u>" not in svg
    assert " style=" not in svg


@pytest.mark.parametrize("length", [1, 6, 24, 168])
def test_ticks_are_round_local_times_and_neither_few_nor_many(length: int) -> None:
    found = ticks(DAWN - timedelta(hours=length), DAWN)
    assert 3 <= len(found) <= 9
    assert all(tick.minute % 5 == 0 for tick in found)


def test_the_shortest_outage_can_be_seen_on_the_bar() -> None:
    def span(begin: float, end: float, status: Status) -> Interval:
        at = [BEGIN + timedelta(seconds=second) for second in (begin, end)]
        return Interval("gw", status, at[0], at[1], "")

    rows = [
        span(-500, 40000, Status.UP),
        span(40000, 40003, Status.DOWN),
        span(40003, 86400, Status.UP),
    ]
    svg = str(status_bar(rows, BEGIN, DAWN, "vi", "24 giờ"))
    ET.fromstring(svg)
    widths = dict(re.findall(r'<rect class="s-(\w+)" x="[^"]+" width="([\d.]+)%"', svg))
    assert float(widths["down"]) >= 0.1
    assert "mất kết nối: 21/11/2026 20:06" in svg


@pytest.mark.parametrize("minutes", range(0, 1440, 20))
def test_no_hour_under_the_bar_is_cut_off_at_its_ends(minutes: int) -> None:
    """On a phone the bar is 290 pixels wide, and a hour some 35."""
    begin = BEGIN + timedelta(minutes=minutes)
    svg = str(status_bar([], begin, begin + timedelta(hours=24), "vi", "24 giờ"))
    found = re.findall(r'text-anchor="(\w+)" x="([\d.]+)%"', svg)
    assert found
    for anchor, x in found:
        before = {"start": 0, "middle": 18, "end": 35}[anchor]
        assert before <= float(x) * 2.9 <= 290 - 35 + before, (anchor, x)


def test_time_without_intervals_is_unknown_not_well() -> None:
    svg = str(status_bar([], BEGIN, DAWN, "vi", "24 giờ"))
    assert '<rect class="s-unknown" width="100%"' in svg
    assert "s-up" not in svg
