"""Which of the things that fell silent is the cause, and what did it take with it?

Pure: (topology, facts, now) → View. Targets are walked from the vantage outwards, so that
whatever stands above a target is settled before it. DESIGN §5.2; the order of arrival of facts
does not matter, because nothing here remembers anything but `Facts.before`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.facts import NOTHING, Fact, Facts, Port
from alerts.topology import Topology, expected_since
from core.status import Status, TargetState, Verdict

PATIENCE = timedelta(seconds=3)  # the longest wait for what stands above a failed target
VERIFY_ROUND = timedelta(seconds=3)  # after a recovery: so long may what lay behind take
_STILL_DEAD = timedelta(seconds=10)  # a swept target that is still dead has said so by then
_INDEPENDENT = 60.0  # seconds; a target that failed so long before its parent failed by itself
_TOGETHER = timedelta(seconds=10)  # two silences that begin so close are one
_HIDING = frozenset({Status.DOWN, Status.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Root:
    """A failed target with a live path: the cause of `members`, itself included (it is first)."""

    target: str
    since: datetime
    cause: str  # named: silence, refused, port_down, port_admin_down, port_up_silent
    detail: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What the facts amount to.

    `states` holds the targets whose status or cause differs from `Facts.before`; `roots` every
    present root; `waiting_until` when to ask again though nothing new has been heard.
    """

    states: dict[str, TargetState]
    roots: dict[str, Root]
    waiting_until: datetime | None = None


def resolve(topology: Topology, facts: Facts, now: datetime) -> View:
    """Return statuses and roots that follow from the facts."""
    return _Walk(topology, facts, now).view()


@dataclass(slots=True)
class _Place:
    """How one target stands in this walk."""

    status: Status | None = None  # None: held as it was
    passing: bool = True  # lets through what lies behind
    until: datetime | None = None  # failed, and waiting so long for what stands above
    root: str | None = None
    since: datetime | None = None
    reason: str = ""
    detail: str = ""


