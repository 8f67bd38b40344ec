"""Two real phones call each other over a lossy line: do our figures say what became of packets?

Each phone's own RTCP statistics are published as RFC 6035 has it, heard by the platform's listener
and told by its check; the truth is what the relay counted.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from core.clock import SystemClock
from core.media import between
from core.reading import Reading
from lab.relay import Relay, Truth
from lab.reporter import Heard, Reported, publish
from lab.world import Quality
from tests.collectors.families import told
from tests.collectors.phones import counted, phone
from tests.runtime.test_publications import Ears

LOSS, JITTER, TRIP = 0.01, 0.002, 0.02  # what may be between the truth and a measurement


@dataclass(frozen=True)
class Moment:
    """What a phone said at an instant, and what was true then of the way down to it.

    Of the way up it knows what the far end has reported: `up` is what was true when that was sent.
    """

    event: Mapping[str, Any]
    down: Truth
    up: Truth

    def jitter(self, way: str) -> float:
        """Return the jitter that the phone tells, in seconds."""
        return int(self.event["rtcp_stats"][way]["jit"]) / 1e6


async def called(folder: Path, down: Quality, up: Quality, reports: int) -> list[Moment]:
    """Hold a call over a line; return the caller's statistics as they came."""
    moments: list[Moment] = []
    async with phone("a", folder) as caller, phone("b", folder) as callee:
        relay = Relay(("127.0.0.1", callee.sip))
        await relay.start()
        relay.to_caller.quality, relay.to_callee.quality = down, up

        def note(event: Mapping[str, Any]) -> None:
            if event["type"] == "CALL_RTCP":
                down, up = relay.to_caller.truth, relay.to_callee.reported
                moments.append(Moment(event, down, up))

        try:
            caller.heard = note
            await caller.command("dial", f"sip:b@127.0.0.1:{relay.port}")
            await caller.until("CALL_ESTABLISHED")
            await caller.until("CALL_RTCP", reports, patience=60)
            await caller.command("hangup")
            await caller.until("CALL_CLOSED")
        finally:
            relay.close()
    return moments


async def published(moments: list[Moment]) -> Reading:
    """Publish what a phone counted from the first moment to the last; return what we tell of it."""
    ears, heard = Ears(), {}
    first, *later = moments
    trips = [int(moment.event["rtcp_stats"]["rtt"]) / 1e6 for moment in later]
    for way in ("rx", "tx"):
        loss = between(counted(first.event, way), counted(later[-1].event, way)).loss
        assert loss is not None, "no packets came"
        jitter = mean([moment.jitter(way) for moment in later])
        heard[way] = Heard(loss, jitter, median([trip for trip in trips if trip]))
    running = asyncio.create_task(ears.door.run())
    await asyncio.sleep(0.01)
    now = SystemClock().now()
    said = Reported("c", "sip:a@127.0.0.1", "sip:b@127.0.0.1", now, now, heard["rx"], heard["tx"])
    try:
        assert await publish(said, ("127.0.0.1", ears.port)) == 200
        return await ears.look()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        ears.door.close()
        await ears.kit.aclose()


LINES = (  # down and up
    (Quality(0.08, 0.04, 0.012), Quality(0.02, 0.02, 0.0)),
    (Quality(), Quality()),
    (Quality(0.2, 0.08, 0.06), Quality(0.2, 0.08, 0.03)),
    (Quality(0.0, 0.3, 0.005), Quality(0.0, 0.3, 0.005)),
)


@pytest.mark.full
async def test_a_real_call_is_told_as_the_line_was(full: bool, tmp_path: Path) -> None:
    for number, (down, up) in enumerate(LINES if full else LINES[:1]):
        folder = tmp_path / str(number)
        folder.mkdir()
        moments = await called(folder, down, up, reports=13 if full else 3)
        await held_to(moments, down, up)


async def held_to(moments: list[Moment], down: Quality, up: Quality) -> None:
    """Hold what we tell of a call to what the line did."""
    reading = await published(moments)
    for way, truths in (("rx", [m.down for m in moments]), ("tx", [m.up for m in moments])):
        begin, end = truths[0], truths[-1]
        loss = (end.lost - begin.lost) / (end.sent - begin.sent)
        jitter = mean([truth.jitter for truth in truths[1:]])
        place = {"direction": way, "remote": "sip:b@127.0.0.1"}
        assert told(reading, "vc_media_loss_ratio", **place) == pytest.approx(loss, abs=LOSS)
        seen = told(reading, "vc_media_jitter_seconds", **place)
        assert seen == pytest.approx(jitter, abs=JITTER)
    trip = told(reading, "vc_media_round_trip_seconds", direction="rx") or 0.0
    assert trip == pytest.approx(down.delay + up.delay, abs=TRIP + down.jitter + up.jitter)
