"""How is a room's call, of both of its ends, and what stands beside a bad one?

Pure: legs as equipment and bridges told them last, lines as they were measured in the same
minutes. What is worse of the two ends counts: each end sees what reaches it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from alerts.legs import Leg
from alerts.quality import (
    UNKNOWN,
    Bands,
    Figures,
    MeetingQuality,
    Verdict,
    at_fault,
    lasting,
    of_leg,
    of_meeting,
    of_stream,
)
from alerts.segments import Agreement
from core import emodel
from core.callquality import AMISS, Grade, Side
from core.meeting import Beat

DIRECTIONS = ("rx", "tx")  # to the room, from it


class End(StrEnum):
    """Who measured."""

    ROOM = "room"  # the equipment there
    BRIDGE = "bridge"
    CLIENT = "client"  # the room's own program


@dataclass(frozen=True, slots=True)
class Measured:
    """One medium in one direction, as one end measured it."""

    end: End
    figures: Figures
    grade: Grade


@dataclass(frozen=True, slots=True)
class RoomQuality:
    """A room's call at present, `at` the instant of its worse end's last word.

    `verdict` is the worst of all ends, measured by `end`. `rating` is R of the E-model, an
    estimate of the path. `lasts`: it is no single bad window. `line` is what was measured of the
    way to the room in the same minutes, None where too little was.
    """

    at: datetime
    verdict: Verdict
    end: End
    ends: Mapping[End, Verdict]
    rating: float | None = None
    lasts: bool = False
    line: Figures | None = None
    bridge: str = ""  # the device whose leg was joined
    conference: str = ""
    streams: tuple[Measured, ...] = ()  # of all ends

    @property
    def mos(self) -> float | None:
        """Return the mean opinion score of the rating: the same estimate on a scale of 1 to 4.5."""
        return emodel.mos(self.rating) if self.rating is not None else None


@dataclass(frozen=True, slots=True)
class Blame:
    """Which side a bad leg is blamed on, and what says so."""

    side: Side
    line: Figures | None = None
    way: str = ""  # a line or gateway on the way that is known to be amiss
    bridge: str = ""  # the bridge, where it is known to be amiss
    bad: int = 0  # of the other legs, and
    others: int = 0  # all of those that say anything
    agreed: Agreement | None = None  # the rooms that share the way, or the bridge, and say so
    directions: frozenset[str] = frozenset()  # in which they agree


Shared = tuple[Agreement, frozenset[str]]  # where rooms agree, in which directions


@dataclass(frozen=True, slots=True)
class Heard:
    """What a meeting sounds like: its worst room, how many are good, whom bad ones are due to."""

    whole: MeetingQuality
    blames: Mapping[str, Blame]


def of_ends(
    room: Leg | None, bridge: Leg | None, beat: Beat | None, bands: Bands
) -> RoomQuality | None:
    """Return a room's call of what its ends said; None where no end said anything."""
    legs = {end: leg for end, leg in ((End.ROOM, room), (End.BRIDGE, bridge)) if leg is not None}
    verdicts = {end: leg.verdict for end, leg in legs.items()}
    streams = [(end, stream) for end, leg in legs.items() for stream in leg.streams]
    times = {end: leg.at for end, leg in legs.items()}
    if beat is not None and beat.loss is not None:
        # A program tells one figure of all it hears: it is held to the limits of speech.
        heard = Figures("audio", "rx", loss=beat.loss)
        verdicts[End.CLIENT] = of_leg([heard], bands)
        streams.append((End.CLIENT, heard))
        times[End.CLIENT] = beat.at
    known = {end: one for end, one in verdicts.items() if one.grade is not Grade.UNKNOWN}
    if not known:
        return None
    end = max(known, key=lambda one: known[one].grade)
    return RoomQuality(
        at=times[end],
        verdict=known[end],
        end=end,
        ends=known,
        rating=rating(figures for _, figures in streams),
        lasts=any(lasting(leg.recent) for leg in legs.values())
        or (end is End.CLIENT and known[end].grade in AMISS),
        bridge=bridge.device if bridge is not None else "",
        conference=bridge.conference if bridge is not None else "",
        streams=tuple(
            Measured(end, figures, of_stream(figures, bands).grade) for end, figures in streams
        ),
    )


def rating(streams: Iterable[Figures]) -> float | None:
    """Return the lowest R of a call's streams of speech, else of any but slides; None if unknown.

    An estimate of the path, not a measurement of what is heard (ITU-T G.107, `core.emodel`).
    """
    known = [one for one in streams if one.loss is not None]
    speech = [one for one in known if one.media == "audio"]
    trips = [one.round_trip for one in known if one.round_trip is not None]
    longest = max(trips, default=None)
    found = [
        emodel.estimated(one.loss, one.jitter, one.round_trip or longest)
        for one in speech or [one for one in known if one.media != "content"]
        if one.loss is not None
    ]
    return min(found, default=None)


def ways_measured(quality: RoomQuality, bands: Bands) -> Mapping[str, bool]:
    """Return by direction in which something was measured whether it is bad.

    A round trip goes both ways, as does a stream that names no direction.
    """
    found: dict[str, bool] = {}
    for one in quality.streams:
        verdict = of_stream(one.figures, bands)
        if verdict.grade is Grade.UNKNOWN:
            continue
        one_way = verdict.by != "round_trip" and one.figures.direction in DIRECTIONS
        for direction in (one.figures.direction,) if one_way else DIRECTIONS:
            found[direction] = found.get(direction, False) or verdict.grade in AMISS
    return found


def beside(quality: RoomQuality, line: Figures | None) -> RoomQuality:
    """Return a room's call with what was measured of its line."""
    return replace(quality, line=line)


def heard(
    rooms: Mapping[str, RoomQuality | None],
    ways: Mapping[str, str],
    bridge: str,
    bands: Bands,
    shared: Mapping[str, Shared] | None = None,
) -> Heard:
    """Return what a meeting sounds like.

    `ways` name, of rooms that have one, a line on their way that is known to be amiss; `bridge`
    the meeting's bridge where it is. `shared` is, by room, where those that share a way agree: it
    counts where no line is known to be amiss, which then is reason enough.
    """
    shared = shared or {}
    verdicts = {room: one.verdict if one else UNKNOWN for room, one in rooms.items()}
    grades = {room: one.grade for room, one in verdicts.items()}
    blames = {
        room: _blame(
            room,
            quality,
            grades,
            ways.get(room, ""),
            bridge,
            bands,
            None if ways.get(room) else shared.get(room),
        )
        for room, quality in rooms.items()
        if quality is not None and quality.verdict.grade in AMISS
    }
    return Heard(of_meeting(verdicts), blames)


def _blame(  # noqa: PLR0917
    room: str,
    quality: RoomQuality,
    grades: Mapping[str, Grade],
    way: str,
    bridge: str,
    bands: Bands,
    shared: Shared | None,
) -> Blame:
    agreed, directions = shared or (None, frozenset())
    if agreed is not None:
        way, bridge = (way, agreed.segment) if agreed.at_bridge else (agreed.segment, bridge)
    others: Sequence[Grade] = [grade for other, grade in grades.items() if other != room]
    known = [grade for grade in others if grade is not Grade.UNKNOWN]
    return Blame(
        side=at_fault(
            quality.verdict.grade,
            others,
            quality.line,
            bands,
            way=bool(way),
            bridge=bool(bridge),
        ),
        line=quality.line,
        way=way,
        bridge=bridge,
        bad=sum(grade in AMISS for grade in known),
        others=len(known),
        agreed=agreed,
        directions=directions,
    )
