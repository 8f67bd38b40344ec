"""Loss between two readings, and what the E-model makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import emodel
from core.emodel import G711, G711_CONCEALED, G729A, Codec, estimated, mos, rating
from core.media import Counts, between, used

counts = st.builds(Counts, st.integers(0, 10**9), st.integers(0, 10**8))


@given(first=counts, more=counts)
def test_what_came_between_two_readings_is_their_difference(first: Counts, more: Counts) -> None:
    assert between(first, first + more) == more


@given(before=counts, after=counts)
def test_it_is_never_below_nothing(before: Counts, after: Counts) -> None:
    new = between(before, after)
    assert new.received >= 0
    assert new.lost >= 0
    assert new.loss is None or 0 <= new.loss <= 1


def test_a_channel_that_began_anew_counts_from_nothing() -> None:
    assert between(Counts(5000, 70), Counts(200, 4)) == Counts(200, 4)
    assert between(None, Counts(200, 4)) == Counts(200, 4)


def test_packets_that_come_late_after_all_are_no_loss() -> None:
    assert between(Counts(5000, 70), Counts(5100, 68)) == Counts(100, 0)


def test_where_nothing_was_expected_there_is_no_loss_to_tell() -> None:
    assert Counts().loss is None
    assert between(Counts(7, 1), Counts(7, 1)).loss is None


def test_the_share_of_a_rate_in_use() -> None:
    assert used(960_000, 1_920_000) == 0.5
    assert used(960_000, None) is None
    assert used(None, 1_920_000) is None
    assert used(1.0, 0) is None


@pytest.mark.parametrize(
    ("codec", "delay_ms", "loss_percent", "r", "score"),
    [
        (G711_CONCEALED, 20, 0, 92.72, 4.40),
        (G711_CONCEALED, 50, 1, 88.36, 4.30),
        (G711_CONCEALED, 150, 2, 82.59, 4.12),
        (G711_CONCEALED, 200, 3, 75.76, 3.85),
        (G711_CONCEALED, 300, 5, 56.72, 2.93),
        (G711, 50, 1, 74.08, 3.78),
        (G729A, 50, 1, 76.80, 3.90),
        (G729A, 150, 2, 70.60, 3.63),
    ],
)
def test_the_e_model_gives_the_values_it_is_known_for(
    codec: Codec, delay_ms: float, loss_percent: float, r: float, score: float
) -> None:
    found = rating(delay_ms / 1000, loss_percent / 100, codec)
    assert found == pytest.approx(r, abs=0.01)
    assert mos(found) == pytest.approx(score, abs=0.005)


@given(loss=st.floats(0, 1), worse=st.floats(0, 0.5), jitter=st.floats(0, 1), trip=st.floats(0, 5))
def test_a_worse_path_never_sounds_better(
    loss: float, worse: float, jitter: float, trip: float
) -> None:
    good = estimated(loss, jitter, trip)
    assert estimated(min(1.0, loss + worse), jitter, trip) <= good
    assert estimated(loss, jitter + worse, trip) <= good
    assert estimated(loss, jitter, trip + worse) <= good
    assert 1 <= mos(good) <= 4.5


def test_loss_in_bursts_is_worse_than_the_same_loss_at_random() -> None:
    assert rating(0.05, 0.03, burst=2) < rating(0.05, 0.03)
    assert emodel.estimated(0.0, None, None) == pytest.approx(93.2 - 0.024 * 30)
