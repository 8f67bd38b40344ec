"""Which troubles are open, and what belongs to each? Pure: (open, view) → changes.

An incident follows one root. It closes when its root answers again, and is merged when the
root turns out to lie behind another root: then the other incident speaks for both. The incident of
a root that flaps stays open until that is calm. What people have merged or split by hand stays so
(`alerts.by_hand`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from alerts import by_hand
from alerts.by_hand import Share
from alerts.flapping import Flapping
from alerts.places import HIDING
from alerts.rootcause import Root, View
from alerts.severity import severity
from alerts.topology import Topology
from core.clock import LOCAL
from core.incident import FLAPPING, OUTAGE, Incident, IncidentNote, IncidentState, Member, Severity
from core.outcome import TakenIn
from core.status import Status, TargetState

_RANK = (Severity.INFO, Severity.WARNING, Severity.MAJOR, Severity.CRITICAL)
_ANSWERING = frozenset({Status.UP, Status.DEGRADED})


@dataclass(slots=True)
class Numbering:
    """The counter behind the codes `SC-yyyymmdd-nnnn`; it starts anew every local day."""

    day: date
    last: int = 0
    others: dict[date, int] = field(default_factory=dict)  # a clock set back meets a day again

    def code(self, now: datetime) -> str:
        """Return the next code."""
        today = now.astimezone(LOCAL).date()
        if today != self.day:
            self.others[self.day] = self.last
            self.day, self.last = today, self.others.get(today, 0)
        self.last += 1
        return f"SC-{today:%Y%m%d}-{self.last:04d}"


@dataclass(slots=True)
class Fold:
    """What became of the incidents. `present` are those still open, by root."""

    present: dict[str, Incident] = field(default_factory=dict)
    opened: list[Incident] = field(default_factory=list)
    changed: list[Incident] = field(default_factory=list)
    recovered: list[Incident] = field(default_factory=list)
    merged: list[Incident] = field(default_factory=list)
    notes: list[IncidentNote] = field(default_factory=list)


def fold(
    present: Mapping[str, Incident],
    view: View,
    *,
    states: Mapping[str, TargetState],
    topology: Topology,
    flaps: Mapping[str, Flapping],
    numbering: Numbering,
    now: datetime,
) -> Fold:
    """Return what the roots of a view make of the open incidents (by root).

    `states` is how every target stands after the view, `flaps` which roots fail again and again.
    """
    result = Fold(present=dict(present))
    decided = by_hand.shares(present, view, topology)
    for slug, heir in decided.heirs.items():
        _merge(result, result.present[slug], result.present[heir], now)
    for share in sorted(decided.shares, key=lambda s: (s.root.since, s.root.target)):
        known = result.present.get(share.incident)
        if known is None:
            _open(result, share.root, topology, flaps.get(share.root.target), numbering, now)
        else:
            _follow(result, known, share, topology, flaps.get(share.root.target), now)
    followed = {share.incident for share in decided.shares}
    speakers = {slug: i.root for i in result.present.values() for slug in i.further}
    for slug, incident in sorted(present.items()):
        if slug not in followed and slug not in decided.heirs:
            flapping = not flaps.keys().isdisjoint(incident.roots)
            _end(result, incident, _States(states, speakers), topology, now, flaps=flapping)
    stay_apart(result)
    return result


def stay_apart(result: Fold) -> None:
    """Let what a person took out of an incident stay apart from the one that speaks for it now."""
    heirs = {gone.id: gone.merged_into for gone in result.merged}
    for slug, incident in list(result.present.items()) if heirs else ():
        if incident.apart_from in heirs:
            heir = heirs[incident.apart_from]
            moved = incident.model_copy(
                update={
                    "apart_from": heir if heir != incident.id else None,
                    "version": incident.version + 1,
                }
            )
            result.present[slug] = moved
            result.changed.append(moved)


def taken_in(result: Fold, still_open: Iterable[Incident]) -> Iterator[TakenIn]:
    """Yield what the merged incidents of a fold leave to those that speak for them now.

    An outage above that takes much more with it was taken on by nobody yet, whoever looks after a
    part of it; one that only names the root better is the same trouble.
    """
    known = {incident.id: incident for incident in still_open}
    for gone in result.merged:
        heir = known.get(gone.merged_into or "")
        if heir is None:
            continue
        before = {heir.root, *(member.target for member in gone.members)}
        graver_now = graver(gone.severity, heir.severity) is not gone.severity
        same = not graver_now and before.issuperset(heir.present)
        yield TakenIn(gone.id, heir.id, same=same)


def graver(one: Severity, other: Severity) -> Severity:
    """Return the worse of two."""
    return max(one, other, key=_RANK.index)


@dataclass(frozen=True, slots=True)
class _States:
    """How every target stands, and which root speaks for the further roots of an incident."""

    states: Mapping[str, TargetState]
    speakers: Mapping[str, str]

    def get(self, slug: str) -> TargetState | None:
        return self.states.get(slug)

    def cause(self, state: TargetState) -> str:
        """Return the root of the incident that speaks for the cause of a status."""
        return self.speakers.get(state.cause or "", state.cause or "")


def _open(  # noqa: PLR0917
    result: Fold,
    root: Root,
    topology: Topology,
    flaps: Flapping | None,
    numbering: Numbering,
    now: datetime,
) -> None:
    incident = Incident(
        id=numbering.code(now),
        root=root.target,
        kind=FLAPPING if flaps else OUTAGE,
        severity=severity(topology, root.target, root.members),
        began_at=root.since,
        decided_at=now,
        cause=root.cause,
        detail=str(flaps.falls) if flaps else root.detail,
        members=tuple(Member(target=m, joined_at=now) for m in root.members),
    )
    result.present[root.target] = incident
    result.opened.append(incident)
    result.notes.append(IncidentNote(incident=incident.id, at=now, kind="opened", text=root.target))


def _follow(  # noqa: PLR0917
    result: Fold,
    incident: Incident,
    share: Share,
    topology: Topology,
    flaps: Flapping | None,
    now: datetime,
) -> None:
    root = share.root
    handed_on = root.target != incident.root  # of several roots, another is the one that lasts
    members = joined(incident.members, root.members, now)
    worse = graver(incident.severity, severity(topology, root.target, root.members))
    # the first fault that was seen stays named; a port's word is better than silence
    cause = incident.cause if root.cause == "silence" and not handed_on else root.cause
    steady = incident.detail if incident.kind == OUTAGE and not handed_on else ""
    detail = str(flaps.falls) if flaps else steady or root.detail
    began = min(incident.began_at, root.since)  # news of who fell first may come last
    following = incident.model_copy(
        update={
            "root": root.target,
            "further": share.further,
            "kind": FLAPPING if flaps else OUTAGE,
            "members": members,
            "severity": worse,
            "began_at": began,
            "cause": cause,
            "detail": detail,
        }
    )
    if following == incident:
        return
    following = following.model_copy(update={"version": incident.version + 1})
    del result.present[incident.root]
    result.present[following.root] = following
    result.changed.append(following)
    result.notes.extend(comings_and_goings(incident, following, now))


def joined(old: tuple[Member, ...], present: Iterable[str], now: datetime) -> tuple[Member, ...]:
    """Return the members with those that come and those that leave."""
    wanted = dict.fromkeys(present)
    known = {m.target: m for m in old}
    kept = [_standing(m, now, is_in=m.target in wanted) for m in old]
    return (*kept, *(Member(target=t, joined_at=now) for t in wanted if t not in known))


def _standing(member: Member, now: datetime, *, is_in: bool) -> Member:
    if is_in is (member.left_at is None):
        return member
    return member.model_copy(update={"left_at": None if is_in else now})


def comings_and_goings(old: Incident, new: Incident, now: datetime) -> list[IncidentNote]:
    """Return what a timeline says of members that came and left."""
    was, present = set(old.present), set(new.present)
    notes = []
    for kind, moved in (("joined", present - was), ("left", was - present)):
        if moved:
            text = " ".join(sorted(moved))
            notes.append(IncidentNote(incident=new.id, at=now, kind=kind, text=text))
    return notes


def _end(
    result: Fold,
    incident: Incident,
    states: _States,
    topology: Topology,
    now: datetime,
    *,
    flaps: bool,
) -> None:
    """Close or merge an incident none of whose roots is one any more, or leave it open."""
    heir = None if incident.by_hand else _heir(incident, states, result.present, topology)
    looked_at = [slug for slug in incident.roots if topology.is_looked_at(slug)]
    shown = (_shown(slug, incident, states, topology) for slug in looked_at)
    known = [state for state in shown if state is not None]
    if heir is not None:
        _merge(result, incident, heir, now)
    elif not looked_at:
        _recover(result, incident, now, now, "retired")
    elif len(known) == len(looked_at) and all(s.status in _ANSWERING for s in known) and not flaps:
        back = max(_back_at(incident, state, states, now) for state in known)
        _recover(result, incident, back, now, "")


def _shown(
    root: str, incident: Incident, states: _States, topology: Topology
) -> TargetState | None:
    """Return what shows whether the trouble of a root is over: how it stands itself, as a rule.

    A line that was blamed for the silence behind it, and of which nobody tells any more, did its
    harm for as long as that lasted.
    """
    state = states.get(root)
    if state is None or state.status is not Status.UNKNOWN or not topology.is_link(root):
        return state
    beyond = states.get(topology.far(root) or "")
    if beyond is None or beyond.status not in _ANSWERING or beyond.since <= incident.began_at:
        return state
    return beyond


def _back_at(incident: Incident, root: TargetState, states: _States, now: datetime) -> datetime:
    """Return when the trouble ended: of a site whose mains failed, when the last of it was back.

    Such a site was degraded all the time, and perhaps still is, for another reason.
    """
    if root.since > incident.began_at:
        return root.since
    members = (states.get(member.target) for member in incident.members)
    back = (
        state.since
        for state in members
        if state is not None
        and state.status in _ANSWERING
        and incident.began_at < state.since <= now
    )
    return max(back, default=now)


def _heir(
    incident: Incident,
    states: _States,
    present: Mapping[str, Incident],
    topology: Topology,
) -> Incident | None:
    """Return the open incident that speaks for this one now."""
    state = states.get(incident.root)
    if state is not None and state.status in HIDING and state.cause not in {None, incident.root}:
        return present.get(states.cause(state))
    if state is None or state.status is Status.DOWN:
        return None
    if incident.root in topology.targets and topology.is_link(incident.root):
        # the line was blamed, and then something beyond it answered: the device is dead
        far = topology.far(incident.root)
        if state.status in _ANSWERING and far not in incident.present:
            return None  # it took nothing with it, and is well again
        return present.get(states.speakers.get(far, far)) if far is not None else None
    return _taken_over(incident, states, present)


def _taken_over(
    incident: Incident, states: _States, present: Mapping[str, Incident]
) -> Incident | None:
    """Return the incident that most of the members of this one belong to now."""
    causes = Counter(
        cause
        for member in incident.present
        if (state := states.get(member)) is not None
        and state.status in HIDING
        and (cause := states.cause(state)) in present
        and cause != incident.root
    )
    most = max(causes.items(), key=lambda pair: (pair[1], pair[0]), default=None)
    return present[most[0]] if most is not None else None


def _merge(result: Fold, incident: Incident, heir: Incident, now: datetime) -> None:
    """Let another incident speak for this one."""
    merged = incident.model_copy(
        update={
            "state": IncidentState.MERGED,
            "merged_into": heir.id,
            "members": joined(incident.members, (), now),
            "version": incident.version + 1,
        }
    )
    del result.present[incident.root]
    result.merged.append(merged)
    result.notes.append(IncidentNote(incident=merged.id, at=now, kind="merged", text=heir.id))
    result.notes.append(IncidentNote(incident=heir.id, at=now, kind="merged", text=merged.id))


def _recover(result: Fold, incident: Incident, at: datetime, now: datetime, text: str) -> None:
    recovered = incident.model_copy(
        update={
            "state": IncidentState.RECOVERED,
            "recovered_at": max(at, incident.began_at),
            "members": joined(incident.members, (), now),
            "version": incident.version + 1,
        }
    )
    del result.present[incident.root]
    result.recovered.append(recovered)
    result.notes.append(IncidentNote(incident=recovered.id, at=now, kind="recovered", text=text))
