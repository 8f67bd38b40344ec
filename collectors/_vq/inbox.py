"""What rooms have published lately, between whoever hears it and the check that tells it.

An engine of the kit. An interval's report stands for three of the usual 30 s, one of a call that is
over for as long as it takes to look once more; then there is nothing to tell.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from collectors._vq.report import Kind, Report
from core.clock import Clock
from core.collector import Kit

FRESH = 95.0  # seconds
ENDED = 30.0
_CALLS = 16  # of one room at a time; older ones give way
_FAR_ENDS = 20  # names within an hour: each makes series, and anybody may invent some
_HOUR = 3600.0
OTHERS = "other"
_NAME = "published call quality"
_VIDEO = ("H26", "VP8", "VP9", "AV1", "MP4V", "MPV", "JPEG", "THEORA")


@dataclass(frozen=True, slots=True)
class Heard:
    """A report, and until when (monotonic) it stands."""

    report: Report
    until: float


@dataclass(slots=True)
class _Room:
    """What one address has published."""

    count: int = 0
    live: dict[tuple[str, bool], Heard] = field(default_factory=dict)
    far_ends: dict[str, float] = field(default_factory=dict)  # → when it was named last


@dataclass(slots=True)
class Inbox:
    """The reports by the reporter's address. `listening`: somebody hears publications."""

    clock: Clock
    listening: bool = False
    _rooms: defaultdict[str, _Room] = field(default_factory=lambda: defaultdict(_Room))

    def take(self, address: str, report: Report) -> None:
        """Keep a report of a room."""
        now, room = self.clock.monotonic(), self._rooms[address]
        room.count += 1
        kept = replace(report, far_end=_known(room, report.far_end, now))
        key = report.call, is_video(report.local.payload)
        room.live.pop(key, None)  # so that the newest stands last
        lasts = ENDED if report.kind is Kind.SESSION else FRESH
        room.live[key] = Heard(kept, now + lasts)
        while len(room.live) > _CALLS:
            del room.live[next(iter(room.live))]

    def of(self, address: str) -> list[Report]:
        """Return what stands of a room."""
        now, room = self.clock.monotonic(), self._rooms[address]
        room.live = {key: one for key, one in room.live.items() if now < one.until}
        return [one.report for one in room.live.values()]

    def counted(self, address: str) -> int:
        """Return how many reports came of a room since the start."""
        return self._rooms[address].count

    async def aclose(self) -> None:
        """Forget everything."""
        self._rooms.clear()


def _known(room: _Room, name: str, now: float) -> str:
    """Return a far end's name, or `OTHERS` where too many were named within the hour."""
    room.far_ends = {known: at for known, at in room.far_ends.items() if now - at < _HOUR}
    if name not in room.far_ends and len(room.far_ends) >= _FAR_ENDS:
        return OTHERS
    room.far_ends[name] = now
    return name


def is_video(payload: str) -> bool:
    """Say whether a payload's name (RFC 3551 and its like) is that of pictures."""
    return payload.upper().startswith(_VIDEO)


def inbox_of(kit: Kit) -> Inbox:
    """Return the kit's engine."""
    engine = kit.engine(_NAME, lambda kit: Inbox(kit.clock))
    if not isinstance(engine, Inbox):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    return engine
