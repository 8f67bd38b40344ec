"""World versus measurement: random worlds, and what every family says of them over real sockets.

A minute of the lab's own time; what our series say of it is held to what became of the packets.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.reading import Reading
from lab.calls import BASE_JITTER, Calls
from lab.emulators.answering import Stage
from lab.emulators.publishing import PublishingRoom
from lab.reporter import publish
from lab.world import World
from tests.collectors import families, test_polycom_text, test_snmp_polycom
from tests.collectors.families import CONFERENCE, FABRIC, ROOM, ROOMS, Way, told
from tests.factories import DAWN, FakeClock
from tests.runtime.test_publications import Ears

LOSS, JITTER = 0.005 + 1e-6, 0.002  # what may be between the truth and a measurement
RECEIVED = "vc_media_packets_received_total"
POLL = 10.0  # seconds, as during a meeting
LINE = FABRIC.line(FABRIC.devices[ROOM].site)
What = Literal["negotiate", "recount", "drop", "ease", "worsen"]
BRIEFLY, AT_LENGTH = 6, 300  # worlds


class Observed(Protocol):
    """A family in a world of its own."""

    clock: FakeClock
    calls: Calls

    async def look(self) -> Reading:
        """Look once, over real sockets."""


@dataclass(frozen=True)
class Kind:
    """How a family is observed, and where it tells what of which packets.

    `losses` and `jitters`: labels of the series, and (media, way) of the truth, way as in `Calls`.
    """

    name: str
    stand: Callable[[], AbstractAsyncContextManager[Observed]]
    degrade: Callable[[Observed, World], None]
    losses: Sequence[tuple[dict[str, str], tuple[str, str]]]
    jitters: Sequence[dict[str, str]]
    counts: bool = False  # it counts packets: whatever changes within the minute is seen

    def __str__(self) -> str:
        return self.name


def by_http(family: families.Family) -> Kind:
    remote = {"remote": family.remote(ROOM)} if family.is_bridge else {}
    ways: tuple[Way, Way] = ("rx", "tx")
    places = [
        ({"media": media, "direction": way, **remote}, (media, families.way_of(family, way)))
        for media in family.media
        for way in ways
    ]

    def degrade(at: Observed, world: World) -> None:
        assert isinstance(at, families.Stand)
        at.change(world)

    return Kind(
        family.name,
        lambda: families.stand(family),
        degrade,
        places,
        [labels for labels, _ in places],
        family.counts,
    )


def _by_text(at: Observed, world: World) -> None:
    assert isinstance(at, test_polycom_text.Stand)
    at.calls.settle()
    at.place.world = world


def _by_snmp(at: Observed, world: World) -> None:
    assert isinstance(at, test_snmp_polycom.Stand)
    at.change(world)


@dataclass
class Publishing:
    """A room that publishes before each look."""

    clock: FakeClock
    ears: Ears
    world: World = field(default_factory=lambda: World(FABRIC))
    calls: Calls = field(init=False)
    room: PublishingRoom = field(init=False)

    def __post_init__(self) -> None:
        self.calls = Calls(lambda: self.world, self.clock)
        self.room = PublishingRoom(Stage(self.calls, self.clock, ROOM))

    async def look(self) -> Reading:
        for report in self.room.reports():
            assert await publish(report, ("127.0.0.1", self.ears.port)) == 200
        return await self.ears.look()


@asynccontextmanager
async def publishing() -> AsyncIterator[Publishing]:
    ears = Ears()
    running = asyncio.create_task(ears.door.run())
    await asyncio.sleep(0)
    try:
        yield Publishing(ears.clock, ears)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        ears.door.close()
        await ears.kit.aclose()


def _by_publication(at: Observed, world: World) -> None:
    assert isinstance(at, Publishing)
    at.calls.settle()
    at.world = world


PUBLISHED = [
    (
        {"media": media, "direction": way},
        (media, {"rx": "down", "tx": "up"}[way]),
    )
    for media in ("audio", "video")
    for way in ("rx", "tx")
]
KINDS = [
    *(by_http(family) for family in families.FAMILIES if family.media),
    Kind(
        "polycom_text",
        test_polycom_text.stand,
        _by_text,
        [({"media": "all", "direction": "rx"}, ("video", "down"))],
        [
            {"media": media, "direction": way}
            for media in ("audio", "video")
            for way in ("rx", "tx")
        ],
    ),
    Kind(
        "snmp_polycom",
        test_snmp_polycom.stand,
        _by_snmp,
        [
            ({"media": "all", "direction": way}, ("video", {"rx": "down", "tx": "up"}[way]))
            for way in ("rx", "tx")
        ],
        [
            {"media": media, "direction": way}
            for media in ("audio", "video", "all")
            for way in ("rx", "tx")
        ],
    ),
    Kind("vq_rtcpxr", publishing, _by_publication, PUBLISHED, [place for place, _ in PUBLISHED]),
]


@dataclass(frozen=True)
class Minute:
    """A world's minute. `later` is the loss after a `worsen`, none after an `ease`."""

    loss: float
    jitter: float
    later: float
    events: tuple[tuple[float, What], ...]


