"""A calendar kept elsewhere is read by its address; one that breaks calls no meeting off."""

import logging
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from core.inventory import Changes
from core.outcome import Event
from runtime.meeting_feeds import MeetingFeeds
from runtime.sections.meetings import Feed
from storage.ledger import Ledger
from tests.factories import FakeClock
from tests.inventory.test_meetinglists import LAND, NOW, calendar

ONE = "UID:mot@x\nSUMMARY:Giao ban\nDTSTART:20261130T080000\nLOCATION:Phòng họp số 1"
TWO = "UID:hai@x\nSUMMARY:Báo cáo viên\nDTSTART:20261201T080000\nLOCATION:Phòng họp số 1"


class Elsewhere:
    """A server that keeps a calendar, and what reads it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.clock = FakeClock(NOW)
        self.content = calendar(ONE, TWO)
        self.status = 200
        self.events: list[Event] = []
        self.asked = 0
        app = web.Application()
        app.router.add_get("/lich.ics", self._answer)
        self.server = TestServer(app)

    async def _answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(body=self.content, status=self.status)

    async def read(self, url: str | None = None) -> list[str]:
        """Read the calendar some minutes later; return the titles that are to come."""
        await self.ledger.meetings.find(NOW, NOW)
        feeds = {
            "tinh": Feed.model_validate({"url": url or str(self.server.make_url("/lich.ics"))})
        }
        reader = MeetingFeeds(
            feeds,
            self.ledger.meetings,
            self.ledger.inventory.load,
            lambda address: address,
            self.clock,
            self.events.extend,
        )
        await reader.turn()
        await reader.turn()  # not due again
        self.clock.advance(600)
        rows = await self.ledger.meetings.find(NOW, NOW + timedelta(days=30))
        return [row.title for row in rows]


async def test_meetings_follow_their_calendar(sqlite_ledger: Ledger) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", NOW)
    there = Elsewhere(sqlite_ledger)
    async with there.server:
        assert await there.read() == ["Giao ban", "Báo cáo viên"]
        assert there.asked == 1
        assert {event.kind for event in there.events} == {"meeting"}
        there.content = calendar(ONE)
        assert await there.read() == ["Giao ban"]
        [row] = await sqlite_ledger.meetings.find(NOW, NOW + timedelta(days=30))
        assert (row.source, row.mark) == ("feed:tinh", "mot@x")


async def test_a_calendar_that_breaks_calls_nothing_off(
    sqlite_ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", NOW)
    there = Elsewhere(sqlite_ledger)
    caplog.set_level(logging.WARNING)
    async with there.server:
        await there.read()
        both = ["Giao ban", "Báo cáo viên"]
        there.content = calendar()
        assert await there.read() == both
        there.content = b"<html>login</html>"
        assert await there.read() == both
        there.status = 500
        assert await there.read() == both
        assert "HTTP 500" in caplog.text
    assert await there.read("http://127.0.0.1:9/lich.ics") == both


async def test_the_only_meeting_of_a_calendar_is_called_off_where_it_says_so(
    sqlite_ledger: Ledger,
) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", NOW)
    there = Elsewhere(sqlite_ledger)
    async with there.server:
        there.content = calendar(ONE)
        assert await there.read() == ["Giao ban"]
        there.content = calendar(f"{ONE}\nSTATUS:CANCELLED")
        assert await there.read() == []


async def test_a_calendar_with_a_broken_event_is_read_and_calls_off_only_what_it_names(
    sqlite_ledger: Ledger,
) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", NOW)
    there = Elsewhere(sqlite_ledger)
    async with there.server:
        await there.read()
        there.content = calendar(ONE.replace("T080000", "T090000"), "UID:hai@x\nDTSTART:hỏng")
        assert await there.read() == ["Giao ban", "Báo cáo viên"]
        [first, _] = await sqlite_ledger.meetings.find(NOW, NOW + timedelta(days=30))
        assert first.begin.hour == 2  # 09:00 in Vietnam
        there.content = calendar(f"{ONE}\nSTATUS:CANCELLED", "UID:hai@x\nDTSTART:hỏng")
        assert await there.read() == ["Báo cáo viên"]


async def test_what_a_calendar_dropped_and_has_again_is_held_and_what_people_called_off_is_not(
    sqlite_ledger: Ledger,
) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", NOW)
    there = Elsewhere(sqlite_ledger)
    async with there.server:
        await there.read()
        there.content = calendar(TWO)
        assert await there.read() == ["Báo cáo viên"]
        [two] = await sqlite_ledger.meetings.find(NOW, NOW + timedelta(days=30))
        await sqlite_ledger.meetings.cancel(two.id, "thu-ky", NOW)
        there.content = calendar(ONE, TWO)
        assert await there.read() == ["Giao ban"]


async def test_last_weeks_event_moved_to_next_week_is_another_meeting(
    sqlite_ledger: Ledger,
) -> None:
    await sqlite_ledger.inventory.apply(Changes(put=LAND), "test", NOW)
    there = Elsewhere(sqlite_ledger)
    async with there.server:
        there.content = calendar(ONE)
        await there.read()
        there.clock.advance(5 * 86_400)
        there.content = calendar(ONE.replace("20261130", "20261207"))
        assert await there.read() == ["Giao ban", "Giao ban"]
        assert await there.read() == ["Giao ban", "Giao ban"]
