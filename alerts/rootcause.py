"""Which of the things that fell silent is the cause, and what did it take with it?

Pure: (topology, facts, now) → View. Targets are walked from the vantage outwards, so that
whatever stands above a target is settled before it. DESIGN §5.2; the order of arrival of facts
does not matter, because nothing here remembers anything but `Facts.before`.

Nearly everything is up, as it was: a walk may be given the places of such targets (`View.calm`) and
then goes only where something has changed, or stands behind what does not let through.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.derived import Derived
from alerts.facts import NOTHING, Fact, Facts, Port
from alerts.hours import expected_since
from alerts.places import HIDING, Place, measured
from alerts.shared import Shared
from alerts.topology import Topology
from alerts.waiting import PATIENCE, VERIFY_ROUND, Waiting
from core.status import Status, TargetState, Verdict

_INDEPENDENT = 60.0  # seconds; a target that failed so long before its parent failed by itself
_REASONS = {
    "port_down": "port_down",
    "port_admin_down": "port_down",
    "refused": "refused",
    "wrong_answer": "wrong_answer",
    "mains_suspected": "mains_suspected",
}
_ANSWERED = {"refused": "refused", "protocol": "wrong_answer", "auth": "wrong_answer"}
_AT_ONCE, _RISING = timedelta(0), VERIFY_ROUND
_ONE_BY_ONE = VERIFY_ROUND  # what dies at once is not seen to at once: its ports follow each other
_TOGETHER = timedelta(seconds=10)  # two silences that begin so close are one


@dataclass(frozen=True, slots=True)
class Root:
    """A failed target with a live path: the cause of `members`, itself included (it is first)."""

    target: str
    since: datetime
    # silence, refused, wrong_answer, port_down, port_admin_down, port_up_silent,
    # mains_suspected, shared (what stands behind many failures at once)
    cause: str
    detail: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What the facts amount to.

    `states` holds the targets whose status or cause differs from `Facts.before`; `roots` every
    present root; `waiting_until` when to ask again though nothing new has been heard. `calm` holds
    the places of all that is up, and was; `overtaken` the links of whose ports an old word is known
    (it must stay old when what has come back is lost again).
    """

    states: dict[str, TargetState]
    roots: dict[str, Root]
    waiting_until: datetime | None = None
    calm: dict[str, Place] = field(default_factory=dict)
    overtaken: frozenset[str] = frozenset()


def resolve(
    topology: Topology, facts: Facts, now: datetime, calm: Mapping[str, Place] | None = None
) -> View:
    """Return statuses and roots that follow from the facts.

    `calm` is that of the view before, without the targets whose own fact or port has changed.
    """
    places = dict(calm or {})
    dead_ports = (link for link, port in facts.ports.items() if not port.up)
    for slug in (*facts.beyond, *facts.calmed, *dead_ports):
        places.pop(slug, None)
    fresh = _fresh(topology, facts)
    overtaken = frozenset(facts.ports.keys() - fresh.keys())
    facts = replace(facts, ports=fresh)
    view = _Walk(topology, facts, now, places, Waiting(topology, facts, places, now)).view()
    return replace(view, overtaken=overtaken)


def _of_one_event(interval: float) -> timedelta:
    """Return how far apart the begins of two failures may be seen that are one."""
    return timedelta(seconds=interval + 0.5)


def _fresh(topology: Topology, facts: Facts) -> dict[str, Port]:
    """Return what is said of ports, without what has been overtaken.

    What a device said before it was cut off itself, and that a port is down over which something
    has come back since, is not known any more until it is said anew. Ports come up one by one: that
    one is down counts only when the devices at its ends have been back for a round.
    """
    return {
        link: port
        for link, port in facts.ports.items()
        if not port.overtaken
        and not any(
            back is not None and back + (_RISING if not port.up else _AT_ONCE) > port.at
            for back in _returns(topology, facts, link, port)
        )
    }


def _returns(topology: Topology, facts: Facts, link: str, port: Port) -> Iterator[datetime | None]:
    """Yield since when whatever makes a word of a port old is alive."""
    if link not in topology.uplinks:
        return
    beyond = () if port.up else (link, *topology.users[link])
    for slug in (topology.near(link), *beyond):
        if slug is not None:
            yield facts.targets.get(slug, NOTHING).alive_since


