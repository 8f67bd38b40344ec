"""What does one more reading say about a check? Pure: (streak, reading, check, now) → streak.

A reach check that is probed fast (`Check.verify`) is confirmed by a sequential test; every
other check by k of n runs (`Check.confirm`). See DESIGN §5.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from core.losses import LEAST_LOSS, needed, proven
from core.reading import FailureKind, Reading
from core.status import Streak, Verdict
from core.watching import MISS_GRACE, Check

SELDOM = 1e-6  # losses in a row that chance brings less often were a short outage
RECOVERED = 3  # consecutive good probes
LOSSY_FROM = 0.05
LOSSY_UNTIL = 0.02
SUMMARY_PERIOD = 30.0  # seconds; see core.collector.Sweep
SUMMARY_PATIENCE = 95.0  # seconds without a summary: three of them are missing
REMEMBERED = 128  # outcomes
_ENOUGH = 20  # outcomes that make a share
_OURS = frozenset({FailureKind.LOCAL, FailureKind.BUG})
_FORGET = timedelta(seconds=SUMMARY_PERIOD)


def judge(streak: Streak, reading: Reading, check: Check, now: datetime) -> Streak:
    """Return what is held of the check after one more reading; never later than `now`.

    A failure of our own (no permission, a broken collector) is not an observation: the check
    stays as it was and becomes unknown when nothing else comes (`overdue`).
    """
    failure = reading.failure
    at = min(reading.at, now)
    if streak.last_at is not None and streak.last_at > now:
        streak = _set_back(streak, now)
    if failure is not None and failure.kind in _OURS:
        return replace(streak, detail=_said(reading))
    if not is_fast(check):
        return _run(streak, reading, check, min(_known_at(reading), now))
    if reading.loss is None:
        if failure is not None:
            return _missed(streak, reading, at)
        return _good(streak, at, came=min(_known_at(reading), now))
    return _summary(streak, reading, reading.loss, at)


def _known_at(reading: Reading) -> datetime:
    """Return when what a look found was so: an answer when it came.

    A connection that is begun during a cut goes through when the cut is over, and so does a probe
    that our own machine kept back while it looked for its neighbour (ARP).
    """
    late = reading.duration if reading.ok and reading.duration is not None else 0.0
    return reading.at + timedelta(seconds=late)


def overdue(streak: Streak, check: Check, now: datetime) -> Streak:
    """Return the streak, unknown since its last reading if none came for too long."""
    if streak.verdict is Verdict.UNKNOWN or streak.last_at is None:
        return streak
    if now - streak.last_at <= timedelta(seconds=patience(check)) + MISS_GRACE:
        return streak
    return forgotten(streak, streak.last_at)


def forgotten(streak: Streak, since: datetime) -> Streak:
    """Return the streak of a check that nobody has looked at since then."""
    return Streak(
        check=streak.check,
        since=since,
        last_ok=streak.last_ok,
        last_at=streak.last_at,
        loss=streak.loss,
        detail=streak.detail,
    )


def is_fast(check: Check) -> bool:
    """Say whether a burst on suspicion brings enough probes for the sequential test."""
    return check.reach and check.verify is not None and check.verify.probes >= _FEWEST


def patience(check: Check) -> float:
    """Return the seconds without a reading after which the check is unknown."""
    missed = check.interval * check.confirm.missed
    return max(missed, SUMMARY_PATIENCE) if is_fast(check) else missed + check.timeout


_FEWEST = needed(LEAST_LOSS)


def recent_loss(streak: Streak) -> float:
    """Return the share of probes lost before the present run of failures, 0…1."""
    before = _before_this_run(streak)
    share = before.count("0") / len(before) if len(before) >= _ENOUGH else 0.0
    return max(streak.loss, share)


def _without_short_outage(streak: Streak) -> str:
    """Return the outcomes before a suspicion that has just been cleared, or all of them.

    Losses in a row that hardly ever come by chance were a short outage, and no more a measure of
    the line's loss than a long one: else the next outage would have to last for a minute.
    """
    by_chance = max(recent_loss(streak), LEAST_LOSS) ** streak.fails
    return _before_this_run(streak) if by_chance < SELDOM else streak.recent


def _before_this_run(streak: Streak) -> str:
    return streak.recent[: max(0, len(streak.recent) - max(0, streak.fails - 1))]


def is_lossy(loss: float, *, already: bool) -> bool:
    """Say whether a line that answers loses too much; it must mend further than it fell."""
    return loss >= (LOSSY_UNTIL if already else LOSSY_FROM)


def _said(reading: Reading) -> str:
    failure = reading.failure
    return "" if failure is None else f"{failure.kind}: {failure.detail}"


def _lost() -> str:
    """Return what stays true for as long as the line is lossy: the share itself moves."""
    return f"≥ {LOSSY_FROM:.0%}"


def _set_back(streak: Streak, now: datetime) -> Streak:
    """Return the streak as of now: the clock was set back, and nothing may lie in the future."""

    def past(at: datetime | None) -> datetime | None:
        return min(at, now) if at is not None else None

    before = now - timedelta(seconds=1)
    return replace(
        streak,
        since=past(streak.since),
        failed_at=past(streak.failed_at),
        good_at=past(streak.good_at),
        last_ok=min(streak.last_ok, before) if streak.last_ok is not None else None,
        last_at=before,
    )


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or other > one else one


def _noted(recent: str, outcome: str) -> str:
    return (recent + outcome)[-REMEMBERED:]


def _good(streak: Streak, at: datetime, count: int = 1, *, came: datetime | None = None) -> Streak:
    """Take in answers to what was asked `at`; a recovery is dated by when the first came."""
    last_ok, last_at = _later(streak.last_ok, at), _later(streak.last_at, at)
    if streak.failed_at is not None and at < streak.failed_at:
        # a slow reply to a probe sent before the first loss
        return replace(streak, last_ok=last_ok, last_at=last_at)
    if streak.verdict is Verdict.FAILED:
        goods, good_at = streak.goods + count, streak.good_at or came or at
        if goods < RECOVERED:
            return replace(streak, goods=goods, good_at=good_at, last_ok=last_ok, last_at=last_at)
        # the losses of an outage are no measure of the line's loss
        return Streak(
            check=streak.check,
            verdict=Verdict.OK,
            since=good_at,
            good_at=good_at,
            last_ok=last_ok,
            last_at=last_at,
        )
    cleared = streak.verdict in {Verdict.SUSPECT, Verdict.UNKNOWN}
    lossy = is_lossy(streak.loss, already=streak.verdict is Verdict.LOSSY)
    return Streak(
        check=streak.check,
        verdict=Verdict.LOSSY if lossy else Verdict.OK,
        since=at if streak.since is None or streak.verdict is Verdict.UNKNOWN else streak.since,
        good_at=at if cleared or streak.good_at is None else streak.good_at,
        last_ok=last_ok,
        last_at=last_at,
        recent=_noted(_without_short_outage(streak), "1" * count),
        loss=streak.loss,
        detail=_lost() if lossy else "",
    )


def _missed(streak: Streak, reading: Reading, at: datetime) -> Streak:
    last_at = _later(streak.last_at, at)
    if streak.last_ok is not None and at <= streak.last_ok:
        # it was lost before a later probe was answered: loss, not silence
        return replace(streak, recent=_noted(streak.recent, "0"), last_at=last_at)
    if streak.verdict is Verdict.FAILED:
        return replace(
            streak,
            fails=streak.fails + 1,
            goods=0,
            good_at=None,
            last_at=last_at,
            detail=_said(reading),
        )
    old = streak.good_at is not None and at - streak.good_at > _FORGET
    recent = "" if streak.fails == 0 and old else streak.recent
    if streak.fails:
        # the first was not asked about: only what a suspicion asks is an even sample
        recent = _noted(recent, "0")
    suspect = replace(
        streak,
        verdict=Verdict.SUSPECT,
        since=None if streak.verdict is Verdict.UNKNOWN else streak.since,
        fails=streak.fails + 1,
        goods=0,
        failed_at=at if streak.failed_at is None else min(at, streak.failed_at),
        last_at=last_at,
        recent=recent,
        detail=_said(reading),
    )
    if not _proven(suspect):
        return suspect
    return replace(suspect, verdict=Verdict.FAILED, since=suspect.failed_at, good_at=None)


def _proven(streak: Streak) -> bool:
    if streak.failed_at is None or streak.last_at is None:
        return False
    return proven(streak.fails, streak.last_at - streak.failed_at, recent_loss(streak))


def _summary(streak: Streak, reading: Reading, loss: float, at: datetime) -> Streak:
    """Take in a window of probes, of which the youngest settled one was sent at `at`.

    Around a loss the probes are also told one by one; then the window adds its share of loss
    alone. A window without any loss is proof enough of a recovery that nobody told.
    """
    last_at = _later(streak.last_at, at)
    if loss >= 1.0:
        if streak.failed_at is not None and streak.last_at is not None and at <= streak.last_at:
            return streak  # of a miss that has been told
        return _missed(streak, reading, at)
    if streak.failed_at is not None and loss == 0.0:
        return replace(_good(streak, at, RECOVERED), last_at=last_at)
    fresh = streak.since is None or streak.verdict is Verdict.UNKNOWN
    began = at if fresh or streak.since is None else streak.since
    level = streak.loss
    if not fresh and at - began > timedelta(seconds=SUMMARY_PERIOD + 5):
        level = (streak.loss + loss) / 2  # not of a window that an outage or our start lies in
    if streak.failed_at is not None or not reading.ok:
        return replace(streak, last_at=last_at, loss=level)
    lossy = is_lossy(level, already=streak.verdict is Verdict.LOSSY)
    verdict = Verdict.LOSSY if lossy else Verdict.OK
    return replace(
        streak,
        verdict=verdict,
        since=began if fresh or verdict is streak.verdict else at,
        good_at=streak.good_at or at,
        last_ok=_later(streak.last_ok, at),
        last_at=last_at,
        loss=level,
        detail=_lost() if lossy else "",
    )


def _run(streak: Streak, reading: Reading, check: Check, at: datetime) -> Streak:
    if streak.last_at is not None and at <= streak.last_at:
        return streak
    if reading.ok:
        begins = streak.verdict is not Verdict.OK and streak.verdict is not Verdict.SUSPECT
        return Streak(
            check=streak.check,
            verdict=Verdict.OK,
            since=at if begins or streak.since is None else streak.since,
            good_at=at if streak.fails or streak.good_at is None else streak.good_at,
            last_ok=at,
            last_at=at,
            recent=_noted(streak.recent, "1"),
            loss=streak.loss,
        )
    recent = _noted(streak.recent, "0")
    failed_at = streak.failed_at or at
    failed = (
        streak.verdict is Verdict.FAILED
        or recent[-check.confirm.window :].count("0") >= check.confirm.failures
    )
    before = None if streak.verdict is Verdict.UNKNOWN else streak.since
    return replace(
        streak,
        verdict=Verdict.FAILED if failed else Verdict.SUSPECT,
        since=failed_at if failed else before,
        fails=streak.fails + 1,
        goods=0,
        failed_at=failed_at,
        good_at=None,
        last_at=at,
        recent=recent,
        detail=_said(reading),
    )
