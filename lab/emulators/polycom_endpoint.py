"""What a pretend Polycom endpoint's SNMP agent knows: POLYCOM-ENDPOINT-MIB, as the calls stand.

Written from the MIB (enterprise 13885, subtree 101.1) beside a recording of a Studio X50.
"""

from collections.abc import Iterator

from pysnmp.proto.api import v2c

from lab.calls import Channel
from lab.emulators.answering import About, Stage
from lab.mib import Oid, Value

ABOUT = About(
    family="snmp_polycom",
    source="POLYCOM-ENDPOINT-MIB; a recording of a Studio X50 with software 3.10",
    guessed={
        "units": "the MIB names none: milliseconds, kbit/s, whole percent",
        "percent of packets lost": "of the last seconds, all media together",
        "texts": "resolution as 1280x720, frame rate as 30",
    },
)
_ROOT: Oid = (1, 3, 6, 1, 4, 1, 13885, 101, 1)
_DISABLED, _OK, _FAILED = 1, 2, 3
_CALL = 1  # the row of the calls table


def rows(stage: Stage) -> Iterator[tuple[Oid, Value]]:
    """Yield every object as it is now."""
    condition = stage.calls.condition(stage.device)
    registered = _OK if condition.registered else _FAILED
    texts: dict[Oid, str] = {
        (1, 1, 0): "3.10.0-362035",
        (1, 4, 0): "StudioX50",
        (1, 5, 0): "8L12345678",
    }
    yield (1, 3, 6, 1, 2, 1, 1, 2, 0), v2c.ObjectIdentifier((1, 3, 6, 1, 4, 1, 2684))
    for at, text in texts.items():
        yield (*_ROOT, *at), v2c.OctetString(text)
    statuses: tuple[tuple[Oid, int], ...] = (
        ((1, 6, 0), _OK),
        ((2, 7, 1, 0), _OK),
        ((2, 7, 2, 0), _DISABLED),
        ((2, 8, 1, 0), _OK),
        ((2, 8, 3, 1, 2, 1), registered),
        ((3, 1, 0), _OK if condition.camera else _FAILED),
        ((3, 5, 1, 0), _OK if condition.microphone else _FAILED),
        ((3, 6, 1, 0), _OK if condition.camera else _FAILED),
        ((3, 10, 1, 0), _OK),
        ((3, 11, 1, 0), _DISABLED),
    )
    for place, status in statuses:
        yield (*_ROOT, *place), v2c.Integer32(status)
    stage.calls.settle()
    leg = stage.calls.legs.get(stage.device)
    yield (*_ROOT, 5, 1, 0), v2c.Gauge32(int(leg is not None))
    if leg is None:
        return
    by = {(channel.media, channel.way): channel for channel in leg.channels}
    for column, value in _call(by):
        yield (*_ROOT, 4, 1, 1, column, _CALL), value
    yield (*_ROOT, 4, 1, 1, 2, _CALL), v2c.Gauge32(leg.number)
    yield (*_ROOT, 4, 1, 1, 58, _CALL), v2c.OctetString(leg.conference)


def _call(by: dict[tuple[str, str], Channel]) -> Iterator[tuple[int, Value]]:
    for offset, way in enumerate(("down", "up")):  # what it receives, what it sends
        audio, video = by["audio", way], by["video", way]
        yield 4 + offset, v2c.Gauge32(round(audio.jitter * 1000))
        yield 42 + offset, v2c.OctetString("1280x720")
        yield 44 + offset, v2c.OctetString("30")
        yield 46 + offset, v2c.Gauge32(round(video.jitter * 1000))
        yield 54 + offset, v2c.Gauge32(1920)
        yield 56 + offset, v2c.Gauge32(round(video.bits / 1000))
        yield 14 + offset, v2c.Gauge32(audio.counted[1] + video.counted[1])
        yield 16 + offset, v2c.Gauge32(round(video.quality.loss * 100))
        yield 20 + offset, v2c.Gauge32(round(video.jitter * 1000))
