"""A small province, and a world that answers probes as the brain would hear of them."""

import heapq
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from alerts.brain import Brain
from alerts.telling import TellingPolicy, Way
from core.incident import Incident, Notification, Purpose
from core.inventory import Contact
from core.labels import Series
from core.outcome import Memory, Outcome
from core.reading import Failure, FailureKind, Reading
from core.status import Status, Transition
from core.watching import Check, Estate, PortFact, Target, TargetKind, Verify
from tests.factories import DAWN

CONTACT = Contact(slug="truc", name="Trực kỹ thuật", email="truc@example.vn")
AT_ONCE = TellingPolicy(
    delays=dict.fromkeys(
        ("center", "hub", "site", "device", "link_center", "link_hub", "link_site"), 0.0
    ),
    ways=(Way(name="mail"),),
    base_url="https://thongsuot.example.vn",
)


def device(slug: str, site: str, role: str, *uplinks: str) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.DEVICE,
        name=f"Thiết bị {slug}",
        site=site,
        role=role,
        uplinks=uplinks,
        address="192.0.2.1",
        unit_path=("tinh", f"unit-{site}"),
    )


def link(slug: str, near: str, far: str, site: str) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.LINK,
        name=f"Kênh VNPT đi {site}",
        site=site,
        role="link",
        uplinks=(near,),
        members=(far,),
        carrier="VNPT",
        circuit=f"VNPT-{slug}",
        unit_path=("tinh", f"unit-{site}"),
    )


def site(slug: str, role: str, *members: str) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.SITE,
        name=f"UBND {slug}",
        role=role,
        members=members,
        unit_path=("tinh", f"unit-{slug}"),
    )


def room(slug: str, site: str, member: str) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.ROOM,
        name=f"Phòng họp {site}",
        site=site,
        role="room",
        members=(member,),
        unit_path=("tinh", f"unit-{site}"),
    )


def service(slug: str, site: str | None, *uplinks: str) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.SERVICE,
        name=f"Cổng {slug}",
        site=site,
        role="portal",
        uplinks=uplinks,
        address="192.0.2.2",
        unit_path=("tinh",),
    )


def serving(what: Estate) -> Estate:
    """Return an estate with rooms and services: of a bridge, a hub, a commune, and outside."""
    targets = (
        room("room-c11", "c11", "c11-vc"),
        room("room-c12", "c12", "c12"),
        room("room-hub1", "hub1", "hub1-vc"),
        service("portal", "center", "bridge"),
        service("hub1-web", "hub1", "hub1-gw"),
        service("c11-web", "c11", "c11-gw"),
        service("abroad", None),
    )
    by_slug = {t.slug: t for t in (*what.targets, *targets)}
    checks = tuple(
        reach_check(t, by_slug).model_copy(
            update={"slug": f"{t.slug}/http", "collector": "http", "interval": 60.0}
        )
        for t in targets
        if t.kind is TargetKind.SERVICE
    )
    return Estate(targets=(*what.targets, *targets), checks=(*what.checks, *checks))


def sharing(what: Estate, groups: Mapping[str, Iterable[str]]) -> Estate:
    """Return an estate in which links or sites share something: group slug → its members."""
    members = {group: tuple(sorted(found)) for group, found in groups.items()}
    made = [
        Target(
            slug=group,
            kind=TargetKind.GROUP,
            name=f"Nhóm {group}",
            role=group.partition(":")[0],
            members=found,
            carrier="VNPT",
            unit_path=("tinh",),
        )
        for group, found in members.items()
    ]
    targets = [
        t.model_copy(update={"risks": tuple(g for g, found in members.items() if t.slug in found)})
        for t in what.targets
    ]
    return Estate(targets=(*targets, *made), checks=what.checks)


