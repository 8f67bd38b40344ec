"""A quarter of an hour before a meeting of 140 rooms: the running hub, and a clock of ours.

Everything between a reading and a letter is the platform's own: pipeline, brain, ledger, outbox,
dispatcher, mail, pages over HTTP. Only time and the probes are ours.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from benchmarks.scenario import prepare
from core.inventory import Contact, Inventory
from core.meeting import Meeting, Wanted
from core.reading import Failure, FailureKind, Reading
from core.watching import Check
from lab import synthetic
from lab.mailbox import Letter, Mailbox
from runtime.hub import Hub, open_hub
from runtime.settings import build
from tests.factories import DAWN, FakeClock
from tests.ports import free_port

MINUTE = timedelta(minutes=1)
BOOKED, CUT, OTHER = 140, "xa-077", "xa-141"
OFFICER = Contact(slug="binh", name="Trần Thị Bình", email="binh@donvi.vn", unit="dv-xa-001")
USUAL = Contact(slug="truc", name="Trực kỹ thuật", email="truc@donvi.vn")
LAND = synthetic.inventory(11, BOOKED + 1).model_copy(update={"contacts": (OFFICER, USUAL)})
SILENCE = Failure(FailureKind.TIMEOUT, "no answer")
_GLANCE = 0.02  # seconds of real time in which parts that wait for nothing but time may run


def commune(number: int) -> str:
    return f"xa-{number:03d}"


@dataclass
class Evening:
    """The platform on a clock of ours; what is cut does not answer."""

    hub: Hub
    clock: FakeClock
    mailbox: Mailbox
    client: httpx.AsyncClient
    cut: frozenset[str] = frozenset()  # sites
    _summary: float = -1e9

    async def goes_on(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass; whatever is looked at answers, but for what stands at a cut site."""
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end:
            self.clock.advance(min(step, end - self.clock.monotonic()))
            self.hub.pipeline.put(self._heard())
            await self.hub.pipeline.turn()
            await asyncio.sleep(_GLANCE)

    def _heard(self) -> list[Reading]:
        """Return a summary of everything every 30 s, and a burst at what is silent."""
        checks = self.hub.feed.estate().checks
        silent = [one for one in checks if self._is_cut(one)]
        readings = [self._burst(one, n) for one in silent if one.reach for n in range(13)]
        suspects = {up for one in silent if one.verify for up in one.verify.uplinks}
        above = [one for one in checks if one.slug in suspects and one not in silent]
        readings += [self._burst(one, n) for one in above for n in range(13)]
        if self.clock.monotonic() - self._summary >= 30:
            self._summary = self.clock.monotonic()
            readings += [self._well(one) for one in checks if one not in silent]
        return sorted(readings, key=lambda reading: reading.at)

    def _is_cut(self, check: Check) -> bool:
        return any(check.target.startswith(f"{site}-") for site in self.cut)

    def _burst(self, check: Check, number: int) -> Reading:
        at = self.clock.now() - timedelta(milliseconds=75 * (13 - number))
        failure = SILENCE if self._is_cut(check) else None
        return Reading(check.slug, check.vantage, at, failure=failure)

    def _well(self, check: Check) -> Reading:
        return Reading(check.slug, check.vantage, self.clock.now(), loss=0.0)

    async def shown(self, meeting: str) -> dict[str, str]:
        """Return how the page of a meeting shows every room: its slug and its status."""
        text = (await self.client.get(f"/meetings/{meeting}")).text
        return dict(re.findall(r'<li id="[^"]*" data-slug="([^"]*)" data-status="(\w+)"', text))

    def of_incidents(self, letters: Collection[Letter]) -> list[Letter]:
        return [one for one in letters if "SC-" in one.text]


