"""How are links, sites and rooms, whom nobody asks? From what lies beyond and what stands there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.facts import NOTHING, Fact, Facts
from alerts.hours import expected_since
from alerts.places import HIDING, Place, Places, measured, standing
from alerts.topology import Topology
from core.status import Status, Verdict

_ANSWERING = frozenset({Status.UP, Status.DEGRADED})
_LOSSY_FROM, _LOSSY_UNTIL, _LOSSY_LEAST = 0.5, 1 / 3, 3  # of a group: share, members
_AMISS = HIDING | {Status.DEGRADED}


@dataclass(frozen=True, slots=True)
class Derived:
    """The places of links that pass, of sites and of rooms, once every device has its place."""

    topology: Topology
    facts: Facts
    places: Places
    now: datetime

    def link(self, slug: str) -> Place:
        """Return how a link is that seems to let through: `places` holds nothing against it."""
        place = self.places[slug]
        if place.status is not None or place.until is not None:
            return place
        users = [self.places[u] for u in self.topology.users[slug]]
        if any(u.until is not None for u in users):
            return place
        return measured(self._beyond(slug, users), slug, self.facts)

    def _beyond(self, slug: str, users: list[Place]) -> Place:
        facts = [self._fact(u) for u in self.topology.users[slug]]
        own = self._fact(slug)
        port = self.facts.ports.get(slug)
        good = [f for f in (own, *facts) if f.good]
        ported = slug in self.topology.ported
        if not own.good and port is None and ported and slug in self.topology.reserved:
            return self._untold(slug, facts)
        if good:
            return self._carrying(slug, own, facts, good)
        fresh = port is not None and all(
            f.failed_at is None or f.failed_at < port.at for f in facts
        )
        if port is not None and port.up and fresh:
            return Place(Status.UP, since=port.since, reason="port_up")
        if any(f.verdict is Verdict.SUSPECT for f in facts):
            return Place()
        since = max((f.since for f in facts if f.since is not None), default=None)
        off = any(u.reason == "off_hours" for u in users)
        reason = "off_hours" if off else "far_silent" if since else "not_observed"
        return Place(Status.UNKNOWN, since=since, reason=reason)

    def _untold(self, slug: str, facts: list[Fact]) -> Place:
        """Place a line of which only its port could say whether it or the other carries.

        It is held as it was until the port is told of; if nobody tells, what was held against it
        is not known any more.
        """
        before, near = self.facts.before.get(slug), self.topology.near(slug)
        if before is None or before.status not in HIDING:
            return Place()
        returns = [f.alive_since for f in (*facts, self._fact(near or "")) if f.good]
        back = max((at for at in returns if at is not None), default=before.since)
        told = max(back, self.facts.listening or back)
        due = told + timedelta(seconds=self.topology.ported[slug])
        if self.now < due:
            return Place(until=due)
        return Place(Status.UNKNOWN, since=back, reason="not_observed")

    def _carrying(self, slug: str, own: Fact, facts: list[Fact], good: list[Fact]) -> Place:
        since = self._carries_since(slug, own, good)
        lossy = [f for f in (own, *facts) if f.verdict is Verdict.LOSSY]
        before = self.facts.before.get(slug)
        if lossy and not self._is_lossy_above(slug):
            begun = [lossy[0].since]
            begun += [since] if before is not None and before.status is Status.DOWN else []
            return Place(
                Status.DEGRADED,
                since=max((at for at in begun if at is not None), default=None),
                reason="losing_packets",
                detail=lossy[0].detail,
            )
        if before is not None and before.status is Status.DEGRADED:  # until the last of it is well
            since = max((f.since for f in (own, *good) if f.since is not None), default=since)
        return Place(Status.UP, since=since, reason="carries")

    def _is_lossy_above(self, slug: str) -> bool:
        near = self.topology.near(slug)
        return near is not None and self._fact(near).lossy

    def _carries_since(self, slug: str, own: Fact, good: list[Fact]) -> datetime | None:
        """Return since when the line itself carries: a far end with another way is no witness."""
        if own.good:
            return self._back(slug, own)
        port = self.facts.ports.get(slug)
        if port is not None and port.up and slug in self.topology.reserved:
            return port.since
        return min((since for f in good if (since := self._back(slug, f))), default=None)

    def _back(self, slug: str, fact: Fact) -> datetime | None:
        """Return since when a fact speaks for a line: of one that was down, after it fell.

        Its port may have told of a cut too short to be sure of by silence.
        """
        before = self.facts.before.get(slug)
        if before is None or before.status is not Status.DOWN or fact.since is None:
            return fact.since
        if fact.since <= before.since and fact.returned_at is not None:
            return max(fact.since, fact.returned_at)
        return fact.since

    def site(self, slug: str) -> Place:
        """Return how a site is: as its gateways are, less if something at it is amiss."""
        heads = self.topology.heads(slug)
        if not heads:
            return Place()
        if self._is_calm(slug):
            since = self._whole_since(slug, self._reached(heads))
            return Place(Status.UP, since=since, reason="gateway_answers")
        states = {m: self._standing(m) for m in self.topology.by_site[slug]}
        lost = [m for m in heads if states[m].status in HIDING]
        if len(lost) == len(heads):
            worst = max(lost, key=lambda m: (states[m].since is not None, states[m].since))
            first = states[worst]
            return Place(
                first.status,
                passing=False,
                root=first.root,
                since=first.since,
                reason="gateway_lost" if first.status is Status.DOWN else first.reason,
            )
        if all(states[h].status is Status.UNKNOWN for h in heads):
            head = states[heads[0]]
            return Place(Status.UNKNOWN, since=head.since, reason=head.reason)
        return self._reduced(states, heads, slug)

    def _is_calm(self, slug: str) -> bool:
        """Say whether all at a site is up, and no line of its could be amiss: as nearly always."""
        if self.topology.reserves[slug]:
            return False
        up, places = Status.UP, self.places
        return all(places[m].status is up for m in self.topology.by_site[slug])

    def _reached(self, heads: tuple[str, ...]) -> datetime | None:
        """Return since when a site whose gateways are all up is reached."""
        return min([since for h in heads if (since := self.places[h].since)], default=None)

    def _whole_since(self, site: str, reached: datetime | None) -> datetime | None:
        """Return since when a site is up: one that was reduced, since the last part came back."""
        before = self.facts.before.get(site)
        if before is None or before.status is not Status.DEGRADED:
            return reached
        parts = (*self.topology.by_site[site], *self.topology.reserves[site])
        back = [since for part in parts if (since := self._standing(part).since) is not None]
        return max(back, default=reached)

    def _reduced(self, states: dict[str, Place], heads: tuple[str, ...], site: str) -> Place:
        """Place a site that is reached, by what is amiss at it or on its lines."""
        lines = {up: self._standing(up) for up in self.topology.reserves[site]}
        amiss = [(s, p) for s, p in {**states, **lines}.items() if p.status in _AMISS]
        reached = min(
            (p.since for h in heads if (p := states[h]).status in _ANSWERING and p.since),
            default=None,
        )
        if not amiss:
            since = self._whole_since(site, reached)
            return Place(Status.UP, since=since, reason="gateway_answers")
        target, first = min(amiss, key=lambda pair: (pair[1].since is None, pair[1].since, pair[0]))
        return Place(
            Status.DEGRADED,
            root=first.root,
            since=max((t for t in (first.since, reached) if t is not None), default=None),
            reason="reserve_line" if target in lines and first.status in HIDING else "member_amiss",
            detail=target,
        )

    def room(self, slug: str) -> Place:
        """Return how a room is: as its endpoint is, or the site that speaks for it.

        It never is a cause: what it hangs on is. Outside its own hours nobody misses it.
        """
        room = self.topology.targets[slug]
        above = next((m for m in room.members if m in self.places), None)
        if above is None:
            return Place(Status.UNKNOWN, reason="not_observed")
        found = self._standing(above)
        if found.status not in HIDING:
            return found
        opened = expected_since(room.expected, self.now)
        if opened is None:
            return Place(Status.UNKNOWN, since=found.since, reason="off_hours")
        reason = "site_lost" if above in self.topology.by_site else "endpoint_lost"
        since = max(found.since, opened) if found.since is not None else None
        return Place(found.status, passing=False, root=found.root, since=since, reason=reason)

    def group(self, slug: str) -> Place:
        """Return how a group is that has not failed: degraded when most of it loses packets."""
        group = self.topology.targets[slug]
        members = [self._standing(m) for m in group.members if m in self.places]
        seen = [p for p in members if p.status in _ANSWERING]
        if not seen:
            return Place(Status.UNKNOWN, reason="not_observed")
        lossy = [p for p in seen if p.reason == "losing_packets"]
        before = self.facts.before.get(slug)
        already = before is not None and before.status is Status.DEGRADED
        share = _LOSSY_UNTIL if already else _LOSSY_FROM
        since = [p.since for p in (lossy or seen) if p.since is not None]
        if len(lossy) >= _LOSSY_LEAST and len(lossy) >= share * len(seen):
            return Place(
                Status.DEGRADED,
                since=max(since, default=None),
                reason="losing_packets",
                detail=f"{len(lossy)}/{len(seen)}",
            )
        well = min(since, default=None)
        if before is not None and before.status is not Status.UP:
            # it is well again since the last of those came back that had been lost with it
            well = max((at for at in since if at > before.since), default=well)
        return Place(Status.UP, since=well, reason="members_answer")

    def _standing(self, slug: str) -> Place:
        return standing(self.places[slug], self.facts.before.get(slug))

    def _fact(self, slug: str) -> Fact:
        return self.facts.targets.get(slug, NOTHING)
