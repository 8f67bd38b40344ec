"""Who is in which meeting of the pretend province, and what truly becomes of the packets?

One state for all observers: a codec, its bridge and the registrar speak of the same call. What is
lost follows the loss of the lines on the way, both directions alike, packet counts being the
exact integral of rate and loss over time.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.clock import Clock
from lab.world import Quality, World

MEDIA_TIMEOUT = 15.0  # seconds without a packet until both ends hang up
BASE_ROUND_TRIP = 0.012  # seconds, of clean lines
BASE_JITTER = 0.0015
_RATE = 1_920_000.0  # bits per second, negotiated for a call
_SIZES = {"audio": 160, "video": 1100, "content": 1100}  # bytes of a middling packet
_RATES = {"audio": 64_000.0, "video": 1_700_000.0, "content": 512_000.0}
BOTH = ("down", "up")  # from the bridge to the room, and back


@dataclass(slots=True)
class Channel:
    """One stream of one direction, from its beginning; `number` is new after each negotiation."""

    number: int
    media: str  # audio, video, content
    way: str  # down, up
    bits: float  # per second
    sent: float = 0.0  # packets
    lost: float = 0.0
    quality: Quality = field(default_factory=Quality)

    @property
    def per_second(self) -> float:
        """Packets per second."""
        return self.bits / 8 / _SIZES[self.media]

    @property
    def counted(self) -> tuple[int, int]:
        """Packets that came and that were lost, as whole numbers."""
        lost = int(self.lost)
        return int(self.sent) - lost, lost

    @property
    def jitter(self) -> float:
        """Interarrival jitter in seconds."""
        return BASE_JITTER + self.quality.jitter

    @property
    def round_trip(self) -> float:
        """Round trip in seconds."""
        return BASE_ROUND_TRIP + 2 * self.quality.delay


@dataclass(slots=True)
class Leg:
    """A room in a conference."""

    device: str
    conference: str
    number: int
    id: str  # as bridges name it
    began: float  # monotonic
    rate: float = _RATE
    channels: list[Channel] = field(default_factory=list)
    silent_since: float | None = None


@dataclass(slots=True)
class Condition:
    """How a room's equipment is, beside its calls."""

    awake: bool = True
    registered: bool = True
    microphone_muted: bool = False
    video_muted: bool = False
    do_not_disturb: bool = False
    camera: bool = True
    microphone: bool = True
    display: bool = True
    hot: bool = False


class Calls:
    """Every call there is. `settle` before the world changes, so that counts stay exact."""

    def __init__(self, truth: Callable[[], World], clock: Clock) -> None:
        self.truth, self._clock = truth, clock
        self.legs: dict[str, Leg] = {}  # by device
        self.ended: list[tuple[str, str, str]] = []  # device, conference, reason
        self._conditions: dict[str, Condition] = {}
        self._sums: dict[tuple[str, str, str], list[float]] = {}
        self._numbers = 26
        self._channels = 300
        self._settled = clock.monotonic()

    def condition(self, device: str) -> Condition:
        """Return how a device is; it may be changed."""
        return self._conditions.setdefault(device, Condition())

    def join(self, device: str, conference: str, *, content: bool = False) -> Leg:
        """Connect a room to a conference; in one at a time."""
        self.settle()
        self.leave(device)
        self._numbers += 1
        chance = random.Random(f"{device}/{self._numbers}")  # noqa: S311  (names, not secrets)
        leg = Leg(
            device,
            conference,
            self._numbers,
            str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            self._clock.monotonic(),
        )
        self.legs[device] = leg
        self.condition(device).awake = True
        self._open(leg, ("audio", "video", "content") if content else ("audio", "video"))
        return leg

    def leave(self, device: str, reason: str = "hung up") -> None:
        """Disconnect a room, if it is connected."""
        self.settle()
        leg = self.legs.pop(device, None)
        if leg is not None:
            self.ended.append((device, leg.conference, reason))

    def negotiate(self, device: str) -> None:
        """Open the channels of a call anew: their numbers and counts begin again."""
        self.settle()
        leg = self.legs[device]
        self._open(leg, tuple(dict.fromkeys(channel.media for channel in leg.channels)))

    def recount(self, device: str) -> None:
        """Let the counts of a call begin again under the same numbers, as some software does."""
        self.settle()
        for channel in self.legs[device].channels:
            channel.sent = channel.lost = 0.0

    def _open(self, leg: Leg, media: tuple[str, ...]) -> None:
        leg.channels = [
            Channel(self._channels + i, kind, way, _RATES[kind])
            for i, (kind, way) in enumerate((kind, way) for kind in media for way in BOTH)
        ]
        self._channels += len(leg.channels)
        for channel in leg.channels:
            channel.quality = self.truth().quality(leg.device)

    def settle(self) -> None:
        """Reckon what became of the packets since the last time; drop calls that are dead."""
        now, world = self._clock.monotonic(), self.truth()
        since, self._settled = self._settled, now
        for leg in list(self.legs.values()):
            dead = leg.device in world.silent
            if dead and leg.silent_since is None:
                leg.silent_since = since
            elif not dead:
                leg.silent_since = None
            for channel in leg.channels:
                self._flow(leg, channel, world, now - max(since, leg.began), dead=dead)
            if leg.silent_since is not None and now - leg.silent_since > MEDIA_TIMEOUT:
                del self.legs[leg.device]
                self.ended.append((leg.device, leg.conference, "media timeout"))

    def _flow(
        self, leg: Leg, channel: Channel, world: World, seconds: float, *, dead: bool
    ) -> None:
        channel.quality = world.quality(leg.device)
        sent = channel.per_second * seconds
        lost = sent * (1.0 if dead else channel.quality.loss)
        channel.sent += sent
        channel.lost += lost
        sums = self._sums.setdefault((leg.device, channel.media, channel.way), [0.0, 0.0])
        sums[0] += sent
        sums[1] += lost

    def sums(self, device: str, media: str, way: str) -> tuple[float, float]:
        """Return the packets sent and lost in all calls of a device until now: the truth."""
        self.settle()
        sent, lost = self._sums.get((device, media, way), (0.0, 0.0))
        return sent, lost

    def of_conference(self, conference: str) -> Iterator[Leg]:
        """Yield the legs of a conference."""
        yield from (leg for leg in self.legs.values() if leg.conference == conference)

    def conferences(self) -> dict[str, list[Leg]]:
        """Return the legs by conference."""
        found: dict[str, list[Leg]] = {}
        for leg in self.legs.values():
            found.setdefault(leg.conference, []).append(leg)
        return found