@asynccontextmanager
async def an_evening(
    folder: Path, monkeypatch: pytest.MonkeyPatch, **meetings: object
) -> AsyncIterator[Evening]:
    monkeypatch.setattr("runtime.hub.REFRESH_PERIOD", _GLANCE)
    monkeypatch.setattr("runtime.meeting_watch.LOOK", _GLANCE)
    monkeypatch.setattr("runtime.dispatcher.POLL", _GLANCE)
    async with Mailbox() as mailbox:
        mail = {
            "kind": "email",
            "host": "127.0.0.1",
            "port": mailbox.port,
            "security": "none",
            "sender": "hub@example.vn",
        }
        wanted = build(
            {
                "web": {"listen": f"127.0.0.1:{free_port()}"},
                "series": {"enabled": False},
                "channels": {"thu": mail},
                "meetings": meetings,
            },
            folder,
        )
        clock, stop = FakeClock(DAWN), asyncio.Event()
        await prepare(wanted, _land(), clock)
        async with (
            open_hub(wanted, clock) as hub,
            httpx.AsyncClient(base_url=wanted.web.address) as client,
        ):
            hub.parts = {name: part for name, part in hub.parts.items() if name != "scheduler"}
            running = asyncio.create_task(hub.run(stop))
            try:
                yield Evening(hub, clock, mailbox, client)
            finally:
                stop.set()
                await running


def _land() -> Inventory:
    return LAND


async def met(evening: Evening) -> Meeting:
    """Enter a meeting of all rooms but one, that begins in 16 minutes and lasts half an hour."""
    begin = evening.clock.now() + 16 * MINUTE
    wanted = Wanted(
        title="Giao ban trực tuyến",
        begin=begin,
        end=begin + 30 * MINUTE,
        rooms=tuple(commune(n) for n in range(1, BOOKED + 1)),
        officer="binh",
        bridge="mcu",
    )
    meeting, _ = await evening.hub.ledger.meetings.add(wanted, "lan", evening.clock.now())
    await evening.goes_on(115)
    return meeting


@pytest.mark.timeout(300)
async def test_at_fourteen_minutes_a_cut_room_turns_red_and_one_message_goes_to_its_officer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_evening(tmp_path, monkeypatch) as evening:
        meeting = await met(evening)
        before = await evening.shown(meeting.id)
        assert len(before) == BOOKED
        assert "down" not in before.values()
        assert evening.of_incidents(evening.mailbox.letters) == []
        evening.cut, cut_at = frozenset({CUT}), evening.clock.now()
        while (await evening.shown(meeting.id))[CUT] != "down":
            assert evening.clock.now() - cut_at < timedelta(seconds=30)
            await evening.goes_on(1)
        red = [room for room, s in (await evening.shown(meeting.id)).items() if s == "down"]
        assert red == [CUT]
        await evening.goes_on(30 - (evening.clock.now() - cut_at).total_seconds())
        await evening.goes_on(200, step=10)
        [letter] = evening.of_incidents(evening.mailbox.letters)
        assert letter.recipients == ("binh@donvi.vn",)
        assert "có 1 điểm cầu" in letter.subject


@pytest.mark.timeout(300)
async def test_a_room_that_is_not_booked_pages_nobody_before_the_meeting_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_evening(tmp_path, monkeypatch) as evening:
        meeting = await met(evening)
        evening.cut = frozenset({OTHER})
        await evening.goes_on(20)
        [incident] = evening.hub.brain.incidents
        assert OTHER in incident.present  # it is on the board at once
        left = (meeting.end - evening.clock.now()).total_seconds()
        await evening.goes_on(left - 30, step=10)
        assert evening.of_incidents(evening.mailbox.letters) == []
        await evening.goes_on(60, step=5)
        await evening.mailbox.wait(1)
        told = evening.of_incidents(evening.mailbox.letters)
        assert [one.recipients for one in told] == [("truc@donvi.vn",)]


@pytest.mark.timeout(300)
async def test_a_room_that_is_not_booked_pages_as_always_where_the_rule_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_evening(tmp_path, monkeypatch, unbooked="usual") as evening:
        await met(evening)
        evening.cut = frozenset({OTHER})
        await evening.goes_on(20)
        await evening.goes_on(200, step=10)  # an ordinary site waits three minutes
        [letter] = evening.of_incidents(evening.mailbox.letters)
        assert letter.recipients == ("truc@donvi.vn",)
