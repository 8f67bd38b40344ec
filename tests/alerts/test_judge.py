"""What one more reading says about a check."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.judge import forgotten, judge, overdue, patience, recent_loss
from core.losses import needed
from core.reading import Failure, FailureKind, Reading
from core.status import Streak, Verdict
from core.watching import Check, Confirm, Verify
from tests.factories import DAWN, a_check, bad, good

FAST = a_check()
SLOW = a_check(verify=None, interval=60.0, timeout=10.0)
CALM = Streak(FAST.slug, Verdict.OK, since=DAWN, good_at=DAWN, last_ok=DAWN, last_at=DAWN)


def after(seconds: float) -> datetime:
    return DAWN + timedelta(seconds=seconds)


def fed(streak: Streak, *readings: Reading, check: Check = FAST) -> Streak:
    for reading in readings:
        streak = judge(streak, reading, check, reading.at + timedelta(seconds=1))
    return streak


def burst(count: int, begin: float = 100.0, spacing: float = 0.075) -> list[Reading]:
    return [bad(at=after(begin + n * spacing)) for n in range(count)]


def summary(at: float, loss: float, *, failed: bool = False) -> Reading:
    failure = Failure(FailureKind.TIMEOUT, "silence") if failed else None
    return Reading(FAST.slug, "center", after(at), failure=failure, loss=loss)


def test_twenty_three_losses_in_a_row_prove_a_failure_that_began_at_the_first() -> None:
    assert needed(0.0) == needed(0.3) == 23
    assert fed(CALM, *burst(22)).verdict is Verdict.SUSPECT
    failed = fed(CALM, *burst(23))
    assert failed.verdict is Verdict.FAILED
    assert failed.since == after(100)


def test_a_burst_shorter_than_a_second_proves_nothing() -> None:
    assert fed(CALM, *burst(40, spacing=0.02)).verdict is Verdict.SUSPECT
    assert fed(CALM, *burst(52, spacing=0.02)).verdict is Verdict.FAILED


def test_one_answer_during_a_suspicion_clears_it_and_the_target_was_never_away() -> None:
    streak = fed(CALM, *burst(20), good(at=after(102)))
    assert streak.verdict is Verdict.OK
    assert streak.since == DAWN
    assert streak.fails == 0
    assert streak.failed_at is None


def test_a_path_known_to_lose_more_needs_more_losses() -> None:
    lossy = replace(CALM, loss=0.5)
    assert needed(0.5) == 40
    assert fed(lossy, *burst(39)).verdict is Verdict.SUSPECT
    assert fed(lossy, *burst(40)).verdict is Verdict.FAILED


def test_a_path_that_loses_nearly_all_is_given_up_some_time() -> None:
    assert needed(0.99) == needed(0.7) == 78


def test_losses_told_one_by_one_count_as_recent_loss() -> None:
    chance = random.Random(1)
    streak = CALM
    for n in range(120):
        at = after(100 + n * 0.075)
        streak = fed(streak, bad(at=at) if chance.random() < 0.6 else good(at=at))
    assert 0.4 < recent_loss(streak) < 0.7


def test_a_line_that_loses_a_probe_now_and_then_is_not_taken_for_one_that_loses_half() -> None:
    streak = CALM
    for n in range(60):  # calm answers are not told: of each suspicion the loss and the answer are
        at = 100 + n * 5
        streak = fed(streak, bad(at=after(at)), good(at=after(at + 0.2)), good(at=after(at + 0.3)))
    assert recent_loss(streak) == 0.0
    assert fed(streak, *burst(23, 402.0)).verdict is Verdict.FAILED


def test_a_short_outage_is_no_measure_of_the_lines_loss_and_delays_no_other_news() -> None:
    blinked = fed(CALM, *burst(20), *(good(at=after(101.6 + n * 0.075)) for n in range(5)))
    assert recent_loss(blinked) == 0.0
    assert fed(blinked, *burst(22, 108.0)).verdict is Verdict.SUSPECT
    assert fed(blinked, *burst(23, 108.0)).verdict is Verdict.FAILED


def test_losses_of_long_ago_do_not_slow_a_confirmation() -> None:
    streak = CALM
    for n in range(40):
        at = after(100 + n * 0.075)
        streak = fed(streak, bad(at=at) if n % 4 else good(at=at))
    streak = fed(streak, good(at=after(104)))
    assert fed(streak, *burst(23, begin=200)).verdict is Verdict.FAILED


def test_recovery_takes_three_answers_and_began_at_the_first() -> None:
    failed = fed(CALM, *burst(30))
    two = fed(failed, good(at=after(110)), good(at=after(110.1)))
    assert two.verdict is Verdict.FAILED
    three = fed(two, good(at=after(110.2)))
    assert (three.verdict, three.since) == (Verdict.OK, after(110))


def test_a_loss_among_the_answers_begins_the_recovery_anew() -> None:
    failed = fed(CALM, *burst(30))
    streak = fed(failed, good(at=after(110)), good(at=after(110.1)), bad(at=after(110.2)))
    assert (streak.verdict, streak.since) == (Verdict.FAILED, after(100))
    again = fed(streak, *[good(at=after(111 + n)) for n in range(3)])
    assert again.since == after(111)


def test_a_probe_lost_before_a_later_one_was_answered_is_loss_and_no_suspicion() -> None:
    streak = fed(CALM, good(at=after(100.1)), bad(at=after(100)))
    assert streak.verdict is Verdict.OK
    assert streak.recent.endswith("0")


def test_a_slow_answer_to_a_probe_sent_before_the_first_loss_clears_nothing() -> None:
    streak = fed(CALM, *burst(10), good(at=after(99.9)))
    assert streak.verdict is Verdict.SUSPECT
    assert streak.fails == 10


@pytest.mark.parametrize("kind", [FailureKind.LOCAL, FailureKind.BUG])
@pytest.mark.parametrize("check", [FAST, SLOW])
def test_a_fault_of_our_own_is_no_observation(kind: FailureKind, check: Check) -> None:
    readings = [bad(at=after(100 + n), kind=kind) for n in range(100)]
    streak = fed(CALM, *readings, check=check)
    assert streak.verdict is Verdict.OK
    assert streak.last_at == DAWN
    assert overdue(streak, check, after(300)).verdict is Verdict.UNKNOWN


def test_an_icmp_error_counts_like_silence() -> None:
    readings = [bad(at=r.at, kind=FailureKind.UNREACHABLE) for r in burst(23)]
    streak = fed(CALM, *readings)
    assert streak.verdict is Verdict.FAILED
    assert streak.detail.startswith("unreachable:")


def test_loss_over_minutes_makes_a_line_lossy_with_hysteresis() -> None:
    streak = fed(CALM, summary(60, 0.1))
    assert streak.verdict is Verdict.LOSSY
    assert streak.detail == "≥ 5%"
    streak = fed(streak, summary(90, 0.03))
    assert streak.verdict is Verdict.LOSSY
    streak = fed(streak, summary(120, 0.0), summary(150, 0.0))
    assert streak.verdict is Verdict.OK


def test_a_single_lost_probe_of_a_window_is_no_lossy_line() -> None:
    streak = fed(CALM, summary(60, 1 / 30), summary(90, 1 / 30), summary(120, 1 / 30))
    assert streak.verdict is Verdict.OK


def test_an_outage_in_a_window_is_not_loss_of_the_line_after_it() -> None:
    failed = fed(CALM, *burst(30))
    back = fed(failed, *[good(at=after(110 + n * 0.1)) for n in range(3)])
    streak = fed(back, summary(120, 0.4))
    assert (streak.verdict, streak.loss) == (Verdict.OK, 0.0)


def test_a_window_without_loss_ends_an_outage_that_nobody_saw_end() -> None:
    failed = fed(CALM, *burst(30))
    assert fed(failed, summary(200, 0.0)).verdict is Verdict.OK
    assert fed(failed, summary(200, 0.5)).verdict is Verdict.FAILED


def test_a_silent_window_counts_once_and_not_again_what_was_told_already() -> None:
    suspect = fed(CALM, *burst(5))
    told = judge(suspect, summary(100.3, 1.0, failed=True), FAST, after(101))
    assert told.fails == 5
    assert fed(suspect, summary(130, 1.0, failed=True)).fails == 6


def test_the_first_reading_of_a_check_is_believed() -> None:
    new = Streak(FAST.slug)
    assert fed(new, good(at=DAWN)).since == DAWN
    assert fed(new, summary(0, 0.0)).verdict is Verdict.OK
    assert fed(new, bad(at=DAWN)).verdict is Verdict.SUSPECT


def test_a_probe_that_was_kept_back_until_the_line_was_mended_is_no_earlier_recovery() -> None:
    """Our own machine keeps probes back while it looks for its neighbour; all go out at once."""
    failed = fed(CALM, *(bad(at=after(0.1 * n)) for n in range(1, 40)))
    assert failed.verdict is Verdict.FAILED
    mended = after(10)
    kept = [
        Reading(FAST.slug, "center", at, duration=(mended - at).total_seconds())
        for at in (after(8.0), after(8.5), after(9.0))
    ]
    back = failed
    for reading in kept:
        back = judge(back, reading, FAST, mended + timedelta(seconds=0.1))
    assert (back.verdict, back.since) == (Verdict.OK, mended)


def test_an_answer_that_was_long_in_coming_speaks_of_when_it_came() -> None:
    down = fed(CALM, *(bad(at=after(n)) for n in (30, 90, 150, 210)), check=SLOW)
    assert down.verdict is Verdict.FAILED
    begun = after(270)  # during the cut; the connection went through when that was over
    late = Reading(SLOW.slug, "center", begun, duration=7.0)
    streak = judge(down, late, SLOW, after(278))
    assert (streak.last_ok, streak.since) == (after(277), after(277))
    again = judge(streak, replace(late, at=after(330)), SLOW, after(333))
    assert again.last_ok == after(333), "nothing is known later than now"


def test_slower_checks_are_confirmed_k_of_n_and_recover_at_the_first_success() -> None:
    calm = fed(Streak(SLOW.slug), good(at=DAWN), check=SLOW)
    readings = [bad(at=after(60 * n)) for n in (1, 2, 3)]
    assert fed(calm, *readings[:2], check=SLOW).verdict is Verdict.SUSPECT
    failed = fed(calm, *readings, check=SLOW)
    assert (failed.verdict, failed.since) == (Verdict.FAILED, after(60))
    back = fed(failed, good(at=after(240)), check=SLOW)
    assert (back.verdict, back.since) == (Verdict.OK, after(240))


def test_two_of_three_may_have_a_success_between_them() -> None:
    check = SLOW.model_copy(update={"confirm": Confirm(failures=2, window=3)})
    calm = fed(Streak(SLOW.slug), good(at=DAWN), check=check)
    streak = fed(calm, bad(at=after(60)), good(at=after(120)), bad(at=after(180)), check=check)
    assert streak.verdict is Verdict.FAILED
    assert streak.since == after(180)


def test_a_run_that_comes_twice_or_late_changes_nothing() -> None:
    calm = fed(Streak(SLOW.slug), good(at=after(60)), check=SLOW)
    for seconds in (60, 30):
        assert judge(calm, bad(at=after(seconds)), SLOW, after(61)) == calm


def test_a_missed_check_turns_unknown_since_its_last_reading() -> None:
    limit = patience(SLOW) + 5
    assert limit == 3 * 60 + 10 + 5
    streak = fed(Streak(SLOW.slug), good(at=DAWN), check=SLOW)
    assert overdue(streak, SLOW, after(limit)) is streak
    unknown = overdue(streak, SLOW, after(limit + 1))
    assert (unknown.verdict, unknown.since) == (Verdict.UNKNOWN, DAWN)
    assert overdue(unknown, SLOW, after(9999)) is unknown


def test_a_swept_check_is_unknown_when_three_summaries_are_missing() -> None:
    assert overdue(CALM, FAST, after(100)).verdict is Verdict.OK
    assert overdue(CALM, FAST, after(101)).verdict is Verdict.UNKNOWN


def test_what_was_forgotten_is_judged_anew() -> None:
    streak = forgotten(fed(CALM, *burst(30)), after(200))
    assert (streak.verdict, streak.since, streak.fails) == (Verdict.UNKNOWN, after(200), 0)
    assert fed(streak, *burst(23, begin=300)).since == after(300)
    assert fed(streak, good(at=after(300))).since == after(300)


def test_a_reading_from_the_future_is_taken_as_of_now() -> None:
    streak = judge(CALM, good(at=after(900)), FAST, after(100))
    assert streak.last_ok == after(100)


@pytest.mark.parametrize("check", [FAST, SLOW])
def test_a_clock_that_was_set_back_makes_nobody_deaf(check: Check) -> None:
    ahead = fed(Streak(check.slug), *[good(at=after(3600 + n)) for n in range(3)], check=check)
    interval = 0.075 if check is FAST else 60.0
    readings = [bad(at=after(10 + n * interval)) for n in range(25)]
    assert fed(ahead, *readings, check=check).verdict is Verdict.FAILED


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 0.2)), max_size=200))
def test_whatever_comes_counts_are_sound(outcomes: list[tuple[bool, float]]) -> None:
    streak, at = CALM, 100.0
    for ok, pause in outcomes:
        at += pause
        old, streak = streak, fed(streak, good(at=after(at)) if ok else bad(at=after(at)))
        assert (streak.failed_at is not None) == (streak.fails > 0)
        assert len(streak.recent) <= 128
        if streak.verdict is Verdict.FAILED:
            assert streak.since is not None
            assert streak.since == streak.failed_at
        if old.verdict is Verdict.FAILED and streak.verdict is Verdict.OK:
            assert streak.since is not None
            assert old.since is not None
            assert streak.since > old.since


def test_random_loss_of_both_ways_never_looks_like_a_failure() -> None:
    chance = random.Random(3)
    streak = CALM
    for n in range(100_000):
        at = after(100 + n * 0.075)
        streak = judge(streak, bad(at=at) if chance.random() < 0.36 else good(at=at), FAST, at)
        assert streak.verdict is not Verdict.FAILED


def test_a_reach_check_without_a_burst_is_confirmed_by_few_failures() -> None:
    check = a_check(collector="tcp", interval=10.0, verify=Verify(spacing=1.0, probes=3))
    streak = judge(Streak(check.slug), good(check.slug), check, DAWN)
    verdicts = []
    for second in (10, 14, 18):
        at = DAWN + timedelta(seconds=second)
        streak = judge(streak, bad(check.slug, at), check, at)
        verdicts.append(streak.verdict)
    assert verdicts == [Verdict.SUSPECT, Verdict.SUSPECT, Verdict.FAILED]
    assert streak.since == DAWN + timedelta(seconds=10)
