"""Was what people were told true? What really happened, against what was said of it. Pure.

The truth is the lab's world: which lines and devices were broken from when until when, and which
of that could be seen past whatever was broken above it. How a scene was made up, or how the
platform judges, is of no concern here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.scenes import Fault
from core.incident import FLAPPING, Incident, IncidentState
from core.status import Status, TargetState
from lab.fabric import Fabric
from lab.world import How, World

SURE = timedelta(seconds=8)  # whoever was silent so long, for all to see, must have been told of
TABLES = timedelta(seconds=20)  # so often the lab's interface tables are read
UNCOVERED = timedelta(seconds=25)  # more where something above hid it before: one verify round
LATE = timedelta(seconds=6)  # news may be so much older than the world
CALM = timedelta(seconds=12)  # without a change: then statuses and open incidents must be true
_EARLY, _TARDY = timedelta(seconds=1), timedelta(seconds=6)  # of the end that a recovery names


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault as it was played: from before it was cut, `mending` until it was `mended`."""

    fault: Fault
    begun: datetime
    mending: datetime
    mended: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One message as it arrived."""

    at: datetime
    purpose: str  # problem or recovery
    incident: str
    root: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the platform held of a branch at one instant."""

    at: datetime
    open_roots: tuple[str, ...]
    states: Mapping[str, Status]  # of its devices


@dataclass(slots=True)
class Findings:
    """What is to be said of one scene."""

    first_right: bool | None = None  # None: nothing was told
    messages: int = 0
    messages_right: int = 0
    latencies: list[float] = field(default_factory=list)  # seconds, cut to arrival
    wrong: list[str] = field(default_factory=list)  # sentences


@dataclass(frozen=True, slots=True)
class _Span:
    """A while in which a fault was there for all to see. `hidden_before`: not from its begin."""

    happened: Happened
    begin: datetime
    end: datetime
    hidden_before: bool


def open_roots(incidents: Iterable[Incident], states: Mapping[str, TargetState]) -> tuple[str, ...]:
    """Return the roots of open incidents, but for those that flap and answer just now."""
    return tuple(
        sorted(
            one.root
            for one in incidents
            if one.kind != FLAPPING or states[one.root].status in {Status.DOWN, Status.UNREACHABLE}
        )
    )


def story(happened: Iterable[Happened], told: Iterable[Told], findings: Findings) -> str:
    """Return what happened, what was told of it, and what was wrong with that, for people."""
    lines = [
        f"  {one.begun:%T.%f} … {one.mended:%T.%f} {one.fault.how.value} {one.fault.targets}"
        for one in happened
    ]
    lines += [f"    {one.at:%T.%f} {one.purpose} {one.incident} {one.root}" for one in told]
    return "\n".join([*lines, *(f"  ! {sentence}" for sentence in findings.wrong)])


