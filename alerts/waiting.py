"""How long to wait before a failure is explained? As short as the first message can be true.

Every method returns an instant that lies ahead, or None when there is nothing to wait for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.facts import NOTHING, Fact, Facts
from alerts.places import HIDING, Places
from alerts.topology import Topology
from core.status import Status, Verdict

PATIENCE = timedelta(seconds=3)  # the longest wait for what stands above a failed target
SLOW_PATIENCE = timedelta(seconds=12)  # for three connections, or many probes, unanswered
VERIFY_ROUND = timedelta(seconds=3)  # after a recovery: so long may what lay behind take
_ON_ITS_WAY = timedelta(seconds=1)  # so long may an answer be, at most
_SURE_OF_LIFE = timedelta(seconds=1)  # so soon do more answers follow a first one
_STILL_DEAD = timedelta(seconds=10)  # a swept target that is still dead has said so by then


def _patience(other: Fact, failed_at: datetime) -> timedelta:
    """Return how long what stands above may take to be settled.

    Longer where nothing sweeps it; or where it has been silent for as long, on a line that loses so
    much that more silence is wanted as a proof.
    """
    if other.heard_within is not None:
        silent = other.last_ok is None or other.last_ok < failed_at
        return SLOW_PATIENCE if other.verdict is Verdict.SUSPECT and silent else PATIENCE
    return PATIENCE + min(timedelta(seconds=other.interval), SLOW_PATIENCE)


def _may_have_missed(other: Fact, failed_at: datetime) -> bool:
    """Say whether a target answers again that was cut off, and was not asked meanwhile.

    Had it been asked in vain it would have been seen to fail; so long as a look may take.
    """
    unseen = timedelta(seconds=other.interval) + SLOW_PATIENCE
    return other.last_ok is not None and failed_at < other.last_ok <= failed_at + unseen


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the facts of a walk leave to wait for."""

    topology: Topology
    facts: Facts
    places: Places
    now: datetime

    def fact(self, slug: str) -> Fact:
        """Return what is known of a target."""
        return self.facts.targets.get(slug, NOTHING)

    def for_above(self, fact: Fact, live: Iterable[str]) -> datetime | None:
        """Return until when to wait for what stands above; None when all of it is settled."""
        failed_at = fact.failed_at or self.now
        confirmed = fact.confirmed_at or self.now
        return self._latest(self._for_one(up, fact, failed_at, confirmed) for up in live)

    def _for_one(
        self, up: str, fact: Fact, failed_at: datetime, confirmed: datetime
    ) -> datetime | None:
        if self.places[up].until is not None:
            return self.places[up].until
        above = self.topology.near(up) if self.topology.is_link(up) else up
        back = self._line_back(up)
        if back is not None and back > failed_at:
            due = self.one_round(fact, back, back)
            if due is not None:
                return due
        return self._for_device(self.fact(above), fact, failed_at, confirmed) if above else None

    def _for_device(
        self, other: Fact, fact: Fact, failed_at: datetime, confirmed: datetime
    ) -> datetime | None:
        """Return until when what is known of the device above may yet explain a failure."""
        # it may hesitate again as soon as it is back, on a line that loses packets
        if other.alive_since is not None and other.alive_since > failed_at:
            came_back = max(other.alive_since, other.confirmed_at or other.alive_since)
            return self.one_round(fact, other.alive_since, came_back)
        returned = other.returned_at if other.good and not other.lossy else None
        if returned is not None and returned > failed_at:
            # it was silent too, though for too short a while to be sure of it
            due = self.one_round(fact, returned, returned)
            return min(due, confirmed + PATIENCE) if due is not None else None
        if other.good and other.last_ok is not None and other.last_ok >= failed_at:
            return None
        return confirmed + _patience(other, failed_at) if other is not NOTHING else None

    def _line_back(self, up: str) -> datetime | None:
        """Return since when a line carries again, as far as it or its port says so itself."""
        if not self.topology.is_link(up):
            return None
        port = self.facts.ports.get(up)
        own = self.fact(up).alive_since
        return own or (port.changed_at if port is not None and port.up else None)

    def one_round(self, fact: Fact, since: datetime, heard: datetime) -> datetime | None:
        """Return until when a failed target may yet follow one that has just come back."""
        settled = heard + VERIFY_ROUND
        if self.now < settled:
            return settled
        # Whoever is asked each second may lose the first answers, or be on its way: it is still
        # dead when it was silent for the whole round.
        proof = since + VERIFY_ROUND if fact.heard_within is not None else since
        answered = fact.last_ok is not None and fact.last_ok >= since
        if answered or fact.last_failed is None or fact.last_failed < proof:
            return settled + max(_STILL_DEAD, timedelta(seconds=2 * fact.interval))
        return None

    def for_more_answers(self, slug: str, fact: Fact) -> datetime | None:
        """Return until when it is known whether a target whose answers have just begun is back."""
        before = self.facts.before.get(slug)
        if fact.returned_at is None or (before is not None and before.status in HIDING):
            return None  # what is held to be lost stays so until it is surely back
        due = fact.returned_at + _SURE_OF_LIFE
        return due if due > self.now else None

    def for_beside(self, slug: str, fact: Fact) -> datetime | None:
        """Return until when to wait for the others that stand beside the vantage."""
        failed_at = fact.failed_at or self.now
        others = [self.fact(other) for other in self.topology.starts if other != slug]
        return self._latest(self._for_other(fact, other, failed_at) for other in others)

    def _for_other(self, fact: Fact, other: Fact, failed_at: datetime) -> datetime | None:
        bound = (fact.confirmed_at or self.now) + PATIENCE
        if other.verdict is Verdict.SUSPECT:
            return bound
        if other.good and other.alive_since is not None and other.alive_since > failed_at:
            came_back = max(other.alive_since, other.confirmed_at or other.alive_since)
            return self.one_round(fact, other.alive_since, came_back)
        if other.heard_within is None or not other.good or other.answers_at(failed_at, self.now):
            return None
        return min(bound, failed_at + timedelta(seconds=other.heard_within))

    def _witnesses(self, slug: str) -> Iterator[Fact]:
        """Yield the facts of whatever stands at the site of a device or hangs on it alone."""
        site = self.topology.site_of(slug)
        beside = self.topology.by_site.get(site.slug, ()) if site is not None else ()
        for other in {*self.topology.behind(slug), *beside} - {slug}:
            fact = self.facts.targets.get(other)
            if fact is not None:
                yield fact
        yield from self._lines(slug)

    def _lines(self, slug: str) -> Iterator[Fact]:
        """Yield the facts of the lines to a device that have addresses of their own."""
        for up in self.topology.uplinks[slug]:
            if self.topology.is_link(up) and (fact := self.facts.targets.get(up)) is not None:
                yield fact

    def for_verdict(self, device: str, since: datetime) -> datetime | None:
        """Return until when a device may yet be found silent that lost its lines at an instant."""
        fact = self.fact(device)
        if fact.verdict is Verdict.SUSPECT:
            due = (fact.failed_at or since) + PATIENCE
        elif fact.good and not fact.answers_at(since, self.now):
            due = since + timedelta(seconds=fact.heard_within or 0.0)
        else:
            return None
        return due if due > self.now else None

    def for_signs_of_life(self, slug: str, fact: Fact) -> datetime | None:
        """Return when it is known whether anything at or behind a device answers."""
        failed_at = fact.failed_at or self.now
        bound = (fact.confirmed_at or self.now) + PATIENCE
        due: list[datetime | None] = []
        lost = self._was_lost(slug)
        unasked: list[datetime] = []
        for other in self._witnesses(slug):
            if not other.good:
                continue
            if other.returned_at is not None and other.returned_at > failed_at:
                # it was silent too: most likely all of it is coming back
                due.append(self.one_round(fact, other.returned_at, other.returned_at))
            elif lost and other.last_ok is not None and _may_have_missed(other, failed_at):
                unasked.append(other.last_ok)
            elif other.heard_within is not None:
                due.append(min(failed_at + timedelta(seconds=other.heard_within), bound))
        if unasked:
            # Nobody asked them while their line was cut: they may only be the first to be back.
            # The earliest counts, since among many there is always one that has just answered.
            first = min(unasked)
            due.append(self.one_round(fact, first, first))
        return self._latest(due)

    def _was_lost(self, slug: str) -> bool:
        """Say whether a target is held to be lost with another one until now."""
        before = self.facts.before.get(slug)
        return before is not None and before.status is Status.UNREACHABLE

    def something_answers(self, slug: str, fact: Fact) -> bool:
        """Say whether anything at or behind a device answers.

        What nobody sweeps is dated by when its answer came: that may have been on its way already
        when the first probe of the sweep was lost.
        """
        failed_at = fact.failed_at or self.now
        surely = failed_at + _ON_ITS_WAY if fact.heard_within is not None else failed_at
        return any(
            other.answers_at(surely if other.heard_within is None else failed_at, self.now)
            for other in self._witnesses(slug)
        )

    def only_the_line_answers(self, slug: str, fact: Fact) -> bool:
        """Say whether a site is dark, and the carrier's box at it still answers.

        Then its mains have failed, most likely. One device alone says nothing of them.
        """
        site = self.topology.site_of(slug)
        if (
            self.topology.is_link(slug)
            or site is None
            or slug not in self.topology.heads(site.slug)
        ):
            return False
        failed_at = fact.failed_at or self.now
        beside = [self.fact(m) for m in self.topology.by_site.get(site.slug, ()) if m != slug]
        beside = [other for other in beside if other is not NOTHING]
        return (
            bool(beside)
            and not any(other.answers_at(failed_at, self.now) for other in beside)
            and any(line.answers_at(failed_at, self.now) for line in self._lines(slug))
        )

    def for_word_from(self, fact: Fact, other: Fact, failed_at: datetime) -> datetime | None:
        """Return until when the far device may yet fall silent, or its line come back, too."""
        if not other.good:
            return None
        if other.alive_since is not None and other.alive_since > failed_at:
            due = self.one_round(fact, other.alive_since, other.confirmed_at or self.now)
            return self._latest([due])
        if other.heard_within is None or other.answers_at(failed_at, self.now):
            return None
        return failed_at + timedelta(seconds=other.heard_within)

    def _latest(self, times: Iterable[datetime | None]) -> datetime | None:
        return max((t for t in times if t is not None and t > self.now), default=None)
