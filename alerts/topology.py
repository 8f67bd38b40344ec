"""Who lies behind whom? The estate as a graph, from the vantage outwards."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from alerts.callers import Callers, equipment_of
from alerts.judge import patience
from core.watching import Check, DaysOff, Estate, Hours, Target, TargetKind

NETWORK_ROLES = frozenset({"gateway", "router", "firewall", "switch"})
_HEADS = frozenset({"gateway", "router"})
# As what they consist of is.
_DERIVED = frozenset({TargetKind.SITE, TargetKind.ROOM, TargetKind.GROUP})
_ALIVE_WITHOUT_MAINS = frozenset({"ups", "gateway", "router"})


class Topology:
    """The targets of one estate and how they hang together; immutable.

    `order` lists devices, links and services so that every uplink comes before what it carries,
    and services without one after whatever stands beside the vantage, and what they need before
    them (`needs`: of each tuple one); a loop (which the inventory
    refuses) is broken by ignoring the uplinks that close it.
    """

    def __init__(self, estate: Estate) -> None:
        self.targets: dict[str, Target] = {t.slug: t for t in estate.targets}
        self.checks: dict[str, Check] = {c.slug: c for c in estate.checks}
        self.days_off: DaysOff = estate.days_off
        self.rules = {rule.slug: rule for rule in estate.rules}
        self.calendars = estate.calendars
        self.bookings = estate.bookings
        self.sites: tuple[str, ...] = tuple(
            t.slug for t in estate.targets if t.kind is TargetKind.SITE
        )
        self.rooms: tuple[str, ...] = tuple(
            t.slug for t in estate.targets if t.kind is TargetKind.ROOM
        )
        self.groups: tuple[str, ...] = tuple(
            t.slug for t in estate.targets if t.kind is TargetKind.GROUP
        )
        self._links = frozenset(t.slug for t in estate.targets if t.kind is TargetKind.LINK)
        self.order, self.uplinks, self.needs = _ordered(self.targets)
        self.users: dict[str, tuple[str, ...]] = _reversed(self.uplinks, self.targets)
        self.links: tuple[str, ...] = tuple(s for s in self.order if self.is_link(s))
        self.starts: tuple[str, ...] = tuple(
            s
            for s in self.order
            if not self.uplinks[s] and self.targets[s].kind is TargetKind.DEVICE
        )
        self.by_site: dict[str, tuple[str, ...]] = {
            site: tuple(m for m in self.targets[site].members if m in self.targets)
            for site in self.sites
        }
        self._heads = {site: self._heads_of(members) for site, members in self.by_site.items()}
        self.reach: dict[str, tuple[Check, ...]] = _grouped(estate.checks, reach=True)
        self.others: dict[str, tuple[Check, ...]] = _grouped(estate.checks, reach=False)
        # lines of whose ports somebody tells, and for how many seconds one waits for that
        self.ported: dict[str, float] = {
            fact.link: patience(check) for check in estate.checks for fact in check.ports
        }
        self._dominated: dict[str, frozenset[str]] = {}

    def is_group(self, slug: str) -> bool:
        """Say whether the target is what others share: a carrier, a ring, a POP, a feeder."""
        target = self.targets.get(slug)
        return target is not None and target.kind is TargetKind.GROUP

    def shared(self, slug: str) -> tuple[str, ...]:
        """Return the groups that a link or device belongs to, a device and a link by their site."""
        own = self.targets[slug].risks
        site = self.site_of(slug)
        of_site = site.risks if site is not None else ()
        return tuple(risk for risk in (*own, *of_site) if risk in self.targets)

    @cached_property
    def callers(self) -> Callers:
        """Return who is who on bridges."""
        return Callers.of(self.targets)

    def caller(self, remote: str) -> str | None:
        """Return the equipment that a bridge means by a leg, the room or site where it has none."""
        place = self.callers.room(remote) or self.callers.room(remote, TargetKind.SITE)
        if place is None:
            return None
        own = equipment_of(self.targets[place], self.targets)
        return own[0].slug if own else place

    def bridges(self, now: datetime) -> Mapping[str, str]:
        """Return by equipment, and by room, the bridge of the meeting that it is in now."""
        return {
            end: booking.bridge
            for booking in self.bookings
            if booking.bridge is not None and booking.begin <= now < booking.end
            for room in booking.rooms
            if room in self.targets
            for end in (room, *(one.slug for one in equipment_of(self.targets[room], self.targets)))
        }

    @cached_property
    def powered(self) -> dict[str, frozenset[str]]:
        """Return of every site the devices that fall silent with its mains: two or more.

        Gateways are not among them: the carrier's box lives on a battery of its own.
        """
        found: dict[str, frozenset[str]] = {}
        for site, members in self.by_site.items():
            heads = set(self._heads[site])
            fed = frozenset(
                m
                for m in members
                if self.targets[m].role not in _ALIVE_WITHOUT_MAINS
                and m in self.reach
                and heads.intersection(self.uplinks[m])
            )
            if len(fed) > 1:
                found[site] = fed
        return found

    def is_link(self, slug: str) -> bool:
        """Say whether the target is a link."""
        return slug in self._links

    def is_looked_at(self, slug: str) -> bool:
        """Say whether any check tells how a target is; of a link, its port's or its users'."""
        if slug not in self.targets:
            return False
        if self.targets[slug].kind in _DERIVED:
            return bool(self.targets[slug].members)
        looked_at = self.reach.keys() | self.others.keys()
        witnesses = (slug, *self.users[slug]) if self.is_link(slug) else (slug,)
        return slug in self.ported or not looked_at.isdisjoint(witnesses)

    def near(self, link: str) -> str | None:
        """Return the device at the centre's side of a link."""
        ups = self.uplinks[link]
        return ups[0] if ups else None

    def nearest(self, slug: str) -> tuple[str, ...]:
        """Return the devices just above a target, one per uplink, links looked through."""
        return tuple(
            dict.fromkeys(
                near if self.is_link(up) else up
                for up in self.uplinks[slug]
                if (near := self.near(up) if self.is_link(up) else up) is not None
            )
        )

    def site_of(self, slug: str) -> Target | None:
        """Return the site where a target stands, or to which a link leads."""
        target = self.targets[slug]
        if target.kind is TargetKind.SITE:
            return target
        if target.kind is TargetKind.LINK and target.site is None:
            far = next((m for m in target.members if m in self.targets), None)
            return self.site_of(far) if far is not None else None
        return self.targets.get(target.site) if target.site else None

    def far(self, link: str) -> str | None:
        """Return the device at the far side of a link."""
        return next((m for m in self.targets[link].members if m in self.targets), None)

    def far_site(self, link: str) -> Target | None:
        """Return the site that a link serves."""
        far = self.far(link)
        return self.site_of(far) if far is not None else self.site_of(link)

    def heads(self, site: str) -> tuple[str, ...]:
        """Return the devices through which a site is reached: its gateways, or all it has."""
        return self._heads[site]

    def _heads_of(self, members: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(m for m in members if self.targets[m].role in _HEADS) or members

    def behind(self, slug: str) -> frozenset[str]:
        """Return all but sites and rooms that is cut off when this one fails, itself included."""
        if slug not in self._dominated:
            lost = {slug}
            spreading = [slug]
            while spreading:
                for user in self.users[spreading.pop()]:
                    if user not in lost and lost.issuperset(self.uplinks[user]):
                        lost.add(user)
                        spreading.append(user)
            self._dominated[slug] = frozenset(lost)
        return self._dominated[slug]

    @cached_property
    def hub_of(self) -> dict[str, str]:
        """Return of every site below a hub the hub that its main way goes through, or itself."""
        found: dict[str, str] = {}
        for slug in self.order:
            site = self.site_of(slug)
            if site is None:
                continue
            if site.role == "hub":
                found[site.slug] = site.slug
            elif self.uplinks[slug] and site.slug not in found:
                above = self.site_of(self.uplinks[slug][0])
                if above is not None and above.slug in found:
                    found[site.slug] = found[above.slug]
                elif (near := self._near_site(slug)) in found:
                    found[site.slug] = found[near]
        return found

    def _near_site(self, link: str) -> str:
        near = self.near(link) if self.is_link(link) else None
        site = self.site_of(near) if near is not None else None
        return site.slug if site is not None else ""

    @cached_property
    def reserved(self) -> frozenset[str]:
        """Return the links whose far end has another way too."""
        several = {s for s, ups in self.uplinks.items() if len(ups) > 1}
        return frozenset(s for s in self.links if not several.isdisjoint(self.users[s]))

    @cached_property
    def reserves(self) -> dict[str, tuple[str, ...]]:
        """Return of every site the lines of its gateways that are not their only way."""
        return {
            site: tuple(
                dict.fromkeys(
                    up for head in heads for up in self.uplinks[head] if up in self.reserved
                )
            )
            for site, heads in self._heads.items()
        }

    @cached_property
    def wholes(self) -> dict[str, tuple[str, ...]]:
        """Return of every target the sites, rooms and groups that are as their parts are."""
        parts = {whole: self.targets[whole].members for whole in (*self.rooms, *self.groups)}
        parts |= {site: (*self.by_site[site], *self.reserves[site]) for site in self.sites}
        found: dict[str, list[str]] = {}
        for whole, members in parts.items():
            for member in members:
                found.setdefault(member, []).append(whole)
        return {part: tuple(wholes) for part, wholes in found.items()}

    @cached_property
    def scheduled(self) -> tuple[tuple[Hours, ...], ...]:
        """Return the different calendars of expected-on hours."""
        return tuple(dict.fromkeys(t.expected for t in self.targets.values() if t.expected))


def _grouped(checks: Iterable[Check], *, reach: bool) -> dict[str, tuple[Check, ...]]:
    groups: dict[str, list[Check]] = {}
    for check in checks:
        if check.reach is reach:
            groups.setdefault(check.target, []).append(check)
    return {target: tuple(found) for target, found in groups.items()}


_Needs = dict[str, tuple[tuple[str, ...], ...]]


def _ordered(
    targets: Mapping[str, Target],
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]], _Needs]:
    """Return the order of the walk, the uplinks, and what services need that stands before them."""
    nodes = sorted(
        (s for s, t in targets.items() if t.kind not in _DERIVED),
        key=lambda s: (targets[s].kind is TargetKind.SERVICE, s),
    )
    known = set(nodes)
    uplinks = {s: tuple(u for u in targets[s].uplinks if u in known and u != s) for s in nodes}
    needs = {
        s: tuple(
            tuple(one for one in need if one in known and one != s) for need in targets[s].needs
        )
        for s in nodes
        if targets[s].needs
    }
    before = {
        s: {*ups, *(o for need in needs.get(s, ()) for o in need)} for s, ups in uplinks.items()
    }
    order: list[str] = []
    placed: set[str] = set()
    waiting = nodes
    while waiting:
        ready = [s for s in waiting if before[s] <= placed]
        if not ready:  # a loop: open it at its first target
            ready = waiting[:1]
            first = ready[0]
            uplinks[first] = tuple(u for u in uplinks[first] if u in placed)
            if first in needs:
                needs[first] = tuple(need for need in needs[first] if placed.issuperset(need))
        order.extend(ready)
        placed.update(ready)
        waiting = [s for s in waiting if s not in placed]
    return (
        tuple(order),
        uplinks,
        {s: found for s, need in needs.items() if (found := tuple(filter(None, need)))},
    )


def _reversed(
    uplinks: Mapping[str, tuple[str, ...]], targets: Mapping[str, Target]
) -> dict[str, tuple[str, ...]]:
    users: dict[str, list[str]] = {slug: [] for slug in targets}
    for slug, ups in uplinks.items():
        for up in ups:
            users[up].append(slug)
    return {slug: tuple(found) for slug, found in users.items()}


def ports_of(check: Check) -> Mapping[str, str]:
    """Return which port of the looked-at device carries which link: ifName → link slug."""
    return {fact.port: fact.link for fact in check.ports}