# A call that is still set up when it is looked at, and negotiated anew at once: what it counted
# until then nobody sees.
FORGOTTEN = Minute(0.1875, 0.0, 0.0, ((3.25, "drop"), (10.0, "ease"), (10.0, "negotiate")))
UNSEEN = Minute(0.0, 0.0, 0.1875, ((25.0, "worsen"), (43.0, "drop"), (53.25, "drop")))


def _is_seen_for_a_while(second: float) -> bool:
    """Say whether what begins then, or five seconds later, is seen for two seconds by a look.

    Of a share that is told after a dozen packets one packet is a twelfth.
    """
    return all((second + later) % POLL <= POLL - 2 for later in (0, 5))


@st.composite
def minutes(draw: st.DrawFn, *, counts: bool) -> Minute:
    """Draw a minute in which channels are renewed, or counts begin anew, but once: a counter that
    has passed where it stood before cannot be told from one that went on.
    """
    loss = draw(st.floats(0, 0.2))
    second = st.floats(1, 59) if counts else st.floats(1, 59).filter(_is_seen_for_a_while)
    changes: list[tuple[float, What]] = []
    renewed = st.sampled_from(("negotiate", "drop"))
    if draw(st.booleans()):
        changes += draw(st.lists(st.tuples(second, renewed), max_size=4))
    else:
        changes += [(draw(second), "recount")]
    if counts:
        weather = st.sampled_from(("ease", "worsen"))
        changes += draw(st.lists(st.tuples(second, weather), max_size=3))
    jitter, later = draw(st.floats(0, 0.1)), draw(st.floats(0, 0.2))
    return Minute(loss, jitter, later, tuple(sorted(changes)))


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_minute_is_measured_as_it_was(kind: Kind, full: bool) -> None:
    @settings(max_examples=AT_LENGTH if full else BRIEFLY, deadline=None)
    @given(minute=minutes(counts=kind.counts))
    def measured(minute: Minute) -> None:
        asyncio.run(_minute(kind, minute))

    if kind.counts:
        measured = example(FORGOTTEN)(example(UNSEEN)(measured))

    measured()


async def _minute(kind: Kind, minute: Minute) -> None:
    async with kind.stand() as at:
        at.calls.join(ROOM, CONFERENCE)
        at.calls.join(ROOMS[0], CONFERENCE)
        at.clock.advance(15)
        assert (await at.look()).ok
        _degrade(kind, at, minute.loss, minute.jitter)
        before = {place: at.calls.sums(ROOM, *place) for _, place in kind.losses}
        readings, gone = await _played(kind, at, minute)
        for labels, place in kind.losses:
            sent, lost = (
                now - then
                for now, then in zip(at.calls.sums(ROOM, *place), before[place], strict=True)
            )
            unseen = gone[place] if kind.counts else (0.0, 0.0)
            truth = (lost - unseen[1]) / (sent - unseen[0])
            assert _loss(kind, readings, labels) == pytest.approx(truth, abs=LOSS), labels
        for labels in kind.jitters:
            seen = _values(readings, "vc_media_jitter_seconds", labels)
            assert seen
            mean = sum(seen) / len(seen)
            assert mean == pytest.approx(BASE_JITTER + minute.jitter, abs=JITTER), labels


