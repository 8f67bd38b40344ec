"""A week of lines that lose packets: each bad one is degraded, none is ever taken for dead."""

from datetime import timedelta

import pytest

from benchmarks.week import week


@pytest.mark.full
async def test_no_line_that_loses_packets_is_ever_taken_for_dead(*, full: bool) -> None:
    lines, days = (3321, 7.0) if full else (16, 1.0)
    found = await week(lines, days, seed=2026)
    assert found["false_downs"] == 0, found
    assert found["lossy_ever_degraded"] == found["lossy"], found
    at_the_end, bad = found["bad_degraded"], found["bad"]
    assert isinstance(at_the_end, int)
    assert isinstance(bad, int)
    assert at_the_end >= 0.99 * bad, found  # one of 8 % may just have had two lucky minutes


async def test_a_judge_that_is_content_with_less_would_be_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.losses.LIKELIHOOD", 1e-4)
    monkeypatch.setattr("core.losses.LONGEST_BURST", timedelta(seconds=0.5))
    assert (await week(10, 1.0, seed=2026))["false_downs"] != 0
