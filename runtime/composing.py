"""What does a message say? Rendered at the moment of speaking, with a link of its own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.reasons import beside, reason_in_words
from alerts.topology import Topology
from alerts.wording import Telling, render
from core.incident import ASKING, Incident, IncidentState, Message, Notification
from core.text import Text
from runtime.books import Books, Letters

Person = Callable[[str], Awaitable[str]]  # account or contact → full name


def _nowhere(_channel: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes messages of notifications."""

    ledger: Books
    topology: Callable[[], Topology]
    base_url: str
    ack_lifetime: float  # seconds
    called: Person | None = None
    meetings: Letters | None = None
    reply_to: Callable[[str], str | None] = _nowhere  # where what a channel says is answered

    async def code(self, group: Sequence[Notification], now: datetime) -> str:
        """Return the code that answers a message about these; "" where none can be answered."""
        asking = [n.incident for n in group if n.purpose in ASKING and n.incident is not None]
        if self.reply_to(group[0].channel) is None or not asking:
            return ""
        return await self.ledger.answers.code(asking, now, timedelta(seconds=self.ack_lifetime))

    async def compose(
        self,
        notification: Notification,
        incident: Incident | None,
        now: datetime,
        code: str,
        *,
        linked: bool = True,
    ) -> tuple[Message, str | None]:
        """Return the message, and the secret part of its link, if it has one (never kept)."""
        if notification.meeting is not None and self.meetings is not None:
            return await self.meetings.compose(notification, self.topology(), now)
        base, token, merged, retired = self.base_url, None, [], False
        if incident is not None:
            notes = await self.ledger.incidents.notes(incident.id)
            if incident.state is not IncidentState.MERGED:
                merged = [
                    n.text.partition(":")[0] for n in notes if n.kind in {"merged", "taken_in"}
                ]
            retired = any(n.kind == "recovered" and n.text == "retired" for n in notes)
            in_person = notification.recipient != notification.channel
            if linked and notification.purpose in ASKING and base and in_person:
                lifetime = timedelta(seconds=self.ack_lifetime)
                token = await self.ledger.links.ack_link(
                    incident.id, notification.recipient, now, lifetime
                )
        telling = Telling(
            purpose=notification.purpose,
            incident=incident,
            now=now,
            base_url=base,
            ack_url=f"{base}/a/{token}" if token else None,
            merged=merged,
            retired=retired,
            code=code,
            reply_to=self.reply_to(notification.channel) or "",
            taken_by=await self._person(incident.acked_by) if incident is not None else None,
            why=await self._why(notification, incident) if incident is not None else None,
        )
        subject = incident.id if incident is not None else "test"
        message = render(
            telling,
            self.topology(),
            notification.language,
            message_id=f"{subject}.{notification.purpose}.{notification.id}",
            to=notification.address,
        )
        return message, token

    async def _why(self, notification: Notification, incident: Incident) -> Text | None:
        """Return why this person is told; None of an end, and of what goes to no person."""
        if notification.purpose not in ASKING or notification.recipient == notification.channel:
            return None
        told = await self.ledger.outbox.about(incident.id)
        others = [
            await self._person(slug) or slug for slug in beside(notification, told, incident.chain)
        ]
        return reason_in_words(notification, told, others)

    async def _person(self, name: str | None) -> str | None:
        return name if name is None or self.called is None else await self.called(name)
