"""What did a room's equipment say last of registration and calls? Kept in memory alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.legs import FRESH, Legs
from core.reading import Reading, is_stale

_FAMILY, _CALL = "vc_", "vc_call_info"


@dataclass(frozen=True, slots=True)
class Signal:
    """What one device says of itself; None: it does not say. Of registrations one is enough."""

    at: datetime
    registered: bool | None = None
    in_call: bool | None = None
    dialled: tuple[str, ...] = ()  # the far ends of its calls, as it names them


class Signals:
    """The last word of every device that speaks of calls. One per process.

    `legs` are what it was said of: every leg at both of its ends, and the lines below.
    """

    def __init__(self, legs: Legs | None = None) -> None:
        self.legs = legs or Legs()
        self._known: dict[str, dict[str, Signal]] = {}  # device → check → signal
        self._mute: set[str] = set()  # checks that bring nothing of the kind

    def hear(self, readings: Iterable[Reading]) -> None:
        """Take in a batch. A look that failed says nothing, and what was said before stands."""
        readings = list(readings)
        self.legs.hear(readings)
        for reading in readings:
            if reading.check in self._mute or not reading.ok or not reading.samples:
                continue
            if not any(series.name.startswith(_FAMILY) for series, _ in reading.samples):
                self._mute.add(reading.check)
                continue
            device = reading.check.partition("/")[0]
            self._known.setdefault(device, {})[reading.check] = _signal(reading)

    def of(self, device: str | None, now: datetime) -> Signal | None:
        """Return what a device said lately; None if it said nothing.

        Of several checks the newest that speaks of a thing is believed in that thing: who publishes
        how its call goes says nothing of its registration.
        """
        found = self._known.get(device or "", {}).values()
        fresh = sorted((one for one in found if now - one.at <= FRESH), key=lambda one: one.at)
        if not fresh:
            return None
        newest, *older = reversed(fresh)
        for one in older:
            newest = Signal(
                newest.at,
                newest.registered if newest.registered is not None else one.registered,
                newest.in_call if newest.in_call is not None else one.in_call,
                newest.dialled or one.dialled,
            )
        return newest


def _signal(reading: Reading) -> Signal:
    said: dict[str, list[float]] = {}
    dialled: set[str] = set()
    for series, value in reading.samples:
        if series.name.startswith(_FAMILY) and not is_stale(value):
            said.setdefault(series.name, []).append(value)
            if series.name == _CALL and "conference" not in (labels := dict(series.labels)):
                dialled.add(labels.get("remote", ""))  # with one it is a leg that a bridge tells of
    registered, in_call = said.get("vc_registered"), said.get("vc_in_call")
    return Signal(
        at=reading.at,
        registered=any(registered) if registered else None,
        in_call=any(in_call) if in_call else None,
        dialled=tuple(sorted(dialled - {""})),
    )
