"""What do we know of a target right now, apart from where it stands?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypedDict

from alerts.judge import is_fast, is_lossy
from core.reading import Reading
from core.status import Streak, TargetState, Verdict
from core.watching import Check

_GOOD = frozenset({Verdict.OK, Verdict.LOSSY})
# How surely a verdict speaks of life when a target has several reach checks.
_LIFE = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.SUSPECT, Verdict.LOSSY, Verdict.OK)
_SLACK = 0.3  # seconds between a loss and our hearing of it


@dataclass(frozen=True, slots=True)
class Fact:
    """The reach of one target, and what its other checks say."""

    verdict: Verdict = Verdict.UNKNOWN
    since: datetime | None = None
    failed_at: datetime | None = None  # first of the present run of failures
    unasked_since: datetime | None = None  # before that, if we had no turn just then
    last_failed: datetime | None = None
    last_ok: datetime | None = None
    alive_since: datetime | None = None  # of one that answers: since it last came back
    returned_at: datetime | None = None  # first good probe after the latest loss, if any
    confirmed_at: datetime | None = None  # when we decided that it failed, or came back
    kind: str = ""  # of the failure
    detail: str = ""
    degraded: str = ""  # what another check says, "" = nothing
    degraded_since: datetime | None = None  # its first failed observation
    well_since: datetime | None = None  # since when the last of the other checks is good again
    lossy: bool = False  # it loses packets, though it may just now be under suspicion
    interval: float = 60.0
    heard_within: float | None = None  # seconds after which silence is known; None: not swept

    @property
    def fell_at(self) -> datetime | None:
        """Return the earliest instant at which it may have fallen silent."""
        return self.unasked_since or self.failed_at

    @property
    def good(self) -> bool:
        """Say whether it answers."""
        return self.verdict in _GOOD

    def stands_as(self, old: "Fact") -> bool:
        """Say whether a target that was up is so still, by itself: only heard of later."""
        return (self.verdict, self.since, self.degraded) == (old.verdict, old.since, old.degraded)

    def answers_at(self, since: datetime, now: datetime) -> bool:
        """Say whether it has answered since then.

        A swept target whose losses would have been heard of by now, and were not, answers.
        """
        if not self.good:
            return False
        if self.last_ok is not None and self.last_ok >= since:
            return True
        return self.heard_within is not None and now - since >= timedelta(seconds=self.heard_within)


NOTHING = Fact()


@dataclass(frozen=True, slots=True)
class Port:
    """What the near device says of a link's port (IF-MIB ifOperStatus, ifAdminStatus)."""

    at: datetime  # of the observation
    up: bool
    enabled: bool = True
    since: datetime | None = None  # first observation of it being so
    changed_at: datetime | None = None  # when it was seen to have changed; None: it never was
    shut_at: datetime | None = None  # first observation of it being shut on purpose
    overtaken: bool = False  # something has come back since that makes the word an old one


class Lapse(NamedTuple):
    """A while during which our process had no turn: nothing was sent, nor heard."""

    begin: datetime
    end: datetime