def estate(
    hubs: int = 3, communes: int = 4, *, reserves: Iterable[int] = (), addressed: bool = False
) -> Estate:
    """Return a centre with two cores, hubs behind it and communes behind those.

    Hubs named in `reserves` have a second line, from the second core. `addressed`: those lines
    have addresses of their own, that answer over the line alone.
    """
    reserved = set(reserves)
    targets = [
        site("center", "center", "core", "core2", "bridge"),
        device("core", "center", "router"),
        device("core2", "center", "router"),
        device("bridge", "center", "bridge", "core"),
    ]
    for h in range(1, hubs + 1):
        lines = [link(f"line{h}", "core", f"hub{h}-gw", f"hub{h}")]
        if h in reserved:
            lines.append(link(f"line{h}b", "core2", f"hub{h}-gw", f"hub{h}"))
        targets += [
            site(f"hub{h}", "hub", f"hub{h}-gw", f"hub{h}-vc"),
            *lines,
            device(f"hub{h}-gw", f"hub{h}", "gateway", *(x.slug for x in lines)),
            device(f"hub{h}-vc", f"hub{h}", "endpoint", f"hub{h}-gw"),
        ]
        for k in range(1, communes + 1):
            name = f"c{h}{k}"
            targets += [
                site(name, "site", f"{name}-gw", f"{name}-vc"),
                link(f"line-{name}", f"hub{h}-gw", f"{name}-gw", name),
                device(f"{name}-gw", name, "gateway", f"line-{name}"),
                device(f"{name}-vc", name, "endpoint", f"{name}-gw"),
            ]
    random.Random(1).shuffle(targets)
    devices = [t for t in targets if t.kind is TargetKind.DEVICE]
    by_slug = {t.slug: t for t in targets}
    lines = [
        t
        for t in targets
        if t.kind is TargetKind.LINK and addressed and t.slug.startswith(lines_of(reserved))
    ]
    reach = [reach_check(t, by_slug) for t in (*devices, *lines)]
    tables = [port_check(t, targets) for t in devices if t.role in {"router", "gateway"}]
    return Estate(targets=tuple(targets), checks=(*reach, *(c for c in tables if c.ports)))


def lines_of(hubs: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"line{h}" for h in hubs)


def above(slug: str, by_slug: dict[str, Target]) -> set[str]:
    found: set[str] = set()
    for up in by_slug[slug].uplinks:
        found |= {up} | above(up, by_slug)
    return found


def reach_check(target: Target, by_slug: dict[str, Target]) -> Check:
    ups = [u for u in above(target.slug, by_slug) if by_slug[u].kind is TargetKind.DEVICE]
    return Check(
        slug=f"{target.slug}/icmp",
        target=target.slug,
        collector="icmp",
        address="192.0.2.1",
        interval=1.0,
        timeout=1.0,
        reach=True,
        verify=Verify(uplinks=tuple(f"{u}/icmp" for u in sorted(ups))),
    )


def port_check(target: Target, targets: Iterable[Target]) -> Check:
    lines = [t.slug for t in targets if t.kind is TargetKind.LINK and t.uplinks == (target.slug,)]
    return Check(
        slug=f"{target.slug}/snmp_interfaces",
        target=target.slug,
        collector="snmp_interfaces",
        address="192.0.2.1",
        ports=tuple(PortFact(port=f"to-{s}", link=s) for s in lines),
    )


