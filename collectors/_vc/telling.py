"""From what a look found to samples: loss between two looks, worst of several, nothing left over.

What was counted before is remembered per check, so that loss is that of the time between two
looks although channels come and go, and series of a call end with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from collectors._net.identity import identity
from collectors._net.trouble import printable
from collectors._vc import metrics as m
from collectors._vc.facts import (
    Bridge,
    Call,
    Device,
    Direction,
    Endpoint,
    Media,
    Score,
    Stream,
)
from core import emodel
from core.collector import Kit
from core.labels import Series
from core.media import Counts, between, used
from core.reading import STALE, Sample
from core.watching import Check

_WORD = 120  # characters of a label that a device fills
_FAULTS = 40
_LEGS = 500
_NAME = "conference equipment"

_Place = tuple[str, Media, Direction]  # remote ("" of an endpoint), media, direction
_Labels = dict[str, str]


@dataclass(slots=True)
class Before:
    """What a check has seen until now."""

    counted: dict[tuple[str, str], Counts] | None = None  # by call and channel; None: never
    lasted: dict[str, float] = field(default_factory=dict)  # seconds, by call
    totals: dict[_Place, Counts] = field(default_factory=dict)
    shown: frozenset[Series] = frozenset()


@dataclass(slots=True)
class Memory:
    """What every check has seen. An engine of the kit."""

    checks: dict[str, Before] = field(default_factory=dict)

    async def aclose(self) -> None:
        """Forget everything."""
        self.checks.clear()


def before_of(kit: Kit, check: Check) -> Before:
    """Return what the check has seen until now."""
    memory = kit.engine(_NAME, lambda _: Memory())
    if not isinstance(memory, Memory):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    return memory.checks.setdefault(check.slug, Before())


def samples(check: Check, found: Device, before: Before) -> list[Sample]:
    """Return what was found as samples; series that were shown before and are gone end."""
    teller = _Teller(check, before)
    teller.device(found)
    if isinstance(found, Endpoint):
        teller.endpoint(found)
        teller.calls_of_endpoint(found.calls)
    elif isinstance(found, Bridge):
        teller.bridge(found)
        teller.legs(found.calls)
    elif found.calls is not None:
        teller.own_calls(found.calls)
    shown = frozenset(series for series, _ in teller.samples)
    ended = [(series, STALE) for series in before.shown - shown]
    before.shown = shown
    return [*teller.samples, *ended]


class _Teller:
    def __init__(self, check: Check, before: Before) -> None:
        self.samples: list[Sample] = []
        self._base = identity(check)
        self._before = before

    def _say(self, name: str, value: float | bool | None, **labels: str) -> None:
        if value is not None:
            said = {key: printable(text, _WORD) for key, text in labels.items()}
            self.samples.append((Series.of(name, self._base, **said), float(value)))

    def device(self, found: Device) -> None:
        about = {"product": found.product, "software": found.software, "serial": found.serial}
        if any(about.values()):
            self._say(m.INFO, True, **about)
        self._say(m.UPTIME, found.uptime)
        for protocol, registered in found.registered.items():
            self._say(m.REGISTERED, registered, protocol=protocol)
        if found.faults is not None:
            for level in m.LEVELS:
                self._say(m.FAULTS, sum(f.level == level for f in found.faults), level=level)
            for level, name in sorted({(f.level, f.name) for f in found.faults})[:_FAULTS]:
                self._say(m.FAULT, True, level=level, fault=name)

    def endpoint(self, found: Endpoint) -> None:
        self._say(m.STANDBY, found.standby)
        self._say(m.DO_NOT_DISTURB, found.do_not_disturb)
        self._say(m.MICROPHONE_MUTED, found.microphone_muted)
        self._say(m.VIDEO_MUTED, found.video_muted)
        self._say(m.TOO_HOT, found.too_hot)
        self._say(m.CLOCK, found.clock)
        self._say(m.REBOOT, found.reboot)
        unique = {(one.kind, one.name): one.connected for one in found.peripherals}
        for (kind, name), connected in unique.items():
            self._say(m.PERIPHERAL, connected, kind=kind, peripheral=name)

    def calls_of_endpoint(self, calls: list[Call] | None) -> None:
        if calls is None:
            return
        self._say(m.IN_CALL, bool(calls))
        self._say(m.CALLS, len(calls))
        durations = [call.duration for call in calls if call.duration is not None]
        self._say(m.CALL_DURATION, max(durations, default=None))
        streams = self.own_calls(calls)
        for direction, rates in (
            (Direction.RX, [call.bits_rx for call in calls]),
            (Direction.TX, [call.bits_tx for call in calls]),
        ):
            negotiated = _sum(rates)
            self._say(m.CALL_BITS, negotiated, direction=direction)
            in_use = _sum([s.bits for s in streams if s.direction is direction])
            self._say(m.USED, used(in_use, negotiated), direction=direction)

    def own_calls(self, calls: list[Call]) -> list[Stream]:
        """Tell calls of which the equipment is one end; return their streams."""
        for labels in _unique(_about(call) for call in calls):
            self._say(m.CALL, True, **labels)
        return self._media([("", calls)])

    def bridge(self, found: Bridge) -> None:
        self._say(m.LEGS, found.legs)
        self._say(m.LEGS_LIMIT, found.legs_limit)
        self._say(m.LOAD, found.load)
        for (media, direction), bits in found.bits.items():
            self._say(m.BRIDGE_BITS, bits, media=media, direction=direction)
        for direction, loss in found.loss.items():
            self._say(m.BRIDGE_LOSS, loss, direction=direction)
        self._say(m.BRIDGE_TRIP, found.round_trip)
        self._say(m.REGISTRATIONS, found.registrations)
        self._say(m.CONFERENCES, found.conference_count)
        if found.conferences is not None:
            self._say(m.CONFERENCES, len(found.conferences))
            for name, count in sorted(found.conferences.items())[:_LEGS]:
                self._say(m.CONFERENCE_LEGS, count, conference=name)

    def legs(self, calls: list[Call] | None) -> None:
        if calls is None:
            return
        by_remote: dict[str, list[Call]] = {}
        for call in calls:
            if call.remote in by_remote or len(by_remote) < _LEGS:
                by_remote.setdefault(call.remote, []).append(call)
        for labels in _unique(
            {**_about(call), "conference": call.conference}
            for kept in by_remote.values()
            for call in kept
        ):
            self._say(m.CALL, True, **labels)
        self._media(by_remote.items())

    def _media(self, by_remote: Iterable[tuple[str, list[Call]]]) -> list[Stream]:
        """Tell the streams, those of one kind of one far end together; return them.

        A channel that is missing for a look is still the one that it was, while its call lasts;
        a call that has lasted less than before is another one under the same number.
        """
        before = self._before
        counted: dict[tuple[str, str], Counts] = {}
        lasted: dict[str, float] = {}
        places: dict[_Place, list[Stream]] = {}
        news: dict[_Place, Counts] = {}
        for remote, calls in by_remote:
            for call in calls:
                lasted[call.key] = call.duration or 0.0
                again = lasted[call.key] < before.lasted.get(call.key, 0.0)
                known = {} if again or before.counted is None else before.counted
                counted |= {key: old for key, old in known.items() if key[0] == call.key}
                for stream in call.streams:
                    place = remote, stream.media, stream.direction
                    places.setdefault(place, []).append(stream)
                    if stream.counts is None:
                        continue
                    key = call.key, stream.key
                    counted[key] = stream.counts
                    if before.counted is not None:
                        new = between(known.get(key), stream.counts)
                        news[place] = news.get(place, Counts()) + new
        first, before.counted = before.counted is None, counted
        before.lasted = lasted
        before.totals = {place: before.totals.get(place, Counts()) for place in places}
        audio: dict[tuple[str, Direction], tuple[float, Stream]] = {}
        for place, streams in places.items():
            loss = self._stream(place, streams, None if first else news.get(place))
            if place[1] is Media.AUDIO and loss is not None:
                audio[place[0], place[2]] = loss, _worst(streams)
        for (remote, direction), (loss, stream) in audio.items():
            labels = _far(remote) | {"direction": direction}
            r = emodel.estimated(loss, stream.jitter, stream.round_trip)
            self._say(m.MOS, emodel.mos(r), **labels)
        return [stream for streams in places.values() for stream in streams]

    def _stream(self, place: _Place, streams: list[Stream], new: Counts | None) -> float | None:
        """Tell the streams of one place; return their loss since the last look, if known."""
        remote, media, direction = place
        labels = _far(remote) | {"media": media, "direction": direction}
        counting = [s for s in streams if s.counts is not None]
        loss = new.loss if new is not None else None
        if counting:
            total = self._before.totals[place] + (new or Counts())
            self._before.totals[place] = total
            self._say(m.RECEIVED, total.received, **labels)
            self._say(m.LOST, total.lost, **labels)
        else:
            loss = max((s.loss for s in streams if s.loss is not None), default=None)
        worst = _worst(streams)
        self._say(m.LOSS, loss, **labels)
        self._say(m.JITTER, worst.jitter, **labels)
        self._say(m.ROUND_TRIP, worst.round_trip, **labels)
        self._say(m.BITS, _sum([s.bits for s in streams]), **labels)
        self._say(m.FRAMES, worst.frames, **labels)
        self._say(m.WIDTH, worst.width, **labels)
        self._say(m.HEIGHT, worst.height, **labels)
        self._say(m.DISCARDED, worst.discarded, **labels)
        for score in _worst_scores(streams):
            self._say(
                m.REPORTED_MOS, score.value, **labels, kind=score.kind, algorithm=score.algorithm
            )
        return loss


def _far(remote: str) -> _Labels:
    return {"remote": remote} if remote else {}


def _about(call: Call) -> _Labels:
    encrypted = "" if call.encrypted is None else "yes" if call.encrypted else "no"
    return {
        "remote": call.remote,
        "protocol": call.protocol,
        "origin": call.origin,
        "encrypted": encrypted,
    }


def _unique(labels: Iterable[_Labels]) -> Iterator[_Labels]:
    seen = {tuple(sorted(one.items())): one for one in labels}
    yield from seen.values()


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _worst(streams: list[Stream]) -> Stream:
    """Return the worst of every figure: of several calls the bad one matters."""
    if len(streams) == 1:
        return streams[0]
    first = streams[0]
    return Stream(
        first.media,
        first.direction,
        first.key,
        jitter=max((s.jitter for s in streams if s.jitter is not None), default=None),
        round_trip=max((s.round_trip for s in streams if s.round_trip is not None), default=None),
        frames=min((s.frames for s in streams if s.frames is not None), default=None),
        width=min((s.width for s in streams if s.width is not None), default=None),
        height=min((s.height for s in streams if s.height is not None), default=None),
        discarded=max((s.discarded for s in streams if s.discarded is not None), default=None),
    )


def _worst_scores(streams: list[Stream]) -> Iterable[Score]:
    found: dict[tuple[str, str], Score] = {}
    for score in (score for stream in streams for score in stream.scores):
        key = score.kind, score.algorithm
        found[key] = min(found.get(key, score), score, key=lambda one: one.value)
    return found.values()
