"""How good is a call, how good a meeting, and which side is at fault? Pure, of measured figures.

A leg is as good as its worst figure in its worse direction, a meeting as its worst participant;
beside it stands how many of the rooms are good, since one commune would hide ninety-nine. What was
not measured is not good: it is not known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field, model_validator

from core.callquality import AMISS, Grade, Side
from core.model import Model


class Band(Model):
    """Where good, fair and poor end; from `poor` on it is bad. In the figure's own unit."""

    good: float = Field(ge=0)
    fair: float = Field(ge=0)
    poor: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> "Band":
        rising = self.good <= self.fair <= self.poor
        if not rising and not self.good >= self.fair >= self.poor:
            raise ValueError("good, fair and poor must rise, or fall where more is better")
        return self

    def grade(self, value: float | None) -> Grade:
        """Return the grade of a value; where the limits fall, more is better."""
        if value is None:
            return Grade.UNKNOWN
        sign = 1 if self.good <= self.poor else -1
        limits = (self.good, self.fair, self.poor)
        if sign > 0:
            return Grade(sum(value >= limit for limit in limits))
        return Grade(sum(value < limit for limit in limits))


class Bands(Model):
    """The limits, all of them configuration: no rule of law names any. Seconds and shares."""

    loss_video: Band = Band(good=0.005, fair=0.01, poor=0.03)
    loss_audio: Band = Band(good=0.01, fair=0.02, poor=0.05)
    jitter: Band = Band(good=0.015, fair=0.03, poor=0.05)
    round_trip: Band = Band(good=0.15, fair=0.3, poor=0.4)
    bandwidth: Band = Band(good=0.8, fair=0.5, poor=0.25)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one medium in one direction, over one window. None: it was not."""

    media: str  # audio, video, content
    direction: str  # rx, tx
    loss: float | None = None  # share
    jitter: float | None = None  # seconds
    round_trip: float | None = None  # seconds
    used: float | None = None  # share of the negotiated rate


@dataclass(frozen=True, slots=True)
class Verdict:
    """A grade, and the figure that it is by: `loss`, `jitter`, `round_trip`, `used`.

    `value` is that figure, a share or seconds.
    """

    grade: Grade
    by: str = ""
    media: str = ""
    direction: str = ""
    value: float | None = None


UNKNOWN = Verdict(Grade.UNKNOWN)


def of_stream(figures: Figures, bands: Bands) -> Verdict:
    """Return the worst of what was measured; UNKNOWN where nothing was."""
    loss = bands.loss_audio if figures.media == "audio" else bands.loss_video
    found = {
        "loss": loss.grade(figures.loss),
        "jitter": bands.jitter.grade(figures.jitter),
        "round_trip": bands.round_trip.grade(figures.round_trip),
        "used": _of_use(figures, bands),
    }
    known = {name: grade for name, grade in found.items() if grade is not Grade.UNKNOWN}
    if not known:
        return UNKNOWN
    by = max(known, key=lambda name: known[name])
    return Verdict(known[by], by, figures.media, figures.direction, getattr(figures, by))


def _of_use(figures: Figures, bands: Bands) -> Grade:
    """Return what the rate in use says: of video alone, and never worse than fair.

    Slides and a room in which nobody moves need little; whether that hurts, loss and delay say.
    """
    found = bands.bandwidth.grade(figures.used if figures.media == "video" else None)
    return Grade.FAIR if found in AMISS else found


def of_leg(streams: Iterable[Figures], bands: Bands) -> Verdict:
    """Return the worst of a leg's streams; UNKNOWN where nothing was measured."""
    return worst(of_stream(one, bands) for one in streams)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of those that say something, else UNKNOWN."""
    known = [one for one in verdicts if one.grade is not Grade.UNKNOWN]
    return max(known, key=lambda one: one.grade, default=UNKNOWN)


@dataclass(frozen=True, slots=True)
class MeetingQuality:
    """A meeting: its worst participant, and x of y rooms that are good."""

    worst: Verdict
    worst_room: str | None
    good: int
    known: int
    rooms: int


def of_meeting(legs: Mapping[str, Verdict]) -> MeetingQuality:
    """Return the quality of a meeting of its rooms' verdicts."""
    known = {room: one for room, one in legs.items() if one.grade is not Grade.UNKNOWN}
    by = max(sorted(known), key=lambda room: known[room].grade, default=None)
    return MeetingQuality(
        worst=known[by] if by is not None else UNKNOWN,
        worst_room=by,
        good=sum(one.grade is Grade.GOOD for one in known.values()),
        known=len(known),
        rooms=len(legs),
    )


def lasting(windows: Sequence[Grade], *, need: int = 3, of: int = 5) -> bool:
    """Say whether `need` of the last `of` windows were poor or worse: one sample alarms nobody."""
    return sum(grade in AMISS for grade in windows[-of:]) >= need


def at_fault(
    leg: Grade,
    others: Sequence[Grade],
    path: Figures | None,
    bands: Bands,
    *,
    way: bool = False,
    bridge: bool = False,
) -> Side:
    """Return which side a bad leg is to be blamed on.

    `others` are the legs of the same meeting, `path` what was measured of the room's line in the
    same minutes (`media` of no meaning); `way` and `bridge` say whether a line on the way, or the
    bridge, is known to be amiss. A bad line is the line's; where most of the others are bad too,
    or the bridge is amiss, it is the bridge's; where the line was measured and is clean, the
    room's. A line that is neither clean nor bad proves nothing.
    """
    if leg not in AMISS:
        return Side.UNKNOWN
    line = of_stream(path, bands).grade if path is not None else Grade.UNKNOWN
    if way or line in AMISS:
        return Side.LINE
    if bridge or _most_are_bad(others):
        return Side.BRIDGE
    return Side.ROOM if line is Grade.GOOD else Side.UNKNOWN


def _most_are_bad(others: Sequence[Grade]) -> bool:
    known = [grade for grade in others if grade is not Grade.UNKNOWN]
    return len(known) > 1 and sum(grade in AMISS for grade in known) * 2 > len(known)