@dataclass(slots=True)
class _Walk:
    topology: Topology
    facts: Facts
    now: datetime
    places: dict[str, _Place] = field(default_factory=dict)
    begun: dict[str, datetime] = field(default_factory=dict)  # roots, and since when
    named: dict[str, tuple[str, str]] = field(default_factory=dict)  # roots: cause, detail
    deadlines: list[datetime] = field(default_factory=list)

    def view(self) -> View:
        for slug in self.topology.order:
            if self.topology.is_link(slug):
                self._link(slug)
            else:
                self._device(slug)
        for slug in self.topology.links:
            self._settle_link(slug)
        for slug in self.topology.sites:
            self._site(slug)
        return View(
            states=dict(self._changes()),
            roots=self._roots(),
            waiting_until=min(self.deadlines, default=None),
        )

    # devices

    def _device(self, slug: str) -> None:
        fact = self.facts.targets.get(slug, NOTHING)
        ups = self.topology.uplinks[slug]
        live = [u for u in ups if self.places[u].passing]
        if ups and not live:
            self.places[slug] = self._cut_off(slug, fact)
        elif fact.verdict is Verdict.FAILED:
            self.places[slug] = self._failed(slug, fact, live)
        else:
            self.places[slug] = self._answering(slug, fact)

    def _answering(self, slug: str, fact: Fact) -> _Place:
        since = fact.since
        if fact.verdict is Verdict.UNKNOWN:
            return _Place(Status.UNKNOWN, since=since, reason="not_observed", detail=fact.detail)
        if fact.verdict is Verdict.SUSPECT:
            return _Place()
        if fact.degraded:
            reason = "losing_packets" if fact.verdict is Verdict.LOSSY else "check_failed"
            return _Place(Status.DEGRADED, since=since, reason=reason, detail=fact.degraded)
        return _Place(Status.UP, since=self._back_since(slug, since), reason="answers")

    def _back_since(self, slug: str, since: datetime | None) -> datetime | None:
        """Return since when a target that never failed itself is back: when its cause was."""
        before = self.facts.before.get(slug)
        if before is None or before.status is not Status.UNREACHABLE or since is None:
            return since
        if since > before.since:
            return since
        above = [self.places[a] for a in self.topology.nearest(slug)]
        return min((p.since for p in above if p.since and p.passing), default=since)

    def _cut_off(self, slug: str, fact: Fact) -> _Place:
        """Place a target none of whose uplinks lets anything through."""
        last = max(
            (self.places[u] for u in self.topology.uplinks[slug]),
            key=lambda p: (p.since is not None, p.since),
        )
        if last.root is None:  # whoever stands above is switched off as planned
            if fact.good and last.since and fact.answers_at(last.since, self.now):
                return self._answering(slug, fact)
            return _Place(Status.UNKNOWN, passing=False, since=last.since, reason="off_hours")
        begun = self.begun[last.root]
        if self._lives_on(fact, begun):
            return self._answering(slug, fact)
        if self._failed_alone(slug, fact, begun):
            return self._root(slug, fact, self.facts.before[slug].since)
        return _Place(
            Status.UNREACHABLE,
            passing=False,
            root=last.root,
            since=begun,
            reason="parent_failed",
        )

    def _lives_on(self, fact: Fact, begun: datetime) -> bool:
        """Say whether a target answers though nothing above it seems to let anything through."""
        if not fact.good:
            return False
        if fact.last_ok is not None and fact.last_ok >= begun:
            return True
        if fact.heard_within is None:
            return False
        # news of silence may be late in a storm; until then what was cut off counts as lost
        heard = begun + timedelta(seconds=fact.heard_within) + PATIENCE
        if heard > self.now:
            self.deadlines.append(heard)
            return False
        return True

    def _failed_alone(self, slug: str, fact: Fact, begun: datetime) -> bool:
        """Say whether a target was a root of its own long before what stands above failed."""
        before = self.facts.before.get(slug)
        if before is None or before.status is not Status.DOWN or fact.good:
            return False
        apart = timedelta(seconds=_INDEPENDENT + 2 * fact.interval)
        return before.since + apart < begun

    def _failed(self, slug: str, fact: Fact, live: list[str]) -> _Place:
        """Place a failed target with a live path, or with none above it at all."""
        if expected_since(self.topology.targets[slug].expected, self.now) is None:
            return _Place(Status.UNKNOWN, passing=False, since=fact.failed_at, reason="off_hours")
        deadline = self._deadline(fact, live) if live else self._beside(slug, fact)
        if deadline is not None:
            return self._wait(deadline)
        since = self._began(slug, fact, live)
        first = self._vantage_lost(slug, fact) if not live else slug
        if first != slug:
            return _Place(
                Status.UNREACHABLE, passing=False, root=first, since=since, reason="parent_failed"
            )
        link = self._to_blame(fact, live)
        if link is None:
            return self._root(slug, fact, since)
        waits = self._signs_of_life_due(slug, fact)
        if waits is not None:
            return self._wait(waits)
        if self._something_answers(slug, fact):
            return self._root(slug, fact, since)
        self.places[link] = self._root(link, fact, since)
        return _Place(
            Status.UNREACHABLE, passing=False, root=link, since=since, reason="parent_failed"
        )

    def _beside(self, slug: str, fact: Fact) -> datetime | None:
        """Return until when to wait for the others that stand beside the vantage."""
        failed_at = fact.failed_at or self.now
        bound = (fact.confirmed_at or self.now) + PATIENCE
        due = [self.now]
        for other in self.topology.starts:
            word = self.facts.targets.get(other, NOTHING)
            if other == slug or word.verdict in {Verdict.FAILED, Verdict.UNKNOWN}:
                continue
            if word.verdict is Verdict.SUSPECT:
                due.append(bound)
            elif word.heard_within is not None and not word.answers_at(failed_at, self.now):
                due.append(min(bound, failed_at + timedelta(seconds=word.heard_within)))
        return max(due) if max(due) > self.now else None

    def _vantage_lost(self, slug: str, fact: Fact) -> str:
        """Return who is to blame when all that stands beside the vantage fell silent at once.

        That is one trouble, most likely of our own connection: the first of them speaks for all.
        """
        facts = [self.facts.targets.get(other, NOTHING) for other in self.topology.starts]
        fell = [f.failed_at for f in facts if f.verdict is Verdict.FAILED and f.failed_at]
        if len(fell) < len(facts) or max(fell) - min(fell) > _TOGETHER or fact.failed_at is None:
            return slug
        return self.topology.starts[0]

    def _began(self, slug: str, fact: Fact, live: list[str]) -> datetime:
        """Return when it began to fail by itself: not before its path and its hours began."""
        failed_at = fact.failed_at or self.now
        above = [self._alive_since(up) for up in live]
        path = min((a for a in above if a is not None), default=failed_at)
        opened = expected_since(self.topology.targets[slug].expected, self.now)
        return max(failed_at, path, opened or failed_at)

    def _alive_since(self, up: str) -> datetime | None:
        """Return since when the device at or behind an uplink answers."""
        if self.topology.is_link(up):
            near = self.topology.near(up)
            if near is None:
                return None
            up = near
        fact = self.facts.targets.get(up, NOTHING)
        return fact.alive_since if fact.good else None

    def _wait(self, deadline: datetime) -> _Place:
        self.deadlines.append(deadline)
        return _Place(until=deadline)

    def _deadline(self, fact: Fact, live: list[str]) -> datetime | None:
        """Return until when to wait for what stands above; None when all of it is settled."""
        failed_at = fact.failed_at or self.now
        confirmed = fact.confirmed_at or self.now
        waits = [
            wait
            for up in live
            for wait in (self._wait_for(up, fact, failed_at, confirmed),)
            if wait is not None and wait > self.now
        ]
        return max(waits, default=None)

    def _wait_for(
        self, up: str, fact: Fact, failed_at: datetime, confirmed: datetime
    ) -> datetime | None:
        if self.places[up].until is not None:
            return self.places[up].until
        above = self.topology.near(up) if self.topology.is_link(up) else up
        if above is None:
            return None
        other = self.facts.targets.get(above, NOTHING)
        if other.good and other.alive_since is not None and other.alive_since > failed_at:
            came_back = max(other.alive_since, other.confirmed_at or other.alive_since)
            return self._one_round(fact, other.alive_since, came_back)
        if other.good and other.last_ok is not None and other.last_ok >= failed_at:
            return None
        return confirmed + PATIENCE if other is not NOTHING else None

    def _one_round(self, fact: Fact, since: datetime, heard: datetime) -> datetime | None:
        """Return until when a failed target may yet follow one that has just come back."""
        settled = heard + VERIFY_ROUND
        if self.now < settled:
            return settled
        if fact.last_failed is None or fact.last_failed < since:
            return settled + max(_STILL_DEAD, timedelta(seconds=2 * fact.interval))
        return None

    def _to_blame(self, fact: Fact, live: list[str]) -> str | None:
        """Return the link whose failure looks like this silence, or None for the target itself.

        A host that refuses was reached. A device with two lines that both begin at something
        alive is more likely dead itself than cut twice at once.
        """
        if fact.kind == "refused" or len(live) != 1 or not self.topology.is_link(live[0]):
            return None
        return live[0]

    def _witnesses(self, slug: str) -> Iterator[Fact]:
        """Yield the facts of whatever stands at the site of a device or hangs on it alone."""
        site = self.topology.site_of(slug)
        beside = self.topology.by_site.get(site.slug, ()) if site is not None else ()
        for other in {*self.topology.behind(slug), *beside} - {slug}:
            fact = self.facts.targets.get(other)
            if fact is not None:
                yield fact

    def _signs_of_life_due(self, slug: str, fact: Fact) -> datetime | None:
        """Return when it is known whether anything at or behind a device answers."""
        failed_at = fact.failed_at or self.now
        bound = (fact.confirmed_at or self.now) + PATIENCE
        due: list[datetime] = []
        for other in self._witnesses(slug):
            if not other.good:
                continue
            if other.returned_at is not None and other.returned_at > failed_at:
                # it was silent too: most likely all of it is coming back
                due.append(self._one_round(fact, other.returned_at, other.returned_at) or self.now)
            elif other.heard_within is not None:
                due.append(min(failed_at + timedelta(seconds=other.heard_within), bound))
        soon = max(due, default=self.now)
        return soon if soon > self.now else None

    def _something_answers(self, slug: str, fact: Fact) -> bool:
        failed_at = fact.failed_at or self.now
        return any(other.answers_at(failed_at, self.now) for other in self._witnesses(slug))

    # links

    def _link(self, slug: str) -> None:
        near = self.topology.near(slug)
        above = self.places[near] if near is not None else None
        fact = self.facts.targets.get(slug, NOTHING)
        if above is not None and not above.passing:
            self.places[slug] = self._cut_off(slug, fact)
        elif above is not None and above.until is not None:
            self.places[slug] = _Place(until=above.until)
        elif (port := self.facts.ports.get(slug)) is not None and not port.up:
            self.places[slug] = self._dead_port(slug, fact, port)
        elif fact.verdict is Verdict.FAILED:
            self.places[slug] = self._silent_line(slug, fact)
        else:
            self.places[slug] = _Place()

    def _silent_line(self, slug: str, fact: Fact) -> _Place:
        """Place a link with an address of its own that has fallen silent.

        Silence of the far device too is for that device to explain (`_failed`), unless the
        link was held down before.
        """
        failed_at = fact.failed_at or self.now
        deadline = self._deadline(fact, list(self.topology.uplinks[slug]))
        if deadline is not None:
            return self._wait(deadline)
        before = self.facts.before.get(slug)
        for user in self.topology.users[slug]:
            other = self.facts.targets.get(user, NOTHING)
            if other.verdict in {Verdict.SUSPECT, Verdict.FAILED}:
                fell = other.failed_at or self.now
                held = before is not None and before.status is Status.DOWN
                if not (held and before is not None and before.since + _TOGETHER < fell):
                    return _Place()
            wait = self._word_from(fact, other, failed_at)
            if wait is not None:
                return self._wait(wait)
            if other.good and len(self.topology.uplinks[user]) == 1:
                detail = fact.detail
                return _Place(
                    Status.DEGRADED, since=failed_at, reason="address_silent", detail=detail
                )
        return self._root(slug, fact, failed_at)

    def _word_from(self, fact: Fact, other: Fact, failed_at: datetime) -> datetime | None:
        """Return until when the far device may yet fall silent, or its line come back, too."""
        if not other.good:
            return None
        if other.alive_since is not None and other.alive_since > failed_at:
            return self._one_round(fact, other.alive_since, other.confirmed_at or self.now)
        if other.heard_within is None or other.answers_at(failed_at, self.now):
            return None
        return failed_at + timedelta(seconds=other.heard_within)

    def _dead_port(self, slug: str, fact: Fact, port: Port) -> _Place:
        """Place a link whose near port is down, unless its far side answers over it alone."""
        since = port.since or port.at
        users = [self.facts.targets.get(u, NOTHING) for u in self.topology.users[slug]]
        single = [
            other
            for u, other in zip(self.topology.users[slug], users, strict=True)
            if len(self.topology.uplinks[u]) == 1 and other.good
        ]
        for other in single:
            heard = port.at + timedelta(seconds=other.heard_within or 0.0)
            if self.now < heard:
                return self._wait(heard)
            if other.answers_at(port.at, self.now):
                return _Place()
        failing = [u.failed_at for u in users if u.failed_at is not None]
        return self._root(slug, fact, min([since, *failing]))

    def _settle_link(self, slug: str) -> None:
        """Say of a link that carries or seems to carry how it is, from what lies beyond it."""
        place = self.places[slug]
        if place.status is not None or place.until is not None:
            return
        users = [self.places[u] for u in self.topology.users[slug]]
        if any(u.until is not None for u in users):
            return
        facts = [self.facts.targets.get(u, NOTHING) for u in self.topology.users[slug]]
        own = self.facts.targets.get(slug, NOTHING)
        port = self.facts.ports.get(slug)
        good = [f for f in (own, *facts) if f.good]
        reserved = any(len(self.topology.uplinks[u]) > 1 for u in self.topology.users[slug])
        if not own.good and port is None and slug in self.topology.ported and reserved:
            # whether this line or the other carries is for the port to say
            self.places[slug] = _Place()
        elif good:
            self.places[slug] = self._carrying(slug, own, facts, good)
        elif (
            port is not None
            and port.up
            and all(f.failed_at is None or f.failed_at < port.at for f in facts)
        ):
            self.places[slug] = _Place(Status.UP, since=port.since, reason="port_up")
        elif any(f.verdict is Verdict.SUSPECT for f in facts):
            self.places[slug] = _Place()
        else:
            since = max((f.since for f in facts if f.since is not None), default=None)
            off = any(u.reason == "off_hours" for u in users)
            reason = "off_hours" if off else "far_silent" if since else "not_observed"
            self.places[slug] = _Place(Status.UNKNOWN, since=since, reason=reason)

    def _carrying(self, slug: str, own: Fact, facts: list[Fact], good: list[Fact]) -> _Place:
        since = min((f.since for f in good if f.since is not None), default=None)
        near = self.topology.near(slug)
        above = self.facts.targets.get(near, NOTHING) if near is not None else NOTHING
        lossy = [f for f in (own, *facts) if f.verdict is Verdict.LOSSY]
        if lossy and above.verdict is not Verdict.LOSSY:
            return _Place(
                Status.DEGRADED,
                since=lossy[0].since,
                reason="losing_packets",
                detail=lossy[0].detail,
            )
        return _Place(Status.UP, since=since, reason="carries")

    # roots

    def _root(self, slug: str, fact: Fact, since: datetime) -> _Place:
        cause, detail = self._cause(slug, fact, since)
        self.begun[slug] = since
        self.named[slug] = (cause, detail)
        return _Place(
            Status.DOWN,
            passing=False,
            root=slug,
            since=since,
            reason="port_down"
            if cause.startswith("port_") and cause != "port_up_silent"
            else "refused"
            if cause == "refused"
            else "confirmed_silence",
            detail=detail,
        )

    def _cause(self, slug: str, fact: Fact, since: datetime) -> tuple[str, str]:
        port = self.facts.ports.get(slug)
        if port is not None and not port.up:
            return ("port_down" if port.enabled else "port_admin_down"), fact.detail
        if port is not None and port.at > since + timedelta(seconds=1):
            return "port_up_silent", fact.detail
        return ("refused" if fact.kind == "refused" else "silence"), fact.detail

    def _roots(self) -> dict[str, Root]:
        members: dict[str, list[str]] = {root: [root] for root in self.begun}
        for slug, place in self.places.items():
            if place.root in members and place.root != slug and place.status in _HIDING:
                members[place.root].append(slug)
        return {
            root: Root(
                root, self.begun[root], *self.named[root], members=(root, *sorted(found[1:]))
            )
            for root, found in sorted(members.items())
        }

    # sites

    def _site(self, slug: str) -> None:
        heads = self.topology.heads(slug)
        if not heads:
            self.places[slug] = _Place()
            return
        states = {m: self._standing(m) for m in self.topology.by_site[slug]}
        lost = [m for m in heads if states[m].status in _HIDING]
        if len(lost) == len(heads):
            worst = max(lost, key=lambda m: (states[m].since is not None, states[m].since))
            first = states[worst]
            self.places[slug] = _Place(
                first.status,
                passing=False,
                root=first.root,
                since=first.since,
                reason="gateway_lost" if first.status is Status.DOWN else first.reason,
            )
        elif all(states[h].status is Status.UNKNOWN for h in heads):
            head = states[heads[0]]
            self.places[slug] = _Place(Status.UNKNOWN, since=head.since, reason=head.reason)
        else:
            self.places[slug] = self._reduced(states, heads)

    def _reduced(self, states: dict[str, _Place], heads: tuple[str, ...]) -> _Place:
        """Place a site that is reached, by what is amiss at it or on its lines."""
        lines = {
            up: self._standing(up)
            for head in heads
            for up in self.topology.uplinks[head]
            if self.topology.is_link(up)
        }
        amiss = [
            (s, p)
            for s, p in {**states, **lines}.items()
            if p.status in {*_HIDING, Status.DEGRADED}
        ]
        reached = min(
            (p.since for h in heads if (p := states[h]).passing and p.since), default=None
        )
        if not amiss:
            return _Place(Status.UP, since=reached, reason="gateway_answers")
        target, first = min(amiss, key=lambda pair: (pair[1].since is None, pair[1].since, pair[0]))
        return _Place(
            Status.DEGRADED,
            root=first.root,
            since=max((t for t in (first.since, reached) if t is not None), default=None),
            reason="reserve_line"
            if target in lines and first.status in _HIDING
            else "member_amiss",
            detail=target,
        )

    def _standing(self, slug: str) -> _Place:
        """Return a target's place, what it was before where it is held."""
        place = self.places[slug]
        if place.status is not None:
            return place
        before = self.facts.before.get(slug)
        if before is None:
            return _Place(Status.UNKNOWN, reason="not_observed")
        return _Place(before.status, root=before.cause, since=before.since, reason=before.reason)

    # what changed

    def _changes(self) -> Iterator[tuple[str, TargetState]]:
        for slug, place in self.places.items():
            if place.status is None:
                continue
            before = self.facts.before.get(slug)
            same = (
                before is not None and before.status is place.status and before.cause == place.root
            )
            if same or (before is None and place.status is Status.UNKNOWN):
                continue
            yield (
                slug,
                TargetState(
                    target=slug,
                    status=place.status,
                    since=place.since or self.now,
                    reason=place.reason,
                    cause=place.root,
                    detail=place.detail,
                ),
            )
