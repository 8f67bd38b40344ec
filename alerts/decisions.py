"""What a person decides about incidents: these are one trouble, this is another. Pure.

Refusals are sentences. What follows from a decision when roots change is `alerts.by_hand`'s.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.by_hand import part_of
from alerts.incidents import Fold, Numbering, graver, stay_apart
from alerts.severity import severity
from alerts.topology import Topology
from core.errors import Conflict, Invalid, NotFound, Problem
from core.incident import THRESHOLD, Decision, Incident, IncidentNote, IncidentState, Member
from core.status import TargetState
from core.text import Text


def merge(
    present: Mapping[str, Incident],
    stays: Incident,
    others: Sequence[Incident],
    why: Decision,
    now: datetime,
) -> Fold:
    """Return what becomes of open incidents that are one trouble: one stays, with all of it.

    `present` are the open outages by root. Conflict for one of a rule, or with itself.
    """
    _refuse_without_reason(why)
    result = Fold(present=dict(present))
    if stays in others or not others:
        raise Conflict(_ITSELF)
    for incident in (stays, *others):
        _refuse_rule(incident)
    kept = stays
    for other in others:
        kept = _taken_in(kept, other, now)
        gone = other.model_copy(
            update={
                "state": IncidentState.MERGED,
                "merged_into": stays.id,
                "members": tuple(_left(m, now) for m in other.members),
                "version": other.version + 1,
            }
        )
        del result.present[other.root]
        result.merged.append(gone)
        result.notes.append(_note(stays, now, "taken_in", why, other.id))
        result.notes.append(_note(other, now, "taken_in_by", why, stays.id))
    result.present[kept.root] = kept
    result.changed.append(kept)
    stay_apart(result)
    return result


def split(
    present: Mapping[str, Incident],
    incident: Incident,
    member: str,
    why: Decision,
    *,
    states: Mapping[str, TargetState],
    topology: Topology,
    numbering: Numbering,
    now: datetime,
) -> Fold:
    """Return what becomes of an open incident when a member is a trouble of its own.

    What hangs on the member goes along. NotFound if it is no member; Conflict if it is the root.
    """
    _refuse_without_reason(why)
    _refuse_rule(incident)
    if member not in incident.present or member not in topology.targets:
        raise NotFound(
            Text(
                vi=f"{member} không thuộc sự cố {incident.id}",
                en=f"{member} is no member of incident {incident.id}",
            )
        )
    if member == incident.root:
        raise Conflict(
            Text(
                vi=f"{member} là nguyên nhân gốc của {incident.id}: hãy tách phần còn lại",
                en=f"{member} is the root of {incident.id}: split off the rest instead",
            )
        )
    part = part_of(topology, [member]) & set(incident.present) - {incident.root}
    state = states.get(member)
    apart = Incident(
        id=numbering.code(now),
        root=member,
        severity=severity(topology, member, tuple(part)),
        began_at=state.since if state is not None else incident.began_at,
        decided_at=now,
        cause="split_off",
        apart_from=incident.id,
        members=tuple(
            Member(target=slug, joined_at=now) for slug in (member, *sorted(part - {member}))
        ),
    )
    left = incident.model_copy(
        update={
            "further": tuple(slug for slug in incident.further if slug not in part),
            "members": tuple(_left(m, now) if m.target in part else m for m in incident.members),
            "version": incident.version + 1,
        }
    )
    result = Fold(present={**present, incident.root: left, member: apart})
    result.opened.append(apart)
    result.changed.append(left)
    result.notes.append(_note(incident, now, "split_off", why, apart.id))
    result.notes.append(_note(apart, now, "split_off_from", why, incident.id))
    return result


def _taken_in(kept: Incident, other: Incident, now: datetime) -> Incident:
    """Return the incident that stays, with what the other was about."""
    known = {m.target: m for m in kept.members}
    for member in other.members:
        if member.target not in known or known[member.target].left_at is not None:
            known[member.target] = member.model_copy(update={"joined_at": now})
    return kept.model_copy(
        update={
            "further": tuple(dict.fromkeys((*kept.further, *other.roots))),
            "apart_from": _apart_from(kept, other),
            "members": tuple(known.values()),
            "began_at": min(kept.began_at, other.began_at),
            "severity": graver(kept.severity, other.severity),
            "chain": kept.chain or other.chain,
            "version": kept.version + 1,
        }
    )


def _apart_from(kept: Incident, other: Incident) -> str | None:
    """Return what two that are one now stay apart from, which is not each other."""
    both = (kept.apart_from, other.apart_from)
    return next((code for code in both if code not in {None, kept.id, other.id}), None)


def _left(member: Member, now: datetime) -> Member:
    return member if member.left_at is not None else member.model_copy(update={"left_at": now})


def _note(incident: Incident, now: datetime, kind: str, why: Decision, other: str) -> IncidentNote:
    return IncidentNote(
        incident=incident.id, at=now, kind=kind, actor=why.actor, text=f"{other}: {why.reason}"
    )


def _refuse_without_reason(why: Decision) -> None:
    if not why.reason.strip():
        what = Text(vi="chưa nêu lý do", en="no reason is given")
        mend = Text(vi="Ghi lý do", en="Say why")
        raise Invalid([Problem(file="incident", key="reason", what=what, mend=mend)])


def _refuse_rule(incident: Incident) -> None:
    if incident.kind == THRESHOLD:
        raise Conflict(
            Text(
                vi=f"{incident.id} là sự cố vượt ngưỡng: không gộp, không tách bằng tay được",
                en=f"{incident.id} is of a threshold: it cannot be merged or split by hand",
            )
        )


_ITSELF = Text(
    vi="Chọn ít nhất một sự cố khác để gộp vào", en="Choose at least one other incident to merge"
)
