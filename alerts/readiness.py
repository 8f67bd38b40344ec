"""Will every room be able to join? Looked at some times before a meeting, room by room.

Pure: (facts, meeting, stage, now) → findings. A day ahead only lines, bridge and contacts can be
looked at; equipment that is still switched off is no fault until it should be on.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from alerts.room_stack import Layer, RoomFacts, Stack, Standing, amiss, stack
from core.meeting import CHECKLIST, PRESENT, Finding, Meeting, Readiness, ReadinessRun, Reason
from core.status import Status

SWITCHED_ON = 45  # minutes before the begin at which equipment should be on
OPENED = 10  # minutes before the begin at which a PC should have its meeting program open
CLOCK = 60.0  # seconds that a PC's clock may be wrong: then logins and certificates fail
_Because = tuple[Readiness, Reason | None]


def due_stage(
    begin: datetime, stages: Iterable[int], done: Iterable[int], now: datetime
) -> int | None:
    """Return the stage (minutes ahead) that is due now; None if none is.

    Of several that were missed only the last is made up for; after the begin none is.
    """
    if now >= begin:
        return None
    latest = min((s for s in stages if now >= begin - timedelta(minutes=s)), default=None)
    return latest if latest is not None and latest not in set(done) else None


def findings(
    meeting: Meeting,
    rooms: Iterable[tuple[str, RoomFacts | None]],
    bridge: Standing | None,
    now: datetime,
) -> tuple[Finding, ...]:
    """Return what is found of every room, and of the bridge where one is named."""
    ahead = (meeting.begin - now) / timedelta(minutes=1)
    found = [finding(room, facts, ahead) for room, facts in rooms]
    if bridge is not None:
        found.append(_of_bridge(bridge))
    return tuple(found)


def finding(room: str, facts: RoomFacts | None, ahead: float) -> Finding:
    """Return what is found of a room so many minutes before its meeting; negative: during it."""
    if facts is None:
        gone = Reason(name="not_watched", about=room)
        return Finding(room=room, result=Readiness.NOT_CHECKED, reasons=(gone,))
    because = [*_line(facts), *_equipment(facts, ahead), *_busy(facts), *_person(facts)]
    result = max((one for one, _ in because), key=lambda r: r.badness, default=Readiness.READY)
    ranked = sorted(because, key=lambda one: -one[0].badness)
    return Finding(
        room=room,
        result=result,
        reasons=tuple(reason for _, reason in ranked if reason is not None),
        phone=facts.phone,
    )


def worse(before: ReadinessRun, after: ReadinessRun) -> tuple[str, ...]:
    """Return the rooms that are worse off than they were."""
    known = {one.room: one.result.badness for one in before.findings}
    return tuple(
        one.room
        for one in after.findings
        if one.result.badness > known.get(one.room, Readiness.READY.badness)
    )


def to_be_told(run: ReadinessRun, before: Sequence[ReadinessRun], stages: Iterable[int]) -> bool:
    """Say whether the duty officer hears of a run: of the first, the last, and what is worse."""
    if not before or run.stage == min(stages):
        return True
    return bool(worse(min(before, key=lambda one: one.stage), run))


def _line(facts: RoomFacts) -> Iterable[_Because]:
    site = facts.site
    if site.lost:
        about = site.cause or site.slug
        result = Readiness.AT_RISK if facts.heard else Readiness.NOT_READY
        yield result, Reason(name="cut_off", about=about, since=site.since)
    elif site.status is Status.UNKNOWN and site.reason != "off_hours" and not facts.heard:
        yield Readiness.NOT_CHECKED, Reason(name="not_observed", about=site.slug, since=site.since)
    else:
        for one in facts.weak:
            name = "line_down" if one.lost else "line_weak"
            yield Readiness.AT_RISK, Reason(name=name, about=one.slug, since=one.since)


def _equipment(facts: RoomFacts, ahead: float) -> Iterable[_Because]:
    """Yield what is amiss with the equipment; before its hour it may be off."""
    own = facts.endpoint
    unseen = facts.site.status is Status.UNKNOWN and facts.site.reason != "off_hours"
    if (facts.site.lost or unseen) and (own is not None or facts.beat is None):
        return
    layers = stack(facts, meets=ahead <= 0)
    if facts.elsewhere is not None and layers.reachable is Layer.GOOD:
        other = facts.elsewhere.meeting
        yield Readiness.NOT_READY, Reason(name="elsewhere", about=other.id, words=other.title)
    elif own is None and facts.client is not None:
        yield from _client(facts, layers, ahead)
    else:
        yield from _asked(facts, layers, ahead)


def _asked(facts: RoomFacts, layers: Stack, ahead: float) -> Iterable[_Because]:
    """Yield what is amiss with equipment that is asked, or of what nobody but people can say."""
    own = facts.endpoint
    if own is None and facts.signal is None and not facts.on_bridge:
        if ahead <= SWITCHED_ON and not _looked(facts, meets=ahead <= 0):
            yield Readiness.NOT_CHECKED, Reason(name="nobody_looked", about=facts.room)
        return
    if own is not None and layers.reachable is not Layer.GOOD:
        yield _silent(own, layers.reachable, ahead)
        return
    if layers.registered is Layer.BAD:
        if ahead > SWITCHED_ON:
            yield Readiness.READY, Reason(name="too_early", about=facts.room)
        else:
            yield Readiness.NOT_READY, Reason(name="not_registered", about=facts.room)
    if layers.in_call is Layer.BAD:
        yield Readiness.NOT_READY, Reason(name="not_in_call", about=facts.room)
    if layers.media is Layer.BAD and facts.quality is not None and facts.quality.lasts:
        yield Readiness.AT_RISK, _poor(facts.room, ahead)


def _looked(facts: RoomFacts, *, meets: bool) -> bool:
    """Say whether a person has looked at everything there, or says that they are in the meeting."""
    tick = facts.ticks.get(PRESENT)
    if meets and tick is not None and tick.good:
        return True
    return all(facts.ticks.get(item) for item in CHECKLIST)


def _client(facts: RoomFacts, layers: Stack, ahead: float) -> Iterable[_Because]:
    """Yield what is amiss with the PC of a room; one that is off before its hour is no fault."""
    beat, room = facts.beat, facts.room
    if beat is None:
        if ahead > SWITCHED_ON:
            yield Readiness.READY, Reason(name="too_early", about=room)
            return
        since = facts.client.at if facts.client is not None else None
        result = Readiness.AT_RISK if _looked(facts, meets=ahead <= 0) else Readiness.NOT_READY
        yield result, Reason(name="client_silent", about=room, since=since)
        return
    if beat.registered is False:
        yield Readiness.NOT_READY, Reason(name="not_registered", about=room)
    elif beat.client is False and ahead <= OPENED:
        result = Readiness.NOT_READY if ahead <= 0 else Readiness.AT_RISK
        yield result, Reason(name="client_closed", about=room)
    for item in beat.lacking:
        yield Readiness.AT_RISK, Reason(name="client_lacks", about=item)
    if abs(beat.clock_offset or 0.0) > CLOCK:
        yield Readiness.AT_RISK, Reason(name="client_clock", about=room)
    if layers.in_call is Layer.BAD:
        yield Readiness.NOT_READY, Reason(name="not_in_call", about=room)
    if layers.media is Layer.BAD:
        yield Readiness.AT_RISK, _poor(room, ahead)


def _poor(room: str, ahead: float) -> Reason:
    """Return that a call is poor: before the begin it is another one, on the same way."""
    return Reason(name="poor_media" if ahead <= 0 else "poor_call", about=room)


def _silent(own: Standing, layer: Layer, ahead: float) -> _Because:
    if ahead > SWITCHED_ON:
        return Readiness.READY, Reason(name="too_early", about=own.slug)
    if layer is Layer.BAD:
        return Readiness.NOT_READY, Reason(name="endpoint_silent", about=own.slug, since=own.since)
    return Readiness.NOT_CHECKED, Reason(name="not_observed", about=own.slug, since=own.since)


def _busy(facts: RoomFacts) -> Iterable[_Because]:
    if facts.busy is not None:
        other = facts.busy.meeting
        why = Reason(name="busy", about=other.id, since=other.end, words=other.title)
        yield Readiness.AT_RISK, why


def _person(facts: RoomFacts) -> Iterable[_Because]:
    for item in amiss(facts):
        tick = facts.ticks[item]
        yield (
            Readiness.NOT_READY,
            Reason(name="person_says", about=item, since=tick.at, words=tick.words),
        )
    if facts.phone is None:
        yield Readiness.READY, Reason(name="nobody_to_phone", about=facts.room)


def _of_bridge(bridge: Standing) -> Finding:
    if bridge.lost:
        reason = Reason(name="bridge_down", about=bridge.slug, since=bridge.since)
        return Finding(room=bridge.slug, result=Readiness.NOT_READY, reasons=(reason,))
    if bridge.status is Status.UNKNOWN:
        reason = Reason(name="not_observed", about=bridge.slug, since=bridge.since)
        return Finding(room=bridge.slug, result=Readiness.NOT_CHECKED, reasons=(reason,))
    if bridge.status is Status.DEGRADED:
        reason = Reason(name="bridge_weak", about=bridge.slug, since=bridge.since)
        return Finding(room=bridge.slug, result=Readiness.AT_RISK, reasons=(reason,))
    return Finding(room=bridge.slug, result=Readiness.READY)
