"""Does the target answer a ping, how fast, and how often not?"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from pydantic import Field

from collectors._icmp import host as window
from collectors._icmp.host import Host
from collectors._icmp.names import resolve
from collectors._icmp.sweep import Sweep
from collectors._icmp.wire import Wire, failure_of
from core.clock import from_epoch
from core.collector import Collector, Emit, Emitted, Kit, SweepFeed, Transcript
from core.model import Model
from core.reading import Failure, FailureKind, Reading
from core.text import Text
from core.watching import Check

GAP = 0.2  # seconds between the probes of one look, where the timeout allows
POLL = 0.005  # seconds; the kernel stamps replies, so this is not part of an RTT
RESERVE = 0.05  # seconds of the deadline kept for coming back with an answer

Note = Callable[..., None]


class Params(Model):
    """What may be set for one look; a sweep probes once per interval."""

    count: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Probes of a single look",
        json_schema_extra={"vi": "Số gói thăm dò của một lần xem"},
    )


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Send some echo requests and wait for their replies until the deadline."""
    params = Params.model_validate(dict(check.params))
    now = kit.clock.now()
    found = await resolve(check.address)
    if found is None:
        transcript.note("the name %s cannot be resolved", check.address)
        failure = Failure(FailureKind.LOCAL, f"the name {check.address} cannot be resolved")
        return Reading(check.slug, check.vantage, now, failure=failure)
    protocol, address = found
    try:
        wire = Wire(kit.sockets, protocol)
    except OSError as error:
        transcript.note("no ICMP socket: %s", error)
        return Reading(check.slug, check.vantage, now, failure=failure_of(error))
    kind = "raw" if wire.raw else "datagram"
    transcript.note("%s ICMP socket, receive buffer %d bytes", kind, wire.buffer)
    try:
        return await _Look(check, wire, address, now, transcript.note).run(params.count)
    finally:
        wire.close()


class _Look:
    """One look: its socket, its probes, what was said."""

    def __init__(self, check: Check, wire: Wire, address: str, began: datetime, note: Note) -> None:
        self._wire = wire
        self._address = address
        self._note = note
        self._host = Host(check, 0.0)
        self._asked: dict[int, int] = {}
        self._trouble: OSError | None = None
        self._began = began

    async def run(self, count: int) -> Reading:
        loop = asyncio.get_running_loop()
        timeout = self._host.check.timeout
        deadline = loop.time() + timeout - min(RESERVE, timeout / 4)
        gap = min(GAP, timeout / 2 / count)
        for counter in range(1, count + 1):
            self._ask(counter)
            await self._hear_until(loop.time() + gap)
        while self._asked and loop.time() < deadline:
            await self._hear_until(min(loop.time() + POLL, deadline))
        return self._concluded()

    def _ask(self, counter: int) -> None:
        try:
            self._asked[counter] = self._wire.send(counter, (self._address, 0))
        except OSError as error:
            self._trouble = error
            self._note("probe %d to %s did not leave: %s", counter, self._address, error)

    async def _hear_until(self, end: float) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for counter, sender, received in self._wire.drain():
                if sender == self._address and counter in self._asked:
                    sent = self._asked.pop(counter)
                    rtt = max(0, received - sent) / 1e9
                    self._note("reply %d from %s after %.3f ms", counter, sender, rtt * 1000)
                    self._host.answered(sent, rtt, True, False)
            left = end - loop.time()
            if left <= 0:
                return
            await asyncio.sleep(min(POLL, left))

    def _concluded(self) -> Reading:
        host = self._host
        for counter, sent in sorted(self._asked.items()):
            self._note("no reply to probe %d", counter)
            host.missed(sent, Failure(FailureKind.TIMEOUT, "no answer"), regular=True)
        if self._trouble is not None and not host.last_ns:
            return host.reading(self._began, failure_of(self._trouble), None)
        if host.answered_ns:
            host.failure = None  # a single look asks "does it answer", its loss says how well
        return host.summary(from_epoch(host.last_ns / 1e9))


async def sweep(feed: SweepFeed, kit: Kit, emit: Emitted) -> None:
    """Probe every check of the feed at its interval until cancelled."""
    await Sweep(feed, kit, emit).run()


COLLECTOR = Collector(
    name="icmp",
    help=Text(
        vi="Đích có trả lời ping không, nhanh chậm ra sao, mất bao nhiêu gói?",
        en="Does the target answer a ping, how fast, and how often not?",
    ),
    params=Params,
    emits=(
        Emit(window.SUCCESS, Text("1 nếu đích trả lời", "1 if the target answers")),
        Emit(window.LOSS, Text("Tỷ lệ gói mất trong 30 giây", "Share of probes lost in 30 s")),
        Emit(window.DURATION, Text("Thời gian đi về trung bình", "Mean round trip time")),
        Emit(
            window.ICMP_DURATION,
            Text("Thời gian đi về trung bình", "Mean round trip time"),
            labels=("phase",),
        ),
        Emit(window.RTT_MIN, Text("Thời gian đi về nhỏ nhất", "Shortest round trip time")),
        Emit(window.RTT_MEAN, Text("Thời gian đi về trung bình", "Mean round trip time")),
        Emit(
            window.RTT_P95,
            Text("Phân vị 95 của thời gian đi về", "95th percentile of the round trip time"),
        ),
        Emit(window.RTT_MAX, Text("Thời gian đi về lớn nhất", "Longest round trip time")),
        Emit(
            window.JITTER,
            Text(
                "Chênh lệch trung bình giữa hai lần đi về liên tiếp",
                "Mean difference of consecutive round trip times",
            ),
        ),
    ),
    look=look,
    sweep=sweep,
    interval=1.0,
    timeout=2.0,
)
