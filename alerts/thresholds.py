"""Which rules fire where? Holds the watches of all series that rules select, and their incidents.

An incident of kind `threshold` belongs to one rule and one target, and stays apart from those of
outages, of which a root has one. Where the target or its site is down, the outage speaks for it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from alerts import rules
from alerts.facts import Beyond
from alerts.incidents import Fold, Numbering, comings_and_goings, joined
from alerts.places import HIDING
from alerts.quantities import compared
from alerts.rules import Terms
from alerts.segments import (
    explains_calls,
    is_of_a_call,
    is_of_the_path,
    may_be_spoken_for,
    road,
    speakers,
    speakers_of_calls,
)
from alerts.setback import incident_earlier, row_earlier
from alerts.topology import Topology
from core.incident import THRESHOLD, Incident, IncidentNote, IncidentState, Member, Severity
from core.inventory import Rule
from core.labels import Series
from core.reading import Reading
from core.status import TargetState, Watch
from core.watching import Check

_UNHEARD = Terms(timedelta(minutes=10))  # of a series that has not come again since we started
SETTLING = timedelta(seconds=35)  # until all who share a way have been summed up once more
_Key = tuple[str, str]  # rule and target of an incident; rule and series of a watch


@dataclass(frozen=True, slots=True)
class _Bound:
    """A rule bound to one series."""

    key: _Key
    rule: Rule
    target: str
    terms: Terms


class Thresholds:
    """The part of the brain that minds rules."""

    def __init__(
        self,
        topology: Topology,
        watches: Iterable[Watch],
        incidents: Iterable[Incident],
        seen_until: datetime,
    ) -> None:
        # of what was remembered the samples went on to come until we stopped
        self._watches = {(w.rule, w.series): replace(w, at=seen_until) for w in watches}
        self._fired = {k: w for k, w in self._watches.items() if w.fired_at is not None}
        self._fired_for = {w.target for w in self._fired.values()}
        self._watched = {w.target for w in self._watches.values()}
        self._rules: dict[str, Rule] = {}
        self._terms: dict[_Key, Terms] = {}
        self._open = {(i.cause, i.root): i for i in incidents if i.kind == THRESHOLD}
        self._unwritten: dict[_Key, Watch] = {}
        self._calmed: dict[str, datetime] = {}
        self._hidden: frozenset[str] = frozenset()
        self._left: dict[_Key, _Key] = {}  # bad calls, and whose incident speaks for them
        self._again: datetime | None = None  # somebody waits until then
        self.dirty = False
        self.bind(topology)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The open incidents of rules."""
        return tuple(self._open.values())

    def bind(self, topology: Topology) -> None:
        """Go on with another estate; what no rule selects any more is forgotten."""
        self._topology = topology
        before = self._rules
        self._rules = {rule.slug: rule for rule in topology.rules.values() if rule.enabled}
        self._by_check = {
            check.slug: found
            for check in topology.checks.values()
            if (found := self._rules_of(check))
        }
        self._known: dict[str, dict[Series, tuple[_Bound, ...]]] = {}
        self._terms.clear()
        for key, watch in list(self._watches.items()):
            if not self._still_meant(watch, before):
                self._keep(key, watch, rules.cleared(watch))
                del self._watches[key]
        self.dirty = True

    def hear(self, reading: Reading, check: Check, now: datetime) -> None:
        """Take in the samples that rules select; all others cost one look by name, or none."""
        bound = self._by_check.get(check.slug)
        if bound is None:
            return
        known = self._known.setdefault(check.slug, {})
        for series, value in reading.samples:
            if series.name not in bound:
                continue
            meant = known.get(series)
            if meant is None:
                meant = known[series] = self._meaning(series, check, bound[series.name])
            for one in meant:
                self._hear(one, min(reading.at, now), value)

    def evaluated(
        self,
        slug: str,
        found: Iterable[tuple[Mapping[str, str], float]],
        at: datetime,
        now: datetime,
    ) -> None:
        """Take in what the expression of a rule amounts to at an instant: labels and value.

        A series that names none of our targets is passed over; one that is not there any more
        says nothing, as a sample that does not come.
        """
        rule = self._rules.get(slug)
        if rule is None or rule.value != rules.EXPRESSION:
            return
        terms = rules.terms_of_expression(rule, self._topology)
        for labels, value in found:
            target = rules.named(labels, self._topology)
            if target is not None and rules.holds_for(rule, target):
                key = (slug, rules.series_of(labels))
                self._hear(_Bound(key, rule, target.slug, terms), min(at, now), value)

    def _hear(self, one: _Bound, at: datetime, value: float) -> None:
        old = self._watches.get(one.key) or Watch(*one.key, target=one.target)
        if one.target in self._hidden:  # what is measured of the dead proves nothing
            new = old if old.fired_at is not None else replace(rules.cleared(old), at=at)
        else:
            new = rules.heard(old, one.rule, at, value, one.terms)
        self._terms[one.key] = one.terms
        self._watched.add(one.target)
        self._keep(one.key, old, new)

    def sweep(self, now: datetime) -> None:
        """Turn to "no data" what has been silent for too long."""
        for key, watch in list(self._watches.items()):
            terms = self._terms.get(key, _UNHEARD)
            if watch.value is not None and rules.is_silent(watch, terms, now):
                rule = self._rules.get(watch.rule)
                over = rule is not None and is_of_a_call(rule)  # no figures: the call has ended
                self._keep(key, watch, rules.cleared(watch) if over else rules.silent(watch))
        self.dirty = self.dirty or (self._again is not None and now >= self._again)

    def set_back(self, by: timedelta, now: datetime) -> list[Incident]:
        """Let nothing lie ahead of a clock that was set back; return the incidents changed."""
        self._watches = {
            key: replace(row_earlier(watch, by, now), points=())
            for key, watch in self._watches.items()
        }
        self._fired = {k: w for k, w in self._watches.items() if w.fired_at is not None}
        self._calmed.clear()
        moved = {key: incident_earlier(i, by, now) for key, i in self._open.items()}
        changed = [i for key, i in moved.items() if i is not self._open[key]]
        self._open = moved
        return changed

    def take_unwritten(self) -> list[Watch]:
        """Return the watches to write or to forget, once."""
        found, self._unwritten = self._unwritten, {}
        return [found[key] for key in sorted(found)]

    def beyond(self) -> dict[str, Beyond]:
        """Return the targets for which a rule fires, by the one that began first."""
        found: dict[str, Beyond] = {}
        for watch in self._firing():
            since = watch.beyond_since
            if since is not None:
                one = Beyond(since, watch.rule)
                found[watch.target] = min(found.get(watch.target, one), one)
        return found

    def fires_for(self, target: str) -> bool:
        """Say whether a rule fires for a target."""
        return target in self._fired_for

    def calmed(self) -> Mapping[str, datetime]:
        """Return since when a target is back within all its thresholds, where it was not."""
        return self._calmed

    def fold(
        self,
        states: Mapping[str, TargetState],
        outages: Mapping[str, Incident],
        numbering: Numbering,
        now: datetime,
    ) -> Fold:
        """Return what the rules that fire make of the open incidents of rules.

        `states` is how every target stands now, `outages` the open incidents of others by root.
        """
        self.dirty = False
        result = Fold()
        self._hidden = frozenset(
            target for target in self._watched if self._lost(target, states) is not None
        )
        for watch in self._firing():
            if watch.target in self._hidden and (watch.rule, watch.target) not in self._open:
                self._forget(watch.target)
        members = self._members(now)
        for incident in list(self._open.values()):
            self._follow(result, incident, states, outages, members, now)
        for key, targets in members.items():
            if key not in self._open:
                self._open_one(result, key, targets, numbering, now)
        self._gather(result, members, now)
        return result

    def _members(self, now: datetime) -> dict[_Key, tuple[str, ...]]:
        """Return who is beyond a threshold, by rule and whoever speaks for them.

        Of what is measured over a path nobody speaks for itself at once where another may yet
        turn out to speak for it, nor as soon as who spoke for it is calm: they come and go
        within a window of the sweep.
        """
        self._again = None
        firing: dict[str, dict[str, datetime]] = {}
        for watch in self._firing():
            if watch.target not in self._hidden and watch.fired_at is not None:
                firing.setdefault(watch.rule, {}).setdefault(watch.target, watch.fired_at)
        found: dict[_Key, list[str]] = {}
        for slug, targets in firing.items():
            for target, speaker in self._speakers(slug, targets, now).items():
                found.setdefault((slug, speaker), []).append(target)
        self._leave_to_lines(found, now)
        return {key: tuple(sorted(targets)) for key, targets in found.items()}

    def _leave_to_lines(self, found: dict[_Key, list[str]], now: datetime) -> None:
        """Let a line that loses packets, or is full, speak for the bad calls that lead over it."""
        self._left = {}
        losing = {root: (rule, root) for rule, root in found if explains_calls(self._rules[rule])}
        if not losing:
            return
        bridges = self._topology.bridges(now)
        for key in [key for key in found if is_of_a_call(self._rules[key[0]])]:
            stay = []
            for end in found.pop(key):
                way = (end, *road(self._topology, end, bridges.get(end, "")))
                line = next((losing[at] for at in reversed(way) if at in losing), None)
                if line is None:
                    stay.append(end)
                else:
                    found[line].append(end)
                    self._left |= {(key[0], end): line, key: line}
            if stay:
                found[key] = stay
                self._left.pop(key, None)

    def _speakers(
        self, slug: str, firing: Mapping[str, datetime], now: datetime
    ) -> Mapping[str, str]:
        """Return who speaks for each target for which a rule fires, without those that wait."""
        rule = self._rules[slug]
        if is_of_a_call(rule):
            return self._speakers_of_calls(slug, firing, now)
        if not is_of_the_path(rule):
            return {target: target for target in firing}
        watched = {w.target for w in self._watches.values() if w.rule == slug}
        found = dict(speakers(self._topology, firing, watched, self._speaking(slug)))
        shared = partial(may_be_spoken_for, self._topology, watched=watched)
        return self._settled(slug, found, firing, shared, now)

    def _speakers_of_calls(
        self, slug: str, firing: Mapping[str, datetime], now: datetime
    ) -> Mapping[str, str]:
        heard = (w for w in self._watches.values() if w.rule == slug and w.value is not None)
        measured = {w.target for w in heard} | firing.keys()
        bridges = self._topology.bridges(now)
        calls = {end: bridges.get(end, "") for end in sorted(measured)}
        found = dict(speakers_of_calls(self._topology, firing, calls, self._speaking(slug)))
        good = measured - firing.keys()
        for end in [end for end, speaker in found.items() if speaker == end]:
            former = self._former_speaker(slug, end)
            if former is not None and good.isdisjoint(self._held_by(former)):
                found[end] = former[1]  # the others only hung up: nobody speaks against it
        return self._settled(slug, found, firing, lambda _end: len(measured) > 1, now)

    def _speaking(self, rule: str) -> set[str]:
        return {root for of, root in self._open if of == rule}

    def _settled(
        self,
        slug: str,
        found: dict[str, str],
        firing: Mapping[str, datetime],
        shared: Callable[[str], bool],
        now: datetime,
    ) -> Mapping[str, str]:
        """Return the speakers without those that wait: of `shared` another may yet speak."""
        begun: dict[str, datetime] = {}
        for target, speaker in found.items():
            begun[speaker] = min(begun.get(speaker, firing[target]), firing[target])
        for target, speaker in list(found.items()):
            alone = speaker == target or self._topology.is_group(speaker)
            if not alone or (slug, speaker) in self._open:
                continue
            former = self._former_speaker(slug, target)
            if former is not None:
                until = self._calm_since(self._open[former]) + SETTLING
            elif shared(target):
                until = begun[speaker] + SETTLING
            else:
                continue
            if now >= until:
                continue
            self._again = min(self._again or until, until)
            if former is not None:
                found[target] = former[1]
            else:
                del found[target]
        return found

    def _held_by(self, key: _Key) -> set[str]:
        """Return whom an incident has held, whether it still does or not."""
        return {member.target for member in self._open[key].members}

    def _former_speaker(self, rule: str, target: str) -> _Key | None:
        """Return the open incident of another that spoke for a target until now."""
        for key, incident in self._open.items():
            if key[0] == rule and key[1] != target and target in incident.present:
                return key
        return None

    def _calm_since(self, incident: Incident) -> datetime:
        """Return since when the last of an incident's members that is calm is so."""
        back = [self._calmed[m.target] for m in incident.members if m.target in self._calmed]
        return max(back, default=incident.began_at)

    def _gather(self, result: Fold, members: Mapping[_Key, tuple[str, ...]], now: datetime) -> None:
        """Let every incident hold all whom its root speaks for, and merge theirs into it."""
        speaker_of = {(key[0], t): key for key, targets in members.items() for t in targets}
        speaker_of |= self._left
        for key, incident in list(self._open.items()):
            speaker = speaker_of.get(key, key)
            if speaker != key and speaker in self._open:
                self._end(result, incident, now, heir=self._open[speaker])
        for key, targets in members.items():
            incident = self._open[key]
            gathered = joined(incident.members, (key[1], *targets), now)
            if gathered == incident.members:
                continue
            grown = incident.model_copy(
                update={"members": gathered, "version": incident.version + 1}
            )
            self._open[key] = grown
            result.changed.append(grown)
            result.notes.extend(comings_and_goings(incident, grown, now))

    def keep(self, fold: Fold) -> None:
        """Take over incidents that have been given their chains."""
        self._open.update({(i.cause, i.root): i for i in fold.opened})

    def _still_meant(self, watch: Watch, before: Mapping[str, Rule]) -> bool:
        """Say whether what was watched is still to be; a rule that was edited begins anew."""
        rule = self._rules.get(watch.rule)
        target = self._topology.targets.get(watch.target)
        if rule is None or target is None or before.get(watch.rule, rule) != rule:
            return False
        name = rules.EXPRESSION if rule.value == rules.EXPRESSION else rule.metric
        same = watch.series.partition("{")[0] == name
        return same and rules.holds_for(rule, target)

    def _rules_of(self, check: Check) -> dict[str, tuple[Rule, ...]]:
        """Return the rules that may select what a check brings, by the name of the series."""
        slugs = (check.target, *(port.link for port in check.ports))
        targets = [t for slug in slugs if (t := self._topology.targets.get(slug)) is not None]
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self._rules.values():
            if rule.value == rules.EXPRESSION:
                continue  # it is asked of the engine
            of_others = is_of_a_call(rule)  # a bridge speaks of the rooms that it hears
            if of_others or any(rules.holds_for(rule, target) for target in targets):
                found[rule.metric] = (*found.get(rule.metric, ()), rule)
        return found

    def _meaning(
        self, series: Series, check: Check, selecting: Iterable[Rule]
    ) -> tuple[_Bound, ...]:
        labels = dict(series.labels)
        slug = rules.target_of(labels, check, self._topology)
        target = self._topology.targets.get(slug)
        if target is None:
            return ()
        return tuple(
            _Bound(
                (rule.slug, str(series)),
                rule,
                slug,
                rules.terms_of(rule, target, (check,), self._topology),
            )
            for rule in selecting
            if rules.holds_for(rule, target) and rules.selects(rule, labels)
        )

    def _keep(self, key: _Key, old: Watch, new: Watch) -> None:
        """Remember a watch; what it says now is written when it says something else."""
        self._watches[key] = new
        if new.fired_at is not None:
            self._fired[key] = new
        else:
            self._fired.pop(key, None)
        if (old.beyond_since, old.fired_at, old.value is None) == (
            new.beyond_since,
            new.fired_at,
            new.value is None,
        ):
            return
        if old.beyond or new.beyond:
            self._unwritten[key] = new
        if (old.fired_at is None) is not (new.fired_at is None):
            self._fired_for = {w.target for w in self._fired.values()}
            self.dirty = True
            if new.fired_at is None and new.at is not None:
                self._calmed[new.target] = new.at

    def _firing(self) -> list[Watch]:
        return sorted(self._fired.values(), key=lambda w: (w.fired_at, w.rule, w.series))

    def _forget(self, target: str) -> None:
        """Begin anew with a target once its outage is over."""
        for key, watch in list(self._watches.items()):
            if watch.target == target:
                self._keep(key, watch, rules.cleared(watch))

    def _lost(self, slug: str, states: Mapping[str, TargetState]) -> TargetState | None:
        """Return the state of the target, or of its site, that hides what the rules say of it."""
        target = self._topology.targets.get(slug)
        above = target.site if target is not None else None
        for one in (slug, above):
            state = states.get(one or "")
            if state is not None and state.status in HIDING:
                return state
        return None

    def _follow(  # noqa: PLR0917
        self,
        result: Fold,
        incident: Incident,
        states: Mapping[str, TargetState],
        outages: Mapping[str, Incident],
        members: Mapping[_Key, tuple[str, ...]],
        now: datetime,
    ) -> None:
        """Close or merge an incident, or leave it open."""
        key = (incident.cause, incident.root)
        lost = self._lost(incident.root, states)
        if lost is not None:
            heir = outages.get(lost.cause or lost.target)
            if heir is not None:
                self._end(result, incident, now, heir=heir)
                self._forget(incident.root)
            return
        if (
            key in members
            or key in self._left
            or any(key[0] == rule and key[1] in targets for (rule, _), targets in members.items())
        ):
            return
        rule = self._rules.get(incident.cause)
        known = {incident.root, *incident.present}
        watched = [
            w for w in self._watches.values() if w.rule == incident.cause and w.target in known
        ]
        gone = rule is None or incident.root not in self._topology.targets
        if gone or all(w.value is None for w in watched):  # or it is outside the hours
            self._end(result, incident, now, text="retired")
        else:
            self._end(result, incident, now)

    def _end(
        self,
        result: Fold,
        incident: Incident,
        now: datetime,
        *,
        heir: Incident | None = None,
        text: str = "",
    ) -> None:
        members = tuple(
            m if m.left_at is not None else m.model_copy(update={"left_at": now})
            for m in incident.members
        )
        changes: dict[str, object] = {"members": members, "version": incident.version + 1}
        if heir is not None:
            changes |= {"state": IncidentState.MERGED, "merged_into": heir.id}
        else:
            calm = any(m.target in self._calmed for m in incident.members)
            at = self._calm_since(incident) if calm and not text else now
            changes |= {
                "state": IncidentState.RECOVERED,
                "recovered_at": max(at, incident.began_at),
            }
        ended = incident.model_copy(update=changes)
        del self._open[incident.cause, incident.root]
        if heir is None:
            result.recovered.append(ended)
            result.notes.append(_note(ended.id, now, "recovered", text))
            return
        result.merged.append(ended)
        result.notes.append(_note(ended.id, now, "merged", heir.id))
        result.notes.append(_note(heir.id, now, "merged", ended.id))

    def _open_one(
        self, result: Fold, key: _Key, targets: Collection[str], numbering: Numbering, now: datetime
    ) -> None:
        slug, root = key
        rule = self._rules[slug]
        watch = next(w for w in self._firing() if w.rule == slug and w.target in targets)
        incident = Incident(
            id=numbering.code(now),
            root=root,
            kind=THRESHOLD,
            severity=Severity(rule.severity),
            began_at=watch.beyond_since or now,
            decided_at=now,
            cause=rule.slug,
            detail=compared(rule, watch.value),
            members=tuple(
                Member(target=one, joined_at=now) for one in dict.fromkeys((root, *targets))
            ),
        )
        self._open[key] = incident
        result.opened.append(incident)
        result.notes.append(_note(incident.id, now, "opened", root))


def _note(incident: str, now: datetime, kind: str, text: str) -> IncidentNote:
    return IncidentNote(incident=incident, at=now, kind=kind, text=text)
