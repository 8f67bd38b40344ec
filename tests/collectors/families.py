"""Every family of conference equipment: its collector, and an emulator in a small world."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from collectors import (
    bigbluebutton,
    cisco_codec,
    cisco_meeting_server,
    expressway,
    jicofo,
    jitsi,
    pexip,
    poly_videoos,
    trueconf,
    yealink_ymcs,
)
from core.collector import Collector, Kit
from core.reading import Reading, is_stale
from core.watching import Check
from lab import synthetic
from lab.calls import Calls
from lab.emulators.answering import About, Ask, Emulator, Reply, Stage
from lab.emulators.bigbluebutton import BigBlueButton
from lab.emulators.cisco_codec import CiscoCodec, Generation
from lab.emulators.cisco_meeting_server import CiscoMeetingServer
from lab.emulators.expressway import Expressway
from lab.emulators.jicofo import Jicofo
from lab.emulators.jitsi import Jitsi
from lab.emulators.pexip import Pexip
from lab.emulators.poly_videoos import PolyVideoOs
from lab.emulators.serving import served
from lab.emulators.trueconf import TrueConf
from lab.emulators.yealink_ymcs import YealinkYmcs
from lab.fabric import Fabric
from lab.world import World
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.factories import FakeClock, a_check

FABRIC = Fabric(synthetic.inventory(3, 9))
ROOMS = sorted(d.slug for d in FABRIC.devices.values() if d.kind == "endpoint")
ROOM = ROOMS[-1]
BRIDGE = next(d.slug for d in FABRIC.devices.values() if d.kind == "bridge")
CONFERENCE = "giao-ban"


@dataclass(frozen=True)
class Family:
    """How one family is looked at. `spoken` are the figures that it reports of streams."""

    name: str
    collector: Collector
    emulator: Callable[[Stage], Emulator]
    is_bridge: bool = False
    params: Mapping[str, object] = field(default_factory=dict)
    counts: bool = True  # it counts packets; else it tells a share
    media: tuple[str, ...] = ("audio", "video")
    remote: Callable[[str], str] = lambda room: room  # of a bridge: how it calls a room
    secret: str | None = "monitor:thong-suot-2026"

    def __str__(self) -> str:
        return self.name


def _cisco(generation: Generation) -> Family:
    return Family(
        f"cisco_codec {generation}",
        cisco_codec.COLLECTOR,
        lambda stage: CiscoCodec(stage, generation),
    )


def address(room: str) -> str:
    return FABRIC.devices[room].address


FAMILIES = [
    _cisco("roomos11"),
    _cisco("ce9"),
    _cisco("tc7"),
    Family(
        "cisco_meeting_server",
        cisco_meeting_server.COLLECTOR,
        CiscoMeetingServer,
        is_bridge=True,
        counts=False,
        remote=address,
    ),
    Family("jitsi", jitsi.COLLECTOR, Jitsi, is_bridge=True, media=(), secret=None),
    Family(
        "bigbluebutton",
        bigbluebutton.COLLECTOR,
        BigBlueButton,
        is_bridge=True,
        media=(),
        secret="thong-suot-2026",
    ),
    Family("trueconf", trueconf.COLLECTOR, TrueConf, is_bridge=True, media=()),
    Family("poly_videoos", poly_videoos.COLLECTOR, PolyVideoOs, counts=False),
    Family("jicofo", jicofo.COLLECTOR, Jicofo, is_bridge=True, media=(), secret=None),
    Family("expressway", expressway.COLLECTOR, Expressway, is_bridge=True, media=()),
    Family("yealink_ymcs", yealink_ymcs.COLLECTOR, YealinkYmcs, is_bridge=True, media=()),
    Family("pexip", pexip.COLLECTOR, Pexip, is_bridge=True, remote=address),
]


class Purse:
    """One secret, whatever it is called."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def reveal(self, name: str) -> str | None:
        return self.text


@dataclass
class Spoiling:
    """An emulator between us and another: `spoil` may replace any answer. Counts what is asked."""

    inner: Emulator
    spoil: Callable[[int, Ask, Reply], Reply] = lambda n, ask, reply: reply
    asked: list[Ask] = field(default_factory=list)

    @property
    def about(self) -> About:
        return self.inner.about

    def answer(self, ask: Ask) -> Reply:
        self.asked.append(ask)
        return self.spoil(len(self.asked), ask, self.inner.answer(ask))


@dataclass
class Stand:
    """A family's emulator in a world of its own, and a collector's kit beside it."""

    family: Family
    clock: FakeClock
    world: World
    calls: Calls
    spoiling: Spoiling
    emulator: Emulator
    purse: Purse
    kit: Kit
    port: int
    runs: list[Run] = field(default_factory=list)

    def change(self, world: World) -> None:
        self.calls.settle()
        self.world = world

    def check(self, timeout: float = 5.0, **params: object) -> Check:
        return a_check(
            "phong-hop",
            self.family.collector.name,
            address="127.0.0.1",
            timeout=timeout,
            secret="codec" if self.family.secret else None,
            params={"port": self.port, "scheme": "http", **self.family.params, **params},
        )

    async def look(self, timeout: float = 5.0, **params: object) -> Reading:
        run, reading = await look_once(
            self.family.collector, self.check(timeout, **params), self.kit
        )
        self.runs.append(run)
        return reading

    def line(self, room: str = ROOM) -> str:
        site = FABRIC.devices[room].site
        return FABRIC.line(site)


@asynccontextmanager
async def stand(family: Family, secret: str | None = "its own") -> AsyncIterator[Stand]:
    """Set up a family, by default with its right login; everything ends with the block."""
    if secret == "its own":
        secret = family.secret
    clock = FakeClock()
    whole, made = World(FABRIC), None  # type: World, Stand | None

    def world() -> World:
        return made.world if made is not None else whole

    calls = Calls(world, clock)
    stage = Stage(calls, clock, BRIDGE if family.is_bridge else ROOM)
    emulator = family.emulator(stage)
    spoiling = Spoiling(emulator)
    purse = Purse(secret)
    async with served(spoiling) as port:
        kit = make_kit(clock, secrets=purse)
        made = Stand(family, clock, whole, calls, spoiling, emulator, purse, kit, port)
        try:
            yield made
        finally:
            await kit.aclose()


def told(reading: Reading, name: str, **labels: str) -> float | None:
    """Return the value of the one series of a name that bears the labels, None if none does."""
    found = [
        value
        for series, value in reading.samples
        if series.name == name
        and not is_stale(value)
        and labels.items() <= dict(series.labels).items()
    ]
    assert len(found) <= 1, found
    return found[0] if found else None


Way = Literal["rx", "tx"]


def way_of(family: Family, direction: Way) -> str:
    """Return which way a direction is in the world: the bridge receives what goes up."""
    return (
        {"rx": "up", "tx": "down"}[direction]
        if family.is_bridge
        else {
            "rx": "down",
            "tx": "up",
        }[direction]
    )
