"""The whole of judging without I/O: readings in, rows out.

Readings move streaks (judge), streaks make facts, facts make statuses and roots (root cause),
roots make incidents, incidents make notifications. Only the first step runs for every
reading; the others when something that they look at has changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts import chains, decisions, telling, unrest
from alerts.coming_back import freed
from alerts.facts import NOTHING, Fact, Facts, Lapse, Port, fact_of, follow, ports_in
from alerts.flapping import Flapping, flapping, remembered
from alerts.hours import next_boundary
from alerts.incidents import Fold, Numbering, fold, taken_in
from alerts.judge import forgotten, judge, overdue, patience
from alerts.places import Place
from alerts.reported import Reported, Reporting
from alerts.rootcause import resolve
from alerts.setback import SET_BACK, earlier, incident_earlier, row_earlier
from alerts.telling import TellingPolicy
from alerts.thresholds import Thresholds
from alerts.topology import Topology, ports_of
from core.alert import Alert, Heard
from core.clock import LOCAL
from core.errors import Conflict
from core.incident import EXTERNAL, THRESHOLD, Decision, Incident, Purpose
from core.inventory import Contact, EscalationStep
from core.outcome import Memory, Outcome, TakenIn
from core.people import AuditRow
from core.reading import Reading
from core.status import Status, Streak, TargetState, Transition, Verdict
from core.text import Text
from core.watching import Check, Estate

GAP = timedelta(seconds=5)  # a shorter stop of our own hides nothing
APART = timedelta(seconds=1)  # between two transitions of one target
STREAKS_PERIOD = timedelta(seconds=30)  # between two writings of a streak that stays as it is
TOGETHER = timedelta(seconds=1)  # such streaks wait so long for each other, and for other rows
LOOK_FOR_OVERDUE = timedelta(seconds=5)
_BURST = timedelta(seconds=2.5)  # until it is sure whether a suspect is silent
_LONGEST_LAPSE = timedelta(seconds=6)  # after which all that is silent is known anew, as at a start
_LONGEST_HOLD = timedelta(seconds=20)  # a process that gets hardly any turn must speak too
_REMEMBERED = timedelta(minutes=2)  # lapses: by then all that fell silent in one is noticed
_REPORTING = Reporting()


class Brain:
    """What is held of every target at present. One per process; not for several threads."""

    def __init__(
        self,
        estate: Estate,
        memory: Memory,
        policy: TellingPolicy,
        contacts: Sequence[Contact],
        now: datetime,
        *,
        escalations: Sequence[EscalationStep] = (),
        reporting: Reporting = _REPORTING,
    ) -> None:
        self._policy = policy
        self._escalations = tuple(escalations)
        self._contacts = tuple(contacts)
        self._topology = Topology(estate)
        self._states: dict[str, TargetState] = dict(memory.states)
        self._incidents: dict[str, Incident] = {
            i.root: i for i in memory.incidents if i.kind not in {THRESHOLD, EXTERNAL}
        }
        self._falls = dict(memory.falls)
        self._freed: dict[str, datetime] = {}
        self._reported = Reported(self._topology, memory.incidents, reporting, now)
        self._numbering = Numbering(now.astimezone(LOCAL).date(), memory.incidents_today)
        self._streaks: dict[str, Streak] = dict(memory.streaks)
        self._written: dict[str, datetime] = {}
        self._unwritten: set[str] = set()
        self._urgent = True  # one of them has changed its verdict
        self._wrote_at = now
        self._facts: dict[str, Fact] = {}
        self._heard_of: set[str] = set()  # targets whose facts are older than their streaks
        self._ports: dict[str, Port] = {}
        self._carried: dict[str, Mapping[str, str]] = {}
        self._calm: dict[str, Place] = {}
        self._dirty = True
        self._waiting_until: datetime | None = None
        self._held_since: datetime | None = None
        self._held_until: datetime | None = None
        self._lapses: list[Lapse] = []
        self._boundary: datetime | None = None
        self._shortest_patience = timedelta(0)
        self._swept_at = self._latest = self._listening = now
        self._started = Outcome()
        self._thresholds = Thresholds(
            self._topology,
            memory.watches,
            memory.incidents,
            max(memory.observed_until.values(), default=now),
        )
        self._mind_the_clock(max(memory.observed_until.values(), default=now), now)
        self._bind(now)
        self._resume(memory, now)
        self._retire_the_gone(now, self._started)

    @property
    def states(self) -> Mapping[str, TargetState]:
        """How every target that was ever judged stands."""
        return self._states

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The open incidents, oldest first."""
        found = (
            *self._incidents.values(),
            *self._thresholds.incidents,
            *self._reported.incidents,
        )
        return tuple(sorted(found, key=lambda i: (i.began_at, i.id)))

    @property
    def topology(self) -> Topology:
        """The estate that is judged."""
        return self._topology

    def wake_at(self) -> datetime | None:
        """Return when `tick` has something to say though nothing was heard."""
        swept = self._swept_at + LOOK_FOR_OVERDUE
        return min(swept, self.waits_until or swept)

    @property
    def waits_until(self) -> datetime | None:
        """When a wait or a span of hours runs out, whatever checks may be overdue by then."""
        held = self._held_until if self._dirty else None
        times = (self._waiting_until if held is None else held, self._boundary)
        return min((t for t in times if t is not None), default=None)

    def unrest(self, purpose: Purpose, now: datetime) -> int:
        """Return how many more problems, or ends, are most likely about to be told."""
        if purpose is Purpose.RECOVERY:
            return unrest.returning(self._topology, self._facts, now)
        return unrest.falling(self._topology, self._facts, self._states, now)

    def hear(self, readings: Sequence[Reading], now: datetime) -> None:
        """Judge a portion of a batch by itself; what it means says `feed`, of all of them.

        In a storm many readings say the same of one target: it is looked at once for all of them,
        and at once only where the verdict changes.
        """
        self._mind_the_clock(self._latest, now)
        self._latest = now
        changed: set[str] = set()
        for reading in readings:
            check = self._topology.checks.get(reading.check)
            if check is None:
                continue
            old = self._streaks.get(check.slug) or Streak(check.slug)
            new = judge(old, reading, check, now)
            if new is not old:
                self._streaks[check.slug] = new
                self._note(old, new, now)
                if new.verdict is not old.verdict:
                    changed.add(check.target)
                elif check.reach or new.fails:
                    self._heard_of.add(check.target)
            self._thresholds.hear(reading, check, now)
            if check.slug in self._carried and reading.ok:
                self._hear_ports(reading, self._carried[check.slug])
        for target in changed:
            self._look_at(target, now)

    def feed(self, readings: Sequence[Reading], now: datetime) -> Outcome:
        """Judge a batch of readings, or the last portion of it."""
        outcome = self._begin(now)
        self.hear(readings, now)
        return self._conclude(outcome, now)

    def evaluated(
        self,
        rule: str,
        found: Iterable[tuple[Mapping[str, str], float]],
        at: datetime,
        now: datetime,
    ) -> Outcome:
        """Judge what the expression of a rule amounts to at an instant: labels and value."""
        outcome = self._begin(now)
        self._thresholds.evaluated(rule, found, at, now)
        return self._conclude(outcome, now)

    def tick(self, now: datetime) -> Outcome:
        """Judge the passing of time: overdue checks, waits that ran out, hours that begin."""
        outcome = self._begin(now)
        if now >= self._swept_at + LOOK_FOR_OVERDUE:
            self._swept_at = now
            self._sweep(now)
            self._tell(self._reported.sweep(now), outcome, now)
        if self._waiting_until is not None and now >= self._waiting_until:
            self._dirty = True
        if self._boundary is not None and now >= self._boundary:
            self._boundary = next_boundary(self._topology.scheduled, now)
            self._dirty = True
        return self._conclude(outcome, now)

    def lapsed(self, late: timedelta, now: datetime) -> None:
        """Conclude nothing for a while: for as long as `late` our process had no turn.

        Then nothing was sent nor heard either, and "it would have been heard of by now" is not true
        of anything, and whoever was under suspicion has not been cleared for want of probes.
        """
        self._lapses = [one for one in self._lapses if one.end > now - _REMEMBERED]
        self._lapses.append(Lapse(now - late, now))
        if self._held_until is None or self._held_since is None:
            self._held_since = now
        until = min(now + min(late, _LONGEST_LAPSE) + _BURST, self._held_since + _LONGEST_HOLD)
        self._held_until = max(until, self._held_until or until)

    def report(self, alerts: Sequence[Alert], now: datetime) -> tuple[Outcome, Heard]:
        """Take what others report; the same again changes nothing."""
        outcome = self._begin(now)
        result, heard = self._reported.hear(
            alerts, self._states, self._incidents, self._numbering, now
        )
        chains.freeze(result, self._escalations, self._topology, self._delay, now)
        self._reported.keep(result)
        self._tell(result, outcome, now)
        return self._conclude(outcome, now), heard

    def replace(
        self,
        estate: Estate,
        contacts: Sequence[Contact],
        now: datetime,
        *,
        escalations: Sequence[EscalationStep] = (),
    ) -> Outcome:
        """Go on with another estate; what is no longer watched becomes unknown."""
        outcome = self._begin(now)
        self._contacts = tuple(contacts)
        self._escalations = tuple(escalations)
        self._topology = Topology(estate)
        self._thresholds.bind(self._topology)
        self._reported.bind(self._topology)
        self._streaks = {s: k for s, k in self._streaks.items() if s in self._topology.checks}
        self._written = {s: at for s, at in self._written.items() if s in self._streaks}
        self._unwritten &= self._streaks.keys()
        self._ports = {s: p for s, p in self._ports.items() if s in self._topology.ported}
        self._retire_the_gone(now, outcome)
        self._bind(now)
        return self._conclude(outcome, now)

    def merge(self, stays: str, others: Sequence[str], why: Decision, now: datetime) -> Outcome:
        """Make one of several open incidents, named by their codes; a person's decision.

        Conflict if one of them is not open or is of a rule; Invalid without a reason.
        """
        known = [self._open_incident(code) for code in (stays, *dict.fromkeys(others))]
        result = decisions.merge(self._incidents, known[0], known[1:], why, now)
        outcome = self._decided(result, why, "incident.merge", stays, " ".join(others), now)
        outcome.taken_in.extend(TakenIn(gone.id, stays, by_hand=True) for gone in result.merged)
        return self._conclude(outcome, now)

    def split(self, incident: str, member: str, why: Decision, now: datetime) -> Outcome:
        """Make an incident of its own of a member and what hangs on it; a person's decision.

        NotFound if it is no member; Conflict if it is the root, or the incident is not open or is
        of a rule; Invalid without a reason.
        """
        result = decisions.split(
            self._incidents,
            self._open_incident(incident),
            member,
            why,
            states=self._states,
            topology=self._topology,
            numbering=self._numbering,
            now=now,
        )
        outcome = self._decided(result, why, "incident.split", incident, member, now)
        outcome.split_off.extend((incident, new.id) for new in result.opened)
        return self._conclude(outcome, now)

    def _open_incident(self, code: str) -> Incident:
        found = next((one for one in self.incidents if one.id == code), None)
        if found is None:
            raise Conflict(
                Text(
                    vi=f"Không có sự cố {code} nào đang diễn ra",
                    en=f"There is no open incident {code}",
                )
            )
        return found

    def _decided(  # noqa: PLR0917
        self, result: Fold, why: Decision, action: str, subject: str, what: str, now: datetime
    ) -> Outcome:
        """Take over what a person decided, with its row of the audit trail."""
        outcome = self._begin(now)
        chains.freeze(result, self._escalations, self._topology, self._delay, now)
        self._incidents = result.present
        self._tell(result, outcome, now)
        outcome.audit.append(
            AuditRow(
                at=now,
                actor=why.actor,
                action=action,
                subject=subject,
                detail=f"{what}: {why.reason}",
                origin=why.origin,
            )
        )
        self._dirty = True
        return outcome

    def _begin(self, now: datetime) -> Outcome:
        self._mind_the_clock(self._latest, now)
        self._latest = now
        outcome, self._started = self._started, Outcome()
        return outcome

    def _mind_the_clock(self, latest: datetime, now: datetime) -> None:
        """Go on at once when the clock was set back: nothing remembered may lie ahead."""
        by = latest - now
        if by <= SET_BACK:
            return
        self._streaks = {s: row_earlier(k, by, now) for s, k in self._streaks.items()}
        self._facts = {s: row_earlier(f, by, now) for s, f in self._facts.items()}
        self._ports = {s: row_earlier(p, by, now) for s, p in self._ports.items()}
        self._states = {s: row_earlier(k, by, now) for s, k in self._states.items()}
        self._falls = {
            s: tuple(earlier(at, by, now) for at in falls) for s, falls in self._falls.items()
        }
        for slug, incident in self._incidents.items():
            moved = incident_earlier(incident, by, now)
            if moved is not incident:
                self._incidents[slug] = moved
                self._started.incidents.append(moved)
        self._started.incidents += self._thresholds.set_back(by, now)
        self._started.incidents += self._reported.set_back(by, now)
        self._written = {s: earlier(at, by, now) for s, at in self._written.items()}
        self._freed = {s: earlier(at, by, now) for s, at in self._freed.items()}
        self._swept_at = earlier(self._swept_at, by, now)
        self._listening = earlier(self._listening, by, now)
        self._held_since = self._held_until = None
        self._lapses.clear()
        self._boundary = next_boundary(self._topology.scheduled, now)
        self._calm.clear()
        self._dirty = True

    def _bind(self, now: datetime) -> None:
        """Look at every target anew, as after a change of the estate."""
        checks = self._topology.checks.values()
        looked_at = {c.target for c in checks}
        self._carried = {c.slug: ports_of(c) for c in checks if c.ports}
        self._boundary = next_boundary(self._topology.scheduled, now)
        self._shortest_patience = timedelta(seconds=min(map(patience, checks), default=0.0))
        self._calm.clear()
        known = self._facts
        self._facts = {s: known[s] for s in known if s in looked_at}
        for target in looked_at:
            self._look_at(target, now)
        self._dirty = True

    def _resume(self, memory: Memory, now: datetime) -> None:
        """Declare the time since our last look unknown, unless it was too short to matter."""
        until = max(memory.observed_until.values(), default=None)
        if not memory.states or until is None or now - until < GAP:
            return
        for slug, streak in list(self._streaks.items()):
            self._streaks[slug] = forgotten(streak, until)
            self._unwritten.add(slug)
        self._facts.clear()
        self._bind(now)
        for slug, state in sorted(self._states.items()):
            if state.status is not Status.UNKNOWN:
                gap = TargetState(slug, Status.UNKNOWN, until, "not_observed")
                self._move(slug, gap, now, self._started)

    def _retire_the_gone(self, now: datetime, outcome: Outcome) -> None:
        for slug in sorted(self._states.keys() - self._topology.targets.keys()):
            self._retire(slug, now, outcome)

    def _retire(self, slug: str, now: datetime, outcome: Outcome) -> None:
        if self._states[slug].status is not Status.UNKNOWN:
            self._move(slug, TargetState(slug, Status.UNKNOWN, now, "retired"), now, outcome)
        del self._states[slug]
        self._falls.pop(slug, None)
        self._facts.pop(slug, None)
        self._calm.clear()
        self._dirty = True

    def _sweep(self, now: datetime) -> None:
        self._thresholds.sweep(now)
        surely_heard = now - self._shortest_patience
        for slug, check in self._topology.checks.items():
            old = self._streaks.get(slug)
            if old is None or (old.last_at is not None and old.last_at >= surely_heard):
                continue
            new = overdue(old, check, now)
            if new is not old:
                self._streaks[slug] = new
                self._note(old, new, now)
                self._look_at(check.target, now)

    def _note(self, old: Streak, new: Streak, now: datetime) -> None:
        """Write a streak down when its verdict changes, and otherwise now and then."""
        written = self._written.get(new.check)
        same = new.verdict is old.verdict and written is not None
        if same and written is not None and now - written < STREAKS_PERIOD:
            return
        self._unwritten.add(new.check)
        self._urgent = self._urgent or not same

    def _hear_ports(self, reading: Reading, links: Mapping[str, str]) -> None:
        for link, port in ports_in(reading, links, self._ports).items():
            known = self._ports.get(link)
            self._ports[link] = port
            if known is None or (known.up, known.enabled) != (port.up, port.enabled):
                self._calm.pop(link, None)
                self._dirty = True
            elif link in self._incidents or (not port.up and self._carries(link)):
                self._dirty = True  # "still up, and silent" names the cause better

    def _carries(self, link: str) -> bool:
        """Say whether a link is held to be well: a word of its port was too old to be believed."""
        state = self._states.get(link)
        return state is None or state.status not in {Status.DOWN, Status.UNREACHABLE}

    def _look_at(self, target: str, now: datetime) -> None:
        """Make the fact of a target anew; say whether the whole must be thought over."""
        old = self._facts.get(target, NOTHING)
        new = follow(
            old,
            fact_of(
                self._pairs(self._topology.reach.get(target, ())),
                self._pairs(self._topology.others.get(target, ())),
            ),
            self._lapses,
            now,
        )
        self._facts[target] = new
        self._heard_of.discard(target)
        if not new.stands_as(old):
            self._calm.pop(target, None)
        if self._dirty or new == old:
            return
        suspicion = {old.verdict, new.verdict} <= {Verdict.OK, Verdict.LOSSY, Verdict.SUSPECT}
        matters = not suspicion or self._hangs_on_a_dead_port(target)
        if (
            self._waiting_until is not None
            or (new.verdict is not old.verdict and matters)
            or self._contradicts(target, new)
        ):
            self._dirty = True

    def _hangs_on_a_dead_port(self, target: str) -> bool:
        """Say whether only its answers keep a line to it from being held dead."""
        ports = (self._ports.get(up) for up in self._topology.uplinks.get(target, ()))
        return any(port is not None and not port.up for port in ports)

    def _contradicts(self, target: str, fact: Fact) -> bool:
        """Say whether a target is held otherwise than it would be by itself."""
        if not fact.good:
            return False
        state = self._states.get(target)
        measured = self._thresholds.fires_for(target)
        plain = (Status.UP, Status.DEGRADED)
        return (
            state is None
            or state.status not in plain
            or (state.status is Status.DEGRADED) is not (bool(fact.degraded) or measured)
        )

    def _pairs(self, checks: Iterable[Check]) -> list[tuple[Check, Streak]]:
        return [(c, self._streaks.get(c.slug) or Streak(c.slug)) for c in checks]

    def _conclude(self, outcome: Outcome, now: datetime) -> Outcome:
        for target in tuple(self._heard_of):
            self._look_at(target, now)
        if self._held_until is not None and now >= self._held_until:
            self._held_since = self._held_until = None
            self._dirty = True
        if self._held_until is None and (self._dirty or self._thresholds.dirty):
            self._dirty = False
            self._think(outcome, now)
        outcome.watches.extend(self._thresholds.take_unwritten())
        if self._urgent or not outcome.empty or abs(now - self._wrote_at) >= TOGETHER:
            outcome.streaks.extend(self._streaks[s] for s in sorted(self._unwritten))
            self._written.update(dict.fromkeys(self._unwritten, now))
            self._unwritten.clear()
            self._urgent, self._wrote_at = False, now
        return outcome

    def _think(self, outcome: Outcome, now: datetime) -> None:
        facts = Facts(
            self._facts,
            self._ports,
            self._states,
            self._thresholds.beyond(),
            self._thresholds.calmed(),
            self._listening,
        )
        view = resolve(self._topology, facts, now, self._calm)
        self._calm = view.calm
        for link in view.overtaken:
            if not self._ports[link].overtaken:
                self._ports[link] = replace(self._ports[link], overtaken=True)
        self._waiting_until = view.waiting_until
        for slug, state in sorted(view.states.items()):
            self._move(slug, state, now, outcome)
        result = fold(
            self._incidents,
            view,
            states=self._states,
            topology=self._topology,
            flaps=self._flapping(view.roots, now),
            numbering=self._numbering,
            now=now,
        )
        chains.freeze(result, self._escalations, self._topology, self._delay, now)
        self._incidents = result.present
        self._freed = freed(self._freed, result, now, self._policy.coming_back)
        self._tell(result, outcome, now)
        outages = {slug: i for i in self._incidents.values() for slug in i.roots}
        crossings = self._thresholds.fold(self._states, outages, self._numbering, now)
        chains.freeze(crossings, self._escalations, self._topology, self._delay, now)
        self._thresholds.keep(crossings)
        self._tell(crossings, outcome, now)
        for each in (result, crossings):
            outcome.taken_in.extend(taken_in(each, self.incidents))

    def _flapping(self, roots: Iterable[str], now: datetime) -> dict[str, Flapping]:
        """Return which roots flap, and be awake when the first of them may be calm."""
        found = {
            root: flaps
            for root in {*roots, *self._incidents}
            if root in self._falls and (flaps := flapping(self._falls[root], now)) is not None
        }
        times = [self._waiting_until, *(flaps.calm_at for flaps in found.values())]
        self._waiting_until = min((at for at in times if at is not None), default=None)
        return found

    def _delay(self, incident: Incident) -> float:
        """Return how many seconds people are left in peace before they hear of an incident."""
        return telling.usual_delay(incident, self._topology, self._policy)

    def _move(self, slug: str, state: TargetState, now: datetime, outcome: Outcome) -> None:
        """Write a change of status; two of one target are at least a second apart."""
        old = self._states.get(slug)
        before = old.status if old is not None else Status.UNKNOWN
        at = min(state.since, now)
        if old is not None:
            at = max(at, old.since + APART)
        if at > now:  # within a second the last word counts: say it when the second is over
            self._waiting_until = min(self._waiting_until or at, at)
            return
        self._states[slug] = replace(state, since=at)
        moved = Transition(
            target=slug,
            old=before,
            new=state.status,
            at=at,
            recorded_at=now,
            reason=state.reason,
            cause=state.cause,
            detail=state.detail,
        )
        outcome.transitions.append(moved)
        if moved.is_fall:
            self._falls[slug] = (*remembered(self._falls.get(slug, ()), now), at)

    def _tell(self, result: Fold, outcome: Outcome, now: datetime) -> None:
        written: dict[str, Incident] = {}
        for incidents in (result.opened, result.changed, result.recovered, result.merged):
            written.update((i.id, i) for i in incidents)
        outcome.incidents.extend(written.values())
        outcome.notes.extend(result.notes)
        told = telling.notifications(
            result, self._topology, self._policy, self._contacts, now, self._freed
        )
        outcome.notifications.extend(told.notifications)
        outcome.cancelled.extend(told.cancelled)