class Beyond(NamedTuple):
    """A target is beyond a threshold: since when, and by which rule."""

    since: datetime
    rule: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known now. `before` is how every target was held to be until now."""

    targets: Mapping[str, Fact] = field(default_factory=dict)
    ports: Mapping[str, Port] = field(default_factory=dict)  # by link
    before: Mapping[str, TargetState] = field(default_factory=dict)
    beyond: Mapping[str, Beyond] = field(default_factory=dict)
    calmed: Mapping[str, datetime] = field(default_factory=dict)  # since when no longer beyond
    listening: datetime | None = None  # since when we hear at all; what is older is remembered


def fact_of(
    reach: Iterable[tuple[Check, Streak]],
    others: Iterable[tuple[Check, Streak]],
) -> Fact:
    """Return what the streaks of one target's checks say together.

    `alive_since` and `confirmed_at` are for the caller to carry on from fact to fact (`follow`).
    """
    pairs = tuple(reach)
    others = tuple(others)
    if not pairs:
        return _without_reach(others)
    check, best = max(pairs, key=lambda pair: _LIFE.index(pair[1].verdict))
    seen = [s.last_ok for _, s in pairs if s.last_ok is not None]
    failing = best.verdict in {Verdict.FAILED, Verdict.SUSPECT}
    return Fact(
        verdict=best.verdict,
        since=best.since,
        failed_at=best.failed_at,
        last_failed=best.last_at if failing else None,
        last_ok=max(seen) if seen else None,
        alive_since=best.since,
        returned_at=best.good_at,
        kind=best.detail.partition(":")[0] if failing else "",
        detail=best.detail,
        **_beside(best, others),
        lossy=best.verdict is Verdict.LOSSY or _was_lossy(best),
        interval=check.interval,
        heard_within=check.interval + min(check.timeout, 1.0) + _SLACK if is_fast(check) else None,
    )


def follow(old: Fact, new: Fact, lapses: Sequence[Lapse], now: datetime) -> Fact:
    """Return the new fact with what the old one knew of its history.

    A suspicion that was cleared, or loss that began, is no return from the dead. Whoever fell
    silent as we came back from a lapse may have been so since that began.
    """
    if new.failed_at is not None:
        known = new.failed_at == old.failed_at and old.unasked_since is not None
        unasked = old.unasked_since if known else _unasked(new.failed_at, new.interval, lapses)
        new = replace(new, unasked_since=unasked)
    if new.good:
        lives_on = old.good or (old.verdict is Verdict.SUSPECT and old.alive_since is not None)
        if lives_on:
            return replace(new, alive_since=old.alive_since, confirmed_at=old.confirmed_at)
        return replace(new, alive_since=new.since, confirmed_at=now)
    if new.verdict is Verdict.SUSPECT:
        alive = old.alive_since if old.verdict is not Verdict.FAILED else None
        return replace(new, alive_since=alive, confirmed_at=old.confirmed_at)
    at = old.confirmed_at if old.verdict is new.verdict else now
    return replace(new, alive_since=None, confirmed_at=at)


def _unasked(failed_at: datetime, interval: float, lapses: Sequence[Lapse]) -> datetime | None:
    """Return since when nobody had asked a target that then fell silent; None: it was asked."""
    turns = timedelta(seconds=interval)  # so much of the time between lapses need not hold a look
    since = failed_at
    for begin, end in reversed(lapses):
        turns -= max(since - end, timedelta(0))
        if turns < timedelta(0):
            break
        since = min(since, begin)
    return since if since < failed_at else None


def _without_reach(others: tuple[tuple[Check, Streak], ...]) -> Fact:
    """Return the fact of a target that only other checks look at: any answer is life."""
    good = [s for _, s in others if s.verdict is Verdict.OK]
    if not good:
        return NOTHING
    first = min(good, key=lambda s: (s.since is None, s.since))
    return Fact(
        verdict=Verdict.OK,
        since=first.since,
        last_ok=max(s.last_ok for s in good if s.last_ok is not None),
        alive_since=first.since,
        **_beside(first, others),
    )


def _was_lossy(reach: Streak) -> bool:
    return reach.verdict is Verdict.SUSPECT and is_lossy(reach.loss, already=True)


class _Beside(TypedDict):
    degraded: str
    degraded_since: datetime | None
    well_since: datetime | None


def _beside(reach: Streak, others: tuple[tuple[Check, Streak], ...]) -> _Beside:
    """Return which other check fails, and since when; else since when all of them are good.

    Failures from before the target came back do not count.
    """
    found = _Beside(degraded="", degraded_since=None, well_since=None)
    if reach.verdict is Verdict.LOSSY:
        return found | {"degraded": reach.detail, "degraded_since": reach.since}
    if reach.verdict is not Verdict.OK or reach.since is None:
        return found
    for check, streak in others:
        fresh = streak.last_at is not None and streak.last_at > reach.since + timedelta(seconds=1)
        if streak.verdict is Verdict.FAILED and fresh:
            said = f"{check.collector}: {streak.detail}"
            since = max(streak.since or reach.since, reach.since)
            return found | {"degraded": said, "degraded_since": since}
    good = [s.since for _, s in others if s.verdict is Verdict.OK and s.since is not None]
    return found | {"well_since": max(good, default=None)}


def ports_in(
    reading: Reading, links: Mapping[str, str], known: Mapping[str, Port]
) -> dict[str, Port]:
    """Return what a reading of an interface table says of ports that carry links.

    `links`: ifName → link slug. Status 1 is up and 2 down (RFC 2863); of the others only
    lowerLayerDown (7) and notPresent (6) say that nothing passes.
    """
    oper: dict[str, float] = {}
    admin: dict[str, float] = {}
    for series, value in reading.samples:
        table = {"ifOperStatus": oper, "ifAdminStatus": admin}.get(series.name)
        if table is None:
            continue
        name = next((v for k, v in series.labels if k == "ifName"), "")
        if name in links:
            table[links[name]] = value
    return {
        link: _port(reading.at, status, admin.get(link, 1.0), known.get(link))
        for link, status in oper.items()
    }


def _port(at: datetime, oper: float, admin: float, known: Port | None) -> Port:
    enabled = admin != 2.0  # noqa: PLR2004  (ifAdminStatus down)
    up = enabled and oper not in {2.0, 6.0, 7.0}
    again = known is not None and known.overtaken and not up  # it carried meanwhile
    still_shut = known is not None and not known.enabled and not again
    shut_at = None if enabled else known.shut_at if known is not None and still_shut else at
    if known is not None and known.up == up:
        since = at if again else known.since
        return replace(known, at=at, enabled=enabled, since=since, shut_at=shut_at, overtaken=False)
    changed_at = at if known is not None else None
    return Port(at, up, enabled, since=at, changed_at=changed_at, shut_at=shut_at)
