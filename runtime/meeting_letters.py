"""What is a message about a meeting made of, now that it is to be said?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.meeting_words import Telling, report, request
from alerts.topology import Topology
from core.errors import NotFound
from core.incident import Message, Notification, Purpose
from core.inventory import Contact
from core.meeting import Meeting, ReadinessRun
from core.text import Text


class Book(Protocol):
    """The part of the ledger that knows meetings."""

    async def get(self, meeting: str) -> Meeting:
        """Return one meeting; NotFound."""

    async def runs(self, meeting: str) -> list[ReadinessRun]:
        """Return its readiness runs."""

    async def room_link(self, meeting: str, room: str, now: datetime) -> str:
        """Return the token of a new link of a room's own."""


@dataclass(frozen=True, slots=True)
class MeetingLetters:
    """Writes what duty officers and the people in the rooms get."""

    book: Book
    contacts: Callable[[], Sequence[Contact]]
    base_url: str = ""

    async def holds(self, notification: Notification, now: datetime) -> bool:
        """Say whether it is still worth saying: the meeting is neither called off nor begun.

        What a run found is not once the meeting is moved: that run was of another hour.
        """
        try:
            meeting = await self.book.get(notification.meeting or "")
        except NotFound:
            return False
        if notification.purpose is Purpose.CHECKLIST:
            return meeting.cancelled_at is None and now < meeting.end
        found = await self._run(notification)
        return found is not None and meeting.cancelled_at is None and now < meeting.begin

    async def compose(
        self, notification: Notification, topology: Topology, now: datetime
    ) -> tuple[Message, str | None]:
        """Return the message, and the secret part of its link (never kept)."""
        meeting = await self.book.get(notification.meeting or "")
        people = {contact.slug: contact for contact in self.contacts()}
        telling = Telling(meeting, topology, people, now, self.base_url)
        mark = f"{meeting.id}.{notification.purpose}.{notification.id}"
        to, language = notification.address, notification.language
        if notification.purpose is Purpose.CHECKLIST:
            room = notification.reason
            token = await self.book.room_link(meeting.id, room, now)
            return request(telling, room, token, language, message_id=mark, to=to), token
        run = await self._run(notification)
        if run is None:
            raise NotFound(Text(f"{meeting.id} đã dời giờ", f"{meeting.id} was moved"))
        return report(telling, run, language, message_id=mark, to=to), None

    async def _run(self, notification: Notification) -> ReadinessRun | None:
        stage = int(notification.reason.removeprefix("stage_"))
        runs = await self.book.runs(notification.meeting or "")
        return next((run for run in runs if run.stage == stage), None)
