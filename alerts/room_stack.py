"""How is a room, layer by layer? Reached, registered, in the call, and well seen and heard.

Each layer stands on the one below. What nobody looked at is *not checked*, never good; asleep,
busy and switched off before its hour are no faults (DOMAIN A1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.both_ends import RoomQuality, beside, of_ends
from alerts.callers import place_of
from alerts.legs import FRESH, Leg
from alerts.quality import Figures
from alerts.signals import Signal, Signals
from alerts.topology import Topology
from alerts.whose_call import Seat, Whereabouts, whose
from core.callquality import AMISS
from core.meeting import CHECKLIST, ELSEWHERE, PRESENT, Beat, GoingOn, Meeting, Said, Tick
from core.status import Status, TargetState
from core.watching import TargetKind

KNOWN_FOR = timedelta(days=30)  # after which a PC that is silent is taken to be gone
_LOST = frozenset({Status.DOWN, Status.UNREACHABLE})
_HEADS = frozenset({"gateway", "router"})


class Layer(StrEnum):
    """How one layer of a room is."""

    GOOD = "good"
    BAD = "bad"
    NOT_EXPECTED = "not_expected"  # it need not be so now
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a target stands, since when, and what is to blame."""

    slug: str
    status: Status = Status.UNKNOWN
    since: datetime | None = None
    reason: str = ""
    cause: str | None = None
    detail: str = ""

    @property
    def lost(self) -> bool:
        """Say whether it cannot be reached."""
        return self.status in _LOST


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """All that is known of a room at an instant."""

    room: str
    site: Standing
    endpoint: Standing | None = None  # None: no equipment that we look at
    weak: tuple[Standing, ...] = ()  # lines and gateways on its way that carry badly
    signal: Signal | None = None
    beat: Beat | None = None  # what its PC said lately
    client: Beat | None = None  # what its PC said last, however long ago; None: it has none
    ticks: Mapping[str, Tick] = field(default_factory=dict)
    phone: str | None = None  # a contact that can be reached
    quality: RoomQuality | None = None  # None: nobody measured
    on_bridge: bool | None = None  # whether a bridge says that it is connected; None: none says
    elsewhere: Seat | None = None  # in the other meeting that has its call
    busy: Seat | None = None  # in one that lasts beyond the begin of the meeting to come

    @property
    def heard(self) -> bool:
        """Say whether its PC speaks, by whatever way: then the site's lines say nothing of it.

        What it said before they were lost came over them, and says nothing of now.
        """
        if self.endpoint is not None or self.beat is None:
            return False
        lost = self.site.since if self.site.lost else None
        return lost is None or self.beat.at >= lost