class Witness:
    """Knows what happened in one scene."""

    def __init__(self, fabric: Fabric, happened: Sequence[Happened]) -> None:
        self._fabric = fabric
        self._cuts = tuple(h for h in happened if not h.fault.loss)
        self._moments = sorted({t for h in self._cuts for t in (h.begun, h.mended)})
        self._spans = tuple(span for h in self._cuts for span in self._seen(h))

    def judge(
        self, told: Sequence[Told], looks: Iterable[Look], incidents: Mapping[str, Incident]
    ) -> Findings:
        """Return what was wrong, and how soon the truth was told; `incidents` as they ended.

        Of what was told before the scene only that counts which still holds: a flapping line.
        """
        found = Findings()
        begun = self._moments[0]
        problems = [m for m in told if m.purpose == "problem" and m.at >= begun]
        self._judge_problems(problems, found)
        found.wrong += self._untold(told, incidents)
        found.wrong += self._twice(problems)
        found.wrong += self._recoveries([m for m in told if m.at >= begun], incidents)
        for look in looks:
            found.wrong += self._look(look)
        return found

    def roots(self, happened: Happened) -> frozenset[str]:
        """Return what may truly be blamed for a fault."""
        fault = happened.fault
        if fault.root is not None:
            return frozenset((fault.root,))
        (target,) = fault.targets
        if fault.how is How.OFF:
            return frozenset((target, *self._around(target)))
        if fault.how is How.FAR:  # the far end lost its power: the line is what is seen of it
            far = self._fabric.links[target].far
            return frozenset((target, far, self._fabric.devices[far].site))
        return frozenset((target,))

    def _around(self, device: str) -> Iterator[str]:
        """Yield what else a dead gateway may be taken for: its site, and its only line."""
        site = self._fabric.devices[device].site
        if self._fabric.gateways.get(site) != device:
            return
        yield site
        lines = [line for line, _ in self._fabric.above(device) if line is not None]
        if len(lines) == 1:
            yield lines[0]

    # what could be seen

    def _world(self, at: datetime, without: Happened | None = None) -> World:
        """Return the world just after an instant."""
        world = World(self._fabric)
        for happened in self._cuts:
            if happened is without or not happened.begun <= at < happened.mended:
                continue
            for target in happened.fault.targets:
                world = world.cut(target, happened.fault.how, happened.begun)
        return world

    def _is_seen(self, happened: Happened, at: datetime) -> bool:
        """Say whether something of a fault stands behind what answers.

        Of a line to a router that is dead anyhow only that it was shut can be seen.
        """
        world = self._world(at, happened)
        fault = happened.fault
        if self._leads_to_dead(fault, world) and fault.how is not How.ADMIN:
            return False
        ends = (
            self._fabric.links[target].near if target in self._fabric.links else target
            for target in fault.targets
        )
        return any(end not in world.silent for end in ends)

    def _leads_to_dead(self, fault: Fault, world: World) -> bool:
        lines = [self._fabric.links[t] for t in fault.targets if t in self._fabric.links]
        return bool(lines) and all(line.far in world.cuts for line in lines)

    def _stands_only_in_tables(self, happened: Happened, at: datetime) -> bool:
        """Say whether nothing but its port tells of a line: what it leads to is dead anyhow."""
        return self._leads_to_dead(happened.fault, self._world(at, happened))

    def _seen(self, happened: Happened) -> Iterator[_Span]:
        """Yield the spans in which a fault could be seen."""
        inside = [t for t in self._moments if happened.begun <= t < happened.mended]
        begin: datetime | None = None
        for moment in inside:
            seen = self._is_seen(happened, moment)
            if seen and begin is None:
                begin = moment
            elif not seen and begin is not None:
                yield _Span(happened, begin, moment, begin > happened.begun)
                begin = None
        if begin is not None:
            yield _Span(happened, begin, happened.mended, begin > happened.begun)

    # what was told

    def _judge_problems(self, problems: Sequence[Told], found: Findings) -> None:
        met: set[_Span] = set()
        for number, message in enumerate(problems):
            spans = [
                span
                for span in self._spans
                if span.begin <= message.at
                and message.at <= span.end + LATE
                and message.root in self.roots(span.happened)
            ]
            right = bool(spans)
            found.messages += 1
            found.messages_right += right
            if number == 0:
                found.first_right = right
            if not right:
                found.wrong.append(f"blamed {message.root} at {message.at:%H:%M:%S.%f}")
            new = [span for span in spans if span not in met and not span.hidden_before]
            if new:
                met.add(new[-1])
                found.latencies.append((message.at - new[-1].begin).total_seconds())

    def _untold(self, told: Sequence[Told], incidents: Mapping[str, Incident]) -> Iterator[str]:
        ended = {m.incident: m.at for m in told if m.purpose == "recovery"}
        for span in self._spans:
            patience = self._patience(span)
            by = span.begin + patience
            if by > span.end:
                continue
            roots = self.roots(span.happened)
            standing = (
                (m.at, ended.get(_heir(m.incident, incidents).id))
                for m in told
                if m.purpose == "problem" and m.root in roots
            )
            if not any(at <= by and (end is None or end > by) for at, end in standing):
                yield f"nobody was told of {sorted(roots)} within {patience.total_seconds():.0f} s"

    def _patience(self, span: _Span) -> timedelta:
        """Return how long after its beginning a span must have been told of."""
        if span.hidden_before:
            return UNCOVERED
        inside = (span.begin, *(t for t in self._moments if span.begin <= t < span.end))
        dead = any(self._stands_only_in_tables(span.happened, t) for t in inside)
        return TABLES + SURE if dead else SURE

    def _twice(self, problems: Sequence[Told]) -> Iterator[str]:
        for incident, times in Counter(m.incident for m in problems).items():
            if times > 1:
                yield f"{incident} was told {times} times"
        for span in self._spans:
            roots = self.roots(span.happened)
            during = [m for m in problems if m.root in roots and span.begin <= m.at < span.end]
            if len(during) > 1:
                yield f"{sorted(roots)} was told as {[(m.incident, m.root) for m in during]}"

    def _recoveries(self, told: Sequence[Told], incidents: Mapping[str, Incident]) -> Iterator[str]:
        recoveries = Counter(m.incident for m in told if m.purpose == "recovery")
        for incident, times in recoveries.items():
            if times > 1:
                yield f"the recovery of {incident} was told {times} times"
        for code in dict.fromkeys(m.incident for m in told if m.purpose == "problem"):
            last = _heir(code, incidents)
            if last.state is IncidentState.OPEN and last.kind != FLAPPING:
                yield f"{last.id} ({last.root}) was left open"
            elif last.state is not IncidentState.OPEN and not recoveries[last.id]:
                yield f"the recovery of {last.id} ({last.root}), told as {code}, was never told"
            if recoveries[code]:
                yield from self._end(incidents[code])

    def _end(self, incident: Incident) -> Iterator[str]:
        """Say whether an incident ended when something did."""
        at = incident.recovered_at
        if at is None:
            yield f"{incident.id} was told as over and is not"
            return
        if not any(h.mending - _EARLY <= at <= h.mended + _TARDY for h in self._cuts):
            yield f"{incident.id} ({incident.root}) is said to have ended at {at:%H:%M:%S.%f}"

    # how things stood

    def _look(self, look: Look) -> Iterator[str]:
        """Compare what was held in a calm moment with the world."""
        before = [t for t in self._moments if t <= look.at]
        calm = CALM if not before or not self._uncovers(before[-1]) else UNCOVERED
        if before and look.at - before[-1] < calm:
            return
        seen = [h for h in self._cuts if h.begun <= look.at < h.mended]
        seen = [h for h in seen if self._is_seen(h, look.at)]
        for happened in seen:
            tables = self._stands_only_in_tables(happened, look.at)
            if tables and look.at - happened.begun < TABLES + SURE:
                continue
            if not self.roots(happened) & set(look.open_roots):
                yield f"{sorted(self.roots(happened))} not open at {look.at:%H:%M:%S}"
        allowed = {root for h in seen for root in self.roots(h)}
        for root in look.open_roots:
            if root not in allowed:
                yield f"{root} was open at {look.at:%H:%M:%S} and nothing is wrong with it"
        if len(look.open_roots) > len(seen):
            yield f"{len(look.open_roots)} open of {len(seen)} troubles: {look.open_roots}"
        silent = self._world(look.at).silent
        for device, status in sorted(look.states.items()):
            if (device in silent) is not (status in {Status.DOWN, Status.UNREACHABLE}):
                yield f"{device} is {status.value} at {look.at:%H:%M:%S}"

    def _uncovers(self, moment: datetime) -> bool:
        """Say whether something could be seen again from a moment on."""
        return any(span.begin == moment and span.hidden_before for span in self._spans)


def _heir(code: str, incidents: Mapping[str, Incident]) -> Incident:
    """Return the incident that speaks for one in the end."""
    incident = incidents[code]
    while incident.merged_into is not None and incident.merged_into in incidents:
        incident = incidents[incident.merged_into]
    return incident
