"""A channel rests after failures in a row, one message tries it, and an answer ends the rest."""

from datetime import UTC, datetime, timedelta

from alerts.breaker import FIRST_REST, IN_A_ROW, LONGEST_REST, Breaker

NOW = datetime(2026, 11, 22, 2, 13, tzinfo=UTC)


def resting() -> Breaker:
    """Return a breaker that has just opened."""
    breaker = Breaker()
    assert [breaker.failed("HTTP 500", NOW) for _ in range(IN_A_ROW)] == [
        *[False] * (IN_A_ROW - 1),
        True,
    ]
    return breaker


def test_failures_in_a_row_open_it_and_an_answer_between_them_does_not() -> None:
    breaker = Breaker()
    for _ in range(3):
        for _ in range(IN_A_ROW - 1):
            assert not breaker.failed("HTTP 500", NOW)
        assert not breaker.took()
    assert breaker.since is None
    assert resting().since == NOW


def test_each_trial_that_fails_makes_the_rest_longer_up_to_a_bound() -> None:
    breaker, now, rests = resting(), NOW, list[timedelta]()
    while not rests or rests[-1] < LONGEST_REST:
        assert breaker.again_at is not None
        rests.append(breaker.again_at - now)
        assert breaker.rests(breaker.again_at - timedelta(seconds=1))
        now = breaker.again_at
        assert not breaker.rests(now)
        breaker.tried(now)
        assert breaker.rests(now)  # for all others, while one tries
        assert not breaker.failed("HTTP 502", now)  # it is open already
    assert rests[0] == FIRST_REST
    assert rests == sorted(set(rests))
    assert breaker.why == "HTTP 502"
    assert breaker.since == NOW


def test_an_answer_ends_the_rest_and_forgets_the_failures() -> None:
    breaker = resting()
    breaker.tried(NOW + FIRST_REST)
    assert breaker.took()
    assert breaker == Breaker()


def test_what_will_not_pass_by_itself_rests_at_once_and_for_long() -> None:
    breaker = Breaker()
    assert breaker.failed("535 wrong password", NOW, broken=True)
    assert breaker.rests(NOW + LONGEST_REST - timedelta(seconds=1))


def test_a_clock_that_is_set_back_does_not_lengthen_a_rest() -> None:
    breaker = resting()
    breaker.set_back(timedelta(hours=7))
    assert not breaker.rests(NOW - timedelta(hours=7) + FIRST_REST)
