"""What do roots share, and is that the cause? Hands them over to the group behind them."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts.explanation import Failure, Sharing, explained
from alerts.facts import NOTHING, Fact, Facts
from alerts.places import Place
from alerts.topology import Topology
from alerts.waiting import PATIENCE, Waiting
from core.losses import LONGEST_BURST
from core.status import Status, Verdict

COMPANY = timedelta(seconds=2)  # how long a root waits for others that fall silent with it
_LONGEST = 2 * PATIENCE
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_SILENT = frozenset({"silence", "port_down", "port_up_silent", "mains_suspected"})
_CAUSES = {"site": "mains_suspected", "feeder": "mains_suspected"}
_HIDDEN = frozenset({Status.UNREACHABLE, Status.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Shared:
    """The roots that a walk has found: since when (`begun`), and with which cause (`named`)."""

    topology: Topology
    facts: Facts
    places: MutableMapping[str, Place]
    waits: Waiting
    begun: dict[str, datetime]
    named: dict[str, tuple[str, str]]
    now: datetime

    def wait_for_company(self) -> list[datetime]:
        """Hold new roots while others of their groups are just falling silent; return until when.

        So the first message names what they share, instead of whichever was confirmed first. Who
        is explained together with one that has waited for long enough waits no longer: in a storm
        the next is always just falling.
        """
        held = {root: Place(until=due) for root, due in self._due().items() if due > self.now}
        found = self._explained() if held and len(held) < len(self.begun) else {}
        spoken_for = {group for root, group in found.items() if root not in held}
        held = {root: place for root, place in held.items() if found.get(root) not in spoken_for}
        for root in held:
            del self.begun[root], self.named[root]
        if held:
            for slug, place in self.places.items():
                if place.root in held:
                    self.places[slug] = held[place.root]
        return [place.until for place in held.values() if place.until is not None]

    def _due(self) -> dict[str, datetime]:
        """Return of every new root until when it waits for what shares something with it.

        Those that share something wait for each other's company, too: else two of a ring would be
        told of while the third is still compared with the rest of its carrier.
        """
        due: dict[str, datetime] = {}
        confirmed: dict[str, datetime] = {}
        sharing: dict[str, list[str]] = {}
        failed: Counter[str] = Counter()
        for root in self.begun:
            company, at = tuple(self._company(root)), self._confirmed(root)
            failed.update(company)
            if at + _LONGEST <= self.now or self._is_known(root):
                continue
            due[root] = confirmed[root] = at
            for group in company:
                sharing.setdefault(group, []).append(root)
        for group, roots in sharing.items():
            heard = _Hearsay.of(map(self._heard_of, self._witnesses(group)), self.now)
            least = self._sharing(group).least
            for root in roots:
                count, last = heard.words(self.begun[root], confirmed[root])
                if failed[group] + count >= least:  # else it is not the group, come what may
                    due[root] = max(due[root], last)
        for together in _connected(sharing.values()):
            last = max(due[root] for root in together)
            due.update((root, min(last, confirmed[root] + _LONGEST)) for root in together)
        return due

    def explain(self) -> None:
        """Give roots that began together to what they share, where that explains them better."""
        found = self._explained()
        for group in sorted(set(found.values())):
            self._blame(group, [root for root, cause in found.items() if cause == group])
        for place in self.places.values() if found else ():
            if place.root in found:
                if place.status is Status.DOWN:
                    place.reason = "shared_failure"
                place.root = found[place.root]

    def _explained(self) -> dict[str, str]:
        """Return root → what it shares with others, of the roots that this explains better."""
        failures = [f for slug in sorted(self.begun) if (f := self._failure(slug)).groups]
        groups = {group: self._sharing(group) for f in failures for group in f.groups}
        held = {
            f.root: cause
            for f in failures
            if self._is_known(f.root) and (cause := self.facts.before[f.root].cause) is not None
        }
        return explained(failures, groups, held)

    def _is_known(self, root: str) -> bool:
        """Say whether it was held to be down before."""
        before = self.facts.before.get(root)
        return before is not None and before.status is Status.DOWN

    def _failure(self, root: str) -> Failure:
        """Return a root as one failure among others; of no group where it is surely its own."""
        groups: dict[str, str] = {}
        site = self.topology.site_of(root)
        if self.named[root][0] in _SILENT:
            for group in self.topology.shared(root):
                of_sites = site is not None and group in site.risks
                groups[group] = site.slug if of_sites and site is not None else root
            if site is not None and self._is_dark(site.slug, root):
                groups[site.slug] = root
        return Failure(root, self.begun[root], groups)

    def _is_dark(self, site: str, device: str) -> bool:
        """Say whether all at a site that needs the mains is silent, or was and comes back."""
        fed = self.topology.powered.get(site, frozenset())
        if device not in fed:
            return False
        if self._is_known(device) and self.facts.before[device].cause == site:
            return True
        return all(self.waits.fact(other).verdict is Verdict.FAILED for other in fed)

    def _sharing(self, group: str) -> Sharing:
        """Return a group with the number of its members that are not cut off by something else."""
        target = self.topology.targets[group]
        if not self.topology.is_group(group):
            return Sharing("site", len(self.topology.powered[group]))
        members = sum(
            1
            for m in target.members
            if m not in self.places or self.places[m].status not in _HIDDEN
        )
        return Sharing(target.role, members)

    def _blame(self, group: str, roots: list[str]) -> None:
        """Make a group the root of what some roots were the roots of."""
        kind = self.topology.targets[group].role if self.topology.is_group(group) else "site"
        cause = _CAUSES.get(kind, "shared")
        since = min(self.begun[root] for root in roots)
        for root in roots:
            del self.begun[root], self.named[root]
        self.begun[group], self.named[group] = since, (cause, "")
        if self.topology.is_group(group):
            self.places[group] = Place(
                Status.DOWN, passing=False, root=group, since=since, reason=cause
            )

    def _company(self, root: str) -> Iterator[str]:
        """Yield the groups that a root may turn out to have failed with."""
        yield from self._failure(root).groups
        site = self.topology.site_of(root)
        if site is not None and root in self.topology.powered.get(site.slug, ()):
            yield site.slug

    def _confirmed(self, root: str) -> datetime:
        """Return when we decided that a root fails; of a link without an address, its far end.

        Of a dead port, when that was seen, if nobody had fallen silent before.
        """
        fact = self.waits.fact(root)
        if fact is NOTHING and self.topology.is_link(root):
            fact = self.waits.fact(self.topology.far(root) or root)
        port = self.facts.ports.get(root)
        known = [fact.confirmed_at if fact.verdict is Verdict.FAILED else None]
        known += [port.since or port.at] if port is not None and not port.up else []
        return min((at for at in known if at is not None), default=self.now)

    def _witnesses(self, group: str) -> Iterator[str]:
        """Yield the far devices of the lines, or the devices of the sites, in a group."""
        for member in self.topology.targets[group].members:
            if self.topology.is_link(member):
                devices = self.topology.users[member]
            else:
                devices = self.topology.by_site.get(member, (member,))
            yield from (d for d in devices if self.waits.fact(d) is not NOTHING)

    def _heard_of(self, device: str) -> "_Heard":
        return self.waits.fact(device), self.places[device].until


_Heard = tuple[Fact, datetime | None]  # of a device; and until when it waits to be explained


@dataclass(slots=True)
class _Hearsay:
    """What devices may yet turn out to have fallen silent with a root, by what is known of them.

    Sorted once for all the roots of a group: a storm has a thousand of both.
    """

    now: datetime
    unexplained: list[datetime] = field(default_factory=list)  # dead, until when each is waited for
    suspected: list[datetime] = field(default_factory=list)  # since when
    answered: dict[float | None, list[datetime]] = field(default_factory=dict)  # at last, by
    # the seconds after which silence would be heard of

    @classmethod
    def of(cls, devices: Iterable[_Heard], now: datetime) -> "_Hearsay":
        found = cls(now)
        for fact, waiting in devices:
            if fact.verdict is Verdict.FAILED and waiting is not None:
                found.unexplained.append(waiting)
            elif fact.verdict is Verdict.SUSPECT and not _hesitates(fact) and fact.failed_at:
                found.suspected.append(fact.failed_at)
            elif fact.good:
                last = fact.last_ok or _LONG_AGO
                found.answered.setdefault(fact.heard_within, []).append(last)
        for times in (found.unexplained, found.suspected, *found.answered.values()):
            times.sort()
        return found

    def words(self, since: datetime, confirmed: datetime) -> tuple[int, datetime]:
        """Return how many may yet have a word, and when the last of them will have had it.

        Of a root that began to fail at an instant, which we were sure of later.
        """
        count, last = 0, confirmed
        for due, many in self._ahead(since, confirmed):
            if many and due > self.now:
                count, last = count + many, max(last, due)
        return count, last

    def _ahead(self, since: datetime, confirmed: datetime) -> Iterator[tuple[datetime, int]]:
        waiting = len(self.unexplained) - bisect_right(self.unexplained, self.now)
        if waiting:
            yield min(self.unexplained[-1], confirmed + _LONGEST), waiting
        begun = bisect_left(self.suspected, since - COMPANY)
        yield confirmed + COMPANY, bisect_right(self.suspected, since + COMPANY) - begun
        for within, times in self.answered.items():
            silent = bisect_left(times, since)  # it has not answered since
            if within is None:
                yield confirmed + PATIENCE, silent
            elif self.now - since < timedelta(seconds=within):
                yield min(confirmed + PATIENCE, since + timedelta(seconds=within)), silent


def _hesitates(fact: Fact) -> bool:
    """Say whether a suspicion is most likely the loss of a line that loses packets anyway."""
    if not fact.lossy or fact.failed_at is None or fact.last_failed is None:
        return fact.lossy
    return fact.last_failed - fact.failed_at < LONGEST_BURST


def _connected(groups: Iterable[Iterable[str]]) -> list[set[str]]:
    """Return the sets of roots that hang together by the groups they share."""
    found: list[set[str]] = []
    for group in groups:
        joined = set(group)
        apart = [one for one in found if one.isdisjoint(joined)]
        joined.update(*(one for one in found if not one.isdisjoint(joined)))
        found = [*apart, joined]
    return found