@dataclass(frozen=True, slots=True)
class Stack:
    """The four layers of a room."""

    reachable: Layer
    registered: Layer
    in_call: Layer
    media: Layer

    @property
    def layers(self) -> tuple[tuple[str, Layer], ...]:
        """Return the layers by name, the lowest first."""
        return (
            ("reachable", self.reachable),
            ("registered", self.registered),
            ("in_call", self.in_call),
            ("media", self.media),
        )

    @property
    def ahead(self) -> "Stack":
        """Return the layers as they concern a meeting to come: what call goes on is another's."""
        return replace(self, in_call=_not_yet(self.in_call), media=_not_yet(self.media))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the facts of many rooms are taken from at one instant."""

    topology: Topology
    states: Mapping[str, TargetState]
    signals: Signals
    said: Said
    phones: Mapping[str, str]  # room or site → its contact
    now: datetime
    going_on: tuple[GoingOn, ...] = ()  # meetings of this instant, where one may be another's
    _seats: dict[str, list[Seat]] = field(default_factory=dict)  # by place, once asked for
    _places: dict[str, str] = field(default_factory=dict)

    def facts(self, room: str, meeting: Meeting | None = None) -> RoomFacts | None:
        """Return what is known of a room, or of a site as a whole; None if it is not watched.

        Of a `meeting` its bridge is believed before others; where another one that goes on has the
        room's call, what that sounds like is none of its. Of one to come it is said whether that
        other one lasts beyond its begin.
        """
        found = self._facts(room, meeting.bridge if meeting is not None else None)
        if found is None or meeting is None:
            return found
        there = self.sits_in(found)
        if there is None or there.meeting.id == meeting.id:
            return found
        if meeting.id in {one.meeting.id for one in self.going_on}:
            return replace(found, elsewhere=there, quality=None)
        lasts = self.now < meeting.begin < there.meeting.end
        return replace(found, busy=there) if lasts else found

    def sits_in(self, facts: RoomFacts) -> Seat | None:
        """Return in which of the meetings that go on a room's call is; None if it has none."""
        seats, said = self._seats_of(facts.room), joined(facts)
        if said is None or said[1] == "person":  # whose word is of one meeting
            seats = [seat for seat in seats if seat.last_known(comes_back=False)]
        elif not said[0]:
            return None
        return whose(seats, self._whereabouts(facts)) if seats else None

    def _seats_of(self, room: str) -> list[Seat]:
        """Return where a room is invited of the meetings that go on, by whatever name of it."""
        if self.going_on and not self._seats:
            for one in self.going_on:
                for name in one.meeting.rooms:
                    seats = self._seats.setdefault(self._place(name), [])
                    seats.append(Seat(one, name))
        return self._seats.get(self._place(room), [])

    def _place(self, room: str) -> str:
        if room not in self._places:
            self._places[room] = place_of(room, self.topology.targets)
        return self._places[room]

    def _whereabouts(self, facts: RoomFacts) -> Whereabouts:
        topology, signal = self.topology, facts.signal

        def legs(room: str) -> Sequence[Leg]:
            target = topology.targets.get(room)
            if target is None:
                return ()
            return self.signals.legs.at_bridges(room, target.kind, topology.callers, self.now)

        dialled = signal.dialled if signal is not None else ()
        return Whereabouts(topology.targets, legs, self._place, dialled)

    def _facts(self, room: str, bridge: str | None) -> RoomFacts | None:
        target = self.topology.targets.get(room)
        if target is None:
            return None
        site = self.topology.site_of(room)
        endpoint = self._endpoint(room)
        said = self.said.beats.get(room)
        where = site.slug if site is not None else room
        beat = said if said is not None and self.now - said.at <= FRESH else None
        legs, callers = self.signals.legs, self.topology.callers
        joined_leg = legs.of_bridge(room, target.kind, callers, self.now, bridge)
        quality = of_ends(legs.of_room(endpoint, self.now), joined_leg, beat, legs.bands)
        left = legs.has_left(room, target.kind, callers, self.now)
        return RoomFacts(
            room=room,
            site=self._standing(where),
            endpoint=self._standing(endpoint) if endpoint is not None else None,
            weak=tuple(self._weak(where)),
            signal=self.signals.of(endpoint, self.now),
            beat=beat,
            client=said if said is not None and self.now - said.at <= KNOWN_FOR else None,
            ticks=self.said.ticks.get(room, {}),
            phone=self.phones.get(room) or self.phones.get(where),
            quality=beside(quality, self._line(where)) if quality is not None else None,
            on_bridge=True if joined_leg is not None else False if left else None,
        )

    def _line(self, site: str) -> Figures | None:
        """Return what was measured of the way to a site: to its first gateway that answers."""
        for head in self.topology.heads(site) if site in self.topology.by_site else ():
            found = self.signals.legs.path(head, self.now)
            if found is not None:
                return found
        return None

    def _endpoint(self, room: str) -> str | None:
        """Return the equipment of a room; of a site the only one that stands there."""
        target = self.topology.targets[room]
        members = [m for m in target.members if m in self.topology.targets]
        if target.kind is TargetKind.ROOM:
            own = [m for m in members if self.topology.targets[m].kind is TargetKind.DEVICE]
        else:
            own = [m for m in members if self.topology.targets[m].role == "endpoint"]
        return own[0] if len(own) == 1 else None

    def _weak(self, site: str) -> list[Standing]:
        if site not in self.topology.by_site:
            return []
        way = [
            slug
            for head in self.topology.heads(site)
            if self.topology.targets[head].role in _HEADS
            for slug in (head, *self.topology.uplinks[head])
        ]
        found = [self._standing(slug) for slug in dict.fromkeys(way)]
        return [one for one in found if one.status is Status.DEGRADED or one.lost]

    def _standing(self, slug: str) -> Standing:
        state = self.states.get(slug)
        if state is None:
            return Standing(slug)
        return Standing(
            slug, state.status, state.since, state.reason, state.cause or None, state.detail
        )


