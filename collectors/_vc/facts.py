"""What a look at conference equipment found, in one shape for every family. None: it did not say.

Times are seconds, rates bits per second, shares 0…1.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from core.media import Counts


class Media(StrEnum):
    """What a stream carries."""

    AUDIO = "audio"
    VIDEO = "video"
    CONTENT = "content"  # slides, a shared screen
    ALL = "all"  # together, where a device does not tell them apart


class Direction(StrEnum):
    """Which way, as the asked device sees it."""

    RX = "rx"
    TX = "tx"


@dataclass(frozen=True, slots=True)
class Score:
    """An opinion score (1…5) that the equipment reckoned: listening (lq) or conversational (cq)."""

    kind: str
    value: float
    algorithm: str = ""  # as the equipment calls it


@dataclass(slots=True)
class Stream:
    """One channel of one call.

    `key` tells the device's channels apart, so that a new one is told from the one before it.
    `counts` are cumulative; `loss` is a share that the device reckoned itself.
    """

    media: Media
    direction: Direction
    key: str
    counts: Counts | None = None
    loss: float | None = None
    jitter: float | None = None
    round_trip: float | None = None
    bits: float | None = None
    frames: float | None = None
    width: int | None = None
    height: int | None = None
    discarded: float | None = None  # share that came too late to be played out
    scores: tuple[Score, ...] = ()


@dataclass(slots=True)
class Call:
    """One connected call of an endpoint, or one leg of a bridge."""

    key: str
    remote: str
    protocol: str = ""
    origin: str = ""  # who called: incoming, outgoing
    encrypted: bool | None = None
    duration: float | None = None
    bits_rx: float | None = None  # negotiated
    bits_tx: float | None = None
    conference: str = ""  # of a bridge
    streams: list[Stream] = field(default_factory=list)


@dataclass(slots=True)
class Peripheral:
    """A camera, microphone, display or touch panel."""

    kind: str
    name: str
    connected: bool


@dataclass(slots=True)
class Fault:
    """What the device itself says is wrong with it; `level` is one of `metrics.LEVELS`."""

    level: str
    name: str


@dataclass(slots=True)
class Device:
    """What endpoints and bridges alike tell."""

    product: str = ""
    software: str = ""
    serial: str = ""
    uptime: float | None = None
    faults: list[Fault] | None = None
    registered: dict[str, bool] = field(default_factory=dict)  # by protocol in use
    calls: list[Call] | None = None  # connected ones; None: it does not tell


@dataclass(slots=True)
class Endpoint(Device):
    """A codec in a room."""

    standby: bool | None = None
    do_not_disturb: bool | None = None
    microphone_muted: bool | None = None
    video_muted: bool | None = None
    too_hot: bool | None = None
    clock: bool | None = None
    reboot: bool | None = None
    peripherals: list[Peripheral] = field(default_factory=list)


@dataclass(slots=True)
class Bridge(Device):
    """A bridge (MCU) with its conferences: name → participants."""

    conferences: dict[str, int] | None = None
    conference_count: int | None = None  # where it names none
    legs: int | None = None
    legs_limit: int | None = None
    load: float | None = None
    bits: dict[tuple[str, str], float] = field(default_factory=dict)  # (media, direction)
    loss: dict[str, float] = field(default_factory=dict)  # of all streams, by direction
    round_trip: float | None = None  # of all streams
    registrations: int | None = None  # devices that are registered with it, or online
