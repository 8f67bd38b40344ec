"""Grades of calls and meetings, and whom a bad leg is blamed on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.quality import (
    UNKNOWN,
    Band,
    Bands,
    Figures,
    Verdict,
    at_fault,
    lasting,
    of_leg,
    of_meeting,
    of_stream,
)
from core.callquality import Grade, Side

BANDS = Bands()
shares = st.floats(0, 1)
seconds = st.floats(0, 2)
medium = st.sampled_from(["audio", "video", "content"])


def stream(
    media: str = "video",
    direction: str = "rx",
    *,
    loss: float | None = None,
    jitter: float | None = None,
    round_trip: float | None = None,
    used: float | None = None,
) -> Figures:
    return Figures(media, direction, loss, jitter, round_trip, used)


@pytest.mark.parametrize(
    ("figures", "grade", "by"),
    [
        (stream(loss=0.0049), Grade.GOOD, "loss"),
        (stream(loss=0.005), Grade.FAIR, "loss"),
        (stream(loss=0.01), Grade.POOR, "loss"),
        (stream(loss=0.03), Grade.BAD, "loss"),
        (stream("audio", loss=0.0099), Grade.GOOD, "loss"),
        (stream("audio", loss=0.05), Grade.BAD, "loss"),
        (stream(loss=0.0, jitter=0.05), Grade.BAD, "jitter"),
        (stream(loss=0.0, round_trip=0.35), Grade.POOR, "round_trip"),
        (stream(loss=0.0, used=0.9), Grade.GOOD, "loss"),
        (stream(loss=0.0, used=0.5), Grade.FAIR, "used"),
        (stream(loss=0.0, used=0.2), Grade.FAIR, "used"),  # a room in which nobody moves
        (stream("content", loss=0.0, used=0.01), Grade.GOOD, "loss"),
    ],
)
def test_a_stream_is_as_good_as_its_worst_figure(figures: Figures, grade: Grade, by: str) -> None:
    found = of_stream(figures, BANDS)
    assert (found.grade, found.by) == (grade, by)


@given(media=medium, loss=shares, jitter=seconds, trip=seconds, worse=st.floats(0, 1))
def test_worse_figures_never_make_a_better_grade(
    media: str, loss: float, jitter: float, trip: float, worse: float
) -> None:
    before = of_stream(stream(media, loss=loss, jitter=jitter, round_trip=trip), BANDS).grade
    for changed in (
        stream(media, loss=loss + worse, jitter=jitter, round_trip=trip),
        stream(media, loss=loss, jitter=jitter + worse, round_trip=trip),
        stream(media, loss=loss, jitter=jitter, round_trip=trip + worse),
    ):
        assert of_stream(changed, BANDS).grade >= before


def test_what_was_not_measured_is_not_good() -> None:
    assert of_stream(stream(), BANDS) == UNKNOWN
    assert of_leg([], BANDS).grade is Grade.UNKNOWN
    assert of_meeting({"a": UNKNOWN}).good == 0
    assert of_meeting({"a": UNKNOWN}).worst is UNKNOWN
    assert of_meeting({}).rooms == 0


def test_a_leg_is_as_good_as_its_worse_direction() -> None:
    found = of_leg([stream(loss=0.0), stream(direction="tx", loss=0.02), stream("audio")], BANDS)
    assert found == Verdict(Grade.POOR, "loss", "video", "tx", 0.02)


def test_a_meeting_is_as_good_as_its_worst_room_and_tells_how_many_are_good() -> None:
    legs = {f"xa-{n}": Verdict(Grade.GOOD) for n in range(99)}
    legs |= {"xa-a": Verdict(Grade.BAD, "loss"), "xa-b": UNKNOWN}
    found = of_meeting(legs)
    assert (found.worst_room, found.worst.grade) == ("xa-a", Grade.BAD)
    assert (found.good, found.known, found.rooms) == (99, 100, 101)


def test_one_bad_window_alarms_nobody() -> None:
    good, bad = Grade.GOOD, Grade.BAD
    assert not lasting([good, good, bad, bad, good])
    assert lasting([bad, good, bad, good, Grade.POOR])
    assert not lasting([bad, bad, bad, good, good, good, good])
    assert not lasting([Grade.UNKNOWN] * 5)


@pytest.mark.parametrize(
    ("leg", "others", "path", "side"),
    [
        (Grade.BAD, [Grade.GOOD] * 9, stream(loss=0.04), Side.LINE),
        (Grade.BAD, [Grade.GOOD] * 9, stream(loss=0.0, round_trip=0.02), Side.ROOM),
        (Grade.BAD, [Grade.BAD] * 8 + [Grade.GOOD], stream(loss=0.0), Side.BRIDGE),
        (Grade.BAD, [Grade.GOOD] * 9, None, Side.UNKNOWN),
        (Grade.BAD, [Grade.UNKNOWN] * 9, stream(), Side.UNKNOWN),
        (Grade.BAD, [Grade.BAD], stream(loss=0.0), Side.ROOM),
        (Grade.BAD, [Grade.BAD] * 9, stream(loss=0.04), Side.LINE),
        (Grade.POOR, [Grade.GOOD] * 9, stream(loss=0.007), Side.UNKNOWN),
        (Grade.GOOD, [Grade.BAD] * 9, stream(loss=0.3), Side.UNKNOWN),
    ],
)
def test_a_bad_leg_is_set_beside_its_path_and_the_others(
    leg: Grade, others: list[Grade], path: Figures | None, side: Side
) -> None:
    assert at_fault(leg, others, path, BANDS) is side


def test_what_is_known_to_be_amiss_is_blamed_before_what_is_reckoned() -> None:
    others, clean = [Grade.GOOD] * 9, stream(loss=0.0)
    assert at_fault(Grade.BAD, others, clean, BANDS, way=True, bridge=True) is Side.LINE
    assert at_fault(Grade.BAD, others, clean, BANDS, bridge=True) is Side.BRIDGE
    assert at_fault(Grade.GOOD, others, clean, BANDS, way=True) is Side.UNKNOWN


def test_limits_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="must rise"):
        Band(good=0.1, fair=0.3, poor=0.2)


@given(value=st.floats(0, 10))
def test_every_value_has_one_grade(value: float) -> None:
    for band in (BANDS.jitter, BANDS.bandwidth):
        assert band.grade(value) in set(Grade) - {Grade.UNKNOWN}
