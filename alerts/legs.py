"""What was measured last of every leg of a call, at both of its ends, and of the lines below?

A leg is asked for at the equipment in the room and at the bridge it hangs on. Directions are
turned to the room's view here: `rx` comes to the room, `tx` leaves it. Kept in memory alone.
"""

import math
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.callers import Callers
from alerts.quality import Bands, Figures, Verdict, of_leg
from core.callquality import Grade
from core.reading import Reading
from core.watching import TargetKind

FRESH = timedelta(seconds=95)  # three polls of 30 s: what was said before is not known any more
WINDOWS = 5  # of a leg, kept to tell what lasts from a single bad one
_GONE = timedelta(hours=6)  # how long it is remembered that somebody was on a bridge
_MOST_SEEN = 2000  # of one bridge
_PATH = timedelta(seconds=150)  # how far back a line's figures reach, and
_LEAST = 4  # windows of 30 probes: with fewer, one lost probe would look like a bad line
_FAMILY = "vc_"
_NAMES = {
    "vc_media_loss_ratio": "loss",
    "vc_media_jitter_seconds": "jitter",
    "vc_media_round_trip_seconds": "round_trip",
}
_USED, _CALL = "vc_media_bandwidth_used_ratio", "vc_call_info"
_LINE = {
    "probe_loss_ratio": "loss",
    "probe_icmp_rtt_mean_seconds": "round_trip",
    "probe_icmp_jitter_seconds": "jitter",
}
_TURNED = {"rx": "tx", "tx": "rx"}


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg as one end of it told last; `device` told, `remote` is whom a bridge names there."""

    device: str
    remote: str  # empty: equipment told of its own call
    at: datetime
    streams: tuple[Figures, ...]
    verdict: Verdict
    recent: tuple[Grade, ...]  # of the last windows, the newest last
    conference: str = ""


_ByRoom = tuple[dict[str, list[Leg]], dict[str, list[str]]]  # legs, checks that told of it before


@dataclass(slots=True)
class _Said:
    """What one look said of one far end."""

    figures: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)
    conference: str = ""

    def streams(self, *, turned: bool) -> tuple[Figures, ...]:
        return tuple(
            Figures(
                media,
                _TURNED.get(direction, direction) if turned else direction,
                used=self.used.get(direction) if media == "video" else None,
                **found,
            )
            for (media, direction), found in sorted(self.figures.items())
        )


class Legs:
    """The last word of everything that tells of calls, and of the lines that matter now."""

    def __init__(self, bands: Bands | None = None) -> None:
        self.bands = bands or Bands()
        self.version = 0  # grows whenever a leg is heard of
        self._known: dict[str, dict[str, Leg]] = {}  # check → remote → leg
        self._checks: dict[str, set[str]] = {}  # device → its checks
        self._mute: set[str] = set()  # checks that bring nothing of the kind
        self._seen: dict[str, dict[str, datetime]] = {}  # check → remote → last there
        self._heard: dict[str, datetime] = {}  # check → its last good look
        self._rooms: dict[TargetKind, tuple[Callers, int, _ByRoom]] = {}
        self._paths: dict[str, deque[tuple[datetime, Mapping[str, float]]]] = {}

    def attend(self, targets: Collection[str]) -> None:
        """Keep what is measured of the ways to these, and of no others."""
        for gone in self._paths.keys() - set(targets):
            del self._paths[gone]
        for target in targets:
            self._paths.setdefault(target, deque(maxlen=2 * _LEAST))

    def hear(self, readings: Iterable[Reading]) -> None:
        """Take in a batch. A look that failed says nothing, and what was said before stands."""
        for reading in readings:
            if not reading.ok or not reading.samples:
                continue
            target, _, collector = reading.check.partition("/")
            if collector == "icmp":
                self._hear_of_line(target, reading)
            elif reading.check not in self._mute:
                self._hear_of_call(target, reading)

    def of_room(self, device: str | None, now: datetime) -> Leg | None:
        """Return what equipment in a room told last of its own call."""
        found = [leg for leg in self._fresh(device or "", now) if not leg.remote]
        return max(found, key=lambda leg: leg.at, default=None)

    def of_bridge(
        self, room: str, kind: TargetKind, callers: Callers, now: datetime, bridge: str | None
    ) -> Leg | None:
        """Return what a bridge told last of a room that is connected to it; `bridge` before others.

        None too where nobody knows whom of those there it means.
        """
        found = self.at_bridges(room, kind, callers, now)
        return max(found, key=lambda leg: (leg.device == bridge, leg.at), default=None)

    def at_bridges(self, room: str, kind: TargetKind, callers: Callers, now: datetime) -> list[Leg]:
        """Return what every bridge told last of a room that is connected to it."""
        known = self._of_rooms(callers, kind)[0].get(room, ())
        return [leg for leg in known if now - leg.at <= FRESH]

    def has_left(self, room: str, kind: TargetKind, callers: Callers, now: datetime) -> bool:
        """Say whether a bridge that tells of a room no more has told of it before."""
        checks = self._of_rooms(callers, kind)[1].get(room, ())
        return any(now - self._heard[check] <= FRESH for check in checks)

    def path(self, target: str, now: datetime) -> Figures | None:
        """Return what was measured of the way to a target in the last minutes; None if too little.

        The mean of the windows: one lost probe is no loss.
        """
        fresh = [said for at, said in self._paths.get(target, ()) if now - at <= _PATH]
        if len(fresh) < _LEAST:
            return None
        means: dict[str, float] = {}
        for name in _LINE.values():
            values = [said[name] for said in fresh if name in said]
            if values:
                means[name] = sum(values) / len(values)
        return Figures("", "", **means)

    def _of_rooms(self, callers: Callers, kind: TargetKind) -> _ByRoom:
        """Return by room the legs that bridges tell of, and the checks that told of it before."""
        kept = self._rooms.get(kind)
        if kept is None or kept[0] is not callers or kept[1] != self.version:
            here: dict[str, list[Leg]] = {}
            before: dict[str, list[str]] = {}
            for check, legs in self._known.items():
                for remote, leg in legs.items():
                    if remote and (room := callers.room(remote, kind)) is not None:
                        here.setdefault(room, []).append(leg)
                for remote in self._seen.get(check, {}).keys() - legs.keys():
                    if (room := callers.room(remote, kind)) is not None:
                        before.setdefault(room, []).append(check)
            kept = (callers, self.version, (here, before))
            self._rooms[kind] = kept
        return kept[2]

    def _fresh(self, device: str, now: datetime) -> Iterator[Leg]:
        for check in self._checks.get(device, ()):
            yield from (leg for leg in self._known[check].values() if now - leg.at <= FRESH)

    def _hear_of_line(self, target: str, reading: Reading) -> None:
        kept = self._paths.get(target)
        if kept is None:
            return
        said = {
            _LINE[series.name]: value
            for series, value in reading.samples
            if series.name in _LINE and math.isfinite(value)
        }
        if "loss" in said:
            kept.append((reading.at, said))

    def _hear_of_call(self, device: str, reading: Reading) -> None:
        if not any(series.name.startswith(_FAMILY) for series, _ in reading.samples):
            self._mute.add(reading.check)
            return
        before = self._known.get(reading.check, {})
        self._known[reading.check] = {
            remote: self._leg(device, remote, said, reading.at, before.get(remote))
            for remote, said in _said(reading).items()
            if said.figures or remote
        }
        self._heard[reading.check] = reading.at
        seen = self._seen.setdefault(reading.check, {})
        seen.update(dict.fromkeys(filter(None, self._known[reading.check]), reading.at))
        for remote in [one for one, at in seen.items() if reading.at - at > _GONE]:
            del seen[remote]
        for remote in sorted(seen, key=seen.__getitem__)[:-_MOST_SEEN]:
            del seen[remote]
        self._checks.setdefault(device, set()).add(reading.check)
        self.version += 1

    def _leg(self, device: str, remote: str, said: _Said, at: datetime, before: Leg | None) -> Leg:
        streams = said.streams(turned=bool(remote))
        verdict = of_leg(streams, self.bands)
        lasts = before is not None and at - before.at <= FRESH
        recent = before.recent if before is not None and lasts else ()
        kept = (*recent, verdict.grade)[-WINDOWS:]
        return Leg(device, remote, at, streams, verdict, kept, said.conference)


def _said(reading: Reading) -> Mapping[str, _Said]:
    """Return what a look said, by whom a bridge names; equipment names nobody."""
    found: dict[str, _Said] = {}
    for series, value in reading.samples:
        name = series.name
        if not name.startswith(_FAMILY) or not math.isfinite(value):
            continue
        labels = dict(series.labels)
        if name in _NAMES:
            one = found.setdefault(labels.get("remote", ""), _Said())
            place = labels.get("media", ""), labels.get("direction", "")
            one.figures.setdefault(place, {})[_NAMES[name]] = value
        elif name == _USED:
            found.setdefault("", _Said()).used[labels.get("direction", "")] = value
        elif name == _CALL and "conference" in labels:  # a bridge's; equipment names none
            one = found.setdefault(labels.get("remote", ""), _Said())
            one.conference = labels["conference"]
    return found