@dataclass(slots=True)
class _Walk:
    topology: Topology
    facts: Facts
    now: datetime
    places: dict[str, Place]  # at first of what is calm
    waits: Waiting
    begun: dict[str, datetime] = field(default_factory=dict)  # roots, and since when
    named: dict[str, tuple[str, str]] = field(default_factory=dict)  # roots: cause, detail
    deadlines: list[datetime] = field(default_factory=list)
    walked: set[str] = field(default_factory=set)

    def view(self) -> View:
        self._walk()
        shared = Shared(
            self.topology, self.facts, self.places, self.waits, self.begun, self.named, self.now
        )
        self.deadlines += shared.wait_for_company()
        shared.explain()
        self._derive()
        return View(
            states=dict(self._changes()),
            roots=self._roots(),
            waiting_until=min(self.deadlines, default=None),
            calm=self._calm(),
        )

    def _walk(self) -> None:
        topology, places, walked = self.topology, self.places, self.walked
        behind: set[str] = set()
        for slug in topology.order:
            if slug in places and slug not in behind:
                continue
            above = [up for up in topology.uplinks[slug] if topology.is_link(up)]
            for line in above:  # how it is follows from what it leads to
                if line not in walked:
                    walked.add(line)
                    places[line] = Place()
            walked.add(slug)
            if topology.is_link(slug):
                self._link(slug)
            else:
                self._device(slug)
            for one in (slug, *above):  # a device may put the blame on its line
                if not places[one].passing or places[one].until is not None:
                    behind.update(topology.users[one])

    def _derive(self) -> None:
        """Place what nobody asks: links, sites, rooms and groups of which a part was walked."""
        topology, places, walked = self.topology, self.places, self.walked
        derived = Derived(topology, self.facts, places, self.now)
        for slug in filter(topology.is_link, walked):
            places[slug] = place = derived.link(slug)
            self.deadlines += [place.until] if place.until is not None else []
        for kind, placed in (
            (topology.sites, derived.site),
            (topology.rooms, derived.room),
            (topology.groups, derived.group),
        ):
            stirred = {whole for part in walked for whole in topology.wholes.get(part, ())}
            for slug in kind:
                if slug in stirred or slug not in places:
                    walked.add(slug)
                    if slug not in self.begun or not topology.is_group(slug):
                        places[slug] = placed(slug)

    def _calm(self) -> dict[str, Place]:
        """Return the places of all that is up and was, to be given to the next walk.

        Those of this one, which is over: a country has too many to copy them more than once.
        """
        facts, calm = self.facts, self.places
        for slug in self.walked:
            before, fact = facts.before.get(slug), facts.targets.get(slug, NOTHING)
            if (
                self.places[slug].status is not Status.UP
                or before is None
                or before.status is not Status.UP
                or fact.verdict is Verdict.FAILED  # a line that carries, and whose address is dead
            ):
                del calm[slug]
        return calm

    # devices

    def _device(self, slug: str) -> None:
        fact = self.facts.targets.get(slug, NOTHING)
        places, ups = self.places, self.topology.uplinks[slug]
        live = [u for u in ups if places[u].passing]
        if ups and not live:
            self.places[slug] = self._cut_off(slug, fact)
        elif fact.verdict is Verdict.FAILED:
            self.places[slug] = self._failed(slug, fact, live)
        else:
            self.places[slug] = self._answering(slug, fact)

    def _answering(self, slug: str, fact: Fact) -> Place:
        since = fact.since
        if fact.verdict is Verdict.UNKNOWN:
            return Place(Status.UNKNOWN, since=since, reason="not_observed", detail=fact.detail)
        if fact.verdict is Verdict.SUSPECT:
            return Place()
        if fact.degraded:
            reason = "losing_packets" if fact.verdict is Verdict.LOSSY else "check_failed"
            begun, before = fact.degraded_since or since, self.facts.before.get(slug)
            if begun is not None and before is not None and before.status is Status.UNREACHABLE:
                begun = max(begun, self._back_since(slug, fact) or begun)
            return Place(Status.DEGRADED, since=begun, reason=reason, detail=fact.degraded)
        well = Place(Status.UP, since=self._back_since(slug, fact), reason="answers")
        return measured(well, slug, self.facts)

    def _back_since(self, slug: str, fact: Fact) -> datetime | None:
        """Return since when a target that never failed itself is back: when its cause was."""
        since, before = fact.since, self.facts.before.get(slug)
        if before is None or since is None:
            return since
        if before.status is Status.DEGRADED:
            return max(since, fact.well_since) if fact.well_since is not None else since
        if before.status is not Status.UNREACHABLE:
            return since  # as nearly always
        if since > before.since:
            return since
        if fact.returned_at is not None and fact.returned_at > before.since:
            return fact.returned_at  # it was silent for too short a while to be sure of it
        above = [self.places[a] for a in self.topology.nearest(slug)]
        return min((p.since for p in above if p.since and p.passing), default=since)

    def _cut_off(self, slug: str, fact: Fact) -> Place:
        """Place a target none of whose uplinks lets anything through."""
        last = max(
            (self.places[u] for u in self.topology.uplinks[slug]),
            key=lambda p: (p.since is not None, p.since),
        )
        if last.root is None:  # whoever stands above is switched off as planned
            if fact.good and last.since and fact.answers_at(last.since, self.now):
                return self._answering(slug, fact)
            return Place(Status.UNKNOWN, passing=False, since=last.since, reason="off_hours")
        begun = self.begun[last.root]
        if self._lives_on(fact, begun):
            return self._answering(slug, fact)
        if self._failed_alone(slug, fact, begun):
            return self._root(slug, fact, self.facts.before[slug].since)
        return self._lost(last.root, begun)

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

    def _failed(self, slug: str, fact: Fact, live: list[str]) -> Place:
        """Place a failed target with a live path, or with none above it at all."""
        if expected_since(self.topology.targets[slug].expected, self.now) is None:
            return Place(Status.UNKNOWN, passing=False, since=fact.failed_at, reason="off_hours")
        needs = self.topology.needs.get(slug, ())
        if (lacking := self._lacking(needs)) is not None:
            return self._lost(lacking, self._began(slug, fact, live), "dependency_failed")
        waits = self.waits
        needed = [one for need in needs for one in need]
        if needed and (until := waits.for_above(fact, needed)) is not None:
            return self._wait(until)
        deadline = waits.for_above(fact, live) if live else waits.for_beside(slug, fact)
        deadline = deadline or waits.for_more_answers(slug, fact)
        if deadline is not None:
            return self._wait(deadline)
        since = self._began(slug, fact, live)
        if not live and (first := self._speaks_for(slug)) is not None:
            return self._lost(first, since)
        return self._explained(slug, fact, self._to_blame(slug, fact, live, since), since)

    def _explained(self, slug: str, fact: Fact, link: str | None, since: datetime) -> Place:
        """Place a failed target once all above it is settled; `link` may be to blame for it."""
        if link is None:
            return self._root(slug, fact, since)
        deadline = self.waits.for_signs_of_life(slug, fact)
        if deadline is not None:
            return self._wait(deadline)
        if self.waits.something_answers(slug, fact):
            return self._root(slug, fact, since)
        self.places[link] = self._root(link, fact, since)
        return self._lost(link, since)

    def _lacking(self, needs: tuple[tuple[str, ...], ...]) -> str | None:
        """Return the root of what a failed service cannot do without, where that failed too."""
        for need in needs:
            gone = [self.places[one] for one in need if not self.places[one].passing]
            roots = [place.root for place in gone if place.root is not None]
            if len(gone) == len(need) and roots:
                return max(roots, key=lambda root: (self.begun[root], root))
        return None

    def _lost(self, root: str | None, since: datetime, reason: str = "parent_failed") -> Place:
        return Place(Status.UNREACHABLE, passing=False, root=root, since=since, reason=reason)

    def _speaks_for(self, slug: str) -> str | None:
        """Return who is to blame when all that stands beside the vantage fell silent at once.

        That is one trouble, most likely of our own connection: the first of them, if that is
        another one, speaks for all.
        """
        if not self.topology.starts:
            return None
        first = self.topology.starts[0]
        facts = [self.waits.fact(other) for other in self.topology.starts]
        fell = [f.failed_at for f in facts if f.verdict is Verdict.FAILED and f.failed_at]
        together = len(fell) == len(facts) and max(fell) - min(fell) <= _TOGETHER
        return first if together and slug != first and first in self.begun else None

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

    def _wait(self, deadline: datetime) -> Place:
        self.deadlines.append(deadline)
        return Place(until=deadline)

    def _to_blame(self, slug: str, fact: Fact, live: list[str], since: datetime) -> str | None:
        """Return the link whose failure looks like this silence, or None for the target itself.

        A host that refuses, or answers wrongly, was reached. A device with two lines that both
        begin at something alive is more likely dead itself than cut twice at once, and a line that
        is lost later makes it no less dead.
        """
        ways = [
            up
            for up in self.topology.uplinks[slug]
            if up in live or self._was_lost_later(up, fact, since)
        ]
        if fact.kind in _ANSWERED or len(ways) != 1 or not self.topology.is_link(ways[0]):
            return None
        return ways[0]

    def _was_lost_later(self, up: str, fact: Fact, since: datetime) -> bool:
        """Say whether an uplink that lets nothing through was lost only after a target fell."""
        place = self.places[up]
        if place.root is None or place.since is None:
            return False
        seen = [f.interval for f in (fact, self.waits.fact(place.root)) if f is not NOTHING]
        cause = self.waits.fact(place.root)
        gone = (cause.fell_at if place.since == cause.failed_at else None) or place.since
        return gone > since + _of_one_event(max(seen))

    # links

    def _link(self, slug: str) -> None:
        near = self.topology.near(slug)
        above = self.places[near] if near is not None else None
        fact = self.facts.targets.get(slug, NOTHING)
        if above is not None and not above.passing:
            self.places[slug] = self._cut_off(slug, fact)
        elif above is not None and above.until is not None:
            self.places[slug] = Place(until=above.until)
        elif (port := self.facts.ports.get(slug)) is not None and not port.up:
            self.places[slug] = self._dead_port(slug, fact, port)
        elif fact.verdict is Verdict.FAILED:
            self.places[slug] = self._silent_line(slug, fact)
        else:
            self.places[slug] = Place()

    def _silent_line(self, slug: str, fact: Fact) -> Place:
        """Place a link with an address of its own that has fallen silent.

        Silence of the far device too is for that device to explain (`_failed`), unless the
        link fell before it.
        """
        failed_at = fact.failed_at or self.now
        deadline = self.waits.for_above(fact, self.topology.uplinks[slug])
        if deadline is not None:
            return self._wait(deadline)
        for user in self.topology.users[slug]:
            other = self.facts.targets.get(user, NOTHING)
            bound = (fact.confirmed_at or self.now) + PATIENCE
            if other.verdict is Verdict.SUSPECT and self.now < bound:
                return self._wait(bound)
            fell = other.fell_at or self.now
            if other.verdict is Verdict.FAILED and not self._fell_before(
                slug, fell, other.interval
            ):
                return Place()
            wait = self.waits.for_word_from(fact, other, failed_at)
            if wait is not None:
                return self._wait(wait)
            if other.good and len(self.topology.uplinks[user]) == 1:
                detail = fact.detail
                return Place(
                    Status.DEGRADED, since=failed_at, reason="address_silent", detail=detail
                )
        return self._root(slug, fact, failed_at)

    def _dead_port(self, slug: str, fact: Fact, port: Port) -> Place:
        """Place a link whose near port is down, unless its far side answers over it alone."""
        since = port.shut_at or port.since or port.at
        users = [self.facts.targets.get(u, NOTHING) for u in self.topology.users[slug]]
        single = [
            other
            for u, other in zip(self.topology.users[slug], users, strict=True)
            if len(self.topology.uplinks[u]) == 1 and other.good
        ]
        single += [fact] if fact.good else []
        for other in single:
            heard = port.at + timedelta(seconds=other.heard_within or 0.0)
            if self.now < heard:
                return self._wait(heard)
            if other.answers_at(port.at, self.now):
                return Place()
        if (reviving := self._reviving(slug)) is not None:
            return self._wait(reviving)
        for user in self.topology.users[slug] if port.enabled else ():
            if self._lost_every_line(user, port.at):
                deadline = self.waits.for_verdict(user, port.at)
                if deadline is not None:
                    return self._wait(deadline)
                if self.waits.fact(user).verdict is Verdict.FAILED:
                    return Place()
        failing = [
            fell
            for u in self.topology.users[slug]
            if (fell := self.waits.fact(u).failed_at) is not None and self._was_last_way(slug, u)
        ]
        own = [fact.failed_at] if fact.failed_at is not None and self._fell_alone(slug) else []
        return self._root(slug, fact, min([since, *failing, *own]))

    def _reviving(self, line: str) -> datetime | None:
        """Return until when a device may turn out to be back that is reached by a line alone."""
        due = (
            self.waits.for_more_answers(line, self.waits.fact(user))
            for user in self.topology.users[line]
            if len(self.topology.uplinks[user]) == 1
        )
        return max((at for at in due if at is not None), default=None)

    def _fell_alone(self, line: str) -> bool:
        """Say whether the address of a line fell silent before any device that it leads to."""
        own = self.waits.fact(line).failed_at
        beyond = [self.waits.fact(user) for user in self.topology.users[line]]
        return own is not None and all(
            other.fell_at is None or own + _of_one_event(other.interval) < other.fell_at
            for other in beyond
        )

    def _was_last_way(self, line: str, device: str) -> bool:
        """Say whether a device can have fallen silent for want of a line: it had no other left."""
        fact = self.waits.fact(device)
        fell = fact.fell_at
        return fell is not None and all(
            self._fell_before(other, fell, fact.interval)
            for other in self.topology.uplinks[device]
            if other != line
        )

    def _lost_every_line(self, device: str, seen: datetime) -> bool:
        """Say whether all of several lines to a device went dead, as when it lost its power.

        `seen` is when a port was found dead. Not if one of the lines works, or fell before the
        device: then they failed one by one. Nor if one was shut on purpose, unless all others
        fell silent with the device: then somebody shut it at a device that was dead already.
        """
        lines, fact = self.topology.uplinks[device], self.facts.targets.get(device, NOTHING)
        fell = fact.failed_at or seen
        others = [line for line in lines if not self._was_shut(line)]
        return (
            len(lines) > 1
            and all(
                self.topology.is_link(line)
                and not self._fell_before(line, fact.fell_at or seen, fact.interval)
                and self._died_with(line, fell)
                for line in lines
            )
            and (
                len(others) == len(lines)
                or (bool(others) and all(self._silent_since(line, fell) for line in others))
            )
        )

    def _was_shut(self, line: str) -> bool:
        """Say whether a port was shut on purpose when it was first seen dead."""
        port = self.facts.ports.get(line)
        return port is not None and port.shut_at is not None and port.shut_at == port.since

    def _silent_since(self, line: str, fell: datetime) -> bool:
        """Say whether a line's own address is silent since an instant."""
        own = self.facts.targets.get(line, NOTHING)
        return (
            own.verdict is Verdict.FAILED
            and own.fell_at is not None
            and own.fell_at <= fell + _of_one_event(own.interval)
        )

    def _fell_before(self, line: str, fell: datetime, interval: float) -> bool:
        """Say whether a line was lost, by itself or with what it begins at, before its far end.

        Of one event the two are seen at most an interval apart.
        """
        own, port = self.facts.targets.get(line, NOTHING), self.facts.ports.get(line)
        near = self.waits.fact(self.topology.near(line) or "")
        before = self.facts.before.get(line)
        seen = [one.failed_at for one in (own, near) if one.verdict is Verdict.FAILED]
        seen += [port.since if port is not None and not port.up else None]
        seen += [before.since if before is not None and before.status is Status.DOWN else None]
        first = min((at for at in seen if at is not None), default=None)
        return first is not None and first + _of_one_event(interval) < fell

    def _died_with(self, line: str, fell: datetime) -> bool:
        """Say whether a line may have died because its far device did."""
        own, port = self.facts.targets.get(line, NOTHING), self.facts.ports.get(line)
        stood = port is not None and port.up and port.since is not None and port.since <= fell
        if port is not None and stood and port.at >= fell + _ONE_BY_ONE:
            return False
        back = own.alive_since is not None and own.alive_since > fell
        return back or not own.answers_at(fell, self.now)

    # roots

    def _root(self, slug: str, fact: Fact, since: datetime) -> Place:
        cause, detail = self._cause(slug, fact, since)
        self.begun[slug] = since
        self.named[slug] = (cause, detail)
        return Place(
            Status.DOWN,
            passing=False,
            root=slug,
            since=since,
            reason=_REASONS.get(cause, "confirmed_silence"),
            detail=detail,
        )

    def _cause(self, slug: str, fact: Fact, since: datetime) -> tuple[str, str]:
        port = self.facts.ports.get(slug)
        if port is not None and not port.up:
            return ("port_down" if port.enabled else "port_admin_down"), fact.detail
        if port is not None and port.at > since + timedelta(seconds=1):
            return "port_up_silent", fact.detail
        if fact.kind not in _ANSWERED and self.waits.only_the_line_answers(slug, fact):
            return "mains_suspected", fact.detail
        return _ANSWERED.get(fact.kind, "silence"), fact.detail

    def _roots(self) -> dict[str, Root]:
        members: dict[str, list[str]] = {root: [root] for root in self.begun}
        for slug in self.walked:
            place = self.places[slug]
            if place.root in members and place.root != slug and place.status in HIDING:
                members[place.root].append(slug)
        return {
            root: Root(
                root, self.begun[root], *self.named[root], members=(root, *sorted(found[1:]))
            )
            for root, found in sorted(members.items())
        }

    # what changed

    def _changes(self) -> Iterator[tuple[str, TargetState]]:
        for slug in self.walked:
            place = self.places[slug]
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