def stack(facts: RoomFacts, *, meets: bool) -> Stack:
    """Return the layers of a room; `meets`: a meeting in which it must be goes on now."""
    reachable = reached(facts, meets=meets)
    if reachable is Layer.BAD:
        below = Layer.NOT_CHECKED
        return Stack(reachable, below, Layer.BAD if meets else below, below)
    in_call = _in_call(facts, meets=meets)
    return Stack(reachable, _registered(facts), in_call, _media(facts, in_call))


def reached(facts: RoomFacts, *, meets: bool = False) -> Layer:
    """Return whether a room can be reached: its equipment, its PC, or the site that speaks for it.

    A PC that is switched off is no fault until a meeting goes on.
    """
    own = facts.endpoint or facts.site
    if facts.heard:
        return Layer.GOOD
    if own.lost:
        return Layer.BAD
    if facts.endpoint is None and facts.client is not None:
        return Layer.BAD if meets else Layer.NOT_EXPECTED
    if own.status is Status.UNKNOWN:
        return Layer.NOT_EXPECTED if own.reason == "off_hours" else Layer.NOT_CHECKED
    return Layer.GOOD


def joined(facts: RoomFacts) -> tuple[bool, str] | None:
    """Return whether a room is in its meeting, and who says so; None where nobody does.

    Equipment is believed before a bridge, a bridge before a client, a client before a person.
    """
    if facts.elsewhere is not None:
        return False, ELSEWHERE
    if facts.signal is not None and facts.signal.in_call is not None:
        return facts.signal.in_call, "call"
    if facts.on_bridge is not None:
        return facts.on_bridge, "bridge"
    if facts.beat is not None and facts.beat.in_call is not None:
        return facts.beat.in_call, "client"
    tick = facts.ticks.get(PRESENT)
    return (tick.good, "person") if tick is not None else None


def _registered(facts: RoomFacts) -> Layer:
    said = [one.registered for one in (facts.signal, facts.beat) if one is not None]
    if facts.beat is not None:
        said.append(facts.beat.client)  # a program that runs is as far as a PC can be asked
    known = next((one for one in said if one is not None), None)
    return Layer.NOT_CHECKED if known is None else _good(known)


def _in_call(facts: RoomFacts, *, meets: bool) -> Layer:
    found = joined(facts)
    if found is None:
        return Layer.NOT_CHECKED if meets else Layer.NOT_EXPECTED
    if found[0]:
        return Layer.GOOD
    return Layer.BAD if meets else Layer.NOT_EXPECTED


def _media(facts: RoomFacts, in_call: Layer) -> Layer:
    if in_call is not Layer.GOOD:
        return Layer.NOT_EXPECTED if in_call is Layer.NOT_EXPECTED else Layer.NOT_CHECKED
    if facts.quality is None:
        return Layer.NOT_CHECKED
    return _good(facts.quality.verdict.grade not in AMISS)


def _not_yet(layer: Layer) -> Layer:
    return Layer.NOT_EXPECTED if layer in {Layer.GOOD, Layer.BAD} else layer


def _good(well: bool) -> Layer:
    return Layer.GOOD if well else Layer.BAD


def amiss(facts: RoomFacts) -> tuple[str, ...]:
    """Return what the person in a room says is not well there."""
    return tuple(
        item for item in CHECKLIST if (tick := facts.ticks.get(item)) is not None and not tick.good
    )