class World:
    """Targets that answer unless something on every path to them is cut, and a brain that hears.

    Speaks as the sweep does: silence is told probe by probe in a burst, with the answers of
    everything above; calm by a summary every 30 s.
    """

    def __init__(
        self,
        what: Estate,
        policy: TellingPolicy = AT_ONCE,
        *,
        seed: int = 1,
        memory: Memory | None = None,
        now: datetime = DAWN,
        dead: Iterable[str] = (),
    ) -> None:
        self.now = self.begun = now
        self.contacts = [CONTACT]
        self.estate = what
        self.by_slug = {t.slug: t for t in what.targets}
        self.brain = Brain(what, memory or Memory(), policy, self.contacts, now)
        self.dead: set[str] = set(dead)
        self.mute: set[str] = set()  # pass on what others say, and do not answer themselves
        self.loss: dict[str, float] = {}
        self.random = random.Random(seed)
        self.outcomes: list[Outcome] = []
        self._probes: list[tuple[datetime, str, bool]] = []
        self._news: list[tuple[datetime, int, Reading]] = []
        self._count = 0
        self._burst: dict[str, int] = {}
        self._missing: set[str] = set()
        self._thinned: dict[str, datetime] = {}
        self._sent: dict[str, list[tuple[datetime, bool]]] = {}
        self._reach = {c.target: c for c in what.checks if c.reach}
        for slug in sorted(self._reach):
            self._send(now + timedelta(seconds=self.random.random()), slug, bursting=False)
            if self.answers(slug):
                first = Reading(f"{slug}/icmp", "center", now, loss=0)
                self.hear(now + timedelta(seconds=0.1), first)
        self._next_summary = now + timedelta(seconds=30)

    def cut(self, *slugs: str) -> None:
        self.dead.update(slugs)

    def mend(self, *slugs: str) -> None:
        self.dead.difference_update(slugs)

    def reachable(self, slug: str) -> bool:
        if slug in self.dead:
            return False
        ups = self.by_slug[slug].uplinks
        return not ups or any(self.reachable(u) for u in ups)

    def answers(self, slug: str) -> bool:
        """Say whether an address answers: a line's stands at its far device."""
        target = self.by_slug[slug]
        if slug in self.mute:
            return False
        return self.reachable(slug) and not self.dead.intersection(target.members)

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> datetime:
        """Let time pass, in steps of 0.2 s as the pipeline takes them."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end and not (until is not None and until()):
            self.now += timedelta(seconds=0.2)
            while self._probes and self._probes[0][0] <= self.now:
                at, slug, bursting = heapq.heappop(self._probes)
                self._probe(at, slug, bursting=bursting)
            if self.now >= self._next_summary:
                self._summarise()
            batch = []
            while self._news and self._news[0][0] <= self.now:
                batch.append(heapq.heappop(self._news)[2])
            self.outcomes.append(self.brain.feed(batch, self.now))
            self.outcomes.append(self.brain.tick(self.now))
        return self.now

    def stall(self, seconds: float, *, known: bool = True) -> None:
        """Let time pass in which our own process gets no turn: nothing is sent, nothing heard.

        What was due by then is sent when it is over, in any order. `known`: the brain is told.
        """
        self.now += timedelta(seconds=seconds)
        late = [probe for probe in self._probes if probe[0] <= self.now]
        self._probes = [probe for probe in self._probes if probe[0] > self.now]
        heapq.heapify(self._probes)
        self.random.shuffle(late)
        for _, slug, bursting in late:
            soon = timedelta(seconds=self.random.uniform(0.0, 0.2))
            heapq.heappush(self._probes, (self.now + soon, slug, bursting))
        if known:
            self.brain.lapsed(timedelta(seconds=seconds), self.now)

    def report_port(self, line: str, *, up: bool, enabled: bool = True) -> None:
        near = self.by_slug[line].uplinks[0]
        base = (("ifName", f"to-{line}"),)
        samples = [
            (Series.of("ifOperStatus", base), 1.0 if up else 2.0),
            (Series.of("ifAdminStatus", base), 1.0 if enabled else 2.0),
        ]
        self.hear(self.now, Reading(f"{near}/snmp_interfaces", "center", self.now, samples))

    def _probe(self, at: datetime, slug: str, *, bursting: bool) -> None:
        lost = not self.answers(slug) or self.random.random() < self.loss.get(slug, 0.0)
        self._sent.setdefault(slug, []).append((at, not lost))
        if bursting:
            self._burst[slug] -= 1
            if self._burst[slug] > 0:
                self._send(at + timedelta(seconds=0.075), slug, bursting=True)
        else:
            self._send(at + timedelta(seconds=1), slug, bursting=False)
        if not lost:
            self._answered(at, slug, bursting=bursting)
            return
        told = at + timedelta(seconds=0.5 if bursting else 1)
        if slug not in self._missing:
            self._missing.add(slug)
            self.hear(told, self._reading(slug, at, lost=True))
            self._thinned[slug] = at
            for other in (slug, *(u.partition("/")[0] for u in self._verify(slug).uplinks)):
                self._begin_burst(told, other, 40)
        elif bursting or at - self._thinned[slug] >= timedelta(seconds=5):
            self._thinned[slug] = at
            self.hear(told, self._reading(slug, at, lost=True))

    def _answered(self, at: datetime, slug: str, *, bursting: bool) -> None:
        if bursting or slug in self._missing:
            self.hear(at + timedelta(milliseconds=3), self._reading(slug, at, lost=False))
        if slug in self._missing:
            self._missing.discard(slug)
            self._begin_burst(at + timedelta(milliseconds=3), slug, 5)

    def _begin_burst(self, at: datetime, slug: str, probes: int) -> None:
        running = self._burst.get(slug, 0)
        self._burst[slug] = max(running, probes)
        if running <= 0:
            self._send(at, slug, bursting=True)

    def _send(self, at: datetime, slug: str, *, bursting: bool) -> None:
        heapq.heappush(self._probes, (at, slug, bursting))

    def _verify(self, slug: str) -> Verify:
        verify = self._reach[slug].verify
        assert verify is not None
        return verify

    def _reading(self, slug: str, at: datetime, *, lost: bool) -> Reading:
        failure = Failure(FailureKind.TIMEOUT, "no reply") if lost else None
        return Reading(f"{slug}/icmp", "center", at, failure=failure)

    def _summarise(self) -> None:
        self._next_summary += timedelta(seconds=30)
        for slug, sent in self._sent.items():
            loss = 1 - sum(good for _, good in sent) / len(sent)
            at, good = sent[-1]
            reading = Reading(f"{slug}/icmp", "center", at, loss=loss)
            if not good:
                reading.failure = Failure(FailureKind.TIMEOUT, "silence")
            self.hear(self.now, reading)
        self._sent.clear()

    def hear(self, when: datetime, reading: Reading) -> None:
        """Let the brain hear of a reading at an instant."""
        self._count += 1
        heapq.heappush(self._news, (when, self._count, reading))

    # what came of it

    @property
    def transitions(self) -> list[Transition]:
        return [t for o in self.outcomes for t in o.transitions]

    @property
    def incidents(self) -> dict[str, Incident]:
        return {i.id: i for o in self.outcomes for i in o.incidents}

    @property
    def notifications(self) -> list[Notification]:
        return [n for o in self.outcomes for n in o.notifications]

    @property
    def left(self) -> list[Notification]:
        """Return what left by now: not what was taken back before it was due, nor its end."""
        notes = [n for o in self.outcomes for n in o.notes]
        over = {n.incident: n.at for n in notes if n.kind in {"recovered", "merged"}}
        due = [n for n in self.notifications if n.due_at <= self.now]
        problems = [n for n in due if n.purpose is Purpose.PROBLEM]
        said = [n for n in problems if n.due_at < over.get(n.incident or "", self.now)]
        heard = {n.incident for n in said}
        return said + [n for n in due if n.purpose is Purpose.RECOVERY and n.incident in heard]

    def told(self, purpose: Purpose) -> list[str]:
        """Return the roots that people were to be told of, in order."""
        return self._roots(self.notifications, purpose)

    def heard(self, purpose: Purpose) -> list[str]:
        """Return the roots that people have heard of by now, in order."""
        return self._roots(self.left, purpose)

    def _roots(self, rows: Iterable[Notification], purpose: Purpose) -> list[str]:
        found = self.incidents
        unique = dict.fromkeys(
            (n.incident, n.recipient, n.channel) for n in rows if n.purpose is purpose
        )
        return [found[i].root for i, _, _ in unique if i is not None]

    def status(self, slug: str) -> Status:
        state = self.brain.states.get(slug)
        return state.status if state is not None else Status.UNKNOWN
