"""How figures are written."""

from fractions import Fraction

import pytest

from reports.render import figures


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (Fraction(1), "100,000\u00a0%", "100.000%"),
        (Fraction(999996, 1000000), "99,999\u00a0%", "99.999%"),
        (Fraction(0), "0,000\u00a0%", "0.000%"),
        (Fraction(1, 3), "33,333\u00a0%", "33.333%"),
        (None, "", ""),
    ],
)
def test_a_share_is_cut_and_never_said_to_be_whole(
    value: Fraction | None, vi: str, en: str
) -> None:
    assert figures.percent(value, "vi") == vi
    assert figures.percent(value, "en") == en


def test_hours_go_beyond_a_day_and_thousands_stand_apart() -> None:
    assert figures.clock(59, "vi") == "0:00:59"
    assert figures.clock(744 * 3600 + 61, "vi") == "744:01:01"
    assert figures.clock(95976 * 3600, "vi") == "95.976:00:00"
    assert figures.clock(95976 * 3600, "en") == "95,976:00:00"


def test_durations_are_spoken_in_words() -> None:
    assert figures.spoken(2 * 3600 + 14 * 60 + 5, "vi") == "2 giờ 14 phút 05 giây"
    assert figures.spoken(65, "en") == "1 min 05 s"
    assert figures.spoken(0, "vi") == "0 giây"


def test_the_difference_is_that_of_what_is_printed() -> None:
    assert figures.points(Fraction(99957, 100000), Fraction(99990, 100000), "vi") == "−0,033"
    assert figures.points(Fraction(1), Fraction(9999996, 10000000), "en") == "+0.001"
    assert figures.points(Fraction(1), Fraction(1), "vi") == "±0,000"
    assert figures.points(Fraction(1), None, "vi") == ""
