"""Is what was said kept, failures longest, and never too much?"""

from core.reading import Reading
from runtime.transcripts import FAILURES, LINE_LENGTH, LINES, RUNS, Run, Transcripts
from tests.factories import DAWN, bad, good


def a_run(reading: Reading) -> Run:
    run = Run(reading.check, DAWN)
    run.settle(reading)
    return run


def test_failures_outlive_the_successes_that_follow_them() -> None:
    kept = Transcripts()
    kept.keep(a_run(bad()))
    for _ in range(100):
        kept.keep(a_run(good()))
    runs = kept.of("gw-1/icmp")
    assert [run.failure is None for run in runs] == [True] * RUNS + [False]


def test_memory_is_bounded() -> None:
    kept = Transcripts()
    for _ in range(100):
        kept.keep(a_run(bad()))
    assert len(kept.of("gw-1/icmp")) == RUNS + FAILURES
    run = Run("gw-1/icmp", DAWN)
    for _ in range(LINES + 5):
        run.note("%s", "x" * 10_000)
    assert len(run.lines) == LINES
    assert run.dropped == 5
    assert len(run.lines[0]) == LINE_LENGTH


def test_a_percent_sign_in_a_plain_line_is_text() -> None:
    run = Run("gw-1/icmp", DAWN)
    run.note("100% sure")
    run.note("%d of %d", 1, 2)
    assert run.lines == ["100% sure", "1 of 2"]


def test_checks_that_are_gone_are_forgotten() -> None:
    kept = Transcripts()
    kept.keep(a_run(good()))
    kept.forget_all_but(["other/icmp"])
    assert kept.of("gw-1/icmp") == ()