def _degrade(kind: Kind, at: Observed, loss: float, jitter: float) -> None:
    world = World(FABRIC)
    if loss or jitter:
        world = world.degrade(LINE, DAWN, loss=loss, jitter=jitter)
    kind.degrade(at, world)


Gone = dict[tuple[str, str], tuple[float, float]]


async def _played(kind: Kind, at: Observed, minute: Minute) -> tuple[list[Reading], Gone]:
    """Play a minute and look every ten seconds; a dropped room is back after five.

    Return also the packets that no observer can know of: counted and forgotten between two looks.
    """
    plan: list[tuple[float, str]] = [*minute.events]
    plan += [(second + 5, "join") for second, what in minute.events if what == "drop"]
    plan += [(POLL * n, "look") for n in range(1, 7)]
    readings, now = list[Reading](), 0.0
    gone: Gone = {place: (0.0, 0.0) for _, place in kind.losses}
    seen: Gone = {place: at.calls.sums(ROOM, *place) for place in gone}
    for second, what in sorted(plan):
        if second > 60:
            break
        at.clock.advance(second - now)
        now = second
        if what == "look":
            reading = await at.look()
            assert reading.ok, reading.failure
            readings.append(reading)
            for labels, place in kind.losses:
                if told(reading, RECEIVED, **labels) is not None:  # not while it is set up
                    seen[place] = at.calls.sums(ROOM, *place)
            continue
        if what in {"ease", "worsen"}:
            loss = minute.later if what == "worsen" else 0.0
            _degrade(kind, at, loss, minute.jitter)
            continue
        _forgotten(at, gone, seen)
        _happen(at, what)
        seen = {place: at.calls.sums(ROOM, *place) for place in gone}
    _forgotten(at, gone, seen)  # a call that is still set up at the last look
    return readings, gone


def _forgotten(at: Observed, gone: Gone, seen: Gone) -> None:
    """Add to what is gone what came since a look has seen any."""
    for place in gone:
        sums = at.calls.sums(ROOM, *place)
        sent, lost = (a - b for a, b in zip(sums, seen[place], strict=True))
        gone[place] = gone[place][0] + sent, gone[place][1] + lost


def _happen(at: Observed, what: str) -> None:
    if what == "drop":
        at.calls.leave(ROOM)
    elif what == "join" or ROOM not in at.calls.legs:
        at.calls.join(ROOM, CONFERENCE)
    elif what == "recount":
        at.calls.recount(ROOM)
    else:
        at.calls.negotiate(ROOM)


def _values(readings: list[Reading], name: str, labels: dict[str, str]) -> list[float]:
    found = (told(reading, name, **labels) for reading in readings)
    return [value for value in found if value is not None]


def _loss(kind: Kind, readings: list[Reading], labels: dict[str, str]) -> float:
    """Return the loss over all readings, as a chart would: by counters, else by the mean share."""
    if kind.counts:
        lost, came = (
            _increase([told(r, f"vc_media_packets_{what}_total", **labels) for r in readings])
            for what in ("lost", "received")
        )
        return lost / (lost + came) if lost + came else 0.0
    shares = _values(readings, "vc_media_loss_ratio", labels)
    return sum(shares) / len(shares)


def _increase(values: list[float | None]) -> float:
    """Return how much a counter grew from 0; one that went back began anew."""
    total, last = 0.0, 0.0
    for value in values:
        if value is None:
            last = 0.0
            continue
        total += value - last if value >= last else value
        last = value
    return total
